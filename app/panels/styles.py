"""Styles dock: sliders, dice, variations, copy and paste for the style of the picked class."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.document import styling
from app.widgets.icon_button import icon_button
from app.widgets.slider import SliderRow

if TYPE_CHECKING:
    from app.session import Session

VARIATIONS = 6
THUMBNAIL = 84
"""Logical pixels of a gallery picture's side."""


class Swatch(QWidget):
    """A rounded square in a class's colour."""

    def __init__(self, size: int = 18) -> None:
        super().__init__()
        self.setFixedSize(size, size)
        self._color = QColor()

    def set_color(self, rgb: list[int]) -> None:
        self._color = QColor(*rgb)
        self.update()

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self._color)
        painter.setPen(QColor(theme.current().border))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
        painter.end()


class StylesPanel(QWidget):
    """Everything about the style of one class.

    Signals:
        action_wanted(str): trigger this action of the window (the clipboard is not the panel's).
    """

    action_wanted = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.session = session
        self._rows: list[SliderRow] = []
        self._variations: list[NDArray[np.float32] | None] = [None] * VARIATIONS
        self._variations_of = -1
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 4, 8)
        layout.setSpacing(8)
        layout.addLayout(self._header())
        self.hint = QLabel()
        self.hint.setProperty("muted", True)
        self.hint.setWordWrap(True)
        layout.addWidget(self.hint)
        body = QWidget()
        body.setObjectName("panel")
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 0, 8, 0)
        inside.setSpacing(4)
        self.sliders = QVBoxLayout()
        self.sliders.setSpacing(2)
        inside.addLayout(self.sliders)
        inside.addSpacing(8)
        inside.addWidget(self._line())
        inside.addSpacing(4)
        inside.addLayout(self._variation_controls())
        inside.addLayout(self._gallery())
        inside.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        layout.addWidget(scroll, 1)
        session.class_picked.connect(self._rebuild)
        session.model_changed.connect(self._rebuild)
        session.document_changed.connect(self._document_changed)
        session.palette_changed.connect(self._refresh)
        self._document_changed()

    # Building --------------------------------------------------------------------------------------

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.setContentsMargins(0, 0, 8, 0)
        self.swatch = Swatch()
        self.name = QLabel()
        self.name.setProperty("heading", True)
        row.addWidget(self.swatch)
        row.addSpacing(4)
        row.addWidget(self.name, 1)
        self.lock = icon_button("unlock", self.tr("Lock the style: dice, photos and sliders leave it alone"))
        self.lock.setCheckable(True)
        self.lock.clicked.connect(self._toggle_lock)
        self.dice = icon_button("dice", self.tr("Draw a new style (D)"))
        self.dice.clicked.connect(lambda: self.session.draw_styles([self.session.tools.class_index]))
        self.reset = icon_button("reset", self.tr("Back to the average style (R)"))
        self.reset.clicked.connect(lambda: self.session.reset_styles([self.session.tools.class_index]))
        self.copy = icon_button("copy", self.tr("Copy style (Ctrl+Shift+C)"))
        self.copy.clicked.connect(lambda: self.action_wanted.emit("style.copy"))
        self.paste = icon_button("paste", self.tr("Paste style (Ctrl+Shift+V)"))
        self.paste.clicked.connect(lambda: self.action_wanted.emit("style.paste"))
        for button in (self.lock, self.dice, self.reset, self.copy, self.paste):
            row.addWidget(button)
        return row

    def _line(self) -> QFrame:
        line = QFrame()
        line.setFixedHeight(1)
        line.setStyleSheet("background: palette(mid);")
        return line

    def _variation_controls(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        self.strength = SliderRow(self.tr("Strength"), 0.05, 1.0, 0.4)
        self.more = QPushButton(self.tr("More like this"))
        self.more.setToolTip(self.tr("Render variations of this style to choose from"))
        self.more.clicked.connect(self.make_variations)
        column.addWidget(self.strength)
        column.addWidget(self.more)
        return column

    def _gallery(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(4)
        self.pictures: list[QToolButton] = []
        for place in range(VARIATIONS):
            button = QToolButton()
            button.setFixedSize(THUMBNAIL + 8, THUMBNAIL + 8)
            button.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
            button.setAccessibleName(self.tr("Variation {0}").format(place + 1))
            button.setToolTip(self.tr("Use this style"))
            button.clicked.connect(lambda _=False, place=place: self.use_variation(place))
            button.hide()
            self.pictures.append(button)
            grid.addWidget(button, place // 3, place % 3)
        return grid

    # Showing ---------------------------------------------------------------------------------------

    def _document_changed(self) -> None:
        document = self.session.document
        document.codes_changed.connect(self._refresh)
        document.flags_changed.connect(self._refresh)
        self._rebuild()

    def _rebuild(self, *_: object) -> None:
        """Make the sliders of the picked class."""
        session, index = self.session, self.session.tools.class_index
        directions = session.directions(index)
        while len(self._rows) > 0:
            row = self._rows.pop()
            self.sliders.removeWidget(row)
            row.hide()
            row.deleteLater()
        for direction in directions:
            row = SliderRow(direction.name, direction.low, direction.high, 0.0)
            row.moved.connect(lambda value, d=direction: session.move_slider(session.tools.class_index, d, value))
            row.let_go.connect(lambda: session.document.end_gesture())
            self.sliders.addWidget(row)
            self._rows.append(row)
        if index != self._variations_of:
            self._clear_variations()
        self._refresh()

    def _refresh(self, *_: object) -> None:
        session, index = self.session, self.session.tools.class_index
        names = session.label_set.names
        if index >= len(names):
            return
        self.name.setText(names[index])
        self.swatch.set_color(session.palette()[index].tolist())
        locked = index in session.document.flags.locked
        ready = session.facts is not None and session.document.codes is not None
        self.lock.setChecked(locked)
        self.lock.setIcon(theme.themed("lock" if locked else "unlock"))
        usable = ready and not locked
        for widget in (*self._rows, self.dice, self.reset, self.paste, self.more, self.strength):
            widget.setEnabled(usable)
        self.copy.setEnabled(ready)
        if not ready:
            self.hint.setText(self.tr("The sliders appear when a network is loaded."))
        elif not (session.document.labels == index).any():
            self.hint.setText(self.tr("Not in the map yet: paint some to see its style."))
        else:
            self.hint.setText("")
        self.hint.setVisible(bool(self.hint.text()))
        for row, direction in zip(self._rows, session.directions(index), strict=False):
            row.set_value(session.slider_position(index, direction))

    def retheme(self) -> None:
        """Draw the icons again in the theme's colours."""
        for button in self.findChildren(QToolButton):
            name = button.property("icon-name")
            if name:
                button.setIcon(theme.themed(name))
        self._refresh()

    def _toggle_lock(self) -> None:
        self.session.document.set_flag("locked", [self.session.tools.class_index], self.lock.isChecked())

    # Variations ------------------------------------------------------------------------------------

    def make_variations(self) -> None:
        """Draw codes like the present one and have the network render each."""
        session, index = self.session, self.session.tools.class_index
        facts, codes = session.facts, session.document.codes
        if facts is None or codes is None:
            return
        strength = self.strength.value()
        self._clear_variations()
        self._variations_of = index
        size = round(THUMBNAIL * self.devicePixelRatioF())
        for place in range(VARIATIONS):
            code = styling.varied(codes[index], facts.code_mean[index], facts.code_std[index], strength, session.rng)
            self._variations[place] = code
            shown = partial(self._show_variation, index, place)
            session.render_style(index, code, size, shown, f"variation-{place}")

    def use_variation(self, place: int) -> None:
        """Give the class the style of a gallery picture."""
        code, index = self._variations[place], self._variations_of
        if code is not None and index >= 0:
            text = self.tr("{0}: variation").format(self.session.label_set.names[index])
            self.session.document.set_codes([index], code[None], text, icon="sparkle")

    def _show_variation(self, index: int, place: int, pixels: NDArray[np.uint8]) -> None:
        if index != self._variations_of:
            return
        height, width = pixels.shape[:2]
        image = QImage(pixels.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888)
        self.pictures[place].setIcon(QIcon(QPixmap.fromImage(image)))
        self.pictures[place].show()

    def _clear_variations(self) -> None:
        self._variations = [None] * VARIATIONS
        self._variations_of = -1
        for button in self.pictures:
            button.hide()
            button.setIcon(QIcon())
