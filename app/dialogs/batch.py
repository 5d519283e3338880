"""Batch: the present styles on a folder, with progress, cancel and a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.rendering.batch import BatchReport, render_folder
from app.rendering.jobs import Progress
from app.widgets.path_row import PathRow

if TYPE_CHECKING:
    from app.session import Session


class BatchDialog(QDialog):
    """Two folders, a start button that becomes a cancel button, and what came of it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setWindowTitle(self.tr("Apply styles to a folder"))
        self.setMinimumWidth(520)
        self._running: Progress | None = None
        self.report: BatchReport | None = None
        note = QLabel(
            self.tr("Every label map or photo of a folder gets the styles of this document. The rest of a photo stays.")
        )
        note.setProperty("muted", True)
        note.setWordWrap(True)
        source = self._folder_row(self.tr("Folder of maps or photos"))
        target = self._folder_row(self.tr("Folder for the pictures"))
        self.source, self.target = source.field, target.field
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow(self.tr("From"), source)
        form.addRow(self.tr("To"), target)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 100)
        self.bar.hide()
        self.status = QLabel()
        self.status.setProperty("muted", True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(self.tr("Report"))
        self.text.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.start_button = buttons.addButton(self.tr("Start"), QDialogButtonBox.ButtonRole.ActionRole)
        self.start_button.setDefault(True)
        self.start_button.clicked.connect(self._start_or_cancel)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(note)
        layout.addLayout(form)
        for widget in (self.bar, self.status, self.text, buttons):
            layout.addWidget(widget)
        session.jobs.progressed.connect(self._progressed)
        for field in (self.source, self.target):
            field.textChanged.connect(self._folders_changed)
        self._folders_changed()

    def _folders_changed(self, *_: object) -> None:
        both = bool(self.source.text() and self.target.text())
        self.start_button.setEnabled(both or self._running is not None)
        self.start_button.setToolTip("" if both else self.tr("Choose both folders first."))

    def start(self) -> None:
        """Begin with the folders in the fields."""
        facts, codes = self.session.facts, self.session.document.codes
        source, target = Path(self.source.text()), Path(self.target.text())
        if facts is None or codes is None or not self.source.text() or not self.target.text():
            self.status.setText(self.tr("Choose both folders first."))
            return
        frozen, device = codes.copy(), self.session.settings.device
        self.start_button.setText(self.tr("Cancel"))
        self.text.hide()
        self.bar.setValue(0)
        self.bar.show()
        self._running = self.session.jobs.add(
            self.tr("Rendering the folder"),
            lambda progress: render_folder(facts, frozen, source, target, device, progress),
            self._done,
            failed=self._failed,
            deliver_cancelled=True,
            long=True,
        )

    def reject(self) -> None:
        if self._running is not None:
            self._running.cancel()
        super().reject()

    def _start_or_cancel(self) -> None:
        if self._running is None:
            self.start()
        else:
            self._running.cancel()
            self.status.setText(self.tr("Stopping after this file..."))

    def _progressed(self, text: str, share: float) -> None:
        if self._running is not None and text and not self._running.cancelled:
            self.status.setText(text)
            self.bar.setValue(round(max(0.0, share) * 100))

    def _done(self, report: BatchReport) -> None:
        cancelled = self._running is not None and self._running.cancelled
        ended = self.tr("Cancelled: {0} written, {1} failed.")
        self._finish(ended if cancelled else self.tr("{0} written, {1} failed."), report)

    def _failed(self, message: str, details: str) -> None:
        self._running = None
        self.start_button.setText(self.tr("Start"))
        self.status.setText(message)

    def _finish(self, text: str, report: BatchReport) -> None:
        self._running = None
        self.report = report
        self.start_button.setText(self.tr("Start"))
        self.bar.setValue(100)
        self.status.setText(text.format(len(report.written), len(report.failed)))
        lines = [f"{path.name}" for path in report.written]
        lines += [f"{name}: {why}" for name, why in report.failed]
        self.text.setPlainText("\n".join(lines))
        self.text.show()

    def _folder_row(self, title: str) -> PathRow:
        return PathRow(title, lambda folder: QFileDialog.getExistingDirectory(self, title, folder))
