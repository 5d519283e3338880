"""Buffers that are used again and again, and their sizes."""

from __future__ import annotations

import math

import torch
from torch import Tensor

# So many views of buffers are kept for the next time that they are asked for.
MOST_VIEWS = 512


class Workspace:
    """Scratch tensors by name: fresh memory of this size costs more than what is written into it."""

    def __init__(self, dtype: torch.dtype) -> None:
        self._dtype = dtype
        self._buffers: dict[str, Tensor] = {}
        self._others: dict[torch.dtype, Workspace] = {}
        self._views: dict[tuple[str | int, ...], Tensor] = {}

    def of(self, dtype: torch.dtype) -> Workspace:
        """The same for tensors of another format."""
        if dtype == self._dtype:
            return self
        return self._others.setdefault(dtype, Workspace(dtype))

    def take(self, name: str, *shape: int) -> Tensor:
        """A contiguous tensor of this shape with any finite content, good until ``name`` is asked for again."""
        known = self._views.get((name, *shape))
        if known is not None:
            return known
        count = math.prod(shape)
        buffer = self._buffers.get(name)
        if buffer is None or buffer.numel() < count:
            buffer = torch.zeros(count, dtype=self._dtype)
            self._buffers[name] = buffer
            self._views.clear()
        elif len(self._views) >= MOST_VIEWS:
            self._views.clear()
        view = self._views[name, *shape] = buffer[:count].view(shape)
        return view

    @property
    def nbytes(self) -> int:
        own = sum(buffer.numel() * buffer.element_size() for buffer in self._buffers.values())
        return own + sum(other.nbytes for other in self._others.values())


def rounded(size: int) -> int:
    """A side of a box rounded up, by at most 3 pixels or an eighth, so that few different sides occur.

    oneDNN generates code for every new shape of a convolution, which takes 0.7 ms: as long as many a box itself.
    There are few small sides anyway.
    """
    if size <= 16:
        return size
    step = max(4, 1 << ((size - 1).bit_length() - 4))
    return -(-size // step) * step
