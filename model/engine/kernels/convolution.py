"""The kernel of 3 x 3 convolutions: minimal filtering, patches of 2, 4 or 6 outputs a side (see `engine.winograd`)."""

# numba's decorators have no types.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numba import njit

from model.engine.kernels.compiling import kernel
from model.engine.kernels.products import rows_by_slab, rows_by_slab_ahead
from model.engine.kernels.vectors import (
    Value,
    Vectors,
    add_rows,
    along,
    bytes_at,
    int_at,
    longs,
    take_pieces,
    take_slot,
    zero,
)
from model.engine.winograd import CUBIC, LARGEST_POINTS, POINTS, QUADRATICS, VANISHING

_A, _B = POINTS
_A2, _B2 = _A * _A, _B * _B
# With so many inputs the sums of a batch of patches do not fit the second cache.
_DEEP = 96


def _input_sums(on: Vectors, d: Sequence[Value]) -> list[Value]:
    """B^T d of a patch along one axis (see `model.engine.winograd`)."""
    if len(d) == 4:
        return [on.sub(d[0], d[2]), on.add(d[1], d[2]), on.sub(d[2], d[1]), on.sub(d[1], d[3])]
    if len(d) == 8:
        sums = []
        for point, total, product in QUADRATICS:
            even = on.scaled(on.scaled(d[6], -total, d[4]), product, d[2])
            odd = on.scaled(on.scaled(d[5], -total, d[3]), product, d[1])
            sums += [on.scaled(even, point, odd), on.scaled(even, -point, odd)]
        ends = [
            on.scaled(on.scaled(on.scaled(d[at + 6], -CUBIC[0], d[at + 4]), CUBIC[1], d[at + 2]), -CUBIC[2], d[at])
            for at in (0, 1)
        ]
        return [ends[0], *sums, ends[1]]
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


def _output_sums(on: Vectors, m: Sequence[Value]) -> list[Value]:
    """A^T m along one axis."""
    if len(m) == 4:
        return [on.add(on.add(m[0], m[1]), m[2]), on.sub(on.sub(m[1], m[2]), m[3])]
    if len(m) == 8:
        pairs = [(on.add(m[at], m[at + 1]), on.sub(m[at], m[at + 1])) for at in (1, 3, 5)]
        made = []
        for power in range(6):
            # The first point is 1. Infinity reaches the highest power alone, and 0 the lowest.
            total = pairs[0][power % 2]
            for (even, odd), point in zip(pairs[1:], LARGEST_POINTS[1:], strict=True):
                total = on.scaled(total, point**power, odd if power % 2 else even)
            made.append(on.add(total, m[0 if power == 0 else 7]) if power in (0, 5) else total)
        return made
    even_a, odd_a, even_b, odd_b = on.add(m[1], m[2]), on.sub(m[1], m[2]), on.add(m[3], m[4]), on.sub(m[3], m[4])
    return [
        on.scaled(on.scaled(m[0], 1 / _A, even_a), 1 / _B2, even_b),
        on.scaled(odd_a, 1 / _B, odd_b),
        on.scaled(even_b, _A, even_a),
        on.scaled(on.scaled(m[5], _A2, odd_a), _B, odd_b),
    ]


def _enter_patch(side: int) -> Any:
    """A step: the sums of a patch of so many rows and columns of inputs, ``out_tap`` bytes apart.

    ``next_x``: how many bytes behind x the next patch's inputs lie.
    """

    def step(on: Vectors, out: Value, out_tap: Value, x: Value, x_row: Value, x_pixel: Value, next_x: Value) -> None:
        columns = []
        for column in range(side):
            places = [on.along(x, (row, x_row), (column, x_pixel)) for row in range(side)]
            for place in places:
                on.prefetch(place, next_x)
            columns.append(_input_sums(on, [on.load(place) for place in places]))
        for row in range(side):
            for column, value in enumerate(_input_sums(on, [sums[row] for sums in columns])):
                on.store(value, on.along(out, (side * row + column, out_tap)))

    return along(step)


