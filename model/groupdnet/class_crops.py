"""Class crops: each class's pixels of a photo, cut to their box and resized, stacked along the channels."""

from __future__ import annotations

import torch
from torch import Tensor


def _extent(occupied: Tensor) -> tuple[Tensor, Tensor]:
    """First and one-past-last true index of (..., N); (0, 0) where there is none."""
    size = occupied.shape[-1]
    numbers = torch.arange(size, device=occupied.device)
    last = torch.where(occupied, numbers, -1).amax(-1)
    first = torch.where(occupied, numbers, size).amin(-1)
    return torch.where(last < 0, 0, first), last + 1


def class_crops(
    photo: Tensor, labels: Tensor, classes: int, height: int, width: int, with_mask: bool = False
) -> Tensor:
    """Cut every class out of a batch of photos, all classes and pictures at once.

    photo (B, 3, H, W) in [-1, 1]; labels int64 (B, H, W). For each class the photo is multiplied by the class's mask,
    cut to the box of its non-zero R+G+B sums (not of the mask: the authors' rule) and resized by nearest to
    ``height`` x ``width``. Returns (B, classes * 3, height, width), or (B, classes * 4, height, width) with the mask as
    fourth channel, whose box is then the mask's own. An absent class gives zeros. Source: paper section 3.2, input of
    the encoder.
    """
    batch, _, full_height, full_width = photo.shape
    mask = labels[:, None] == torch.arange(classes, device=labels.device)[None, :, None, None]
    visible = mask if with_mask else mask & (photo.sum(1, keepdim=True) != 0)
    top, bottom = _extent(visible.any(3))
    left, right = _extent(visible.any(2))
    rows = top[..., None] + torch.arange(height, device=photo.device) * (bottom - top)[..., None] // height
    columns = left[..., None] + torch.arange(width, device=photo.device) * (right - left)[..., None] // width
    rows = rows.clamp(max=full_height - 1)
    columns = columns.clamp(max=full_width - 1)
    index = (rows[..., :, None] * full_width + columns[..., None, :]).flatten(2)
    cut_mask = torch.gather(mask.flatten(2), 2, index)
    pixels = photo.flatten(2)[:, None].expand(-1, classes, -1, -1)
    cut = torch.gather(pixels, 3, index[:, :, None].expand(-1, -1, 3, -1)) * cut_mask[:, :, None]
    if with_mask:
        cut = torch.cat([cut, cut_mask[:, :, None].to(cut.dtype)], 2)
    return cut.reshape(batch, -1, height, width)
