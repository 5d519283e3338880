"""The renderer's element-wise work as machine code: what torch does in several passes over memory, done in one.

numba compiles these for the processor at hand and keeps the result in its cache (beside this file, or in the user's
cache folder where that cannot be written), so they are compiled once after an installation. Importing this module
imports numba and compiles or loads everything; `model.engine.fusion` does so in the background.

A kernel takes one array of int64: ``a[0]`` counts the rows that are taken, ``a[1]`` is how many there are, the rest are
addresses of float32 values and strides in bytes. Any number of threads run the same kernel on the same array until no
row is left. Nothing here checks bounds.
"""

# numba's decorators have no types.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import cfunc, types
from numba.core import cgutils
from numba.extending import intrinsic

# Values computed at once: a register of AVX2; the compiler halves or doubles it elsewhere.
_LANES = 8
_FLOAT, _LONG = ir.FloatType(), ir.IntType(64)
_CONTRACT = ("contract", "nsz")
_SLOPE = 0.2
# The interpolation points of large patches (see `model.engine.winograd`).
_A, _B = 0.75, 1.5
_A2, _B2 = _A * _A, _B * _B

Value = Any


class _Vectors:
    """Builds the machine code of one step of a loop over channels: loads, sums and stores of ``lanes`` values."""

    def __init__(self, builder: Any, offset: Value, lanes: int) -> None:
        self._builder, self._offset, self._lanes = builder, offset, lanes
        self._type = ir.VectorType(_FLOAT, lanes) if lanes > 1 else _FLOAT

    def _place(self, address: Value) -> Value:
        return self._builder.inttoptr(self._builder.add(address, self._offset), self._type.as_pointer())

    def load(self, address: Value) -> Value:
        return self._builder.load(self._place(address), align=4)

    def store(self, value: Value, address: Value) -> None:
        self._builder.store(value, self._place(address), align=4)

    def along(self, address: Value, *steps: tuple[int, Value]) -> Value:
        """The address after so many strides of so many bytes."""
        for times, stride in steps:
            address = self._builder.add(address, self._builder.mul(ir.Constant(_LONG, times), stride))
        return address

    def number(self, value: float) -> Value:
        """The same number in every lane."""
        return ir.Constant(self._type, [value] * self._lanes if self._lanes > 1 else value)

    def add(self, a: Value, b: Value) -> Value:
        return self._builder.fadd(a, b, flags=_CONTRACT)

    def sub(self, a: Value, b: Value) -> Value:
        return self._builder.fsub(a, b, flags=_CONTRACT)

    def mul(self, a: Value, b: Value) -> Value:
        return self._builder.fmul(a, b, flags=_CONTRACT)

    def div(self, a: Value, b: Value) -> Value:
        return self._builder.fdiv(a, b)

    def scaled(self, a: Value, factor: float, b: Value) -> Value:
        """a + factor * b."""
        return self.add(a, self.mul(self.number(factor), b))

    def larger(self, a: Value, b: Value) -> Value:
        return self._builder.select(self._builder.fcmp_ordered(">", a, b), a, b)

    def leaky(self, a: Value) -> Value:
        return self.larger(a, self.mul(self.number(_SLOPE), a))

    def total(self, values: Sequence[Value]) -> Value:
        """The sum, of pairs of pairs: shorter chains, and smaller errors."""
        while len(values) > 1:
            pairs = [self.add(a, b) for a, b in zip(values[::2], values[1::2], strict=False)]
            values = [*pairs, *values[len(values) & ~1 :]]
        return values[0]


