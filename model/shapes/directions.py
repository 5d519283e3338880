"""Named sliders: directions in the code along which a measured quantity of the outline changes.

As in "Interpreting the Latent Space of GANs for Semantic Face Editing" (Shen et al. 2020), but by linear regression on
quantities that are measured on the drawn outlines, with no labels by people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.labels import LabelMap
from model.shapes.model import Code, ShapeModel, Slider

#: What the first sliders are named after; "shorter" is "longer" backwards, and so on.
NAMED = ("longer", "wider", "fuller")
#: Further sliders for the main directions that are left.
REMAINING = 2
REACH = 3.0

_CONTEXTS = 8
_CODES = 32
_SMALLEST = 2e-3  # of the map: on smaller outlines nothing can be measured well


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


def find_directions(model: ShapeModel, maps: Sequence[LabelMap], seed: int = 0) -> dict[int, tuple[Slider, ...]]:
    """Sliders of every class that the model varies and that some of ``maps`` shows.

    Many codes are drawn in each of a few maps; the logarithms of height, width and area, centred per map, are regressed
    on the code. "longer" and "wider" move one and leave the other; "fuller" adds area and leaves both.
    """
    random = np.random.default_rng(seed)
    found: dict[int, tuple[Slider, ...]] = {}
    for index in model.classes:
        chosen = [labels for labels in maps if (labels == index).mean() >= _SMALLEST / 4][: 4 * _CONTEXTS]
        chosen.sort(key=lambda labels: -int((labels == index).sum()))
        if chosen:
            found[index] = _directions_of(model, chosen[:: max(1, len(chosen) // _CONTEXTS)][:_CONTEXTS], index, random)
    return found


def _directions_of(
    model: ShapeModel, maps: Sequence[LabelMap], class_index: int, random: np.random.Generator
) -> tuple[Slider, ...]:
    size = model.config.code_size
    codes, quantities, pictures = [], [], []
    for labels in maps:
        drawn = random.standard_normal((_CODES, size)).astype(np.float32)
        logits = model.outline_logits(labels, class_index, drawn)
        shares = (1 / (1 + np.exp(-logits))).astype(np.float32)
        extent = measure_extent(shares)
        values = np.stack([extent.height, extent.width, extent.area], axis=1)
        codes.append(drawn - drawn.mean(axis=0))
        quantities.append(values - values.mean(axis=0))
        pictures.append((shares - shares.mean(axis=0)).reshape(_CODES, -1))
    effects = _regression(np.concatenate(codes), np.concatenate(quantities))
    longer, wider = _apart(effects[0], effects[1]), _apart(effects[1], effects[0])
    fuller = _without(effects[2], [effects[0], effects[1]])
    vectors = [longer, wider, fuller]
    # What a step along each number of the code does to the outline, in each map: the main directions of these effects.
    total = np.zeros((size, size))
    for drawn, flat in zip(codes, pictures, strict=True):
        jacobian = _regression(drawn, flat)
        total += jacobian.T @ jacobian
    basis = np.linalg.qr(np.stack(vectors, axis=1))[0]
    outside = np.eye(size) - basis @ basis.T
    _, main = np.linalg.eigh(outside @ total @ outside)
    left = min(REMAINING, max(size - len(vectors), 0))
    vectors.extend(main[:, -1 - number] for number in range(left))
    names = [*NAMED, *(f"variation {number + 1}" for number in range(left))]
    return tuple(Slider(name, _unit(vector), -REACH, REACH) for name, vector in zip(names, vectors, strict=True))


def _regression(codes: NDArray[np.floating], values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Ridge regression of values (N, M) on centred codes (N, Z): coefficients (M, Z)."""
    x, y = codes.astype(np.float64), values.astype(np.float64)
    gram = x.T @ x + 0.05 * len(x) * np.eye(x.shape[1])
    return np.asarray(np.linalg.solve(gram, x.T @ y).T)


def _apart(effect: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """``effect`` without the part that moves ``other`` too; ``effect`` itself where the two are hardly apart."""
    rest = _without(effect, [other])
    return rest if np.linalg.norm(rest) > 0.35 * np.linalg.norm(effect) else effect


def _without(vector: NDArray[np.float64], others: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    basis = np.linalg.qr(np.stack(others, axis=1))[0]
    return np.asarray(vector - basis @ (basis.T @ vector))


def _unit(vector: NDArray[np.float64]) -> Code:
    return (vector / max(float(np.linalg.norm(vector)), 1e-12)).astype(np.float32)
