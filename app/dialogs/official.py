"""Importing the authors' released checkpoints."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.rendering.loading import OfficialFiles
from app.widgets.fields import ChoiceField
from app.widgets.path_row import PathRow

NETWORKS = ("deepfashion", "ade20k", "cityscapes")


class OfficialDialog(QDialog):
    """Asks for the network, its files and a name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import released checkpoint"))
        self.setMinimumWidth(520)
        self.network = ChoiceField()
        self.network.addItems(NETWORKS)
        self.name = QLineEdit(NETWORKS[0])
        self.network.currentTextChanged.connect(self.name.setText)
        note = QLabel(self.tr("Files are read without running any code in them."))
        note.setProperty("muted", True)
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow(self.tr("Network"), self.network)
        self.generator = self._file_row(form, self.tr("Generator"), "latest_net_G.pth")
        self.encoder = self._file_row(form, self.tr("Encoder"), self.tr("latest_net_E.pth (optional)"))
        self.options = self._file_row(form, self.tr("Options"), self.tr("options.json (optional)"))
        form.addRow(self.tr("Name"), self.name)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(note)
        layout.addWidget(self.buttons)
        for field in (self.generator, self.name):
            field.textChanged.connect(self._check)
        self._check()

    def choice(self) -> OfficialFiles:
        """What was filled in."""

        def path(field: QLineEdit) -> Path | None:
            return Path(field.text()) if field.text() else None

        return OfficialFiles(
            self.network.currentText(),
            Path(self.generator.text()),
            path(self.encoder),
            path(self.options),
            self.name.text().strip(),
        )

    def _check(self) -> None:
        name = self.name.text().strip()
        fine = bool(self.generator.text() and name) and Path(name).name == name and name not in (".", "..")
        accept = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        accept.setEnabled(fine)
        missing = (
            self.tr("Give a name without slashes.") if self.generator.text() else self.tr("Choose the generator first.")
        )
        accept.setToolTip("" if fine else missing)

    def _file_row(self, form: QFormLayout, title: str, hint: str) -> QLineEdit:
        row = PathRow(title, lambda path: QFileDialog.getOpenFileName(self, title, path)[0], hint)
        form.addRow(title, row)
        return row.field
