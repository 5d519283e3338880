"""Pixels of numpy as pictures of Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """uint8 (H, W, 3) as an image with a copy of its own."""
    height, width = pixels.shape[:2]
    return QImage(pixels.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888).copy()


def pixmap_of(pixels: NDArray[np.uint8]) -> QPixmap:
    """uint8 (H, W, 3) as a pixmap."""
    return QPixmap.fromImage(image_of(pixels))


def fitted_pixmap(pixels: NDArray[np.uint8], side: int, ratio: float) -> QPixmap:
    """uint8 (H, W, 3) with its longer side scaled to `side` logical pixels of a screen with a pixel ratio."""
    length = round(side * ratio)
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    pixmap = pixmap_of(pixels).scaled(length, length, keep, smooth)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