def _along(step: Callable[..., None]) -> Any:
    """A function of a tuple of int64 and a count of channels that runs ``step(vectors, *integers)`` over the channels.

    numba's own loops would be tested for overlapping arrays at every pixel, and would take 32 values at a time, of
    which the top level has 16.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Value]) -> Value:
        integers, count = cgutils.unpack_tuple(builder, arguments[0]), arguments[1]
        whole = builder.and_(count, ir.Constant(_LONG, -_LANES))
        for first, last, lanes in ((ir.Constant(_LONG, 0), whole, _LANES), (whole, count, 1)):
            with cgutils.for_range_slice(builder, first, last, ir.Constant(_LONG, lanes), _LONG) as (place, _):
                step(_Vectors(builder, builder.mul(place, ir.Constant(_LONG, 4)), lanes), *integers)
        return context.get_dummy_value()

    def along(context: Any, integers: Any, count: Any) -> Any:
        return types.void(integers, types.int64), generate

    return intrinsic(along)


@intrinsic
def _take_rows(context: Any, pointer: Any, count: Any) -> Any:
    """Add to the first entry what other threads may add to as well; returns what it was."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Value]) -> Value:
        return builder.atomic_rmw("add", arguments[0], arguments[1], "monotonic")

    return types.int64(pointer, types.int64), generate


@intrinsic
def _take_slot(context: Any, pointer: Any) -> Any:
    """The same with the third entry: a number of its own for each thread, below the number of threads."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Value]) -> Value:
        third = builder.gep(arguments[0], [ir.Constant(_LONG, 2)])
        return builder.atomic_rmw("add", third, ir.Constant(_LONG, 1), "monotonic")

    return types.int64(pointer), generate


@intrinsic
def _int_at(context: Any, address: Any) -> Any:
    """The int32 at an address, as int64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Value]) -> Value:
        place = builder.inttoptr(arguments[0], ir.IntType(32).as_pointer())
        return builder.sext(builder.load(place, align=4), _LONG)

    return types.int64(types.int64), generate


def _pointer_to(kind: Any) -> Any:
    def typed(context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Value]) -> Value:
            return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

        return types.CPointer(kind)(types.int64), generate

    return intrinsic(typed)


_floats, _bytes = _pointer_to(types.float32), _pointer_to(types.uint8)


@_along
def _modulate_leaky(on: _Vectors, out: Value, x: Value, scale: Value, shift: Value) -> None:
    on.store(on.leaky(on.add(on.mul(on.load(x), on.load(scale)), on.load(shift))), out)


@_along
def _modulate(on: _Vectors, out: Value, x: Value, scale: Value, shift: Value) -> None:
    on.store(on.add(on.mul(on.load(x), on.load(scale)), on.load(shift)), out)


@_along
def _leaky(on: _Vectors, out: Value, x: Value) -> None:
    on.store(on.leaky(on.load(x)), out)


@_along
def _add(on: _Vectors, out: Value, a: Value, b: Value) -> None:
    on.store(on.add(on.load(a), on.load(b)), out)


@_along
def _zero(on: _Vectors, out: Value) -> None:
    on.store(on.number(0.0), out)


@_along
def _add_nine(on: _Vectors, out: Value, start: Value, *taps: Value) -> None:
    """out = start + the sum of nine; ``start`` may be ``out``."""
    on.store(on.total([on.load(start), *(on.load(tap) for tap in taps)]), out)


_ONE, _THREE, _SIXTEENTH, _TWENTY = np.float32(1), np.float32(3), np.float32(1 / 16), np.float32(20)
_HALF_RANGE, _HALF_UP = np.float32(127.5), np.float32(128)
_F45, _F990, _F13860, _F135135 = np.float32(45), np.float32(990), np.float32(13860), np.float32(135135)
_F945945, _F4729725, _F16216200 = np.float32(945945), np.float32(4729725), np.float32(16216200)
_F34459425 = np.float32(34459425)


def _kernel(function: Callable[[Any], None]) -> Any:
    return cfunc(types.void(types.CPointer(types.int64)), cache=True, error_model="numpy")(function)


