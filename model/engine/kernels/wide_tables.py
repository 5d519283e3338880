"""The kernel that makes rows of modulation tables for 5 x 5 windows, which are nine 3 x 3 ones each."""

# numba's decorators have no types.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

from typing import Any

from model.engine.kernels.compiling import kernel
from model.engine.kernels.products import SIX, six_by_8, six_by_16
from model.engine.kernels.vectors import (
    Value,
    Vectors,
    along,
    copy_row,
    longs,
    take_pieces,
    take_slot,
)


@along
def _sum_row(on: Vectors, out: Value, bias: Value, *taps: Value) -> None:
    on.store(on.total([on.load(place) for place in (bias, *taps)]), out)


@kernel
def make_wide_rows(a: Any) -> None:
    """Scale and shift of ``count`` windows for all normalisations of a level, group by group.

    The product of every inner window with each of the nine taps is made once, SLAB columns at a time, and nine of them
    are summed for a window. ``used``: inner windows of every list, ``starts`` where each list begins; ``places``
    (lists, count, 9): which of its list a window has at each tap. There is a list for every group or one for all.
    From ``a[13]`` on, nine numbers for each normalisation (see `model.engine.fused`).
    """
    units, scratch, scratch_size, count, most = a[1], a[3], a[4], a[5], a[6]
    hidden, hidden_row, used, starts, places, lists = a[7], a[8], longs(a[9]), longs(a[10]), a[11], a[12]
    products = scratch + scratch_size * take_slot(a)
    # Of 16 columns; of the last eight of a group the half is used.
    gathered = products + 4 * 9 * 16 * most
    while True:
        piece = take_pieces(a, 1)
        if piece >= units:
            break
        at = 13
        before = 0
        while piece >= a[at]:
            before = a[at]
            at += 9
        piece -= before
        column, deep, channels, padded = a[at + 1], a[at + 2], a[at + 3], a[at + 4]
        weights, bias, base, base_row = a[at + 5], a[at + 6], a[at + 7], a[at + 8]
        slabs = (padded + 15) // 16
        # Group after group, of each scale and shift.
        part, first = piece // slabs, piece % slabs * 16
        group, number = part // 2, part % 2
        width = min(16, padded - first)
        matrix = weights + 4 * 9 * deep * (part * padded + first)
        own = group if lists > 1 else 0
        begin, end = starts[own], starts[own + 1]
        source = hidden + 4 * (column + group * deep)
        tap_size = 4 * width * most
        for start in range(begin, end, SIX):
            for row in range(SIX):
                inner = used[min(start + row, end - 1)]
                copy_row((gathered + 4 * row * deep, source + hidden_row * inner), deep)
            out = products + 4 * width * (start - begin)
            for tap in range(9):
                ends = (
                    out + tap * tap_size,
                    4 * width,
                    gathered,
                    4 * deep,
                    matrix + 4 * tap * deep * width,
                    4 * width,
                    deep,
                )
                if width == 16:
                    six_by_16(ends)
                else:
                    six_by_8(ends)
        row_size = 4 * width
        out = base + 4 * (number * (base_row >> 3) + group * channels + first)
        numbers = places + 72 * own * count
        for window in range(count):
            tap_of = longs(numbers + 72 * window)
            _sum_row(
                (
                    out + base_row * window,
                    bias + 4 * (part * padded + first),
                    products + row_size * tap_of[0],
                    products + tap_size + row_size * tap_of[1],
                    products + 2 * tap_size + row_size * tap_of[2],
                    products + 3 * tap_size + row_size * tap_of[3],
                    products + 4 * tap_size + row_size * tap_of[4],
                    products + 5 * tap_size + row_size * tap_of[5],
                    products + 6 * tap_size + row_size * tap_of[6],
                    products + 7 * tap_size + row_size * tap_of[7],
                    products + 8 * tap_size + row_size * tap_of[8],
                ),
                min(width, channels - first),
            )
