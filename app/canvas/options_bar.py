"""The bar over the canvas: options of the tool in use, view modes, opacity of the overlay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSizePolicy, QToolBar, QWidget

from app import theme
from app.canvas.tools.base import MAX_SIZE, Tool, ToolSettings
from app.canvas.tools.hints import hint
from app.widgets.fields import WholeField
from app.widgets.slider import Slider

if TYPE_CHECKING:
    from app.actions import ActionTable


class _Field(QWidget):
    """A name, a slider and a number for one whole-number option."""

    changed = Signal(int)

    def __init__(self, name: str, low: int, high: int, value: int, *, suffix: str = "", power: float = 1.0) -> None:
        super().__init__()
        # What is right of it stays where it is, whatever the tool in use shows on the left.
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._low, self._high, self._power = low, high, power
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 8, 0)
        layout.setSpacing(6)
        label = QLabel(name)
        label.setProperty("muted", True)
        self.slider = Slider(0.0, 1.0, 0.0)
        self.slider.setFixedWidth(112)
        self.slider.setAccessibleName(name)
        self.spin = WholeField()
        self.spin.setRange(low, high)
        self.spin.setSuffix(suffix)
        self.spin.setFixedWidth(58)
        self.spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.spin.setAccessibleName(name)
        self.spin.setKeyboardTracking(False)
        for widget in (label, self.slider, self.spin):
            layout.addWidget(widget)
        self.slider.moved.connect(lambda share: self.set_value(round(low + share**power * (high - low)), tell=True))
        self.spin.valueChanged.connect(lambda number: self.set_value(number, tell=True))
        self.set_value(value)

    def set_value(self, value: int, tell: bool = False) -> None:
        self.spin.blockSignals(True)
        self.spin.setValue(value)
        self.spin.blockSignals(False)
        share = ((value - self._low) / (self._high - self._low)) ** (1 / self._power)
        self.slider.set_real(share)
        if tell:
            self.changed.emit(value)


class _Hint(QWidget):
    """A sentence in what room is left; cut at its end where that is too little."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.text = ""

    def show_text(self, text: str) -> None:
        self.text = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.rect().adjusted(12, 0, -12, 0)
        text = self.fontMetrics().elidedText(self.text, Qt.TextElideMode.ElideRight, room.width())
        if len(text) < 12:
            return
        painter = QPainter(self)
        painter.setPen(QColor(theme.current().muted))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()


class OptionsBar(QToolBar):
    """Shows what the tool in use can be told.

    Signals:
        changed(): a tool option changed.
        opacity_changed(float): the overlay's opacity, 0..1.
    """

    changed = Signal()
    opacity_changed = Signal(float)

    def __init__(self, actions: ActionTable, settings: ToolSettings, opacity: float) -> None:
        super().__init__()
        self.setObjectName("options")
        self.setWindowTitle(self.tr("Options"))
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.settings = settings
        self._table = actions
        for action_id in ("file.new", "file.open", "file.save", "export.picture"):
            self.addAction(actions[action_id])
        self.addSeparator()
        for action_id in ("edit.undo", "edit.redo"):
            self.addAction(actions[action_id])
        self.addSeparator()
        self.title = QLabel()
        self.title.setStyleSheet("font-weight: 600; padding: 0 8px 0 4px;")
        self.addWidget(self.title)
        # The eye tells sizes apart by ratio: the slider gives small brushes more of its way.
        self.size_field = _Field(self.tr("Size"), 1, MAX_SIZE, settings.size, power=2.2)
        self.tolerance = _Field(self.tr("Tolerance"), 0, 255, settings.tolerance, power=1.6)
        self.pressure = QCheckBox(self.tr("Pen pressure"))
        self.pressure.setChecked(settings.pressure_size)
        self.contiguous = QCheckBox(self.tr("Connected only"))
        self.contiguous.setChecked(settings.contiguous)
        self.original = QCheckBox(self.tr("To the map before editing"))
        self._widgets = {
            "size": self.addWidget(self.size_field),
            "tolerance": self.addWidget(self.tolerance),
            "pressure_size": self.addWidget(self.pressure),
            "contiguous": self.addWidget(self.contiguous),
            "erase_to_original": self.addWidget(self.original),
        }
        for box in (self.pressure, self.contiguous, self.original):
            box.setStyleSheet("margin: 0 6px 0 2px;")
        self.hint = _Hint()
        self.addWidget(self.hint)
        for action_id in ("view.overlay", "view.outlines", "view.side", "view.split"):
            self.addAction(actions[action_id])
        self.opacity = _Field(self.tr("Overlay"), 0, 100, round(opacity * 100), suffix=" %")
        self.addWidget(self.opacity)
        self.size_field.changed.connect(self._take)
        self.tolerance.changed.connect(self._take)
        for box in (self.pressure, self.contiguous, self.original):
            box.toggled.connect(self._take)
        self.opacity.changed.connect(lambda value: self.opacity_changed.emit(value / 100))

    def show_tool(self, tool: Tool) -> None:
        """Show the options of another tool; one that is in no tool bar is a region's that is being placed."""
        action_id = f"tool.{tool.id}"
        known = action_id in self._table.actions
        self.title.setText(self._table.text(action_id) if known else self.tr("Place the region"))
        for name, action in self._widgets.items():
            action.setVisible(name in tool.uses)
        self.hint.show_text(hint(tool.id))

    def set_size(self, size: int) -> None:
        self.size_field.set_value(size, tell=True)

    def show_mode(self, overlay: bool) -> None:
        """Offer the overlay's opacity only in the view (`overlay`) that has one."""
        self.opacity.setEnabled(overlay)
        self.opacity.setToolTip("" if overlay else self.tr("Only the overlay view lies over the picture"))

    def _take(self, *_: object) -> None:
        self.settings.size = self.size_field.spin.value()
        self.settings.tolerance = self.tolerance.spin.value()
        self.settings.pressure_size = self.pressure.isChecked()
        self.settings.contiguous = self.contiguous.isChecked()
        self.settings.erase_to_original = self.original.isChecked()
        self.changed.emit()
