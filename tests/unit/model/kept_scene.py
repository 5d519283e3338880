"""A small scene for the tests of compositing: a person of two classes before a ground of soft colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.compositing import Compositor, Plate

HEIGHT, WIDTH = 48, 40
NO_SHIFTS = np.zeros((HEIGHT, WIDTH, 2), np.int32)


@dataclass(frozen=True)
class Scene:
    photo: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    reference: NDArray[np.uint8]


def scene(seed: int = 0) -> Scene:
    """A shirt (1) and trousers (2) before a ground of soft colours; the model sees them a little darker and redder."""
    rng = np.random.default_rng(seed)
    photo = cv2.GaussianBlur(rng.integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8), (0, 0), 4)
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[8:26, 10:30] = 1
    labels[26:44, 12:28] = 2
    photo[labels == 1] = (60, 90, 160)
    photo[labels == 2] = (40, 40, 40)
    photo = (photo + rng.integers(0, 3, photo.shape)).clip(0, 255).astype(np.uint8)
    reference = (photo.astype(int) + np.array([12, -15, -20])).clip(0, 255).astype(np.uint8)
    return Scene(photo, labels, reference)


@cache
def scene_plate() -> Plate:
    base = scene()
    return Compositor(base.photo, base.labels, base.reference).plate


def around(mask: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    """The mask and everything within `pixels` of it."""
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # The compositor measures distances approximately, by up to 2 %.
    return mask | (distance <= 1.02 * pixels + 0.01) if mask.any() else mask


@st.composite
def edits(draw: st.DrawFn) -> tuple[NDArray[np.uint8], tuple[int, ...]]:
    """A few painted rectangles and a choice of restyled classes."""
    after = scene().labels.copy()
    for _ in range(draw(st.integers(0, 3))):
        top, left = draw(st.integers(0, HEIGHT - 1)), draw(st.integers(0, WIDTH - 1))
        after[top : top + draw(st.integers(1, 12)), left : left + draw(st.integers(1, 12))] = draw(st.integers(0, 3))
    return after, tuple(draw(st.sets(st.integers(0, 3), max_size=2)))


@dataclass(frozen=True)
class Crop:
    top: float
    left: float
    height: float
    width: float
