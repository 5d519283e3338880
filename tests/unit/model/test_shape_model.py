"""The shape model: network, drawing and files, at tiny widths."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from model.errors import UserError
from model.labels import LabelSet
from model.shapes import ShapeConfig, ShapeModel, ShapeNetwork, load_shape_model, read_shape_model, write_shape_model
from model.shapes.holes import Anchor, usual_box
from model.shapes.measure import intersection_over_union
from model.shapes.outline import count_components
from tests.unit.model.shape_maps import BAG, CONFIG, DRESS, FACE, LABEL_SET, NAMES, SKIN, blob_model, person, statistics


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


@pytest.fixture
def model() -> ShapeModel:
    return blob_model()


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
        assert len({result.tobytes() for result in added}) > 1
        np.testing.assert_array_equal(model.add(labels, BAG, 2), added[2])
        with pytest.raises(UserError, match="shows bag already"):
            model.add(person(), BAG, 0)

    def test_what_is_taken_away_shows_what_lies_behind(self, model: ShapeModel) -> None:
        with torch.no_grad():
            model.network.rest.weight.zero_()
            model.network.rest.bias.zero_()
        # What hangs on the left or on the right is judged by what it touches.
        model.statistics = replace(model.statistics, places=((), (), (), (), (Anchor(FACE, (1.0, 1.0, 2.0, 2.0)),)))
        labels = person(bag=False)
        apart, before = labels.copy(), labels.copy()
        apart[40:52, 2:10] = BAG
        rows, columns = np.nonzero(labels == DRESS)
        y, x = int(rows.mean()), int(columns.mean())
        before[y : y + 5, x - 2 : x + 3] = BAG
        for held in (apart, before):
            np.testing.assert_array_equal(model.remove(held, BAG), labels)
        np.testing.assert_array_equal(model.remove(labels, BAG), labels)
        # What has its place is left to the network: here it sees skin.
        with torch.no_grad():
            model.network.rest.bias[SKIN] = 5
        model.statistics = replace(model.statistics, places=((),) * 5)
        naked = model.remove(before, BAG)
        assert (naked[before == BAG] == SKIN).all()
        np.testing.assert_array_equal(naked[before != BAG], before[before != BAG])
        np.testing.assert_array_equal(model.remove(before, BAG, protect=(SKIN,)) == SKIN, before == SKIN)
        with pytest.raises(UserError, match="cannot vary 'face'"):
            model.remove(labels, FACE)

    def test_what_a_class_may_hide_wholly_comes_to_light_though_no_other_does(
        self, model: ShapeModel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with torch.no_grad():
            model.network.rest.weight.zero_()
            model.network.rest.bias.zero_()
            model.network.rest.bias[SKIN] = 5
        labels = person(bag=False)
        labels[labels == SKIN] = 0
        rows, columns = np.nonzero(labels == DRESS)
        y, x = int(rows.mean()), int(columns.mean())
        labels[y : y + 5, x - 2 : x + 3] = BAG
        assert not (model.remove(labels, BAG) == SKIN).any()
        monkeypatch.setattr("model.shapes.model._HIDDEN", {"bag": ("skin",)})
        assert (model.remove(labels, BAG)[labels == BAG] == SKIN).all()
        # Where its place tells little, what it touches does not speak against it.
        model.statistics = replace(model.statistics, places=((), (), (), (), (Anchor(FACE, (1.0, 1.0, 2.0, 2.0)),)))
        assert (model.remove(labels, BAG)[labels == BAG] == SKIN).all()
        assert not (model.remove(labels, BAG, protect=(SKIN,)) == SKIN).any()

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
