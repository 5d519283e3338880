"""What the docks about one class have in common: its name and buttons on top, a body that scrolls, slider rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.naming import slider_hint, slider_text
from app.panels.sight import SightPanel
from app.widgets.icon_button import icon_button
from app.widgets.slider import SliderRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.session import Session


class Swatch(QWidget):
    """A rounded square in a class's colour."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(18, 18)
        self._color = QColor()

    def set_color(self, color: str) -> None:
        """`color`: "#rrggbb"."""
        if self._color != QColor(color):
            self._color = QColor(color)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self._color)
        painter.setPen(QColor(theme.current().border))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
        painter.end()


class ClassPanel(SightPanel):
    """A dock about the picked class.

    After another class was picked, its name stands there at once; the rest follows when the present events are handled:
    a click or a stroke that begins does not wait for it.

    Attributes:
        header: the line with the class's name; `add_button` puts buttons at its end.
        hint: one sentence below it; hidden while empty.
        body: what scrolls; the panel puts `sliders`, the layout of the class's sliders, where it wants them.
    """

    def __init__(self, session: Session, spacing: int = 4) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.session = session
        self._rows: list[SliderRow] = []
        self._spare: list[SliderRow] = []
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.rebuild)
        self.swatch = Swatch()
        self.name = QLabel()
        self.name.setProperty("heading", True)
        self.header = QHBoxLayout()
        self.header.setSpacing(2)
        self.header.setContentsMargins(0, 0, 10, 0)
        self.header.addWidget(self.swatch)
        self.header.addSpacing(4)
        self.header.addWidget(self.name, 1)
        self.hint = QLabel()
        self.hint.setProperty("muted", True)
        self.hint.setWordWrap(True)
        inside = QWidget()
        inside.setObjectName("panel")
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(0, 0, 8, 0)
        self.body.setSpacing(spacing)
        self.sliders = QVBoxLayout()
        self.sliders.setSpacing(2)
        self.scroller = QScrollArea()
        self.scroller.setWidget(inside)
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 4, 8)
        layout.setSpacing(8)
        layout.addLayout(self.header)
        layout.addWidget(self.hint)
        layout.addWidget(self.scroller, 1)

    @property
    def class_index(self) -> int:
        """The picked class."""
        return self.session.tools.class_index

    def add_button(self, icon: str, tip: str, clicked: Callable[[], object]) -> QToolButton:
        """Another icon button at the end of the header."""
        button = icon_button(icon, tip)
        button.clicked.connect(lambda: clicked())
        self.header.addWidget(button)
        return button

    def rebuild_soon(self) -> None:
        """Show the class that was picked just now: its name at once, the rest after the events that wait."""
        self.show_name()
        if not self.put_off():
            self._soon.start()

    @property
    def waiting(self) -> bool:
        """Whether the rows still are those of the class before."""
        return self._soon.isActive() or self.outdated

    def catch_up(self) -> None:
        self.rebuild()

    def rebuild(self) -> None:
        """Show the picked class as a whole."""
        raise NotImplementedError

    def show_rows(self, sliders: Sequence[tuple[str, float, float]]) -> None:
        """Show these sliders: name, low and high of each. They come at rest at 0.

        Rows that are not needed are kept for the next class: new ones are dear.
        """
        while len(self._rows) > len(sliders):
            row = self._rows.pop()
            row.hide()
            self._spare.append(row)
        while len(self._rows) < len(sliders):
            if self._spare:
                row = self._spare.pop()
                row.show()
            else:
                row = self._new_row(len(self._rows))
            self._rows.append(row)
        for row, (name, low, high) in zip(self._rows, sliders, strict=True):
            row.set_up(slider_text(name), low, high)
            row.set_hint(slider_hint(name))

    def _new_row(self, place: int) -> SliderRow:
        row = SliderRow("", 0.0, 1.0)
        row.moved.connect(partial(self.slide, place))
        row.let_go.connect(self.let_go)
        self.sliders.addWidget(row)
        return row

    def slide(self, place: int, value: float) -> None:
        """A hand moves the slider number `place`."""
        raise NotImplementedError

    def let_go(self) -> None:
        """The hand leaves the slider."""
        raise NotImplementedError

    def show_class(self, hint: str) -> None:
        """Show the picked class's name and colour, and a sentence about it or nothing."""
        self.show_name()
        if hint != self.hint.text():
            self.hint.setText(hint)
        self.hint.setVisible(bool(hint))

    def show_name(self) -> None:
        """Show the picked class's name and colour."""
        index, names = self.class_index, self.session.label_set.names
        if index < len(names):
            if names[index] != self.name.text():
                self.name.setText(names[index])
            self.swatch.set_color(self.session.class_color(index))

    def retheme(self) -> None:
        """Draw again what has the theme's colours."""
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Show the document as it stands."""
        raise NotImplementedError


def thin_line() -> QFrame:
    """A line between two parts of a dock."""
    line = QFrame()
    line.setFixedHeight(1)
    line.setStyleSheet("background: palette(mid);")
    return line
