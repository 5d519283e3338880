"""Named directions in a class's code: sliders that move what they name.

Each quantity (model.styles.measure) is regressed on the code, class by class. A slider's direction raises its own
quantity and leaves the others where they are, as far as the code allows. What visible change is left after the named
directions is summed up by its principal directions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.styles.measure import QUANTITIES
from model.styles.survey import ClassSamples, Draw, Survey, deviations, random_codes, survey_maps

#: Sliders run over this many deviations of the codes to either side.
REACH = 2.5
#: A slider that moves what it names less surely than this (rank correlation) is not offered.
OFFERED = 0.6
VARIATIONS = 3
FALLBACK_AXES = 6

_POSITION_STD = REACH / np.sqrt(3.0)  # of positions drawn uniformly over the range
_LOOSENESS = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0)


@dataclass(frozen=True)
class Direction:
    """A slider of one class.

    Attributes:
        name: what it changes.
        vector: float32 (K, h, w); a code moves along it by as many times as the slider says.
        low, high: the slider's range.
    """

    name: str
    vector: Tensor
    low: float
    high: float

    def position(self, code: Tensor, mean: Tensor) -> float:
        """Where a code (K, h, w) stands: the projection of its offset from `mean`, in lengths of `vector`."""
        length2 = float(self.vector.square().sum())
        return float(((code - mean) * self.vector).sum()) / length2 if length2 > 0 else 0.0

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
    """The sliders of a class: from the bundle's styles.safetensors, or its code's axes where it has none for it.

    Raises:
        UserError: styles.safetensors is damaged.
    """
    from model.styles.store import named_styles_of

    named = named_styles_of(bundle)
    found = [] if named is None else list(named.directions.get(class_index, ()))
    return found or axis_directions(bundle, class_index)


def fit_directions(bundle: Bundle, survey: Survey, class_index: int) -> list[Direction]:
    """Named directions and variations of one class; empty where it was never seen large enough."""
    samples = survey.samples[class_index]
    std = deviations(bundle)[class_index]
    dimensions = std.numel()
    if len(samples) < 24:
        return []
    z = np.stack(samples.z)
    scores = np.stack([_normal_scores(column, samples.maps) for column in np.stack(samples.quantities).T], axis=1)
    slopes, noise = _ridge(z, scores)
    named = [_separate(slopes, noise, place) for place in range(len(QUANTITIES))]
    basis = np.linalg.qr(np.stack(named, axis=1))[0] if dimensions > len(named) else np.eye(dimensions)
    rest = _variations(z, samples, basis)

    def direction(name: str, unit: NDArray[np.float64]) -> Direction:
        vector = torch.from_numpy(unit).float().reshape(std.shape) * std
        return Direction(name, vector, -REACH, REACH)

    found = [direction(name.capitalize(), unit) for name, unit in zip(QUANTITIES, named, strict=True)]
    return found + [direction(f"Variation {place}", unit) for place, unit in enumerate(rest, start=1)]


def _normal_scores(values: NDArray[np.float64], groups: list[int]) -> NDArray[np.float64]:
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


def _separate(slopes: NDArray[np.float64], noise: NDArray[np.float64], own: int) -> NDArray[np.float64]:
    """The unit direction that raises quantity `own` and least the others.

    Between the steepest ascent of its own quantity and the ascent square to all others' slopes lies a family
    (regularised inverses); taken is the one whose predicted rank correlations are best.
    """
    gram = slopes @ slopes.T
    best, best_value = None, -np.inf
    for looseness in _LOOSENESS:
        # The others' penalty alone is loosened: its own gain is what a direction is normalised by.
        mixing = np.linalg.pinv(gram + looseness * np.trace(gram) / len(gram) * np.eye(len(gram)), rcond=1e-6)[own]
        unit = slopes.T @ mixing
        length = np.linalg.norm(unit)
        if length < 1e-12:
            continue
        unit = unit / length
        gains = slopes @ unit
        rest = np.maximum((slopes**2).sum(axis=1) - gains**2, 0) + noise
        moved = _POSITION_STD * gains
        predicted = moved / np.sqrt(moved**2 + rest)
        others = np.abs(np.delete(predicted, own))
        value = predicted[own] - 2 * np.maximum(others - 0.2, 0).sum()
        if value > best_value:
            best, best_value = unit, value
    if best is None:
        best = np.zeros(slopes.shape[1])
        best[own % len(best)] = 1.0
    return best


def _variations(z: NDArray[np.float64], samples: ClassSamples, basis: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Unit directions square to `basis` along which the class's appearance changes most."""
    room = basis.shape[0] - basis.shape[1]
    if room <= 0:
        return []
    looks = np.stack(samples.appearance)
    places = np.array(samples.maps)
    for group in np.unique(places):  # the same class differs from map to map by its shape alone
        looks[places == group] -= looks[places == group].mean(axis=0)
    slopes, _ = _ridge(z, looks)
    left = slopes - (slopes @ basis) @ basis.T
    _, _, vt = np.linalg.svd(left, full_matrices=False)
    found = []
    for unit in vt[: min(VARIATIONS, room)]:
        # Signs are arbitrary: upward is lighter.
        towards = float((slopes[: 3 * 16 : 3] @ unit).sum())
        found.append(unit if towards >= 0 else -unit)
    return found


