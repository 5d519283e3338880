"""The kernel of shortcuts with a modulation of their own: modulate what was upsampled, and convolve it 1 x 1."""

# numba's decorators have no types.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

from typing import Any

from model.engine.kernels.compiling import kernel
from model.engine.kernels.products import SIX, rows_by_slab
from model.engine.kernels.steps import modulate_row
from model.engine.kernels.vectors import (
    copy_row,
    int_at,
    ints,
    take_pieces,
    take_slot,
)


@kernel
def modulated_shortcut(a: Any) -> None:
    """out (2 * pairs, 2 * quads, groups * outputs) = the 1 x 1 convolution of x * scale + shift, x upsampled.

    Taken are pairs of rows. Those of the four pixels that one pixel of x becomes that have the same window are one
    pixel to this convolution, and computed once. ``weights``: for every group slabs (inputs, 16), the last may be 8
    wide; ``scratch``: for every thread rows of inputs, rows of outputs, and which row each pixel has.
    """
    pairs, scratch, scratch_size = a[1], a[3], a[4]
    quads, groups, inputs, outputs = a[5], a[6], a[7], a[8]
    out, out_row, out_pixel = a[9], a[10], a[11]
    x, x_row, x_pixel = a[12], a[13], a[14]
    index, index_row = a[15], a[16]
    table, table_row, shift, weights = a[17], a[18], a[19], a[20]
    in_row, made_row = 4 * groups * inputs, 4 * groups * outputs
    entering = scratch + scratch_size * take_slot(a)
    made = entering + in_row * (4 * quads + SIX)
    row_of = ints(made + made_row * (4 * quads + SIX))
    while True:
        pair = take_pieces(a, 1)
        if pair >= pairs:
            break
        upper = index + 2 * pair * index_row
        lower = upper + index_row
        count = 0
        for quad in range(quads):
            pixel = x + pair * x_row + quad * x_pixel
            for place in range(4):
                window = int_at((upper if place < 2 else lower) + 8 * quad + 4 * (place & 1))
                row = count
                for before in range(place):
                    if int_at((upper if before < 2 else lower) + 8 * quad + 4 * (before & 1)) == window:
                        row = row_of[4 * quad + before]
                        break
                if row == count:
                    scale = table + table_row * window
                    modulate_row((entering + in_row * count, pixel, scale, scale + shift), groups * inputs)
                    count += 1
                row_of[4 * quad + place] = row
        for group in range(groups):
            for done in range(0, outputs, 16):
                slab = weights + 4 * inputs * (group * outputs + done)
                columns = min(16, outputs - done)
                to, of = made + 4 * (group * outputs + done), entering + 4 * group * inputs
                rows_by_slab(count, columns, to, made_row, of, in_row, slab, 4 * columns, inputs)
        for quad in range(quads):
            for place in range(4):
                to = out + (2 * pair + (place >> 1)) * out_row + (2 * quad + (place & 1)) * out_pixel
                copy_row((to, made + made_row * row_of[4 * quad + place]), groups * outputs)
