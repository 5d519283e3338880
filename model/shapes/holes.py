"""What the shape network is shown: a frame around a class, the hole in it, and what is known inside the hole.

Boxes are (top, left, bottom, right) in pixels of the label map, bottom and right exclusive. The network sees the frame
as a grid of cells (64 x 48 by default), however large it is in the map: a hat and a dress fill it alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.boxes import Box, bounding_box
from model.errors import UserError
from model.labels import LabelMap

Coverage = NDArray[np.float32]  # (classes, rows, columns), share of each cell that a class covers, 0..1
Mask = NDArray[np.bool_]

#: Anchor "the whole figure", everything but the background.
FIGURE = -1
_FRONT_SHARE = 0.5
_ROOM = 1.4  # height of a frame in heights of its hole
_FINE = 3  # samples along each side of a cell


@dataclass(frozen=True)
class Anchor:
    """Where a class may lie, measured from another one.

    Attributes:
        class_index: the class that is measured from, or FIGURE.
        box: (top, left, bottom, right) from the centre of that class's box, in units of the root of its area.
    """

    class_index: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class ShapeStatistics:
    """What real maps say about each class.

    Attributes:
        components: greatest usual number of components of each class in a map.
        anchors: for each class where it lies, from the most telling anchor to the least.
        places: for classes that lie now here, now there: where they lay in some real maps, from the first anchor.
        kept: for each class the others that are worn over it: always shown to the network and never painted over.
    """

    components: tuple[int, ...]
    anchors: tuple[tuple[Anchor, ...], ...]
    places: tuple[tuple[Anchor, ...], ...]
    kept: tuple[tuple[int, ...], ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "components": list(self.components),
            "anchors": _anchors_to_json(self.anchors),
            "places": _anchors_to_json(self.places),
            "kept": [list(row) for row in self.kept],
        }

    @staticmethod
    def from_dict(values: Mapping[str, Any], classes: int) -> ShapeStatistics:
        """Inverse of :meth:`to_dict`. Raises :class:`UserError` where it is not for ``classes`` classes."""
        try:
            anchors, places = _anchors_from_json(values["anchors"]), _anchors_from_json(values["places"])
            kept = tuple(tuple(int(index) for index in row) for row in values["kept"])
            components = tuple(int(count) for count in values["components"])
        except (KeyError, TypeError, ValueError) as error:
            raise UserError("the statistics of the shape model are damaged: {error}", error=error) from None
        if not len(anchors) == len(places) == len(kept) == len(components) == classes:
            raise UserError("the statistics of the shape model are not those of {classes} classes", classes=classes)
        return ShapeStatistics(components, anchors, places, kept)


@dataclass(frozen=True)
class Frame:
    """The part of a map that the network sees, in pixels; it may reach over the map's edges."""

    top: float
    left: float
    height: float
    width: float


def _anchors_to_json(rows: tuple[tuple[Anchor, ...], ...]) -> list[list[list[float]]]:
    return [[[anchor.class_index, *(round(side, 4) for side in anchor.box)] for anchor in row] for row in rows]


def _anchors_from_json(rows: Any) -> tuple[tuple[Anchor, ...], ...]:
    return tuple(
        tuple(Anchor(int(a), (float(t), float(le), float(b), float(r))) for a, t, le, b, r in row) for row in rows
    )


def frame_around(box: Box, rows: int, columns: int) -> Frame:
    """The frame of a grid of ``rows`` x ``columns`` square cells around a hole, with room on every side to see what
    stands beside it."""
    tall, wide = _ROOM * (box[2] - box[0]), _ROOM * (box[3] - box[1])
    height = max(tall, wide * rows / columns)
    width = height * columns / rows
    return Frame((box[0] + box[2] - height) / 2, (box[1] + box[3] - width) / 2, height, width)


