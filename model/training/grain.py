"""Which way the detail inside cloth runs, and a loss that lets it run no way more often than in photos.

A generator that must make texture finds one stroke that both discriminators take for cloth and repeats it: every
garment looks brushed from the lower left to the upper right. In photos detail runs that way on one garment and another
way on the next, so over many pictures its directions say what no single picture can.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from model.training.losses import FAINTEST, LEAST_INNER, interior

#: Pixels from crest to crest, and directions in half a turn.
WAVELENGTHS = (3.0, 5.0, 8.0)
DIRECTIONS = 6
#: Spread of a filter's window in wavelengths: somewhat more than one wave is seen at a time.
_SPREAD = 0.45
_LIGHTNESS = (0.299, 0.587, 0.114)


def wave_filters(wavelength: float) -> Tensor:
    """Pairs of even and odd Gabor filters without a mean, of unit size, (2 * DIRECTIONS, 1, k, k).

    Direction d is a wave that travels at d / DIRECTIONS of half a turn from the x axis towards the bottom.
    """
    reach = math.ceil(2.7 * _SPREAD * wavelength)
    rows, columns = torch.meshgrid(*(torch.arange(-reach, reach + 1.0),) * 2, indexing="ij")
    window = torch.exp(-(rows.square() + columns.square()) / (2 * (_SPREAD * wavelength) ** 2))
    filters = []
    for direction in range(DIRECTIONS):
        angle = math.pi * direction / DIRECTIONS
        phase = 2 * math.pi / wavelength * (columns * math.cos(angle) + rows * math.sin(angle))
        for wave in (torch.cos(phase), torch.sin(phase)):
            bent = window * wave
            bent = bent - window * (bent.sum() / window.sum())
            filters.append(bent / bent.square().sum().sqrt())
    return torch.stack(filters)[:, None]


class Grain:
    """Measures how detail is spread over directions; made once, for its filters."""

    def __init__(self) -> None:
        self._filters = [wave_filters(wavelength) for wavelength in WAVELENGTHS]

    def strengths(self, pictures: Tensor, labels: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
        """Logarithm of the energy of waves inside the classes, (B, wavelengths, DIRECTIONS), and pixels counted, (B,).

        pictures (B, 3, H, W) in [-1, 1], labels int64 (B, H, W), classes bool (C): which to look into, together. Only
        pixels with one class all around count (see ``interior``).
        """
        weights = torch.tensor(_LIGHTNESS, device=pictures.device)[:, None, None]
        lightness = (pictures.float() * weights).sum(1, keepdim=True)
        counted = interior(labels) * classes.to(labels.device)[labels][:, None]
        pixels = counted.sum((1, 2, 3))
        found = []
        for filters in self._filters:
            reach = filters.shape[-1] // 2
            padded = F.pad(lightness, (reach,) * 4, mode="replicate")
            waves = F.conv2d(padded, filters.to(lightness)).unflatten(1, (DIRECTIONS, 2)).square().sum(2)
            found.append((waves * counted).sum((2, 3)) / pixels.clamp(min=1)[:, None])
        return torch.log(torch.stack(found, 1) + FAINTEST**2), pixels

    def shares(self, pictures: Tensor, labels: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
        """Mean over the pictures of each direction's strength above the mean of all, (wavelengths, DIRECTIONS), and how
        many pictures had enough to look at, a scalar. Arguments as in ``strengths``."""
        strengths, pixels = self.strengths(pictures, labels, classes)
        weights = (pixels >= LEAST_INNER).to(strengths.dtype)
        above = strengths - strengths.mean(2, keepdim=True)
        mean = (above * weights[:, None, None]).sum(0) / weights.sum().clamp(min=1)
        return mean, weights.sum()


def mirrored(shares: Tensor) -> Tensor:
    """The mean of shares (wavelengths, DIRECTIONS) and those of the same pictures mirrored."""
    return (shares + torch.cat([shares[:, :1], shares[:, 1:].flip(1)], 1)) / 2