Table = dict[str, dict[str, dict[str, float]]]
"""Class name -> slider name -> quantity -> rank correlation of the slider's position with it."""


def check_directions(
    bundle: Bundle,
    directions: dict[int, list[Direction]],
    draw: Draw,
    count: int,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Table:
    """Rank correlations of the named sliders with all measured quantities, on codes that no fit has seen.

    For each slider random codes are moved to positions drawn uniformly over its range and rendered, `count` pictures
    spread over all maps; ranks are taken within a map. Every code is seen at a position and at the mirrored one: what
    codes differ by among themselves then cannot correlate with positions by chance.
    """
    generator = torch.Generator().manual_seed(seed)
    maps = survey_maps(bundle)
    table: Table = {}
    for place, quantity in enumerate(QUANTITIES):
        survey = Survey(bundle, maps, thumbnails=False)
        positions: list[list[float]] = [[] for _ in range(bundle.classes)]
        base, shares = bundle.code_mean, torch.zeros(bundle.classes)
        for number in range(count):
            map_index = number // 2 * 2 * len(maps) // count
            if number % 2 == 0:
                base, shares = random_codes(bundle, generator), torch.rand(bundle.classes, generator=generator)
            else:  # the same codes at the mirrored positions
                shares = 1 - shares
            codes = base.clone()
            seen = [len(samples) for samples in survey.samples]
            for index, found in directions.items():
                slider = found[place]
                to = slider.low + float(shares[index]) * (slider.high - slider.low)
                codes[index] = slider.moved(codes[index], bundle.code_mean[index], to)
                positions[index].append(to)
            survey.add(map_index, codes, draw(maps[map_index], codes))
            for index in directions:
                if len(survey.samples[index]) == seen[index]:  # not in this map
                    positions[index].pop()
            if progress is not None:
                progress((place + (number + 1) / count) / len(QUANTITIES))
        for index in directions:
            samples = survey.samples[index]
            if len(samples) < 8:
                continue
            asked = _normal_scores(np.array(positions[index]), samples.maps)
            row = {
                other: spearman(asked, _normal_scores(column, samples.maps))
                for other, column in zip(QUANTITIES, np.stack(samples.quantities).T, strict=True)
            }
            table.setdefault(bundle.label_set.names[index], {})[quantity] = row
    return table


def offered(directions: list[Direction], rows: dict[str, dict[str, float]]) -> list[Direction]:
    """The directions that do what they say; variations always do."""
    return [
        direction
        for direction in directions
        if direction.name.lower() not in QUANTITIES
        or rows.get(direction.name.lower(), {}).get(direction.name.lower(), 0.0) >= OFFERED
    ]
