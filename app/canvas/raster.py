"""Shapes as pixel masks. A pixel belongs to a shape when its centre (column + 0.5, row + 0.5) does.

Every function returns the box of the shape, clipped to an image of `height` x `width` pixels, and a bool mask of it.
Coordinates are (x, y) in map pixels, as float.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.document.box import EMPTY, Box

Mask = NDArray[np.bool_]
Point = tuple[float, float]

_NOTHING: tuple[Box, Mask] = (EMPTY, np.zeros((0, 0), dtype=bool))


def _grid(box: Box) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ys = np.arange(box.top, box.bottom, dtype=np.float64)[:, None] + 0.5
    xs = np.arange(box.left, box.right, dtype=np.float64)[None, :] + 0.5
    return xs, ys


def capsule(
    start: Point, end: Point, start_radius: float, end_radius: float, height: int, width: int
) -> tuple[Box, Mask]:
    """The path of a round brush from `start` to `end`, its radius changing evenly; never less than one pixel."""
    (x0, y0), (x1, y1) = start, end
    reach = max(start_radius, end_radius, 0.5) + 1
    box = Box(
        math.floor(min(y0, y1) - reach),
        math.floor(min(x0, x1) - reach),
        math.ceil(max(y0, y1) + reach),
        math.ceil(max(x0, x1) + reach),
    ).clipped(height, width)
    if box.empty:
        return _NOTHING
    xs, ys = _grid(box)
    dx, dy = x1 - x0, y1 - y0
    length2 = dx * dx + dy * dy
    along = np.clip(((xs - x0) * dx + (ys - y0) * dy) / length2, 0.0, 1.0) if length2 > 0 else np.zeros((1, 1))
    radius = np.maximum(start_radius + along * (end_radius - start_radius), 0.5)
    mask = (xs - (x0 + along * dx)) ** 2 + (ys - (y0 + along * dy)) ** 2 <= radius**2
    for x, y in (start, end):
        row, column = math.floor(y) - box.top, math.floor(x) - box.left
        if 0 <= row < box.height and 0 <= column < box.width:
            mask[row, column] = True
    return box, mask


def polygon(points: Sequence[Point], height: int, width: int) -> tuple[Box, Mask]:
    """The inside of a closed polygon by the non-zero winding rule, so that a loop crossed twice leaves no hole."""
    if len(points) < 3:
        return _NOTHING
    outline = np.asarray(points, dtype=np.float64)
    low, high = outline.min(axis=0), outline.max(axis=0)
    box = Box(math.floor(low[1]), math.floor(low[0]), math.ceil(high[1]) + 1, math.ceil(high[0]) + 1).clipped(
        height, width
    )
    if box.empty:
        return _NOTHING
    following = np.roll(outline, -1, axis=0)
    rows = np.arange(box.top, box.bottom, dtype=np.float64)[:, None] + 0.5
    y0, y1 = outline[None, :, 1], following[None, :, 1]
    down, up = (y0 <= rows) & (y1 > rows), (y1 <= rows) & (y0 > rows)
    row, edge = np.nonzero(down | up)
    slope = (rows[row, 0] - outline[edge, 1]) / (following[edge, 1] - outline[edge, 1])
    x = outline[edge, 0] + slope * (following[edge, 0] - outline[edge, 0])
    column = np.clip(np.ceil(x - 0.5).astype(np.int64) - box.left, 0, box.width)
    winding = np.zeros((box.height, box.width + 1), dtype=np.int32)
    np.add.at(winding, (row, column), np.where(down[row, edge], 1, -1))
    return box, np.cumsum(winding, axis=1)[:, :-1] != 0


def rectangle(start: Point, end: Point, height: int, width: int) -> tuple[Box, Mask]:
    """The upright rectangle between two corners, its sides rounded to whole pixels."""
    x0, x1 = sorted((round(start[0]), round(end[0])))
    y0, y1 = sorted((round(start[1]), round(end[1])))
    box = Box(y0, x0, y1, x1).clipped(height, width)
    return (box, np.ones((box.height, box.width), dtype=bool)) if not box.empty else _NOTHING


def ellipse(start: Point, end: Point, height: int, width: int) -> tuple[Box, Mask]:
    """The ellipse that fills the upright rectangle between two corners."""
    box, _ = rectangle(start, end, height, width)
    if box.empty:
        return _NOTHING
    x0, x1 = sorted((round(start[0]), round(end[0])))
    y0, y1 = sorted((round(start[1]), round(end[1])))
    xs, ys = _grid(box)
    inside = ((xs - (x0 + x1) / 2) / ((x1 - x0) / 2)) ** 2 + ((ys - (y0 + y1) / 2) / ((y1 - y0) / 2)) ** 2 <= 1.0
    return box, inside


def mirrored(box: Box, mask: Mask, axis: float, width: int) -> tuple[Box, Mask]:
    """A mask on the other side of the line x = `axis` (a multiple of one half), as far as it lies in a map so wide.

    Args:
        mask: bool, of the box's size.
    """
    across = round(2 * axis)
    left = across - box.right
    found = Box(box.top, max(0, left), box.bottom, min(width, across - box.left))
    if found.empty:
        return EMPTY, mask[:0, :0]
    return found, np.ascontiguousarray(mask[:, ::-1][:, found.left - left : found.right - left])
