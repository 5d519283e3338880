"""The kernel that draws: the convolution to RGB, and the doubled smaller picture."""

# numba's decorators have no types.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from model.engine.kernels.compiling import kernel
from model.engine.kernels.products import SIX, rows_by_slab
from model.engine.kernels.vectors import (
    CONTRACT,
    FLOAT,
    LONG,
    Value,
    bytes_at,
    floats,
    leaky_row,
    take_pieces,
    take_slot,
    zero,
)
from model.engine.layout import RGB_WIDTH

# Rows of the picture that a thread takes at once.
RGB_ROWS = 16
_THREE, _SIXTEENTH = np.float32(3), np.float32(1 / 16)


@intrinsic
def add_taps(context: Any, integers: Any) -> Any:
    """A function (out, above, own, below, columns): the colors of a row of pixels from what each tap makes of its own.

    ``out``: 4 values a pixel, the last of no use; the three rows: 32 values a pixel, tap by tap three colors, from the
    column before the first one's on.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Value]) -> Value:
        out, *rows, columns = cgutils.unpack_tuple(builder, arguments[0])
        four = ir.VectorType(FLOAT, 4).as_pointer()
        zero, one = ir.Constant(LONG, 0), ir.Constant(LONG, 1)
        with cgutils.for_range_slice(builder, zero, columns, one, LONG) as (column, _):
            place = builder.mul(column, ir.Constant(LONG, 4 * RGB_WIDTH))
            total = None
            for tap in range(9):
                down, right = divmod(tap, 3)
                start = builder.add(builder.add(rows[down], place), ir.Constant(LONG, 4 * RGB_WIDTH * right + 12 * tap))
                value = builder.load(builder.inttoptr(start, four), align=4)
                total = value if total is None else builder.fadd(total, value, flags=CONTRACT)
            to = builder.add(out, builder.mul(column, ir.Constant(LONG, 16)))
            builder.store(total, builder.inttoptr(to, four), align=4)
        return context.get_dummy_value()

    return types.void(integers), generate


@njit(error_model="numpy")
def _add_smaller(pixels: Any, columns: Any, left: Any, near: Any, far: Any, smaller_columns: Any) -> None:
    """Add a row of the doubled smaller picture: three quarters of its row ``near`` and one of ``far``."""
    # Output 2 i is 3/4 of input i and 1/4 of i - 1, output 2 i + 1 the same with i + 1; beyond the rim, i.
    pair, pairs = max((left + 1) >> 1, 1), min((left + columns) >> 1, smaller_columns - 1)
    for i in range(pair, pairs):
        before, at = _THREE * near[i - 1] + far[i - 1], _THREE * near[i] + far[i]
        after = _THREE * near[i + 1] + far[i + 1]
        pixels[2 * i - left] += _SIXTEENTH * (_THREE * at + before)
        pixels[2 * i + 1 - left] += _SIXTEENTH * (_THREE * at + after)
    column = 0
    while column < columns:
        if pair < pairs and column == 2 * pair - left:
            column = 2 * pairs - left
            continue
        i = (left + column) >> 1
        j = min(max(i + 2 * ((left + column) & 1) - 1, 0), smaller_columns - 1)
        beside = _THREE * near[j] + far[j]
        pixels[column] += _SIXTEENTH * (_THREE * (_THREE * near[i] + far[i]) + beside)
        column += 1


@njit(error_model="numpy")
def _extent(seen: Any, seen_row: Any, start: Any, end: Any, left: Any, right: Any) -> Any:
    """From which column to which, between two, any pixel of some rows is seen."""
    first, last = right, left
    for row in range(start, end):
        own = bytes_at(seen + row * seen_row)
        column = left
        while column < first and not own[column]:
            column += 1
        first = column
        column = right
        while column > last and not own[column - 1]:
            column -= 1
        last = column
    return first, last


@kernel
def draw(a: Any) -> None:
    """A box of the picture's planes: the 3 x 3 convolution of leaky(x) to RGB, and the doubled smaller picture.

    ``a[1]``: bands of RGB_ROWS rows. ``x``: the grid (height, width, inputs); ``weights`` (inputs, RGB_WIDTH).
    ``scratch``: for every thread a rectified row, what the taps make of three rows, and a row of colors. ``seen`` uint8
    (height, width), or 0: which pixels are; those on both sides of them are left out.
    """
    bands, scratch, scratch_size = a[1], a[3], a[4]
    top, box_left, bottom, box_right, height, width, inputs = a[5], a[6], a[7], a[8], a[9], a[10], a[11]
    x, weights, bias = a[12], a[13], floats(a[14])
    out, out_row, out_plane = a[15], a[16], a[17]
    smaller, smaller_row, smaller_plane, smaller_rows, smaller_columns = a[18], a[19], a[20], a[21], a[22]
    seen = a[23]
    # Six more, for the products are made of six pixels at a time.
    taps_row = 4 * RGB_WIDTH * (box_right - box_left + 2 + SIX)
    rectified = scratch + scratch_size * take_slot(a)
    taps = rectified + 4 * inputs * (box_right - box_left + 2 + SIX)
    colors = taps + 3 * taps_row
    while True:
        band = take_pieces(a, 1)
        if band >= bands:
            break
        start = top + band * RGB_ROWS
        end = min(start + RGB_ROWS, bottom)
        left, right = box_left, box_right
        if seen != 0:
            left, right = _extent(seen, width, start, end, left, right)
            if right <= left:
                continue
        columns = right - left
        # The columns that these pixels look at.
        first, last = max(left - 1, 0), min(right + 1, width)
        for below in range(start - 1, end + 1):
            # Three rows in turn, which stay in the cache.
            made = taps + (below - start + 1) % 3 * taps_row
            if below < 0 or below >= height:
                zero((made,), RGB_WIDTH * (columns + 2))
            else:
                leaky_row((rectified, x + 4 * inputs * (below * width + first)), inputs * (last - first))
                inside = made + 4 * RGB_WIDTH * (first - left + 1)
                for half in range(0, 4 * RGB_WIDTH, 64):
                    rows_by_slab(
                        last - first,
                        16,
                        inside + half,
                        4 * RGB_WIDTH,
                        rectified,
                        4 * inputs,
                        weights + half,
                        4 * RGB_WIDTH,
                        inputs,
                    )
                if first == left:
                    zero((made,), RGB_WIDTH)
                if last == right:
                    zero((made + 4 * RGB_WIDTH * (columns + 1),), RGB_WIDTH)
            row = below - 1
            if row < start:
                continue
            above, own = taps + (row - start) % 3 * taps_row, taps + (row - start + 1) % 3 * taps_row
            add_taps((colors, above, own, made, columns))
            drawn = floats(colors)
            middle = row >> 1
            other = min(max(middle + 2 * (row & 1) - 1, 0), smaller_rows - 1)
            for color in range(3):
                pixels = floats(out + color * out_plane + (row - top) * out_row + 4 * (left - box_left))
                begin = bias[color]
                for column in range(columns):
                    pixels[column] = begin + drawn[4 * column + color]
                if smaller != 0:
                    plane = smaller + color * smaller_plane
                    near, far = floats(plane + middle * smaller_row), floats(plane + other * smaller_row)
                    _add_smaller(pixels, columns, left, near, far, smaller_columns)
