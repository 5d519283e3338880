"""Everything the CPU renderer knows about one picture size: all levels, and the passes through them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.engine.boxes import NO_CHANNELS, Box, Dirty, around_true, boxes_of, merge
from model.engine.elementwise import Elementwise
from model.engine.folding import FoldedGenerator
from model.engine.level import Level, never
from model.engine.seen import Seen
from model.engine.workspace import Workspace
from model.groupdnet.class_frame import class_frames, in_classes
from model.groupdnet.plain_ground import lay_ground

# Pixels added to a preview's box on every side, at every level: two convolutions and a label window reach three, so
# above the levels that are computed whole, what is shown of a preview is as good as exact.
PREVIEW_MARGIN = 3
# Pixels of that margin which a preview shows; the outer ones saw old neighbours.
SHOWN_MARGIN = 1
# Low levels that cost together at most this share of a preview are computed whole, and so exactly, in a preview.
WHOLE_LEVELS_SHARE = 0.3
# Levels with a value for more pixels than this along a side are computed all over: nearly all of them is seen.
MOST_SEEN_STRIDE = 4
# A preview that costs more than this share of a whole frame is not worth it.
PREVIEW_SHARE = 0.65


class Plan:
    """The levels for one picture size, and what the last request asked of them."""

    def __init__(self, network: FoldedGenerator, height: int, width: int, workspace: Workspace) -> None:
        self.network, self.height, self.width = network, height, width
        self._grid = network.grid(height, width)
        self.levels: list[Level] = []
        self.strides: list[int] = []
        rows, columns = self._grid
        for block in network.blocks:
            if block.config.upsample:
                rows, columns = 2 * rows, 2 * columns
            self.levels.append(Level(block, rows, columns, network.symbols, workspace))
            self.strides.append(height // rows)
        self._base = network.new_base(self._grid)
        self._symbols: NDArray[np.int16] | None = None
        self._codes: Tensor | None = None
        # Which pixels are told where they lie in their class.
        self._framed: NDArray[np.bool_] | None = None
        # Boxes around the pixels of some classes.
        self._known_boxes: dict[tuple[int, ...], tuple[Box, ...]] = {}
        # Of the last frame that was handed out.
        self._shown_symbols: NDArray[np.int16] | None = None
        self._shown_codes: Tensor | None = None
        self.pixels = np.zeros((height, width, 3), np.uint8)

    @property
    def nbytes(self) -> int:
        base = self._base.numel() * self._base.element_size()
        return base + 3 * self.pixels.nbytes + sum(level.nbytes for level in self.levels)

    @property
    def is_current(self) -> bool:
        """Whether the last frame is what a from-scratch render of the last request gives."""
        return self._shown_symbols is not None and all(level.is_exact for level in self.levels)

    def picture(self) -> Tensor:
        """float32 (3, H, W) in [-1, 1]: the picture before it is rounded to 8 bits."""
        rgb = self.levels[-1].rgb
        assert rgb is not None and self._shown_symbols is not None
        labels = torch.from_numpy(self._classes(self._shown_symbols))
        return lay_ground(rgb.tanh(), labels, self.network.config.ground)

    def convolutions(self) -> list[Callable[[], object]]:
        """Every convolution of a whole frame, each ready to run on an input of zeros."""
        return [run for level in self.levels for run in level.convolutions()]

    def use(self, elementwise: Elementwise) -> None:
        """What computes the levels' steps from now on."""
        for level in self.levels:
            level.use(elementwise)

    def take(self, labels: NDArray[np.uint8], edges: NDArray[np.bool_] | None, codes: Tensor) -> None:
        """Compare a request with the one before and mark what differs; cheap, nothing is computed."""
        symbols = labels.astype(np.int16)
        if self.network.config.instance_edges:
            symbols = 2 * symbols + (0 if edges is None else edges)
        whole = Box(0, 0, self.height, self.width)
        repainted = whole if self._symbols is None else around_true(symbols != self._symbols)
        if repainted.area:
            for level, stride in zip(self.levels, self.strides, strict=True):
                level.set_symbols(symbols[::stride, ::stride], repainted.down(stride))
            self._symbols = symbols
            self._known_boxes.clear()
            self._take_places()
            self._take_seen()
        if self._codes is None or codes.shape != self._codes.shape:
            changed = torch.ones(self.network.config.classes, dtype=torch.bool)
        else:
            changed = (codes != self._codes).flatten(1).any(1)
        if bool(changed.any()):
            self._take_codes(codes, changed)

    def _take_places(self) -> None:
        """Tell the levels where pixels lie in their class, all of them, where the class has grown or shrunk at all."""
        framed = self.network.config.framed_classes
        if not framed:
            return
        assert self._symbols is not None
        labels = torch.from_numpy(self._classes(self._symbols))[None]
        mask = in_classes(labels, framed)[0].numpy()
        if self._framed is not None and np.array_equal(mask, self._framed):
            return
        self._framed = mask
        frames = class_frames(labels, framed)
        for level, stride in zip(self.levels, self.strides, strict=True):
            level.set_places(frames, mask[::stride, ::stride])

    def _take_seen(self) -> None:
        """Tell the fine levels what of them is seen: nothing that only ground of one colour would show."""
        ground = self.network.ground
        if ground is None:
            return
        assert self._symbols is not None
        shown = ((self._symbols < ground.first) | (self._symbols > ground.last)).view(np.uint8)
        seen = Seen.on_top(shown)
        for number in range(len(self.levels) - 1, -1, -1):
            self.levels[number].set_seen(seen)
            if number == 0 or self.strides[number - 1] > MOST_SEEN_STRIDE:
                break
            seen = seen.below(draws=self.levels[number - 1].rgb is not None)

    def _take_codes(self, codes: Tensor, changed: Tensor) -> None:
        self._codes = codes.clone()
        if self.network.config.base_codes:
            numbers = np.flatnonzero(changed.numpy())
            channels = self.network.base_channels_of(int(numbers[0]), int(numbers[-1]) + 1)
            self._base[..., channels.first : channels.last] = self.network.base(self._codes[None], self._grid, channels)
            first = self.levels[0]
            source = Box(0, 0, *self._grid)
            first.input_dirty = first.input_dirty.union(Dirty((source,), channels))
        if any(block.config.modulation.style for block in self.network.blocks):
            boxes = self._class_boxes(changed)
            for level, stride in zip(self.levels, self.strides, strict=True):
                level.set_codes(changed, tuple(box.down(stride) for box in boxes))

    def _classes(self, symbols: NDArray[np.int16]) -> NDArray[np.int16]:
        return symbols // 2 if self.network.config.instance_edges else symbols

    def _class_boxes(self, classes: Tensor) -> tuple[Box, ...]:
        assert self._symbols is not None
        numbers = tuple(np.flatnonzero(classes.numpy()).tolist())
        known = self._known_boxes.get(numbers)
        if known is None:
            labels = self._classes(self._symbols)
            known = boxes_of(labels == numbers[0] if len(numbers) == 1 else classes.numpy()[labels])
            # The preview asks for the same boxes again.
            self._known_boxes = {numbers: known}
        return known

    def exact(self, check: Callable[[], None]) -> tuple[Box, ...]:
        """Bring every level up to date; returns the boxes of the picture that were computed anew."""
        for number in range(len(self.levels)):
            self._exact_level(number, check)
        return self._finish()

    def _exact_level(self, number: int, check: Callable[[], None]) -> None:
        level = self.levels[number]
        check()
        out, drawn = level.exact(*self._inputs(number), check)
        if number + 1 < len(self.levels):
            after = self.levels[number + 1]
            after.input_dirty = after.input_dirty.union(out)
            after.rgb_input_dirty = merge(after.rgb_input_dirty + drawn)
        else:
            self._undrawn = drawn

    def _inputs(self, number: int) -> tuple[Tensor, Tensor | None, Tensor]:
        assert self._codes is not None
        codes = self._codes.flatten(1)
        if number == 0:
            return self._base, None, codes
        before = self.levels[number - 1]
        return before.out, before.rgb, codes

    def _finish(self) -> tuple[Box, ...]:
        boxes = self._undrawn
        self._show(boxes)
        return boxes

    def _show(self, boxes: tuple[Box, ...]) -> None:
        rgb = self.levels[-1].rgb
        assert rgb is not None and self._symbols is not None
        for box in boxes:
            self.levels[-1].elementwise.grey(rgb, box, self.pixels, self._symbols, self.network.ground)
        self._shown_symbols, self._shown_codes = self._symbols, self._codes

    def preview(self) -> tuple[Box, ...] | None:
        """Recompute only the boxes that differ from the last frame; returns them, or None where that is not worth it.

        Low levels are computed whole, and so exactly, as long as they cost little. Above them only the boxes and a
        margin are, with the last activations around them.
        """
        if self._shown_symbols is None or self._shown_codes is None:
            return None
        assert self._symbols is not None and self._codes is not None
        unpainted = self._symbols is self._shown_symbols
        painted = () if unpainted else boxes_of(self._symbols != self._shown_symbols)
        restyled = (self._codes != self._shown_codes).flatten(1).any(1)
        styled = self._class_boxes(restyled) if bool(restyled.any()) else ()
        boxes = merge(painted + styled)
        regions = [self._region(boxes, level, stride) for level, stride in zip(self.levels, self.strides, strict=True)]
        boxed = [self._cost(level, region) for level, region in zip(self.levels, regions, strict=True)]
        full = [self._cost(level, (level.grid,)) for level in self.levels]
        if sum(boxed) > PREVIEW_SHARE * sum(full):
            return None
        whole, spent = 0, 0.0
        while boxes and spent + full[whole] <= WHOLE_LEVELS_SHARE * sum(boxed):
            spent += full[whole]
            # A preview is short and never interrupted, so that a hand that does not rest still sees every one.
            self._exact_level(whole, never)
            whole += 1
        channels = NO_CHANNELS
        for number in range(whole, len(self.levels)) if boxes else ():
            channels = self.levels[number].preview(*self._inputs(number), regions[number], channels)
        shown = merge(box.dilate(SHOWN_MARGIN).clip(self.height, self.width) for box in boxes)
        self._show(shown)
        return shown

    @staticmethod
    def _region(boxes: tuple[Box, ...], level: Level, stride: int) -> tuple[Box, ...]:
        grown = (box.down(stride).dilate(PREVIEW_MARGIN).clip(level.height, level.width) for box in boxes)
        return merge(grown, reach=1)

    @staticmethod
    def _cost(level: Level, boxes: tuple[Box, ...]) -> float:
        return level.block.macs_per_pixel * sum(box.area for box in boxes)
