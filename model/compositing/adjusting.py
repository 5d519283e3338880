"""A photo's own pixels, moved as the network's were: what sliders of controls (decision 0019) do to a photo.

Where only controls were moved, the network's picture before and after shows the same thing, lighter, warmer or with
coarser folds. What changed is carried over to what the photo shows there, so that a coat stays that coat.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from model.compositing.fields import Field, Mask

#: Deviation in pixels of the Gaussian under which pictures are compared, and how far away a pixel still counts.
_SIGMA = 8.0
ADJUST_REACH = 28
#: Bands of detail end at these deviations, in pixels; what is coarser is light and shade.
_BANDS = (0.8, 1.6, 3.2)
#: Detail is made at most so many times as strong, or as weak. Weaker detail than `_FAINT` (L*) says nothing of that.
_MOST, _FAINT = 2.5, 0.4
#: Chroma below which a colour's hue and strength are hardly to be told.
_GREY = 5.0


def adjusted(photo: Field, reference: NDArray[np.uint8], picture: NDArray[np.uint8], where: Mask) -> Field:
    """The photo where a class lies, with what changed between two pictures of it carried over.

    Under a wide Gaussian lightness is shifted and chroma turned and scaled as in the pictures; bands of detail are made
    stronger or weaker as there. What lies beyond white or black in one channel takes all of them along.

    Args:
        photo: float32 (H, W, 3), 0..255.
        reference, picture: uint8 (H, W, 3), the network's before and after.
        where: bool (H, W), the pixels of the class that are compared.

    Returns:
        float32 (H, W, 3); the photo itself where the pictures are alike.
    """
    if not where.any() or np.array_equal(reference[where], picture[where]):
        return photo
    weight = where.astype(np.float32)
    near = np.maximum(_average(weight, _SIGMA), 1e-4)
    own, before, after = (_lab(each) for each in (photo, reference.astype(np.float32), picture.astype(np.float32)))

    def mean(plane: Field) -> Field:
        return np.asarray(_average(plane * weight, _SIGMA) / near, np.float32)

    moved = np.empty_like(own)
    moved[..., 0] = own[..., 0] + mean(after[..., 0] - before[..., 0])
    for mine, old, new in zip(*(_bands(each[..., 0], weight) for each in (own, before, after)), strict=True):
        gain = np.sqrt((mean(new * new) + _FAINT**2) / (mean(old * old) + _FAINT**2)).clip(1 / _MOST, _MOST)
        moved[..., 0] += (gain - 1) * mine
    (old_a, old_b), (new_a, new_b) = ([mean(each[..., place]) for place in (1, 2)] for each in (before, after))
    size = old_a * old_a + old_b * old_b + _GREY**2
    # The turn and growth that take one mean colour to the other; what a grey one lacks of it is added.
    along = (new_a * old_a + new_b * old_b + _GREY**2) / size
    across = (new_b * old_a - new_a * old_b) / size
    rest_a, rest_b = new_a - along * old_a + across * old_b, new_b - along * old_b - across * old_a
    moved[..., 1] = along * own[..., 1] - across * own[..., 2] + rest_a
    moved[..., 2] = along * own[..., 2] + across * own[..., 1] + rest_b
    moved[..., 0] = moved[..., 0].clip(0, 100)
    # Not the photo by way of L*a*b* and back, which is not quite the photo.
    change = _rgb(moved) - _rgb(own)
    return np.asarray(photo + change, np.float32)


def _bands(plane: Field, weight: Field) -> list[Field]:
    """Detail of the weighted pixels alone, finest first: differences of Gaussians (H, W)."""
    levels = [plane]
    for sigma in _BANDS:
        share = np.maximum(_average(weight, sigma), 1e-4)
        levels.append(np.asarray(_average(plane * weight, sigma) / share, np.float32))
    share = np.maximum(_average(weight, _SIGMA), 1e-4)
    levels.append(np.asarray(_average(plane * weight, _SIGMA) / share, np.float32))
    return [np.asarray((finer - coarser) * weight, np.float32) for finer, coarser in pairwise(levels)]


def _average(plane: Field, sigma: float) -> Field:
    side = 2 * min(int(3.5 * sigma + 0.5), ADJUST_REACH) + 1
    return np.asarray(cv2.GaussianBlur(plane, (side, side), sigma, borderType=cv2.BORDER_CONSTANT), np.float32)


def _lab(picture: Field) -> Field:
    return np.asarray(cv2.cvtColor((picture / 255).clip(0, 1).astype(np.float32), cv2.COLOR_RGB2Lab), np.float32)


def _rgb(lab: Field) -> Field:
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), np.float32) * np.float32(255)
