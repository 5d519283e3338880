"""The images that the canvas draws: the label map in colours, the outlines, the picture."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from app.canvas.transform import ViewTransform
from app.document.box import Box

SMOOTH_UP_TO = 12.0
"""Device pixels per picture pixel above which the picture shows its pixels as squares."""


class LabelLayer:
    """The label map as an indexed image: painting copies bytes, colours and opacity are a table of 256 entries."""

    def __init__(self) -> None:
        self._pixels: NDArray[np.uint8] = np.zeros((1, 4), dtype=np.uint8)
        self._width = 1
        self._image = QImage()
        self._labels: NDArray[np.uint8] = np.zeros((1, 1), dtype=np.uint8)
        self._opaque = [0] * 256
        self._veil = [0] * 256

    def set_labels(self, labels: NDArray[np.uint8]) -> None:
        """Show another map (uint8 (H, W)); the array is kept and read again by `update`."""
        height, width = labels.shape
        self._labels = labels
        self._width = width
        # QImage wants rows that start at multiples of four bytes.
        self._pixels = np.zeros((height, (width + 3) // 4 * 4), dtype=np.uint8)
        self._pixels[:, :width] = labels
        self._wrap()

    def update(self, box: Box) -> None:
        """Take over the map's pixels inside a box."""
        self._pixels[:, : self._width][box.slices] = self._labels[box.slices]
        # The buffer changed behind the image's back; a new wrapper costs nothing and drops what Qt cached of the old.
        self._wrap()

    def set_colors(self, palette: NDArray[np.uint8], hidden: Collection[int], background: int) -> None:
        """Colour each class (uint8 (N, 3)); hidden classes are left out, over a picture the background too.

        A veil of one colour over all that is not edited would only darken the picture.
        """
        table = [0] * 256
        for index, (red, green, blue) in enumerate(palette.tolist()):
            table[index] = (0 if index in hidden else 0xFF000000) | red << 16 | green << 8 | blue
        self._opaque = table
        self._veil = [color & 0xFFFFFF if index == background else color for index, color in enumerate(table)]

    def draw(self, painter: QPainter, view: ViewTransform, opacity: float | None = None) -> None:
        """Draw the whole map, or over a picture (`opacity` 0..1) all classes but the background."""
        self._image.setColorTable(self._opaque if opacity is None else self._veil)
        painter.setOpacity(1.0 if opacity is None else opacity)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(target(view, *self._labels.shape), self._image)
        painter.setOpacity(1.0)

    def _wrap(self) -> None:
        height, stride = self._pixels.shape
        self._image = QImage(self._pixels.data, self._width, height, stride, QImage.Format.Format_Indexed8)

    def draw_outlines(
        self,
        painter: QPainter,
        view: ViewTransform,
        clip: QRectF,
        ratio: float,
        palette: NDArray[np.uint8],
        hidden: Collection[int],
    ) -> None:
        """Lines of one and a half logical pixels along the borders between classes, crisp at any zoom."""
        height, width = self._labels.shape
        left, top = max(clip.left(), view.x), max(clip.top(), view.y)
        right = min(clip.right(), view.x + width * view.scale)
        bottom = min(clip.bottom(), view.y + height * view.scale)
        columns, rows = int((right - left) * ratio), int((bottom - top) * ratio)
        if columns < 1 or rows < 1:
            return
        # One sample per device pixel, and a rim around, so that the line does not depend on the clip.
        reach = max(1, round(ratio))
        xs = (np.arange(-reach, columns + reach) + 0.5) / ratio + left
        ys = (np.arange(-reach, rows + reach) + 0.5) / ratio + top
        x = np.clip(((xs - view.x) / view.scale).astype(np.int64), 0, width - 1)
        y = np.clip(((ys - view.y) / view.scale).astype(np.int64), 0, height - 1)
        seen = self._labels[y[:, None], x[None, :]]
        middle = seen[reach:-reach, reach:-reach]
        edge = np.zeros(middle.shape, dtype=bool)
        for dy, dx in ((0, reach), (0, -reach), (reach, 0), (-reach, 0)):
            shifted = seen[reach + dy : reach + dy + rows, reach + dx : reach + dx + columns]
            edge |= shifted != middle
        colors = np.zeros(256, dtype=np.uint32)
        for index, (red, green, blue) in enumerate(palette.tolist()):
            colors[index] = 0 if index in hidden else 0xFF000000 | red << 16 | green << 8 | blue
        pixels = np.where(edge, colors[middle], np.uint32(0))
        image = QImage(pixels.data, columns, rows, columns * 4, QImage.Format.Format_ARGB32)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(QRectF(left, top, columns / ratio, rows / ratio), image)


class PictureLayer:
    """A picture, uint8 (H, W, 3), as a 32-bit image."""

    def __init__(self) -> None:
        self._pixels: NDArray[np.uint32] | None = None
        self._image = QImage()

    @property
    def empty(self) -> bool:
        return self._pixels is None

    def set_pixels(self, pixels: NDArray[np.uint8] | None, box: Box | None = None) -> None:
        """Show another picture; with a box only what changed inside it is taken over."""
        if pixels is None:
            self._pixels, self._image = None, QImage()
            return
        height, width = pixels.shape[:2]
        if self._pixels is None or self._pixels.shape != (height, width):
            self._pixels = np.empty((height, width), dtype=np.uint32)
            box = None
        part = (box or Box(0, 0, height, width)).clipped(height, width)
        block = pixels[part.slices].astype(np.uint32)
        self._pixels[part.slices] = 0xFF000000 | block[..., 0] << 16 | block[..., 1] << 8 | block[..., 2]
        self._image = QImage(self._pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)

    def draw(self, painter: QPainter, view: ViewTransform, map_height: int, map_width: int, ratio: float) -> None:
        if self._pixels is None:
            return
        smooth = view.scale * ratio < SMOOTH_UP_TO
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(target(view, map_height, map_width), self._image)


def target(view: ViewTransform, height: int, width: int) -> QRectF:
    """Where a map of this size lies on the screen."""
    return QRectF(view.x, view.y, width * view.scale, height * view.scale)
