"""How the measured quantities of a class answer to its code: small networks fitted to rendered pictures.

The generator is far from linear over a slider's range, so that its Jacobians at single codes say little about what a
slider does from end to end. A network of two hidden layers, fitted to some hundred renderings, predicts the colour of a
class (L*, a*, b* and what its pixels differ by) and from it the quantities: warmth and chroma bend as they do by their
definition. It tells 0.99 of the variance of lightness, 0.97 of warmth, 0.92 of saturation, 0.9 of contrast and 0.7 of
pattern scale within a map (medians of the shipped weights' classes), so that thousands of sliders can be tried where a
few dozen could be rendered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from model.styles.measure import GREY, QUANTITIES, VISIBLE

_HIDDEN = 32
#: Steps of the first fit, and of one that goes on from an earlier one.
_STEPS, _MORE = 300, 130
_RATE, _MORE_RATE = 1e-2, 4e-3
#: Share of what was seen that a step looks at, and how much it looks at least.
_BATCH, _LEAST_BATCH = 0.4, 200
_DECAY = 2.0
#: How much more a difference within a sweep counts than one between styles: it is what a slider does.
_WITHIN = 3.0
#: What sweeps leave unexplained, as a share of what single pictures do, where no sweeps were seen yet.
_FIRST_NOISE = 0.5
#: What the networks tell: L*, a*, b*, what pixels differ by in chroma, contrast, pattern scale.
_TOLD = 6


@dataclass
class Observations:
    """What was seen of one class: codes in deviations from the mean, quantities of `measure`, maps by number.

    Attributes:
        z: float64 (N, n); values: (N, quantities); maps: N numbers.
        sweep_z: (P, S, n), a row the positions of a slider in one picture; sweep_values: (P, S, quantities).
        sweep_maps: P numbers.
    """

    z: NDArray[np.float64]
    values: NDArray[np.float64]
    maps: Sequence[int]
    sweep_z: NDArray[np.float64]
    sweep_values: NDArray[np.float64]
    sweep_maps: Sequence[int]


class Responses(nn.Module):
    """Predicts the quantities of several classes, each by networks of its own, in steps that are seen (`VISIBLE`).

    Args:
        members: networks a class, which differ where too little was seen: what one believes by chance another does not.
        maps: how many maps there are; a class looks different in each.

    Attributes:
        centre, scale: (C, 1, quantities), mean and spread of what was seen, in steps that are seen.
        noise: (C, quantities), what is unexplained in a sweep, root mean square, in such steps.
    """

    centre: Tensor
    scale: Tensor
    noise: Tensor

    def __init__(self, members: int, classes: int, numbers: int, maps: int, generator: torch.Generator) -> None:
        super().__init__()

        def drawn(rows: int, columns: int, size: float) -> nn.Parameter:
            return nn.Parameter(size * torch.randn((members, classes, rows, columns), generator=generator))

        self.members = members
        self.straight = drawn(numbers, _TOLD, 0.01)
        self.first, self.first_map = drawn(numbers, _HIDDEN, 0.6 / numbers**0.5), drawn(maps, _HIDDEN, 0.3)
        self.second, self.second_map = drawn(_HIDDEN, _HIDDEN, _HIDDEN**-0.5), drawn(maps, _HIDDEN, 0.3)
        self.last, self.last_map = drawn(_HIDDEN, _TOLD, 0.3 * _HIDDEN**-0.5), drawn(maps, _TOLD, 0.1)
        self.register_buffer("centre", torch.zeros(classes, 1, len(QUANTITIES)))
        self.register_buffer("scale", torch.ones(classes, 1, len(QUANTITIES)))
        self.register_buffer("noise", torch.ones(classes, len(QUANTITIES)))

    def forward(self, z: Tensor, maps: Tensor, member: int | None = None) -> Tensor:
        """z (C, N, n) and maps (C, N, maps), one of them 1 in a row -> (C, N, quantities).

        All members: (members, C, N, quantities).
        """

        def of(parameter: Tensor) -> Tensor:
            return parameter if member is None else parameter[member]

        one = torch.tanh(z @ of(self.first) + maps @ of(self.first_map))
        two = torch.tanh(one @ of(self.second) + maps @ of(self.second_map))
        told = (one + two) @ of(self.last) + z @ of(self.straight) + maps @ of(self.last_map)
        return self._quantities(told)

    def _quantities(self, told: Tensor) -> Tensor:
        """What `measure` makes of a colour, (..., told) -> (..., quantities)."""
        visible = [VISIBLE[name] for name in QUANTITIES]
        plain = told[..., (0, 1, 2, 4, 5)] * self.scale[..., (0, 2, 2, 3, 4)]
        middle = self.centre
        chroma_then, warmth_then = middle[..., 2] * visible[2], middle[..., 1] * visible[1]
        a = plain[..., 1] * visible[2] + chroma_then
        b = plain[..., 2] * visible[2] + warmth_then / 100 * (chroma_then + GREY)
        apart = 3 * F.softplus(told[..., 3])
        chroma = (a.square() + b.square() + apart.square() + 1e-4).sqrt()
        warmth = 100 * b / (chroma + GREY)
        return torch.stack(
            [
                plain[..., 0] + middle[..., 0],
                warmth / visible[1],
                chroma / visible[2],
                plain[..., 3] + middle[..., 3],
                plain[..., 4] + middle[..., 4],
            ],
            dim=-1,
        )


def fit_responses(
    seen: Sequence[Observations], maps: int, seed: int, members: int = 2, before: Responses | None = None
) -> Responses:
    """Fit the networks of all classes at once.

    Args:
        seen: of classes with codes of as many numbers; at least one row each.
        before: networks of the same classes that were fitted to less, to go on from; they are changed.
    """
    generator = torch.Generator().manual_seed(seed)
    visible = torch.tensor([VISIBLE[name] for name in QUANTITIES])
    z, values, places, weights = _padded([(each.z[:, None], each.values[:, None], each.maps) for each in seen], maps)
    sweep_z, sweep_values, sweep_places, sweep_weights = _padded(
        [(each.sweep_z, each.sweep_values, each.sweep_maps) for each in seen], maps
    )
    z, wanted, places = z[:, :, 0], values[:, :, 0] / visible, places[:, :, 0]
    count = weights.sum(1)[:, None].clamp_min(1)
    classes, pictures, positions, numbers = sweep_z.shape
    moved = _centred(sweep_values / visible)
    if before is None:
        model = Responses(members, classes, numbers, maps, generator)
        mean = ((wanted * weights[..., None]).sum(1) / count)[:, None]
        spread = (((wanted - mean).square() * weights[..., None]).sum(1) / count).sqrt().clamp_min(1e-3)[:, None]
        model.centre.copy_(mean)
        model.scale.copy_(spread)
    else:
        model = before.requires_grad_(True)
        spread = model.scale
    steps, rate = (_STEPS, _RATE) if before is None else (_MORE, _MORE_RATE)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=_DECAY)

    def huber(error: Tensor) -> Tensor:
        return F.huber_loss(error, torch.zeros_like(error), reduction="none", delta=1.5)

    def swept(rows: Tensor) -> Tensor:
        codes, seen_in = sweep_z[:, rows].flatten(1, 2), sweep_places[:, rows].flatten(1, 2)
        told = model(codes, seen_in).reshape(model.members, classes, len(rows), positions, -1)
        return (_centred(told) - moved[:, rows]) / spread[:, :, None]

    def batch(count: int) -> Tensor:
        return torch.randperm(count, generator=generator)[: max(min(count, _LEAST_BATCH), round(_BATCH * count))]

    for step in range(steps):
        optimiser.param_groups[0]["lr"] = rate * (1 - step / steps) + 1e-4
        optimiser.zero_grad()
        rows = batch(z.shape[1])
        shares = weights[:, rows, None]
        errors = huber((model(z[:, rows], places[:, rows]) - wanted[:, rows]) / spread)
        loss = (errors * shares).sum() / shares.sum().clamp_min(1)
        if pictures:
            rows = batch(pictures)
            shares = sweep_weights[:, rows, None]
            loss = loss + (huber(_WITHIN * swept(rows)).mean(3) * shares).sum() / shares.sum().clamp_min(1)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    with torch.no_grad():
        if pictures:
            missed = swept(torch.arange(pictures)).square().mean(0).sum(2) / max(positions - 1, 1)
            left = (missed * sweep_weights[..., None]).sum(1)
            noise = (left / sweep_weights.sum(1)[:, None].clamp_min(1)).sqrt()
        else:
            left = (((model(z, places) - wanted) / spread).square().mean(0) * weights[..., None]).sum(1)
            noise = _FIRST_NOISE * (left / count).sqrt()
        model.noise.copy_(noise * spread[:, 0])
    return model.requires_grad_(False)


def misses(
    model: Responses, z: NDArray[np.float64], values: NDArray[np.float64], maps: Sequence[int], row: int
) -> Tensor:
    """What a class's networks miss of the changes along sweeps: (P, S, quantities) in steps that are seen.

    Args:
        z: (P, S, n); values: (P, S, quantities); maps: P numbers: the sweeps of one slider, positions from low to high.
        row: the class among the model's.
    """
    pictures, positions, numbers = z.shape
    classes = model.noise.shape[0]
    flat = torch.from_numpy(z).float().reshape(1, -1, numbers).expand(classes, -1, -1)
    places = torch.zeros(classes, pictures, positions, model.first_map.shape[2])
    places[:, torch.arange(pictures), :, torch.tensor(list(maps))] = 1
    with torch.no_grad():
        told = model(flat, places.flatten(1, 2)).mean(0)[row].reshape(pictures, positions, -1)
    visible = torch.tensor([VISIBLE[name] for name in QUANTITIES])
    return _centred(torch.from_numpy(values).float() / visible) - _centred(told)


def _centred(values: Tensor) -> Tensor:
    """(..., positions, quantities) less the mean over the positions."""
    return values - values.mean(-2, keepdim=True)


def _padded(
    rows: Sequence[tuple[NDArray[np.float64], NDArray[np.float64], Sequence[int]]], maps: int
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Rows of several classes as z (C, N, S, n), values (C, N, S, quantities), maps (C, N, S, maps), weights (C, N)."""
    longest = max(len(z) for z, _, _ in rows)
    positions, numbers = max(z.shape[1] for z, _, _ in rows), rows[0][0].shape[2]
    z = torch.zeros(len(rows), longest, positions, numbers)
    values = torch.zeros(len(rows), longest, positions, len(QUANTITIES))
    places, weights = torch.zeros(len(rows), longest, positions, maps), torch.zeros(len(rows), longest)
    for index, (codes, measured, of_maps) in enumerate(rows):
        count = len(codes)
        if not count:
            continue
        z[index, :count] = torch.from_numpy(codes).float()
        values[index, :count] = torch.from_numpy(measured).float()
        places[index, torch.arange(count), :, torch.tensor(list(of_maps))] = 1
        weights[index, :count] = 1
    return z, values, places, weights
