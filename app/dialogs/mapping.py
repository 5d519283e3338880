"""Which class each unknown value or colour of a file is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.document.foreign import Foreign
from app.naming import class_text
from app.widgets.fields import ChoiceField
from model.labels import LabelSet


class MappingDialog(QDialog):
    """One row per kind of pixel of the file; known names are filled in.

    Attributes:
        is_photo: the person said that the file is no label map but a photo.
    """

    def __init__(
        self,
        foreign: Foreign,
        label_set: LabelSet,
        title: str,
        parent: QWidget | None = None,
        photo_too: bool = False,
    ) -> None:
        """`photo_too`: offer to open the file as a photo instead."""
        super().__init__(parent)
        self.is_photo = False
        self.setWindowTitle(self.tr("Classes of {0}").format(Path(title).name))
        self.resize(480, 520)
        heading = QLabel(self.tr("Which class is each of these?"))
        heading.setProperty("heading", True)
        note = QLabel(self.tr("Some values of this file are no classes of {0}.").format(label_set.name))
        note.setProperty("muted", True)
        note.setWordWrap(True)
        self.boxes: list[QComboBox] = []
        table = QTableWidget(len(foreign.names), 3)
        table.setHorizontalHeaderLabels([self.tr("In the file"), self.tr("Share"), self.tr("Class")])
        table.setAccessibleName(heading.text())
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.setColumnWidth(2, 180)
        counts = np.bincount(foreign.values.reshape(-1), minlength=len(foreign.names)) / foreign.values.size
        guess, suggestion = foreign.guess(label_set), foreign.suggest(label_set)
        for row, name in enumerate(foreign.names):
            item = QTableWidgetItem(color_icon(foreign.colors[row]), name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            if guess[row] is None:
                item.setForeground(QColor(theme.current().warning))
                item.setToolTip(f"{name}\n" + self.tr("No class has this name"))
            else:
                item.setToolTip(name)
            share = QTableWidgetItem(f"{self.locale().toString(float(counts[row]) * 100, 'f', 1)}%")
            share.setFlags(Qt.ItemFlag.ItemIsEnabled)
            box = ChoiceField()
            box.setStyleSheet("margin: 3px 0;")
            box.setAccessibleName(self.tr("Class of {0}").format(name))
            for info in label_set.classes:
                box.addItem(color_icon(info.color), class_text(info.name))
            box.setCurrentIndex(suggestion[row])
            self.boxes.append(box)
            table.setItem(row, 0, item)
            table.setItem(row, 1, share)
            table.setCellWidget(row, 2, box)
            table.setRowHeight(row, 36)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.photo = buttons.addButton(self.tr("Open as a photo"), QDialogButtonBox.ButtonRole.ActionRole)
        self.photo.setToolTip(self.tr("The file is no label map: read a photo of few colours"))
        self.photo.setVisible(photo_too)
        self.photo.clicked.connect(self._take_as_photo)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for widget in (heading, note, table, buttons):
            layout.addWidget(widget)

    def _take_as_photo(self) -> None:
        self.is_photo = True
        self.accept()

    def choice(self) -> tuple[int, ...]:
        """The class chosen for each kind."""
        return tuple(box.currentIndex() for box in self.boxes)


def color_icon(color: tuple[int, int, int]) -> QIcon:
    """A square of one colour."""
    pixmap = QPixmap(14, 14)
    pixmap.fill(QColor(*color))
    return QIcon(pixmap)
