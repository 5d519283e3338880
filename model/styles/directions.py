"""Named directions in a class's code: sliders that move what they name.

A slider's direction and range are searched for (model.styles.search) on networks that predict what a code looks like
(model.styles.responses), corrected by what the sliders then do in rendered pictures. What visible change is left after
the named directions is summed up by its principal directions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.styles.measure import CELLS
from model.styles.survey import ClassSamples, Survey, codeless_class, deviations

#: Sliders without a name run over this many deviations of the codes to either side.
REACH = 2.5
VARIATIONS = 3
FALLBACK_AXES = 6

#: A variation that moves the class's colour (L*a*b*, mean over its parts) by less from end to end is not seen.
_SEEN = 2.3


@dataclass(frozen=True)
class Direction:
    """A slider of one class.

    Attributes:
        name: what it changes.
        vector: float32 (K, h, w); a code moves along it by as many times as the slider says.
        low, high: the slider's range.
        measure: float32 (K, h, w) or None: what an offset from the mean is multiplied by to tell a position, 1 for
            `vector`. None: the offset is projected on `vector`.
    """

    name: str
    vector: Tensor
    low: float
    high: float
    measure: Tensor | None = None

    def reading(self) -> Tensor:
        """What an offset from the mean is multiplied by to tell a position, (K, h, w)."""
        if self.measure is not None:
            return self.measure
        length2 = float(self.vector.square().sum())
        return self.vector / length2 if length2 > 0 else torch.zeros_like(self.vector)

    def position(self, code: Tensor, mean: Tensor) -> float:
        """Where a code (K, h, w) stands, counted from `mean` in lengths of `vector`."""
        return float(((code - mean) * self.reading()).sum())

    def moved(self, code: Tensor, mean: Tensor, to: float) -> Tensor:
        """The code (K, h, w) shifted along the direction until it stands at `to`."""
        return code + (to - self.position(code, mean)) * self.vector


def axis_directions(bundle: Bundle, class_index: int) -> list[Direction]:
    """The axes of a code that vary most over the training photos: what there is before any were named."""
    std = deviations(bundle)[class_index]
    spread = std.square().mean(dim=(1, 2)).sqrt()
    found = []
    for place, channel in enumerate(torch.argsort(-spread, stable=True)[:FALLBACK_AXES].tolist(), start=1):
        vector = torch.zeros_like(std)
        vector[channel] = spread[channel]
        found.append(Direction(f"Variation {place}", vector, -REACH, REACH))
    return found


def class_directions(bundle: Bundle, class_index: int) -> list[Direction]:
    """The sliders of a class: from the bundle's styles.safetensors, or its code's axes where the bundle has none.

    No sliders where the code does nothing that is seen: for the plain ground that a network draws behind people, and
    for classes that styles.safetensors has nothing for.

    Raises:
        UserError: styles.safetensors is damaged.
    """
    from model.styles.store import named_styles_of

    if class_index == codeless_class(bundle):
        return []

    named = named_styles_of(bundle, library=False)
    if named is None:
        return axis_directions(bundle, class_index)
    found = list(named.directions.get(class_index, ()))
    return independent(found) if bundle.generator.config.controls else found


def independent(directions: list[Direction]) -> list[Direction]:
    """The same directions with positions that stay when a code moves along another one of them.

    Directions that are not square to each other share some of their projections, and a slider that was moved would take
    others along.
    """
    if not directions:
        return []
    vectors = torch.stack([each.vector.flatten() for each in directions]).double()
    measures = torch.linalg.pinv(vectors).T.float()
    return [
        replace(each, measure=measure.view_as(each.vector)) for each, measure in zip(directions, measures, strict=True)
    ]


def named_direction(name: str, unit: Tensor, low: float, high: float, std: Tensor) -> Direction:
    """A slider from its direction (n,) in deviations of the codes; `std` (K, h, w)."""
    return Direction(name.capitalize(), unit.float().reshape(std.shape) * std, low, high)


def variations(bundle: Bundle, survey: Survey, class_index: int, named: list[Direction]) -> list[Direction]:
    """What visible change the named directions leave: at most `VARIATIONS` of them, most visible first."""
    samples = survey.samples[class_index]
    std = deviations(bundle)[class_index]
    room = std.numel() - len(named)
    if len(samples) < 24 or room <= 0:
        return []
    units = [(direction.vector / std).double().numpy().ravel() for direction in named]
    basis = np.linalg.qr(np.stack(units, axis=1))[0] if units else np.zeros((std.numel(), 0))
    found = _variations(np.stack(samples.z), samples, basis)[:room]
    return [
        named_direction(f"Variation {place}", torch.from_numpy(unit), -REACH, REACH, std)
        for place, unit in enumerate(found, start=1)
    ]


def normal_scores(values: NDArray[np.float64], groups: list[int]) -> NDArray[np.float64]:
    """Ranks turned to a Gaussian's quantiles, map by map: rank correlation is what counts, and maps differ."""
    scores = np.zeros(len(values))
    places = np.array(groups)
    for group in np.unique(places):
        inside = np.flatnonzero(places == group)
        ranks = (rank(values[inside]) + 0.5) / len(inside)
        quantiles = torch.special.ndtri(torch.from_numpy(ranks))
        scores[inside] = quantiles.numpy()
    return scores


def rank(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 0, ties share their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts + 1) / 2)[inverse]


def spearman(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Rank correlation of two equally long rows; 0 where one of them is constant."""
    a, b = rank(first), rank(second)
    a, b = a - a.mean(), b - b.mean()
    length = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / length if length > 0 else 0.0


def _ridge(z: NDArray[np.float64], targets: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Slopes (targets, n) and left-over variances (targets,), the penalty chosen by leave-one-out error."""
    centred, wanted = z - z.mean(axis=0), targets - targets.mean(axis=0)
    u, s, vt = np.linalg.svd(centred, full_matrices=False)
    projected = u.T @ wanted
    best: tuple[float, NDArray[np.float64], NDArray[np.float64]] | None = None
    for penalty in len(z) * np.array([1e-4, 1e-3, 1e-2, 1e-1, 1.0]):
        shrink = s**2 / (s**2 + penalty)
        fitted = u @ (shrink[:, None] * projected)
        leverage = (u**2 @ shrink)[:, None]
        errors = np.square((wanted - fitted) / np.maximum(1 - leverage, 1e-3)).mean(axis=0)
        if best is None or errors.sum() < best[0]:
            best = float(errors.sum()), (vt.T @ ((shrink / np.maximum(s, 1e-9))[:, None] * projected)).T, errors
    assert best is not None
    return best[1], best[2]


def _variations(z: NDArray[np.float64], samples: ClassSamples, basis: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Unit directions square to `basis` along which the class's appearance changes most, where that is seen."""
    looks = np.stack(samples.appearance)
    places = np.array(samples.maps)
    for group in np.unique(places):  # the same class differs from map to map by its shape alone
        looks[places == group] -= looks[places == group].mean(axis=0)
    slopes, _ = _ridge(z, looks)
    left = slopes - (slopes @ basis) @ basis.T
    _, _, vt = np.linalg.svd(left, full_matrices=False)
    found = []
    for unit in vt[:VARIATIONS]:
        moved = (slopes[: 3 * CELLS] @ unit).reshape(CELLS, 3)
        if 2 * REACH * np.linalg.norm(moved, axis=1).mean() < _SEEN:
            continue
        # Signs are arbitrary: upward is lighter.
        towards = float((slopes[: 3 * CELLS : 3] @ unit).sum())
        found.append(unit if towards >= 0 else -unit)
    return found
