"""The element-wise steps by compiled kernels: float32 on the CPU. `model.engine.elementwise` says what each step does.

The kernels are loaded in the background, because numba takes longer to import than a picture to draw. Until then, and
where numba is missing or fails, torch does the same in more passes; a renderer changes over between two frames.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.engine import winograd
from model.engine.boxes import Box, Channels
from model.engine.compiled_tables import CompiledTables
from model.engine.folding import FoldedConv, Ground, RgbConv
from model.engine.kernel_cache import is_compiled
from model.engine.layout import BATCH_STEP, LANES, RGB_WIDTH
from model.engine.parallel import Kernel
from model.engine.seen import Mask
from model.engine.tables import ModulationTable
from model.groupdnet.class_frame import ACROSS
from model.shared_library import load_library

# Patches that a thread takes at once: as many as fit the second cache with their sums; in wide convolutions, where two
# threads are to fit the third.
BATCH_VALUES, WIDE_BATCH = 40_000, 72
# With fewer batches for every thread than this, one more than others have is a wait for the last.
EVENLY_SHARED = 8
# A product of matrices with more inputs is torch's.
MOST_INPUTS = 128

_log = logging.getLogger(__name__)
_loading = threading.Lock()
_kernels: Kernels | None = None
_failed = False


class Kernels:
    """The compiled kernels, by their names in `model.engine.kernels`. Made once; imports numba."""

    def __init__(self) -> None:
        _load_compiler()
        kernels = importlib.import_module("model.engine.kernels")
        self.modulate = Kernel(kernels.modulate)
        self.convolve = Kernel(kernels.convolve)
        self.multiply = Kernel(kernels.multiply)
        self.modulated_shortcut = Kernel(kernels.modulated_shortcut)
        self.rgb_rows, self.restyled_rows = kernels.RGB_ROWS, kernels.RESTYLED
        self.place = Kernel(kernels.place)
        self.number = Kernel(kernels.number)
        self.fill_slots = Kernel(kernels.fill_slots)
        self.make_rows = Kernel(kernels.make_rows)
        self.make_wide_rows = Kernel(kernels.make_wide_rows)
        self.restyle = Kernel(kernels.restyle)
        self.draw = Kernel(kernels.draw)
        self.grey = Kernel(kernels.grey)


def _load_compiler() -> None:
    """Have LLVM's library loaded before numba asks for it: numba would hold up every other thread meanwhile."""
    spec = importlib.util.find_spec("llvmlite.binding")
    if spec is not None and spec.origin is not None:
        suffix = "dylib" if sys.platform == "darwin" else "so"
        load_library(Path(spec.origin).with_name(f"libllvmlite.{suffix}"))


def load() -> Kernels | None:
    """The kernels, compiled first where the cache has none (seconds); None and a line in the log where they fail."""
    global _kernels, _failed
    with _loading:
        if _kernels is None and not _failed:
            start = time.perf_counter()
            try:
                _kernels = Kernels()
            except Exception as error:
                _failed = True
                _log.warning("Compiled kernels are not used, torch does their work, slower: %s", error)
            else:
                _log.info("Compiled kernels loaded in %.1f s", time.perf_counter() - start)
        return _kernels


def wanted() -> bool:
    """Whether kernels may be used at all: not where the environment says SMIS_COMPILED=0."""
    return os.environ.get("SMIS_COMPILED", "1") != "0"


def load_in_background() -> None:
    """Start to load the kernels, unless that has been done or they are not wanted."""
    if wanted() and _kernels is None and not _failed and not _loading.locked():
        threading.Thread(target=load, name="kernels").start()


def load_early() -> None:
    """Start to load kernels that lie compiled on disk, for a network that is still being read.

    A first stroke that meets numba's import waits for the interpreter again and again. To compile, once, would hold up
    the first picture instead.
    """
    if is_compiled():
        load_in_background()


def loaded() -> Kernels | None:
    """The kernels, if they are there and wanted."""
    return _kernels if wanted() else None


