"""Photos dock: a table of classes and photos; a click gives the class the style it has in that photo."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.document.origins import StyleOrigin
from app.document.photo import Crop, PhotoLayer
from app.document.stamp import Stamp, cut_pixels, cut_region
from app.panels.origins import origin_text
from app.panels.photo_bar import PhotoBar
from app.panels.photo_notes import PhotoNotes
from app.panels.photo_table import PhotoTable, Taken
from app.panels.region import RegionDialog
from app.rendering.jobs import Progress
from app.rendering.mixing import Correction, MixPhoto, corrected, read_mix_photo
from app.widgets.icon_button import icon_button
from app.widgets.slider import SliderRow
from model.compositing import personal_classes

if TYPE_CHECKING:
    from app.document.document import Document
    from app.session import Session

PHOTO_TYPES = "*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff *.gif"


class PhotosPanel(QWidget):
    """The table, what was taken from where, and how strongly."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAcceptDrops(True)
        self.session = session
        self.photos: list[MixPhoto] = []
        self.taken: dict[int, Taken] = {}
        self.column = 0
        self._busy = False
        self._document: Document | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addLayout(self._buttons())
        self.hint = QLabel()
        self.hint.setProperty("muted", True)
        self.hint.setWordWrap(True)
        layout.addWidget(self.hint, 1, Qt.AlignmentFlag.AlignTop)
        self.table = PhotoTable()
        self.table.horizontalHeader().sectionClicked.connect(self.take_column)
        self.table.verticalHeader().sectionClicked.connect(self.return_to_own)
        self.table.cellClicked.connect(self.take)
        self.table.cellActivated.connect(self.take)
        layout.addWidget(self.table, 1)
        self.bar = PhotoBar()
        self.bar.next_wanted.connect(self.next_person)
        self.bar.correction_wanted.connect(self.correct)
        self.bar.region_wanted.connect(self.copy_region)
        self.bar.removal_wanted.connect(self.remove_photo)
        layout.addWidget(self.bar)
        self.origin = QLabel()
        self.origin.setProperty("muted", True)
        self.origin.setWordWrap(True)
        layout.addWidget(self.origin)
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
        notes = PhotoNotes(self.session.say)
        for path in paths:

            def work(progress: Progress, path: Path = path) -> MixPhoto:
                return read_mix_photo(facts, path, progress)

            self.session.jobs.add(
                self.tr("Reading {0}").format(path.name), work, partial(self._photo_ready, notes), failed=notes.failed
            )

    def _photo_ready(self, notes: PhotoNotes, photo: MixPhoto) -> None:
        facts = self.session.facts
        if facts is None or photo.codes.shape != facts.code_mean.shape:
            return
        self.photos.append(photo)
        self.rebuild()
        if photo.doubt is not None:
            text = (
                self.tr("“{0}” looks like a drawing: its styles may be far off.")
                if photo.doubt.value == "drawing"
                else self.tr("There may be no person in “{0}”: its styles may be far off.")
            )
            notes.doubted(text.format(photo.name))

    def remove_photos(self) -> None:
        """Empty the table; the document keeps its styles."""
        self.photos, self.taken, self.column = [], {}, 0
        self.rebuild()

    def remove_photo(self) -> None:
        """Take the picked photo out of the table; the document keeps its styles."""
        gone = self.column
        del self.photos[gone]
        self.taken = {
            index: replace(found, photo=found.photo - (found.photo > gone))
            for index, found in self.taken.items()
            if found.photo != gone
        }
        self.column = max(0, min(gone, len(self.photos) - 1))
        self.rebuild()

    def next_person(self) -> None:
        """Take the styles of the next of several people in the picked photo."""
        facts, old = self.session.facts, self.photos[self.column]
        if facts is None:
            return
        number = (old.number + 1) % old.people
        self.session.jobs.add(
            self.tr("Reading {0}").format(old.path.name),
            lambda progress: read_mix_photo(facts, old.path, progress, number),
            lambda photo: self._replace(old, photo),
            key="next-person",
        )

    def correct(self) -> None:
        """Show the outlines that were read off the picked photo for correction; then read its styles anew."""
        facts, old = self.session.facts, self.photos[self.column]
        if facts is None or self.session.document.reviewing:
            return
        height, width = old.labels.shape
        layer = PhotoLayer(old.frame, Crop(0.0, 0.0, height, width), height, width, old.name)

        def done(labels: NDArray[np.uint8], codes: NDArray[np.float32]) -> None:
            self._replace(old, corrected(facts, old, labels, codes))

        self.session.correction_wanted.emit(Correction(layer, old.labels, done))

    def _replace(self, old: MixPhoto, new: MixPhoto) -> None:
        """Another person or other outlines of a photo: what was taken from it follows."""
        places = [place for place, photo in enumerate(self.photos) if photo is old]
        if not places or new.codes.shape != old.codes.shape:
            return
        column = places[0]
        self.photos[column] = new
        following = [index for index, found in self.taken.items() if found.photo == column]
        for index in following:
            if index not in new.pictures:
                del self.taken[index]
        codes = self.session.document.codes
        if codes is not None:
            values = {index: self.taken[index].mixed(new.codes[index]) for index in following if index in self.taken}
            self._set(values, self.tr("Styles of {0} read again").format(new.name), "photo")
        self.rebuild()

    def copy_region(self) -> None:
        """Ask for a region of the picked photo, then let it be placed on the canvas."""
        photo, document = self.photos[self.column], self.session.document
        if document.codes is None or document.reviewing:
            return
        picked = self.session.tools.class_index
        dialog = RegionDialog(
            photo.frame,
            photo.labels,
            self.session.label_set.background,
            picked if picked in photo.pictures else None,
            self,
        )
        if dialog.exec():
            self.place_region(photo, dialog.picker.chosen)

    def place_region(self, photo: MixPhoto, mask: NDArray[np.bool_]) -> None:
        """Let a region of a photo, bool of its frame, be placed on the canvas."""
        background = self.session.label_set.background
        cut = cut_region(photo.labels, mask, background)
        if cut is None:
            return
        labels, inside, middle = cut
        document = self.session.document
        names = ", ".join(self.session.label_set.names[index] for index in np.unique(labels[inside]))
        same = photo.labels.shape == document.labels.shape
        text = self.tr("{0} from {1}").format(names, photo.name)
        origin = StyleOrigin("photo", photo.name)
        pixels = None if photo.fine is None else cut_pixels(photo.fine, photo.labels, mask, background)
        stamp = Stamp(text, labels, inside, photo.codes, origin, middle if same else None, pixels)
        self.session.stamp_wanted.emit(stamp)

    # Taking ----------------------------------------------------------------------------------------

    def take(self, row: int, column: int) -> None:
        """Give a class the style of a photo, with the strength of the slider."""
        self.pick_column(column)
        if row in self.photos[column].pictures:
            self.session.pick_class(row)
            text = self.tr("{0} from {1}").format(self.session.label_set.names[row], self.photos[column].name)
            self._apply({row: column}, text, strength=self.strength.value())

    def pick_column(self, column: int) -> None:
        """Make a photo the one that the buttons below the table are about."""
        self.column = column
        self.bar.show_photo(self.photos[column] if column < len(self.photos) else None)

    def take_column(self, column: int) -> None:
        """Give every class that a photo shows its style."""
        self.pick_column(column)
        photo = self.photos[column]
        self._apply(dict.fromkeys(photo.pictures, column), self.tr("All styles from {0}").format(photo.name))
        self._picked(self.session.tools.class_index)

    def shuffle_styles(self) -> None:
        """Give every class the style of one of the photos that show it, at random."""
        chosen = {}
        for index in range(len(self.session.label_set)):
            showing = [place for place, photo in enumerate(self.photos) if index in photo.pictures]
            if showing:
                chosen[index] = int(self.session.rng.choice(showing))
        self._apply(chosen, self.tr("Shuffled styles"), icon="dice")
        self._picked(self.session.tools.class_index)

    def return_to_own(self, row: int) -> None:
        """Give a class back the style it had before any photo's; else the one it has in the photo that is edited."""
        found = self.taken.pop(row, None)
        own = self.session.document.photo_code(row) if found is None else found.own
        if own is not None:
            text = self.tr("{0}: own style").format(self.session.label_set.names[row])
            self._set({row: own}, text, "reset")
        self._mark()

    def _apply(
        self, chosen: dict[int, int], text: str, icon: str = "photo", merge: str | None = None, strength: float = 1.0
    ) -> None:
        codes = self.session.document.codes
        if codes is None:
            return
        strength = min(1.0, max(0.0, strength))
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
        origins = []
        for index in values:
            found = self.taken.get(index)
            name = "" if found is None else self.photos[found.photo].name
            origins.append(None if found is None else StyleOrigin("photo", name, found.strength))
        self._busy = True
        try:
            self.session.document.set_codes(
                list(values), np.stack(list(values.values())), text, merge=merge, icon=icon, origin=origins
            )
        finally:
            self._busy = False

    def _strength_moved(self, _value: float) -> None:
        index = self.session.tools.class_index
        found = self.taken.get(index)
        if found is not None:
            text = self.tr("{0}: strength").format(self.session.label_set.names[index])
            self._apply({index: found.photo}, text, merge=f"strength:{index}", strength=self.strength.value())

    # Showing ---------------------------------------------------------------------------------------

    def _document_changed(self, *_: object) -> None:
        document = self.session.document
        if document.reviewing:
            # The document that styles were taken for waits, and with it what was taken.
            self.rebuild()
            return
        if document is not self._document:
            self._document, self.taken = document, {}
        document.codes_changed.connect(self._codes_changed)
        self.rebuild()

    def _model_changed(self, *_: object) -> None:
        facts = self.session.facts
        if facts is not None and any(photo.codes.shape != facts.code_mean.shape for photo in self.photos):
            self.photos, self.taken, self.column = [], {}, 0
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
        """The slider is the class's own: what another class took half of is not halved as well."""
        self.strength.set_value(self.taken[index].strength if index in self.taken else 1.0)
        self._mark()

    def rebuild(self) -> None:
        """Fill the table again."""
        names = self.session.label_set.names
        known = [origin_text(self.session.document.origin(row)) for row in range(len(names))]
        edited = self.session.document.photo is not None
        personal = personal_classes(self.session.label_set) if edited else ()
        self.table.fill(names, self.session.palette(), known, self.photos, personal)
        ready = self.session.facts is not None
        usable = ready and self.session.facts is not None and self.session.facts.has_encoder
        self.add.setEnabled(usable and self.session.facts is not None and self.session.facts.has_parser)
        reviewing = self.session.document.reviewing
        for widget in (self.shuffle, self.clear, self.strength, self.bar, self.table):
            widget.setEnabled(bool(self.photos) and not reviewing)
        self.pick_column(self.column)
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

    def _mark(self) -> None:
        """Frame the cells that styles come from."""
        self.table.mark({row: found.photo for row, found in self.taken.items()})
        picked = self.session.tools.class_index
        known = origin_text(self.session.document.origin(picked))
        self.origin.setVisible(bool(known and self.photos))
        if known:
            self.origin.setText(f"{self.session.label_set.names[picked]}: {known}")

    def retheme(self) -> None:
        """Draw the icons again in the theme's colours."""
        for button in (self.shuffle, self.clear):
            button.setIcon(theme.themed(button.property("icon-name")))
        self.bar.retheme()
        self._mark()

    # Dropping --------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.add_photos([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()
