"""One level of the generator: its cached activations, what of them is out of date, and how that is computed anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.engine.boxes import Box, Channels, Dirty, around_true, boxes_of, merge
from model.engine.elementwise import Elementwise
from model.engine.folding import FoldedBlock, FoldedConv
from model.engine.grids import view
from model.engine.level_modulation import LevelModulation
from model.engine.seen import Mask, Seen
from model.engine.workspace import Workspace

# A band's convolution may take so many multiplications: the time until a newer request is noticed.
BAND_MACS = 4e8
# The same for minimal filtering, which reads all its matrices for every band: it wants this many patches at once.
PATCH_BAND_VALUES = 6 << 20
PATCH_BAND_MACS = 2e9
LEAST_PATCHES = 132
LEAST_BAND_ROWS = 8
# Above this share of the grid, many boxes cost more than the whole grid.
WHOLE_SHARE = 0.75


def never() -> None:
    """The check of work that is not interrupted."""


class Level:
    """The activations of one conditional group block on an (h, w) grid, channels last.

    ``out`` (h, w, out_channels); ``rgb`` float32 (3, h, w), the picture before tanh, where the block draws.

    What is out of date is kept as sets of boxes until ``exact`` has gone through: then every value equals a
    from-scratch computation. A cancelled ``exact`` leaves them as they are, so nothing is forgotten.

    ``elementwise``: what computes the steps; exchanged between frames by ``use``.
    """

    def __init__(self, block: FoldedBlock, height: int, width: int, symbols: int, workspace: Workspace) -> None:
        config, dtype = block.config, block.dtype
        self.block, self.height, self.width = block, height, width
        self._workspace = workspace.of(dtype)
        self.elementwise = Elementwise(workspace)
        # What is not seen may never be computed, and must be numbers all the same.
        self._y = torch.zeros(height, width, config.middle_channels, dtype=dtype)
        # Added behind the first convolution: noise, and where pixels lie in their class.
        self._fixed = block.noise_grid(height, width)
        self._added = self._fixed
        if block.place is not None:
            if self._fixed is None:
                self._fixed = torch.zeros(height, width, config.middle_channels, dtype=dtype)
            self._added = self._fixed.clone()
        self._placed = np.zeros((height, width), bool)
        self.out = torch.zeros(height, width, config.out_channels, dtype=block.out_dtype)
        self._seen = Seen()
        self.rgb = torch.zeros(3, height, width) if block.to_rgb is not None else None
        kept = [self._y, self._fixed, self.out, self.rgb, self._added if block.place is not None else None]
        self._grid_bytes = sum(grid.nbytes for grid in kept if grid is not None)
        self._modulation = LevelModulation(block.modulation, height, width, symbols, self.elementwise)
        self._all_in = Channels(0, config.in_channels)
        self._all_out = Channels(0, config.out_channels)
        self.grid = Box(0, 0, height, width)
        # In the grid of the level before: what of its output changed since this level was last computed exactly.
        self.input_dirty = Dirty((self.grid.down() if config.upsample else self.grid,), self._all_in)
        self.rgb_input_dirty: tuple[Box, ...] = ()
        # In this grid: where gamma and beta changed, with a run of classes for channels; what previews wrote.
        self._all_classes = Channels(0, block.modulation.classes)
        self._map_dirty = Dirty((self.grid,), self._all_classes)
        self._tainted_y = self._tainted_out = Dirty()
        self._tainted_rgb: tuple[Box, ...] = ()

    @property
    def nbytes(self) -> int:
        return self._grid_bytes + self._seen.nbytes + self._modulation.nbytes

    @property
    def is_exact(self) -> bool:
        """Whether nothing is out of date."""
        pending = (self.input_dirty, self._map_dirty, self._tainted_y, self._tainted_out)
        return not (any(pending) or self.rgb_input_dirty or self._tainted_rgb)

    def convolutions(self) -> list[Callable[[], object]]:
        """The convolutions over the whole grid, band by band as in a frame, each ready to run on an input of zeros."""
        block, dtype = self.block, self.block.dtype
        runs: list[Callable[[], object]] = []
        for conv in (block.conv_0, block.conv_1):
            outputs, into = Channels(0, conv.outputs), torch.empty(self.height, self.width, conv.outputs, dtype=dtype)
            for band in self._conv_bands(conv, self.grid, outputs, False):
                rows, columns = self.elementwise.room(conv, band, True)
                part = torch.zeros(rows + 2, columns + 2, conv.inputs, dtype=dtype)
                runs.append(partial(self.elementwise.convolve, conv, part, outputs, None, False, into, band))
        if block.conv_s is not None:
            halved = block.config.upsample and not block.shortcut_norm
            grid = self.grid.down() if halved else self.grid
            plain = torch.zeros(grid.bottom, grid.right, block.conv_s.inputs, dtype=dtype)
            runs.append(partial(self.elementwise.shortcut, block.conv_s, plain, self._all_out))
        if block.to_rgb is not None and self.rgb is not None:
            into = torch.empty_like(self.rgb)
            runs.append(partial(self.elementwise.draw, block.to_rgb, self.out, None, into, self.grid))
        return runs

    def use(self, elementwise: Elementwise) -> None:
        """What computes the steps from now on."""
        self.elementwise = elementwise
        self._modulation.use(elementwise)

    def set_symbols(self, symbols: NDArray[np.integer], within: Box) -> None:
        """Take over this level's label map (h, w), new only ``within`` a box; finds by itself where it differs."""
        changed = self._modulation.set_symbols(symbols, within)
        grown = changed.dilate(self.block.modulation.radius, self.height, self.width)
        self._map_dirty = self._map_dirty.union(grown)

    def set_places(self, frames: Tensor, mask: NDArray[np.bool_]) -> None:
        """Take over which pixels, bool (height, width), have a place in their class, and where: (1, 4), class_frame."""
        if self.block.place is None:
            return
        assert self._fixed is not None and self._added is not None
        functions = self.block.place_functions(frames, (self.height, self.width))
        before, self._placed = self._placed, np.ascontiguousarray(mask)
        self.elementwise.place(self._added, self._fixed, before, self._placed, *functions)
        boxes = merge((around_true(before), around_true(self._placed)))
        self._map_dirty = self._map_dirty.union(Dirty(boxes, self._all_classes))

    def set_seen(self, seen: Seen) -> None:
        """Take over what is seen of this level; what was not seen before is out of date."""
        before, self._seen = self._seen, seen
        if seen.out is None or before.out is None or seen.drawn is None or before.drawn is None:
            return
        fresh = boxes_of(seen.out > before.out)
        self._tainted_out = self._tainted_out.union(Dirty(fresh, self._all_out))
        middle = Dirty(fresh, Channels(0, self.block.config.middle_channels)).dilate(1, self.height, self.width)
        self._tainted_y = self._tainted_y.union(middle)
        if self.rgb is not None:
            self._tainted_rgb = merge(self._tainted_rgb + boxes_of(seen.drawn > before.drawn))

    def set_codes(self, changed: Tensor, boxes: tuple[Box, ...]) -> None:
        """Codes of the ``changed`` classes, bool (classes,), are new; their pixels lie in ``boxes`` of this grid."""
        if not self.block.modulation.style:
            return
        self._modulation.set_codes(changed)
        clipped = tuple(box.clip(self.height, self.width) for box in boxes)
        self._map_dirty = self._map_dirty.union(Dirty(clipped, self._all_classes))

    def exact(
        self, x: Tensor, rgb: Tensor | None, codes: Tensor, check: Callable[[], None]
    ) -> tuple[Dirty, tuple[Box, ...]]:
        """Recompute all that is out of date from the level before; returns what that changed in ``out`` and ``rgb``.

        ``check`` is called between bands and may raise; then everything stays marked as out of date.
        """
        self._modulation.refresh(codes)
        check()
        block = self.block
        entering = self.input_dirty.up() if block.config.upsample else self.input_dirty
        first = entering.union(self._mapped(0))
        y = first.dilate(1, self.height, self.width).with_channels(block.conv_0.makes(first.channels))
        y = self._settle_y(y.union(self._tainted_y))
        second = y.union(self._mapped(1))
        out = second.dilate(1, self.height, self.width).with_channels(block.conv_1.makes(second.channels))
        out = out.union(self._through_shortcut(entering.union(self._mapped(2)))).union(self._tainted_out)
        out = self._settle(out, even=block.config.upsample)
        drawn = self._drawn(out)
        for box in y.boxes:
            self._compute_y(x, box, y.channels, check)
        for box in out.boxes:
            self._compute_out(x, box, out.channels, check)
        for box in drawn:
            self._draw(rgb, box, check)
        self.input_dirty = self._map_dirty = self._tainted_y = self._tainted_out = Dirty()
        self.rgb_input_dirty = self._tainted_rgb = ()
        return out, drawn

    def preview(
        self, x: Tensor, rgb: Tensor | None, codes: Tensor, boxes: tuple[Box, ...], inputs: Channels
    ) -> Channels:
        """Recompute only these boxes, as far as changed channels of ``x`` and of the map reach, with whatever lies
        around them.

        What lies at a box's rim is computed only as far as the second convolution reads it. Returns the channels of
        ``out`` that were written. The boxes stay marked as out of date.
        """
        self._modulation.refresh(codes)
        block = self.block
        # With what earlier previews left undone.
        inputs = inputs.union(self.input_dirty.channels)
        clipped = tuple(box.clip(self.height, self.width) for box in boxes)
        first = inputs.union(self._mapped(0).channels)
        y = self._settle_y(Dirty(clipped, block.conv_0.makes(first)))
        self._tainted_y = self._tainted_y.union(y)
        for box in y.boxes:
            self._compute_y(x, box, y.channels, never)
        inner = tuple(self._without_rim(box) for box in clipped)
        second = y.channels.union(self._mapped(1).channels)
        out = Dirty(inner, block.conv_1.makes(second))
        out = out.union(self._through_shortcut(Dirty(inner, inputs.union(self._mapped(2).channels))))
        out = self._settle(out, even=block.config.upsample)
        self._tainted_out = self._tainted_out.union(out)
        for box in out.boxes:
            self._compute_out(x, box, out.channels, never)
        if block.to_rgb is not None:
            self._tainted_rgb = merge(self._tainted_rgb + inner)
            for box in inner:
                self._draw(rgb, box, never)
        return out.channels

    def _without_rim(self, box: Box) -> Box:
        """One pixel less at every side that is not the picture's."""
        top, left, bottom, right = box
        return Box(top + (top > 0), left + (left > 0), bottom - (bottom < self.height), right - (right < self.width))

    def _mapped(self, number: int) -> Dirty:
        """Where and in which channels a normalisation's scale and shift changed; nowhere where there is none."""
        if number >= len(self.block.modulation.norms):
            return Dirty()
        return self._map_dirty.with_channels(self.block.modulation.reached_by(number, self._map_dirty.channels))

    def _through_shortcut(self, entering: Dirty) -> Dirty:
        conv = self.block.conv_s
        return entering if conv is None else entering.with_channels(conv.makes(entering.channels))

    def _settle_y(self, dirty: Dirty) -> Dirty:
        up, even = self.block.config.upsample, self.elementwise.even_windows
        return self._settle(dirty, odd=up and not even, even=up and even)

    def _settle(self, dirty: Dirty, odd: bool = False, even: bool = False) -> Dirty:
        """Boxes cut to the grid and aligned, or the whole grid where that is cheaper.

        An upsampled input must start and end at even pixels. The 3 x 3 window of an ``odd`` box does; outputs with an
        upsampled shortcut are ``even`` themselves.
        """
        if not dirty:
            return Dirty()
        aligned = []
        for box in dirty.boxes:
            top, left, bottom, right = box
            if odd:
                top, left = top - (top % 2 == 0), left - (left % 2 == 0)
                bottom, right = bottom + (bottom % 2 == 0), right + (right % 2 == 0)
            elif even:
                top, left = top - top % 2, left - left % 2
                bottom, right = bottom + bottom % 2, right + right % 2
            aligned.append(Box(top, left, bottom, right).clip(self.height, self.width))
        boxes = merge(aligned)
        if sum(box.area for box in boxes) > WHOLE_SHARE * self.grid.area:
            boxes = (self.grid,)
        return Dirty(boxes, dirty.channels)

    def _bands(
        self, box: Box, values_per_pixel: int, macs_per_pixel: float, odd: bool, tile: int = 0, step: int = 2
    ) -> Iterator[Box]:
        """Runs of rows of a box, small enough for the cache and for being interrupted.

        ``tile``: see FoldedConv; ``step``: in multiples of how many rows; ``odd``: then one more.
        """
        columns = box.right - box.left + 2
        most_values = PATCH_BAND_VALUES if tile else self.elementwise.band_values
        most_macs = PATCH_BAND_MACS if tile else BAND_MACS
        rows = int(min(most_values / (columns * values_per_pixel), most_macs / (columns * macs_per_pixel)))
        if tile:
            rows = max(rows, LEAST_PATCHES * tile**2 // columns)
        rows = max(-(-LEAST_BAND_ROWS // step) * step, rows - rows % step)
        top = box.top
        while top < box.bottom:
            bottom = top + rows
            if odd:
                bottom |= 1
            bottom = box.bottom if box.bottom - bottom < rows // 3 else bottom
            yield Box(top, box.left, bottom, box.right)
            top = bottom

    def _padded(self, box: Box, count: int, room: tuple[int, int]) -> tuple[Tensor, Box, Box]:
        """A buffer for a box and one pixel around it, its part inside the picture, and where that lies in the grid.

        The buffer has ``room`` for so many rows and columns of outputs, at least the box's; all the rest must be zero.
        """
        area = box.dilate(1)
        inside = area.clip(self.height, self.width)
        buffer = self._workspace.take("input", room[0] + 2, room[1] + 2, count)
        return buffer, inside.shift(-area.top, -area.left), inside

    def _compute_y(self, x: Tensor, box: Box, outputs: Channels, check: Callable[[], None]) -> None:
        conv, up = self.block.conv_0, self.block.config.upsample
        outputs = conv.whole(outputs)
        for band in self._conv_bands(conv, box, outputs, up and not self.elementwise.even_windows):
            check()
            buffer = self._modulated(conv, 0, x, up, band, outputs, box == self.grid, self._seen.entering)
            noise = None if self._added is None else view(self._added, band, outputs)
            windows = self._modulation.index if up else None
            self.elementwise.convolve(conv, buffer, outputs, noise, False, self._y, band, windows, self._seen.middle)

    def _compute_out(self, x: Tensor, box: Box, outputs: Channels, check: Callable[[], None]) -> None:
        conv = self.block.conv_1
        outputs = conv.whole(outputs)
        for band in self._conv_bands(conv, box, outputs, False):
            check()
            shortcut, up = self._shortcut(x, band, outputs)
            buffer = self._modulated(conv, 1, self._y, False, band, outputs, box == self.grid, self._seen.middle)
            self.elementwise.convolve(conv, buffer, outputs, shortcut, up, self.out, band, seen=self._seen.out)

    def _conv_bands(self, conv: FoldedConv, box: Box, outputs: Channels, odd: bool) -> Iterator[Box]:
        inputs = conv.needs(outputs)
        share = (outputs.last - outputs.first) / conv.outputs
        values = 2 * (inputs.last - inputs.first)
        return self._bands(box, values, conv.macs_per_pixel * share, odd, conv.tile, self.elementwise.step(conv))

    def _modulated(
        self,
        conv: FoldedConv,
        number: int,
        x: Tensor,
        up: bool,
        band: Box,
        outputs: Channels,
        whole: bool,
        seen: Mask | None,
    ) -> Tensor:
        """The padded input of a convolution: modulated and rectified."""
        inputs = conv.needs(outputs)
        room = self.elementwise.room(conv, band, whole)
        buffer, part, inside = self._padded(band, inputs.last - inputs.first, room)
        table, index = self._modulation.table(number), self._modulation.index
        self.elementwise.modulate(buffer, part, x, inside, inputs, up, table, index, seen=seen)
        return buffer

    def _shortcut(self, x: Tensor, box: Box, outputs: Channels) -> tuple[Tensor, bool]:
        """What is added to the second convolution's ``outputs`` in a box, and whether it is to be doubled first."""
        conv, up = self.block.conv_s, self.block.config.upsample
        if conv is not None and self.block.shortcut_norm:
            table, index = self._modulation.table(2), self._modulation.index
            return self.elementwise.modulated_shortcut(conv, x, box, outputs, up, table, index), False
        source = box.down() if up else box
        if conv is None:
            return view(x, source, outputs), up
        return self.elementwise.shortcut(conv, view(x, source, conv.needs(outputs)), outputs), up

    def _drawn(self, out: Dirty) -> tuple[Box, ...]:
        """Where ``rgb`` changes when ``out`` and the picture of the level before change."""
        if self.rgb is None:
            return ()
        reached = out.dilate(1, self.height, self.width).boxes
        # Bilinear doubling: pixel i reaches 2 i - 1 to 2 i + 2.
        above = tuple(box.up().dilate(1).clip(self.height, self.width) for box in self.rgb_input_dirty)
        return self._settle(Dirty(reached + above + self._tainted_rgb, Channels(0, 3))).boxes

    def _draw(self, smaller: Tensor | None, box: Box, check: Callable[[], None]) -> None:
        conv = self.block.to_rgb
        assert conv is not None and self.rgb is not None
        for band in self._bands(box, 27, conv.macs_per_pixel, odd=False):
            check()
            self.elementwise.draw(conv, self.out, smaller, self.rgb, band, self._seen.drawn)
