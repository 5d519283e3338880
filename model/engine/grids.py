"""Parts of channels-last grids, without copying."""

from __future__ import annotations

from torch import Tensor

from model.engine.boxes import Box, Channels

# A box is small work, so what surrounds it counts: one as_strided() takes less than the slices it stands for.


def view(grid: Tensor, box: Box, channels: Channels | None = None) -> Tensor:
    """A box of a contiguous grid (h, w, all channels): (box, these channels)."""
    _, columns, count = grid.shape
    top, left, bottom, right = box
    first, last = (0, count) if channels is None else channels
    strides = (columns * count, count, 1)
    return grid.as_strided((bottom - top, right - left, last - first), strides, (top * columns + left) * count + first)


def quads(grid: Tensor) -> Tensor:
    """(h, w, c) as (h / 2, 2, w / 2, 2, c): what one pixel of the grid before becomes."""
    height, width, count = grid.shape
    down, right, along = grid.stride()
    return grid.as_strided((height // 2, 2, width // 2, 2, count), (2 * down, down, 2 * right, right, along))


def spread(grid: Tensor) -> Tensor:
    """(h, w, c) as (h, 1, w, 1, c), which broadcasts over ``quads`` of the doubled grid."""
    return grid[:, None, :, None]


def cut(convolved: Tensor, box: Box) -> Tensor:
    """The part of a convolution's outputs that the box asked for, without the room around it."""
    height, width = box.shape
    return convolved[:height, :width]
