"""Habits of a generator's texture that no photo has, measured so that a loss can break them.

A generator that must make texture finds one stroke that both discriminators take for cloth and repeats it: every
garment looks brushed from the lower left to the upper right. In photos detail runs that way on one garment and another
way on the next, so over many pictures its directions say what no single picture can. And it hangs its texture on what
it has inside a garment without noise, the grid on which pictures are enlarged: a mosaic that is the same every few
pixels, or dents like hammered metal, each different, whose edges all lie on the same lines of the grid.
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
#: Pixels after which the grid of the level that texture comes from is the same again.
PERIOD = 8
#: Detail is what a box of so many pixels does not see, and fewest pixels of it to tell a grid from chance.
_BOX, _LEAST_GRID = 9, 8 * PERIOD**2


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
        lightness = _lightness(pictures)
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


def grid_share(pictures: Tensor, labels: Tensor, classes: Tensor) -> Tensor:
    """How much of the energy of detail inside the classes repeats every PERIOD pixels, 0 to 1, a scalar.

    Mean over the pictures that show enough. What chance repeats is taken off, so that it may be a little below 0.
    Pictures as in ``Grain.strengths``, of sides that are multiples of PERIOD, cut on its grid out of the whole.
    """
    lightness = _lightness(pictures)
    around = F.pad(lightness, (_BOX // 2,) * 4, mode="replicate")
    detail = lightness - F.avg_pool2d(around, _BOX, 1)
    counted = interior(labels) * classes.to(labels.device)[labels][:, None]

    def folded(grid: Tensor) -> Tensor:
        return grid.unflatten(3, (-1, PERIOD)).unflatten(2, (-1, PERIOD)).sum((1, 2, 4))

    sums, counts = folded(detail * counted), folded(counted)
    pixels = counts.sum((1, 2)).clamp(min=1)
    energy = (detail.square() * counted).sum((1, 2, 3)) / pixels
    repeated = (sums.square() / counts.clamp(min=1)).sum((1, 2)) / pixels
    share = repeated / (energy + FAINTEST**2) - (counts > 0).sum((1, 2)) / pixels
    weights = (pixels >= _LEAST_GRID).to(share.dtype)
    return (share * weights).sum() / weights.sum().clamp(min=1)


def edge_heights(pictures: Tensor, labels: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
    """How high steps of lightness are on each line of the grid of PERIOD pixels, and how many were counted.

    Both (2, PERIOD), for steps over rows and over columns. Heights are in units of the mean step of each picture, so
    that pictures count by what they show and not by their contrast. Arguments as in ``grid_share``.
    """
    lightness = _lightness(pictures)
    counted = interior(labels) * classes.to(labels.device)[labels][:, None]
    pixels = counted.sum((1, 2, 3), keepdim=True).clamp(min=1)
    heights, counts = [], []
    for across in (2, 3):
        # The first line has none before it.
        first = torch.arange(lightness.shape[across], device=lightness.device) > 0
        here = counted * (first[:, None] if across == 2 else first)
        steps = (lightness - lightness.roll(1, across)).abs() * here
        steps = steps / (steps.sum((1, 2, 3), keepdim=True) / pixels + FAINTEST)
        along = (0, 1, 5 - across)
        counts.append(here.sum(along).unflatten(0, (-1, PERIOD)).sum(0))
        heights.append(steps.sum(along).unflatten(0, (-1, PERIOD)).sum(0) / counts[-1].clamp(min=1))
    return torch.stack(heights), torch.stack(counts)


class EdgeLines:
    """Tells which lines of the grid edges prefer, over many steps: in a few crops a seam may well lie on one."""

    def __init__(self, decay: float = 0.95) -> None:
        self._decay = decay
        #: Sums of heights and how many were counted, each falling by ``decay`` a step, (2, PERIOD) both.
        self.sums = self.counts = torch.zeros(2, PERIOD)

    def unevenness(self, pictures: Tensor, labels: Tensor, classes: Tensor) -> Tensor:
        """The mean square by which edges on one line are higher than on all, 0 for alike, a scalar.

        The value is that of the last steps, falling by ``decay`` from one to the one before; the gradient says how
        these pictures can lower it. Arguments as in ``grid_share``.
        """
        heights, counts = edge_heights(pictures, labels, classes)
        with torch.no_grad():
            self.sums = self._decay * self.sums + heights * counts
            self.counts = self._decay * self.counts + counts
            above = self.sums / self.counts.clamp(min=1)
            above = above - above.mean(1, keepdim=True)
        return above.square().mean() + 2 * (above * (heights - heights.detach())).mean()


def _lightness(pictures: Tensor) -> Tensor:
    """(B, 3, H, W) -> (B, 1, H, W)."""
    return (pictures.float() * pictures.new_tensor(_LIGHTNESS)[:, None, None]).sum(1, keepdim=True)


def mirrored(shares: Tensor) -> Tensor:
    """The mean of shares (wavelengths, DIRECTIONS) and those of the same pictures mirrored."""
    return (shares + torch.cat([shares[:, :1], shares[:, 1:].flip(1)], 1)) / 2
