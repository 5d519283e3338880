"""Kernels of the steps between convolutions: modulation, sums, 1 x 1 convolutions, bytes of the picture."""

# numba's decorators have no types.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

from typing import Any

import numpy as np

from model.engine.kernels.compiling import kernel
from model.engine.kernels.products import SIX, six_by_8, six_by_16
from model.engine.kernels.vectors import (
    Value,
    Vectors,
    along,
    bytes_at,
    floats,
    int_at,
    shorts,
    take_pieces,
    zero,
)

_ONE, _TWENTY = np.float32(1), np.float32(20)
_HALF_RANGE, _HALF_UP = np.float32(127.5), np.float32(128)
_F45, _F990, _F13860, _F135135 = np.float32(45), np.float32(990), np.float32(13860), np.float32(135135)
_F945945, _F4729725, _F16216200 = np.float32(945945), np.float32(4729725), np.float32(16216200)
_F34459425 = np.float32(34459425)


@along
def _modulate_leaky(on: Vectors, out: Value, x: Value, scale: Value, shift: Value) -> None:
    on.store(on.leaky(on.add(on.mul(on.load(x), on.load(scale)), on.load(shift))), out)


@along
def modulate_row(on: Vectors, out: Value, x: Value, scale: Value, shift: Value) -> None:
    on.store(on.add(on.mul(on.load(x), on.load(scale)), on.load(shift)), out)


@kernel
def modulate(a: Any) -> None:
    """A zero-bordered buffer (rows, columns, count) whose inner part is leaky(x * scale + shift), or not leaky.

    Scale and shift are rows of a table, by the number of each pixel's window; x may be upsampled. ``seen`` uint8, of
    the grid, or 0: where it is 0, so is the buffer.
    """
    rows, columns, count, up, leaky = a[1], a[2], a[3], a[4], a[5]
    into, into_row = a[6], a[7]
    # The inner part in the buffer, and where it lies in the grid.
    top, left, bottom, right, grid_top, grid_left = a[8], a[9], a[10], a[11], a[12], a[13]
    x, x_row, x_pixel = a[14], a[15], a[16]
    index, index_row = a[17], a[18]
    table, table_row, shift, seen, seen_row = a[19], a[20], a[21], a[22], a[23]
    while True:
        row = take_pieces(a, 1)
        if row >= rows:
            break
        out = into + row * into_row
        if row < top or row >= bottom:
            zero((out,), columns * count)
            continue
        zero((out,), left * count)
        zero((out + 4 * right * count,), (columns - right) * count)
        source = x + ((grid_top + row - top) >> up) * x_row
        numbers = index + (grid_top + row - top) * index_row + 4 * grid_left
        out += 4 * left * count
        own = bytes_at(seen + (grid_top + row - top) * seen_row + grid_left)
        for column in range(right - left):
            if seen != 0 and not own[column]:
                zero((out,), count)
                out += 4 * count
                continue
            scale = table + table_row * int_at(numbers + 4 * column)
            pixel = source + ((grid_left + column) >> up) * x_pixel
            if leaky:
                _modulate_leaky((out, pixel, scale, scale + shift), count)
            else:
                modulate_row((out, pixel, scale, scale + shift), count)
            out += 4 * count


@kernel
def multiply(a: Any) -> None:
    """out (rows, columns, outputs) = x @ weights, group by group: a 1 x 1 convolution of at least six columns.

    ``weights``: (groups, inputs, outputs); outputs of a group are a multiple of eight.
    """
    rows, columns, groups, inputs, outputs = a[1], a[2], a[3], a[4], a[5]
    out, out_row, out_pixel, x, x_row, x_pixel, weights = a[6], a[7], a[8], a[9], a[10], a[11], a[12]
    while True:
        row = take_pieces(a, 1)
        if row >= rows:
            break
        for group in range(groups):
            for done in range(0, outputs, 16):
                for column in range(0, columns, SIX):
                    # The last six overlap with those before.
                    first = min(column, columns - SIX)
                    ends = (
                        out + row * out_row + first * out_pixel + 4 * (group * outputs + done),
                        out_pixel,
                        x + row * x_row + first * x_pixel + 4 * group * inputs,
                        x_pixel,
                        weights + 4 * (group * inputs * outputs + done),
                        4 * outputs,
                        inputs,
                    )
                    if outputs - done >= 16:
                        six_by_16(ends)
                    else:
                        six_by_8(ends)


@kernel
def grey(a: Any) -> None:
    """Bytes (rows, columns, 3) of tanh of the three planes: -1 is 0, 1 is 255; and one colour where ground is plain.

    tanh by nine steps of Lambert's continued fraction, 7e-6 from the truth: a thousandth of a grey value.
    ``symbols`` int16: of the pixels, or 0 where no ground is plain; from ``first`` to ``last`` they are ground.
    """
    rows, columns = a[1], a[2]
    out, out_row, x, x_row, plane = a[3], a[4], a[5], a[6], a[7]
    symbols, symbols_row, first, last = a[8], a[9], a[10], a[11]
    red, green, blue = np.uint8(a[12]), np.uint8(a[13]), np.uint8(a[14])
    while True:
        row = take_pieces(a, 1)
        if row >= rows:
            break
        pixels = bytes_at(out + row * out_row)
        for color in range(3):
            values = floats(x + color * plane + row * x_row)
            for column in range(columns):
                v = min(max(values[column], -_TWENTY), _TWENTY)
                s = v * v
                above = (((s + _F990) * s + _F135135) * s + _F4729725) * s + _F34459425
                below = (((_F45 * s + _F13860) * s + _F945945) * s + _F16216200) * s + _F34459425
                tanh = min(max(v * above / below, -_ONE), _ONE)
                pixels[3 * column + color] = np.int32(tanh * _HALF_RANGE + _HALF_UP)
        if symbols != 0:
            own = shorts(symbols + row * symbols_row)
            for column in range(columns):
                if first <= own[column] <= last:
                    pixels[3 * column], pixels[3 * column + 1], pixels[3 * column + 2] = red, green, blue
