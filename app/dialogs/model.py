"""Choosing the network, the device and the precision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.settings import device_choices, fill, precision_choices
from app.telling import told
from app.widgets.fields import ChoiceField

if TYPE_CHECKING:
    from app.session import Session


class ModelDialog(QDialog):
    """Lists the bundles on this machine; the list is read in the background."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self.setWindowTitle(self.tr("Choose network"))
        self.setMinimumWidth(460)
        self.bundles = ChoiceField()
        self.bundles.setAccessibleName(self.tr("Network"))
        self.device = ChoiceField()
        fill(self.device, device_choices(), session.settings.device)
        self.precision = ChoiceField()
        fill(self.precision, precision_choices(), session.settings.precision)
        self.note = QLabel(self.tr("Looking for networks..."))
        self.note.setProperty("muted", True)
        self.note.setWordWrap(True)
        other = QPushButton(self.tr("Other folder..."))
        other.clicked.connect(self._other)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow(self.tr("Network"), self.bundles)
        form.addRow("", other)
        form.addRow(self.tr("Device"), self.device)
        form.addRow(self.tr("Precision"), self.precision)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(self.note)
        layout.addWidget(buttons)
        session.jobs.add("", lambda progress: find_bundles(), self._fill, key="bundles")

    def choice(self) -> tuple[str, str, str]:
        """Bundle, device and precision."""
        return self.bundles.currentData() or "", self.device.currentData(), self.precision.currentData()

    def _fill(self, found: list[Any]) -> None:
        for info in found:
            size = (
                f"{info.width} × {info.height}, {info.classes} " + self.tr("classes")
                if info.problem is None
                else told(info.problem)
            )
            self.bundles.addItem(f"{info.name}  ({size})", str(info.path))
            if info.problem is not None:
                self.bundles.model().item(self.bundles.count() - 1).setEnabled(False)  # type: ignore[attr-defined]
        facts = self.session.facts
        if facts is not None:
            self.bundles.setCurrentIndex(max(0, self.bundles.findData(str(facts.path))))
        self.note.setText("" if found else self.tr("No network was found on this machine."))
        self.note.setVisible(not found)
        self.adjustSize()

    def _other(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder of a network"))
        if folder:
            self.bundles.addItem(folder, folder)
            self.bundles.setCurrentIndex(self.bundles.count() - 1)


def find_bundles() -> list[Any]:
    """Every bundle on this machine (imports torch: for the job thread)."""
    from model.checkpoints import list_bundles

    return list(list_bundles())
