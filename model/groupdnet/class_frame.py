"""Where a pixel lies in its class: coordinates that let a network put eyes, nose and mouth in their places.

A face of a whole person is 24 pixels wide. At the coarse levels that is three cells, cut from the label map without
smoothing, so they know its place only to a third of its width; the fine levels know it only near its outline. A network
that has to find the middle of a face from that draws one smear for eyes, nose and mouth. So the pixels of some classes
are told where they lie between the mean and the spread of these classes in the map, in a few smooth functions of both
coordinates (as CoordConv, Liu et al., NeurIPS 2018, gives a whole picture its own), mixed into the features like noise.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

#: Functions of the row and of the column, whose products a network mixes; of the finest, a wave is a quarter of a face.
DOWN, ACROSS = 9, 7
#: As many had networks whose functions ended at half of that.
_DOWN_ONCE, _ACROSS_ONCE = 6, 4
#: A frame is at least so many pixels' standard deviation wide and high, and coordinates end at so many times its half.
_LEAST_SPREAD = 1.0
_LIMIT = 1.25


def in_classes(labels: Tensor, classes: Sequence[int]) -> Tensor:
    """Bool: which pixels of an integer grid are of one of the ``classes``."""
    mask = torch.zeros_like(labels, dtype=torch.bool)
    for number in classes:
        mask |= labels == number
    return mask


def class_frames(labels: Tensor, classes: Sequence[int]) -> Tensor:
    """Mean row, mean column, and standard deviation of both, of the pixels of ``classes`` taken together.

    labels (B, H, W), pixels counted from the middle of the first. Returns float32 (B, 4); without pixels 0, 0 and the
    least spread.
    """
    mask = in_classes(labels, classes)
    count = mask.sum((1, 2)).double()
    means, spreads = [], []
    for dimension in (2, 1):
        # Sums of whole numbers, exact on every device.
        histogram = mask.sum(dimension).double()
        places = torch.arange(histogram.shape[1], dtype=torch.float64, device=labels.device)
        mean = (histogram * places).sum(1) / count.clamp(min=1)
        square = (histogram * places**2).sum(1) / count.clamp(min=1)
        means.append(mean)
        spreads.append((square - mean**2).clamp(min=_LEAST_SPREAD**2).sqrt())
    return torch.stack([*means, *spreads], 1).float()


def frame_functions(frames: Tensor, height: int, width: int, stride: int) -> tuple[Tensor, Tensor]:
    """Smooth functions of every row's place in its frame, (B, DOWN, height), and every column's, (B, ACROSS, width).

    frames (B, 4) in pixels of the full map; ``stride``: pixels of it in one cell. An ellipse reaches from -1 to 1.
    """
    middle = (stride - 1) / 2
    rows = torch.arange(height, device=frames.device) * stride + middle
    columns = torch.arange(width, device=frames.device) * stride + middle
    # Twice the standard deviation is half of an ellipse's axis.
    v = ((rows - frames[:, 0:1]) / (2 * frames[:, 2:3])).clamp(-_LIMIT, _LIMIT) * torch.pi
    u = ((columns - frames[:, 1:2]) / (2 * frames[:, 3:4])).clamp(-_LIMIT, _LIMIT) * torch.pi
    down = [torch.ones_like(v), (v / 2).sin(), v.cos(), (1.5 * v).sin(), (2 * v).cos(), (2.5 * v).sin()]
    down += [(3 * v).cos(), (3.5 * v).sin(), (4 * v).cos()]
    across = [torch.ones_like(u), (u / 2).sin(), u.cos(), (2 * u).cos(), (1.5 * u).sin(), (3 * u).cos(), (4 * u).cos()]
    return torch.stack(down, 1), torch.stack(across, 1)


def place_features(weight: Tensor, frames: Tensor, labels: Tensor, classes: Sequence[int], stride: int) -> Tensor:
    """Products of the functions of where a pixel of ``classes`` lies, mixed; 0 at all other pixels.

    weight (channels, DOWN * ACROSS), frames (B, 4), labels (B, h, w) of a level whose cells are ``stride`` pixels wide.
    Returns (B, channels, h, w).
    """
    height, width = labels.shape[-2:]
    down, across = frame_functions(frames, height, width, stride)
    weights = weight.unflatten(1, (DOWN, ACROSS))
    of_rows = torch.einsum("cij,bih->bchj", weights, down.to(weight.dtype))
    mixed = of_rows @ across.to(weight.dtype)[:, None]
    return mixed * in_classes(labels, classes)[:, None]


def with_all_functions(weight: Tensor) -> Tensor:
    """Weights (channels, maps) of a network that knew the first functions alone, 0 for those that came later."""
    once = _DOWN_ONCE * _ACROSS_ONCE
    if weight.shape[1] != once:
        return weight
    grid = weight.unflatten(1, (_DOWN_ONCE, _ACROSS_ONCE))
    return torch.nn.functional.pad(grid, (0, ACROSS - _ACROSS_ONCE, 0, DOWN - _DOWN_ONCE)).flatten(1)
