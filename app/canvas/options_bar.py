"""The bar over the canvas: options of the tool in use, view modes, opacity of the overlay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QSizePolicy, QToolBar, QWidget

from app import theme
from app.canvas.tools.base import MAX_SIZE, Tool, ToolSettings
from app.canvas.tools.hints import hint
from app.widgets.number_field import NumberField, Room

if TYPE_CHECKING:
    from app.actions import ActionTable


ROOMS = (
    (Room.FULL, Room.FULL, True),
    (Room.SHORT, Room.SHORT, True),
    (Room.SHORT, Room.NUMBER, True),
    (Room.NUMBER, Room.NUMBER, True),
    (Room.NUMBER, Room.NUMBER, False),
)
"""Room for a tool's fields, room for the overlay's, and whether the tool is named: from wide windows to narrow ones."""


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
        self._named = self.addWidget(self.title)
        # The eye tells sizes apart by ratio: the slider gives small brushes more of its way.
        self.size_field = NumberField(self.tr("Size"), 1, MAX_SIZE, settings.size, power=2.2)
        self.tolerance = NumberField(self.tr("Tolerance"), 0, 255, settings.tolerance, power=1.6)
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
        self.opacity = NumberField(self.tr("Overlay"), 0, 100, round(opacity * 100), suffix=" %")
        self.addWidget(self.opacity)
        self._rooms = ROOMS[0]
        self._fields = {self.size_field: "size", self.tolerance: "tolerance", self.opacity: ""}
        self.size_field.changed.connect(self._take)
        self.tolerance.changed.connect(self._take)
        for box in (self.pressure, self.contiguous, self.original):
            box.toggled.connect(self._take)
        self.opacity.changed.connect(lambda value: self.opacity_changed.emit(value / 100))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        """Give every field as much room as leaves all of them in sight."""
        layout = self.layout()
        assert layout is not None
        used = [field for field, name in self._fields.items() if not name or self._widgets[name].isVisible()]

        def taken(rooms: tuple[Room, Room, bool]) -> int:
            fields = sum(field.width_in(rooms[1] if field is self.opacity else rooms[0]) for field in used)
            return fields + (self.title.sizeHint().width() if rooms[2] else 0)

        rest = self.sizeHint().width() - taken(self._rooms)
        rooms = next((rooms for rooms in ROOMS if rest + taken(rooms) <= self.width()), ROOMS[-1])
        if rooms == self._rooms:
            return
        self._rooms = rooms
        for field in self._fields:
            field.set_room(rooms[1] if field is self.opacity else rooms[0])
        self._named.setVisible(rooms[2])
        # Else the bar would lay itself out with the widths from before.
        layout.invalidate()

    def show_tool(self, tool: Tool) -> None:
        """Show the options of another tool; one that is in no tool bar is a region's that is being placed."""
        action_id = f"tool.{tool.id}"
        known = action_id in self._table.actions
        self.title.setText(self._table.text(action_id) if known else self.tr("Place the region"))
        for name, action in self._widgets.items():
            action.setVisible(name in tool.uses)
        self._fit()
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
