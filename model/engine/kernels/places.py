"""The kernel that tells pixels where they lie in their class (see `model.groupdnet.class_frame`)."""

# numba's decorators have no types.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

from typing import Any

from model.engine.kernels.compiling import kernel
from model.engine.kernels.vectors import Value, Vectors, along, bytes_at, copy_row, take_pieces
from model.groupdnet.class_frame import ACROSS


@along
def _place(on: Vectors, out: Value, fixed: Value, of_row: Value, next_row: Value, of_column: Value) -> None:
    total = on.load(fixed)
    for number in range(ACROSS):
        factor = on.spread(of_column, number)
        total = on.add(total, on.mul(factor, on.load(on.along(of_row, (number, next_row)))))
    on.store(total, out)


@kernel
def place(a: Any) -> None:
    """added (rows, columns, count) = fixed + the sum of products of ``of_row`` (rows, ACROSS, count) and ``of_column``
    (columns, ACROSS) at pixels of the mask ``now``; = fixed at other pixels of the mask ``before``."""
    rows, columns, count = a[1], a[2], a[3]
    added, fixed, of_row, of_column, before, now = a[4], a[5], a[6], a[7], a[8], a[9]
    while True:
        row = take_pieces(a, 1)
        if row >= rows:
            break
        was, is_now = bytes_at(before + row * columns), bytes_at(now + row * columns)
        for column in range(columns):
            at = 4 * count * (row * columns + column)
            if is_now[column]:
                functions = of_row + 4 * ACROSS * count * row
                _place((added + at, fixed + at, functions, 4 * count, of_column + 4 * ACROSS * column), count)
            elif was[column]:
                copy_row((added + at, fixed + at), count)
