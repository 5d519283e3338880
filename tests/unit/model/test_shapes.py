"""Tools of the shape model, holes and outlines, on maps drawn here."""

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.boxes import bounding_box
from model.errors import UserError
from model.labels import LabelMap
from model.shapes import grow, shrink, smooth
from model.shapes.holes import (
    FIGURE,
    Anchor,
    ShapeStatistics,
    below_chin,
    box_from,
    components_in_front,
    context_of,
    coverage,
    frame_around,
    hole_in,
    look_through,
    seat,
    typical_places,
    usual_box,
    without_necks,
)
from model.shapes.measure import intersection_over_union
from model.shapes.outline import count_components, distance_logits, enlarge, redrawn, tidy
from tests.unit.model.shape_maps import BACKGROUND, BAG, DRESS, FACE, SKIN, maps, person, statistics


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


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

    def test_odd_places_are_left_out(self) -> None:
        usual = [Anchor(FACE, (-0.5, -0.4 + shift, -0.1, 0.4 + shift)) for shift in (-0.02, 0.0, 0.02, 0.03)]
        odd = Anchor(FACE, (-1.5, -0.4, -1.1, 0.4))
        assert set(typical_places([odd, *usual])) <= set(usual)
        # A bag on the left is as usual as one on the right.
        sides = [Anchor(FACE, (1.0, side * 1.0, 2.0, side * 2.0)) for side in (-1, 1, -1, 1)]
        low = Anchor(FACE, (9.0, 1.0, 10.0, 2.0))
        kept = typical_places([low, *sides])
        assert low not in kept
        assert len(kept) == 3
        assert typical_places([odd]) == (odd,)

    def test_what_lies_across_the_face_sits_better_than_what_hangs_beside_it(self) -> None:
        labels = np.zeros((40, 40), np.uint8)
        cv2.ellipse(labels, (20, 12), (6, 9), 0, 0, 360, FACE, -1)

        def added(left: int, right: int) -> float:
            mask = np.zeros(labels.shape, bool)
            mask[10:13, left:right] = True
            return seat(labels, mask, FACE)

        assert added(15, 26) > added(17, 30) > added(27, 38)
        assert added(15, 26) > added(20, 25)
        assert added(20, 20) == -1
        assert seat(labels, labels == FACE, BAG) == 1

    def test_below_a_chin_lies_what_hair_falls_beside(self) -> None:
        labels = np.zeros((60, 40), np.uint8)
        cv2.ellipse(labels, (20, 14), (8, 10), 0, 0, 360, FACE, -1)
        below = below_chin(labels, FACE)
        rows, columns = np.nonzero(below)
        assert 18 <= rows.min() < 24
        assert rows.max() == 59
        assert abs(columns.mean() - 20) < 1
        assert 6 <= np.ptp(columns) <= 10
        assert not below_chin(labels, BAG).any()

    def test_a_neck_is_no_part_of_where_a_face_is(self) -> None:
        labels = np.zeros((40, 40), np.uint8)
        cv2.ellipse(labels, (20, 12), (6, 9), 0, 0, 360, FACE, -1)
        bare = bounding_box(without_necks(labels, FACE) == FACE)
        labels[20:34, 18:22] = FACE
        assert bounding_box(without_necks(labels, FACE) == FACE) == bare
        np.testing.assert_array_equal(without_necks(labels, DRESS), labels)


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
