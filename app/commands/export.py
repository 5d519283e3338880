"""Exports: picture, label map, layers; and the present styles on a whole folder."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from app.commands.base import Commands
from app.commands.texts import sentence, with_suffix
from app.document.layers import SUFFIXES as LAYER_SUFFIXES
from app.document.layers import class_layers, write_layers
from model.errors import UserError
from model.images import write_picture
from model.labels import write_label_map

PICTURES = "PNG (*.png);;JPEG (*.jpg *.jpeg);;WebP (*.webp);;TIFF (*.tif *.tiff)"
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")


class ExportCommands(Commands):
    """Handlers of "export.*"."""

    def picture(self) -> None:
        path, chosen = self._ask(self.tr("Export picture"), PICTURES, ".png")
        if path is not None:
            if path.suffix.lower() not in PICTURE_SUFFIXES:
                path = with_suffix(path, "." + chosen.split("*.")[1].split(")")[0].split()[0])
            self.picture_to(path)

    def picture_to(self, path: Path) -> None:
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

    def labels(self) -> None:
        path, _ = self._ask(self.tr("Export label map"), "PNG (*.png)", "-labels.png")
        if path is not None:
            self.labels_to(with_suffix(path, ".png"))

    def labels_to(self, path: Path) -> None:
        """Write the label map as a palette PNG, at the size it was opened with."""
        document = self.session.document
        labels = document.labels if document.fit is None else document.fit.restore_labels(document.labels)
        try:
            write_label_map(path, labels, document.label_set)
        except UserError as error:
            self.session.say(sentence(error), "error")
        else:
            self.session.say(self.tr("Exported {0}.").format(path.name), "success")

    def layers(self) -> None:
        filters = "OpenRaster (*.ora);;Photoshop (*.psd)"
        path, chosen = self._ask(self.tr("Export layers"), filters, ".ora")
        if path is not None:
            if path.suffix.lower() not in LAYER_SUFFIXES:
                path = with_suffix(path, ".psd" if "psd" in chosen else ".ora")
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

        self.window.when_exact(write)

    def batch(self) -> None:
        from app.dialogs.batch import BatchDialog

        if self.session.facts is None or self.session.document.codes is None:
            self.session.say(self.tr("This goes on as soon as the network is loaded."), "warning")
            return
        BatchDialog(self.session, self.window).exec()

    def _ask(self, title: str, filters: str, ending: str) -> tuple[Path | None, str]:
        settings = self.session.settings
        folder = Path(settings.export_folder) if settings.export_folder else self.session.save_folder()
        proposed = folder / f"{self.session.document.name or 'untitled'}{ending}"
        path, chosen = QFileDialog.getSaveFileName(self.window, title, str(proposed), filters)
        if not path:
            return None, ""
        settings.export_folder = str(Path(path).resolve().parent)
        settings.save()
        return Path(path), chosen
