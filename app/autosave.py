"""Autosave: every 60 seconds, or as set, and after every 20 edits, to a recovery file that is offered after a crash."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from app.document.recovery import leave_folder
from app.session import Session

EDITS = 20


class Autosaver(QObject):
    """Watches the session's document and writes recovery files in the background."""

    def __init__(self, session: Session, folder: Path) -> None:
        super().__init__(session)
        self.session = session
        self.folder = folder / "recovery"
        self._saved_edits = 0
        self._saved_state = -1
        self._was_reviewing = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.save_now)
        self.take_over_settings()
        session.document_changed.connect(self._document_changed)
        self._document_changed()

    def take_over_settings(self) -> None:
        """Begin to count the seconds between two recovery files, as many as the settings say."""
        self._timer.start(self.session.settings.autosave_seconds * 1000)

    @property
    def seconds(self) -> int:
        """Between two recovery files."""
        return self._timer.interval() // 1000

    def _document_changed(self) -> None:
        document = self.session.document
        if self._was_reviewing:
            self.session.saver.forget_recovery(self.folder, reviewing=True)
        # What was open before comes back if the photo is not taken: its recovery file stays.
        self._was_reviewing = document.reviewing
        self._saved_edits = document.edits
        # A recovered document is unsaved from the start.
        self._saved_state = -1 if document.modified else document.history.state_id
        document.history_changed.connect(self._edited)
        document.modified_changed.connect(self._modified_changed)

    def _edited(self) -> None:
        if self.session.document.edits - self._saved_edits >= EDITS:
            self.save_now()

    def _modified_changed(self, modified: bool) -> None:
        if not modified:
            self.forget()

    def save_now(self) -> None:
        """Write the recovery file, unless nothing changed since the last one."""
        document = self.session.document
        unchanged = not document.modified or document.history.state_id == self._saved_state
        if unchanged or document.in_stroke:
            return
        self._saved_edits, self._saved_state = document.edits, document.history.state_id
        self.session.saver.write_recovery(self.folder, document, self.session.picture)

    def forget(self) -> None:
        """The work is safe elsewhere, or was given up on purpose."""
        self.session.saver.forget_recovery(self.folder, self.session.document.reviewing)
        self._saved_state = -1

    def stop(self) -> None:
        """The program ends as it should; the threads have ended already."""
        self._timer.stop()
        leave_folder(self.folder)
