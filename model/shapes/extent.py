"""Height, width and area of outlines, and whether a slider moves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.labels import LabelMap
from model.shapes.model import Code, ShapeModel, Slider

#: What the first sliders are named after; "shorter" is "longer" backwards, and so on.
NAMED = ("longer", "wider", "fuller")

_STEPS = 7


@dataclass(frozen=True)
class Extent:
    """Logarithms of vertical extent, horizontal extent and area of outlines, each float64 (N,)."""

    height: NDArray[np.float64]
    width: NDArray[np.float64]
    area: NDArray[np.float64]


def measure_extent(shares: NDArray[np.float32]) -> Extent:
    """Measure outlines given as shares 0..1, (N, h, w); smooth in the shares, so that small changes count too."""
    rows, columns = shares.max(axis=2).sum(axis=1), shares.max(axis=1).sum(axis=1)
    area = shares.sum(axis=(1, 2))
    height, width, area = (np.log(np.maximum(values, 0.1).astype(np.float64)) for values in (rows, columns, area))
    return Extent(height, width, area)


def slider_correlation(
    model: ShapeModel, maps: Sequence[LabelMap], class_index: int, slider: Slider, codes: Sequence[Code] | None = None
) -> float:
    """Spearman's rank correlation of a named slider's position with what it is named after, mean over the maps.

    Args:
        codes: where the slider rests in each map; by default the outlines' own.
    """
    found = []
    values = np.linspace(slider.low, slider.high, _STEPS)
    for number, labels in enumerate(maps):
        code = model.encode(labels, class_index) if codes is None else codes[number]
        masks = [model.vary(labels, class_index, code + np.float32(v) * slider.vector) == class_index for v in values]
        extent = measure_extent(np.stack(masks).astype(np.float32))
        quantity = (extent.height, extent.width, extent.area)[NAMED.index(slider.name)]
        found.append(rank_correlation(values, quantity))
    return float(np.mean(found))


def rank_correlation(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Spearman's rank correlation, ties sharing their mean rank; 0 where either does not vary."""
    ranks = [_ranks(np.asarray(values, np.float64)) for values in (first, second)]
    if any(values.std() == 0 for values in ranks):
        return 0.0
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse])
