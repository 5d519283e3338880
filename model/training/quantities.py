"""The quantities that named sliders are called after, measured so that their gradients can be followed.

The same figures as ``model.styles.measure`` to rounding errors, of all classes of a batch of drawings at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from model.boxes import box_around
from model.styles.measure import GREY, SCALES, class_pixels

# sRGB to XYZ, D65, divided by the white point.
_TO_XYZ = torch.tensor(
    [
        [0.412453 / 0.950456, 0.357580 / 0.950456, 0.180423 / 0.950456],
        [0.212671, 0.715160, 0.072169],
        [0.019334 / 1.088754, 0.119193 / 1.088754, 0.950227 / 1.088754],
    ]
)
#: Added under square roots, whose gradients would else be infinite at 0.
_TINY = 1e-4


def to_lab(pictures: Tensor) -> Tensor:
    """CIE L*a*b* (D65), (B, 3, H, W), of pictures in [-1, 1] of that shape: L* 0..100, a* and b* about -128..127."""
    encoded = (pictures.clamp(-1, 1) + 1) / 2
    linear = torch.where(encoded <= 0.04045, encoded / 12.92, ((encoded.clamp(min=0.04) + 0.055) / 1.055) ** 2.4)
    xyz = torch.einsum("dc,bchw->bdhw", _TO_XYZ.to(linear), linear)
    cubic = torch.where(xyz > 0.008856, xyz.clamp(min=0.008) ** (1 / 3), 7.787 * xyz + 16 / 116)
    x, y, z = cubic.unbind(1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], 1)


@dataclass(frozen=True)
class _Place:
    """A class in one map: its number, the rows and columns of its box, and its mask there, float32 (h, w)."""

    index: int
    part: tuple[slice, slice]
    mask: Tensor
    shares: list[Tensor]


class ClassQuantities:
    """Measures the classes of one label map in drawings of it.

    Attributes:
        indices: int64 (N,), the classes that are measured, in the order of the figures.
    """

    def __init__(self, labels: Tensor, least: int, skipped: tuple[int, ...] = ()) -> None:
        """``labels`` (H, W); classes of less than ``least`` pixels are left out, and those ``skipped``."""
        grid = labels.to(torch.uint8).numpy()
        self._places: list[_Place] = []
        for index in torch.unique(labels).tolist():
            if index in skipped or int((grid == index).sum()) < least:
                continue
            pixels = class_pixels(grid, index)
            box = box_around(pixels)
            part = (slice(box[0], box[2]), slice(box[1], box[3]))
            mask = torch.from_numpy(pixels[part]).float()
            shares = [_blurred(mask[None, None], sigma).clamp(min=1e-4) for sigma in SCALES]
            self._places.append(_Place(int(index), part, mask, shares))
        self.indices = torch.tensor([place.index for place in self._places], dtype=torch.long)

    def masks(self, height: int, width: int) -> Tensor:
        """Where the classes are measured: float32 (N, H, W)."""
        masks = torch.zeros(len(self._places), height, width)
        for row, place in zip(masks, self._places, strict=True):
            row[place.part] = place.mask
        return masks

    def measure(self, lab: Tensor) -> Tensor:
        """The five quantities of ``model.styles.measure.measure`` in drawings (B, 3, H, W) of ``to_lab``: (B, N, 5)."""
        return torch.stack([self._measured(lab[(..., *place.part)], place) for place in self._places], 1)

    def _measured(self, lab: Tensor, place: _Place) -> Tensor:
        mask, count = place.mask, place.mask.sum()

        def mean(plane: Tensor) -> Tensor:
            return (plane * mask).sum((-2, -1)) / count

        lightness, a, b = lab.unbind(1)
        chroma = mean((a.square() + b.square() + _TINY).sqrt())
        middle = mean(lightness)
        contrast = (mean((lightness - middle[:, None, None]).square()) + _TINY).sqrt()
        warmth = 100 * mean(b) / (chroma + GREY)
        levels = [lightness[:, None]]
        for sigma, share in zip(SCALES, place.shares, strict=True):
            levels.append(_blurred(lightness[:, None] * mask, sigma) / share)
        bands = [mean((one - other).square()[:, 0]) for one, other in pairwise(levels)]
        energies = torch.stack(bands, 1) + 1e-6
        octaves = torch.arange(len(bands), dtype=lab.dtype)
        return torch.stack([middle, warmth, chroma, contrast, (energies * octaves).sum(1) / energies.sum(1)], 1)


def _blurred(planes: Tensor, sigma: float) -> Tensor:
    """OpenCV's Gaussian of (B, 1, h, w), with nothing around the planes."""
    size = int(sigma * 8 + 1 + 0.5) | 1
    places = torch.arange(size) - size // 2
    kernel = torch.exp(-places.square() / (2 * sigma**2))
    kernel = (kernel / kernel.sum()).to(planes)
    along = F.conv2d(planes, kernel[None, None, :, None], padding=(size // 2, 0))
    return F.conv2d(along, kernel[None, None, None, :], padding=(0, size // 2))
