"""A photo's own pixels, moved as the network's were: what sliders of controls (decision 0019) do to a photo.

Where only controls were moved, the network's picture before and after shows the same thing, lighter, warmer or with
coarser folds. What changed is carried over to what the photo shows there, so that a coat stays that coat.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from model.colour import from_lab, to_lab
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


class Adjustable:
    """A part of a photo in which a class may be adjusted; what does not depend on how is computed once."""

    def __init__(self, photo: Field, reference: NDArray[np.uint8], where: Mask) -> None:
        """
        Args:
            photo: float32 (H, W, 3), 0..255.
            reference: uint8 (H, W, 3), the network's picture before.
            where: bool (H, W), the pixels of the class that are compared.
        """
        self._photo, self._reference, self.where = photo, reference, where
        self._weight = where.astype(np.float32)
        self._shares = [np.maximum(_average(self._weight, sigma), np.float32(1e-4)) for sigma in (*_BANDS, _SIGMA)]
        self._own, self._before = to_lab(photo.clip(0, 255)), to_lab(reference)
        self._detail = self._bands(self._own[..., 0])
        self._strength = [self._mean(band * band) + _FAINT**2 for band in self._bands(self._before[..., 0])]
        self._colour = [self._mean(self._before[..., place]) for place in (1, 2)]
        self._shown = from_lab(self._own)

    def adjusted(self, picture: NDArray[np.uint8]) -> Field:
        """The photo where the class lies, with what changed from the reference to a picture carried over.

        Under a wide Gaussian lightness is shifted and chroma turned and scaled as in the pictures; bands of detail are
        made stronger or weaker as there. Returns float32 (H, W, 3); the photo itself where the pictures are alike.
        """
        if not self.where.any() or np.array_equal(self._reference[self.where], picture[self.where]):
            return self._photo
        own, after = self._own, to_lab(picture)
        moved = np.empty_like(own)
        moved[..., 0] = own[..., 0] + self._mean(after[..., 0] - self._before[..., 0])
        for mine, old, new in zip(self._detail, self._strength, self._bands(after[..., 0]), strict=True):
            gain = np.sqrt((self._mean(new * new) + _FAINT**2) / old).clip(1 / _MOST, _MOST)
            moved[..., 0] += (gain - 1) * mine
        (old_a, old_b), (new_a, new_b) = self._colour, (self._mean(after[..., place]) for place in (1, 2))
        size = old_a * old_a + old_b * old_b + _GREY**2
        # The turn and growth that take one mean colour to the other; what a grey one lacks of it is added.
        along = (new_a * old_a + new_b * old_b + _GREY**2) / size
        across = (new_b * old_a - new_a * old_b) / size
        rest_a, rest_b = new_a - along * old_a + across * old_b, new_b - along * old_b - across * old_a
        moved[..., 1] = along * own[..., 1] - across * own[..., 2] + rest_a
        moved[..., 2] = along * own[..., 2] + across * own[..., 1] + rest_b
        moved[..., 0] = moved[..., 0].clip(0, 100)
        # Not the photo by way of L*a*b* and back, which is not quite the photo.
        return np.asarray(self._photo + (from_lab(moved) - self._shown), np.float32)

    def _mean(self, plane: Field) -> Field:
        return np.asarray(_average(plane * self._weight, _SIGMA) / self._shares[-1], np.float32)

    def _bands(self, plane: Field) -> list[Field]:
        """Detail of the class alone, finest first: differences of Gaussians (H, W)."""
        levels = [plane]
        for sigma, share in zip((*_BANDS, _SIGMA), self._shares, strict=True):
            levels.append(np.asarray(_average(plane * self._weight, sigma) / share, np.float32))
        return [np.asarray((finer - coarser) * self._weight, np.float32) for finer, coarser in pairwise(levels)]


def _average(plane: Field, sigma: float) -> Field:
    side = 2 * min(int(3.5 * sigma + 0.5), ADJUST_REACH) + 1
    return np.asarray(cv2.GaussianBlur(plane, (side, side), sigma, borderType=cv2.BORDER_CONSTANT), np.float32)