@_kernel
def modulate(a: Any) -> None:
    """A zero-bordered buffer (rows, columns, count) whose inner part is leaky(x * scale + shift), or not leaky.

    Scale and shift are rows of a table, by the number of each pixel's window; x may be upsampled.
    """
    rows, columns, count, up, leaky = a[1], a[2], a[3], a[4], a[5]
    into, into_row = a[6], a[7]
    # The inner part in the buffer, and where it lies in the grid.
    top, left, bottom, right, grid_top, grid_left = a[8], a[9], a[10], a[11], a[12], a[13]
    x, x_row, x_pixel = a[14], a[15], a[16]
    index, index_row = a[17], a[18]
    table, table_row, shift = a[19], a[20], a[21]
    while True:
        row = _take_rows(a, 1)
        if row >= rows:
            break
        out = into + row * into_row
        if row < top or row >= bottom:
            _zero((out,), columns * count)
            continue
        _zero((out,), left * count)
        _zero((out + 4 * right * count,), (columns - right) * count)
        source = x + ((grid_top + row - top) >> up) * x_row
        numbers = index + (grid_top + row - top) * index_row + 4 * grid_left
        out += 4 * left * count
        for column in range(right - left):
            scale = table + table_row * _int_at(numbers + 4 * column)
            pixel = source + ((grid_left + column) >> up) * x_pixel
            if leaky:
                _modulate_leaky((out, pixel, scale, scale + shift), count)
            else:
                _modulate((out, pixel, scale, scale + shift), count)
            out += 4 * count


@_kernel
def pad_leaky(a: Any) -> None:
    """A zero-bordered buffer (rows, columns, count) whose inner part is leaky(x)."""
    rows, columns, count = a[1], a[2], a[3]
    into, into_row = a[4], a[5]
    top, left, bottom, right = a[6], a[7], a[8], a[9]
    x, x_row = a[10], a[11]
    while True:
        row = _take_rows(a, 1)
        if row >= rows:
            break
        out = into + row * into_row
        if row < top or row >= bottom:
            _zero((out,), columns * count)
            continue
        _zero((out,), left * count)
        _zero((out + 4 * right * count,), (columns - right) * count)
        # All channels of a row lie together.
        _leaky((out + 4 * left * count, x + (row - top) * x_row), (right - left) * count)


@_kernel
def add(a: Any) -> None:
    """out (rows, columns, count) = x + added, ``added`` upsampled or not; its first pixel is the first's."""
    rows, columns, count, up = a[1], a[2], a[3], a[4]
    out, out_row, out_pixel = a[5], a[6], a[7]
    x, x_row, x_pixel = a[8], a[9], a[10]
    added, added_row, added_pixel = a[11], a[12], a[13]
    together = up == 0 and out_pixel == 4 * count and x_pixel == 4 * count and added_pixel == 4 * count
    while True:
        row = _take_rows(a, 1)
        if row >= rows:
            break
        to, first, second = out + row * out_row, x + row * x_row, added + (row >> up) * added_row
        if together:
            _add((to, first, second), columns * count)
            continue
        for column in range(columns):
            _add((to + column * out_pixel, first + column * x_pixel, second + (column >> up) * added_pixel), count)


