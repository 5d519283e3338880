"""Named sliders: directions in the code along which a measured quantity of the outline changes.

As in "Interpreting the Latent Space of GANs for Semantic Face Editing" (Shen et al. 2020), but by linear regression on
quantities that are measured on the drawn outlines, with no labels by people. A slider that does not move what it is
named after, because the class cannot (tights end where the legs do), is not offered.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.labels import LabelMap
from model.shapes.extent import measure_extent, slider_correlation
from model.shapes.model import Code, ShapeModel, Slider

#: Sliders of a class: those with names, then the main directions that are left.
SLIDERS = 5
REACH = 3.0
#: Rank correlation with what it is named after at which a direction is taken, and below which none is offered.
GOOD, OFFERED = 0.9, 0.6

_CONTEXTS = 16
_CODES = 32
_CHECKS = 10
_SMALLEST = 2e-3  # of the map: on smaller outlines nothing can be measured well


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
    height, width, area = effects
    tried = {
        "longer": (_apart(height, width), height),
        "wider": (_apart(width, height), width),
        "fuller": (_without(area, [height, width]), _without(area, [height + width]), area),
    }
    found = [
        slider
        for name, vectors in tried.items()
        if (slider := _best(model, maps[:_CHECKS], class_index, name, vectors))
    ]
    # What a step along each number of the code does to the outline, in each map: the main directions of these effects.
    total = np.zeros((size, size))
    for drawn, flat in zip(codes, pictures, strict=True):
        jacobian = _regression(drawn, flat)
        total += jacobian.T @ jacobian
    outside = np.eye(size)
    if found:
        basis = np.linalg.qr(np.stack([slider.vector for slider in found], axis=1).astype(np.float64))[0]
        outside -= basis @ basis.T
    _, main = np.linalg.eigh(outside @ total @ outside)
    left = min(SLIDERS, size) - len(found)
    rest = [Slider(f"variation {place}", _unit(main[:, -place]), -REACH, REACH) for place in range(1, left + 1)]
    return (*found, *rest)


def _best(
    model: ShapeModel, maps: Sequence[LabelMap], class_index: int, name: str, vectors: Sequence[NDArray[np.float64]]
) -> Slider | None:
    """A slider along the first of the vectors that moves what it names, or else the best; None where none does."""
    best, best_figure = None, OFFERED
    for vector in vectors:
        slider = Slider(name, _unit(vector), -REACH, REACH)
        figure = slider_correlation(model, maps, class_index, slider)
        if figure >= best_figure:
            best, best_figure = slider, figure
        if best_figure >= GOOD:
            break
    return best


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
