"""Building blocks of the kernels: machine code for loops over channels, small products of matrices, shared counters.

numba's own loops over channels would be tested for overlapping arrays at every pixel, and would take 32 values at a
time, of which the top level has 16. So the innermost loops are written out here, for vectors of LANES values.
"""

# numba's decorators have no types.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

# Values computed at once: a register of AVX2; the compiler halves or doubles it elsewhere.
from model.engine.layout import LANES

FLOAT, LONG = ir.FloatType(), ir.IntType(64)
_BYTES = ir.IntType(8).as_pointer()
CONTRACT = ("contract", "nsz")
_SLOPE = 0.2

Value = Any


def prefetch(builder: Any, pointer: Value) -> None:
    """Bring what a pointer to bytes points at into the second cache."""
    number = ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [pointer.type, number, number, number])
    prefetch = builder.module.declare_intrinsic("llvm.prefetch", (pointer.type,), kind)
    # To be read, of middling use later, as data.
    builder.call(prefetch, [pointer, ir.Constant(number, 0), ir.Constant(number, 2), ir.Constant(number, 1)])


class Vectors:
    """Builds the machine code of one step of a loop over channels: loads, sums and stores of ``lanes`` values."""

    def __init__(self, builder: Any, offset: Value, lanes: int) -> None:
        self._builder, self._offset, self._lanes = builder, offset, lanes
        self._type = ir.VectorType(FLOAT, lanes) if lanes > 1 else FLOAT

    def _place(self, address: Value) -> Value:
        return self._builder.inttoptr(self._builder.add(address, self._offset), self._type.as_pointer())

    def load(self, address: Value) -> Value:
        return self._builder.load(self._place(address), align=4)

    def prefetch(self, address: Value, more: Value) -> None:
        """Bring what lies so many bytes behind an address into the second cache."""
        prefetch(self._builder, self._builder.bitcast(self._place(self._builder.add(address, more)), _BYTES))

    def spread(self, address: Value, number: int) -> Value:
        """One float32, so many behind an address, in every lane; the same for all channels."""
        place = self._builder.add(address, ir.Constant(LONG, 4 * number))
        value = self._builder.load(self._builder.inttoptr(place, FLOAT.as_pointer()), align=4)
        if self._lanes == 1:
            return value
        nothing, first = ir.Constant(self._type, ir.Undefined), ir.Constant(ir.IntType(32), 0)
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), self._lanes), [0] * self._lanes)
        return self._builder.shuffle_vector(self._builder.insert_element(nothing, value, first), nothing, zeros)

    def store(self, value: Value, address: Value) -> None:
        self._builder.store(value, self._place(address), align=4)

    def along(self, address: Value, *steps: tuple[int | Value, Value]) -> Value:
        """The address after so many strides of so many bytes."""
        for times, stride in steps:
            count = ir.Constant(LONG, times) if isinstance(times, int) else times
            address = self._builder.add(address, self._builder.mul(count, stride))
        return address

    def halved(self, number: int, times: Value) -> Value:
        """An integer halved so many times, rounded down."""
        return self._builder.lshr(ir.Constant(LONG, number), times)

    def number(self, value: float) -> Value:
        """The same number in every lane."""
        return ir.Constant(self._type, [value] * self._lanes if self._lanes > 1 else value)

    def add(self, a: Value, b: Value) -> Value:
        return self._builder.fadd(a, b, flags=CONTRACT)

    def sub(self, a: Value, b: Value) -> Value:
        return self._builder.fsub(a, b, flags=CONTRACT)

    def mul(self, a: Value, b: Value) -> Value:
        return self._builder.fmul(a, b, flags=CONTRACT)

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


def along(step: Callable[..., None]) -> Any:
    """A function of a tuple of int64 and a count of channels that runs ``step(vectors, *integers)`` over the channels.

    numba's own loops would be tested for overlapping arrays at every pixel, and would take 32 values at a time, of
    which the top level has 16.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Value]) -> Value:
        integers, count = cgutils.unpack_tuple(builder, arguments[0]), arguments[1]
        whole = builder.and_(count, ir.Constant(LONG, -LANES))
        for first, last, lanes in ((ir.Constant(LONG, 0), whole, LANES), (whole, count, 1)):
            with cgutils.for_range_slice(builder, first, last, ir.Constant(LONG, lanes), LONG) as (place, _):
                step(Vectors(builder, builder.mul(place, ir.Constant(LONG, 4)), lanes), *integers)
        return context.get_dummy_value()

    def along(context: Any, integers: Any, count: Any) -> Any:
        return types.void(integers, types.int64), generate

    return intrinsic(along)


@intrinsic
def take_pieces(context: Any, pointer: Any, count: Any) -> Any:
    """Add to the first entry what other threads may add to as well; returns what it was."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Value]) -> Value:
        return builder.atomic_rmw("add", arguments[0], arguments[1], "monotonic")

    return types.int64(pointer, types.int64), generate


@intrinsic
def take_slot(context: Any, pointer: Any) -> Any:
    """The same with the third entry: a number of its own for each thread, below the number of threads."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Value]) -> Value:
        third = builder.gep(arguments[0], [ir.Constant(LONG, 2)])
        return builder.atomic_rmw("add", third, ir.Constant(LONG, 1), "monotonic")

    return types.int64(pointer), generate


@intrinsic
def int_at(context: Any, address: Any) -> Any:
    """The int32 at an address, as int64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Value]) -> Value:
        place = builder.inttoptr(arguments[0], ir.IntType(32).as_pointer())
        return builder.sext(builder.load(place, align=4), LONG)

    return types.int64(types.int64), generate


def _pointer_to(kind: Any) -> Any:
    def typed(context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Value]) -> Value:
            return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

        return types.CPointer(kind)(types.int64), generate

    return intrinsic(typed)


floats, bytes_at = _pointer_to(types.float32), _pointer_to(types.uint8)
shorts, ints, longs = _pointer_to(types.int16), _pointer_to(types.int32), _pointer_to(types.int64)


@along
def leaky_row(on: Vectors, out: Value, x: Value) -> None:
    on.store(on.leaky(on.load(x)), out)


@along
def add_rows(on: Vectors, out: Value, a: Value, b: Value) -> None:
    on.store(on.add(on.load(a), on.load(b)), out)


@along
def copy_row(on: Vectors, out: Value, x: Value) -> None:
    on.store(on.load(x), out)


@along
def zero(on: Vectors, out: Value) -> None:
    on.store(on.number(0.0), out)