@_kernel
def draw(a: Any) -> None:
    """Rows of the picture's three planes: bias, the nine taps of the convolution, and the doubled smaller picture.

    ``a[1]``: three times the rows of the box. ``planes``: tap and color (27, rows + 2, columns + 2).
    """
    rows, columns = a[1], a[2]
    out, out_row, out_plane = a[3], a[4], a[5]
    planes, planes_row, plane = a[6], a[7], a[8]
    bias = _floats(a[9])
    smaller, smaller_row, smaller_plane, smaller_rows, smaller_columns = a[10], a[11], a[12], a[13], a[14]
    grid_top, grid_left = a[15], a[16]
    height = rows // 3
    while True:
        taken = _take_rows(a, 1)
        if taken >= rows:
            break
        color, row = taken // height, taken % height
        to = out + color * out_plane + row * out_row
        pixels = _floats(to)
        start = bias[color]
        if smaller == 0:
            for column in range(columns):
                pixels[column] = start
        else:
            # Output 2 i is 3/4 of input i and 1/4 of i - 1, output 2 i + 1 the same with i + 1; beyond the rim, i.
            middle = (grid_top + row) >> 1
            other = middle + 2 * ((grid_top + row) & 1) - 1
            other = min(max(other, 0), smaller_rows - 1)
            near = _floats(smaller + color * smaller_plane + middle * smaller_row)
            far = _floats(smaller + color * smaller_plane + other * smaller_row)
            first, last = max((grid_left + 1) >> 1, 1), min((grid_left + columns) >> 1, smaller_columns - 1)
            last = max(first, last)
            for i in range(first, last):
                before = _THREE * near[i - 1] + far[i - 1]
                at = _THREE * near[i] + far[i]
                after = _THREE * near[i + 1] + far[i + 1]
                pixels[2 * i - grid_left] = start + _SIXTEENTH * (_THREE * at + before)
                pixels[2 * i + 1 - grid_left] = start + _SIXTEENTH * (_THREE * at + after)
            column = 0
            while column < columns:
                if first < last and column == 2 * first - grid_left:
                    column = 2 * last - grid_left
                    continue
                i = (grid_left + column) >> 1
                j = min(max(i + 2 * ((grid_left + column) & 1) - 1, 0), smaller_columns - 1)
                at, beside = _THREE * near[i] + far[i], _THREE * near[j] + far[j]
                pixels[column] = start + _SIXTEENTH * (_THREE * at + beside)
                column += 1
        tap = planes + color * plane + row * planes_row
        next_row, three = tap + planes_row, 3 * plane
        last_row = next_row + planes_row
        _add_nine(
            (
                to,
                to,
                tap,
                tap + three + 4,
                tap + 2 * three + 8,
                next_row + 3 * three,
                next_row + 4 * three + 4,
                next_row + 5 * three + 8,
                last_row + 6 * three,
                last_row + 7 * three + 4,
                last_row + 8 * three + 8,
            ),
            columns,
        )


@_kernel
def grey(a: Any) -> None:
    """Bytes (rows, columns, 3) of tanh of the three planes: -1 is 0, 1 is 255.

    tanh by nine steps of Lambert's continued fraction, 7e-6 from the truth: a thousandth of a grey value.
    """
    rows, columns = a[1], a[2]
    out, out_row, x, x_row, plane = a[3], a[4], a[5], a[6], a[7]
    while True:
        row = _take_rows(a, 1)
        if row >= rows:
            break
        pixels = _bytes(out + row * out_row)
        for color in range(3):
            values = _floats(x + color * plane + row * x_row)
            for column in range(columns):
                v = min(max(values[column], -_TWENTY), _TWENTY)
                s = v * v
                above = (((s + _F990) * s + _F135135) * s + _F4729725) * s + _F34459425
                below = (((_F45 * s + _F13860) * s + _F945945) * s + _F16216200) * s + _F34459425
                tanh = min(max(v * above / below, -_ONE), _ONE)
                pixels[3 * column + color] = np.int32(tanh * _HALF_RANGE + _HALF_UP)


def _six_sums(on: _Vectors, d: Sequence[Value]) -> list[Value]:
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


def _four_sums(on: _Vectors, m: Sequence[Value]) -> list[Value]:
    """A^T m along one axis."""
    even_a, odd_a, even_b, odd_b = on.add(m[1], m[2]), on.sub(m[1], m[2]), on.add(m[3], m[4]), on.sub(m[3], m[4])
    return [
        on.scaled(on.scaled(m[0], 1 / _A, even_a), 1 / _B2, even_b),
        on.scaled(odd_a, 1 / _B, odd_b),
        on.scaled(even_b, _A, even_a),
        on.scaled(on.scaled(m[5], _A2, odd_a), _B, odd_b),
    ]


@_along
def _enter_patch(on: _Vectors, out: Value, out_tap: Value, x: Value, x_row: Value, x_pixel: Value) -> None:
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
        on: _Vectors,
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

    return _along(step)


_leave_patch_even, _leave_patch_up = _leave_patch(0), _leave_patch(1)


