"""Numbering label windows by a compiled hash table; `model.engine.windows.WindowCoder` does the same in Python."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.engine.parallel import Kernel
from model.engine.windows import Ids

_FIRST_CAPACITY = 1024
# Slots for every window that there is room for: with half of them free, few windows meet in one.
_SLOTS_PER_WINDOW = 2


class CompiledCoder:
    """Numbers the 3 x 3 windows of a grid in the order they are first seen, from ``first`` on."""

    def __init__(self, number: Kernel, fill_slots: Kernel, first: int) -> None:
        self._number, self._fill_slots = number, fill_slots
        self.count = self._first = first
        self._taps = np.empty((0, 9), np.int32)
        self._slots = np.empty(0, np.int32)

    def _grow(self, needed: int) -> None:
        """Make room for ``needed`` windows."""
        capacity = _FIRST_CAPACITY
        while capacity < needed:
            capacity *= 2
        taps = np.empty((capacity, 9), np.int32)
        known = min(self.count, len(self._taps))
        taps[:known] = self._taps[:known]
        self._taps, self._slots = taps, np.full(_SLOTS_PER_WINDOW * capacity, -1, np.int32)
        self._fill_slots(
            0, (1, self._slots.ctypes.data, len(self._slots) - 1, taps.ctypes.data, self._first, self.count)
        )

    def _run(self, grid: Ids, into: Ids, row: int) -> int:
        """Number the windows from ``row`` on; returns the row at which there was no more room, or the count of rows."""
        rows, columns = into.shape
        state = self._number(
            0,
            (
                *(rows, columns, grid.ctypes.data, grid.strides[0], into.ctypes.data, into.strides[0]),
                *(self._slots.ctypes.data, len(self._slots) - 1, self._taps.ctypes.data),
                *(self.count, len(self._taps), row),
            ),
        )
        self.count = int(state[10])
        return int(state[12])

    def encode(self, grid: Ids, into: Ids) -> NDArray[np.int64]:
        """See WindowCoder.encode."""
        before, row = self.count, 0
        while True:
            row = self._run(grid, into, row)
            if row == len(into):
                return self._taps[before : self.count].astype(np.int64)
            self._grow(max(self.count + into.shape[1], 2 * len(self._taps)))
