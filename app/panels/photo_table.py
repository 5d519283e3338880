"""The table of classes and photos of the Photos dock."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
)

from app import theme
from app.rendering.mixing import MixPhoto

CELL = 52


@dataclass(frozen=True)
class Taken:
    """A class's style came from a photo.

    Attributes:
        own: the class's code before, float32 (channels, h, w).
        photo: place of the photo in the table.
        strength: 0 own to 1 the photo's.
    """

    own: NDArray[np.float32]
    photo: int
    strength: float

    def mixed(self, other: NDArray[np.float32]) -> NDArray[np.float32]:
        """The code between the class's own and the photo's; both ends exactly."""
        if self.strength >= 1:
            return other
        return (self.own + np.float32(self.strength) * (other - self.own)).astype(np.float32)


class _CentredCell(QStyledItemDelegate):
    """Draws a cell's picture in its middle, framed in the cell's colour."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        if not isinstance(icon, QIcon):
            super().paint(painter, option, index)
            return
        cell: QRect = option.rect  # type: ignore[attr-defined]
        frame = index.data(Qt.ItemDataRole.BackgroundRole)
        if isinstance(frame, QBrush) and frame.style() != Qt.BrushStyle.NoBrush:
            painter.fillRect(cell.adjusted(1, 1, -1, -1), frame)
        icon.paint(painter, cell.adjusted(4, 4, -4, -4))


class PhotoTable(QTableWidget):
    """A row for each class, a column for each photo, in each cell the class as that photo shows it."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Styles by class and photo"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setStyleSheet("QTableCornerButton::section { background: transparent; border: none; }")
        self.setItemDelegate(_CentredCell(self))
        across, down = self.horizontalHeader(), self.verticalHeader()
        for header in (across, down):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setDefaultSectionSize(CELL)
            header.setSectionsClickable(True)
        across.setTextElideMode(Qt.TextElideMode.ElideRight)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def fill(
        self,
        names: Sequence[str],
        colors: NDArray[np.uint8],
        origins: Sequence[str],
        photos: Sequence[MixPhoto],
        personal: Collection[int] = (),
    ) -> None:
        """Show these classes and photos; rows that no photo shows are hidden.

        Args:
            names: of the classes; colors: uint8 (classes, 3); origins: where each class's style comes from, or "".
            personal: classes of which only the colour is taken.
        """
        self.clear()
        self.setRowCount(len(names))
        self.setColumnCount(len(photos))
        for row, name in enumerate(names):
            chip = QPixmap(12, 12)
            chip.fill(QColor(*colors[row].tolist()))
            head = QTableWidgetItem(QIcon(chip), name)
            back = self.tr("Back to the own style of {0}").format(name)
            head.setToolTip("\n".join([*([origins[row]] if origins[row] else []), back]))
            self.setVerticalHeaderItem(row, head)
            for column, photo in enumerate(photos):
                cell = self._cell(name, photo, photo.pictures.get(row))
                if row in personal and row in photo.pictures:
                    note = self.tr("Only its colours: the features stay, unless the network draws this class")
                    cell.setToolTip(f"{cell.toolTip()}\n{note}")
                self.setItem(row, column, cell)
            self.setRowHidden(row, bool(photos) and not any(row in photo.pictures for photo in photos))
        for column, photo in enumerate(photos):
            head = QTableWidgetItem(photo.name)
            head.setToolTip(self.tr("{0}: take all its styles").format(photo.path))
            self.setHorizontalHeaderItem(column, head)

    def mark(self, sources: Mapping[int, int]) -> None:
        """Frame the cells that styles come from; `sources` are the columns by row."""
        accent = QBrush(QColor(theme.current().accent))
        for row in range(self.rowCount()):
            for column in range(self.columnCount()):
                item = self.item(row, column)
                if item is not None:
                    item.setBackground(accent if sources.get(row) == column else QBrush())

    def _cell(self, name: str, photo: MixPhoto, picture: NDArray[np.uint8] | None) -> QTableWidgetItem:
        item = QTableWidgetItem()
        if picture is None:
            item.setText("–")
            item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            item.setToolTip(self.tr("{0} shows no {1}").format(photo.name, name))
            return item
        height, width = picture.shape[:2]
        image = QImage(picture.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888)
        item.setIcon(QIcon(QPixmap.fromImage(image)))
        item.setToolTip(self.tr("{0} as in {1}").format(name, photo.name))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, item.toolTip())
        return item
