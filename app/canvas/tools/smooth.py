"""Smooths the outlines under the brush."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from app.canvas.raster import Mask
from app.canvas.tools.brush import BrushTool
from app.document.box import Box


def smoothed(labels: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    """Each pixel takes the class that is heaviest around it under a Gaussian of `sigma` pixels; same shape."""
    classes = np.unique(labels)
    best = np.full(labels.shape, -1.0, dtype=np.float32)
    result = labels.copy()
    for value in classes:
        weight = cv2.GaussianBlur((labels == value).astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
        better = weight > best
        best[better] = weight[better]
        result[better] = value
    return result


class SmoothTool(BrushTool):
    """Rounds off jagged outlines where the brush passes."""

    id = "smooth"
    uses = ("size",)
    text = str(QT_TRANSLATE_NOOP("Tools", "Smooth outline"))
    sigma = 2.0

    def step_text(self) -> str:
        return self.label

    def value(self, box: Box, mask: Mask) -> int | NDArray[np.uint8]:
        reach = int(np.ceil(3 * self.sigma))
        document = self.document
        wide = Box(box.top - reach, box.left - reach, box.bottom + reach, box.right + reach).clipped(
            document.height, document.width
        )
        block = smoothed(document.labels[wide.slices], self.sigma)
        return block[box.top - wide.top : box.bottom - wide.top, box.left - wide.left : box.right - wide.left]
