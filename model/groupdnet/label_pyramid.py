"""The label map at every level of the generator, in the two forms that modulation needs: one-hot and windows."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from model.errors import UserError
from model.groupdnet.class_frame import class_frames, place_features
from model.groupdnet.texture_noise import texture_noise


def instance_edges(instances: Tensor) -> Tensor:
    """Edges of an instance map (B, H, W): true at both pixels of every unequal pair of 4-neighbours.

    Returns bool (B, H, W). Source: pix2pixHD's instance boundary, which the authors' Cityscapes network takes.
    """
    edges = torch.zeros_like(instances, dtype=torch.bool)
    across = instances[:, :, 1:] != instances[:, :, :-1]
    down = instances[:, 1:, :] != instances[:, :-1, :]
    edges[:, :, 1:] |= across
    edges[:, :, :-1] |= across
    edges[:, 1:, :] |= down
    edges[:, :-1, :] |= down
    return edges


def resize_nearest(grid: Tensor, height: int, width: int) -> Tensor:
    """Nearest (top-left pixel of a block) resize of an integer or bool grid (B, H, W) to (B, height, width)."""
    full_height, full_width = grid.shape[-2:]
    if (full_height, full_width) == (height, width):
        return grid
    if full_height % height == 0 and full_width % width == 0:
        return grid[:, :: full_height // height, :: full_width // width]
    rows = torch.arange(height, device=grid.device) * full_height // height
    columns = torch.arange(width, device=grid.device) * full_width // width
    return grid[:, rows[:, None], columns[None, :]]


#: The taps of a 3 x 3 window, row by row, that say whether its middle lies inside its class.
NEIGHBOURS = (1, 3, 5, 7)


def inside_classes(level: Tensor) -> Tensor:
    """Labels (B, h, w) -> bool: whether the four neighbours show the same class; outside the picture, all do."""
    inside = torch.ones_like(level, dtype=torch.bool)
    across = level[:, :, 1:] == level[:, :, :-1]
    down = level[:, 1:, :] == level[:, :-1, :]
    inside[:, :, 1:] &= across
    inside[:, :, :-1] &= across
    inside[:, 1:, :] &= down
    inside[:, :-1, :] &= down
    return inside


@dataclass(frozen=True)
class WindowTable:
    """The distinct 3 x 3 label windows of one level.

    ``windows`` int64 (U, 9): class of each tap, row by row, ``classes`` for a tap outside the picture; ``batch`` int64
    (U,): the batch element of each; ``inverse`` int64 (B * h * w,): which distinct window each pixel has.
    """

    windows: Tensor
    batch: Tensor
    inverse: Tensor


def inside_windows(windows: Tensor, outside: int) -> Tensor:
    """Classes (U, 9) of windows, ``outside`` for taps outside the picture -> bool (U,): `inside_classes` of middles."""
    around = windows[:, NEIGHBOURS]
    return ((around == windows[:, 4:5]) | (around == outside)).all(1)


class LabelPyramid:
    """A batch of label maps, int64 (B, H, W), resized and encoded on demand; every level is computed once.

    ``edges``: bool (B, H, W) instance edges, interleaved as [class 0, edge, class 1, edge, ...], or None.
    ``origin``: the row and column that the first pixel has in the field of texture noise; multiples of the stride of
    every level that is read.
    ``framed``: the classes with a frame; ``frames`` (B, 4), where these are not those of the labels (see class_frame).
    """

    def __init__(
        self,
        labels: Tensor,
        classes: int,
        edges: Tensor | None = None,
        origin: tuple[int, int] = (0, 0),
        framed: tuple[int, ...] = (),
        frames: Tensor | None = None,
    ) -> None:
        self.labels = labels
        self.classes = classes
        self.edges = edges
        self.origin = origin
        self.framed = framed
        self._frames = frames
        self._levels: dict[tuple[int, int], Tensor] = {}
        self._one_hot: dict[tuple[int, int, torch.dtype], Tensor] = {}
        self._windows: dict[tuple[int, int], WindowTable] = {}

    def without_first(self, count: int) -> LabelPyramid:
        """The same of all maps of the batch but the first ``count``."""
        edges = None if self.edges is None else self.edges[count:]
        frames = None if self._frames is None else self._frames[count:]
        return LabelPyramid(self.labels[count:], self.classes, edges, self.origin, self.framed, frames)

    def level(self, height: int, width: int) -> Tensor:
        """Labels int64 (B, height, width)."""
        key = (height, width)
        if key not in self._levels:
            self._levels[key] = resize_nearest(self.labels, height, width).contiguous()
        return self._levels[key]

    def one_hot(self, height: int, width: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """(B, classes, height, width), or (B, 2 * classes, height, width) with the edge after every class."""
        key = (height, width, dtype)
        if key not in self._one_hot:
            hot = F.one_hot(self.level(height, width), self.classes).permute(0, 3, 1, 2).to(dtype)
            if self.edges is not None:
                edge = resize_nearest(self.edges, height, width).to(dtype)[:, None, None]
                hot = torch.cat([hot[:, :, None], edge.expand(-1, self.classes, -1, -1, -1)], 2).flatten(1, 2)
            self._one_hot[key] = hot
        return self._one_hot[key]

    def styled(self, height: int, width: int, inside: bool, dtype: torch.dtype = torch.float32) -> Tensor:
        """(B, classes, height, width): 1 where a class's code counts, at its pixels or only ``inside`` the class."""
        hot = self.one_hot(height, width, dtype)
        if self.edges is not None:
            hot = hot[:, ::2]
        return hot * inside_classes(self.level(height, width))[:, None] if inside else hot

    def noise(self, level: int, maps: int, height: int, width: int) -> Tensor:
        """Texture noise float32 (maps, height, width) of block ``level``, whose grid has this size."""
        stride = max(1, self.labels.shape[-2] // height)
        origin = (self.origin[0] // stride, self.origin[1] // stride)
        return texture_noise(level, maps, height, width, origin, self.labels.device)

    def places(self, weight: Tensor, height: int, width: int) -> Tensor:
        """What ``weight`` mixes from where pixels of framed classes lie, (B, channels, height, width) (class_frame)."""
        if self._frames is None:
            self._frames = class_frames(self.labels, self.framed)
        stride = max(1, self.labels.shape[-2] // height)
        return place_features(weight, self._frames, self.level(height, width), self.framed, stride)

    def windows(self, height: int, width: int) -> WindowTable:
        """The distinct windows of a level (see WindowTable). Few are: 2 to 10 % of the pixels of a usual map.

        Raises UserError where 9 class indices do not fit a 63-bit key (more than 120 classes) or edges are used.
        """
        if self.classes > 120 or self.edges is not None:
            raise UserError("Window tables need at most 120 classes and no instance edges.")
        key = (height, width)
        if key not in self._windows:
            base = self.classes + 1
            padded = F.pad(self.level(height, width), (1, 1, 1, 1), value=self.classes)
            number = torch.arange(padded.shape[0], device=padded.device)[:, None, None].expand(-1, height, width)
            for tap in range(9):
                row, column = divmod(tap, 3)
                number = number * base + padded[:, row : row + height, column : column + width]
            # Many maps repeat a window far more often than they change it, so sorting the keys is the whole cost.
            distinct, inverse = torch.unique(number.reshape(-1), return_inverse=True)
            taps = []
            rest = distinct
            for _ in range(9):
                taps.append(rest % base)
                rest = rest // base
            self._windows[key] = WindowTable(torch.stack(taps[::-1], 1), rest, inverse)
        return self._windows[key]