def _leave_patch(side: int) -> Any:
    """A step: the outputs of a patch's products, a bias, and what is added, from a grid halved ``up`` times.

    ``next_x``, ``next_out``, ``next_added``: how many bytes behind this patch's the next one's lie.
    """

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
        up: Value,
        next_x: Value,
        next_out: Value,
        next_added: Value,
    ) -> None:
        columns = []
        for column in range(side):
            places = [on.along(x, (side * row + column, x_tap)) for row in range(side)]
            for place in places:
                on.prefetch(place, next_x)
            columns.append(_output_sums(on, [on.load(place) for place in places]))
        start = on.load(bias)
        for row in range(side - 2):
            for column, value in enumerate(_output_sums(on, [sums[row] for sums in columns])):
                down, right = on.halved(row, up), on.halved(column, up)
                place = on.along(added, (down, added_row), (right, added_pixel))
                to = on.along(out, (row, out_row), (column, out_pixel))
                on.prefetch(place, next_added)
                on.prefetch(to, next_out)
                on.store(on.add(on.add(value, start), on.load(place)), to)

    return along(step)


_enter_largest, _enter_large, _enter_small = _enter_patch(8), _enter_patch(6), _enter_patch(4)
_leave_largest, _leave_large, _leave_small = _leave_patch(8), _leave_patch(6), _leave_patch(4)


@njit(error_model="numpy")
def _leave(tile: Any, places: Any, outputs: Any) -> None:
    if tile == 6:
        _leave_largest(places, outputs)
    elif tile == 4:
        _leave_large(places, outputs)
    else:
        _leave_small(places, outputs)


@njit(error_model="numpy")
def _enter(tile: Any, places: Any, inputs: Any) -> None:
    if tile == 6:
        _enter_largest(places, inputs)
    elif tile == 4:
        _enter_large(places, inputs)
    else:
        _enter_small(places, inputs)


@njit(error_model="numpy")
def _in_pairs(top: Any, left: Any, rows: Any, columns: Any, windows: Any) -> Any:
    """Whether the upsampled inputs of a patch of 6 x 6 outputs are pairs along both axes, but for its first and last
    row, and column, along the other axis alone.

    ``top``, ``left`` in the box of ``rows`` and ``columns``; ``windows``: the numbers of the grid's windows, the bytes
    of a row, the grid's height and width, and the box's top and left. Beyond the grid, and two pixels beyond the box,
    all is zero.
    """
    numbers, row_size, height, width, box_top, box_left = windows
    first, start = box_top + top, box_left + left
    if (top + 6 > rows and box_top + rows < height) or (left + 6 > columns and box_left + columns < width):
        return False
    beyond, behind = min(first + 6, height), min(start + 6, width)
    for row in range(max(first - 1, 0), min(beyond + 1, height)):
        at = numbers + row * row_size
        # Rows of which the one before is the other of a pair.
        second = first <= row < beyond and (row - first) % 2 == 1
        for column in range(max(start - 1, 0), min(behind + 1, width)):
            own = int_at(at + 4 * column)
            if second and own != int_at(at - row_size + 4 * column):
                return False
            if start <= column < behind and (column - start) % 2 == 1 and own != int_at(at + 4 * column - 4):
                return False
    return True


@njit(error_model="numpy")
def _any_seen(seen: Any, seen_row: Any, top: Any, left: Any, tile: Any, rows: Any, columns: Any) -> Any:
    """Whether any output of a patch is."""
    for row in range(top, min(top + tile, rows)):
        own = bytes_at(seen + row * seen_row)
        for column in range(left, min(left + tile, columns)):
            if own[column]:
                return True
    return False


