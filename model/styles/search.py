"""The search for sliders: linear directions and ranges that do what is asked of them, tried on fitted responses.

What is asked is rank correlation of a slider's position with the quantity that it names, and little of it with the
others, over the slider's range and over styles as people have them (model.styles.checking measures just that in
rendered pictures). Both follow from which of the changes along the slider are seen, so the search counts these, softly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.styles.measure import QUANTITIES
from model.styles.responses import Responses

#: No slider goes further than this many deviations of the codes from the mean, or less far than `_NEAR`.
REACH = 3.0
_NEAR = 0.4
#: What the search aims at, past what a slider must reach: rank correlation with its own quantity and with others.
_OWN, _OTHER = 0.93, 0.12
_STEPS = 140
#: What directions it starts from: how much effect is given up for constancy, and for the others' rest.
_STARTS = ((0.05, 0.0), (0.05, 1.0), (1.0, 1.0), (1.0, 100.0))


@dataclass(frozen=True)
class Sliders:
    """Of several classes, a slider a quantity: unit vectors (C, Q, n) in deviations, ranges (C, Q)."""

    units: Tensor
    low: Tensor
    high: Tensor


def search_sliders(
    responses: Responses, weights: Tensor, bases: Tensor, maps: Tensor, before: Sliders | None = None
) -> Sliders:
    """For each class and quantity the slider with the least loss.

    Args:
        weights: (C, n), squares of the deviations: positions on a slider are counted in codes, not in deviations.
        bases: (C, B, n), styles to move; maps: (C, B, maps), where each is seen.
        before: sliders to start from, beside those from the responses' mean gradients.
    """
    classes, _, numbers = bases.shape
    quantities = len(QUANTITIES)
    directions = _starts(responses, bases, maps)
    if before is not None:
        directions = torch.cat([before.units[:, :, None], directions], dim=2)
    tries = directions.shape[2]
    free = (directions + 1e-6).requires_grad_(True)
    ends = torch.ones(2, classes, quantities, tries)
    if before is not None:
        share = (torch.stack([-before.low, before.high]) - _NEAR) / (REACH - _NEAR)
        ends[:, :, :, 0] = torch.logit(share.clamp(0.02, 0.98))
    ends.requires_grad_(True)
    own = torch.eye(quantities, dtype=torch.bool)[None, :, None]
    noise = responses.noise.clamp_min(0.15)[:, None, None, None, None]
    towards = torch.tensor([-1.0, 0.0, 1.0])[:, None]

    def unit_and_range() -> tuple[Tensor, Tensor]:
        reach = _NEAR + (REACH - _NEAR) * torch.sigmoid(ends)
        return free / free.norm(dim=3, keepdim=True).clamp_min(1e-9), torch.stack([-reach[0], reach[1]], dim=-1)

    def losses(member: int) -> Tensor:
        units, ranges = unit_and_range()
        stops = torch.stack([ranges[..., 0], ranges.mean(-1), ranges[..., 1]], dim=-1)
        weighted = units * weights[:, None, None]
        stands = torch.einsum("cqtn,cbn->cqtb", weighted, bases) / (weighted * units).sum(3, keepdim=True)
        shift = stops[:, :, :, None] - stands[..., None]
        z = bases[:, None, None, :, None] + shift[..., None] * units[:, :, :, None, None]
        places = maps[:, None, None, :, None].expand(*z.shape[:-1], -1)
        values = responses(z.reshape(classes, -1, numbers), places.reshape(classes, -1, maps.shape[-1]), member)
        values = values.reshape(*z.shape[:-1], quantities)
        # Of the changes that are seen, which go up and which down; the noise of measuring makes it a soft count.
        centred = values - values.mean(4, keepdim=True)
        up = torch.special.ndtr((centred - 0.5) / noise)
        down = torch.special.ndtr((-centred - 0.5) / noise)
        shared = ((up - down) * towards).mean((3, 4))
        correlations = shared / (2 / 3 * ((up + down).mean((3, 4)) + 0.003)).sqrt()
        effect = (values[:, :, :, :, 2] - values[:, :, :, :, 0]).mean(3)
        short = (_OWN - (correlations * own).sum(3)).clamp_min(0)
        astray = ((correlations.abs() - _OTHER).clamp_min(0) * ~own).square().sum(3)
        visible = (effect * own).sum(3).clamp_min(0.05).log()
        return 6 * short.square() + short + 10 * astray - 0.03 * visible

    optimiser = torch.optim.Adam([{"params": [free]}, {"params": [ends]}])
    for step in range(_STEPS):
        fall = (1 - step / _STEPS) ** 1.5
        optimiser.param_groups[0]["lr"], optimiser.param_groups[1]["lr"] = 0.05 * fall + 1e-3, 0.1 * fall + 1e-3
        optimiser.zero_grad()
        losses(step % responses.members).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    with torch.no_grad():
        total = torch.stack([losses(member) for member in range(responses.members)]).sum(0)
        best = total.nan_to_num(torch.inf).argmin(2)[:, :, None, None]
        units, ranges = unit_and_range()
        unit = torch.take_along_dim(units, best, 2)[:, :, 0]
        low, high = torch.take_along_dim(ranges, best, 2)[:, :, 0].unbind(-1)
    return Sliders(unit, low, high)


def _starts(responses: Responses, bases: Tensor, maps: Tensor) -> Tensor:
    """Directions to start from, (C, Q, tries, n), from the responses' gradients by the code."""
    z = bases.clone().requires_grad_(True)
    values = responses(z, maps, 0)
    gradients = [
        torch.autograd.grad(values[..., place].sum(), z, retain_graph=True)[0] for place in range(len(QUANTITIES))
    ]
    slopes = torch.stack(gradients, dim=2).double().numpy()
    found = [
        [[raising(each, own, damping, hold) for damping, hold in _STARTS] for own in range(len(QUANTITIES))]
        for each in slopes
    ]
    return torch.from_numpy(np.array(found)).float()


def raising(slopes: NDArray[np.float64], own: int, damping: float, hold: float) -> NDArray[np.float64]:
    """The unit direction d = (E[j j^T] + damping + hold E[k] E[k]^T)^-1 E[j] along which quantity `own` rises surely.

    Args:
        slopes: float64 (N, quantities, n), gradients of the quantities at N styles: j those of `own`, k the others'.
        damping: how much effect is given up for constancy; hold: for the rest of the others.

    Returns:
        float64 (n,); zeros where nothing moves the quantity.
    """
    numbers, means = slopes.shape[2], slopes.mean(axis=0)
    second = slopes[:, own].T @ slopes[:, own] / len(slopes)
    inverted = second / max(float(np.trace(second)) / numbers, 1e-18) + damping * np.eye(numbers)
    for other, mean in enumerate(means):
        length = float(np.linalg.norm(mean))
        if other != own and length > 1e-12:
            inverted += hold * numbers * np.outer(mean, mean) / length**2
    raised = np.linalg.solve(inverted, means[own])
    return np.asarray(raised / max(float(np.linalg.norm(raised)), 1e-18))
