"""Choosing a region of a photo: a click takes a garment, a lasso what it runs around."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from app import theme

LONGEST = 560
"""Logical pixels of the photo's longer side."""


class RegionPicker(QWidget):
    """The photo, and over it what was chosen.

    Signals:
        changed(): another region was chosen.
    """

    changed = Signal()

    def __init__(self, frame: NDArray[np.uint8], labels: NDArray[np.uint8], background: int) -> None:
        """`frame`: uint8 (H, W, 3); `labels`: uint8 (H, W), its map."""
        super().__init__()
        self.setAccessibleName(self.tr("Photo"))
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._frame, self._labels, self._background = np.ascontiguousarray(frame), labels, background
        self._scale = LONGEST / max(labels.shape)
        self._lasso: list[QPointF] = []
        self.chosen = np.zeros(labels.shape, np.bool_)
        self.setFixedSize(QSize(round(labels.shape[1] * self._scale), round(labels.shape[0] * self._scale)))

    def pick_class(self, class_index: int) -> None:
        """Choose everything of a class."""
        self._choose(np.asarray(self._labels == class_index))

    def _choose(self, mask: NDArray[np.bool_]) -> None:
        self.chosen = mask & (self._labels != self._background)
        self.update()
        self.changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._lasso = [event.position() / self._scale]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._lasso:
            self._lasso.append(event.position() / self._scale)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        lasso, self._lasso = self._lasso, []
        if not lasso:
            return
        points = np.array([(point.x(), point.y()) for point in lasso])
        if np.ptp(points, axis=0).max() < 3:
            height, width = self._labels.shape
            row, column = min(max(int(points[0, 1]), 0), height - 1), min(max(int(points[0, 0]), 0), width - 1)
            self.pick_class(int(self._labels[row, column]))
            return
        mask = np.zeros(self._labels.shape, np.uint8)
        cv2.fillPoly(mask, [np.rint(points - 0.5).astype(np.int32)], (1,))
        self._choose(mask > 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        height, width = self._labels.shape
        shown = self._frame.copy()
        if self.chosen.any():
            # What is not chosen steps back.
            shown[~self.chosen] = (shown[~self.chosen] * 0.35).astype(np.uint8)
        image = QImage(shown.data, width, height, width * 3, QImage.Format.Format_RGB888)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect(), image)
        if len(self._lasso) > 1:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.current().accent), 2))
            painter.drawPolygon(QPolygonF([point * self._scale for point in self._lasso]))
        painter.end()


class RegionDialog(QDialog):
    """Asks which part of a photo is to be copied; `picker.chosen` is the answer."""

    def __init__(
        self,
        frame: NDArray[np.uint8],
        labels: NDArray[np.uint8],
        background: int,
        class_index: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`class_index`: what is chosen to begin with."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Copy a region"))
        note = QLabel(self.tr("Click a garment, or draw around what you want. Then place it on the canvas."))
        note.setProperty("muted", True)
        note.setWordWrap(True)
        self.picker = RegionPicker(frame, labels, background)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.place = buttons.addButton(self.tr("Place"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.place.setProperty("primary", True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(note)
        layout.addWidget(self.picker, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(buttons)
        # A label that wraps asks for too little height where its width is not known yet.
        note.setFixedWidth(self.picker.width())
        note.ensurePolished()
        note.setMinimumHeight(note.heightForWidth(self.picker.width()))
        self.picker.changed.connect(self._refresh)
        if class_index is not None:
            self.picker.pick_class(class_index)
        self._refresh()

    def _refresh(self) -> None:
        self.place.setEnabled(bool(self.picker.chosen.any()))
