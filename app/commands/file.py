"""File menu: opening, saving, exporting."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox

from app.commands.base import Commands
from app.commands.texts import sentence, with_suffix
from app.dialogs.mapping import MappingDialog
from app.document.document import Document
from app.document.foreign import read_foreign
from app.document.photo import PhotoLayer
from app.document.project import SUFFIX, read_project, snapshot, write_project
from app.rendering.photos import OpenedPhoto, open_photo
from model.errors import UserError
from model.labels import read_label_map

FEW_COLORS = 64
"""An RGB PNG with no more colours than this is taken for a label map, one with more for a photo."""


class FileCommands(Commands):
    """Handlers of "file.*"."""

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
        if path and self.may_leave():
            self.load_photo(Path(path))

    def paste_photo(self) -> None:
        image = QGuiApplication.clipboard().image()
        if image.isNull():
            self.session.say(self.tr("The clipboard holds no image."), "warning")
        elif self.may_leave():
            self.load_photo(image_pixels(image), self.tr("Pasted photo"))

    def may_leave(self) -> bool:
        """Ask once about unsaved changes; False when the user wants to stay."""
        document = self.session.document
        if not document.modified:
            return True
        box = QMessageBox(self.window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(self.tr("Save the changes to “{0}”?").format(document.name))
        box.setStandardButtons(
            QMessageBox.StandardButton.Save | QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel
        )
        box.setDefaultButton(QMessageBox.StandardButton.Save)
        answer = box.exec()
        if answer == QMessageBox.StandardButton.Save:
            return self.save()
        return bool(answer == QMessageBox.StandardButton.Discard)

    # Opening ---------------------------------------------------------------------------------------

    def open_path(self, path: Path, ask: bool = True) -> None:
        """Open a project, a label map or a photo; which of them a file is, its content tells."""
        if ask and not self.may_leave():
            return
        try:
            if path.suffix.lower() == SUFFIX:
                self._show(read_project(path), path)
            elif path.suffix.lower() == ".json" or looks_like_labels(path):
                self.load_labels(path)
            else:
                self.load_photo(path)
        except UserError as error:
            self.session.say(sentence(error), "error")

    def load_labels(self, path: Path) -> None:
        """Open a label map as a new document; values that are no classes are asked about."""
        label_set = self.session.label_set
        try:
            if path.suffix.lower() == ".json":
                raise UserError("polygons are always mapped by name")
            labels = read_label_map(path, label_set)
        except UserError:
            foreign = read_foreign(path)
            guess = foreign.guess(label_set)
            if None in guess:
                dialog = MappingDialog(foreign, label_set, path.name, self.window)
                if not dialog.exec():
                    return
                guess = list(dialog.choice())
            labels = foreign.mapped(index for index in guess if index is not None)
        self.show_labels(labels, path.stem, path)

    def show_labels(self, labels: NDArray[np.uint8], title: str, path: Path | None = None) -> None:
        """A new document from a map of any size; another size than the network's own is fitted into it."""
        self._show(Document(labels, self.session.label_set, title=title), path)
        fit = self.session.document.fit
        if fit is not None:
            self.session.say(
                self.tr("The map of {0} × {1} was fitted into {2} × {3}; exports have its own size again.").format(
                    fit.source_width, fit.source_height, fit.width, fit.height
                )
            )

    def new_blank(self, height: int, width: int) -> None:
        """A map of background; the size is taken as it is."""
        label_set = self.session.label_set
        labels = np.full((height, width), label_set.background, dtype=np.uint8)
        document = Document(labels, label_set, title=self.tr("Untitled"))
        document.free_size = True
        self._show(document)

    def load_photo(self, source: Path | NDArray[np.uint8], name: str = "") -> None:
        """Parse and encode a photo in the background, then open it as a new document."""
        session = self.session
        path = source if isinstance(source, Path) else None

        def with_model() -> None:
            facts = session.facts
            if facts is None:
                return

            def done(opened: OpenedPhoto) -> None:
                document = Document(
                    opened.labels,
                    facts.label_set,
                    codes=opened.codes,
                    photo=opened.layer,
                    photo_codes=opened.codes,
                    bundle=facts.name,
                    title=opened.layer.name,
                )
                self._show(document, path)
                self._tell_photo(opened.layer)

            session.jobs.add(
                self.tr("Opening the photo"),
                lambda progress: open_photo(facts, source, progress, name),
                done,
                key="open-photo",
            )

        self.window.when_model_ready(with_model)

    def _tell_photo(self, photo: PhotoLayer) -> None:
        self.window.messages.show_message(
            self.tr("Are the outlines right? Correct them, then take them over."),
            "info",
            action=self.tr("Take outlines"),
            handler=self.window.commands["photo"].outlines,  # type: ignore[attr-defined]
        )

    def _show(self, document: Document, path: Path | None = None) -> None:
        self.session.open_document(document)
        if path is not None:
            self.session.settings.add_recent(path)
            self.session.settings.open_folder = str(path.resolve().parent)
            self.session.settings.save()
            self.window.refresh_recent()

    # Saving ----------------------------------------------------------------------------------------

    def save(self) -> bool:
        path = self.session.document.path
        return self.save_to(path) if path is not None else self.save_as()

    def save_as(self) -> bool:
        document = self.session.document
        proposed = self.session.save_folder() / f"{document.name or 'untitled'}{SUFFIX}"
        path, _ = QFileDialog.getSaveFileName(self.window, self.tr("Save"), str(proposed), f"SMIS (*{SUFFIX})")
        return self.save_to(with_suffix(Path(path), SUFFIX)) if path else False

    def save_to(self, path: Path) -> bool:
        """Write the project; on failure the old file and the dirty mark stay."""
        document = self.session.document
        try:
            write_project(path, snapshot(document, self.session.picture))
        except UserError as error:
            self.session.say(sentence(error), "error")
            return False
        document.mark_saved(path)
        self.session.settings.add_recent(path)
        self.session.settings.open_folder = str(path.resolve().parent)
        self.session.settings.save()
        self.window.refresh_recent()
        self.session.say(self.tr("Saved {0}.").format(path.name), "success")
        return True

    def quit(self) -> None:
        self.window.close()


def looks_like_labels(path: Path) -> bool:
    """True for images that can only be label maps: PNGs with a palette, or grey ones of few values."""
    from PIL import Image

    from model.images import open_image

    if path.suffix.lower() != ".png":
        return False
    image: Image.Image = open_image(path)
    if image.mode == "P":
        return True
    if image.mode in ("L", "I;16", "I"):
        return len(image.getcolors(maxcolors=1 << 16) or range(1 << 16)) <= 160
    if image.mode in ("RGB", "RGBA") and image.width * image.height <= 16_000_000:
        return image.getcolors(maxcolors=FEW_COLORS) is not None
    return False


def image_pixels(image: QImage) -> NDArray[np.uint8]:
    """A Qt image as uint8 (H, W, 3)."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    height, width, stride = plain.height(), plain.width(), plain.bytesPerLine()
    rows = np.frombuffer(plain.constBits(), dtype=np.uint8, count=height * stride).reshape(height, stride)
    return rows[:, : width * 3].reshape(height, width, 3).copy()
