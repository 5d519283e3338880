"""Pictures that no model drew, to hold a model's figures against: flat colours and blurred photos."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

#: Spread of the blurred reference in pixels of the judged size.
BLUR_SIGMA = 3.0


def flat_colours(photos: Tensor, maps: Tensor, classes: int) -> Tensor:
    """Every class of every photo filled with its mean colour there: the layout is perfect, nothing is drawn.

    Args:
        photos: uint8 (B, 3, H, W); maps: integers (B, H, W) below ``classes``.
    """
    batch = photos.shape[0]
    index = maps.long().flatten(1)
    counts = torch.zeros(batch, classes, device=photos.device).scatter_add_(1, index, torch.ones_like(index).float())
    spread = index[:, None].expand(-1, 3, -1)
    sums = torch.zeros(batch, 3, classes, device=photos.device)
    sums.scatter_add_(2, spread, photos.flatten(2).float())
    means = sums / counts.clamp(min=1)[:, None]
    return torch.gather(means, 2, spread).view(photos.shape).round().to(torch.uint8)


def blurred(photos: Tensor, sigma: float = BLUR_SIGMA) -> Tensor:
    """Gaussian blur of uint8 photos (B, 3, H, W); edges are mirrored."""
    radius = min(math.ceil(3 * sigma), photos.shape[2] - 1, photos.shape[3] - 1)
    offsets = torch.arange(-radius, radius + 1, device=photos.device, dtype=torch.float32)
    kernel = torch.exp(-0.5 * (offsets / sigma).square())
    kernel = (kernel / kernel.sum()).view(1, 1, -1).expand(3, 1, -1)
    x = F.pad(photos.float(), (radius,) * 4, mode="reflect")
    x = F.conv2d(x, kernel[:, :, :, None], groups=3)
    x = F.conv2d(x, kernel[:, :, None, :], groups=3)
    return x.round().clamp(0, 255).to(torch.uint8)
