"""A slider that answers at the click, fills from its rest position, and resets on a double click."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from app import theme
from app.widgets.fields import RealField

STEPS = 1000


class Slider(QSlider):
    """Horizontal slider over real numbers. Where it rests at 0, between its ends, that is its middle.

    Signals:
        moved(float): the user changes the value now (drag, wheel, keys).
        let_go(): the change is complete.
    """

    moved = Signal(float)
    let_go = Signal()

    def __init__(self, low: float, high: float, rest: float, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.low, self.high, self.rest = low, high, rest
        self.setRange(0, STEPS)
        self.setSingleStep(STEPS // 100)
        self.setPageStep(STEPS // 10)
        self.setMinimumWidth(60)
        self._dragging = False
        self._quiet = False
        self.set_real(rest)
        self.valueChanged.connect(self._changed)

    def set_ends(self, low: float, high: float, rest: float) -> None:
        """Run between other ends, and rest at `rest` now; without a signal."""
        self._dragging = False
        changed = (self.low, self.high, self.rest) != (low, high, rest)
        self.low, self.high, self.rest = low, high, rest
        self.set_real(rest)
        if changed:
            self.update()

    def real(self) -> float:
        """The value between `low` and `high`."""
        return self._at(self.value() / STEPS)

    def set_real(self, value: float) -> None:
        """Show a value without a signal; beyond the ends the handle stays at the end."""
        if self._dragging:
            return
        self._quiet = True
        self.setValue(round(self._share(min(self.high, max(self.low, value))) * STEPS))
        self._quiet = False

    def _middle(self) -> tuple[float, float]:
        """A value between the ends and the share of the width that lies below it; both sides are straight."""
        if self.low < 0 < self.high and self.rest == 0:
            return 0.0, 0.5
        return self.low, 0.0

    def _share(self, value: float) -> float:
        """How much of the width lies below a value."""
        middle, below = self._middle()
        if value >= middle:
            return below + (value - middle) / (self.high - middle) * (1 - below) if self.high > middle else below
        return (value - self.low) / (middle - self.low) * below

    def _at(self, share: float) -> float:
        """The value that a share of the width lies below."""
        middle, below = self._middle()
        if share >= below:
            return middle + (share - below) / (1 - below) * (self.high - middle)
        return self.low + share / below * (middle - self.low)

    def _changed(self) -> None:
        self.update()
        if not self._quiet:
            self.moved.emit(self.real())
            if not self._dragging:
                self.let_go.emit()

    def _x(self, value: float) -> float:
        return 8 + self._share(value) * (self.width() - 16)

    def _take(self, x: float) -> None:
        share = (x - 8) / max(1, self.width() - 16)
        self.setValue(round(min(1.0, max(0.0, share)) * STEPS))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragging = True
            self._take(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._take(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging and event.button() == Qt.MouseButton.LeftButton:
            self._dragging = False
            self.let_go.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._dragging = False
        self.moved.emit(self.rest)
        self.let_go.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # A panel is scrolled far more often than a slider is set by the wheel.
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def sizeHint(self) -> QSize:
        return QSize(120, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.border))
        painter.drawRoundedRect(QRectF(8, middle - 2, self.width() - 16, 4), 2, 2)
        at, rest = self._x(self.real()), self._x(self.rest)
        if self.isEnabled():
            painter.setBrush(QColor(colors.accent))
            painter.drawRoundedRect(QRectF(min(at, rest), middle - 2, abs(at - rest), 4), 2, 2)
        if self.low < self.rest < self.high:
            painter.setBrush(QColor(colors.faint))
            painter.drawRect(QRectF(rest - 0.5, middle - 5, 1, 10))
        lit = self.isEnabled() and (self._dragging or self.underMouse() or self.hasFocus())
        painter.setBrush(QColor(colors.panel))
        painter.drawEllipse(QPointF(at, middle), 7.5, 7.5)
        painter.setBrush(QColor(colors.accent if lit else colors.text if self.isEnabled() else colors.faint))
        painter.drawEllipse(QPointF(at, middle), 6, 6)
        painter.end()


class SliderRow(QWidget):
    """Name, slider and a field for typed values in one line.

    Signals:
        moved(float), let_go(): as those of the slider; typed values send both.
    """

    moved = Signal(float)
    let_go = Signal()

    def __init__(
        self,
        name: str,
        low: float,
        high: float,
        rest: float = 0.0,
        *,
        name_width: int = 92,
    ) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.label = QLabel()
        if name_width:
            # With a size of its own another name does not lay out the dock again.
            self.label.setFixedSize(name_width, self.label.fontMetrics().height() + 4)
        self.slider = Slider(low, high, rest)
        self.field = RealField()
        self.field.setDecimals(2)
        self.field.setFixedWidth(56)
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setKeyboardTracking(False)
        layout.addWidget(self.label)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.field)
        self.label.setBuddy(self.slider)
        self.slider.moved.connect(self._slid)
        self.slider.let_go.connect(self.let_go)
        self.field.valueChanged.connect(self._typed)
        self._quiet = False
        self.set_up(name, low, high, rest)

    def set_up(self, name: str, low: float, high: float, rest: float = 0.0) -> None:
        """Stand for something else from now on; without signals. A new row would cost many times as much."""
        self._quiet = True
        if name != self.label.text():
            self.label.setText(name)
            self.label.setToolTip(name)
            self.slider.setAccessibleName(name)
            self.field.setAccessibleName(self.tr("{0}, value").format(name))
        self.slider.set_ends(low, high, rest)
        bottom, top, step = min(low, low * 4), max(high, high * 4), (high - low) / 50
        if (bottom, top) != (self.field.minimum(), self.field.maximum()):
            self.field.setRange(bottom, top)
        if step != self.field.singleStep():
            self.field.setSingleStep(step)
        self._quiet = False
        self.set_value(rest)

    def set_hint(self, text: str) -> None:
        """What the pointer is told over the name; the name itself where it says enough."""
        self.label.setToolTip(text or self.label.text())

    def set_value(self, value: float) -> None:
        """Show a value without signals."""
        self._quiet = True
        self.slider.set_real(value)
        shown, smallest = self.field.value(), 10 ** -self.field.decimals()
        # Setting what is shown already costs as much as setting another value.
        if abs(shown - value) > (smallest if self.field.hasFocus() else smallest / 2):
            self.field.setValue(value)
        self._quiet = False

    def value(self) -> float:
        return self.field.value()

    def _slid(self, value: float) -> None:
        self._quiet = True
        self.field.setValue(value)
        self._quiet = False
        self.moved.emit(value)

    def _typed(self, value: float) -> None:
        if not self._quiet:
            self._quiet = True
            self.slider.set_real(value)
            self._quiet = False
            self.moved.emit(value)
            self.let_go.emit()
