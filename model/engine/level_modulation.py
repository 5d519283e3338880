"""The modulation of one level: its label map, the numbers of its windows and their tables, and what of it is old."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.engine.boxes import Box, Channels, Dirty, boxes_of, merge
from model.engine.elementwise import Elementwise
from model.engine.modulation_weights import FoldedModulation
from model.engine.tables import LevelTables, ModulationTable
from model.engine.windows import LevelWindows

# The numbering of windows is started afresh when so many times the windows of the map that it was started with have
# been seen: rows of maps long gone cost memory, and time at every new code. Fewer times where tables are large; maps
# with windows of their own at every pixel count by the pixel.
MOST_TIMES_THE_FIRST, MOST_TIMES_WHERE_LARGE = 4.0, 2.0
LARGE_TABLES = 64 << 20
MOST_WINDOWS_PER_PIXEL = 1.5
LEAST_WINDOW_LIMIT = 1024


class LevelModulation:
    """Scale and shift of every pixel of an (h, w) grid, for all normalisations of a level.

    ``index`` int32 (h, w): which row of the tables each pixel has.
    """

    def __init__(
        self, modulation: FoldedModulation, height: int, width: int, symbols: int, elementwise: Elementwise
    ) -> None:
        self._modulation, self._elementwise = modulation, elementwise
        self._grid = Box(0, 0, height, width)
        self._windows = LevelWindows(height, width, symbols, modulation.radius)
        self._tables = LevelTables(modulation)
        self.index = torch.from_numpy(self._windows.index)
        self._restart()

    def use(self, elementwise: Elementwise) -> None:
        """What numbers windows and makes rows from now on. Another kind of it numbers its windows anew."""
        if type(elementwise) is not type(self._elementwise):
            self._windows.make_coder = elementwise.make_coder
            self._elementwise = elementwise
            self._restart()
        self._elementwise = elementwise

    def _restart(self) -> None:
        """Drop the tables; they are made again from the present map when next needed."""
        self._windows.reset()
        self._tables.clear()
        self._unnumbered: tuple[Box, ...] = (self._grid,)
        self._unstyled: Tensor | None = None
        self._first_count = 0

    @property
    def nbytes(self) -> int:
        return self._windows.nbytes + self._tables.nbytes

    def set_symbols(self, symbols: NDArray[np.integer], within: Box) -> Dirty:
        """Take over the label map (h, w), new only ``within`` a box.

        Returns boxes around what differs, and the run of classes that came or went there.
        """
        top, left, bottom, right = within
        old, new = self._windows.symbols[top:bottom, left:right], symbols[top:bottom, left:right]
        differs = new != old
        found = boxes_of(differs, tile=8 if self._grid.right >= 64 else 2)
        if not found:
            return Dirty()
        boxes = tuple(box.shift(top, left) for box in found)
        classes = self._classes(np.stack([old[differs], new[differs]]))
        old[...] = new
        self._unnumbered = merge(self._unnumbered + boxes)
        return Dirty(boxes, classes)

    def _classes(self, symbols: NDArray[np.integer]) -> Channels:
        """The run of classes of old and new symbols (2, n)."""
        count, per_class = self._modulation.classes, self._modulation.symbols_per_class
        first, last = int(symbols.min()) // per_class, int(symbols.max()) // per_class
        # No label before the first map. An instance edge tells all classes.
        if last >= count or (per_class == 2 and bool(((symbols[0] ^ symbols[1]) & 1).any())):
            return Channels(0, count)
        return Channels(first, last + 1)

    def set_codes(self, changed: Tensor) -> None:
        """The codes of the ``changed`` classes, bool (classes,), are new."""
        self._unstyled = changed if self._unstyled is None else self._unstyled | changed

    def refresh(self, codes: Tensor) -> None:
        """Bring tables and window numbers up to date; codes float32 (classes, K)."""
        if self._unnumbered and self._crowded():
            self._restart()
        if self._unstyled is not None:
            self._tables.restyle(codes, self._unstyled, self._elementwise.restyle)
            self._unstyled = None
        for box in self._unnumbered:
            inner, taps = self._windows.encode(box)
            inner_taps = None if inner is None else torch.from_numpy(inner)
            self._tables.append(inner_taps, torch.from_numpy(taps), codes, self._elementwise)
        self._unnumbered = ()
        self._first_count = self._first_count or self._windows.count

    def _crowded(self) -> bool:
        """Whether so many windows of earlier maps are kept that starting afresh is better."""
        large = self._tables.nbytes > LARGE_TABLES
        times = MOST_TIMES_WHERE_LARGE if large else MOST_TIMES_THE_FIRST
        most = min(times * self._first_count, MOST_WINDOWS_PER_PIXEL * self._grid.area)
        # Best with a new map, of which all must be numbered anyhow; a stroke shall not wait for it.
        painted = sum(box.area for box in self._unnumbered)
        most *= 1 if 2 * painted > self._grid.area else 2
        return self._windows.count > max(LEAST_WINDOW_LIMIT, most)

    def table(self, number: int) -> ModulationTable:
        """The table of a normalisation, good until the next ``refresh``."""
        return self._tables.tables[number]
