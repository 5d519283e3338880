"""Examples for the shape network, drawn from label maps, and the statistics that its holes are made with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.boxes import Box, bounding_box
from model.labels import LabelMap, LabelSet
from model.shapes.holes import (
    FIGURE,
    Anchor,
    Mask,
    ShapeStatistics,
    components_in_front,
    components_of,
    context_of,
    coverage,
    frame_around,
    frame_of,
    grown_box,
    hole_in,
    joined_box,
    look_through,
    usual_box,
)
from model.shapes.network import ShapeConfig
from model.shapes.outline import count_components

#: What is worn over what, or before it: shown to the network, and never painted over by the class.
WORN_OVER: dict[str, tuple[str, ...]] = {
    "hair": ("face", "hat", "eyewear"),
    "hat": ("face", "eyewear"),
    "eyewear": ("hat",),
    "top": ("face", "hair", "hat", "eyewear", "outerwear", "scarf", "bag", "accessory", "shoes"),
    "outerwear": ("face", "hair", "hat", "eyewear", "scarf", "bag", "shoes"),
    "dress": ("face", "hair", "hat", "eyewear", "outerwear", "scarf", "bag", "accessory", "shoes"),
    "skirt": ("face", "hair", "top", "outerwear", "scarf", "bag", "accessory", "shoes"),
    "trousers": ("face", "hair", "top", "outerwear", "dress", "skirt", "scarf", "bag", "accessory", "shoes"),
    "legwear": ("top", "outerwear", "dress", "skirt", "trousers", "bag", "shoes"),
    "shoes": ("outerwear", "dress", "skirt", "bag"),
    "bag": ("face", "hat", "eyewear", "shoes"),
    "scarf": ("face", "hat", "eyewear"),
    "accessory": ("face", "eyewear"),
}
#: Classes of the street-fashion set that are what a person is, not what is worn: they are shown and never varied.
FIXED = ("background", "face", "skin")

_ANCHORS = 4
_PLACES = 16
_SMALLEST = 4e-4  # of the map: smaller regions of a class are no examples of its outline


@dataclass(frozen=True)
class Examples:
    """A batch: context (B, classes + 1, h, w), target and hole (B, 1, h, w), rest (B, h/2, w/2) int64 with -1 where
    nothing is to be learned, class int64 (B,)."""

    context: Tensor
    target: Tensor
    hole: Tensor
    rest: Tensor
    class_index: Tensor


def varied_classes(label_set: LabelSet) -> tuple[int, ...]:
    """Every class whose outline may vary."""
    return tuple(i for i, name in enumerate(label_set.names) if name not in FIXED and i != label_set.background)


def measure_statistics(maps: Sequence[LabelMap], label_set: LabelSet, varied: Sequence[int]) -> ShapeStatistics:
    """Usual numbers of components (the 90th percentile) and places of classes, from label maps of any size."""
    classes = len(label_set)
    counts: list[list[int]] = [[] for _ in range(classes)]
    boxes: list[dict[int, Box]] = []
    for labels in maps:
        found: dict[int, Box] = {}
        figure = bounding_box(labels != label_set.background)
        if figure is not None:
            found[FIGURE] = figure
        for index in np.unique(labels).tolist():
            inside = labels == index
            number = count_components(inside)
            if number:
                counts[index].append(number)
            box = bounding_box(inside)
            if box is not None and number and index != label_set.background:
                found[index] = box
        boxes.append(found)
    components = tuple(max(1, int(np.percentile(numbers, 90))) if numbers else 1 for numbers in counts)
    anchors = tuple(_anchors(index, boxes, classes) if index in varied else () for index in range(classes))
    kept = tuple(
        tuple(label_set.index_of(other) for other in WORN_OVER.get(name, ()) if other in label_set.names)
        for name in label_set.names
    )
    places = tuple(_places(index, row, boxes) for index, row in enumerate(anchors))
    return ShapeStatistics(components, anchors, places, kept)


def _places(index: int, anchors: Sequence[Anchor], boxes: Sequence[dict[int, Box]]) -> tuple[Anchor, ...]:
    """Some real places of a class, measured from its best anchor, where they are far smaller than all of them together.

    Such is a bag, which hangs here or there; a hat is always on the head. The smaller half is left out: fragments, and
    what is mostly hidden.
    """
    if not anchors:
        return ()
    other = anchors[0].class_index
    places = []
    for found in boxes:
        if index in found and other in found:
            box, (row, column, unit) = found[index], frame_of(found[other])
            sides = ((box[0] - row), (box[1] - column), (box[2] - row), (box[3] - column))
            places.append(Anchor(other, (sides[0] / unit, sides[1] / unit, sides[2] / unit, sides[3] / unit)))
    places.sort(key=_area)
    places = places[len(places) // 2 :]
    if not places or _area(places[0]) > _area(anchors[0]) / 5:
        return ()
    return tuple(places[len(places) * number // _PLACES] for number in range(_PLACES))


def _area(place: Anchor) -> float:
    return (place.box[2] - place.box[0]) * (place.box[3] - place.box[1])


def _anchors(index: int, boxes: Sequence[dict[int, Box]], classes: int) -> tuple[Anchor, ...]:
    """The anchors of a class, by how little its place varies when it is measured from them."""
    having = [found for found in boxes if index in found]
    ranked: list[tuple[float, Anchor]] = []
    for other in (FIGURE, *range(classes)):
        pairs = [(found[index], frame_of(found[other])) for found in having if other in found]
        # An anchor that is seldom there is not worth knowing, and its quantiles would be guesses.
        if other == index or len(pairs) < max(8, 0.3 * len(having)):
            continue
        sides = np.array(
            [
                [(b[0] - row) / unit, (b[1] - column) / unit, (b[2] - row) / unit, (b[3] - column) / unit]
                for b, (row, column, unit) in pairs
            ]
        )
        low, high = np.quantile(sides[:, :2], 0.03, axis=0), np.quantile(sides[:, 2:], 0.97, axis=0)
        reach = max(-low[1], high[1])  # left and right alike: a mirrored person is a person
        typical = float(np.median([unit for _, (_, _, unit) in pairs]))
        area = (high[0] - low[0]) * 2 * reach * typical**2
        ranked.append((area, Anchor(other, (float(low[0]), float(-reach), float(high[0]), float(reach)))))
    ranked.sort(key=lambda entry: entry[0])
    best = [anchor for _, anchor in ranked[:_ANCHORS]]
    if all(anchor.class_index != FIGURE for anchor in best):
        best.extend(anchor for _, anchor in ranked if anchor.class_index == FIGURE)
    return tuple(best)


class ExampleSource:
    """Draws batches; each depends on the seed and its number alone, so that a resumed run goes on exactly."""

    def __init__(
        self, maps: Sequence[LabelMap], config: ShapeConfig, statistics: ShapeStatistics, background: int, seed: int = 0
    ) -> None:
        """``maps``: label maps of any size."""
        self.maps, self.config, self.statistics = maps, config, statistics
        self.background, self.seed = background, seed
        shares = np.array([np.bincount(m.ravel(), minlength=config.classes) / m.size for m in maps])
        self.having = {c: rows for c in config.varied if len(rows := np.flatnonzero(shares[:, c] >= _SMALLEST))}
        # Rare classes come more often than they are, common ones still the most.
        weights = np.array([np.sqrt(len(rows)) for rows in self.having.values()])
        self.classes = np.array(list(self.having))
        self.shares = weights / weights.sum() if len(weights) else weights

    def batch(self, number: int, size: int) -> Examples:
        random = np.random.default_rng([self.seed, number])
        drawn = []
        for _ in range(size):
            class_index = int(random.choice(self.classes, p=self.shares))
            labels = self.maps[int(random.choice(self.having[class_index]))]
            if random.random() < 0.5:
                labels = np.ascontiguousarray(labels[:, ::-1])
            drawn.append((*self._example(labels, class_index, random), class_index))
        contexts, targets, holes, rests, chosen = zip(*drawn, strict=True)
        return Examples(
            torch.from_numpy(np.stack(contexts)),
            torch.from_numpy(np.stack(targets))[:, None],
            torch.from_numpy(np.stack(holes).astype(np.float32))[:, None],
            torch.from_numpy(np.stack(rests)),
            torch.tensor(chosen),
        )

    def _example(
        self, labels: LabelMap, class_index: int, random: np.random.Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], Mask, NDArray[np.int64]]:
        rows, columns, classes = self.config.height, self.config.width, self.config.classes
        box = self._hole(labels, class_index, random)
        placed = random.random() < 0.3  # as if the class were to be added: the hole tells nothing of its size
        if placed:
            box = joined_box(usual_box(labels, self.statistics.anchors[class_index], self.background), box)
        frame = frame_around(box, rows, columns)
        shares = coverage(labels, frame, rows, columns, classes, self.background)
        small = look_through(labels, frame, rows, columns, self.background)
        shown = np.isin(small, self.statistics.kept[class_index])
        if not placed and random.random() < 0.8:
            shown |= components_in_front(small, class_index, self.background)
        share = float(random.choice([0.0, 0.3, 0.7], p=[0.5, 0.25, 0.25]))
        if share:
            for component in components_of(small, skip=(self.background, class_index)):
                if random.random() < share:
                    shown |= component
        # Cells that the class shares with a shown one stay in the hole: their shares would tell where it ends.
        shown &= shares[class_index] <= 0
        hole = hole_in(frame, box, rows, columns) | (shares[class_index] > 0)
        unknown = hole & ~shown
        rest = np.where(unknown & (small != class_index), small.astype(np.int64), -1)[::2, ::2]
        return context_of(shares, hole, shown), shares[class_index], unknown, np.ascontiguousarray(rest)

    def _hole(self, labels: LabelMap, class_index: int, random: np.random.Generator) -> Box:
        """The box of the class, grown by chance on every side, so that the hole does not tell the outline."""
        box = bounding_box(labels == class_index)
        assert box is not None
        height, width = labels.shape
        tall, wide = box[2] - box[0], box[3] - box[1]
        top, bottom = (int(np.clip(random.uniform(0.1, 0.9) * tall, 0.01 * height, 0.17 * height)) for _ in range(2))
        left, right = (int(np.clip(random.uniform(0.1, 0.9) * wide, 0.01 * height, 0.12 * height)) for _ in range(2))
        return grown_box(box, top + 1, left + 1, bottom + 1, right + 1, height, width)
