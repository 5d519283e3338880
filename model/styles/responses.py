"""How the measured quantities of a class answer to its code: small networks fitted to rendered pictures.

The generator is far from linear over a slider's range, so that its Jacobians at single codes say little about what a
slider does from end to end. A network of two hidden layers, fitted to some hundred renderings, predicts the quantities
of a class well enough (in the shipped weights 0.99 of the variance of lightness, 0.9 of warmth and of contrast, 0.55 of
pattern scale within a map) to try thousands of sliders where a few dozen could be rendered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from model.styles.measure import QUANTITIES, VISIBLE

_HIDDEN = 32
_STEPS = 300
_RATE = 1e-2
_DECAY = 2.0
#: How much more a difference within a sweep counts than one between styles: it is what a slider does.
_WITHIN = 3.0
#: What sweeps leave unexplained, as a share of what single pictures do, where no sweeps were seen yet.
_FIRST_NOISE = 0.3


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
    """

    scale: Tensor
    noise: Tensor

    def __init__(self, members: int, classes: int, numbers: int, maps: int, generator: torch.Generator) -> None:
        super().__init__()

        def drawn(rows: int, columns: int, size: float) -> nn.Parameter:
            return nn.Parameter(size * torch.randn((members, classes, rows, columns), generator=generator))

        outputs = len(QUANTITIES)
        self.members = members
        self.straight = drawn(numbers, outputs, 0.01)
        self.first, self.first_map = drawn(numbers, _HIDDEN, 0.6 / numbers**0.5), drawn(maps, _HIDDEN, 0.3)
        self.second, self.second_map = drawn(_HIDDEN, _HIDDEN, _HIDDEN**-0.5), drawn(maps, _HIDDEN, 0.3)
        self.last, self.last_map = drawn(_HIDDEN, outputs, 0.3 * _HIDDEN**-0.5), drawn(maps, outputs, 0.1)
        self.register_buffer("scale", torch.ones(classes, 1, outputs))
        self.register_buffer("noise", torch.ones(classes, outputs))

    def forward(self, z: Tensor, maps: Tensor, member: int | None = None) -> Tensor:
        """z (C, N, n) and maps (C, N, maps), one of them 1 in a row -> (C, N, quantities), but for an offset.

        All members: (members, C, N, quantities).
        """

        def of(parameter: Tensor) -> Tensor:
            return parameter if member is None else parameter[member]

        one = torch.tanh(z @ of(self.first) + maps @ of(self.first_map))
        two = torch.tanh(one @ of(self.second) + maps @ of(self.second_map))
        return ((one + two) @ of(self.last) + z @ of(self.straight) + maps @ of(self.last_map)) * self.scale


def fit_responses(seen: Sequence[Observations], maps: int, seed: int, members: int = 2) -> Responses:
    """Fit the networks of all classes at once. `noise` becomes what is unexplained in a sweep, root mean square.

    Args:
        seen: of classes with codes of as many numbers; at least one row each.
    """
    generator = torch.Generator().manual_seed(seed)
    visible = torch.tensor([VISIBLE[name] for name in QUANTITIES])
    z, values, places, weights = _padded([(each.z[:, None], each.values[:, None], each.maps) for each in seen], maps)
    sweep_z, sweep_values, sweep_places, sweep_weights = _padded(
        [(each.sweep_z, each.sweep_values, each.sweep_maps) for each in seen], maps
    )
    z, values, places = z[:, :, 0], values[:, :, 0] / visible, places[:, :, 0]
    count = weights.sum(1)[:, None].clamp_min(1)
    mean = ((values * weights[..., None]).sum(1) / count)[:, None]
    spread = (((values - mean).square() * weights[..., None]).sum(1) / count).sqrt().clamp_min(1e-3)[:, None]
    wanted = (values - mean) / spread
    classes, pictures, positions, numbers = sweep_z.shape
    flat_z, flat_places = sweep_z.flatten(1, 2), sweep_places.flatten(1, 2)
    moved = _centred(sweep_values / visible) / spread[:, :, None]

    model = Responses(members, classes, numbers, maps, generator)
    optimiser = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=_DECAY)

    def huber(error: Tensor) -> Tensor:
        return F.huber_loss(error, torch.zeros_like(error), reduction="none", delta=1.5)

    def swept() -> Tensor:
        return _centred(model(flat_z, flat_places).reshape(members, classes, pictures, positions, -1)) - moved

    for step in range(_STEPS):
        optimiser.param_groups[0]["lr"] = _RATE * (1 - step / _STEPS) + 1e-4
        optimiser.zero_grad()
        loss = (huber(model(z, places) - wanted) * weights[..., None]).sum() / weights.sum()
        if pictures:
            loss = loss + (huber(_WITHIN * swept()).mean(3) * sweep_weights[..., None]).sum() / sweep_weights.sum()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    with torch.no_grad():
        if pictures:
            left = (swept().square().mean(0).sum(2) / max(positions - 1, 1) * sweep_weights[..., None]).sum(1)
            noise = (left / sweep_weights.sum(1)[:, None].clamp_min(1)).sqrt()
        else:
            left = ((model(z, places) - wanted).square().mean(0) * weights[..., None]).sum(1)
            noise = _FIRST_NOISE * (left / count).sqrt()
        model.noise.copy_(noise * spread[:, 0])
        model.scale.copy_(spread)
    return model.requires_grad_(False)


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
