"""Styles that set out from the photo's own, and outlines: how new pixels take over from those of the photo."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.compositing import Compositor, KeepSettings, put_back
from model.compositing.fields import extend
from model.compositing.inpainting import inpaint_background
from model.compositing.layers import extend_layer, inner_part, matte
from model.compositing.restyling import ADJUSTED
from tests.unit.model.kept_scene import HEIGHT, WIDTH, Crop, around, edits, scene, scene_plate


@st.composite
def restylings(draw: st.DrawFn) -> dict[int, float]:
    """One or two classes with how far their styles have gone."""
    chosen = draw(st.sets(st.integers(0, 2), min_size=1, max_size=2))
    return {index: draw(st.sampled_from((0.0, 0.02, 0.4, 1.0, ADJUSTED))) for index in chosen}


class TestSettingOut:
    """A style that has not gone far from the photo's: films and sliders set out from the photo without a jump."""

    @given(restylings(), st.integers(0, 6), st.sets(st.just(1)))
    @settings(max_examples=30, deadline=None)
    def test_the_photos_own_style_is_the_photo(self, restyled: dict[int, float], seam: int, personal: set[int]) -> None:
        base = scene()
        keep = KeepSettings(seam=seam)
        compositor = Compositor(base.photo, base.labels, base.reference, 0, keep, scene_plate(), personal)
        own = {index: gone if gone == ADJUSTED else 0.0 for index, gone in restyled.items()}
        assert (compositor.compose(base.labels, base.reference, own) == base.photo).all()
        crop = Crop(-3, 2, HEIGHT * 2.5, WIDTH * 2.5)
        photo = cv2.resize(base.photo, None, fx=2.5, fy=2.5, interpolation=cv2.INTER_CUBIC)
        photo = (photo.astype(int) + np.random.default_rng(4).integers(-9, 10, photo.shape)).clip(0, 255)
        large = put_back(photo.astype(np.uint8), crop, compositor, base.labels, base.reference, own)
        assert (np.abs(large.astype(int) - photo) <= 1).all()

    def test_it_leaves_the_photo_step_by_step(self) -> None:
        base = scene()
        compositor = Compositor(base.photo, base.labels, base.reference, plate=scene_plate())
        goal = base.reference.astype(float)
        goal[base.labels == 1] = (200, 60, 60)
        before, steps = base.photo.astype(float), []
        for share in np.linspace(0, 1, 21)[1:]:
            picture = np.rint(base.reference + share * (goal - base.reference)).astype(np.uint8)
            now = compositor.compose(base.labels, picture, {1: float(share)}).astype(float)
            steps.append(np.abs(now - before).max())
            before = now
        whole = compositor.compose(base.labels, goal.astype(np.uint8), (1,))
        assert (before == whole).all()
        # Twenty steps over at most 200 levels: none is a leap.
        assert max(steps) < 30

    @given(edits(), restylings(), st.integers(0, HEIGHT - 12), st.integers(0, WIDTH - 12), st.sets(st.just(1)))
    @settings(max_examples=40, deadline=None)
    def test_a_part_can_be_recomposed(
        self,
        edit: tuple[NDArray[np.uint8], tuple[int, ...]],
        restyled: dict[int, float],
        top: int,
        left: int,
        personal: set[int],
    ) -> None:
        after, _ = edit
        base = scene()
        compositor = Compositor(base.photo, base.labels, base.reference, plate=scene_plate(), personal=personal)
        before = compositor.compose(after, base.reference, restyled)
        later, picture = after.copy(), base.reference.copy()
        later[top : top + 10, left : left + 9] = 2
        picture[top : top + 10, left : left + 9] = (200, 30, 90)
        box = (top, left, top + 10, left + 9)
        part = compositor.compose(later, picture, restyled, box=box, previous=before)
        assert (part == compositor.compose(later, picture, restyled)).all()
        outside = ~around((later != base.labels) | np.isin(later, list(restyled)), 4)
        assert (part[outside] == base.photo[outside]).all()

    def test_what_is_painted_anew_takes_nothing_of_what_was_there(self) -> None:
        base = scene()
        after = base.labels.copy()
        after[30:44, 28:36] = 2
        picture = np.full_like(base.reference, 100)
        picture[base.labels == 2] = base.reference[base.labels == 2]
        compositor = Compositor(base.photo, base.labels, base.reference, plate=scene_plate())
        photo = base.photo.copy()
        photo[32:42, 30:34] = (255, 0, 255)
        other = Compositor(photo, base.labels, base.reference, plate=scene_plate())
        new = np.s_[33:41, 31:33]
        shown = [one.compose(after, picture, {2: 0.3})[new].astype(int) for one in (compositor, other)]
        assert np.abs(shown[0] - shown[1]).max() <= 1


