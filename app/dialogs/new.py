"""New document: from an example, blank, or from a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.document.document import Document
from app.document.project import SUFFIX, read_thumbnail
from app.examples import LABEL_SET, example_paths, open_example, title_of
from app.telling import told
from app.widgets.fields import WholeField
from app.widgets.pixels import fitted_pixmap
from model.errors import UserError
from model.labels import builtin_label_set, colorize, read_label_map

if TYPE_CHECKING:
    from app.commands.file import FileCommands
    from app.session import Session

Choice = Callable[["FileCommands"], None]
ICON = QSize(100, 150)
LONGEST = 64
"""Steps of the network (32 pixels, mostly) on the longer side of a blank map."""
MOST_PIXELS = 1_500_000
"""Of a blank map. The renderer keeps about 1.2 kB a pixel: a map of 2048 x 2048 took five gigabytes."""


class NewDialog(QDialog):
    """Sets `choice` to what the user wants done."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("New document"))
        self.resize(680, 560)
        self.choice: Choice | None = None
        self.session = session
        facts = session.facts
        step = facts.divisor if facts is not None else 32
        self.examples = QListWidget()
        self.examples.setViewMode(QListWidget.ViewMode.IconMode)
        self.examples.setIconSize(ICON)
        self.examples.setGridSize(QSize(208, 184))
        self.examples.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.examples.setMovement(QListWidget.Movement.Static)
        self.examples.setWordWrap(True)
        self.examples.setAccessibleName(self.tr("Examples"))
        for path in example_paths():
            item = QListWidgetItem(example_icon(path, self.devicePixelRatioF()), title_of(path))
            item.setData(Qt.ItemDataRole.UserRole, str(path))
            self.examples.addItem(item)
        self.examples.itemActivated.connect(self._use_example)
        self.width_box = self._size_box(facts.width if facts is not None else 256, step)
        self.width_box.setAccessibleName(self.tr("Width"))
        self.height_box = self._size_box(facts.height if facts is not None else 384, step)
        self.height_box.setAccessibleName(self.tr("Height"))
        self.width_box.valueChanged.connect(partial(self._bound, self.height_box, step))
        self.height_box.valueChanged.connect(partial(self._bound, self.width_box, step))
        blank = QPushButton(self.tr("Blank map"))
        blank.clicked.connect(self.use_blank)
        photo = QPushButton(self.tr("From a photo..."))
        photo.clicked.connect(lambda: self._finish(lambda files: files.open_photo()))
        other = QPushButton(self.tr("From a file..."))
        other.clicked.connect(lambda: self._finish(lambda files: files.open()))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(QLabel(self.tr("Width")))
        row.addWidget(self.width_box)
        row.addWidget(QLabel(self.tr("Height")))
        row.addWidget(self.height_box)
        row.addWidget(blank)
        row.addStretch(1)
        row.addWidget(photo)
        row.addWidget(other)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        self._open = buttons.button(QDialogButtonBox.StandardButton.Open)
        self._open.setEnabled(False)
        self.examples.itemSelectionChanged.connect(lambda: self._open.setEnabled(bool(self.examples.selectedItems())))
        self.examples.setCurrentRow(0)
        buttons.accepted.connect(lambda: self._use_example(self.examples.currentItem()))
        buttons.rejected.connect(self.reject)
        heading = QLabel(self.tr("Start from an example"))
        heading.setProperty("heading", True)
        or_else = QLabel(self.tr("or from scratch"))
        or_else.setProperty("heading", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(heading)
        layout.addWidget(self.examples, 1)
        layout.addWidget(or_else)
        layout.addLayout(row)
        layout.addWidget(buttons)
        # Enter opens the example that is chosen.
        for button in (blank, photo, other):
            button.setAutoDefault(False)
        self._open.setDefault(True)

    def _bound(self, box: QSpinBox, step: int, other: int) -> None:
        """Let one side be as long as the other one leaves pixels for."""
        box.setMaximum(max(step, min(LONGEST * step, MOST_PIXELS // other // step * step)))

    def use_blank(self) -> None:
        """A map of background in the chosen size."""
        height, width = self.height_box.value(), self.width_box.value()
        self._finish(lambda files: files.new_blank(height, width))

    def _use_example(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        path = Path(item.data(Qt.ItemDataRole.UserRole))

        def show(files: FileCommands) -> None:
            try:
                document: Document = open_example(path)
            except UserError as error:
                self.session.say(told(error), "error")
            else:
                files.session.open_document(document)

        self._finish(show)

    def _finish(self, choice: Choice) -> None:
        self.choice = choice
        self.accept()

    def _size_box(self, value: int, step: int) -> QSpinBox:
        box = WholeField()
        box.setRange(step, LONGEST * step)
        box.setSingleStep(step)
        box.setValue(value)
        box.setSuffix(" px")
        box.setProperty("steps", True)
        box.setFixedWidth(96)
        return box


def example_icon(path: Path, ratio: float = 1.0) -> QIcon:
    """A small picture of an example for a screen with a pixel ratio, in its own colours when it is selected too."""
    try:
        if path.suffix == SUFFIX:
            pixels = read_thumbnail(path)
        else:
            label_set = builtin_label_set(LABEL_SET)
            pixels = np.ascontiguousarray(colorize(read_label_map(path, label_set), label_set))
    except UserError:
        pixels = None
    if pixels is None:
        return QIcon()
    icon, picture = QIcon(), fitted_pixmap(pixels, ICON.height(), ratio)
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        icon.addPixmap(picture, mode)
    return icon
