"""Small products of matrices whose sums stay in registers, and the rows of a batch multiplied by a slab of weights."""

# numba's decorators have no types.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import binding, ir
from numba import config, njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from model.engine.kernels.vectors import CONTRACT, FLOAT, LONG, Value, prefetch
from model.engine.layout import BATCH_STEP, LANES, SLAB


def _has_avx512() -> bool:
    """Whether the processor that numba compiles for has registers of 16 values, 32 of them."""
    if config.CPU_NAME is not None:
        return "+avx512f" in (config.CPU_FEATURES or "")
    return bool(binding.get_host_cpu_features().get("avx512f"))


def _products(rows: int, vectors: int, lanes: int, ahead: bool = False) -> Any:
    """A function (out, out_row, a, a_row, b, b_row, inner): out (rows, vectors * lanes) = a (rows, inner) @ b.

    All sums stay in registers, so there may be twelve of them. ``ahead``: (..., inner, later, step), and meanwhile the
    next rows of a, which lie behind these without a gap, come into the second cache, and ``inner`` times ``step`` bytes
    from ``later`` on: a part of the next matrix.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Value]) -> Value:
        out, out_row, a, a_row, b, b_row, inner, *more = cgutils.unpack_tuple(builder, arguments[0])
        kind = ir.VectorType(FLOAT, lanes)

        def place(address: Value, row: Value, stride: Value, more: int, to: Any) -> Value:
            address = builder.add(builder.add(address, builder.mul(row, stride)), ir.Constant(LONG, more))
            return builder.inttoptr(address, to.as_pointer())

        before = builder.block
        loop, after = builder.append_basic_block("products"), builder.append_basic_block("stored")
        builder.branch(loop)
        builder.position_at_end(loop)
        step = builder.phi(LONG)
        step.add_incoming(ir.Constant(LONG, 0), before)
        zero = ir.Constant(kind, [0.0] * lanes)
        sums = [builder.phi(kind) for _ in range(rows * vectors)]
        weights = [builder.load(place(b, step, b_row, 4 * lanes * vector, kind), align=4) for vector in range(vectors)]
        four = ir.Constant(LONG, 4)
        if ahead:
            following = builder.add(a, builder.mul(ir.Constant(LONG, rows), a_row))
            prefetch(builder, place(following, step, ir.Constant(LONG, 4 * rows), 0, ir.IntType(8)))
            later, later_step = more
            prefetch(builder, place(later, step, later_step, 0, ir.IntType(8)))
        for row in range(rows):
            start = builder.add(a, builder.mul(ir.Constant(LONG, row), a_row))
            value = builder.load(place(start, step, four, 0, FLOAT), align=4)
            one = builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
            zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
            value = builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), zeros)
            for vector, weight in enumerate(weights):
                total = sums[row * vectors + vector]
                product = builder.fmul(value, weight, flags=CONTRACT)
                added = builder.fadd(total, product, flags=CONTRACT)
                total.add_incoming(zero, before)
                total.add_incoming(added, loop)
                sums[row * vectors + vector] = added
        following = builder.add(step, ir.Constant(LONG, 1))
        step.add_incoming(following, loop)
        builder.cbranch(builder.icmp_signed("<", following, inner), loop, after)
        builder.position_at_end(after)
        for row in range(rows):
            for vector in range(vectors):
                to = place(out, ir.Constant(LONG, row), out_row, 4 * lanes * vector, kind)
                builder.store(sums[row * vectors + vector], to, align=4)
        return context.get_dummy_value()

    def products(context: Any, integers: Any) -> Any:
        return types.void(integers), generate

    return intrinsic(products)


_WIDE = _has_avx512()
# Six rows at once, in twelve registers of 8 values or six of 16.
SIX = BATCH_STEP
six_by_16 = _products(SIX, 1, SLAB) if _WIDE else _products(SIX, 2, LANES)
six_by_8 = _products(SIX, 1, LANES)
_six_ahead = _products(SIX, 2, LANES, ahead=True)
# With registers of 16 values: weights are loaded half as often, and fewer rows are for nothing where there are few.
_TWELVE, _EIGHT, _FOUR = 12, 8, 4
_twelve, _eight, _four = (_products(rows, 1, SLAB) for rows in (_TWELVE, _EIGHT, _FOUR))
_twelve_ahead, _eight_ahead, _four_ahead = (_products(rows, 1, SLAB, ahead=True) for rows in (_TWELVE, _EIGHT, _FOUR))


@njit(error_model="numpy")
def rows_by_slab(
    rows: Any, columns: Any, out: Any, out_row: Any, a: Any, a_row: Any, slab: Any, slab_row: Any, inner: Any
) -> None:
    """out (rows, columns) = a (rows, inner) @ slab (inner, columns); ``columns`` is 16 or 8.

    There must be room for five more rows: some are read and written.
    """
    row = 0
    if columns < SLAB:
        while row < rows:
            six_by_8((out + row * out_row, out_row, a + row * a_row, a_row, slab, slab_row, inner))
            row += SIX
        return
    if not _WIDE:
        while row < rows:
            six_by_16((out + row * out_row, out_row, a + row * a_row, a_row, slab, slab_row, inner))
            row += SIX
        return
    while rows - row > _EIGHT:
        _twelve((out + row * out_row, out_row, a + row * a_row, a_row, slab, slab_row, inner))
        row += _TWELVE
    if rows - row > _FOUR:
        _eight((out + row * out_row, out_row, a + row * a_row, a_row, slab, slab_row, inner))
    elif rows - row > 0:
        _four((out + row * out_row, out_row, a + row * a_row, a_row, slab, slab_row, inner))


@njit(error_model="numpy")
def rows_by_slab_ahead(rows: Any, out: Any, out_row: Any, a: Any, a_row: Any, slab: Any, inner: Any) -> None:
    """The same with 16 columns; meanwhile the next slab, which lies behind this one, comes into the second cache.

    A share of it with each few rows: the first time it comes from the third cache or from memory.
    """
    row = 0
    later = slab + 4 * SLAB * inner
    most = _TWELVE if _WIDE else SIX
    share = 4 * SLAB // max(1, (rows + most - 1) // most)
    if not _WIDE:
        while row < rows:
            _six_ahead((out + row * out_row, out_row, a + row * a_row, a_row, slab, 4 * SLAB, inner, later, share))
            later += share * inner
            row += SIX
        return
    while rows - row > _EIGHT:
        _twelve_ahead((out + row * out_row, out_row, a + row * a_row, a_row, slab, 4 * SLAB, inner, later, share))
        later += share * inner
        row += _TWELVE
    if rows - row > _FOUR:
        _eight_ahead((out + row * out_row, out_row, a + row * a_row, a_row, slab, 4 * SLAB, inner, later, share))
    elif rows - row > 0:
        _four_ahead((out + row * out_row, out_row, a + row * a_row, a_row, slab, 4 * SLAB, inner, later, share))
