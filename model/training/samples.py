"""The sample grid of a run: photo, label map, reconstruction, sampled styles, swapped styles, one column a pair."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from model.labels import LabelSet
from model.training.networks import ImageModel


def to_bytes(pictures: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """(B, 3, H, W) in [-1, 1] -> uint8 (B, H, W, 3)."""
    scaled = ((pictures.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return np.asarray(scaled.permute(0, 2, 3, 1).cpu().numpy())


@torch.no_grad()
def sample_grid(
    model: ImageModel, photo: Tensor, labels: Tensor, label_set: LabelSet, seed: int = 0
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Draw the grid with a model in evaluation mode: uint8 (6 * H, B * W, 3).

    Rows: photo, label map, reconstruction, two draws of all codes from N(0, 1) (the same draws for every grid of a
    run), and the codes of the next pair's photo.
    """
    mean, _ = model.encoder(photo, labels)
    generator = torch.Generator().manual_seed(seed)
    drawn = [torch.randn(mean.shape, generator=generator).to(mean) for _ in range(2)]
    pyramid = model.generator.pyramid(labels)
    rows = [to_bytes(photo), label_set.palette()[labels.cpu().numpy()]]
    styles = (mean, *drawn, mean.roll(-1, 0))
    rows += [to_bytes(model.generator(labels, codes.float(), pyramid=pyramid)) for codes in styles]
    return np.concatenate([np.concatenate(list(row), 1) for row in rows], 0)
