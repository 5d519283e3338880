"""The style library of the picked class: small pictures to choose from, searched by colour."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QKeyEvent, QPainter, QPainterPath, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QColorDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.document.origins import StyleOrigin
from app.rendering.jobs import LATER
from app.rendering.library import Rgb, StyleCard, nearest_first, read_library
from app.rendering.requests import ModelFacts
from app.widgets.icon_button import icon_button

if TYPE_CHECKING:
    from app.session import Session

TILE, GAP = 64, 6
CHIP = 14
PUT_OFF = 20
"""Milliseconds after which the tiles follow another class: not together with the sliders above them."""
_CARD = Qt.ItemDataRole.UserRole
_WORN = _CARD + 1
_Index = QModelIndex | QPersistentModelIndex


def pixmap_of(pixels: NDArray[np.uint8]) -> QPixmap:
    """A picture, uint8 (h, w, 3), as a pixmap."""
    height, width = pixels.shape[:2]
    return QPixmap.fromImage(QImage(pixels.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888))


class StyleModel(QAbstractListModel):
    """The cards in the order in which they are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: tuple[StyleCard, ...] = ()
        self.order: list[int] = []
        self.worn: int | None = None
        self._pictures: list[QPixmap] = []

    def show_cards(self, cards: tuple[StyleCard, ...]) -> None:
        self.beginResetModel()
        self.cards, self.order, self.worn = cards, list(range(len(cards))), None
        self._pictures = [pixmap_of(card.picture) for card in cards]
        self.endResetModel()

    def sort_by(self, order: list[int]) -> None:
        self.beginResetModel()
        self.order = order
        self.endResetModel()

    def set_worn(self, number: int | None) -> None:
        """Mark the card that the class has now."""
        if number != self.worn:
            self.worn = number
            self._all_changed()

    def picture(self, number: int) -> QPixmap:
        """What a card is shown as."""
        return self._pictures[number]

    def set_picture(self, number: int, pixels: NDArray[np.uint8]) -> None:
        self._pictures[number] = pixmap_of(pixels)
        self._all_changed()

    def _all_changed(self) -> None:
        if self.order:
            self.dataChanged.emit(self.index(0), self.index(len(self.order) - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.order)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        number = self.order[index.row()]
        card = self.cards[number]
        if role == Qt.ItemDataRole.DecorationRole:
            return self._pictures[number]
        if role == _CARD:
            return number
        if role == _WORN:
            return number == self.worn
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            name = self.tr("Style {0}").format(number + 1)
            return f"{name}, #{card.color[0]:02x}{card.color[1]:02x}{card.color[2]:02x}"
        return None


class TileDelegate(QStyledItemDelegate):
    """A picture with rounded corners, framed under the mouse or the keyboard, and where the class has that style."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(TILE, TILE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        colors, area = theme.current(), QRectF(option.rect)  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        picture: QPixmap = index.data(Qt.ItemDataRole.DecorationRole)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        outline = QPainterPath()
        outline.addRoundedRect(area.adjusted(2, 2, -2, -2), 5, 5)
        painter.setClipPath(outline)
        if not state & QStyle.StateFlag.State_Enabled:
            painter.setOpacity(0.4)
        side = min(picture.width(), picture.height())
        painter.drawPixmap(
            area.adjusted(2, 2, -2, -2),
            picture,
            QRectF((picture.width() - side) / 2, (picture.height() - side) / 2, side, side),
        )
        painter.setClipping(False)
        focused = state & QStyle.StateFlag.State_HasFocus
        if focused or index.data(_WORN):
            painter.setPen(QPen(QColor(colors.accent), 2))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(QColor(colors.text), 1.5))
        else:
            painter.setPen(QPen(QColor(colors.border), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(1.5, 1.5, -1.5, -1.5), 5.5, 5.5)
        painter.restore()


class TileView(QListView):
    """Tiles in as many columns as fit, all of them shown: the dock around it scrolls.

    Signals:
        chosen(int): the number of the card that was clicked, or on which Enter or Space was pressed.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setGridSize(QSize(TILE + GAP, TILE + GAP))
        self.setItemDelegate(TileDelegate(self))
        self.clicked.connect(lambda index: self.chosen.emit(index.data(_CARD)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self.currentIndex().isValid():
                self.chosen.emit(self.currentIndex().data(_CARD))
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Take the height that all tiles need."""
        columns = max(1, (self.viewport().width() - 1) // (TILE + GAP))
        model = self.model()
        count = 0 if model is None else model.rowCount()
        self.setFixedHeight(-(-count // columns) * (TILE + GAP) + 2)


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
