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
REACH = 3.5
_NEAR = 0.4
#: What the search aims at, past what a slider must reach: rank correlation with its own quantity and with others.
_OWN, _OTHER = 0.93, 0.1
#: And the change from end to end, in steps that are seen: responses see a little more than pictures show.
EFFECT = 2.2
_STEPS = 160
#: Styles that a step of the search moves, drawn anew for every step.
_BATCH = 20
#: What directions it starts from: how much effect is given up for constancy, and for the others' rest.
_STARTS = ((0.05, 0.0), (0.05, 1.0), (1.0, 1.0), (1.0, 100.0))
#: How much is given up for staying near a slider whose changes are known: what is known of it, others need not have.
_STAY = 1.0
#: Between which changes ranks are told apart, in steps that are seen.
_LEVELS = (0.5, 1.5, 2.5, 4.5, 8.5)


@dataclass(frozen=True)
class Sliders:
    """Of several classes, a slider a quantity: unit vectors (C, Q, n) in deviations, ranges (C, Q)."""

    units: Tensor
    low: Tensor
    high: Tensor


def search_sliders(
    responses: Responses,
    weights: Tensor,
    bases: Tensor,
    maps: Tensor,
    before: Sliders | None = None,
    left: Tensor | None = None,
    *,
    anew: bool = True,
    seed: int = 0,
    among: Tensor | None = None,
    effect: float = EFFECT,
) -> Sliders:
    """For each class and quantity the slider with the least loss.

    Args:
        weights: (C, n), squares of the deviations: positions on a slider are counted in codes, not in deviations.
        bases: (C, B, n), styles to move; maps: (C, B, maps), where each is seen.
        before: sliders to start from, beside those from the responses' mean gradients.
        left: (C, Q, 3, quantities), what the responses miss of the changes along the sliders before (`left_over`).
        anew: start from the gradients too, though there are sliders before.
        among: float (n,), 1 for the numbers of a code that sliders may move, 0 for others; None: all of them.
        effect: the change from end to end that is aimed at, in steps that are seen.
    """
    classes, count, numbers = bases.shape
    quantities = len(QUANTITIES)
    generator = torch.Generator().manual_seed(seed)
    tries = [] if before is None else [before.units[:, :, None]] * (1 if anew else 2)
    if anew or before is None:
        tries.append(_starts(responses, bases, maps, among))
    directions = torch.cat(tries, dim=2)
    # Where two begin alike, one of them is leant.
    directions[:, :, 1:] += 0.3 / numbers**0.5 * torch.randn(directions[:, :, 1:].shape, generator=generator)
    free = (directions + 1e-6).requires_grad_(True)
    ends = torch.ones(2, *directions.shape[:3])
    if before is not None:
        share = (torch.stack([-before.low, before.high]) - _NEAR) / (REACH - _NEAR)
        ends[:, :, :, : 1 if anew else 2] = torch.logit(share.clamp(0.02, 0.98))[..., None]
    ends.requires_grad_(True)
    own = torch.eye(quantities, dtype=torch.bool)[None, :, None]
    noise = responses.noise.clamp_min(0.15)[:, None, None, None, None]
    towards = torch.tensor([-1.0, 0.0, 1.0])[:, None]

    def unit_and_range() -> tuple[Tensor, Tensor]:
        reach = _NEAR + (REACH - _NEAR) * torch.sigmoid(ends)
        moved = free if among is None else free * among
        return moved / moved.norm(dim=3, keepdim=True).clamp_min(1e-9), torch.stack([-reach[0], reach[1]], dim=-1)

    def losses(member: int, chosen: Tensor) -> Tensor:
        units, ranges = unit_and_range()
        styles = bases[:, chosen]
        stops = torch.stack([ranges[..., 0], ranges.mean(-1), ranges[..., 1]], dim=-1)
        weighted = units * weights[:, None, None]
        stands = torch.einsum("cqtn,cbn->cqtb", weighted, styles) / (weighted * units).sum(3, keepdim=True)
        shift = stops[:, :, :, None] - stands[..., None]
        z = styles[:, None, None, :, None] + shift[..., None] * units[:, :, :, None, None]
        places = maps[:, None, None, chosen, None].expand(*z.shape[:-1], -1)
        values = responses(z.reshape(classes, -1, numbers), places.reshape(classes, -1, maps.shape[-1]), member)
        values = values.reshape(*z.shape[:-1], quantities)
        if before is not None and left is not None:
            # The longer the slider, the more; that it turns a little is no excuse.
            span = (ranges[..., 1] - ranges[..., 0]) / (before.high - before.low)[:, :, None]
            values = values + span[..., None, None, None] * left[:, :, None, None]
        centred = values - values.mean(4, keepdim=True)
        correlations = soft_correlations(centred, noise, towards)
        change = (values[:, :, :, :, 2] - values[:, :, :, :, 0]).mean(3)
        own_change = (change * own).sum(3)
        short = (_OWN - (correlations * own).sum(3)).clamp_min(0)
        unseen = (effect - own_change).clamp_min(0)
        others = (correlations.abs() - _OTHER).clamp_min(0) * ~own
        astray = others.square().sum(3) + others.amax(3).square()
        # Ranks say nothing of how far off a large leak is: its mean leads out of there.
        drift = ((1 + (change * ~own).square()).sqrt() - 1).sum(3)
        lacking = 15 * short.square() + 2 * short + unseen.square()
        loss = lacking + 10 * astray + 0.1 * drift - 0.03 * own_change.clamp_min(0.05).log()
        if before is not None and left is not None:
            loss = loss + _STAY * (1 - (units * before.units[:, :, None]).sum(3))
        return loss

    optimiser = torch.optim.Adam([{"params": [free]}, {"params": [ends]}])
    for step in range(_STEPS):
        fall = (1 - step / _STEPS) ** 1.5
        optimiser.param_groups[0]["lr"], optimiser.param_groups[1]["lr"] = 0.05 * fall + 1e-3, 0.1 * fall + 1e-3
        optimiser.zero_grad()
        chosen = torch.randperm(count, generator=generator)[:_BATCH]
        losses(step % responses.members, chosen).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    with torch.no_grad():
        every = torch.arange(count)
        total = torch.stack([losses(member, every) for member in range(responses.members)]).sum(0)
        best = total.nan_to_num(torch.inf).argmin(2)[:, :, None, None]
        units, ranges = unit_and_range()
        unit = torch.take_along_dim(units, best, 2)[:, :, 0]
        low, high = torch.take_along_dim(ranges, best, 2)[:, :, 0].unbind(-1)
    return Sliders(unit, low, high)


