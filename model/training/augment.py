"""Augmentation of pairs: flips, crops and warps before the networks, DiffAugment before the discriminator."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.groupdnet.plain_ground import lay_ground


def as_input(photo: Tensor, labels: Tensor, bundle: Bundle) -> Tensor:
    """uint8 photos (B, 3, H, W) as a bundle's networks see them: in [-1, 1], before its studio ground if it has one."""
    return lay_ground(photo.float() / 127.5 - 1, labels, bundle.ground)


def random_flip(photo: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Mirror every pair with probability one half."""
    flip = torch.rand(labels.shape[0], device=labels.device) < 0.5
    photo = torch.where(flip[:, None, None, None], photo.flip(-1), photo)
    return photo, torch.where(flip[:, None, None], labels.flip(-1), labels)


def random_crop_columns(photo: Tensor, labels: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """Cut ``width`` columns out of every pair at random, with the person (non-zero labels) inside where it fits."""
    full = labels.shape[-1]
    if width == full:
        return photo, labels
    batch, device = labels.shape[0], labels.device
    occupied = (labels != 0).any(1)
    numbers = torch.arange(full, device=device)
    right = torch.where(occupied, numbers, 0).amax(1)
    left = torch.minimum(torch.where(occupied, numbers, full - 1).amin(1), right)
    low = (right + 1 - width).clamp(0, full - width)
    high = left.clamp(0, full - width)
    # A person wider than the crop gives low > high: then either edge may be cut.
    low, high = torch.minimum(low, high), torch.maximum(low, high)
    start = low + (torch.rand(batch, device=device) * (high - low + 1)).long()
    columns = start[:, None] + torch.arange(width, device=device)
    labels = torch.gather(labels, 2, columns[:, None].expand(-1, labels.shape[1], -1))
    index = columns[:, None, None].expand(-1, photo.shape[1], photo.shape[2], -1)
    return torch.gather(photo, 3, index), labels


def elastic_warp(photo: Tensor, labels: Tensor, strength: float) -> tuple[Tensor, Tensor]:
    """Bend every pair by one smooth random field; shifts are about ``strength`` times the height.

    The photo is sampled bilinearly and the labels by nearest, through the same field.
    """
    if strength <= 0:
        return photo, labels
    batch, height, width = labels.shape
    device = labels.device
    coarse = torch.randn(batch, 2, 7, 5, device=device) * (2 * strength)
    field = F.interpolate(coarse, size=(height, width), mode="bicubic", align_corners=True)
    field[:, 0] *= height / width
    rows = torch.linspace(-1, 1, height, device=device)
    columns = torch.linspace(-1, 1, width, device=device)
    base = torch.stack(torch.meshgrid(rows, columns, indexing="ij")[::-1], -1)
    grid = base + field.permute(0, 2, 3, 1)
    photo = F.grid_sample(photo, grid, mode="bilinear", padding_mode="border", align_corners=True)
    warped = F.grid_sample(labels[:, None].float(), grid, mode="nearest", padding_mode="border", align_corners=True)
    return photo, warped[:, 0].long()


def smooth_outlines(labels: Tensor, classes: int, probability: float, radius: int = 2) -> Tensor:
    """Round a map's outlines by a majority vote over (2 radius + 1) squared pixels, each map with ``probability``.

    Pixels of small classes keep a doubled vote, or glasses and straps would vanish.
    """
    if probability <= 0:
        return labels
    hot = F.one_hot(labels, classes).permute(0, 3, 1, 2).float()
    size = 2 * radius + 1
    votes = F.avg_pool2d(F.pad(hot, (radius,) * 4, mode="replicate"), size, stride=1)
    share = hot.mean((2, 3), keepdim=True)
    votes = votes * torch.where(share < 0.01, 2.0, 1.0)
    smoothed = votes.argmax(1)
    chosen = torch.rand(labels.shape[0], device=labels.device) < probability
    return torch.where(chosen[:, None, None], smoothed, labels)


@dataclass(frozen=True)
class PairAugment:
    """One draw of DiffAugment (Zhao et al., NeurIPS 2020), applied alike to everything it is called on.

    Colour changes the picture only; translation and cutout change picture and label map together, so that the
    discriminator never sees a pair that does not fit. Differentiable in the picture.
    """

    brightness: Tensor
    saturation: Tensor
    contrast: Tensor
    shift: Tensor
    hole: Tensor
    hole_size: tuple[int, int]

    @staticmethod
    def draw(
        batch: int, height: int, width: int, device: torch.device, colour: float, translation: float, cutout: float
    ) -> PairAugment:
        """Draw parameters for a batch; each strength 0 switches its policy off."""

        def uniform(*shape: int) -> Tensor:
            return torch.rand(*shape, device=device)

        reach = torch.tensor([height * translation, width * translation], device=device)
        hole_size = (int(height * cutout), int(width * cutout))
        corner = uniform(batch, 2) * torch.tensor([height, width], device=device) - torch.tensor(
            [hole_size[0] / 2, hole_size[1] / 2], device=device
        )
        return PairAugment(
            brightness=(uniform(batch, 1, 1, 1) - 0.5) * colour,
            saturation=1 + (uniform(batch, 1, 1, 1) * 2 - 1) * colour,
            contrast=1 + (uniform(batch, 1, 1, 1) - 0.5) * colour,
            shift=((uniform(batch, 2) * 2 - 1) * reach).round().long(),
            hole=corner.round().long(),
            hole_size=hole_size,
        )

    def picture(self, picture: Tensor) -> Tensor:
        """Colour and geometry on (B, 3, H, W) in about [-1, 1]; what lies outside is 0."""
        x = picture + self.brightness
        grey = x.mean(1, keepdim=True)
        x = (x - grey) * self.saturation + grey
        mean = x.mean((1, 2, 3), keepdim=True)
        return self.semantics((x - mean) * self.contrast + mean)

    def semantics(self, grid: Tensor) -> Tensor:
        """Geometry alone on (B, S, H, W); what lies outside is 0."""
        batch, channels, height, width = grid.shape
        device = grid.device
        rows = torch.arange(height, device=device) - self.shift[:, :1]
        columns = torch.arange(width, device=device) - self.shift[:, 1:]
        keep_rows = (rows >= 0) & (rows < height)
        keep_columns = (columns >= 0) & (columns < width)
        index = rows.clamp(0, height - 1)[:, :, None] * width + columns.clamp(0, width - 1)[:, None, :]
        moved = torch.gather(grid.flatten(2), 2, index.flatten(1)[:, None].expand(-1, channels, -1))
        keep = keep_rows[:, :, None] & keep_columns[:, None, :]
        if self.hole_size[0] and self.hole_size[1]:
            y = torch.arange(height, device=device) - self.hole[:, :1]
            x = torch.arange(width, device=device) - self.hole[:, 1:]
            inside_rows = (y >= 0) & (y < self.hole_size[0])
            inside_columns = (x >= 0) & (x < self.hole_size[1])
            keep = keep & ~(inside_rows[:, :, None] & inside_columns[:, None, :])
        return moved.view(batch, channels, height, width) * keep[:, None]
