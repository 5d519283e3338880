"""What a rendered class looks like in numbers: the quantities that the named sliders are called after."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from model.boxes import box_around, slices

#: The quantities of `measure`, in its order.
QUANTITIES = ("lightness", "warmth", "saturation", "contrast", "pattern scale")

#: The smallest change of each that a person sees, in its unit.
VISIBLE = dict(zip(QUANTITIES, (4.0, 5.0, 2.0, 1.0, 0.08), strict=True))

#: Fewer pixels than this say nothing about a style.
MIN_PIXELS = 12

#: Chroma that is added where warmth is divided by chroma: what is nearly grey is neither warm nor cool.
GREY = 10.0

SCALES = (0.8, 1.6, 3.2, 6.4)
_GRID = 4
#: Parts of a class whose colours `appearance` begins with.
CELLS = _GRID * _GRID


def class_pixels(labels: NDArray[np.uint8], class_index: int) -> NDArray[np.bool_]:
    """Where to measure a class, bool (H, W): without its outermost pixels, where there is enough without them."""
    mask = labels == class_index
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return inner if int(inner.sum()) >= MIN_PIXELS else mask


class Ruler:
    """Measures one class of one map in many pictures.

    Attributes:
        mask: bool (H, W), at least one pixel: where the class is measured.
    """

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        self.mask = mask
        self._part = slices(box_around(mask))
        self._inside = mask[self._part]
        self._weight = self._inside.astype(np.float32)
        self._shares = [np.maximum(_blurred(self._weight, sigma), np.float32(1e-4)) for sigma in SCALES]

    def measure(self, lab: NDArray[np.float32]) -> NDArray[np.float64]:
        """The five quantities of a picture, float32 (H, W, 3) from `to_lab`: see `measure`."""
        part = lab[self._part]
        values = part[self._inside].astype(np.float64)
        chroma = np.hypot(values[:, 1], values[:, 2]).mean()
        return np.array(
            [
                values[:, 0].mean(),
                100 * values[:, 2].mean() / (chroma + GREY),
                chroma,
                values[:, 0].std(),
                self._pattern_scale(part[..., 0]),
            ]
        )

    def _pattern_scale(self, lightness: NDArray[np.float32]) -> float:
        """Mean octave of the energy of differences of Gaussians that look at masked pixels alone."""
        levels = [lightness]
        for sigma, share in zip(SCALES, self._shares, strict=True):
            levels.append(np.asarray(_blurred(lightness * self._weight, sigma) / share, np.float32))
        energies = np.array([np.square((a - b)[self._inside]).mean() for a, b in pairwise(levels)], np.float64)
        total = energies.sum()
        return float((energies * np.arange(len(energies))).sum() / total) if total > 1e-9 else 0.0


def _blurred(plane: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT), np.float32)


def measure(lab: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The five quantities of the masked pixels, float64 (5,), in the order of `QUANTITIES`.

    Lightness is the mean L*; warmth, from -100 (blue) to 100 (yellow), the mean b* by the mean chroma plus 10, so that
    a colour gets no warmer by being stronger; saturation the mean chroma; contrast the standard deviation of L*;
    pattern scale the mean octave of the band-pass energies of L* (0 finest).

    Args:
        lab: float32 (H, W, 3) from `to_lab`.
        mask: bool (H, W), at least one pixel.
    """
    return Ruler(mask).measure(lab)


def appearance(lab: NDArray[np.float32], ruler: Ruler) -> NDArray[np.float64]:
    """Mean L*a*b* of a class over a coarse grid of its box, and its quantities: float64 (53,).

    What a code changes beyond the named quantities shows here (a gradient, lighter sleeves).
    """
    mask = ruler.mask
    top, left, bottom, right = box_around(mask)
    mean = lab[mask].mean(axis=0)
    cells = np.tile(mean, (_GRID, _GRID, 1)).astype(np.float64)
    edges_y = np.linspace(top, bottom, _GRID + 1).astype(int)
    edges_x = np.linspace(left, right, _GRID + 1).astype(int)
    for y in range(_GRID):
        for x in range(_GRID):
            part = slice(edges_y[y], edges_y[y + 1]), slice(edges_x[x], edges_x[x + 1])
            inside = mask[part]
            if inside.any():
                cells[y, x] = lab[part][inside].mean(axis=0)
    return np.concatenate([cells.ravel(), ruler.measure(lab) * (1, 0.5, 1, 3, 10)])
