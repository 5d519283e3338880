"""Class crops: each class's pixels of a photo, cut to their box and resized, stacked along the channels."""

from __future__ import annotations

import torch
from torch import Tensor


def _extent(occupied: Tensor) -> tuple[Tensor, Tensor]:
    """First and one-past-last true index of bool (..., N); the whole range (0, N) where there is none."""
    size = occupied.shape[-1]
    numbers = torch.arange(size, device=occupied.device)
    last = torch.where(occupied, numbers, -1).amax(-1)
    first = torch.where(occupied, numbers, size).amin(-1)
    empty = last < 0
    return torch.where(empty, 0, first), torch.where(empty, size, last + 1)


def _occupied(photo: Tensor, mask: Tensor, by_mask: bool) -> tuple[Tensor, Tensor]:
    """Which rows (B, classes, H) and columns (B, classes, W) the box of each class has to hold.

    ``by_mask``: those with a pixel of the class. Otherwise the authors' rule: those whose R+G+B sum over the class's
    pixels is not zero, so a line whose pixels cancel out does not count; where no column or no row is left, the class
    is not cut out at all and its box is the whole picture.
    """
    if by_mask:
        return mask.any(3), mask.any(2)
    sums = photo.sum(1, keepdim=True) * mask
    rows, columns = sums.sum(3) != 0, sums.sum(2) != 0
    found = rows.any(-1, keepdim=True) & columns.any(-1, keepdim=True)
    return rows & found, columns & found


def class_crops(
    photo: Tensor, labels: Tensor, classes: int, height: int, width: int, with_mask: bool = False
) -> Tensor:
    """Cut every class out of a batch of photos, all classes and pictures at once.

    photo (B, 3, H, W) in [-1, 1]; labels int64 (B, H, W). For each class the photo is multiplied by the class's mask,
    cut to the box of the rows and columns whose R+G+B sums are not zero (not of the mask: the authors' rule, see
    ``_occupied``) and resized by nearest to ``height`` x ``width``. Returns (B, classes * 3, height, width), or
    (B, classes * 4, height, width) with the mask as fourth channel, whose box is then the mask's own. An absent class
    gives zeros. Source: paper section 3.2, input of the encoder.
    """
    batch, full_width = photo.shape[0], photo.shape[3]
    mask = labels[:, None] == torch.arange(classes, device=labels.device)[None, :, None, None]
    in_rows, in_columns = _occupied(photo, mask, with_mask)
    top, bottom = _extent(in_rows)
    left, right = _extent(in_columns)
    rows = top[..., None] + torch.arange(height, device=photo.device) * (bottom - top)[..., None] // height
    columns = left[..., None] + torch.arange(width, device=photo.device) * (right - left)[..., None] // width
    index = (rows[..., :, None] * full_width + columns[..., None, :]).flatten(2)
    cut_mask = torch.gather(mask.flatten(2), 2, index)
    pixels = photo.flatten(2)[:, None].expand(-1, classes, -1, -1)
    cut = torch.gather(pixels, 3, index[:, :, None].expand(-1, -1, 3, -1)) * cut_mask[:, :, None]
    if with_mask:
        cut = torch.cat([cut, cut_mask[:, :, None].to(cut.dtype)], 2)
    return cut.reshape(batch, -1, height, width)
