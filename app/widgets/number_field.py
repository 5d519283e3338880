"""A whole-number option of a tool bar: a name, a slider and a number, in as much room as there is."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QWidget, QWidgetAction

from app.widgets.fields import WholeField
from app.widgets.icon_button import icon_button
from app.widgets.slider import Slider

SLIDER, SHORT_SLIDER, NUMBER = 112, 56, 58
"""Widths in logical pixels."""


class Room(IntEnum):
    """How much of a field is shown."""

    FULL = 0
    SHORT = 1
    """With a short slider."""
    NUMBER = 2
    """The number alone, with a button that opens the slider."""


class NumberField(QWidget):
    """A name, a slider and a number for one whole-number option.

    Args:
        power: of the slider's way: above 1, small numbers have more of it.

    Signals:
        changed(int): the user chose another number.
    """

    changed = Signal(int)

    def __init__(self, name: str, low: int, high: int, value: int, *, suffix: str = "", power: float = 1.0) -> None:
        super().__init__()
        # What is right of it stays where it is, whatever the tool in use shows on the left.
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._name, self._low, self._high, self._power = name, low, high, power
        self._room = Room.FULL
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 8, 0)
        layout.setSpacing(6)
        self._label = QLabel(name)
        self._label.setProperty("muted", True)
        self.slider = Slider(0.0, 1.0, 0.0)
        self.slider.setFixedWidth(SLIDER)
        self.slider.setAccessibleName(name)
        self.spin = WholeField()
        self.spin.setRange(low, high)
        self.spin.setSuffix(suffix)
        self.spin.setFixedWidth(NUMBER)
        self.spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.spin.setAccessibleName(name)
        self.spin.setKeyboardTracking(False)
        self.opener = icon_button("chevron-down", name)
        self.opener.setFixedWidth(20)
        self.opener.setStyleSheet("padding: 5px 0;")
        self.opener.hide()
        for widget in (self._label, self.slider, self.spin, self.opener):
            layout.addWidget(widget)
        self.opener.clicked.connect(self._open)
        self.slider.moved.connect(self._slide)
        self.spin.valueChanged.connect(lambda number: self.set_value(number, tell=True))
        self.set_value(value)

    def set_value(self, value: int, tell: bool = False) -> None:
        """Show a number; `tell`: as if the user had chosen it."""
        self.spin.blockSignals(True)
        self.spin.setValue(value)
        self.spin.blockSignals(False)
        self.slider.set_real(self._share(value))
        if tell:
            self.changed.emit(value)

    def set_room(self, room: Room) -> None:
        """Show as much as there is room for."""
        self._room = room
        self._label.setVisible(room is not Room.NUMBER)
        self.slider.setVisible(room is not Room.NUMBER)
        self.slider.setFixedWidth(SLIDER if room is Room.FULL else SHORT_SLIDER)
        self.opener.setVisible(room is Room.NUMBER)
        self.spin.setToolTip(self._name if room is Room.NUMBER else "")

    def width_in(self, room: Room) -> int:
        """Logical pixels that the field takes."""
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        parts = [self.spin.width(), self.opener.width()]
        if room is not Room.NUMBER:
            parts = [self._label.sizeHint().width(), SLIDER if room is Room.FULL else SHORT_SLIDER, self.spin.width()]
        return sum(parts) + layout.spacing() * (len(parts) - 1) + margins.left() + margins.right()

    def _share(self, value: int) -> float:
        return float(((value - self._low) / (self._high - self._low)) ** (1 / self._power))

    def _slide(self, share: float) -> None:
        self.set_value(round(self._low + share**self._power * (self._high - self._low)), tell=True)

    def _open(self) -> None:
        """Show the slider under the number."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        slider = Slider(0.0, 1.0, 0.0)
        slider.setFixedWidth(SLIDER + 48)
        slider.setAccessibleName(self._name)
        slider.set_real(self._share(self.spin.value()))
        slider.moved.connect(self._slide)
        around = QWidget()
        layout = QHBoxLayout(around)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(slider)
        action = QWidgetAction(menu)
        action.setDefaultWidget(around)
        menu.addAction(action)
        # Fields stand in the right half of a narrow bar.
        menu.popup(self.mapToGlobal(QPoint(self.width() - menu.sizeHint().width(), self.height())))
        slider.setFocus()
