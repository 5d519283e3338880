"""The ground right beside a person, without the person's colours in it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from model.compositing.fields import Field, Mask, extend

#: Pixels from the map's outline at which nothing but the person, and nothing but the ground, is taken to be seen.
_INSIDE, _OUTSIDE = 2, 3

#: Deviation in pixels of the Gaussian under which colours beside the outline are averaged.
_SIGMA = 1.5

#: Shares of a person in a pixel: up to the first it is ground, from the second on nothing of it is used as ground.
_GROUND, _PERSON = 0.15, 0.35

#: From this share of a person on, what is left of the ground in a pixel is no longer worth unmixing.
_LOST = 0.6

#: Squared distance of the two colours (levels of 255, three channels) below which they cannot be told apart.
_ALIKE = 300.0


def ground_beside(photo: NDArray[np.uint8], person: Mask) -> tuple[Field, Field]:
    """The photo with the person's share taken out of the pixels around them, float32 (H, W, 3), and how much of each
    pixel that has replaced, float32 (H, W): 0 where the photo is ground, 1 on the person.

    A pixel at an outline is a mixture of the person's colour and the ground's, both known from a few pixels away on
    either side; its place between the two is the person's share, which is taken out (the compositing equation, Porter
    and Duff 1984). Pixels that look like the person become the ground's colours alone.

    Args:
        photo: uint8 (H, W, 3); person: bool (H, W), by the map, whose outline is a pixel or two off.
    """
    raw = photo.astype(np.float32)
    clean = cv2.dilate(person.astype(np.uint8), np.ones((2 * _OUTSIDE + 1,) * 2, np.uint8)) == 0
    if not person.any() or not clean.any():
        return raw, person.astype(np.float32)
    around = np.ones((2 * _INSIDE + 1,) * 2, np.uint8)
    inner = cv2.erode(person.astype(np.uint8), around, borderType=cv2.BORDER_CONSTANT, borderValue=1) > 0
    calm = np.asarray(cv2.GaussianBlur(raw, (3, 3), 0.7), np.float32)
    ground = extend(calm, clean, _SIGMA)
    step = extend(calm, inner if inner.any() else person, _SIGMA) - ground
    mixed = ((calm - ground) * step).sum(axis=2) / np.maximum(np.square(step).sum(axis=2), _ALIKE)
    share = np.clip((mixed - _GROUND) / (_PERSON - _GROUND), 0, 1)
    share = np.where(person, 1, share * share * (3 - 2 * share)).astype(np.float32)
    partly = ((mixed < _LOST) & ~person)[..., None]
    without = np.where(partly, raw - np.clip(mixed, 0, 1)[..., None] * step, ground)
    return np.asarray(raw + share[..., None] * (without - raw), np.float32), share
