"""The kernel of 3 x 3 convolutions: minimal filtering with patches of 4 x 4 outputs (see `model.engine.winograd`)."""

# numba's decorators have no types.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from model.engine.kernels.compiling import kernel
from model.engine.kernels.vectors import (
    SIX,
    Value,
    Vectors,
    add_rows,
    along,
    six_by_8,
    six_by_16,
    take_pieces,
    take_slot,
)
from model.engine.winograd import POINTS

_A, _B = POINTS
_A2, _B2 = _A * _A, _B * _B


def _six_sums(on: Vectors, d: Sequence[Value]) -> list[Value]:
    """B^T d of a patch of 4 x 4 outputs along one axis (see `model.engine.winograd`)."""
    even, odd = on.scaled(d[4], -_B2, d[2]), on.scaled(d[3], -_B2, d[1])
    other_even, other_odd = on.scaled(d[4], -_A2, d[2]), on.scaled(d[3], -_A2, d[1])
    return [
        on.scaled(even, -_A2, on.scaled(d[2], -_B2, d[0])),
        on.scaled(even, _A, odd),
        on.scaled(even, -_A, odd),
        on.scaled(other_even, _B, other_odd),
        on.scaled(other_even, -_B, other_odd),
        on.scaled(on.scaled(d[5], -_B2, d[3]), -_A2, odd),
    ]


def _four_sums(on: Vectors, m: Sequence[Value]) -> list[Value]:
    """A^T m along one axis."""
    even_a, odd_a, even_b, odd_b = on.add(m[1], m[2]), on.sub(m[1], m[2]), on.add(m[3], m[4]), on.sub(m[3], m[4])
    return [
        on.scaled(on.scaled(m[0], 1 / _A, even_a), 1 / _B2, even_b),
        on.scaled(odd_a, 1 / _B, odd_b),
        on.scaled(even_b, _A, even_a),
        on.scaled(on.scaled(m[5], _A2, odd_a), _B, odd_b),
    ]


@along
def _enter_patch(on: Vectors, out: Value, out_tap: Value, x: Value, x_row: Value, x_pixel: Value) -> None:
    """The 36 sums of a patch of 6 x 6 inputs, ``out_tap`` bytes apart."""
    columns = []
    for column in range(6):
        places = [on.along(x, (row, x_row), (column, x_pixel)) for row in range(6)]
        columns.append(_six_sums(on, [on.load(place) for place in places]))
    for row in range(6):
        for column, value in enumerate(_six_sums(on, [sums[row] for sums in columns])):
            on.store(value, on.along(out, (6 * row + column, out_tap)))


def _leave_patch(up: int) -> Any:
    """A step: 4 x 4 outputs of 36 products, a bias, and what is added to them, from the grid itself or half of it."""

    def step(
        on: Vectors,
        out: Value,
        out_row: Value,
        out_pixel: Value,
        x: Value,
        x_tap: Value,
        bias: Value,
        added: Value,
        added_row: Value,
        added_pixel: Value,
    ) -> None:
        columns = [
            _four_sums(on, [on.load(on.along(x, (6 * row + column, x_tap))) for row in range(6)]) for column in range(6)
        ]
        start = on.load(bias)
        for row in range(4):
            for column, value in enumerate(_four_sums(on, [sums[row] for sums in columns])):
                more = on.load(on.along(added, (row >> up, added_row), (column >> up, added_pixel)))
                on.store(on.add(on.add(value, start), more), on.along(out, (row, out_row), (column, out_pixel)))

    return along(step)


_leave_patch_even, _leave_patch_up = _leave_patch(0), _leave_patch(1)


@kernel
def convolve(a: Any) -> None:
    """A 3 x 3 convolution by minimal filtering, 4 x 4 outputs a patch, of a padded buffer; and what is added to it.

    Taken are batches of patches, group by group. ``weights``: (groups, 36, inputs, width), where ``width`` is
    ``outputs`` rounded up to whole vectors. ``scratch``: for every thread its sums, products and outputs. ``zeros``: as
    many as there are outputs.
    """
    pieces, scratch, scratch_size, batch = a[1], a[3], a[4], a[5]
    rows, columns, inputs, outputs, width = a[6], a[7], a[8], a[9], a[10]
    x, x_row, x_pixel = a[11], a[12], a[13]
    weights, bias = a[14], a[15]
    out, out_row, out_pixel = a[16], a[17], a[18]
    added, added_row, added_pixel, up, zeros = a[19], a[20], a[21], a[22], a[23]
    across = (columns + 3) >> 2
    patches = ((rows + 3) >> 2) * across
    batches = (patches + batch - 1) // batch
    sums = scratch + scratch_size * take_slot(a)
    # A little apart: where all 36 are a multiple of 4096 bytes from another, they share eight places in the cache.
    in_tap, out_tap = 4 * batch * inputs + 128, 4 * batch * width + 128
    products = sums + 36 * in_tap
    made = products + 36 * out_tap
    while True:
        piece = take_pieces(a, 1)
        if piece >= pieces:
            break
        group, first = piece // batches, piece % batches * batch
        count = min(batch, patches - first)
        for number in range(count):
            row, column = (first + number) // across, (first + number) % across
            source = x + 4 * row * x_row + 4 * column * x_pixel + 4 * group * inputs
            _enter_patch((sums + 4 * number * inputs, in_tap, source, x_row, x_pixel), inputs)
        for tap in range(36):
            matrix = weights + 4 * (group * 36 + tap) * inputs * width
            of, to = sums + tap * in_tap, products + tap * out_tap
            done = 0
            while done < width:
                for number in range(0, count, SIX):
                    ends = (
                        to + 4 * (number * width + done),
                        4 * width,
                        of + 4 * number * inputs,
                        4 * inputs,
                        matrix + 4 * done,
                        4 * width,
                        inputs,
                    )
                    if width - done >= 16:
                        six_by_16(ends)
                    else:
                        six_by_8(ends)
                done += 16
        start = bias + 4 * group * outputs
        for number in range(count):
            top, left = 4 * ((first + number) // across), 4 * ((first + number) % across)
            product = products + 4 * number * width
            to = out + top * out_row + left * out_pixel + 4 * group * outputs
            more = added + (top >> up) * added_row + (left >> up) * added_pixel + 4 * group * outputs
            if top + 4 <= rows and left + 4 <= columns:
                whole = (to, out_row, out_pixel, product, out_tap, start, more, added_row, added_pixel)
                if up:
                    _leave_patch_up(whole, outputs)
                else:
                    _leave_patch_even(whole, outputs)
                continue
            # At the lower and right rim first beside the grid.
            rim = (made, 16 * width, 4 * width, product, out_tap, start, zeros, 0, 0)
            _leave_patch_even(rim, outputs)
            for row in range(min(4, rows - top)):
                for column in range(min(4, columns - left)):
                    value = made + 16 * width * row + 4 * width * column
                    pixel = more + (row >> up) * added_row + (column >> up) * added_pixel
                    add_rows((to + row * out_row + column * out_pixel, value, pixel), outputs)
