"""Exports: picture, label map, layers; and the present styles on a whole folder."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QInputDialog

from app.commands.base import Commands
from app.commands.paths import with_suffix
from app.document.layers import class_layers, write_layers
from app.telling import told
from model.errors import UserError
from model.images import write_picture
from model.labels import write_label_map

PICTURES = {
    ".png": "PNG (*.png)",
    ".jpg": "JPEG (*.jpg *.jpeg)",
    ".webp": "WebP (*.webp)",
    ".tif": "TIFF (*.tif *.tiff)",
}
LAYERS = {".ora": "OpenRaster (*.ora)", ".psd": "Photoshop (*.psd)"}
LOSSY = (".jpg", ".jpeg", ".webp")


class ExportCommands(Commands):
    """Handlers of "export.*"."""

    def picture(self) -> None:
        settings = self.session.settings
        path = self._ask(self.tr("Export picture"), PICTURES, settings.export_format)
        if path is None:
            return
        suffix = path.suffix.lower()
        if suffix in LOSSY:
            quality, accepted = QInputDialog.getInt(
                self.window,
                self.tr("Export picture"),
                self.tr("Quality (100 is best and largest):"),
                settings.export_quality,
                1,
                100,
            )
            if not accepted:
                return
            settings.export_quality = quality
        settings.export_format = suffix
        settings.save()
        self.picture_to(path)

    def picture_to(self, path: Path) -> None:
        """Write the exact picture, at the photo's own size where there is one, as soon as it is rendered."""
        session, document, quality = self.session, self.session.document, self.session.settings.export_quality

        def write() -> None:
            frame = session.finished_frame()
            if frame is None or session.document is not document:
                return
            session.jobs.add(
                self.tr("Exporting"),
                lambda progress: write_picture(path, frame.render(), quality),
                lambda _: session.say(self.tr("Exported {0}.").format(path.name), "success"),
            )

        session.when_exact(write)

    def labels(self) -> None:
        path = self._ask(self.tr("Export label map"), {".png": "PNG (*.png)"}, ".png", "-labels")
        if path is not None:
            self.labels_to(path)

    def labels_to(self, path: Path) -> None:
        """Write the label map as a palette PNG, at the size it was opened with."""
        document = self.session.document
        labels = document.labels if document.fit is None else document.fit.restore_labels(document.labels)
        try:
            write_label_map(path, labels, document.label_set)
        except UserError as error:
            self.session.say(told(error), "error")
        else:
            self.session.say(self.tr("Exported {0}.").format(path.name), "success")

    def layers(self) -> None:
        settings = self.session.settings
        path = self._ask(self.tr("Export layers"), LAYERS, settings.export_layers_format)
        if path is not None:
            settings.export_layers_format = path.suffix.lower()
            settings.save()
            self.layers_to(path)

    def layers_to(self, path: Path) -> None:
        """Write one layer per class over the exact picture, in the frame's size."""
        session, document = self.session, self.session.document

        def write() -> None:
            frame = session.finished_frame()
            if frame is None or session.document is not document:
                return
            height, width = frame.labels.shape
            session.jobs.add(
                self.tr("Exporting"),
                lambda progress: write_layers(
                    path, class_layers(frame.picture, frame.labels, document.label_set), height, width
                ),
                lambda _: session.say(self.tr("Exported {0}.").format(path.name), "success"),
            )

        session.when_exact(write)

    def batch(self) -> None:
        from app.dialogs.batch import BatchDialog

        if self.session.facts is None or self.session.document.codes is None:
            self.session.say(self.tr("This goes on as soon as the network is loaded."), "warning")
            return
        BatchDialog(self.session, self.window).exec()

    def _ask(self, title: str, formats: dict[str, str], suffix: str, ending: str = "") -> Path | None:
        """Ask where to write, beginning with the folder and the format of the last time.

        Args:
            formats: the file dialog's filter of every suffix that it offers.
            suffix: the one to begin with.
        """
        settings = self.session.settings
        suffix = suffix if suffix in formats else next(iter(formats))
        folder = Path(settings.export_folder) if settings.export_folder else self.session.save_folder()
        proposed = folder / f"{self.session.document.name or 'untitled'}{ending}{suffix}"
        name, chosen = QFileDialog.getSaveFileName(
            self.window, title, str(proposed), ";;".join(formats.values()), formats[suffix]
        )
        if not name:
            return None
        path = Path(name)
        if not any(f"*{path.suffix.lower()}" in offered for offered in formats.values()) or not path.suffix:
            path = with_suffix(path, next((key for key, offered in formats.items() if offered == chosen), suffix))
        settings.export_folder = str(path.resolve().parent)
        settings.save()
        return path
