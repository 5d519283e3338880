"""Boxes of a grid, and the sets of boxes and channels that a change dirties."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

# What one more box costs beside its pixels (some forty small operations), in pixels' worth of a middle level.
BOX_OVERHEAD = 64
MOST_BOXES = 16


class Box(NamedTuple):
    """Rows top to bottom - 1 and columns left to right - 1 of a grid."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def area(self) -> int:
        top, left, bottom, right = self
        return (bottom - top) * (right - left) if bottom > top and right > left else 0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.bottom - self.top, self.right - self.left

    def union(self, other: Box) -> Box:
        top, left, bottom, right = self
        other_top, other_left, other_bottom, other_right = other
        return Box(
            top if top < other_top else other_top,
            left if left < other_left else other_left,
            bottom if bottom > other_bottom else other_bottom,
            right if right > other_right else other_right,
        )

    def shift(self, down: int, right: int) -> Box:
        return Box(self.top + down, self.left + right, self.bottom + down, self.right + right)

    def dilate(self, reach: int) -> Box:
        return Box(self.top - reach, self.left - reach, self.bottom + reach, self.right + reach)

    def clip(self, height: int, width: int) -> Box:
        return Box(max(0, self.top), max(0, self.left), min(height, self.bottom), min(width, self.right))

    def up(self, factor: int = 2) -> Box:
        return Box(self.top * factor, self.left * factor, self.bottom * factor, self.right * factor)

    def down(self, factor: int = 2) -> Box:
        """The smallest box of the ``factor`` times coarser grid that covers this one."""
        return Box(self.top // factor, self.left // factor, -(-self.bottom // factor), -(-self.right // factor))


EMPTY = Box(0, 0, 0, 0)


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest box around all boxes that are not empty."""
    result = EMPTY
    for box in boxes:
        if box.area:
            result = box if not result.area else result.union(box)
    return result


def merge(boxes: Iterable[Box], reach: int = 3) -> tuple[Box, ...]:
    """Join boxes wherever one costs no more than two, each with ``reach`` more pixels around it and its overhead."""
    rest: list[Box] = []
    pending = [box for box in boxes if box.area]
    if len(pending) < 2 or (len(pending) == 2 and pending[0] == pending[1]):
        return tuple(pending[:1])
    if len(pending) > MOST_BOXES:
        return (hull(pending),)
    while pending:
        box = pending.pop()
        cost = _cost(box, reach)
        for number, other in enumerate(rest):
            joined = box.union(other)
            if joined == other:
                break
            if _cost(joined, reach) <= cost + _cost(other, reach):
                # The larger box may now be worth joining with any other.
                del rest[number]
                pending.append(joined)
                break
        else:
            rest.append(box)
    return tuple(rest)


def _cost(box: Box, reach: int) -> int:
    top, left, bottom, right = box
    return (bottom - top + 2 * reach) * (right - left + 2 * reach) + BOX_OVERHEAD


def around_true(mask: NDArray[np.bool_]) -> Box:
    """The smallest box around the true pixels of a mask (H, W)."""
    rows = np.flatnonzero(mask.any(1))
    if not rows.size:
        return EMPTY
    columns = np.flatnonzero(mask.any(0))
    return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def boxes_of(mask: NDArray[np.bool_], tile: int = 8) -> tuple[Box, ...]:
    """Boxes that cover every true pixel of a mask (H, W): one for each connected group of ``tile``-sized tiles."""
    around = around_true(mask)
    if not around.area:
        return ()
    top, left = around.top, around.left
    height, width = around.bottom - top, around.right - left
    if height <= 2 * tile and width <= 2 * tile:
        return (around,)
    padded = np.zeros((-(-height // tile) * tile, -(-width // tile) * tile), bool)
    padded[:height, :width] = mask[top : around.bottom, left : around.right]
    tiles = padded.reshape(padded.shape[0] // tile, tile, padded.shape[1] // tile, tile).any((1, 3))
    count, parts = cv2.connectedComponents(np.asarray(tiles, np.uint8), connectivity=8)
    if not 2 < count <= MOST_BOXES:
        return (around,)
    found = []
    for number in range(1, count):
        part = parts == number
        tile_rows, tile_columns = np.flatnonzero(part.any(1)), np.flatnonzero(part.any(0))
        box = Box(
            top + int(tile_rows[0]) * tile,
            left + int(tile_columns[0]) * tile,
            top + (int(tile_rows[-1]) + 1) * tile,
            left + (int(tile_columns[-1]) + 1) * tile,
        )
        found.append(Box(box.top, box.left, min(box.bottom, around.bottom), min(box.right, around.right)))
    return merge(found)


class Channels(NamedTuple):
    """Channels ``first`` to ``last`` - 1; empty where they are equal."""

    first: int
    last: int

    def through(self, groups: int, inputs: int, outputs: int) -> Channels:
        """The output channels that a grouped convolution makes of these input channels (and, swapped, the reverse)."""
        if self.last <= self.first:
            return Channels(0, 0)
        per_group = inputs // groups
        first, last = self.first // per_group, -(-self.last // per_group)
        return Channels(first * (outputs // groups), last * (outputs // groups))

    def union(self, other: Channels) -> Channels:
        if self.last <= self.first:
            return other
        if other.last <= other.first:
            return self
        return Channels(min(self.first, other.first), max(self.last, other.last))


NO_CHANNELS = Channels(0, 0)


@dataclass(frozen=True)
class Dirty:
    """Pixels in any of the boxes, at these channels: what must be computed anew (or more than that)."""

    boxes: tuple[Box, ...] = ()
    channels: Channels = NO_CHANNELS

    def __bool__(self) -> bool:
        return bool(self.boxes) and self.channels.last > self.channels.first

    def union(self, other: Dirty, reach: int = 3) -> Dirty:
        if not other:
            return self
        if not self:
            return other
        return Dirty(merge(self.boxes + other.boxes, reach), self.channels.union(other.channels))

    def with_channels(self, channels: Channels) -> Dirty:
        return Dirty(self.boxes, channels)

    def dilate(self, reach: int, height: int, width: int) -> Dirty:
        """Every box grown and cut to a grid."""
        return Dirty(tuple(box.dilate(reach).clip(height, width) for box in self.boxes), self.channels)

    def up(self) -> Dirty:
        return Dirty(tuple(box.up() for box in self.boxes), self.channels)