def _products(rows: int, vectors: int, lanes: int) -> Any:
    """A function (out, out_row, a, a_row, b, b_row, inner): out (rows, vectors * lanes) = a (rows, inner) @ b.

    All sums stay in registers, so there may be twelve of them.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Value]) -> Value:
        out, out_row, a, a_row, b, b_row, inner = cgutils.unpack_tuple(builder, arguments[0])
        kind = ir.VectorType(_FLOAT, lanes)

        def place(address: Value, row: Value, stride: Value, more: int, to: Any) -> Value:
            address = builder.add(builder.add(address, builder.mul(row, stride)), ir.Constant(_LONG, more))
            return builder.inttoptr(address, to.as_pointer())

        before = builder.block
        loop, after = builder.append_basic_block("products"), builder.append_basic_block("stored")
        builder.branch(loop)
        builder.position_at_end(loop)
        step = builder.phi(_LONG)
        step.add_incoming(ir.Constant(_LONG, 0), before)
        zero = ir.Constant(kind, [0.0] * lanes)
        sums = [builder.phi(kind) for _ in range(rows * vectors)]
        weights = [builder.load(place(b, step, b_row, 4 * lanes * vector, kind), align=4) for vector in range(vectors)]
        four = ir.Constant(_LONG, 4)
        for row in range(rows):
            start = builder.add(a, builder.mul(ir.Constant(_LONG, row), a_row))
            value = builder.load(place(start, step, four, 0, _FLOAT), align=4)
            one = builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
            zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
            value = builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), zeros)
            for vector, weight in enumerate(weights):
                total = sums[row * vectors + vector]
                product = builder.fmul(value, weight, flags=_CONTRACT)
                added = builder.fadd(total, product, flags=_CONTRACT)
                total.add_incoming(zero, before)
                total.add_incoming(added, loop)
                sums[row * vectors + vector] = added
        following = builder.add(step, ir.Constant(_LONG, 1))
        step.add_incoming(following, loop)
        builder.cbranch(builder.icmp_signed("<", following, inner), loop, after)
        builder.position_at_end(after)
        for row in range(rows):
            for vector in range(vectors):
                to = place(out, ir.Constant(_LONG, row), out_row, 4 * lanes * vector, kind)
                builder.store(sums[row * vectors + vector], to, align=4)
        return context.get_dummy_value()

    def products(context: Any, integers: Any) -> Any:
        return types.void(integers), generate

    return intrinsic(products)


_SIX = 6
_six_by_16, _six_by_8 = _products(_SIX, 2, _LANES), _products(_SIX, 1, _LANES)


@_kernel
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
    sums = scratch + scratch_size * _take_slot(a)
    # A little apart: where all 36 are a multiple of 4096 bytes from another, they share eight places in the cache.
    in_tap, out_tap = 4 * batch * inputs + 128, 4 * batch * width + 128
    products = sums + 36 * in_tap
    made = products + 36 * out_tap
    while True:
        piece = _take_rows(a, 1)
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
                for number in range(0, count, _SIX):
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
                        _six_by_16(ends)
                    else:
                        _six_by_8(ends)
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
                    _add((to + row * out_row + column * out_pixel, value, pixel), outputs)


@_kernel
def multiply(a: Any) -> None:
    """out (rows, columns, outputs) = x @ weights, group by group: a 1 x 1 convolution of at least six columns.

    ``weights``: (groups, inputs, outputs); outputs of a group are a multiple of eight.
    """
    rows, columns, groups, inputs, outputs = a[1], a[2], a[3], a[4], a[5]
    out, out_row, out_pixel, x, x_row, x_pixel, weights = a[6], a[7], a[8], a[9], a[10], a[11], a[12]
    while True:
        row = _take_rows(a, 1)
        if row >= rows:
            break
        for group in range(groups):
            for done in range(0, outputs, 16):
                for column in range(0, columns, _SIX):
                    # The last six overlap with those before.
                    first = min(column, columns - _SIX)
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
                        _six_by_16(ends)
                    else:
                        _six_by_8(ends)
