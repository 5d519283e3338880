"""The style library of the picked class: small pictures to choose from, searched by colour."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QColorDialog, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.document.origins import StyleOrigin
from app.panels.style_tiles import TILE, StyleModel, TileView
from app.rendering.jobs import LATER
from app.rendering.library import Rgb, StyleCard, nearest_first, read_library
from app.rendering.requests import ModelFacts
from app.widgets.icon_button import icon_button

if TYPE_CHECKING:
    from app.session import Session

CHIP = 14
PUT_OFF = 20
"""Milliseconds after which the tiles follow another class: not together with the sliders above them."""


class StyleLibrary(QWidget):
    """A search by colour and the tiles. Choosing one is one step of the history."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._shown_of: tuple[ModelFacts | None, int] = (None, -1)
        self._read: dict[int, tuple[StyleCard, ...]] = {}
        self._wanted: Rgb | None = None
        self._drawing = 0
        self._late = False
        self.in_sight = True
        self._later = QTimer(self, singleShot=True, interval=PUT_OFF)
        self._later.timeout.connect(self.reload)
        self.cards = StyleModel()
        self.tiles = TileView()
        self.tiles.setModel(self.cards)
        self.tiles.setAccessibleName(self.tr("Style library"))
        self.tiles.chosen.connect(self.use)
        self.empty = QLabel(self.tr("This network brings no styles for it."))
        self.empty.setProperty("muted", True)
        self.empty.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._title())
        layout.addLayout(self._chips())
        layout.addWidget(self.empty)
        layout.addWidget(self.tiles)
        session.class_picked.connect(self._later.start)
        session.model_changed.connect(self.reload)
        session.document_changed.connect(self._document_changed)
        session.picture_changed.connect(self._read_late)
        self._document_changed()

    # Building --------------------------------------------------------------------------------------

    def _title(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        title = QLabel(self.tr("Library"))
        title.setProperty("caption", True)
        self.here = icon_button("picture", self.tr("Draw all of them on this picture"))
        self.here.clicked.connect(self.draw_here)
        row.addWidget(title, 1)
        row.addWidget(self.here)
        return row

    def _chips(self) -> QHBoxLayout:
        names: tuple[tuple[str, str], ...] = (
            (self.tr("black"), "#1c1c1e"),
            (self.tr("grey"), "#85878a"),
            (self.tr("white"), "#f4f3f0"),
            (self.tr("beige"), "#d2bd9b"),
            (self.tr("brown"), "#70482f"),
            (self.tr("red"), "#c3272f"),
            (self.tr("orange"), "#e07b2c"),
            (self.tr("yellow"), "#e8c63f"),
            (self.tr("green"), "#4b7a45"),
            (self.tr("blue"), "#3f74b8"),
            (self.tr("navy"), "#232c4d"),
            (self.tr("purple"), "#714a86"),
            (self.tr("pink"), "#dd92ab"),
        )
        row = QHBoxLayout()
        row.setSpacing(0)
        self.chips: list[QToolButton] = []
        for name, color in names:
            chip = QToolButton()
            chip.setCheckable(True)
            chip.setFixedSize(CHIP + 6, CHIP + 8)
            chip.setStyleSheet("padding: 0;")
            chip.setIconSize(QSize(CHIP, CHIP))
            chip.setIcon(_chip(color))
            chip.setToolTip(self.tr("Nearest to {0} first").format(name))
            chip.setAccessibleName(chip.toolTip())
            chip.clicked.connect(partial(self._chip_clicked, chip, color))
            row.addWidget(chip)
            self.chips.append(chip)
        self.any_color = icon_button("eyedropper", self.tr("Search by another colour..."))
        self.any_color.setFixedSize(CHIP + 12, CHIP + 12)
        self.any_color.setIconSize(QSize(CHIP + 2, CHIP + 2))
        self.any_color.setCheckable(True)
        self.any_color.clicked.connect(self._ask_color)
        row.addStretch(1)
        row.addWidget(self.any_color)
        return row

    # Searching -------------------------------------------------------------------------------------

    def _chip_clicked(self, chip: QToolButton, color: str, *_: object) -> None:
        shade = QColor(color)
        self.search((shade.red(), shade.green(), shade.blue()) if chip.isChecked() else None, chip)

    def _ask_color(self, *_: object) -> None:
        start = QColor(*self._wanted) if self._wanted is not None else QColor("#3f74b8")
        shade = QColorDialog.getColor(start, self, self.tr("Styles nearest to this colour first"))
        if shade.isValid():
            self.search((shade.red(), shade.green(), shade.blue()), self.any_color)
        else:
            self.any_color.setChecked(False)
            self.search(None)

    def search(self, color: Rgb | None, button: QToolButton | None = None) -> None:
        """Show the styles nearest to a colour first; None: the most typical first."""
        self._wanted = color
        for chip in (*self.chips, self.any_color):
            chip.setChecked(chip is button and color is not None)
        cards = self.cards.cards
        self.cards.sort_by(list(range(len(cards))) if color is None else nearest_first(cards, color))
        self.tiles.setCurrentIndex(self.cards.index(0))

    # Showing ---------------------------------------------------------------------------------------

    def _document_changed(self, *_: object) -> None:
        self.session.document.codes_changed.connect(self._mark_worn)
        self.reload()

    @property
    def waiting(self) -> bool:
        """Whether the tiles still are those of the class before."""
        return self._later.isActive()

    def catch_up(self) -> None:
        """The dock came into sight: show what has changed meanwhile."""
        self.reload()

    def reload(self, *_: object) -> None:
        """Show the library of the picked class."""
        if not self.in_sight:
            return
        self._later.stop()
        facts, index = self.session.facts, self.session.tools.class_index
        if self._shows(facts, index):
            self._mark_worn()
            return
        if self._shown_of[0] is not facts:
            self._read = {}
        self._shown_of = facts, index
        self._drawing += 1
        self._show(self._read.get(index, ()))
        self._late = False
        if facts is None or index >= len(facts.label_set) or index in self._read:
            return
        if self.session.picture is None and self.session.document.codes is not None:
            # Decoding the tiles would hold up the first picture.
            self._late = True
            return
        self._begin_reading(facts, index)

    def _read_late(self, *_: object) -> None:
        facts, index = self._shown_of
        if self._late and facts is not None:
            self._late = False
            self._begin_reading(facts, index)

    def _begin_reading(self, facts: ModelFacts, index: int) -> None:
        def done(cards: tuple[StyleCard, ...]) -> None:
            if self._shown_of[0] is facts:
                self._read[index] = cards
            if self._shows(facts, index):
                self._show(cards)

        self.session.jobs.add("", lambda progress: read_library(facts, index), done, priority=LATER, key="library")

    def _shows(self, facts: ModelFacts | None, index: int) -> bool:
        # By identity: facts hold arrays, which have no one answer to whether they are equal.
        return self._shown_of[0] is facts and self._shown_of[1] == index

    def _show(self, cards: tuple[StyleCard, ...]) -> None:
        self.cards.show_cards(cards)
        if self._wanted is not None:
            self.cards.sort_by(nearest_first(cards, self._wanted))
        self.empty.setVisible(not cards and self._shown_of[1] in self._read)
        self.tiles.setVisible(bool(cards))
        for widget in (*self.chips, self.any_color, self.here):
            widget.setEnabled(bool(cards))
        self.tiles.fit()
        self._mark_worn()

    def _mark_worn(self, *_: object) -> None:
        codes, index = self.session.document.codes, self.session.tools.class_index
        worn = None
        if codes is not None and index < len(codes):
            same = [number for number, card in enumerate(self.cards.cards) if np.array_equal(card.code, codes[index])]
            worn = same[0] if same else None
        self.cards.set_worn(worn)

    # Using -----------------------------------------------------------------------------------------

    def use(self, number: int) -> None:
        """Give the class a style of the library."""
        if self.waiting:
            return
        index = self.session.tools.class_index
        text = self.tr("{0}: style from the library").format(self.session.label_set.names[index])
        self.session.document.set_codes(
            [index], self.cards.cards[number].code[None], text, icon="style", origin=StyleOrigin("library", seed=number)
        )

    def draw_here(self, *_: object) -> None:
        """Render every style on the document's own map, one after the other in the order shown."""
        self._drawing += 1
        self._draw_next(self._drawing, list(self.cards.order))

    def _draw_next(self, drawing: int, left: list[int]) -> None:
        # One at a time: what nobody looks at any more is then never begun.
        if not left or drawing != self._drawing or self.session.document.codes is None:
            return
        number, *rest = left

        def done(pixels: NDArray[np.uint8]) -> None:
            if drawing == self._drawing:
                self.cards.set_picture(number, pixels)
                self._draw_next(drawing, rest)

        size = round(TILE * self.devicePixelRatioF())
        card = self.cards.cards[number]
        self.session.render_style(self.session.tools.class_index, card.code, size, done, "library-tile")


def _chip(color: str) -> QIcon:
    pixmap = QPixmap(CHIP * 4, CHIP * 4)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(color))
    painter.setPen(QPen(QColor(128, 128, 128, 150), 3))
    painter.drawRoundedRect(QRectF(2, 2, CHIP * 4 - 4, CHIP * 4 - 4), 12, 12)
    painter.end()
    pixmap.setDevicePixelRatio(4)
    return QIcon(pixmap)
