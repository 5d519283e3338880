"""The shape model: tools, holes, network, drawing, files and training, on maps drawn here and at tiny widths."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from safetensors.torch import load_file, save_file

from model.errors import UserError
from model.labels import LabelMap, LabelSet, write_label_map
from model.shapes import (
    ShapeConfig,
    ShapeModel,
    ShapeNetwork,
    Slider,
    grow,
    load_shape_model,
    read_shape_model,
    shrink,
    smooth,
    write_shape_model,
)
from model.shapes.directions import SLIDERS, find_directions
from model.shapes.extent import NAMED, measure_extent, rank_correlation, slider_correlation
from model.shapes.holes import (
    FIGURE,
    Anchor,
    ShapeStatistics,
    bounding_box,
    box_from,
    components_in_front,
    context_of,
    coverage,
    frame_around,
    hole_in,
    look_through,
    usual_box,
)
from model.shapes.limits import STRENGTHS, Usual, describe, find_limits
from model.shapes.measure import intersection_over_union, measure_samples
from model.shapes.outline import count_components, distance_logits, enlarge, redrawn, tidy
from model.training import shapes as training
from model.training.shape_data import ExampleSource, measure_statistics, varied_classes
from model.training.shapes import ShapeRecipe, train_shapes

NAMES = ("background", "face", "skin", "dress", "bag")
BACKGROUND, FACE, SKIN, DRESS, BAG = range(5)
LABEL_SET = LabelSet.from_json(
    {"name": "tiny", "classes": [{"name": name, "color": f"#0000{40 * i:02x}"} for i, name in enumerate(NAMES)]}
)
CONFIG = ShapeConfig(5, (DRESS, BAG), height=32, width=32, code_size=4, channels=(8, 8, 16, 16))


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


def person(seed: int = 0, height: int = 96, width: int = 64, bag: bool = True) -> LabelMap:
    """A face, two legs, a dress of random length and width, and perhaps a bag."""
    random = np.random.default_rng(seed)
    labels = np.zeros((height, width), np.uint8)
    middle = width // 2 + int(random.integers(-3, 4))
    hem, half = int(random.integers(50, 76)), int(random.integers(8, 14))
    labels[40:88, middle - 6 : middle - 2] = SKIN
    labels[40:88, middle + 2 : middle + 6] = SKIN
    corners = np.array([[middle - 6, 24], [middle + 6, 24], [middle + half, hem], [middle - half, hem]], np.int32)
    cv2.fillConvexPoly(labels, corners, DRESS)
    cv2.circle(labels, (middle, 15), 7, FACE, -1)
    if bag:
        left = middle + half + 1
        labels[50:62, left : left + int(random.integers(6, 12))] = BAG
    return labels


def statistics() -> ShapeStatistics:
    return measure_statistics([person(seed) for seed in range(12)], LABEL_SET, CONFIG.varied)


@pytest.fixture
def model() -> ShapeModel:
    """An untrained network whose outlines are blobs that depend on the code."""
    network = ShapeNetwork(CONFIG)
    with torch.no_grad():
        network.finish.weight.mul_(20)
        network.posterior.weight.mul_(3)
    vector = np.array([1, 0, 0, 0], np.float32)
    sliders = {DRESS: (Slider("longer", vector, -3.0, 3.0),)}
    return ShapeModel(network, statistics(), NAMES, sliders=sliders)


maps = st.builds(person, st.integers(0, 10_000), bag=st.booleans())


class TestTools:
    @given(maps, st.floats(1, 6))
    @settings(max_examples=25, deadline=None)
    def test_grow_and_shrink_bracket_the_class(self, labels: LabelMap, pixels: float) -> None:
        inside = labels == DRESS
        larger, smaller = grow(labels, DRESS, pixels) == DRESS, shrink(labels, DRESS, pixels) == DRESS
        assert (larger | ~inside).all()
        assert (inside | ~smaller).all()
        assert larger.sum() > inside.sum() > smaller.sum()

    @given(maps, st.sampled_from([grow, shrink, smooth]), st.floats(1, 6))
    @settings(max_examples=30, deadline=None)
    def test_protected_classes_keep_every_pixel(self, labels: LabelMap, tool, pixels: float) -> None:  # type: ignore[no-untyped-def]
        result = tool(labels, DRESS, pixels, protect=(SKIN, FACE))
        for kept in (SKIN, FACE):
            np.testing.assert_array_equal(result == kept, labels == kept)

    def test_growth_is_measured_in_pixels(self) -> None:
        labels = np.zeros((40, 40), np.uint8)
        labels[15:25, 15:25] = 1
        assert bounding_box(grow(labels, 1, 3) == 1) == (12, 12, 28, 28)
        assert bounding_box(shrink(labels, 1, 3) == 1) == (18, 18, 22, 22)

    def test_what_shrinking_frees_gets_the_nearest_class(self) -> None:
        labels = np.zeros((20, 30), np.uint8)
        labels[:, 10:20], labels[:, 20:] = 1, 2
        smaller = shrink(labels, 1, 2)
        assert (smaller[:, :12] == 0).all()
        assert (smaller[:, 12:18] == 1).all()
        assert (smaller[:, 18:] == 2).all()

    def test_a_class_that_fills_the_map_stays(self) -> None:
        labels = np.ones((8, 8), np.uint8)
        np.testing.assert_array_equal(shrink(labels, 1, 2), labels)
        np.testing.assert_array_equal(smooth(labels, 1, 2), labels)

    def test_smoothing_removes_a_spike_and_keeps_a_straight_edge(self) -> None:
        labels = np.zeros((60, 60), np.uint8)
        labels[30:] = 1
        labels[20:30, 30] = 1
        smoothed = smooth(labels, 1, 6)
        assert (smoothed[:28] == 0).all()
        assert (smoothed[31:] == 1).all()

    def test_an_absent_class_changes_nothing(self) -> None:
        labels = person(bag=False)
        for tool in (grow, shrink, smooth):
            np.testing.assert_array_equal(tool(labels, BAG, 3), labels)


class TestHoles:
    @given(maps)
    @settings(max_examples=20, deadline=None)
    def test_coverage_adds_up_to_one(self, labels: LabelMap) -> None:
        frame = frame_around((20, 10, 80, 50), 32, 32)
        shares = coverage(labels, frame, 32, 32, 5)
        np.testing.assert_allclose(shares.sum(axis=0), 1, atol=1e-6)

    def test_a_frame_holds_its_hole_with_room_and_square_cells(self) -> None:
        frame = frame_around((10, 20, 40, 30), 64, 48)
        assert frame.height / 64 == pytest.approx(frame.width / 48)
        assert frame.top < 10
        assert frame.left < 20
        assert frame.top + frame.height > 40
        assert frame.left + frame.width > 30

    def test_looking_beyond_the_edge_shows_what_is_outside(self) -> None:
        labels = np.full((10, 10), 3, np.uint8)
        seen = look_through(labels, frame_around((0, 0, 10, 10), 32, 32), 32, 32, outside=1)
        assert seen[0, 0] == 1
        assert seen[16, 16] == 3

    def test_the_context_hides_the_hole_but_not_what_is_shown(self) -> None:
        labels = person()
        frame = frame_around((20, 10, 80, 50), 32, 32)
        shares = coverage(labels, frame, 32, 32, 5)
        hole = hole_in(frame, (20, 10, 80, 50), 32, 32)
        shown = np.zeros_like(hole)
        shown[16, 16] = True
        context = context_of(shares, hole, shown)
        assert (context[:, hole & ~shown][:-1] == 0).all()
        assert (context[-1] == (hole & ~shown)).all()
        np.testing.assert_array_equal(context[:-1, 16, 16], shares[:, 16, 16])
        np.testing.assert_array_equal(context[:-1, ~hole], shares[:, ~hole])

    def test_an_arm_before_a_dress_is_in_front_of_it_and_legs_below_are_not(self) -> None:
        labels = np.zeros((60, 40), np.uint8)
        labels[10:40, 10:30] = DRESS
        labels[15:30, 18:22] = SKIN
        labels[40:58, 12:16] = SKIN
        front = components_in_front(labels, DRESS)
        assert front[20, 20]
        assert not front[50, 14]

    def test_the_usual_place_follows_its_anchor(self) -> None:
        anchors = (Anchor(FACE, (-1.0, -1.0, 0.0, 1.0)), Anchor(FIGURE, (-1.0, -1.0, 1.0, 1.0)))
        labels = np.zeros((100, 100), np.uint8)
        labels[40:60, 40:60] = FACE
        assert usual_box(labels, anchors) == (30, 30, 50, 70)
        assert usual_box(np.roll(labels, 20, axis=1), anchors) == (30, 50, 50, 90)
        assert usual_box(np.where(labels, SKIN, 0).astype(np.uint8), anchors) == (30, 30, 70, 70)
        assert usual_box(np.zeros_like(labels), anchors) == (0, 0, 100, 100)
        aside = Anchor(FACE, (0.0, 1.0, 1.0, 1.5))
        assert box_from(labels, aside) == (50, 70, 70, 80)
        assert box_from(labels, aside, mirrored=True) == (50, 20, 70, 30)
        assert box_from(np.zeros_like(labels), aside) is None

    def test_statistics_say_how_many_pieces_and_where(self) -> None:
        found = statistics()
        assert found.components[DRESS] == 1
        assert found.components[SKIN] == 2
        assert FACE in found.kept[DRESS]
        for seed in range(5):
            labels = person(seed)
            usual, real = usual_box(labels, found.anchors[BAG]), bounding_box(labels == BAG)
            assert real is not None
            assert usual[0] <= real[0] + 3
            assert usual[2] >= real[2] - 3

    def test_statistics_survive_json(self) -> None:
        found = statistics()
        again = ShapeStatistics.from_dict(found.to_dict(), 5)
        assert again.components == found.components
        assert again.kept == found.kept
        assert [len(row) for row in again.places] == [len(row) for row in found.places]
        with pytest.raises(UserError, match="not those of 6 classes"):
            ShapeStatistics.from_dict(found.to_dict(), 6)


class TestOutline:
    def test_enlarged_distance_gives_the_outline_back(self) -> None:
        grid = np.hypot(*np.meshgrid(np.arange(48) - 23.5, np.arange(64) - 31.5)).astype(np.float32)
        frame = frame_around((0, 0, 256, 192), 64, 48)
        radius = 12 * frame.height / 64
        drawn = enlarge(12 - grid, frame, (0, 0, 256, 192)) > 0
        rows, columns = np.mgrid[:256, :192]
        circle = np.hypot(rows + 0.5 - 128, columns + 0.5 - 96) < radius
        assert intersection_over_union(drawn, circle) > 0.99

    @given(st.integers(0, 1000))
    @settings(max_examples=20, deadline=None)
    def test_distance_logits_cross_zero_at_the_outline(self, seed: int) -> None:
        mask = np.random.default_rng(seed).random((20, 20)) > 0.5
        np.testing.assert_array_equal(distance_logits(mask, 3.0) > 0, mask)

    @given(st.integers(0, 1000), st.integers(1, 4))
    @settings(max_examples=30, deadline=None)
    def test_tidy_leaves_at_most_so_many_pieces(self, seed: int, limit: int) -> None:
        noise = np.random.default_rng(seed).standard_normal((80, 80)).astype(np.float32)
        mask = cv2.GaussianBlur(noise, (0, 0), 4) > 0.03
        cleaned = tidy(mask, limit, np.zeros_like(mask))
        assert 1 <= count_components(cleaned) <= limit

    def test_tidy_closes_pinholes_but_not_what_is_fixed(self) -> None:
        mask = np.zeros((100, 100), bool)
        mask[20:80, 20:80] = True
        mask[40, 40] = mask[60, 60] = False
        fixed = np.zeros_like(mask)
        fixed[60, 60] = True
        cleaned = tidy(mask, 1, fixed)
        assert cleaned[40, 40]
        assert not cleaned[60, 60]

    def test_what_comes_free_is_filled_with_classes_of_the_map_and_no_others(self) -> None:
        labels = np.zeros((64, 64), np.uint8)
        labels[16:48, 16:48], labels[48:, 16:48] = DRESS, SKIN
        mask = np.zeros(labels.shape, bool)
        mask[16:32, 16:48] = True
        rest = np.zeros((5, 16, 16), np.float32)
        rest[BAG], rest[SKIN], rest[DRESS] = 9, 5, 20
        frame = frame_around((0, 0, 64, 64), 32, 32)
        result = redrawn(labels, DRESS, mask, rest, frame, np.zeros_like(mask), (8, 8, 64, 56), 0, limit=1)
        assert (result[32:48, 16:48] == SKIN).all()
        assert (result[16:32, 16:48] == DRESS).all()
        np.testing.assert_array_equal(result[labels == SKIN], SKIN)

    def test_legs_go_on_below_a_shorter_dress_and_do_not_appear_beside_it(self) -> None:
        labels = np.zeros((64, 64), np.uint8)
        labels[16:48, 16:48], labels[48:, 26:38] = DRESS, SKIN
        mask = np.zeros(labels.shape, bool)
        mask[16:32, 16:48] = True
        rest = np.zeros((5, 16, 16), np.float32)
        rest[BACKGROUND] = 9
        frame = frame_around((0, 0, 64, 64), 32, 32)
        result = redrawn(labels, DRESS, mask, rest, frame, np.zeros_like(mask), (8, 8, 64, 56), 0, limit=1)
        assert (result[32:48, 27:37] == SKIN).all()
        assert (result[32:48, 16:25] == BACKGROUND).all()


class TestModel:
    @given(st.integers(0, 100), st.integers(0, 100))
    @settings(max_examples=15, deadline=None)
    def test_only_the_class_and_what_it_leaves_changes(self, seed: int, sample: int) -> None:
        torch.manual_seed(1)
        model = ShapeModel(ShapeNetwork(CONFIG), statistics(), NAMES)
        labels = person(seed)
        varied = model.vary(labels, DRESS, model.sample(sample))
        changed = varied != labels
        assert ((varied == DRESS) | (labels == DRESS))[changed].all()
        np.testing.assert_array_equal(varied == FACE, labels == FACE)
        assert count_components(varied == DRESS) <= model.statistics.components[DRESS]

    def test_the_own_code_gives_the_own_map(self, model: ShapeModel) -> None:
        for seed in range(4):
            labels = person(seed)
            np.testing.assert_array_equal(model.vary(labels, DRESS, model.encode(labels, DRESS)), labels)

    def test_codes_make_a_difference_and_seeds_repeat(self, model: ShapeModel) -> None:
        labels = person()
        first, second = (model.vary(labels, DRESS, model.sample(seed)) for seed in (1, 2))
        assert (first != second).any()
        np.testing.assert_array_equal(model.vary(labels, DRESS, model.sample(1)), first)
        assert (np.abs(model.sample(3)) <= 2).all()

    def test_a_class_is_added_where_it_usually_is(self, model: ShapeModel) -> None:
        labels = person(bag=False)
        with torch.no_grad():
            model.network.finish.bias.fill_(50)
        varied = model.vary(labels, BAG, model.sample(0))
        added = varied == BAG
        top, left, bottom, right = usual_box(labels, model.statistics.anchors[BAG])
        assert added.any()
        assert not np.delete(added, slice(top, bottom), axis=0).any()
        assert not added[:, :left].any()
        assert not added[:, right:].any()
        np.testing.assert_array_equal(varied[~added], labels[~added])
        np.testing.assert_array_equal(model.encode(labels, BAG), np.zeros(4, np.float32))

    def test_the_library_adds_what_is_missing_and_nothing_else(self, model: ShapeModel) -> None:
        labels = person(bag=False)
        with torch.no_grad():
            model.network.finish.bias.fill_(50)
        places = tuple(Anchor(FACE, (row, 1.0, row + 1.0, 2.0)) for row in (1.0, 2.0, 3.0))
        model.statistics = replace(model.statistics, places=((), (), (), (), places))
        added = [model.add(labels, BAG, seed) for seed in range(6)]
        for result in added:
            assert (result == BAG).any()
            np.testing.assert_array_equal(result[result != BAG], labels[result != BAG])
        assert len({result.tobytes() for result in added}) > 3
        np.testing.assert_array_equal(model.add(labels, BAG, 2), added[2])
        with pytest.raises(UserError, match="shows bag already"):
            model.add(person(), BAG, 0)

    def test_a_sample_around_a_code_lies_between(self, model: ShapeModel) -> None:
        own, free = np.ones(4, np.float32), model.sample(1)
        np.testing.assert_array_equal(model.sample(1, around=own, strength=0), own)
        np.testing.assert_allclose(model.sample(1, around=own, strength=1), free, atol=1e-6)
        near, far = (np.linalg.norm(model.sample(1, own, strength) - own) for strength in (0.2, 0.7))
        assert near < far

    def test_a_box_and_protected_classes_hold(self, model: ShapeModel) -> None:
        labels = person()
        with torch.no_grad():
            model.network.finish.bias.fill_(50)
        varied = model.vary(labels, DRESS, model.sample(0), protect=(SKIN,), box=(40, 0, 96, 64))
        np.testing.assert_array_equal(varied[:40], labels[:40])
        np.testing.assert_array_equal(varied == SKIN, labels == SKIN)
        assert (varied != labels).any()

    def test_maps_of_any_size(self, model: ShapeModel) -> None:
        for size in ((48, 32), (384, 256), (101, 77)):
            labels = cv2.resize(person(), size[::-1], interpolation=cv2.INTER_NEAREST)
            assert model.vary(labels, DRESS, model.sample(5)).shape == size

    def test_painting_the_map_is_noticed(self, model: ShapeModel) -> None:
        labels = person()
        before = model.encode(labels, DRESS)
        labels[60:70, 20:44] = DRESS
        assert (model.encode(labels, DRESS) != before).any()
        np.testing.assert_array_equal(model.vary(labels, DRESS, model.encode(labels, DRESS)), labels)

    def test_what_cannot_be_used(self, model: ShapeModel) -> None:
        labels = person()
        with pytest.raises(UserError, match="cannot vary 'face', only dress, bag"):
            model.vary(labels, FACE, model.sample(0))
        with pytest.raises(UserError, match="has the class 9"):
            model.vary(np.full((8, 8), 9, np.uint8), DRESS, model.sample(0))
        with pytest.raises(ValueError, match="shape"):
            model.vary(labels, DRESS, np.zeros(3, np.float32))
        with pytest.raises(ValueError, match="does not lie"):
            model.vary(labels, DRESS, model.sample(0), box=(0, 0, 200, 10))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"classes": 1},
            {"varied": ()},
            {"varied": (7,)},
            {"height": 50},
            {"code_size": 0},
            {"channels": (8, 8, 9, 8)},
        ],
    )
    def test_wrong_sizes_are_named(self, wrong: dict[str, object]) -> None:
        with pytest.raises(UserError, match="shape network"):
            replace(CONFIG, **wrong)  # type: ignore[arg-type]

    def test_config_survives_a_dictionary(self) -> None:
        assert ShapeConfig.from_dict(CONFIG.to_dict()) == CONFIG
        with pytest.raises(UserError, match="unknown entry 'depth'"):
            ShapeConfig.from_dict({**CONFIG.to_dict(), "depth": 3})


class TestFiles:
    def test_a_model_survives_its_file(self, model: ShapeModel, tmp_path: Path) -> None:
        path = tmp_path / "shapes.safetensors"
        write_shape_model(path, model)
        again = read_shape_model(path)
        assert again.config == model.config
        assert again.class_names == NAMES
        (slider,) = again.directions(DRESS)
        assert (slider.name, slider.low, slider.high) == ("longer", -3.0, 3.0)
        np.testing.assert_array_equal(slider.vector, model.directions(DRESS)[0].vector)
        assert again.directions(BAG) == []
        assert again.limits == {}
        write_shape_model(path, model.with_limits({DRESS: 0.55}))
        assert read_shape_model(path).limits == {DRESS: 0.55}
        labels = person()
        first, second = model.vary(labels, DRESS, model.sample(1)), again.vary(labels, DRESS, model.sample(1))
        assert intersection_over_union(first == DRESS, second == DRESS) > 0.9

    def test_the_part_of_a_bundle(self, model: ShapeModel, tmp_path: Path) -> None:
        bundle = SimpleNamespace(name="tiny", path=tmp_path, label_set=LABEL_SET)
        assert load_shape_model(bundle) is None  # type: ignore[arg-type]
        write_shape_model(tmp_path / "shapes.safetensors", model)
        assert load_shape_model(bundle) is not None  # type: ignore[arg-type]
        bundle.label_set = LabelSet.from_json([{"name": "other", "color": "#000000"}])
        with pytest.raises(UserError, match="other classes"):
            load_shape_model(bundle)  # type: ignore[arg-type]

    def test_damaged_files_are_named(self, model: ShapeModel, tmp_path: Path) -> None:
        path = tmp_path / "shapes.safetensors"
        with pytest.raises(UserError, match="does not exist"):
            read_shape_model(path)
        write_shape_model(path, model)
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(UserError, match="cut short"):
            read_shape_model(path)
        path.write_bytes(whole)
        save_file(load_file(path), path)
        with pytest.raises(UserError, match="does not describe itself"):
            read_shape_model(path)


class TestMeasures:
    def test_extent_counts_rows_columns_and_cells(self) -> None:
        shares = np.zeros((1, 20, 20), np.float32)
        shares[0, 3:13, 5:9] = 1
        extent = measure_extent(shares)
        assert np.exp(extent.height[0]) == pytest.approx(10)
        assert np.exp(extent.width[0]) == pytest.approx(4)
        assert np.exp(extent.area[0]) == pytest.approx(40)

    def test_rank_correlation(self) -> None:
        rising = np.arange(5.0)
        assert rank_correlation(rising, np.exp(rising)) == pytest.approx(1)
        assert rank_correlation(rising, -rising) == pytest.approx(-1)
        assert rank_correlation(rising, np.zeros(5)) == 0

    def test_sliders_are_named_units_and_apart(self, model: ShapeModel) -> None:
        sliders = find_directions(model, [person(seed) for seed in range(4)])[DRESS]
        named = [slider for slider in sliders if slider.name in NAMED]
        assert [slider.name for slider in sliders if slider not in named] == [
            f"variation {place}" for place in range(1, len(sliders) - len(named) + 1)
        ]
        assert len(sliders) == min(SLIDERS, CONFIG.code_size)
        for slider in sliders:
            assert np.linalg.norm(slider.vector) == pytest.approx(1, abs=1e-4)
        for slider in named:
            assert slider_correlation(model, [person(seed) for seed in range(4)], DRESS, slider) > 0

    def test_figures_are_shares(self, model: ShapeModel) -> None:
        figures = measure_samples(model, [person(seed) for seed in range(2)])
        row = figures["classes"]["dress"]
        assert 0 <= row["variety"] <= 1
        assert -1 <= row["longer"] <= 1
        assert "strength" not in row
        assert figures["milliseconds"] > 0


class TestLimits:
    def test_the_dice_goes_as_far_as_the_class_allows(self, model: ShapeModel) -> None:
        labels = person()
        own, whole = model.encode(labels, DRESS), model.dice(labels, DRESS, 1)
        np.testing.assert_allclose(whole, model.sample(1), atol=1e-6)
        np.testing.assert_array_equal(model.dice(labels, DRESS, 1, 0), own)
        held = model.with_limits({DRESS: 0.4})
        np.testing.assert_allclose(held.dice(labels, DRESS, 1), model.sample(1, own, 0.4), atol=1e-6)
        np.testing.assert_allclose(held.dice(labels, BAG, 1), model.dice(labels, BAG, 1))

    def test_outlines_are_described_whatever_their_size(self) -> None:
        round_, torn, thin = (np.zeros((80, 80), bool) for _ in range(3))
        cv2.circle(view := round_.astype(np.uint8), (40, 40), 20, 1, -1)
        round_ = view > 0
        torn[10:30, 10:30] = torn[40:60, 40:60] = True
        thin[38:42, 5:75] = True
        assert describe(round_)[0] > 0.95
        assert describe(round_)[1] > describe(thin)[1]
        assert describe(round_)[2] > describe(thin)[2]
        assert describe(torn)[3] == pytest.approx(np.log(2))
        assert describe(np.zeros((8, 8), bool)).tolist() == [0, 0, 0, 0]

    def test_real_outlines_are_usual_and_blobs_are_not(self) -> None:
        people = [person(seed) for seed in range(60)]
        usual = Usual(people[:50], DRESS, BACKGROUND)
        assert usual.share > 0.7
        assert np.mean([usual.holds(labels) for labels in people[50:]]) > 0.4
        blob = person(3)
        blob[blob == DRESS] = BACKGROUND
        cv2.circle(blob, (32, 40), 9, DRESS, -1)
        assert not usual.holds(blob)

    def test_limits_are_strengths_that_were_tried(self, model: ShapeModel) -> None:
        people = [person(seed) for seed in range(10)]
        limits = find_limits(model, people)
        assert limits == find_limits(model, people)
        assert set(limits) == {DRESS, BAG}
        assert set(limits.values()) <= set(STRENGTHS)
        assert find_limits(model, people[:5]) == {}


def write_data(folder: Path, count: int = 22) -> Path:
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    (folder / "classes.json").write_text(json.dumps(LABEL_SET.to_json()), encoding="utf-8")
    for number in range(count):
        write_label_map(folder / "labels" / f"{number:03}.png", person(number), LABEL_SET)
        (folder / "images" / f"{number:03}.jpg").write_bytes(b"never read")
    return folder


class TestTraining:
    def test_examples_hide_the_class_and_repeat(self) -> None:
        people = [person(seed) for seed in range(6)]
        source = ExampleSource(people, CONFIG, statistics(), 0, seed=3)
        first, again = source.batch(5, 8), source.batch(5, 8)
        assert torch.equal(first.context, again.context)
        assert torch.equal(first.target, again.target)
        assert not torch.equal(first.context, source.batch(6, 8).context)
        for number in range(8):
            own = first.context[number, first.class_index[number]]
            # Nothing of the class is left, and the hole is larger than the class.
            assert own.max() == 0
            covered = first.target[number, 0] > 0
            assert bool((first.hole[number, 0][covered] == 1).all())
            assert first.hole[number].sum() > covered.sum() * 1.1

    def test_people_do_not_vary_but_what_they_wear_does(self) -> None:
        assert varied_classes(LABEL_SET) == (DRESS, BAG)

    def test_a_few_steps_learn_and_the_run_ends_with_a_model(self, tmp_path: Path) -> None:
        data, run = write_data(tmp_path / "data"), tmp_path / "run"
        recipe = ShapeRecipe(steps=80, minutes=None, batch_size=4, learning_rate=4e-3, average=0.9)
        report = train_shapes(data, run, recipe, config=CONFIG, console=Console(quiet=True))
        assert report["steps"] == 80
        assert set(report["figures"]["classes"]) == {"dress", "bag"}
        model = read_shape_model(run / "shapes.safetensors")
        assert model.directions(DRESS)
        labels = person(500)
        drawn = model.outline_logits(labels, DRESS, model.encode(labels, DRESS)[None])[0] > 0
        assert intersection_over_union(drawn, model.outline_shares(labels, DRESS) > 0.5) > 0.4

    def test_a_resumed_run_ends_where_the_whole_one_does(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        data = write_data(tmp_path / "data", 12)
        monkeypatch.setattr(training, "find_directions", lambda *_: {})
        monkeypatch.setattr(training, "find_limits", lambda *_: {})
        monkeypatch.setattr(training, "measure_samples", lambda *_: {})
        quiet = Console(quiet=True)
        # The schedule follows the share of the run that is over, so the stopped run must know its end from the start.
        recipe = ShapeRecipe(steps=6, minutes=None, batch_size=2)
        train_shapes(data, tmp_path / "whole", recipe, config=CONFIG, console=quiet)
        step = training._Trainer._train_step

        def stopping(trainer: training._Trainer) -> dict[str, float]:
            trainer.stopping = trainer.step == 2
            return step(trainer)

        with monkeypatch.context() as patched:
            patched.setattr(training._Trainer, "_train_step", stopping)
            assert train_shapes(data, tmp_path / "parts", recipe, config=CONFIG, console=quiet) == {}
        assert not (tmp_path / "parts" / "shapes.safetensors").exists()
        train_shapes(data, tmp_path / "parts", recipe, resume=True, console=quiet)
        whole, parts = (load_file(tmp_path / run / "shapes.safetensors") for run in ("whole", "parts"))
        assert all(torch.equal(whole[key], parts[key]) for key in whole)
        started = ShapeRecipe(steps=1, minutes=None, batch_size=2, learning_rate=1e-9)
        train_shapes(data, tmp_path / "on", started, init_from=tmp_path / "whole", config=CONFIG, console=quiet)
        on = load_file(tmp_path / "on" / "shapes.safetensors")
        torch.testing.assert_close(on["network.stem.weight"], whole["network.stem.weight"], atol=1e-3, rtol=0)

    def test_what_cannot_be_trained_on(self, tmp_path: Path) -> None:
        data, run = write_data(tmp_path / "data", 4), tmp_path / "run"
        with pytest.raises(UserError, match=r"holds no checkpoint\.pt"):
            train_shapes(data, run, resume=True)
        with pytest.raises(UserError, match="number of steps or of minutes"):
            ShapeRecipe(steps=None, minutes=None)
        run.mkdir()
        (run / "checkpoint.pt").write_bytes(b"")
        with pytest.raises(UserError, match="holds a run already"):
            train_shapes(data, run)
