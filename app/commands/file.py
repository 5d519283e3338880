"""File menu: opening and saving."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox

from app import theme
from app.commands.base import Commands
from app.commands.paths import with_suffix
from app.dialogs.mapping import MappingDialog
from app.document.document import Document
from app.document.file_kind import FileKind, kind_of
from app.document.foreign import data_set_of, read_foreign
from app.document.project import SUFFIX, read_project
from app.icons import pixmap
from app.telling import told
from app.widgets.message_bar import Answer
from model.errors import UserError
from model.labels import read_label_map

if TYPE_CHECKING:
    from app.rendering.jobs import Progress
    from app.window import MainWindow

LARGE = 4_000_000
"""Bytes from which a project takes so long to read that the window would stand still."""


class FileCommands(Commands):
    """Handlers of "file.*"."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.session.saver.saved.connect(self._saved)

    # Asking ----------------------------------------------------------------------------------------

    def new(self) -> None:
        from app.dialogs.new import NewDialog

        dialog = NewDialog(self.session, self.window)
        if dialog.exec() and dialog.choice is not None and self.may_leave():
            dialog.choice(self)

    def open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self.window,
            self.tr("Open"),
            str(self.session.save_folder()),
            self.tr("All that can be opened (*.smis *.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff *.gif *.json)")
            + ";;"
            + self.tr("Projects (*.smis)")
            + ";;"
            + self.tr("All files (*)"),
        )
        if path:
            self.open_path(Path(path))

    def open_photo(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self.window,
            self.tr("Open photo"),
            str(self.session.save_folder()),
            self.tr("Photos (*.jpg *.jpeg *.png *.webp *.bmp *.tif *.tiff *.gif)"),
        )
        if path and self.may_open_photo():
            self.window.review.open(Path(path))

    def paste_photo(self) -> None:
        image, held = QGuiApplication.clipboard().image(), QGuiApplication.clipboard().mimeData()
        # Nothing at all is held before anything was copied.
        urls = held.urls() if held is not None else []
        files = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        if files:
            # Copied in a file manager.
            self.open_path(files[0])
        elif image.isNull():
            self.session.say(self.tr("The clipboard holds no image."), "warning")
        elif self.may_open_photo():
            self.window.review.open(image_pixels(image), self.tr("Pasted photo"))

    def may_leave(self) -> bool:
        """Ask once about unsaved changes; False when the user wants to stay.

        What is being saved is waited for, and a photo under review is given up first.
        """
        self.session.saver.wait()
        if not self.window.review.give_up():
            return False
        document = self.session.document
        if not document.modified:
            return True
        box = QMessageBox(self.window)
        box.setIconPixmap(pixmap("help", theme.current().accent, 32, box.devicePixelRatioF()))
        box.setText(self.tr("Save the changes to “{0}”?").format(document.name))
        box.setStandardButtons(
            QMessageBox.StandardButton.Save | QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel
        )
        box.setDefaultButton(QMessageBox.StandardButton.Save)
        answer = box.exec()
        if answer == QMessageBox.StandardButton.Save:
            if not self.save():
                return False
            self.session.saver.wait()
            return not document.modified
        return bool(answer == QMessageBox.StandardButton.Discard)

    def may_open_photo(self) -> bool:
        """As `may_leave`, but a photo under review is only replaced: what was there before it waits on."""
        review = self.window.review
        return review.may_replace() if review.active else self.may_leave()

    # Opening ---------------------------------------------------------------------------------------

    def open_path(self, path: Path, ask: bool = True) -> None:
        """Open a project, a label map or a photo; which of them a file is, its content tells."""
        if ask and not self.may_leave():
            return
        try:
            if path.suffix.lower() == SUFFIX:
                self._open_project(path)
            elif (kind := kind_of(path, self.session.document.label_set)) is FileKind.PHOTO:
                self.window.review.open(path)
            else:
                self.load_labels(path, photo_too=kind is FileKind.UNSURE)
        except UserError as error:
            self.session.say(told(error), "error")

    def _open_project(self, path: Path) -> None:
        """Open a project: one with a large photo is read in the background, which takes seconds. Raises UserError."""
        if not path.is_file() or path.stat().st_size < LARGE:
            self.show(read_project(path), path)
            return

        def work(progress: Progress) -> Document:
            document = read_project(path)
            if document.photo is not None:
                # Scaled here once for all.
                _ = document.photo.frame
            document.moveToThread(self.thread())
            return document

        def done(document: Document) -> None:
            # Painted on meanwhile, what is there is asked about again.
            if self.may_leave():
                self.show(document, path)

        self.session.jobs.add(self.tr("Opening {0}").format(path.name), work, done, key="open-project")

    def load_labels(self, path: Path, photo_too: bool = False) -> None:
        """Open a label map as a new document; values that are no classes are asked about.

        Args:
            photo_too: the file may as well be a photo: the question offers that, and where none is needed, a note does.
        """
        label_set = self.session.document.label_set
        try:
            if path.suffix.lower() == ".json":
                raise UserError("polygons are always mapped by name")
            if data_set_of(path) not in (None, label_set.name):
                # Small ids would pass for classes of ours.
                raise UserError("ids of another set are always mapped by name")
            labels = read_label_map(path, label_set)
        except UserError:
            foreign = read_foreign(path)
            guess = foreign.guess(label_set)
            if None in guess:
                dialog = MappingDialog(foreign, label_set, path.name, self.window, photo_too)
                if not dialog.exec():
                    return
                if dialog.is_photo:
                    self.window.review.open(path)
                    return
                guess = list(dialog.choice())
            labels = foreign.mapped(index for index in guess if index is not None)
        self.show_labels(labels, path.stem, path)

        def as_photo() -> None:
            if self.may_open_photo():
                self.window.review.open(path)

        if photo_too:
            self.window.messages.show_message(
                self.tr("“{0}” was opened as a label map. It may be a photo of few colours.").format(path.name),
                answers=[Answer(self.tr("Open as a photo"), as_photo)],
            )

    def show_labels(self, labels: NDArray[np.uint8], title: str, path: Path | None = None) -> None:
        """A new document from a map of any size; another size than the network's own is fitted into it."""
        self.show(Document(labels, self.session.document.label_set, title=title), path)
        fit = self.session.document.fit
        if fit is not None:
            self.session.say(
                self.tr("The map of {0} × {1} was fitted into {2} × {3}; exports have its own size again.").format(
                    fit.source_width, fit.source_height, fit.width, fit.height
                )
            )

    def new_blank(self, height: int, width: int) -> None:
        """A map of background; the size is taken as it is."""
        label_set = self.session.document.label_set
        labels = np.full((height, width), label_set.background, dtype=np.uint8)
        document = Document(labels, label_set, title=self.tr("Untitled"))
        document.free_size = True
        self.show(document)

    def show(self, document: Document, path: Path | None = None) -> None:
        """Open a document; the file it came from joins the recent ones."""
        self.window.canvas.cancel_gesture()
        self.session.open_document(document)
        if path is not None:
            self._remember(path)

    def _remember(self, path: Path) -> None:
        self.session.settings.add_recent(path)
        self.session.settings.open_folder = str(path.resolve().parent)
        self.session.settings.save()
        self.window.recent_menu.fill(self.session.settings.recent)

    def open_recent(self, path: Path) -> None:
        """Open a file of the list; one that is gone leaves it."""
        if path.is_file():
            self.open_path(path)
        else:
            self.forget_recent(path)
            self.session.say(self.tr("{0} is not there any more.").format(path), "error")

    def forget_recent(self, path: Path | None = None) -> None:
        """Take one file out of the list of recent ones, or all of them."""
        settings = self.session.settings
        settings.recent = [] if path is None else [name for name in settings.recent if name != str(path)]
        settings.save()
        self.window.recent_menu.fill(settings.recent)

    # Saving ----------------------------------------------------------------------------------------

    def save(self) -> bool:
        """Save under the document's own name, or ask for one; False where the user gave it up."""
        path = self.session.document.path
        return self.save_to(path) if path is not None else self.save_as()

    def save_as(self) -> bool:
        document = self.session.document
        proposed = self.session.save_folder() / f"{document.name or 'untitled'}{SUFFIX}"
        path, _ = QFileDialog.getSaveFileName(self.window, self.tr("Save"), str(proposed), f"SMIS (*{SUFFIX})")
        return self.save_to(with_suffix(Path(path), SUFFIX)) if path else False

    def save_to(self, path: Path) -> bool:
        """Write the project in the background; on failure the old file and the dirty mark stay. True when it began."""
        if self.session.document.reviewing:
            return False
        self.session.saver.save(self.session.document, self.session.picture, path)
        return True

    def _saved(self, path: Path) -> None:
        self._remember(path)
        self.session.say(self.tr("Saved {0}.").format(path.name), "success")

    def quit(self) -> None:
        self.window.close()


def image_pixels(image: QImage) -> NDArray[np.uint8]:
    """A Qt image as uint8 (H, W, 3)."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    height, width, stride = plain.height(), plain.width(), plain.bytesPerLine()
    rows = np.frombuffer(plain.constBits(), dtype=np.uint8, count=height * stride).reshape(height, stride)
    return rows[:, : width * 3].reshape(height, width, 3).copy()
