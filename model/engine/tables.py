"""Modulation tables: scale and shift of one normalisation for every distinct label window.

They are float32 in every precision: rounding them to bfloat16 too would cost 0.9 dB of a whole frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from model.engine.boxes import Channels
from model.engine.inner_windows import InnerWindows
from model.engine.modulation_weights import FoldedModulation, FoldedNorm, Rows

# Windows computed at once: a bound on memory.
_CHUNK = 4096


class Restyle(Protocol):
    """styled[row] = base[row] + added[class of the row], for these rows or all (see Elementwise.restyle)."""

    def __call__(
        self, styled: Tensor, base: Tensor, added: Tensor, rows: Tensor | None, classes: Tensor, /
    ) -> None: ...


class RowMaker(Protocol):
    """Appends rows for windows of symbols, or of inner windows; false where it cannot (see Elementwise)."""

    def make_rows(
        self,
        modulation: FoldedModulation,
        tables: Sequence[ModulationTable],
        taps: Tensor,
        classes: Tensor,
        codes: Tensor,
        /,
    ) -> bool: ...

    def make_wide_rows(
        self, modulation: FoldedModulation, tables: Sequence[ModulationTable], inner: InnerWindows, taps: Tensor, /
    ) -> bool: ...


class ModulationTable:
    """The rows of one normalisation at one level: ``rows`` (windows, 2 * channels), scale first, then shift."""

    def __init__(self, norm: FoldedNorm, style: bool) -> None:
        self.norm = norm
        columns = 2 * norm.channels
        self._base = Rows(columns)
        self._styled = Rows(columns) if style else None
        self._parts: dict[Channels, Tensor] = {}
        self._added: Tensor | None = None

    @property
    def rows(self) -> Tensor:
        return (self._base if self._styled is None else self._styled).used

    @property
    def nbytes(self) -> int:
        parts = sum(part.numel() * part.element_size() for part in self._parts.values())
        return parts + self._base.nbytes + (0 if self._styled is None else self._styled.nbytes)

    def clear(self) -> None:
        """Drop all rows."""
        self._base.clear()
        if self._styled is not None:
            self._styled.clear()
        self._parts.clear()
        self._added = None

    def part(self, channels: Channels) -> Tensor:
        """Scale and shift of some channels only: (windows, 2 * their number), contiguous."""
        width = self.norm.channels
        if channels == (0, width):
            return self.rows
        part = self._parts.get(channels)
        if part is None:
            rows = self.rows
            part = torch.cat(
                [rows[:, channels.first : channels.last], rows[:, width + channels.first : width + channels.last]], 1
            )
            # One part is enough: a slider moves one class again and again.
            self._parts = {channels: part}
        return part

    def more(self, count: int, codes: Tensor) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """``count`` new rows to fill, without and with what classes add, and what those add (see ``style_rows``)."""
        self._parts.clear()
        base = self._base.more(count)
        if self._styled is None:
            return base, None, None
        if self._added is None:
            self._added = self.norm.style_rows(codes)
        return base, self._styled.more(count), self._added

    def more_base(self, count: int) -> Tensor:
        """``count`` new rows to fill of a table to which classes add nothing."""
        self._parts.clear()
        return self._base.more(count)

    def append(self, values: Tensor, classes: Tensor, codes: Tensor) -> None:
        """Add rows with these scales and shifts (n, 2 * channels); ``classes`` (n,): whose codes count there."""
        base, styled, added = self.more(len(values), codes)
        base.copy_(values)
        if styled is not None and added is not None:
            torch.add(values, torch.index_select(added, 0, classes), out=styled)

    def restyle(
        self, codes: Tensor, changed: Sequence[int], rows: Tensor | None, classes: Tensor, restyled: Restyle
    ) -> None:
        """New codes float32 (classes, K) of the ``changed`` classes, whose codes count in these rows' windows.

        ``rows``: all, where None. ``classes``: of every window.
        """
        if self._styled is None:
            return
        self._parts.clear()
        one = changed[0] if len(changed) == 1 and self._added is not None else None
        if one is None or self._added is None:
            self._added = self.norm.style_rows(codes)
        else:
            self._added[one] = self.norm.style_row(codes, one)
        restyled(self._styled.used, self._base.used, self._added, rows, classes)


class LevelTables:
    """The tables of all normalisations of one level, in the order of its windows' numbers."""

    def __init__(self, modulation: FoldedModulation) -> None:
        self._modulation = modulation
        self.tables = tuple(ModulationTable(norm, modulation.style) for norm in modulation.norms)
        self.clear()

    def clear(self) -> None:
        """Drop the rows of all windows."""
        for table in self.tables:
            table.clear()
        # The class whose code counts in the middle of every window (see FoldedModulation.styled_classes).
        self._classes = torch.empty(0, dtype=torch.int64)
        self._inner = InnerWindows(self._modulation) if self._modulation.radius == 2 else None

    @property
    def nbytes(self) -> int:
        inner = 0 if self._inner is None else self._inner.nbytes
        return inner + 8 * self._classes.numel() + sum(table.nbytes for table in self.tables)

    def append(self, inner: Tensor | None, taps: Tensor, codes: Tensor, maker: RowMaker) -> None:
        """Add rows for newly numbered windows (see LevelWindows.encode); codes float32 (classes, K)."""
        if self._inner is not None and inner is not None and len(inner):
            self._inner.append(inner)
        if not len(taps):
            return
        middles = self._inner
        classes = self._modulation.styled_classes(taps) if middles is None else middles.classes[taps[:, 4]]
        self._classes = torch.cat([self._classes, classes])
        if self._inner is None:
            made = maker.make_rows(self._modulation, self.tables, taps, classes, codes)
        else:
            made = maker.make_wide_rows(self._modulation, self.tables, self._inner, taps)
        for start in range(0, 0 if made else len(taps), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            values = self._values(taps[chunk])
            for table, own in zip(self.tables, values, strict=True):
                table.append(own, classes[chunk], codes)

    def _values(self, taps: Tensor) -> list[Tensor]:
        """Scale and shift of every normalisation, (n, 2 * channels) each."""
        modulation = self._modulation
        if self._inner is not None:
            return modulation.values(self._inner.hidden, taps)
        parts = modulation.split(modulation.hidden_rows(taps)[:, None])
        return [norm.values(part) for norm, part in zip(modulation.norms, parts, strict=True)]

    def restyle(self, codes: Tensor, changed: Tensor, restyled: Restyle) -> None:
        """New codes float32 (classes, K) for the classes that ``changed``, bool (classes,), marks."""
        numbers = np.flatnonzero(changed.numpy()).tolist()
        rows = None
        if len(numbers) < len(changed):
            if len(numbers) == 1:
                found = self._classes == numbers[0]
            else:
                found = torch.index_select(F.pad(changed, (0, 1)), 0, self._classes)
            # torch.nonzero takes ten times as long.
            rows = torch.from_numpy(np.flatnonzero(found.numpy()))
        for table in self.tables:
            table.restyle(codes, numbers, rows, self._classes, restyled)
