"""Saving in the background: the GUI thread takes a snapshot, a thread of its own encodes and writes it.

Long jobs (films, whole folders) run elsewhere, so that nothing has to be over before the work is safe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEventLoop, QObject, Signal
from shiboken6 import isValid

from app.document.document import Document
from app.document.project import snapshot, write_project
from app.document.recovery import forget_recovery, recovery_path, remove, write_recovery
from app.rendering.jobs import JobQueue


class Saver(QObject):
    """Writes project and recovery files, one after the other.

    Signals:
        saved(Path): a project is on disk and its document marked as saved, unless it was edited meanwhile.
        failed(str, str): nothing was written, the old file is as it was: one sentence, and the traceback.
    """

    saved = Signal(object)
    failed = Signal(str, str)
    _idle = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._queue = JobQueue()
        self.progressed = self._queue.progressed
        self._waiting = 0

    @property
    def busy(self) -> bool:
        """A project is being written."""
        return self._waiting > 0

    def save(self, document: Document, picture: NDArray[np.uint8] | None, path: Path) -> None:
        """Write a document as it is now; `picture` (uint8 (H, W, 3)) becomes the thumbnail."""
        # What a slider does from now on is a step of its own, so that undo can come back to what is saved.
        document.end_gesture()
        content, state = snapshot(document, picture), document.history.state_id

        def done(_: None) -> None:
            if isValid(document):
                document.mark_saved(path, state)
            self.saved.emit(path)
            self._over()

        def failed(text: str, details: str) -> None:
            self.failed.emit(text, details)
            self._over()

        self._waiting += 1
        self._add(lambda: write_project(path, content), done, failed, note=self.tr("Saving"))

    def write_recovery(self, folder: Path, document: Document, picture: NDArray[np.uint8] | None) -> None:
        """Write the recovery file of this process, under the name that the document's file has."""
        content = replace(snapshot(document, picture), title=document.name)
        key = f"recovery {content.reviewing}"
        self._add(lambda: write_recovery(folder, content), None, self.failed.emit, key=key)

    def forget_recovery(self, folder: Path, reviewing: bool) -> None:
        """Remove the recovery file of this process, or that of the photo under review, after what is being written."""
        self._add(lambda: forget_recovery(folder, reviewing), None, self.failed.emit, key=f"recovery {reviewing}")

    def take_over_recovery(self, folder: Path, path: Path, reviewing: bool) -> None:
        """Remove another process's recovery file, once this process has written one of its own."""

        def work() -> None:
            if recovery_path(folder, reviewing).is_file():
                remove(path)

        self._add(work, None, self.failed.emit)

    def wait(self) -> None:
        """Return when every project is on disk or has failed; the window is drawn meanwhile, but takes no input."""
        while self.busy:
            loop = QEventLoop()
            self._idle.connect(loop.quit)
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

    def stop(self) -> None:
        """End the thread after what it writes now."""
        self._queue.stop()

    def _add(
        self,
        work: Callable[[], None],
        done: Callable[[None], None] | None,
        failed: Callable[[str, str], None],
        *,
        note: str = "",
        key: str = "",
    ) -> None:
        if not self._queue.isRunning():
            self._queue.start()
        self._queue.add(note, lambda progress: work(), done, failed=failed, key=key)

    def _over(self) -> None:
        self._waiting -= 1
        if not self._waiting:
            self._idle.emit()
