"""Named directions in a class's code: sliders that move what they name.

A slider's direction is found from the Jacobians of the measured quantities over many codes and maps
(model.styles.sensitivity): it raises its own quantity in every one of them as surely as a linear direction can, and
leaves the others where they are on average. What visible change is left after the named directions is summed up by its
principal directions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.styles.measure import QUANTITIES
from model.styles.sensitivity import Sensitivity
from model.styles.survey import ClassSamples, Survey, deviations

#: Sliders run over this many deviations of the codes to either side.
REACH = 2.5
VARIATIONS = 3
FALLBACK_AXES = 6

#: What a direction's search starts from: how much of the effect is given up for constancy, and for the others' rest.
_DAMPINGS = (0.05, 1.0)
_HOLDS = (0.0, 1.0, 100.0)
#: What it aims at, a little past what a slider must reach: correlation with its own quantity and with the others.
_OWN, _OTHER = 0.9, 0.05
_STEPS = 120


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


def fit_directions(bundle: Bundle, survey: Survey, sensitivity: Sensitivity, class_index: int) -> list[Direction]:
    """Named directions and variations of one class; empty where it was never seen large enough."""
    samples = survey.samples[class_index]
    std = deviations(bundle)[class_index]
    dimensions = std.numel()
    if len(samples) < 24 or len(sensitivity) < 4:
        return []
    jacobians = np.stack(sensitivity.jacobians)
    named = list(steady_directions(jacobians))
    basis = np.linalg.qr(np.stack(named, axis=1))[0] if dimensions > len(named) else np.eye(dimensions)
    rest = _variations(np.stack(samples.z), samples, basis)

    def direction(name: str, unit: NDArray[np.float64]) -> Direction:
        vector = torch.from_numpy(unit).float().reshape(std.shape) * std
        return Direction(name, vector, -REACH, REACH)

    found = [direction(name.capitalize(), unit) for name, unit in zip(QUANTITIES, named, strict=True)]
    return found + [direction(f"Variation {place}", unit) for place, unit in enumerate(rest, start=1)]


def steady_directions(jacobians: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each quantity the unit direction along which it rises surely and much, and the others stay.

    Along a direction d quantity k changes by j_k d, which differs from picture to picture. Between positions on the
    slider and the changes the correlation is c_k = E[j_k d] / sqrt(E[(j_k d)^2]). Sought is the greatest effect
    E[j_own d] with c_own of at least 0.9 and the other c_k of at most 0.05, where the others must not rise more often
    than they fall, either: by gradient steps with penalties, from the Rayleigh quotient's solutions
    d = (E[j j^T] + damping)^-1 E[j] with and without the others' mean gradients.

    Args:
        jacobians: float64 (N, quantities, n).

    Returns:
        float64 (quantities, n).
    """
    count, quantities, dimensions = jacobians.shape
    tries = [(damping, hold) for damping in _DAMPINGS for hold in _HOLDS]
    # A quantity that nothing moves has a direction all the same.
    starts = np.stack([[_candidate(jacobians, own, *attempt) for attempt in tries] for own in range(quantities)]) + 1e-9
    means = torch.from_numpy(jacobians.mean(axis=0))
    rows = torch.from_numpy(np.ascontiguousarray(jacobians.transpose(2, 1, 0).reshape(dimensions, -1)))
    powers = torch.from_numpy(np.square(jacobians).sum(axis=2).mean(axis=0)).clamp_min(1e-18)
    own = torch.eye(quantities, dtype=torch.bool)[:, None, :]
    # With few samples a direction could fit their chance differences: the fewer there are, the less they are believed.
    doubt = 0.3 / count * powers * own
    lengths = means.norm(dim=1).clamp_min(1e-12)
    free = torch.from_numpy(starts).requires_grad_(True)
    optimiser = torch.optim.Adam([free], lr=0.04)

    def losses() -> Tensor:
        unit = free / free.norm(dim=2, keepdim=True).clamp_min(1e-12)
        each = (unit @ rows).reshape(*unit.shape[:2], quantities, count)
        power, slopes = each.square().mean(dim=3), unit @ means.T
        correlation = slopes / (power + doubt + 1e-9 * powers).sqrt()
        effect = ((slopes / lengths) * own).sum(dim=2).clamp_min(1e-3).log()
        short = (_OWN - (correlation * own).sum(dim=2)).clamp_min(0).square()
        # Ranks see how often a quantity rises, not how far: a soft sign beside the correlation.
        risen = (each / (each.square() + 0.25 * power[..., None] + 1e-9 * powers[:, None]).sqrt()).mean(dim=3)
        both = torch.stack([correlation, risen]) * ~own
        astray = (both.abs() - _OTHER).clamp_min(0).square().sum(dim=(0, 3))
        return 6 * short + 10 * astray - 0.05 * effect

    for step in range(_STEPS):
        optimiser.param_groups[0]["lr"] = 0.04 * (1 - step / _STEPS) ** 2 + 2e-4
        optimiser.zero_grad()
        losses().sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    with torch.no_grad():
        best = losses().argmin(dim=1)
        found = free[torch.arange(quantities), best].numpy()
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def corrected(
    direction: Direction, std: Tensor, jacobians: NDArray[np.float64], slopes: NDArray[np.float64], own: int
) -> Direction:
    """A direction made right by what it was seen to do over its whole range, where Jacobians speak of small steps.

    To it is added the smallest change of the code that takes the other quantities' middle slopes back to nothing, and
    leaves its own. Slopes that chance could explain are left alone.

    Args:
        std: deviations of the class's codes; jacobians: float64 (N, quantities, n), in deviations.
        slopes: float64 (P, quantities), change by position in every picture that was seen.
    """
    unit = (direction.vector / std).double().numpy().ravel()
    means = jacobians.mean(axis=0)
    scale = np.sqrt(np.square(jacobians).sum(axis=2).mean(axis=0)).clip(1e-9)
    # Medians, as ranks judge; and what the median of so many slopes differs from nothing by chance.
    middle = np.median(slopes, axis=0)
    chance = np.square(1.858 * np.median(np.abs(slopes - middle), axis=0)) / len(slopes)
    sure = np.clip(1 - 4 * chance / np.maximum(np.square(middle), 1e-18), 0, 1)
    wanted = -sure * middle / scale
    wanted[own] = 0
    rows = means / scale[:, None]
    gram = rows @ rows.T + 0.02 * np.eye(len(rows))
    change = rows.T @ np.linalg.solve(gram, wanted)
    # A change as large as the direction itself is no correction.
    change *= min(1.0, 0.5 / max(float(np.linalg.norm(change)), 1e-12))
    unit = unit + change
    unit /= max(float(np.linalg.norm(unit)), 1e-12)
    vector = torch.from_numpy(unit).float().reshape(std.shape) * std
    return Direction(direction.name, vector, direction.low, direction.high)


def _candidate(jacobians: NDArray[np.float64], own: int, damping: float, hold: float) -> NDArray[np.float64]:
    """A unit vector (n,), or zeros where nothing moves the quantity."""
    dimensions = jacobians.shape[2]
    means = jacobians.mean(axis=0)
    second = jacobians[:, own].T @ jacobians[:, own] / len(jacobians)
    size = max(float(np.trace(second)) / dimensions, 1e-18)
    inverted = second / size + damping * np.eye(dimensions)
    for other in range(len(means)):
        length = float(np.linalg.norm(means[other]))
        if other != own and length > 1e-12:
            inverted += hold * dimensions * np.outer(means[other], means[other]) / length**2
    raised = np.linalg.solve(inverted, means[own])
    return np.asarray(raised / max(float(np.linalg.norm(raised)), 1e-18))


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
