"""Planes drawn to the edges of a photo: the guided filter (He, Sun, Tang, "Guided Image Filtering", 2010)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


class GuidedFilter:
    """The filter with one photo as its guide. What depends on the photo alone is computed once."""

    def __init__(self, photo: NDArray[np.uint8], radius: int, softness: float) -> None:
        """
        Args:
            photo: uint8 (H, W, 3), RGB.
            radius: in pixels, of the square windows.
            softness: variance of colours (in 0..1) below which a window counts as flat.
        """
        self._side = (2 * radius + 1,) * 2
        self._guide = photo.astype(np.float32) / np.float32(255)
        self._centre = self._mean(self._guide)
        red, green, blue = cv2.split(self._guide)
        squares = self._mean(cv2.merge([red * red, green * green, blue * blue]))
        mixed = self._mean(cv2.merge([red * green, red * blue, green * blue]))
        r, g, b = cv2.split(self._centre)
        rr, gg, bb = (squares[..., k] - c * c + np.float32(softness) for k, c in enumerate((r, g, b)))
        rg, rb, gb = mixed[..., 0] - r * g, mixed[..., 1] - r * b, mixed[..., 2] - g * b
        # The inverse of a symmetric matrix of three rows, written out: one call for all pixels is ten times slower.
        first, second, third = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
        scale = 1 / (rr * first + rg * second + rb * third)
        self._inverse = (
            (first * scale, second * scale, third * scale),
            (second * scale, (rr * bb - rb * rb) * scale, (rg * rb - rr * gb) * scale),
            (third * scale, (rg * rb - rr * gb) * scale, (rr * gg - rg * rg) * scale),
        )

    def __call__(self, plane: Plane) -> Plane:
        """A plane float32 (H, W) as, in each window, the linear function of the photo's colours that fits it best."""
        share = self._mean(plane)
        together = self._mean(self._guide * plane[..., None]) - self._centre * share[..., None]
        slope = np.stack(
            [sum(weight * together[..., k] for k, weight in enumerate(row)) for row in self._inverse], axis=-1
        )
        offset = share - (slope * self._centre).sum(axis=-1)
        found = (self._mean(slope) * self._guide).sum(axis=-1) + self._mean(offset)
        return np.asarray(found, np.float32)

    def _mean(self, array: NDArray[np.generic]) -> Plane:
        return np.asarray(cv2.blur(np.asarray(array), self._side, borderType=cv2.BORDER_REFLECT), np.float32)
