"""Photos dock: a table of classes and photos; a click gives the class the style it has in that photo."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QBrush, QColor, QDragEnterEvent, QDropEvent, QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.rendering.jobs import Progress
from app.rendering.mixing import MixPhoto, read_mix_photo
from app.widgets.icon_button import icon_button
from app.widgets.slider import SliderRow

if TYPE_CHECKING:
    from app.session import Session

CELL = 52
PHOTO_TYPES = "*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff *.gif"


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


class PhotosPanel(QWidget):
    """The table, what was taken from where, and how strongly."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAcceptDrops(True)
        self.session = session
        self.photos: list[MixPhoto] = []
        self.taken: dict[int, Taken] = {}
        self._busy = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addLayout(self._buttons())
        self.hint = QLabel()
        self.hint.setProperty("muted", True)
        self.hint.setWordWrap(True)
        layout.addWidget(self.hint, 1, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._make_table(), 1)
        self.strength = SliderRow(self.tr("Strength"), 0.0, 1.0, 1.0)
        self.strength.setToolTip(self.tr("How far the picked class goes from its own style to the photo's"))
        self.strength.moved.connect(self._strength_moved)
        self.strength.let_go.connect(lambda: self.session.document.end_gesture())
        layout.addWidget(self.strength)
        session.document_changed.connect(self._document_changed)
        session.model_changed.connect(self._model_changed)
        session.class_picked.connect(self._picked)
        session.palette_changed.connect(self.rebuild)
        self._document_changed()

    # Building --------------------------------------------------------------------------------------

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        self.add = QPushButton(self.tr("Add photos..."))
        self.add.setToolTip(self.tr("Take styles from other photos; they can be dropped here, too"))
        self.add.clicked.connect(self._ask)
        row.addWidget(self.add, 1)
        self.shuffle = icon_button("dice", self.tr("Shuffle: every class from one of the photos"))
        self.shuffle.clicked.connect(self.shuffle_styles)
        self.clear = icon_button("delete", self.tr("Remove the photos; styles stay as they are"))
        self.clear.clicked.connect(self.remove_photos)
        row.addWidget(self.shuffle)
        row.addWidget(self.clear)
        return row

    def _make_table(self) -> QTableWidget:
        self.table = QTableWidget()
        self.table.setAccessibleName(self.tr("Styles by class and photo"))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setShowGrid(False)
        self.table.setCornerButtonEnabled(False)
        self.table.setStyleSheet("QTableCornerButton::section { background: transparent; border: none; }")
        self.table.setIconSize(QSize(CELL - 8, CELL - 8))
        across, down = self.table.horizontalHeader(), self.table.verticalHeader()
        across.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        across.setDefaultSectionSize(CELL)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(CELL)
        across.setTextElideMode(Qt.TextElideMode.ElideRight)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        across.setSectionsClickable(True)
        down.setSectionsClickable(True)
        across.sectionClicked.connect(self.take_column)
        down.sectionClicked.connect(self.return_to_own)
        self.table.cellClicked.connect(self.take)
        self.table.cellActivated.connect(self.take)
        return self.table

    # Photos ----------------------------------------------------------------------------------------

    def _ask(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(
            self,
            self.tr("Photos to take styles from"),
            str(self.session.save_folder()),
            f"{self.tr('Photos')} ({PHOTO_TYPES})",
        )
        self.add_photos([Path(name) for name in chosen])

    def add_photos(self, paths: list[Path]) -> None:
        """Read photos in the background; each becomes a column when it is ready."""
        facts = self.session.facts
        if facts is None:
            if paths:
                self.session.say(self.tr("Photos can be added when a network is loaded."), "warning")
            return
        for path in paths:

            def work(progress: Progress, path: Path = path) -> MixPhoto:
                return read_mix_photo(facts, path, progress)

            self.session.jobs.add(self.tr("Reading {0}").format(path.name), work, self._photo_ready)

    def _photo_ready(self, photo: MixPhoto) -> None:
        facts = self.session.facts
        if facts is None or photo.codes.shape != facts.code_mean.shape:
            return
        self.photos.append(photo)
        self.rebuild()

    def remove_photos(self) -> None:
        """Empty the table; the document keeps its styles."""
        self.photos, self.taken = [], {}
        self.rebuild()

    # Taking ----------------------------------------------------------------------------------------

    def take(self, row: int, column: int) -> None:
        """Give a class the style of a photo, with the strength of the slider."""
        if row in self.photos[column].pictures:
            self.session.pick_class(row)
            text = self.tr("{0} from {1}").format(self.session.label_set.names[row], self.photos[column].name)
            self._apply({row: column}, text)

    def take_column(self, column: int) -> None:
        """Give every class that a photo shows its style."""
        photo = self.photos[column]
        self._apply(dict.fromkeys(photo.pictures, column), self.tr("All styles from {0}").format(photo.name))

    def shuffle_styles(self) -> None:
        """Give every class the style of one of the photos that show it, at random."""
        chosen = {}
        for index in range(len(self.session.label_set)):
            showing = [place for place, photo in enumerate(self.photos) if index in photo.pictures]
            if showing:
                chosen[index] = int(self.session.rng.choice(showing))
        self._apply(chosen, self.tr("Shuffled styles"), icon="dice")

    def return_to_own(self, row: int) -> None:
        """Give a class back the style it had before any photo's."""
        found = self.taken.pop(row, None)
        if found is not None:
            text = self.tr("{0}: own style").format(self.session.label_set.names[row])
            self._set({row: found.own}, text, "reset")
        self._mark()

    def _apply(self, chosen: dict[int, int], text: str, icon: str = "photo", merge: str | None = None) -> None:
        codes = self.session.document.codes
        if codes is None:
            return
        strength = min(1.0, max(0.0, self.strength.value()))
        locked = self.session.document.flags.locked
        values = {}
        for index, place in chosen.items():
            if index in locked:
                continue
            own = self.taken[index].own if index in self.taken else codes[index].copy()
            self.taken[index] = Taken(own, place, strength)
            values[index] = self.taken[index].mixed(self.photos[place].codes[index])
        self._set(values, text, icon, merge)
        self._mark()

    def _set(self, values: dict[int, NDArray[np.float32]], text: str, icon: str, merge: str | None = None) -> None:
        if not values:
            return
        self._busy = True
        try:
            self.session.document.set_codes(list(values), np.stack(list(values.values())), text, merge=merge, icon=icon)
        finally:
            self._busy = False

    def _strength_moved(self, _value: float) -> None:
        index = self.session.tools.class_index
        found = self.taken.get(index)
        if found is not None:
            text = self.tr("{0}: strength").format(self.session.label_set.names[index])
            self._apply({index: found.photo}, text, merge=f"strength:{index}")

    # Showing ---------------------------------------------------------------------------------------

    def _document_changed(self, *_: object) -> None:
        self.taken = {}
        self.session.document.codes_changed.connect(self._codes_changed)
        self.rebuild()

    def _model_changed(self, *_: object) -> None:
        facts = self.session.facts
        if facts is not None and any(photo.codes.shape != facts.code_mean.shape for photo in self.photos):
            self.photos, self.taken = [], {}
        self.rebuild()

    def _codes_changed(self, *_: object) -> None:
        """Undo, dice or a slider may have given a class another style: it no longer comes from a photo."""
        codes = self.session.document.codes
        if self._busy or codes is None:
            return
        for index, found in list(self.taken.items()):
            wanted = found.mixed(self.photos[found.photo].codes[index])
            if index >= len(codes) or codes[index].shape != wanted.shape or not np.array_equal(codes[index], wanted):
                del self.taken[index]
        self._mark()

    def _picked(self, index: int) -> None:
        if index in self.taken:
            self.strength.set_value(self.taken[index].strength)
        self._mark()

    def rebuild(self) -> None:
        """Fill the table again."""
        names = self.session.label_set.names
        colors = self.session.palette()
        self.table.clear()
        self.table.setRowCount(len(names))
        self.table.setColumnCount(len(self.photos))
        for row, name in enumerate(names):
            chip = QPixmap(12, 12)
            chip.fill(QColor(*colors[row].tolist()))
            head = QTableWidgetItem(QIcon(chip), name)
            head.setToolTip(self.tr("Back to the own style of {0}").format(name))
            self.table.setVerticalHeaderItem(row, head)
            for column, photo in enumerate(self.photos):
                self.table.setItem(row, column, self._cell(row, photo))
            shown = any(row in photo.pictures for photo in self.photos)
            self.table.setRowHidden(row, bool(self.photos) and not shown)
        for column, photo in enumerate(self.photos):
            head = QTableWidgetItem(photo.name)
            head.setToolTip(self.tr("{0}: take all its styles").format(photo.path))
            self.table.setHorizontalHeaderItem(column, head)
        ready = self.session.facts is not None
        usable = ready and self.session.facts is not None and self.session.facts.has_encoder
        self.add.setEnabled(usable and self.session.facts is not None and self.session.facts.has_parser)
        for widget in (self.shuffle, self.clear, self.strength):
            widget.setEnabled(bool(self.photos))
        self.table.setVisible(bool(self.photos))
        self.strength.setVisible(bool(self.photos))
        self.hint.setVisible(not self.photos)
        if ready and not usable:
            self.hint.setText(self.tr("This network takes no styles from photos."))
        else:
            self.hint.setText(
                self.tr("Drop photos of people here. Then give each class the style it has in one of them.")
            )
        self._mark()

    def _cell(self, row: int, photo: MixPhoto) -> QTableWidgetItem:
        item = QTableWidgetItem()
        picture = photo.pictures.get(row)
        name = self.session.label_set.names[row]
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

    def _mark(self) -> None:
        """Frame the cells that styles come from."""
        accent = QBrush(QColor(theme.current().accent))
        for row in range(self.table.rowCount()):
            found = self.taken.get(row)
            for column in range(self.table.columnCount()):
                item = self.table.item(row, column)
                if item is not None:
                    item.setBackground(accent if found is not None and found.photo == column else QBrush())

    def retheme(self) -> None:
        """Draw the icons again in the theme's colours."""
        for button in (self.shuffle, self.clear):
            button.setIcon(theme.themed(button.property("icon-name")))
        self._mark()

    # Dropping --------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.add_photos([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()