def look_through(labels: LabelMap, frame: Frame, rows: int, columns: int, outside: int = 0) -> LabelMap:
    """The labels at the centres of the frame's cells, uint8 (rows, columns); beyond the map's edges ``outside``."""
    y = np.floor(frame.top + (np.arange(rows) + 0.5) * (frame.height / rows)).astype(int)
    x = np.floor(frame.left + (np.arange(columns) + 0.5) * (frame.width / columns)).astype(int)
    height, width = labels.shape
    seen = labels[y.clip(0, height - 1)[:, None], x.clip(0, width - 1)[None, :]]
    seen[(y < 0) | (y >= height)] = outside
    seen[:, (x < 0) | (x >= width)] = outside
    return seen


def coverage(labels: LabelMap, frame: Frame, rows: int, columns: int, classes: int, outside: int = 0) -> Coverage:
    """Share of each of the frame's cells that each class covers, float32 (classes, rows, columns).

    Where an outline runs inside a cell is kept in the share, so that it can be drawn smoothly again.
    """
    fine = look_through(labels, frame, rows * _FINE, columns * _FINE, outside)
    cells = np.arange(rows).repeat(_FINE)[:, None] * columns + np.arange(columns).repeat(_FINE)
    counts = np.bincount((cells * classes + fine).ravel(), minlength=rows * columns * classes)
    shares = counts.reshape(rows, columns, classes).transpose(2, 0, 1) / _FINE**2
    return np.ascontiguousarray(shares, np.float32)


def hole_in(frame: Frame, box: Box, rows: int, columns: int) -> Mask:
    """The cells of the frame whose centres lie in ``box``."""
    y = frame.top + (np.arange(rows) + 0.5) * (frame.height / rows)
    x = frame.left + (np.arange(columns) + 0.5) * (frame.width / columns)
    mask: Mask = ((y >= box[0]) & (y < box[2]))[:, None] & ((x >= box[1]) & (x < box[3]))[None, :]
    return mask


def grown_box(box: Box, top: int, left: int, bottom: int, right: int, height: int, width: int) -> Box:
    """``box`` grown by so many pixels on each side, cut off at the map's edges."""
    return max(box[0] - top, 0), max(box[1] - left, 0), min(box[2] + bottom, height), min(box[3] + right, width)


def joined_box(first: Box, second: Box) -> Box:
    return min(first[0], second[0]), min(first[1], second[1]), max(first[2], second[2]), max(first[3], second[3])


def usual_box(labels: LabelMap, anchors: Sequence[Anchor], background: int = 0) -> Box:
    """Where a class usually lies in this map, by the first of its anchors that the map shows; else the whole map."""
    for anchor in anchors:
        box = box_from(labels, anchor, background)
        if box is not None:
            return box
    return 0, 0, *labels.shape


def box_from(labels: LabelMap, anchor: Anchor, background: int = 0, mirrored: bool = False) -> Box | None:
    """The box of an anchor in this map, cut off at its edges; None where the map does not show the anchor's class, or
    hardly anything of the box is left.

    ``mirrored``: on the other side of the anchor's class.
    """
    inside = labels != background if anchor.class_index == FIGURE else labels == anchor.class_index
    found = bounding_box(inside)
    if found is None:
        return None
    row, column, unit = frame_of(found)
    first, left, last, right = anchor.box
    if mirrored:
        left, right = -right, -left
    height, width = labels.shape
    box = (
        max(int(np.floor(row + unit * first)), 0),
        max(int(np.floor(column + unit * left)), 0),
        min(int(np.ceil(row + unit * last)), height),
        min(int(np.ceil(column + unit * right)), width),
    )
    return box if box[2] - box[0] >= 2 and box[3] - box[1] >= 2 else None


def typical_places(places: Sequence[Anchor], share: float = 0.6) -> tuple[Anchor, ...]:
    """The places of :class:`ShapeStatistics` that lie nearest to the middle of all, on either side of what they are
    measured from: the others are slips (glasses pushed up into the hair, a bag on the ground)."""
    if len(places) < 3:
        return tuple(places)
    boxes = np.array([place.box for place in places])
    # Top and bottom, and how far from the middle line they begin and end.
    away = np.sort(np.abs(boxes[:, [1, 3]]), axis=1)
    sides = np.concatenate([boxes[:, [0, 2]], away], axis=1)
    distance = np.abs(sides - np.median(sides, axis=0)).sum(axis=1)
    kept = sorted(np.argsort(distance, kind="stable")[: max(round(share * len(places)), 1)].tolist())
    return tuple(places[number] for number in kept)