class TestOutlines:
    def test_a_matte_follows_the_photo_where_the_map_is_two_pixels_off(self) -> None:
        photo = np.full((HEIGHT, WIDTH, 3), 210, np.uint8)
        photo[8:40, 10:30] = (60, 40, 30)
        roughly = np.zeros((HEIGHT, WIDTH), np.bool_)
        roughly[9:38, 12:31] = True
        found = matte(photo, roughly)
        truth = photo[..., 0] == 60
        assert np.abs(found - truth).sum() < 0.65 * np.abs(roughly.astype(float) - truth).sum()
        assert (found[~around(roughly, 4)] == 0).all()
        assert (found[inner_part(inner_part(roughly))] == 1).all()

    def test_a_new_outline_has_no_stairs(self) -> None:
        base = scene()
        y, x = np.mgrid[:HEIGHT, :WIDTH]
        after = np.where((base.labels == 0) & (x + y / 3 < 16), 2, base.labels).astype(np.uint8)
        photo = np.full_like(base.photo, 200)
        picture = np.zeros_like(photo)
        result = Compositor(photo, base.labels, photo).compose(after, picture, (2,))[..., 0].astype(int)
        rows = result[4:8, :24]
        assert np.abs(np.diff(rows, axis=1)).max() < 0.75 * 200
        assert rows[:, 0].max() <= 1
        assert rows[:, 22].min() >= 199

    def test_colours_are_carried_across_an_outline(self) -> None:
        colors = np.zeros((20, 20, 3), np.float32)
        colors[:, :10] = 100
        colors[:, 8:10] = 180  # the rim shows something else
        where = np.zeros((20, 20), np.bool_)
        where[:, :10] = True
        carried = extend_layer(colors, inner_part(where), where)
        assert np.abs(carried[:, :13] - 100).max() < 2

    def test_without_anything_clean_a_class_has_its_own_colours(self) -> None:
        colors = np.full((20, 20, 3), 7, np.float32)
        colors[10, 4:12] = 90
        where = np.zeros((20, 20), np.bool_)
        where[10, 4:12] = True
        assert np.abs(extend_layer(colors, inner_part(where), where)[9:12, 5:11] - 90).max() < 1


class TestFields:
    @given(st.floats(-200, 200), st.integers(0, 1000), st.floats(0, 8))
    @settings(max_examples=40, deadline=None)
    def test_a_constant_stays_constant(self, value: float, seed: int, smoothing: float) -> None:
        known = np.random.default_rng(seed).random((23, 37)) < 0.05
        known[3, 5] = True
        values = np.where(known[..., None], np.float32(value), np.float32(999)).astype(np.float32)
        found = extend(np.repeat(values, 3, axis=2), known, smoothing)
        assert np.allclose(found, value, atol=0.02 + 1e-3 * abs(value))

    @given(st.integers(0, 1000))
    @settings(max_examples=30, deadline=None)
    def test_it_stays_within_what_is_known(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        known = rng.random((17, 30)) < 0.2
        values = rng.uniform(0, 100, (17, 30, 2)).astype(np.float32)
        found = extend(values, known, 0.0)
        assert (found[known] == pytest.approx(values[known], abs=1e-3)) if known.any() else (found == 0).all()
        if known.any():
            assert found.min() >= values[known].min() - 0.01
            assert found.max() <= values[known].max() + 0.01

    def test_nothing_known_gives_zero(self) -> None:
        assert (extend(np.ones((4, 4, 3), np.float32), np.zeros((4, 4), np.bool_), 2.0) == 0).all()

    def test_inpainting_keeps_what_is_seen(self) -> None:
        base = scene()
        hidden = base.labels > 0
        plate = inpaint_background(base.photo, hidden).pixels
        assert (plate[~hidden] == base.photo[~hidden]).all()

    def test_inpainting_an_all_hidden_photo_gives_its_mean(self) -> None:
        base = scene()
        plate = inpaint_background(base.photo, np.ones(base.labels.shape, np.bool_)).pixels
        assert len(np.unique(plate.reshape(-1, 3), axis=0)) == 1

    def test_inpainting_continues_sky_wall_and_pavement(self) -> None:
        rng = np.random.default_rng(2)
        rows = np.concatenate([np.linspace(230, 200, 16), np.full(16, 90), np.linspace(150, 180, 16)])
        truth = (rows[:, None, None] + rng.integers(-4, 5, (48, 64, 3))).astype(np.uint8)
        hidden = np.zeros((48, 64), np.bool_)
        hidden[6:42, 24:40] = True
        photo = truth.copy()
        photo[hidden] = 0
        filled = inpaint_background(photo, hidden).pixels.astype(int)
        assert np.abs(filled - truth)[hidden].mean() < 8
        # It goes on with the ground's own grain.
        assert filled[hidden].reshape(-1, 3).std() == pytest.approx(truth[hidden].reshape(-1, 3).std(), rel=0.15)
        assert np.abs(np.diff(filled[20:28, 26:38], axis=1)).mean() > 1.5