class FusedElementwise(CompiledTables):
    """The same steps, each one pass over memory. Grids are float32; channels of one pixel lie together."""

    even_windows = True
    # No step passes over a buffer twice.
    band_values = 1 << 21

    def place(
        self,
        added: Tensor,
        fixed: Tensor,
        before: NDArray[np.bool_],
        now: NDArray[np.bool_],
        of_row: Tensor,
        of_column: Tensor,
    ) -> None:
        assert of_column.shape[1] == ACROSS
        places = (added.data_ptr(), fixed.data_ptr(), of_row.data_ptr(), of_column.data_ptr())
        self._kernels.place(added.numel(), (*added.shape, *places, before.ctypes.data, now.ctypes.data))

    def modulate(
        self,
        buffer: Tensor,
        part: Box,
        x: Tensor,
        box: Box,
        channels: Channels,
        up: bool,
        table: ModulationTable,
        index: Tensor,
        leaky: bool = True,
        seen: Mask | None = None,
    ) -> None:
        rows, columns, count = buffer.shape
        table_rows, width = table.rows, table.norm.channels
        _, x_columns, x_channels = x.shape
        self._kernels.modulate(
            buffer.numel(),
            (
                *(rows, columns, count, up, leaky),
                *(buffer.data_ptr(), 4 * columns * count, *part, box.top, box.left),
                *(x.data_ptr() + 4 * channels.first, 4 * x_columns * x_channels, 4 * x_channels),
                *(index.data_ptr(), 4 * index.shape[1]),
                *(table_rows.data_ptr() + 4 * channels.first, 8 * width, 4 * width),
                *((0, 0) if seen is None else (seen.ctypes.data, seen.shape[1])),
            ),
        )

    def step(self, conv: FoldedConv) -> int:
        return conv.patch_tile

    def room(self, conv: FoldedConv, box: Box, whole: bool) -> tuple[int, int]:
        rows, columns = box.shape
        return winograd.room(rows, conv.patch_tile), winograd.room(columns, conv.patch_tile)

    def convolve(
        self,
        conv: FoldedConv,
        x: Tensor,
        outputs: Channels,
        added: Tensor | None,
        up: bool,
        into: Tensor,
        box: Box,
        windows: Tensor | None = None,
        seen: Mask | None = None,
    ) -> None:
        rows, columns = box.shape
        weights, tile = conv.patch_weights, conv.patch_tile
        taps, inputs, own = weights.shape[1], conv.inputs // conv.groups, conv.outputs // conv.groups
        width = weights.shape[2] // inputs
        first, groups = outputs.first // own, (outputs.last - outputs.first) // own
        patches = -(-rows // tile) * -(-columns // tile)
        threads = torch.get_num_threads()
        # Batches whose sums stay in the cache, and one for every thread at least. Wide matrices take longer to read.
        batch = WIDE_BATCH if conv.tile else min(WIDE_BATCH, BATCH_VALUES // (taps * inputs))
        batch = min(batch, -(-patches * groups // threads), patches)
        batches = -(-patches // batch)
        # The same number for every thread.
        while groups * batches % threads and groups * batches < EVENLY_SHARED * threads:
            batches += 1
        batch = -(-patches // (batches * BATCH_STEP)) * BATCH_STEP
        size = taps * batch * (inputs + width) + tile**2 * width + taps * 64 + 2 * batch
        scratch = self._workspace.take("patches", threads, size)
        zeros = self._workspace.take("zeros", conv.outputs).zero_()
        _, x_columns, x_channels = x.shape
        more = (zeros.data_ptr(), 0, 0) if added is None else _pixels(added)
        paired = (0, 0, 0, 0, 0, 0)
        if windows is not None and tile == winograd.PAIRED and box.top % 2 == box.left % 2 == 0:
            paired = (windows.data_ptr(), 4 * windows.shape[1], *windows.shape, box.top, box.left)
        looked_at = (0, 0)
        if seen is not None:
            looked_at = (seen.ctypes.data + box.top * seen.shape[1] + box.left, seen.shape[1])
        self._kernels.convolve(
            rows * columns * (outputs.last - outputs.first) * inputs,
            (
                *(groups * -(-patches // batch), 0, scratch.data_ptr(), 4 * size, batch),
                *(rows, columns, inputs, own, width, x.data_ptr(), 4 * x_columns * x_channels, 4 * x_channels),
                *(weights.data_ptr() + 4 * first * taps * inputs * width, conv.bias.data_ptr() + 4 * outputs.first),
                *(*_places(into, box, outputs), *more, up, zeros.data_ptr(), tile, *paired, *looked_at),
            ),
        )

    def shortcut(self, conv: FoldedConv, x: Tensor, outputs: Channels) -> Tensor:
        rows, columns, _ = x.shape
        _, inputs, own = conv.products.shape
        if inputs > MOST_INPUTS or own % LANES or columns < BATCH_STEP:
            return super().shortcut(conv, x, outputs)
        count = outputs.last - outputs.first
        made = self._workspace.take("shortcut", rows, columns, count)
        weights = conv.products.data_ptr() + 4 * (outputs.first // own) * inputs * own
        self._kernels.multiply(
            rows * columns * count * inputs // 8,
            (rows, columns, count // own, inputs, own, *_pixels(made), *_pixels(x), weights),
        )
        return made

    def modulated_shortcut(
        self,
        conv: FoldedConv,
        x: Tensor,
        box: Box,
        outputs: Channels,
        up: bool,
        table: ModulationTable,
        index: Tensor,
    ) -> Tensor:
        _, inputs, own = conv.products.shape
        if not up or own % LANES:
            return super().modulated_shortcut(conv, x, box, outputs, up, table, index)
        rows, columns = box.shape
        first, needed, width = outputs.first // own, conv.needs(outputs), table.norm.channels
        count, entering = outputs.last - outputs.first, needed.last - needed.first
        made = self._workspace.take("shortcut", rows, columns, count)
        size = (2 * columns + BATCH_STEP) * (entering + count) + 2 * columns
        scratch = self._workspace.take("patches", torch.get_num_threads(), size)
        source, table_rows = box.down(), table.rows
        self._kernels.modulated_shortcut(
            rows * columns * count * inputs // 8,
            (
                *(rows // 2, 0, scratch.data_ptr(), 4 * size, columns // 2, count // own, inputs, own),
                *(*_pixels(made), *_places(x, source, needed)),
                *(index.data_ptr() + 4 * (box.top * index.shape[1] + box.left), 4 * index.shape[1]),
                *(table_rows.data_ptr() + 4 * needed.first, 8 * width, 4 * width),
                conv.product_slabs.data_ptr() + 4 * first * inputs * own,
            ),
        )
        return made

    def draw(
        self, conv: RgbConv, x: Tensor, smaller: Tensor | None, into: Tensor, box: Box, seen: Mask | None = None
    ) -> None:
        rows, columns = box.shape
        height, width, inputs = x.shape
        above = (0, 0, 0, 0, 0)
        if smaller is not None:
            _, small_height, small_width = smaller.shape
            above = (smaller.data_ptr(), 4 * small_width, 4 * small_height * small_width, small_height, small_width)
        reach = columns + 2 + BATCH_STEP
        size = reach * (inputs + 3 * RGB_WIDTH) + 4 * columns
        scratch = self._workspace.take("patches", torch.get_num_threads(), size)
        self._kernels.draw(
            rows * columns * RGB_WIDTH * inputs // 8,
            (
                *(-(-rows // self._kernels.rgb_rows), 0, scratch.data_ptr(), 4 * size, *box, height, width, inputs),
                *(x.data_ptr(), conv.columns.data_ptr(), conv.bias.data_ptr()),
                *(into.data_ptr() + 4 * (box.top * width + box.left), 4 * width, 4 * height * width, *above),
                0 if seen is None else seen.ctypes.data,
            ),
        )

    def grey(
        self, rgb: Tensor, box: Box, pixels: NDArray[np.uint8], symbols: NDArray[np.int16], ground: Ground | None
    ) -> None:
        rows, columns = box.shape
        _, height, width = rgb.shape
        first = box.top * width + box.left
        plain = (0, 0, 0, 0, 0, 0, 0)
        if ground is not None:
            plain = (symbols.ctypes.data + 2 * first, 2 * width, ground.first, ground.last, *ground.colour)
        self._kernels.grey(
            10 * rows * columns,
            (
                *(rows, columns, pixels.ctypes.data + 3 * first, 3 * width),
                *(rgb.data_ptr() + 4 * first, 4 * width, 4 * height * width, *plain),
            ),
        )


def _pixels(grid: Tensor) -> tuple[int, int, int]:
    """Address of the first value, and the bytes from row to row and pixel to pixel."""
    row, pixel, _ = grid.stride()
    return grid.data_ptr(), 4 * row, 4 * pixel


def _places(grid: Tensor, box: Box, channels: Channels) -> tuple[int, int, int]:
    """The same of a box and some channels of a contiguous grid (h, w, all channels)."""
    _, columns, count = grid.shape
    first = (box.top * columns + box.left) * count + channels.first
    return grid.data_ptr() + 4 * first, 4 * columns * count, 4 * count
