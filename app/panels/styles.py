"""Styles dock: sliders, dice, the library, variations, copy and paste for the style of the picked class."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QGridLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from app import theme
from app.document import styling
from app.document.origins import StyleOrigin
from app.panels.class_panel import ClassPanel, thin_line
from app.panels.library import StyleLibrary
from app.panels.origins import origin_text
from app.widgets.pixels import pixmap_of
from app.widgets.slider import SliderRow

if TYPE_CHECKING:
    from app.document.document import Document
    from app.session import Session

VARIATIONS = 6
THUMBNAIL = 84
"""Logical pixels of a gallery picture's side."""


class StylesPanel(ClassPanel):
    """Everything about the style of one class.

    Signals:
        action_wanted(str): trigger this action of the window (the clipboard is not the panel's).
    """

    action_wanted = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._document: Document | None = None
        self._variations: list[NDArray[np.float32] | None] = [None] * VARIATIONS
        self._variations_of = -1
        self._was_present = True
        self._add_buttons()
        self.library = StyleLibrary(session)
        self.body.addLayout(self.sliders)
        self.offers = QWidget()
        offers = QVBoxLayout(self.offers)
        offers.setContentsMargins(0, 8, 0, 0)
        offers.setSpacing(4)
        offers.addWidget(thin_line())
        offers.addSpacing(4)
        offers.addLayout(self._variation_controls())
        offers.addLayout(self._gallery())
        offers.addSpacing(8)
        offers.addWidget(thin_line())
        offers.addSpacing(4)
        offers.addWidget(self.library)
        self.body.addWidget(self.offers)
        self.body.addStretch(1)
        session.class_picked.connect(self.rebuild_soon)
        session.model_changed.connect(self.rebuild)
        session.document_changed.connect(self._document_changed)
        session.palette_changed.connect(self.refresh)
        self._document_changed()

    # Building --------------------------------------------------------------------------------------

    def _add_buttons(self) -> None:
        session = self.session
        tip = self.tr("Lock the style: dice, photos and sliders leave it alone")
        self.lock = self.add_button("unlock", tip, self._toggle_lock)
        self.lock.setCheckable(True)
        self.dice = self.add_button(
            "dice", self.tr("Draw a new style"), lambda: session.draw_styles([self.class_index])
        )
        self.reset = self.add_button(
            "reset",
            self.tr("Back to the photo's own style, or else the average one"),
            lambda: session.reset_styles([self.class_index]),
        )
        self.copy = self.add_button("copy", self.tr("Copy style"), lambda: self.action_wanted.emit("style.copy"))
        self.paste = self.add_button("paste", self.tr("Paste style"), lambda: self.action_wanted.emit("style.paste"))
        # The window adds the keys to their tooltips, as the user has set them.
        keys = {"draw": self.dice, "reset": self.reset, "copy": self.copy, "paste": self.paste}
        for action, button in keys.items():
            button.setProperty("action-id", f"style.{action}")

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
            button.clicked.connect(partial(self._use_variation_of_button, place))
            button.hide()
            self.pictures.append(button)
            grid.addWidget(button, place // 3, place % 3)
        return grid

    # Showing ---------------------------------------------------------------------------------------

    def _document_changed(self) -> None:
        document = self.session.document
        if document is not self._document:
            self._document = document
            document.codes_changed.connect(self.refresh)
            document.flags_changed.connect(self.refresh)
            document.history_changed.connect(self._steps_changed)
        self.rebuild()

    def catch_up(self) -> None:
        self.rebuild()
        self.library.catch_up()

    def set_in_sight(self, seen: bool) -> None:
        self.library.in_sight = seen
        super().set_in_sight(seen)

    def rebuild(self, *_: object) -> None:
        """Make the sliders of the picked class."""
        if self.put_off():
            return
        self._soon.stop()
        index = self.class_index
        self.show_rows([(each.name, each.low, each.high) for each in self.session.directions(index)])
        if index != self._variations_of:
            self._clear_variations()
        self.refresh()

    def _present(self) -> bool:
        return bool((self.session.document.labels == self.class_index).any())

    def _steps_changed(self, *_: object) -> None:
        """A step may have painted the first pixels of the class, or taken its last."""
        if not self.put_off() and self._present() is not self._was_present:
            self.refresh()

    def refresh(self, *_: object) -> None:
        """Show the document as it stands."""
        session, index = self.session, self.class_index
        if index >= len(session.label_set) or self.waiting or self.put_off():
            return
        locked = index in session.document.flags.locked
        ready = session.facts is not None and session.document.codes is not None
        hint, self._was_present = "", self._present()
        plain = ready and not session.directions(index)
        if session.document.reviewing:
            hint = self.tr("The sliders appear when the outlines are accepted.")
        elif not ready:
            hint = self.tr("The sliders appear when a network is loaded.")
        elif plain:
            hint = self.tr("No slider changes this class visibly.")
        elif not self._was_present:
            hint = self.tr("Not in the map yet: paint some to see its style.")
        self.show_class(hint)
        # A class that has no looks to choose from (the plain ground) is not offered any.
        self.offers.setVisible(not plain)
        self.name.setToolTip(origin_text(session.document.origin(index)))
        self.lock.setChecked(locked)
        self.lock.setIcon(theme.themed("lock" if locked else "unlock"))
        usable = ready and not locked
        for widget in (*self._rows, self.dice, self.reset, self.paste, self.more, self.strength, self.library):
            widget.setEnabled(usable)
        # All variations of what is not to be seen look alike.
        self.more.setEnabled(usable and self._was_present)
        self.copy.setEnabled(ready)
        for row, direction in zip(self._rows, session.directions(index), strict=False):
            row.set_value(session.slider_position(index, direction))

    # What the hand does ----------------------------------------------------------------------------

    def slide(self, place: int, value: float) -> None:
        if self.waiting:
            return
        index = self.class_index
        self.session.move_slider(index, self.session.directions(index)[place], value)

    def let_go(self) -> None:
        self.session.document.end_gesture()

    def _toggle_lock(self) -> None:
        self.session.document.set_flag("locked", [self.class_index], self.lock.isChecked())

    # Variations ------------------------------------------------------------------------------------

    def make_variations(self) -> None:
        """Draw codes like the present one and have the network render each."""
        session, index = self.session, self.class_index
        facts, codes = session.facts, session.document.codes
        if facts is None or codes is None:
            return
        strength = self.strength.value()
        self._clear_variations()
        self._variations_of = index
        size = round(THUMBNAIL * self.devicePixelRatioF())
        for place in range(VARIATIONS):
            mean, spread = facts.code_mean[index], facts.code_spread[index]
            code = styling.varied(codes[index], mean, spread, strength, session.rng)
            if facts.controls:
                # What sliders were set to stays: no photo differs by it.
                code[-facts.controls :] = codes[index][-facts.controls :]
            self._variations[place] = code
            shown = partial(self._show_variation, index, place)
            session.render_style(index, code, size, shown, f"variation-{place}")

    def use_variation(self, place: int) -> None:
        """Give the class the style of a gallery picture."""
        code, index = self._variations[place], self._variations_of
        if code is not None and index >= 0:
            text = self.tr("{0}: variation").format(self.session.label_set.names[index])
            self.session.document.set_codes([index], code[None], text, icon="sparkle", origin=StyleOrigin("variation"))

    def _use_variation_of_button(self, place: int, *_: object) -> None:
        self.use_variation(place)

    def _show_variation(self, index: int, place: int, pixels: NDArray[np.uint8]) -> None:
        if index == self._variations_of:
            self.pictures[place].setIcon(QIcon(pixmap_of(pixels)))
            self.pictures[place].show()
            # The pictures come one by one below what is seen of the dock.
            QTimer.singleShot(0, self.pictures[place], lambda: self._reveal(place))

    def _reveal(self, place: int) -> None:
        self.scroller.ensureWidgetVisible(self.pictures[place], 0, 4)

    def _clear_variations(self) -> None:
        self._variations = [None] * VARIATIONS
        self._variations_of = -1
        for button in self.pictures:
            button.hide()
            button.setIcon(QIcon())
