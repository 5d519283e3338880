"""The status bar: what is under the pointer, background work, zoom, the last render, the device."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QWidget

from app import theme
from app.rendering.requests import ModelFacts, RenderResult


class _Dot(QWidget):
    """Filled for an exact picture, hollow for a preview."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(12, 16)
        self.exact: bool | None = None

    def set_exact(self, exact: bool | None) -> None:
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


class StatusBar(QStatusBar):
    """Fills itself from what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.hover = QLabel()
        self.job = QLabel()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(96)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.size_label = QLabel()
        self.zoom = QLabel()
        self.dot = _Dot()
        self.time_label = QLabel()
        self.device = QLabel(self.tr("no network"))
        self.addWidget(self.hover, 1)
        for widget in (self.job, self.progress, self.size_label, self.zoom, self.dot, self.time_label, self.device):
            self.addPermanentWidget(widget)
        self.show_job("", -1.0)

    def show_hover(self, x: int, y: int, name: str) -> None:
        self.hover.setText(f"{name}   {x}, {y}" if x >= 0 else "")

    def show_job(self, text: str, share: float) -> None:
        """What a background job does; the share done is 0..1, or -1 when unknown. An empty text hides it."""
        self.job.setText(text)
        self.job.setVisible(bool(text))
        self.progress.setVisible(bool(text))
        self.progress.setRange(0, 0 if share < 0 else 100)
        if share >= 0:
            self.progress.setValue(round(share * 100))

    def show_zoom(self, scale: float) -> None:
        self.zoom.setText(f"{scale * 100:.0f} %")

    def show_size(self, width: int, height: int) -> None:
        self.size_label.setText(f"{width} × {height}")

    def show_result(self, result: RenderResult | None) -> None:
        if result is None:
            self.dot.set_exact(None)
            self.time_label.setText("")
            return
        kind = self.tr("exact") if result.exact else self.tr("preview")
        self.dot.set_exact(result.exact)
        self.dot.setToolTip(kind)
        self.time_label.setText(f"{result.milliseconds:.0f} ms")
        self.time_label.setToolTip(self.tr("Time of the last render ({0})").format(kind))

    def show_model(self, facts: ModelFacts | None, loading: str = "") -> None:
        if facts is None:
            self.device.setText(self.tr("loading {0}").format(loading) if loading else self.tr("no network"))
            self.device.setToolTip("")
        else:
            self.device.setText(f"{facts.name}  ·  {facts.device.upper()}")
            self.device.setToolTip(facts.description)