def soft_correlations(centred: Tensor, noise: Tensor, towards: Tensor) -> Tensor:
    """What `checking.figures_of` would find, smoothly: rank correlations of positions with changes.

    Changes count in whole steps that are seen; the noise of measuring makes the count soft. Between two levels a rank
    rises by half of what lies at either.

    Args:
        centred: (..., B, positions, quantities), changes in steps that are seen, with a mean of 0 over the positions.
        noise: their noise, root mean square; towards: (positions, 1), how far each position is to the right.

    Returns:
        (..., quantities).
    """
    above = [torch.special.ndtr((centred - level) / noise) for level in _LEVELS]
    below = [torch.special.ndtr((-centred - level) / noise) for level in _LEVELS]
    share = torch.stack([(up + down).mean((-3, -2)) / 2 for up, down in zip(above, below, strict=True)]).detach()
    # What lies at 0, at the first step, the second...: ranks rise from one to the next by the mean of the two.
    at = torch.cat([(1 - 2 * share[:1]), share[:-1] - share[1:], share[-1:]])
    rises = (at[:-1] + at[1:]) / 2
    rank, square, height = torch.zeros_like(centred), torch.zeros_like(centred), torch.zeros_like(rises[0])
    for rise, up, down in zip(rises, above, below, strict=True):
        higher = height + rise
        rank = rank + rise[..., None, None, :] * (up - down)
        square = square + (higher.square() - height.square())[..., None, None, :] * (up + down)
        height = higher
    return (rank * towards).mean((-3, -2)) / (2 / 3 * (square.mean((-3, -2)) + 5e-4)).sqrt()


def _starts(responses: Responses, bases: Tensor, maps: Tensor, among: Tensor | None) -> Tensor:
    """Directions to start from, (C, Q, tries, n), from the responses' gradients by the numbers ``among`` the code's."""
    z = bases.clone().requires_grad_(True)
    values = responses(z, maps, 0)
    gradients = [
        torch.autograd.grad(values[..., place].sum(), z, retain_graph=True)[0] for place in range(len(QUANTITIES))
    ]
    stacked = torch.stack(gradients, dim=2)
    slopes = (stacked if among is None else stacked * among).double().numpy()
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
