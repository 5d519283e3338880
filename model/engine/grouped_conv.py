"""Convolutions of whole channels-last grids in groups, by the way that the device at hand is faster with."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

# How often each way is run when they are compared; the first time finds its algorithm and does not count.
TRIALS = 3


def pixels(rows: Tensor, height: int, width: int) -> Tensor:
    """(h * w, channels) as (1, channels, h, w), channels last."""
    return rows.view(1, height, width, -1).permute(0, 3, 1, 2)


class GroupedConv:
    """A convolution's weights on a device, in one format, channels last.

    Ungrouped 1 x 1 convolutions are products of matrices: their weights have the same strides in both layouts, so a
    library cannot tell which one is meant. Libraries differ widely in how they treat groups in half precision, some as
    no matrices at all; so a grouped convolution is compared, once for each size of grid on CUDA, with one convolution
    for each group on its part of the channels.
    """

    def __init__(
        self, weight: Tensor, bias: Tensor | None, groups: int, device: torch.device, dtype: torch.dtype
    ) -> None:
        self._groups, self._padding = groups, weight.shape[-1] // 2
        self._bias = None if bias is None else bias.detach().to(device, dtype)
        # Reading .weight through a spectral-norm parametrisation gives the divided weight.
        own = weight.detach().to(device, dtype)
        self._is_product = weight.shape[-1] == 1 and groups == 1
        self._weight = own.flatten(1).t().contiguous() if self._is_product else _channels_last(own)
        self._apart: dict[torch.Size, bool] = {}

    def __call__(self, x: Tensor) -> Tensor:
        """x (1, inputs, h, w), channels last -> (1, outputs, h, w), channels last."""
        if self._is_product:
            height, width = x.shape[-2:]
            rows = x.permute(0, 2, 3, 1).flatten(0, 2)
            made = rows @ self._weight if self._bias is None else torch.addmm(self._bias, rows, self._weight)
            return pixels(made, height, width)
        if self._groups > 1 and x.device.type != "cpu" and x.shape not in self._apart and not _capturing():
            self._apart[x.shape] = _milliseconds(self.apart, x) < _milliseconds(self.together, x)
        return self.apart(x) if self._apart.get(x.shape) else self.together(x)

    def together(self, x: Tensor) -> Tensor:
        """All groups by one convolution."""
        made = F.conv2d(x, self._weight, self._bias, padding=self._padding, groups=self._groups)
        return _channels_last(made)

    def apart(self, x: Tensor) -> Tensor:
        """One convolution for each group."""
        parts = zip(x.chunk(self._groups, 1), self._weight.chunk(self._groups), strict=True)
        made = torch.cat([F.conv2d(_channels_last(own), weight, padding=self._padding) for own, weight in parts], 1)
        return _channels_last(made if self._bias is None else made.add_(self._bias[:, None, None]))


def _channels_last(x: Tensor) -> Tensor:
    """Nothing is copied where it lies so already, as the outputs of cuDNN do."""
    return x.contiguous(memory_format=torch.channels_last)


def _capturing() -> bool:
    return torch.cuda.is_available() and torch.cuda.is_current_stream_capturing()


def _milliseconds(way: object, x: Tensor) -> float:
    """How long one way takes on the device."""
    assert callable(way)
    way(x)
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    begin.record()
    for _ in range(TRIALS):
        way(x)
    end.record()
    end.synchronize()
    return begin.elapsed_time(end)