@kernel
def convolve(a: Any) -> None:
    """A 3 x 3 convolution by minimal filtering, ``tile`` x ``tile`` outputs a patch, of a padded buffer; and what is
    added to it.

    Taken are batches of patches, group by group. ``weights``: for every group and tap slabs (inputs, 16) of outputs,
    the last of 8 where ``width``, ``outputs`` rounded up to whole vectors, is no multiple of 16: a slab stays in the
    first cache while all patches are multiplied by it. ``scratch``: for every thread its sums, products, outputs
    and the order of its patches. ``zeros``: as many as there are outputs. From ``a[25]`` on: see ``_in_pairs``, or
    zeros where x is not upsampled. ``seen`` uint8: of the box, which outputs are, or 0 for all; patches without any
    are left out.
    """
    pieces, scratch, scratch_size, batch = a[1], a[3], a[4], a[5]
    rows, columns, inputs, outputs, width = a[6], a[7], a[8], a[9], a[10]
    x, x_row, x_pixel = a[11], a[12], a[13]
    weights, bias = a[14], a[15]
    out, out_row, out_pixel = a[16], a[17], a[18]
    added, added_row, added_pixel, up, zeros, tile = a[19], a[20], a[21], a[22], a[23], a[24]
    windows = (a[25], a[26], a[27], a[28], a[29], a[30])
    seen, seen_row = a[31], a[32]
    taps = (tile + 2) * (tile + 2)
    across = (columns + tile - 1) // tile
    patches = (rows + tile - 1) // tile * across
    batches = (patches + batch - 1) // batch
    sums = scratch + scratch_size * take_slot(a)
    # A little apart: where all taps are a multiple of 4096 bytes from another, they share eight places in the cache.
    in_tap, out_tap = 4 * batch * inputs + 128, 4 * batch * width + 128
    products = sums + taps * in_tap
    made = products + taps * out_tap
    order = longs(made + 4 * tile * tile * width)
    while True:
        piece = take_pieces(a, 1)
        if piece >= pieces:
            break
        group, first = piece // batches, piece % batches * batch
        count = min(batch, patches - first)
        # Last those of whose sums some vanish.
        full, paired = 0, count
        for patch in range(first, first + count):
            row, column = patch // across, patch % across
            if seen != 0 and not _any_seen(seen, seen_row, tile * row, tile * column, tile, rows, columns):
                continue
            if windows[0] != 0 and _in_pairs(tile * row, tile * column, rows, columns, windows):
                paired -= 1
                order[paired] = patch
            else:
                order[full] = patch
                full += 1
        for number in range(paired, count):
            order[full + number - paired] = order[number]
        count -= paired - full
        for number in range(count):
            row, column = order[number] // across, order[number] % across
            source = x + tile * row * x_row + tile * column * x_pixel + 4 * group * inputs
            after = order[min(number + 1, count - 1)]
            next_x = tile * ((after // across - row) * x_row + (after % across - column) * x_pixel)
            _enter(tile, (sums + 4 * number * inputs, in_tap, source, x_row, x_pixel, next_x), inputs)
        for tap in range(taps):
            matrix = weights + 4 * (group * taps + tap) * inputs * width
            of, to = sums + tap * in_tap, products + tap * out_tap
            some = count
            if tile == 6 and full < count and (tap // 8 == VANISHING or tap % 8 == VANISHING):
                some = full
                zero((to + 4 * full * width,), (count - full) * width)
            for done in range(0, width, 16):
                slab, place = matrix + 4 * done * inputs, to + 4 * done
                if width - done >= 16 and inputs >= _DEEP:
                    rows_by_slab_ahead(some, place, 4 * width, of, 4 * inputs, slab, inputs)
                else:
                    some_columns = min(16, width - done)
                    rows_by_slab(some, some_columns, place, 4 * width, of, 4 * inputs, slab, 4 * some_columns, inputs)
        start = bias + 4 * group * outputs
        for number in range(count):
            top, left = tile * (order[number] // across), tile * (order[number] % across)
            product = products + 4 * number * width
            to = out + top * out_row + left * out_pixel + 4 * group * outputs
            more = added + (top >> up) * added_row + (left >> up) * added_pixel + 4 * group * outputs
            after = order[min(number + 1, count - 1)]
            down, right = tile * (after // across), tile * (after % across)
            next_out = (down - top) * out_row + (right - left) * out_pixel
            next_added = ((down >> up) - (top >> up)) * added_row + ((right >> up) - (left >> up)) * added_pixel
            nexts = (4 * width, next_out, next_added)
            if top + tile <= rows and left + tile <= columns:
                whole = (to, out_row, out_pixel, product, out_tap, start, more, added_row, added_pixel, up, *nexts)
                _leave(tile, whole, outputs)
                continue
            # At the lower and right rim first beside the grid.
            rim = (made, 4 * tile * width, 4 * width, product, out_tap, start, zeros, 0, 0, 0, *nexts)
            _leave(tile, rim, outputs)
            for row in range(min(tile, rows - top)):
                for column in range(min(tile, columns - left)):
                    value = made + 4 * (tile * row + column) * width
                    pixel = more + (row >> up) * added_row + (column >> up) * added_pixel
                    add_rows((to + row * out_row + column * out_pixel, value, pixel), outputs)
