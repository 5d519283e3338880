"""The steps of a level over boxes of its grid, by torch: the path of every number format and every processor.

`model.engine.fused` does the same in float32 on the CPU with one pass over memory for each step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from model.engine.boxes import Box, Channels
from model.engine.folding import FoldedConv, Ground, RgbConv
from model.engine.grids import cut, quads, spread, view
from model.engine.inner_windows import InnerWindows
from model.engine.modulation_weights import FoldedModulation
from model.engine.seen import Mask
from model.engine.tables import ModulationTable
from model.engine.windows import Coder, WindowCoder
from model.engine.workspace import Workspace

# So few values are zeroed faster whole than along four sides.
SMALL_VALUES = 1 << 16


class Elementwise:
    """Steps over boxes of channels-last grids; all write into what they are given.

    ``even_windows``: boxes that are convolved behind an upsampling are to begin and end at even pixels. Otherwise the
    boxes that their windows read are. ``band_values``: buffers of about so many values stay in a processor's cache.
    """

    even_windows = False
    band_values = 1 << 20

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def make_coder(self, base: int, first: int) -> Coder:
        """What numbers the 3 x 3 windows of grids with entries below ``base``, from ``first`` on."""
        return WindowCoder(base, first)

    def make_rows(
        self,
        modulation: FoldedModulation,
        tables: Sequence[ModulationTable],
        taps: Tensor,
        classes: Tensor,
        codes: Tensor,
    ) -> bool:
        """Append rows for windows of symbols (n, 9) to all tables of a level, or return false: then torch does it.

        ``classes`` int64 (n,): whose codes count in their middle (see FoldedModulation.styled_classes).
        """
        return False

    def make_wide_rows(
        self, modulation: FoldedModulation, tables: Sequence[ModulationTable], inner: InnerWindows, taps: Tensor
    ) -> bool:
        """The same for windows of inner windows, (n, 9) of their numbers."""
        return False

    def restyle(self, styled: Tensor, base: Tensor, added: Tensor, rows: Tensor | None, classes: Tensor) -> None:
        """styled[row] = base[row] + added[classes[row]] for int64 ``rows``, or for all."""
        if rows is None:
            torch.index_select(added, 0, classes, out=styled)
            styled += base
        elif len(rows):
            fresh = torch.index_select(base, 0, rows)
            fresh += torch.index_select(added, 0, torch.index_select(classes, 0, rows))
            styled.index_copy_(0, rows, fresh)

    def place(
        self,
        added: Tensor,
        fixed: Tensor,
        before: NDArray[np.bool_],
        now: NDArray[np.bool_],
        of_row: Tensor,
        of_column: Tensor,
    ) -> None:
        """added (h, w, channels) = fixed, and where the mask ``now`` is true + what a pixel's place adds.

        Elsewhere ``added`` is ``fixed`` already but where the mask ``before`` was true. The rest: see place_functions.
        """
        every, base = added.flatten(0, 1), fixed.flatten(0, 1)
        old, pixels = (torch.from_numpy(np.flatnonzero(mask)) for mask in (before, now))
        every[old] = base[old]
        rows, columns = pixels // added.shape[1], pixels % added.shape[1]
        values = torch.einsum("pjc,pj->pc", of_row[rows], of_column[columns])
        every[pixels] = base[pixels] + values.to(added.dtype)

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
        """``part`` of the buffer (h, w, channels) = leaky ReLU of x * scale + shift in ``box`` of the grid; else zero.

        ``x``: the grid (h, w, all channels), or the one of half its size where ``up``. ``index`` int32 (h, w): the rows
        of the table. ``leaky``: false for no leaky ReLU. ``seen`` (h, w): elsewhere in the grid any value will do.
        """
        _zero_around(buffer, part)
        rows = table.part(channels)
        height, width, count = box.bottom - box.top, box.right - box.left, channels.last - channels.first
        gathered = self._workspace.of(torch.float32).take("gathered", height * width, 2 * count)
        torch.index_select(rows, 0, view(index[..., None], box).reshape(-1), out=gathered)
        strides = (2 * count * width, 2 * count, 1)
        scale = gathered.as_strided((height, width, count), strides, 0)
        shift = gathered.as_strided((height, width, count), strides, count)
        into = view(buffer, part)
        if up:
            torch.addcmul(quads(shift), spread(view(x, box.down(), channels)), quads(scale), out=quads(into))
        else:
            torch.addcmul(shift, view(x, box, channels), scale, out=into)
        if leaky:
            F.leaky_relu_(buffer, 0.2)

    def step(self, conv: FoldedConv) -> int:
        """Rows and columns of outputs are best computed in multiples of this."""
        return max(2, conv.tile)

    def room(self, conv: FoldedConv, box: Box, whole: bool) -> tuple[int, int]:
        """Rows and columns of outputs that the convolution of a box wants to compute (see FoldedConv.room)."""
        return conv.room(*box.shape, whole)

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
        """``into`` (box, outputs) = the 3 x 3 convolution of a padded buffer + ``added``.

        ``added``: of the box's size, or of half of it and to be doubled where ``up``; its channels are the outputs.
        ``windows``, where x was upsampled: int32 (h, w), the window that each pixel of the grid was modulated by.
        ``seen`` (h, w): elsewhere in the grid the outputs may stay what they were.
        """
        convolved = cut(conv(x, outputs, self._workspace.of(x.dtype).take), box)
        target = view(into, box, outputs)
        if added is None:
            target.copy_(convolved)
        elif up:
            torch.add(quads(convolved), spread(added), out=quads(target))
        else:
            torch.add(convolved, added, out=target)

    def shortcut(self, conv: FoldedConv, x: Tensor, outputs: Channels) -> Tensor:
        """The 1 x 1 convolution of x (h, w, the inputs these outputs need), a part of a grid."""
        return conv(x.contiguous(), outputs, self._workspace.of(x.dtype).take)

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
        """The same of x * scale + shift in a box (see ``modulate``); even where ``up``."""
        inputs = conv.needs(outputs)
        buffer = self._workspace.of(x.dtype).take("input", *box.shape, inputs.last - inputs.first)
        self.modulate(buffer, Box(0, 0, *box.shape), x, box, inputs, up, table, index, leaky=False)
        return self.shortcut(conv, buffer, outputs)

    def draw(
        self, conv: RgbConv, x: Tensor, smaller: Tensor | None, into: Tensor, box: Box, seen: Mask | None = None
    ) -> None:
        """``box`` of the picture ``into`` (3, h, w) = the convolution of leaky ReLU of x + the doubled smaller picture.

        ``x``: the grid (h, w, channels); ``smaller``: (3, h / 2, w / 2) or nothing; ``seen`` (h, w): elsewhere the
        picture may stay what it was.
        """
        height, width = box.shape
        area = box.dilate(1)
        inside = area.clip(x.shape[0], x.shape[1])
        take = self._workspace.of(conv.dtype).take
        buffer = take("input", height + 2, width + 2, conv.inputs)
        part = inside.shift(-area.top, -area.left)
        _zero_around(buffer, part)
        view(buffer, part).copy_(view(x, inside))
        planes = conv(F.leaky_relu_(buffer, 0.2), take)
        target = into[:, box.top : box.bottom, box.left : box.right]
        torch.add(planes[0, :, :height, :width], conv.bias[:, None, None], out=target)
        for tap in range(1, 9):
            row, column = divmod(tap, 3)
            target += planes[tap, :, row : row + height, column : column + width]
        if smaller is not None:
            target += _doubled(smaller, box)

    def grey(
        self, rgb: Tensor, box: Box, pixels: NDArray[np.uint8], symbols: NDArray[np.int16], ground: Ground | None
    ) -> None:
        """``box`` of pixels (h, w, 3) = tanh of the planes (3, h, w) as bytes, or the ground's colour where it lies.

        ``symbols`` (h, w): int16, contiguous.
        """
        top, left, bottom, right = box
        part = rgb[:, top:bottom, left:right].tanh().add_(1).mul_(127.5).round_().to(torch.uint8)
        into = pixels[top:bottom, left:right]
        into[...] = part.permute(1, 2, 0).numpy()
        if ground is not None:
            own = symbols[top:bottom, left:right]
            plain = (own >= ground.first) & (own <= ground.last)
            # Plane by plane: a mask of pixels takes ten times as long.
            for plane, value in enumerate(ground.colour):
                np.copyto(into[..., plane], value, where=plain)


def _zero_around(buffer: Tensor, part: Box) -> None:
    if part.shape == buffer.shape[:2]:
        return
    if buffer.numel() < SMALL_VALUES:
        buffer.zero_()
        return
    buffer[: part.top].zero_()
    buffer[part.bottom :].zero_()
    buffer[:, : part.left].zero_()
    buffer[:, part.right :].zero_()


def _doubled(smaller: Tensor, box: Box) -> Tensor:
    """The part ``box`` of the bilinearly doubled picture (3, h, w)."""
    area = box.down().dilate(1).clip(smaller.shape[1], smaller.shape[2])
    part = smaller[None, :, area.top : area.bottom, area.left : area.right]
    doubled = F.interpolate(part, scale_factor=2, mode="bilinear", align_corners=False)[0]
    top, left = box.top - 2 * area.top, box.left - 2 * area.left
    return doubled[:, top : top + box.bottom - box.top, left : left + box.right - box.left]
