"""The status bar: what is under the pointer, background work, zoom, the last render, the device."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QWidget

from app import theme
from app.rendering.requests import ModelFacts, RenderResult

PADDING = 6
"""Pixels left and right of a text, as in the style sheet."""


class _Dot(QWidget):
    """Filled for an exact picture, hollow for a preview."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(12, 16)
        self.exact: bool | None = None

    def set_exact(self, exact: bool | None) -> None:
        if exact is not self.exact:
            self.exact = exact
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.exact is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = QColor(theme.current().success if self.exact else theme.current().warning)
        painter.setPen(color)
        if self.exact:
            painter.setBrush(color)
        painter.drawEllipse(2, 4, 7, 7)
        painter.end()


class Readout(QLabel):
    """A text that changes with every mouse move or picture.

    Its size is fixed and only ever grows: a label without a size of its own lays out the whole window at each new text.
    """

    def __init__(self, sample: str) -> None:
        """`sample`: a text of the width that is usual."""
        super().__init__()
        self._sample = sample
        self.setFixedSize(0, 0)

    def show_text(self, text: str) -> None:
        """Show another text."""
        if text != self.text():
            self._fit(text)
            self.setText(text)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit(self._sample)

    def _fit(self, text: str) -> None:
        metrics = self.fontMetrics()
        width = max(self.maximumWidth(), metrics.horizontalAdvance(text) + 2 * PADDING)
        height = metrics.height() + 4
        if (width, height) != (self.maximumWidth(), self.maximumHeight()):
            self.setFixedSize(width, height)


class StatusBar(QStatusBar):
    """Fills itself from what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.hover = Readout("background   0000, 0000")
        self.job = QLabel()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(96)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.size_label = QLabel()
        self.zoom = Readout("0000 %")
        self.dot = _Dot()
        self.time_label = Readout("0000 ms")
        self.device = QLabel(self.tr("no network"))
        self._first = True
        self._network = ""
        for readout in (self.zoom, self.time_label):
            readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.addWidget(self.hover)
        for widget in (self.job, self.progress, self.size_label, self.zoom, self.dot, self.time_label, self.device):
            self.addPermanentWidget(widget)
        self.show_job("", -1.0)

    def show_hover(self, x: int, y: int, name: str) -> None:
        self.hover.show_text(f"{name}   {x}, {y}" if x >= 0 else "")

    def show_job(self, text: str, share: float) -> None:
        """What a background job does; the share done is 0..1, or -1 when unknown. An empty text hides it."""
        if text != self.job.text():
            self.job.setText(text)
        self.job.setVisible(bool(text))
        self.progress.setVisible(bool(text))
        self.progress.setRange(0, 0 if share < 0 else 100)
        if share >= 0:
            self.progress.setValue(round(share * 100))

    def show_zoom(self, scale: float) -> None:
        self.zoom.show_text(f"{scale * 100:.0f} %")

    def show_size(self, width: int, height: int) -> None:
        """Another document, of this size: nothing of it was pointed at yet."""
        self.hover.show_text("")
        self.size_label.setText(f"{width} × {height}")

    def show_result(self, result: RenderResult | None) -> None:
        if result is None:
            self._first = True
            self.dot.set_exact(None)
            self.time_label.show_text("")
            return
        kind = self.tr("exact") if result.exact else self.tr("preview")
        if result.exact is not self.dot.exact:
            self.dot.set_exact(result.exact)
            self.dot.setToolTip(kind)
            self.time_label.setToolTip(self.tr("Time of the last render ({0})").format(kind))
        # The first picture of a network or document makes everything anew: its time says nothing about working.
        self.time_label.show_text("" if self._first else f"{result.milliseconds:.0f} ms")
        self._first = self._first and not result.exact

    def show_model(self, facts: ModelFacts | None, loading: str = "") -> None:
        self._first = True
        if facts is None:
            self.device.setText(self.tr("loading {0}").format(loading) if loading else self.tr("no network"))
            self.device.setToolTip("")
        else:
            self._network = facts.name
            self.show_device(facts.device, facts.description)

    def show_device(self, device: str, description: str) -> None:
        """What renders the network that is shown, and how, or why it and not another."""
        self.device.setText(f"{self._network}  ·  {device.upper()}")
        self.device.setToolTip(description)
