"""Sliders of controls on photos: what the photo shows stays, in other colours and with other detail."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.colour import to_lab
from model.compositing import Compositor, restyled_classes
from model.compositing.adjusting import Adjustable
from model.compositing.restyling import ADJUSTED
from model.styles.measure import measure
from tests.unit.model.kept_scene import scene, scene_plate

SIDE = 64


def cloth(light: float, seed: int, strength: float = 6.0, grain: float = 1.5) -> NDArray[np.uint8]:
    """Cloth of CIE L* `light` with folds, uint8 (SIDE, SIDE, 3)."""
    noise = np.random.default_rng(seed).standard_normal((SIDE, SIDE)).astype(np.float32)
    folds = cv2.GaussianBlur(noise, (0, 0), grain)
    lab = np.empty((SIDE, SIDE, 3), np.float32)
    lab[..., 0] = light + strength * folds / folds.std()
    lab[..., 1], lab[..., 2] = 14, 9
    return np.rint(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB) * 255).clip(0, 255).astype(np.uint8)


MASK = np.zeros((SIDE, SIDE), np.bool_)
MASK[6:58, 6:58] = True


def adjusted(
    photo: NDArray[np.float32], before: NDArray[np.uint8], after: NDArray[np.uint8], where: NDArray[np.bool_]
) -> NDArray[np.float32]:
    return Adjustable(photo, before, where).adjusted(after)


def figures(picture: NDArray[np.float32]) -> NDArray[np.float64]:
    """Lightness, warmth, saturation, contrast and pattern scale, away from the outline."""
    return measure(to_lab(picture.clip(0, 255)), cv2.erode(MASK.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0)


@given(st.integers(0, 100))
@settings(max_examples=20)
def test_pictures_that_are_alike_leave_the_photo(seed: int) -> None:
    photo, picture = cloth(60, seed).astype(np.float32), cloth(45, seed + 1)
    assert adjusted(photo, picture, picture, MASK) is photo


@pytest.mark.parametrize(
    ("place", "before", "after"),
    [
        (0, cloth(45, 1), cloth(57, 1)),
        (3, cloth(45, 1, strength=4), cloth(45, 1, strength=7)),
        (4, cloth(45, 1, grain=1.0), cloth(45, 1, grain=2.4)),
    ],
)
def test_what_the_pictures_do_the_photo_does(place: int, before: NDArray[np.uint8], after: NDArray[np.uint8]) -> None:
    photo = cloth(62, 7).astype(np.float32)
    up = figures(adjusted(photo, before, after, MASK)) - figures(photo)
    down = figures(adjusted(photo, after, before, MASK)) - figures(photo)
    seen = (4, 5, 2, 1, 0.08)[place]
    assert up[place] > seen and down[place] < -seen
    if place == 0:
        assert abs(up[0] - 12) < 2
        assert abs(up[3]) < 1 and abs(up[2]) < 2, "lighter is no more and no less of anything else"


def test_folds_stay_where_the_photo_has_them() -> None:
    photo = cloth(62, 7).astype(np.float32)
    found = adjusted(photo, cloth(45, 1), cloth(57, 1), MASK)
    inner = np.s_[12:52, 12:52]
    before, after = (each[inner].mean(axis=2).ravel() for each in (photo, found))
    assert np.corrcoef(before, after)[0, 1] > 0.98


def test_only_controls_moved_is_told_from_another_style() -> None:
    own = np.zeros((4, 6, 1, 1), np.float32)
    codes = own.copy()
    codes[1, -1], codes[2, 0], codes[3, 0], codes[3, -1] = 2, 2, 2, 2
    found = restyled_classes(codes, own, np.ones_like(own), (), 2)
    assert found == {1: ADJUSTED, 2: 1.0, 3: 1.0}
    assert restyled_classes(codes, own, np.ones_like(own)) == {1: 1.0, 2: 1.0, 3: 1.0}


def test_a_slider_sets_out_from_the_photo_without_a_jump() -> None:
    base = scene()
    compositor = Compositor(base.photo, base.labels, base.reference, plate=scene_plate())
    before = base.photo.astype(float)
    for step in range(1, 9):
        picture = base.reference.astype(int)
        picture[base.labels == 1] += 5 * step
        now = compositor.compose(base.labels, picture.clip(0, 255).astype(np.uint8), {1: ADJUSTED}).astype(float)
        assert np.abs(now - before).max() < 16
        before = now
    inner = np.s_[12:22, 14:26]
    assert (before[inner] - base.photo[inner]).mean() > 25
    assert np.abs(before[inner].std(axis=(0, 1)) - base.photo[inner].std(axis=(0, 1))).max() < 1
