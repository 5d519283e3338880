"""Tiles of the style library: small pictures in as many columns as fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app import theme
from app.rendering.library import StyleCard
from app.widgets.pixels import pixmap_of

TILE, GAP = 64, 6
_CARD = Qt.ItemDataRole.UserRole
_WORN = _CARD + 1
_Index = QModelIndex | QPersistentModelIndex


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
