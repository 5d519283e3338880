"""Kernels of modulation tables: numbering windows, making their rows, new styles."""

# numba's decorators have no types.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from model.engine.kernels.compiling import kernel
from model.engine.kernels.products import SIX, six_by_8, six_by_16
from model.engine.kernels.vectors import (
    Value,
    Vectors,
    add_rows,
    along,
    ints,
    longs,
    take_pieces,
    take_slot,
)

_HASH, _MIDDLE, _NOTHING = np.uint64(0x9E3779B97F4A7C15), np.uint64(32), np.uint64(0)
# Rows of a table that a thread takes at once.
RESTYLED = 64


@njit(error_model="numpy")
def _mix(hashed: Any, a: Any, b: Any, c: Any) -> Any:
    return ((hashed * _HASH + np.uint64(a)) * _HASH + np.uint64(b)) * _HASH + np.uint64(c)


@njit(error_model="numpy")
def _first_slot(hashed: Any) -> Any:
    return np.int64((hashed ^ (hashed >> _MIDDLE)) * _HASH >> _MIDDLE)


@kernel
def fill_slots(a: Any) -> None:
    """Put the windows ``first`` to ``count`` - 1, all different, into a hash table (see ``number``). For one thread."""
    slots, mask, taps, first, count = ints(a[2]), a[3], ints(a[4]), a[5], a[6]
    for window in range(first, count):
        at = 9 * window
        hashed = _mix(_NOTHING, taps[at], taps[at + 3], taps[at + 6])
        hashed = _mix(hashed, taps[at + 1], taps[at + 4], taps[at + 7])
        hashed = _mix(hashed, taps[at + 2], taps[at + 5], taps[at + 8])
        slot = _first_slot(hashed) & mask
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = window


@kernel
def number(a: Any) -> None:
    """The number of every 3 x 3 window of a grid: looked up in a hash table of those seen before, new ones added.

    ``taps`` (capacity, 9): the windows by their number; ``slots``: -1 or a number, where the hash of its window says or
    behind that. Stops with ``a[12]`` at a row whose windows might not fit; ``a[10]`` is the count of windows. For one
    thread.
    """
    rows, columns, grid, grid_row, out, out_row = a[1], a[2], a[3], a[4], a[5], a[6]
    slots, mask, taps, count, capacity = ints(a[7]), a[8], ints(a[9]), a[10], a[11]
    row = a[12]
    while row < rows and count + columns <= capacity:
        first = ints(grid + row * grid_row)
        second, third = ints(grid + (row + 1) * grid_row), ints(grid + (row + 2) * grid_row)
        into = ints(out + row * out_row)
        found = np.int64(-1)
        # In how many of the last columns each of the three rows had one value.
        alike = 0
        for column in range(columns):
            c, d = column + 1, column + 2
            same = first[c] == first[d] and second[c] == second[d] and third[c] == third[d]
            alike = alike + 1 if same else 0
            # Of four equal columns the last three are the window before.
            if alike >= 3 and found >= 0:
                into[column] = found
                continue
            hashed = _mix(_NOTHING, first[column], second[column], third[column])
            hashed = _mix(hashed, first[column + 1], second[column + 1], third[column + 1])
            hashed = _mix(hashed, first[column + 2], second[column + 2], third[column + 2])
            slot = _first_slot(hashed) & mask
            while True:
                found = np.int64(slots[slot])
                if found < 0:
                    break
                window = 9 * found
                equal = True
                for tap in range(3):
                    if (
                        taps[window + tap] != first[column + tap]
                        or taps[window + 3 + tap] != second[column + tap]
                        or taps[window + 6 + tap] != third[column + tap]
                    ):
                        equal = False
                        break
                if equal:
                    break
                slot = (slot + 1) & mask
            if found < 0:
                found = count
                slots[slot] = found
                window = 9 * found
                for tap in range(3):
                    taps[window + tap] = first[column + tap]
                    taps[window + 3 + tap] = second[column + tap]
                    taps[window + 6 + tap] = third[column + tap]
                count += 1
            into[column] = found
        row += 1
    a[10] = count
    a[12] = row


@along
def _hidden_row(on: Vectors, out: Value, bias: Value, *taps: Value) -> None:
    """The ReLU of a bias and nine rows."""
    on.store(on.larger(on.total([on.load(place) for place in (bias, *taps)]), on.number(0.0)), out)


@kernel
def make_rows(a: Any) -> None:
    """Rows of the tables of all normalisations of a level, for windows of 3 x 3 symbols (see `model.engine.tables`).

    Six windows at a time: their hidden values, and for every normalisation the products, a bias, and what the class
    whose code counts in the middle adds. From ``a[12]`` on, eight numbers for each normalisation.
    """
    pieces, scratch, scratch_size, count = a[1], a[3], a[4], a[5]
    taps, classes, symbols, hidden, tap_rows, hidden_bias, norms = a[6], a[7], a[8], a[9], a[10], a[11], a[12]
    values = scratch + scratch_size * take_slot(a)
    made = values + 4 * SIX * hidden
    hidden_row = 4 * hidden
    while True:
        piece = take_pieces(a, 1)
        if piece >= pieces:
            break
        start = piece * SIX
        windows = min(SIX, count - start)
        for window in range(windows):
            own = longs(taps + 72 * (start + window))
            _hidden_row(
                (
                    values + window * hidden_row,
                    hidden_bias,
                    tap_rows + hidden_row * own[0],
                    tap_rows + hidden_row * (symbols + own[1]),
                    tap_rows + hidden_row * (2 * symbols + own[2]),
                    tap_rows + hidden_row * (3 * symbols + own[3]),
                    tap_rows + hidden_row * (4 * symbols + own[4]),
                    tap_rows + hidden_row * (5 * symbols + own[5]),
                    tap_rows + hidden_row * (6 * symbols + own[6]),
                    tap_rows + hidden_row * (7 * symbols + own[7]),
                    tap_rows + hidden_row * (8 * symbols + own[8]),
                ),
                hidden,
            )
        for norm in range(norms):
            at = 13 + 8 * norm
            first, inner, weights, bias, width = a[at], a[at + 1], a[at + 2], a[at + 3], a[at + 4]
            base, styled, added = a[at + 5], a[at + 6], a[at + 7]
            for done in range(0, width, 16):
                ends = (
                    made + 4 * done,
                    4 * width,
                    values + 4 * first,
                    hidden_row,
                    weights + 4 * done * inner,
                    4 * min(16, width - done),
                    inner,
                )
                if width - done >= 16:
                    six_by_16(ends)
                else:
                    six_by_8(ends)
            for window in range(windows):
                row = base + 4 * width * (start + window)
                add_rows((row, made + 4 * width * window, bias), width)
                if styled != 0:
                    own_class = longs(classes)[start + window]
                    add_rows((styled + 4 * width * (start + window), row, added + 4 * width * own_class), width)


@kernel
def restyle(a: Any) -> None:
    """styled = base + added of its class, for some rows of a table (int64 ``chosen``) or, where that is 0, for all.

    ``a[1]``: blocks of 64 rows.
    """
    blocks, count, chosen, classes = a[1], a[2], a[3], longs(a[4])
    width, base, styled, added = a[5], a[6], a[7], a[8]
    while True:
        block = take_pieces(a, 1)
        if block >= blocks:
            break
        for place in range(64 * block, min(64 * block + 64, count)):
            row = place if chosen == 0 else longs(chosen)[place]
            add_rows((styled + width * row, base + width * row, added + width * classes[row]), width >> 2)
