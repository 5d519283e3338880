"""File menu: opening, saving, exporting."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox

from app.commands.base import Commands
from app.document.document import Document
from app.document.photo import PhotoLayer
from app.document.project import SUFFIX, read_project, snapshot, write_project
from app.rendering.photos import OpenedPhoto, open_photo
from model.errors import UserError
from model.images import write_picture
from model.labels import read_label_map, resize_labels, write_label_map

PICTURES = "PNG (*.png);;JPEG (*.jpg *.jpeg);;WebP (*.webp);;TIFF (*.tif *.tiff)"
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif")


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
        """Open a label map as a new document."""
        labels = read_label_map(path, self.session.label_set)
        self.show_labels(labels, path.stem, path)

    def show_labels(self, labels: NDArray[np.uint8], title: str, path: Path | None = None) -> None:
        """A new document from a map of any size; it is fitted to what the network can render."""
        fitted = self.fitted(labels)
        if fitted.shape != labels.shape:
            self.session.say(
                self.tr("The map was scaled from {0} x {1} to {2} x {3} for the network.").format(
                    labels.shape[1], labels.shape[0], fitted.shape[1], fitted.shape[0]
                )
            )
        self._show(Document(fitted, self.session.label_set, title=title), path)

    def fitted(self, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The map in the nearest size that the network can render, its proportions kept as well as that allows."""
        facts = self.session.facts
        if facts is None:
            return labels
        height, width = labels.shape
        scale = min(1.0, (2.0 * facts.height * facts.width / (height * width)) ** 0.5)
        new = [max(facts.divisor, round(side * scale / facts.divisor) * facts.divisor) for side in (height, width)]
        return labels if (height, width) == tuple(new) else resize_labels(labels, *new)

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
            self.tr("Correct the outlines if you like, then take the styles from the photo again."),
            "info",
            action=self.tr("Take styles"),
            handler=self.window.commands["style"].from_photo,  # type: ignore[attr-defined]
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

    def export_picture(self) -> None:
        path, chosen = self._ask_export(self.tr("Export picture"), PICTURES, ".png")
        if path is not None:
            if path.suffix.lower() not in IMAGE_SUFFIXES:
                path = path.with_name(path.name + "." + chosen.split("*.")[1].split(")")[0].split()[0])
            self.export_picture_to(path)

    def export_picture_to(self, path: Path) -> None:
        """Write the exact picture, at the photo's own size where there is one, as soon as it is rendered."""
        session, document = self.session, self.session.document

        def write() -> None:
            frame = session.finished_frame()
            if frame is None or session.document is not document:
                return
            session.jobs.add(
                self.tr("Exporting"),
                lambda progress: write_picture(path, frame.render()),
                lambda _: session.say(self.tr("Exported {0}.").format(path.name), "success"),
            )

        self.window.when_exact(write)

    def export_labels(self) -> None:
        path, _ = self._ask_export(self.tr("Export label map"), "PNG (*.png)", "-labels.png")
        if path is not None:
            self.export_labels_to(with_suffix(path, ".png"))

    def export_labels_to(self, path: Path) -> None:
        document = self.session.document
        try:
            write_label_map(path, document.labels, document.label_set)
        except UserError as error:
            self.session.say(sentence(error), "error")
        else:
            self.session.say(self.tr("Exported {0}.").format(path.name), "success")

    def _ask_export(self, title: str, filters: str, ending: str) -> tuple[Path | None, str]:
        settings = self.session.settings
        folder = Path(settings.export_folder) if settings.export_folder else self.session.save_folder()
        proposed = folder / f"{self.session.document.name or 'untitled'}{ending}"
        path, chosen = QFileDialog.getSaveFileName(self.window, title, str(proposed), filters)
        if not path:
            return None, ""
        settings.export_folder = str(Path(path).resolve().parent)
        settings.save()
        return Path(path), chosen

    def quit(self) -> None:
        self.window.close()


def sentence(error: Exception) -> str:
    """An error as a sentence."""
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def with_suffix(path: Path, suffix: str) -> Path:
    return path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)


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
        return image.getcolors(maxcolors=200) is not None
    return False


def image_pixels(image: QImage) -> NDArray[np.uint8]:
    """A Qt image as uint8 (H, W, 3)."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    height, width, stride = plain.height(), plain.width(), plain.bytesPerLine()
    rows = np.frombuffer(plain.constBits(), dtype=np.uint8, count=height * stride).reshape(height, stride)
    return rows[:, : width * 3].reshape(height, width, 3).copy()
