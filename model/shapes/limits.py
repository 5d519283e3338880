"""How far the dice may go: the strength up to which a class's new outlines look like those of real maps."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from model.labels import LabelMap
from model.shapes.holes import Mask
from model.shapes.model import ShapeModel
from model.shapes.outline import count_components

#: Tried from the top; the lowest stands where none holds.
STRENGTHS = (1.0, 0.85, 0.7, 0.55, 0.4)
#: Of the share of real outlines that lie within the range of real ones, so much must lie there of the samples.
HELD = 0.85

_MAPS = 12
_SAMPLES = 3
_REAL = 120
_SMALLEST = 5e-4  # of the map
_TAILS = 3  # per cent of the real maps to either side that count as unusual


def describe(mask: Mask) -> NDArray[np.float64]:
    """What an outline looks like, float64 (4,): its pieces' solidity (area by convex hull), compactness (4 pi area by
    squared perimeter) and slenderness, each an area-weighted mean, and the logarithm of its number of pieces."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    rows = []
    for contour in contours:
        area = cv2.contourArea(contour)
        if area < 4:
            continue
        hull = max(cv2.contourArea(cv2.convexHull(contour)), area)
        around = max(cv2.arcLength(contour, True), 1.0)
        (_, _), (first, second), _ = cv2.minAreaRect(contour)
        slender = (min(first, second) + 1) / (max(first, second) + 1)
        rows.append((area, area / hull, 4 * np.pi * area / around**2, slender))
    if not rows:
        return np.zeros(4)
    values = np.array(rows, np.float64)
    mean = (values[:, :1] * values[:, 1:]).sum(axis=0) / values[:, 0].sum()
    return np.append(mean, np.log(count_components(mask)))


def size_of(mask: Mask, figure: Mask) -> float:
    """Logarithm of the outline's area as a share of the figure's."""
    return float(np.log(max(int(mask.sum()), 1) / max(int(figure.sum()), 1)))


class Usual:
    """The range of a class's outlines in real maps."""

    def __init__(self, maps: Sequence[LabelMap], class_index: int, background: int) -> None:
        self._index, self._background = class_index, background
        values = np.stack([self._values(labels) for labels in maps])
        low, high = np.percentile(values, [_TAILS, 100 - _TAILS], axis=0)
        room = 0.05 * (high - low) + 1e-6
        self._low, self._high = low - room, high + room
        self.share = float(np.mean([self._within(row) for row in values]))

    def holds(self, labels: LabelMap) -> bool:
        """Whether the class's outline in a map lies within the range."""
        return self._within(self._values(labels))

    def _values(self, labels: LabelMap) -> NDArray[np.float64]:
        mask = labels == self._index
        return np.append(describe(mask), size_of(mask, labels != self._background))

    def _within(self, values: NDArray[np.float64]) -> bool:
        return bool(((values >= self._low) & (values <= self._high)).all())


def find_limits(model: ShapeModel, maps: Sequence[LabelMap], seed: int = 0) -> dict[int, float]:
    """For every class the largest strength of the dice at which its outlines are whole and look like real ones.

    Whole: at most as many pieces as in real maps. Like real ones: solidity, compactness, slenderness, pieces and size
    lie within the range of the maps (`Usual`) nearly as often as real outlines do themselves.

    Args:
        maps: real label maps, uint8 (H, W).
    """
    limits: dict[int, float] = {}
    for index in model.classes:
        having = [labels for labels in maps if (labels == index).mean() >= _SMALLEST][:_REAL]
        if len(having) < 8:
            continue
        usual = Usual(having, index, model.background)
        chosen = having[:: max(1, len(having) // _MAPS)][:_MAPS]
        limits[index] = STRENGTHS[-1]
        for strength in STRENGTHS:
            held, whole = 0, 0
            for number, labels in enumerate(chosen):
                own = model.encode(labels, index)
                for sample in range(_SAMPLES):
                    code = model.sample(seed + 1000 * number + sample, own, strength)
                    varied = model.vary(labels, index, code)
                    held += usual.holds(varied)
                    whole += 0 < count_components(varied == index) <= model.statistics.components[index]
            total = len(chosen) * _SAMPLES
            if held >= HELD * usual.share * total and whole >= 0.97 * total:
                limits[index] = strength
                break
    return limits
