"""Distinct label windows: which of them each pixel has, kept up to date where the map changes.

A network's gamma and beta at a pixel depend on a small window of the label map: 3 x 3, or 5 x 5 where gamma and beta
are 3 x 3 convolutions themselves. Few windows are distinct, so each is numbered and its values are computed once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from model.engine.boxes import Box

Ids = NDArray[np.int32]
Keys = NDArray[np.int64]

# Three numbers below this fit one signed 64-bit key.
_NUMBER_BASE = 1 << 21


class Vocabulary:
    """Numbers 64-bit keys in the order they are first seen, from ``first`` on."""

    def __init__(self, first: int = 0) -> None:
        self._numbers: dict[int, int] = {}
        self._first = first

    def __len__(self) -> int:
        return self._first + len(self._numbers)

    def look_up(self, keys: Keys) -> tuple[Ids, NDArray[np.intp]]:
        """The number of every key (any shape), and the flat positions of one pixel for every newly numbered key."""
        flat = keys.reshape(-1)
        # Neighbours mostly repeat, so only the starts of runs are looked up.
        starts = np.concatenate(([0], np.flatnonzero(flat[1:] != flat[:-1]) + 1))
        listed = flat[starts].tolist()
        numbers = self._numbers
        found = list(map(numbers.get, listed))
        new: list[int] = []
        if None in found:
            for place, number in enumerate(found):
                if number is None:
                    key = listed[place]
                    number = numbers.get(key)
                    if number is None:
                        number = self._first + len(numbers)
                        numbers[key] = number
                        new.append(place)
                    found[place] = number
        lengths = np.diff(starts, append=flat.size)
        return np.repeat(np.array(found, np.int32), lengths).reshape(keys.shape), starts[new]


class WindowCoder:
    """Numbers the 3 x 3 windows of a grid whose entries are integers below ``base``."""

    def __init__(self, base: int, first: int = 0) -> None:
        self._base = base
        self._one_key = base**9 < 2**63
        self._rows = Vocabulary()
        self.windows = Vocabulary(first)

    @property
    def count(self) -> int:
        """The number that the next new window gets."""
        return len(self.windows)

    def encode(self, grid: Ids, into: Ids) -> NDArray[np.int64]:
        """grid (h + 2, w + 2), a border of one around the pixels asked for -> numbers ``into`` (h, w).

        Returns the taps (new, 9) of new windows, in row order; they have consecutive numbers.
        """
        values = grid.astype(np.int64)
        base = self._base
        rows = (values[:, :-2] * base + values[:, 1:-1]) * base + values[:, 2:]
        row_base = base**3
        if not self._one_key:
            rows = self._rows.look_up(rows)[0].astype(np.int64)
            row_base = _NUMBER_BASE
        keys = (rows[:-2] * row_base + rows[1:-1]) * row_base + rows[2:]
        into[...], new = self.windows.look_up(keys)
        top, left = np.divmod(new, keys.shape[1])
        corner = top * values.shape[1] + left
        return values.reshape(-1)[corner[:, None] + self._offsets(values.shape[1])]

    @staticmethod
    def _offsets(width: int) -> NDArray[np.int64]:
        """How far behind a window's first entry its nine entries lie in a grid so wide."""
        return (np.arange(3)[:, None] * width + np.arange(3)).reshape(-1)


class Coder(Protocol):
    """What numbers windows: a WindowCoder, or compiled."""

    @property
    def count(self) -> int: ...

    def encode(self, grid: Ids, into: Ids) -> NDArray[np.int64]: ...


class LevelWindows:
    """The numbered windows of one level.

    ``symbols`` int32 (h, w): class, or 2 * class + edge; ``index`` int32 (h, w): window number of each pixel.
    ``radius`` 1: windows are 3 x 3 symbols. ``radius`` 2: windows are 3 x 3 numbers of 3 x 3 windows; number 0 stands
    for a tap outside the picture, where the second convolution sees zeros, not what the first makes of no symbols.
    ``make_coder(base, first)`` makes what numbers them.
    """

    def __init__(self, height: int, width: int, symbol_count: int, radius: int) -> None:
        self.height, self.width, self.radius = height, width, radius
        self.outside = symbol_count
        self._padded = np.full((height + 2, width + 2), symbol_count, np.int32)
        self.symbols = self._padded[1:-1, 1:-1]
        self.index = np.zeros((height, width), np.int32)
        self._inner = np.zeros((height + 2, width + 2), np.int32) if radius == 2 else None
        self.make_coder: Callable[[int, int], Coder] = WindowCoder
        self.reset()

    def reset(self) -> None:
        """Forget every number; the whole grid must be encoded again."""
        self._coder = self.make_coder(self.outside + 1, 0 if self.radius == 1 else 1)
        self._outer_coder = self.make_coder(_NUMBER_BASE, 0) if self.radius == 2 else None

    @property
    def count(self) -> int:
        """How many windows have been numbered."""
        return (self._outer_coder or self._coder).count

    @property
    def nbytes(self) -> int:
        inner = 0 if self._inner is None else self._inner.nbytes
        # A dictionary entry of two small integers takes about 150 bytes.
        return self._padded.nbytes + self.index.nbytes + inner + 150 * self.count

    def encode(self, box: Box) -> tuple[NDArray[np.int64] | None, NDArray[np.int64]]:
        """Number the windows again where symbols changed inside ``box``.

        Returns (taps of new inner windows or None, taps of new windows), each (new, 9): symbols for the innermost ones,
        otherwise numbers of inner windows.
        """
        area = box.dilate(1).clip(self.height, self.width)
        grid = self._padded[area.top : area.bottom + 2, area.left : area.right + 2]
        if self._outer_coder is None or self._inner is None:
            return None, self._coder.encode(grid, self.index[area.top : area.bottom, area.left : area.right])
        into = self._inner[1:-1, 1:-1][area.top : area.bottom, area.left : area.right]
        taps = self._coder.encode(grid, into)
        area = area.dilate(1).clip(self.height, self.width)
        grid = self._inner[area.top : area.bottom + 2, area.left : area.right + 2]
        outer = self._outer_coder.encode(grid, self.index[area.top : area.bottom, area.left : area.right])
        return taps, outer
