"""Whether sliders do what they say: sweeps over their range on random styles, measured in the rendered pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.colour import to_lab
from model.labels import LabelMap
from model.styles.directions import Direction, normal_scores, spearman
from model.styles.measure import QUANTITIES, VISIBLE
from model.styles.survey import Draw, deviations, map_turns, random_codes, rulers

#: What a slider is asked for: rank correlation with what it names, at most so much with another quantity, and a change
#: from end to end that a person sees (`VISIBLE`).
OWN, OTHER = 0.8, 0.3
#: A slider that moves another quantity somewhat more is still of use, and offered up to here.
TOLERATED = 0.45
#: Positions in a sweep.
STEPS = 3


@dataclass(frozen=True)
class SliderFigures:
    """What a named slider does.

    Attributes:
        correlations: by quantity, Spearman's rank correlation of the slider's position with the quantity, each picture
            compared with itself at other positions; changes too small to be seen (`VISIBLE`) count as none.
        change: of its own quantity from one end to the other, mean over the pictures, in the quantity's unit.
        pooled: the correlation with its own quantity where pictures of different styles are compared with each other.
    """

    quantity: str
    correlations: dict[str, float]
    change: float
    pooled: float

    @property
    def own(self) -> float:
        return self.correlations[self.quantity]

    @property
    def other(self) -> float:
        """The largest correlation, by size, with one of the other quantities."""
        return max((abs(value) for key, value in self.correlations.items() if key != self.quantity), default=0.0)

    @property
    def offered(self) -> bool:
        """Whether a person gets it."""
        return round(self.own, 2) >= OWN and round(self.other, 2) <= TOLERATED and self.change >= VISIBLE[self.quantity]

    @property
    def reached(self) -> bool:
        """Whether it does all that is asked."""
        return self.offered and round(self.other, 2) <= OTHER

    def to_json(self) -> dict[str, float | bool]:
        rounded: dict[str, float | bool] = {key: round(value, 3) for key, value in self.correlations.items()}
        return rounded | {"change": round(self.change, 3), "pooled": round(self.pooled, 3), "offered": self.offered}


Table = dict[str, dict[str, SliderFigures]]
"""Class name -> quantity that a slider names -> what it does."""


@dataclass(frozen=True)
class Sweeps:
    """What was measured of one class and slider: float64, one row a picture, one column a position.

    Attributes:
        positions: (P, STEPS); values: (P, STEPS, quantities); maps: the map of each picture.
        z: (P, STEPS, n), the codes in deviations from the mean.
    """

    positions: NDArray[np.float64]
    values: NDArray[np.float64]
    maps: list[int]
    z: NDArray[np.float64]

    def sorted(self) -> Sweeps:
        """The same with the positions of every picture from low to high."""
        order = self.positions.argsort(axis=1)
        values, z = (np.take_along_axis(each, order[..., None], 1) for each in (self.values, self.z))
        return Sweeps(np.take_along_axis(self.positions, order, 1), values, self.maps, z)


def joined(several: Sequence[Sweeps]) -> Sweeps:
    """All pictures of several sweeps, at least one."""
    return Sweeps(
        np.concatenate([each.positions for each in several]),
        np.concatenate([each.values for each in several]),
        [place for each in several for place in each.maps],
        np.concatenate([each.z for each in several]),
    )


Need = Mapping[int, Sequence[float]]
"""How often the sliders of a class are to be moved, by class index: a number above 0 for each quantity."""


class _Turns:
    """Whose turn it is among the sliders of each class."""

    def __init__(self, need: Need) -> None:
        self._need = need
        self._moved = {index: [0] * len(QUANTITIES) for index in need}

    def of_classes(self) -> dict[int, float]:
        """How often each class is wanted beside one whose sliders all count 1."""
        return {index: sum(each) / len(QUANTITIES) for index, each in self._need.items()}

    def next(self, class_index: int, otherwise: int) -> int:
        """The quantity whose slider lacks most turns; `otherwise` for classes that nothing was said of."""
        moved = self._moved.get(class_index)
        if moved is None:
            return otherwise
        lacking = [wanted / (1 + done) for wanted, done in zip(self._need[class_index], moved, strict=True)]
        place = int(np.argmax(lacking))
        moved[place] += 1
        return place


@dataclass
class _Row:
    """One picture of a sweep."""

    map: int
    positions: list[float] = field(default_factory=list)
    values: list[NDArray[np.float64]] = field(default_factory=list)
    z: list[NDArray[np.float64]] = field(default_factory=list)


def sweep(
    bundle: Bundle,
    directions: dict[int, list[Direction]],
    draw: Draw,
    maps: list[LabelMap],
    count: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
    *,
    tilt: float = 0.0,
    need: Need | None = None,
) -> dict[tuple[int, int], Sweeps]:
    """Move the named sliders of all classes over their ranges in `count` pictures of random styles (`map_turns`).

    Every class passes its positions in an order of its own, so that what one does to its neighbours is no trend. In
    every picture it moves as many sliders as there are quantities, one after the other: each once, or by `need`.

    Args:
        need: of each class, how often its sliders are moved beside each other and beside those of other classes; a
            class that is missing counts 1 for each. None: all alike.
        tilt: lean every slider another way in every picture, by about this tangent, and vary its ends: to learn what
            sliders near it do. 0 to judge them.

    Returns:
        by class index and place of the quantity; only classes that some map shows large enough.
    """
    generator = torch.Generator().manual_seed(seed)
    found: dict[tuple[int, int], list[_Row]] = {}
    measuring = rulers(bundle, maps)
    mean, std = bundle.code_mean, deviations(bundle)
    turns = _Turns(need or {})
    for number, place in enumerate(map_turns(maps, count, turns.of_classes())):
        base = random_codes(bundle, generator)
        for step_of_picture in range(len(QUANTITIES)):
            if need is not None:
                # A slider may have two turns in a row: they must show two styles.
                base = random_codes(bundle, generator)
            orders = {index: torch.randperm(STEPS, generator=generator).tolist() for index in directions}
            chosen = {index: turns.next(index, step_of_picture) for index in directions if index in measuring[place]}
            moved = {index: sliders[chosen.get(index, step_of_picture)] for index, sliders in directions.items()}
            if tilt:
                moved = {index: _tilted(slider, std[index], tilt, generator) for index, slider in moved.items()}
            rows = {index: _Row(place) for index in directions if index in measuring[place]}
            for step in range(STEPS):
                codes = base.clone()
                for index, slider in moved.items():
                    to = slider.low + orders[index][step] / (STEPS - 1) * (slider.high - slider.low)
                    codes[index] = slider.moved(codes[index], mean[index], to)
                    if index in rows:
                        rows[index].positions.append(to)
                        rows[index].z.append(((codes[index] - mean[index]) / std[index]).double().numpy().ravel())
                lab = to_lab(draw(maps[place], codes))
                for index, row in rows.items():
                    row.values.append(measuring[place][index].measure(lab))
            for index, row in rows.items():
                found.setdefault((index, chosen[index]), []).append(row)
        if progress is not None:
            progress((number + 1) / count)
    return {
        key: Sweeps(
            np.array([row.positions for row in rows]),
            np.array([row.values for row in rows]),
            [row.map for row in rows],
            np.array([row.z for row in rows]),
        )
        for key, rows in found.items()
    }


def _tilted(slider: Direction, std: Tensor, tilt: float, generator: torch.Generator) -> Direction:
    """A slider beside this one: another direction, as long in deviations, and ends up to a fifth off."""
    unit = slider.vector / std
    leant = unit + tilt * unit.norm() * torch.randn(unit.shape, generator=generator) / unit.numel() ** 0.5
    ends = 0.85 + 0.3 * torch.rand(2, generator=generator)
    vector = leant * (unit.norm() / leant.norm().clamp_min(1e-9)) * std
    return Direction(slider.name, vector, slider.low * float(ends[0]), slider.high * float(ends[1]))


def figures_of(sweeps: Sweeps, own: int) -> SliderFigures:
    """Correlations and change of the slider that is named after quantity `own`."""
    positions, values = sweeps.positions, sweeps.values
    # In steps that a person sees: rank correlation would make much of what nobody can.
    steps = np.array([VISIBLE[name] for name in QUANTITIES])
    moved = np.round((values - values.mean(axis=1, keepdims=True)) / steps)
    flat = positions.ravel()
    correlations = {name: spearman(flat, moved[..., place].ravel()) for place, name in enumerate(QUANTITIES)}
    rows = np.arange(len(positions))
    change = values[rows, positions.argmax(axis=1), own] - values[rows, positions.argmin(axis=1), own]
    groups = np.repeat(sweeps.maps, positions.shape[1]).tolist()
    pooled = spearman(flat, normal_scores(values[..., own].ravel(), groups))
    return SliderFigures(QUANTITIES[own], correlations, float(change.mean()), pooled)


def table_of(bundle: Bundle, sweeps: dict[tuple[int, int], Sweeps]) -> Table:
    """The figures of all sliders."""
    table: Table = {}
    for (index, place), found in sorted(sweeps.items()):
        table.setdefault(bundle.label_set.names[index], {})[QUANTITIES[place]] = figures_of(found, place)
    return table


def offered(directions: list[Direction], rows: dict[str, SliderFigures]) -> list[Direction]:
    """The directions that do what they say; variations always do."""
    return [
        direction
        for direction in directions
        if (name := direction.name.lower()) not in QUANTITIES or (name in rows and rows[name].offered)
    ]


def table_text(table: Table) -> str:
    """As Markdown: for each class and slider the correlation with its own quantity / the largest other, the change from
    end to end; in italics what is offered, in bold what does all that is asked."""
    lines = ["| class | " + " | ".join(QUANTITIES) + " |", "|---" * (len(QUANTITIES) + 1) + "|"]
    for name, rows in table.items():
        cells = []
        for quantity in QUANTITIES:
            row = rows.get(quantity)
            if row is None:
                cells.append("-")
                continue
            figures = f"{row.own:.2f} / {row.other:.2f}"
            mark = "**" if row.reached else "*" if row.offered else ""
            cells.append(f"{mark}{figures}{mark}, {row.change:+.3g}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