def without_necks(labels: LabelMap, class_index: int, background: int = 0, share: float = 0.6) -> LabelMap:
    """A map in which the rows of a class that are much narrower than its widest are background: with the neck, and what
    a collar shows below it, a face is half as long again, and its middle is the mouth."""
    inside = labels == class_index
    wide = inside.sum(axis=1)
    narrow = wide < share * wide.max(initial=0)
    if not narrow.any():
        return labels
    result = labels.copy()
    result[inside & narrow[:, None]] = background
    return result


def below_chin(labels: LabelMap, face: int, share: float = 0.55) -> Mask:
    """Bool (H, W), the pixels below the middle of a face, down to the map's edge: `share` of its width."""
    below = np.zeros(labels.shape, bool)
    inside = labels == face
    found = bounding_box(inside)
    if found is None:
        return below
    # The lowest quarter is the chin, or the neck below it: faces look to the side, necks seldom do.
    start = found[2] - max((found[2] - found[0]) // 4, 1)
    middle = float(np.nonzero(inside[start:])[1].mean()) + 0.5
    wide = float(np.median(inside.sum(axis=1)[found[0] : found[2]]))
    left, right = round(middle - share * wide / 2), round(middle + share * wide / 2)
    below[start:, max(left, 0) : max(right, 0)] = True
    return below


def seat(labels: LabelMap, added: Mask, anchor: int, background: int = 0) -> float:
    """How well something that was added sits on the body, 0 to 1.5; -1 where nothing was added.

    A person was below it before, not the ground beside one, and as much of it lies left as right of the middle of what
    it is placed by: glasses over one eye are none.

    Args:
        labels: uint8 (H, W), the map before; added: bool (H, W); anchor: the class that places are measured from.
    """
    if not added.any():
        return -1.0
    worn = float((labels[added] != background).mean())
    found = bounding_box(without_necks(labels, anchor, background) == anchor)
    if found is None:
        return worn
    middle = (found[1] + found[3]) / 2
    columns = np.nonzero(added)[1] + 0.5
    left, right = int((columns < middle).sum()), int((columns > middle).sum())
    return worn + 0.5 * min(left, right) / max(left, right, 1)


def frame_of(box: Box) -> tuple[float, float, float]:
    """Centre (row, column) of a box and the root of its area."""
    unit = float(np.sqrt((box[2] - box[0]) * (box[3] - box[1])))
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, unit


def components_in_front(labels: LabelMap, class_index: int, background: int = 0) -> Mask:
    """Components of other classes that lie mostly within the convex hull of a class, such as an arm before a dress.

    They are left where they are: the outline is drawn behind them.
    """
    inside = labels == class_index
    front = np.zeros(labels.shape, bool)
    points = cv2.findNonZero(inside.astype(np.uint8))
    if points is None:
        return front
    hull = np.zeros(labels.shape, np.uint8)
    cv2.fillConvexPoly(hull, cv2.convexHull(points), 1)
    for component in components_of(labels, skip=(background, class_index)):
        if (hull[component] != 0).mean() >= _FRONT_SHARE:
            front |= component
    return front


def components_of(labels: LabelMap, skip: Sequence[int] = ()) -> list[Mask]:
    """The connected pieces (8 neighbours) of every class but those skipped."""
    pieces: list[Mask] = []
    for index in np.unique(labels):
        if int(index) in skip:
            continue
        count, numbered = cv2.connectedComponents((labels == index).astype(np.uint8), connectivity=8)
        pieces.extend(numbered == number for number in range(1, count))
    return pieces


def context_of(shares: Coverage, hole: Mask, shown: Mask) -> NDArray[np.float32]:
    """What the network sees, float32 (classes + 1, rows, columns): ``shares`` outside the hole and where ``shown``."""
    unknown = hole & ~shown
    context = np.empty((len(shares) + 1, *hole.shape), np.float32)
    np.multiply(shares, ~unknown, out=context[:-1])
    context[-1] = unknown
    return context
