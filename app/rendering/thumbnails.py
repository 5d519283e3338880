"""Small pictures of what a style would look like, rendered by the network itself. For the job thread."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from app.document.box import Box
from app.rendering.requests import Composition, ModelFacts
from model.boxes import bounding_box

MARGIN = 0.15
"""Room on each side of a class, of its longer side."""


def class_box(labels: NDArray[np.uint8], class_index: int) -> Box:
    """A square-ish box around a class with some room; the whole map where the class is absent."""
    height, width = labels.shape
    found = bounding_box(labels == class_index)
    if found is None:
        return Box(0, 0, height, width)
    top, left, bottom, right = found
    side = min(max(bottom - top, right - left) * (1 + 2 * MARGIN), max(height, width))
    side = max(side, 32.0)
    middle_y, middle_x = (top + bottom) / 2, (left + right) / 2
    half_h, half_w = min(side, height) / 2, min(side, width) / 2
    y = min(max(0.0, middle_y - half_h), height - 2 * half_h)
    x = min(max(0.0, middle_x - half_w), width - 2 * half_w)
    return Box(int(y), int(x), int(y + 2 * half_h), int(x + 2 * half_w)).clipped(height, width)


def render_thumbnail(
    facts: ModelFacts,
    labels: NDArray[np.uint8],
    codes: NDArray[np.float32],
    box: Box,
    size: int,
    photo: Composition | None = None,
) -> NDArray[np.uint8]:
    """Render a map with codes and cut out a box, scaled so that its longer side is `size`; uint8 (h, w, 3).

    `photo`: a picture of the document whose photo stays outside of what the codes change; None: all is the network's.
    """
    import torch

    generator = facts.bundle.generator
    parameter = next(generator.parameters())
    with torch.inference_mode():
        picture = generator(
            torch.from_numpy(labels.astype(np.int64))[None].to(parameter.device),
            torch.from_numpy(codes)[None].to(parameter.device, parameter.dtype),
        )[0]
        pixels = picture.float().add(1).mul(127.5).round().clamp(0, 255).byte().permute(1, 2, 0).cpu().numpy()
    if photo is not None:
        pixels = photo.with_codes(labels, codes, np.ascontiguousarray(pixels))
    part = pixels[box.slices]
    scale = size / max(part.shape[:2])
    small = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    return np.ascontiguousarray(cv2.resize(part, small, interpolation=cv2.INTER_AREA), dtype=np.uint8)
