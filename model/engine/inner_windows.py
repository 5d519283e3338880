"""The 3 x 3 windows that 5 x 5 windows are made of: their hidden values, and which of them a group can tell apart."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.engine.modulation_weights import FoldedModulation, Rows

# Looking up every group by itself pays for so many of them.
_MOST_GROUPS = 8


class InnerWindows:
    """Hidden values of 3 x 3 windows of symbols, in the order of their numbers; number 0 is outside the picture.

    A group of channels sees only its own classes, so windows that differ in others are one to it: ``alike`` holds,
    for every group, the first window that it cannot tell from each; None where groups are not looked up.
    """

    def __init__(self, modulation: FoldedModulation) -> None:
        self._modulation = modulation
        self._hidden = Rows(modulation.hidden)
        self._hidden.append(torch.zeros(1, modulation.hidden))
        # The class whose code counts in the middle of every window.
        self.classes = torch.zeros(1, dtype=torch.int64)
        self._relabelled = self._relabel()
        count = len(self._relabelled)
        self.alike: NDArray[np.int64] | None = np.zeros((count, 1), np.int64) if count else None
        self._known: list[dict[int, int]] = [{} for _ in range(count)]

    def _relabel(self) -> list[tuple[NDArray[np.int64], int]]:
        """For every group its own number of each symbol, one for all that it does not see, and how many there are."""
        modulation = self._modulation
        runs = modulation.classes_of_groups
        if not 1 < len(runs) <= _MOST_GROUPS:
            return []
        per_class = modulation.symbols_per_class
        # The last one is outside the picture, which adds as little as a class that is not seen.
        symbols = np.arange(modulation.classes * per_class + 1)
        classes, edges = symbols // per_class, symbols % per_class
        found = []
        for first, last in runs:
            own = (classes >= first) & (classes < last)
            base = (last - first + 1) * per_class
            if base**9 >= 2**63:
                return []
            found.append((np.where(own, symbols - first * per_class, (last - first) * per_class + edges), base))
        return found

    @property
    def hidden(self) -> Tensor:
        """float32 (windows, hidden)."""
        return self._hidden.used

    @property
    def nbytes(self) -> int:
        alike = 0 if self.alike is None else self.alike.nbytes
        # A dictionary entry of two integers takes about 150 bytes.
        return self._hidden.nbytes + alike + 8 * self.classes.numel() + 150 * sum(len(known) for known in self._known)

    def append(self, taps: Tensor) -> None:
        """Add newly numbered windows: their symbols int64 (n, 9)."""
        modulation = self._modulation
        first = self._hidden.count
        self._hidden.append(modulation.hidden_rows(taps))
        self.classes = torch.cat([self.classes, modulation.styled_classes(taps)])
        if self.alike is None:
            return
        added = np.empty((len(self._known), len(taps)), np.int64)
        for group, ((relabelled, base), known) in enumerate(zip(self._relabelled, self._known, strict=True)):
            keys = relabelled[taps.numpy()] @ (np.int64(base) ** np.arange(9, dtype=np.int64))
            added[group] = [known.setdefault(key, first + place) for place, key in enumerate(keys.tolist())]
        self.alike = np.concatenate([self.alike, added], 1)

    def used_by(self, taps: Tensor) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """What windows with these inner windows, int64 (n, 9), are made of, for every group or for all alike.

        Returns the inner windows, group after group; where each group's begin, with the end (groups + 1,); and for
        each group which of its inner windows every tap has (groups, n, 9).
        """
        numbers = taps.numpy()[None] if self.alike is None else self.alike[:, taps.numpy()]
        lists, starts = [], [0]
        places = np.empty(numbers.shape, np.int64)
        for group, own in enumerate(numbers):
            marked = np.zeros(self._hidden.count, bool)
            marked[own] = True
            used = np.flatnonzero(marked)
            renumbered = np.cumsum(marked) - 1
            places[group] = renumbered[own]
            lists.append(used)
            starts.append(starts[-1] + len(used))
        return np.concatenate(lists), np.array(starts, np.int64), places
