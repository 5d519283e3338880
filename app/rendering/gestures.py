"""Changes of the label map that are computed in the job thread, put into the document one gesture at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.document.box import Box
from model.labels import LabelMap

if TYPE_CHECKING:
    from app.document.document import Document
    from app.session import Session

Work = Callable[[LabelMap], LabelMap]
"""Makes a new map from the document's present one (a copy that nobody writes to); runs in the job thread."""


class Gesture:
    """One step of the history to be: a drag of a slider, a click.

    Attributes:
        ended: the hand has let go; the step is recorded when the last work of the gesture is done.
        committed: called when the gesture is over, with whether the map was changed.
    """

    def __init__(self, document: Document, text: str, icon: str, committed: Callable[[bool], None]) -> None:
        self.document, self.text, self.icon, self.committed = document, text, icon, committed
        self.ended = False
        self.open = False
        self.before: LabelMap | None = None


@dataclass
class _Wanted:
    gesture: Gesture
    work: Work


class GestureQueue(QObject):
    """Runs the work of gestures in order; of one gesture only the newest counts, but every finished one is shown.

    The document is painted, so protected classes keep every pixel. Whatever else changes the map meanwhile (a brush,
    undo, another document) wins: the gestures that are not done are dropped.

    Signals:
        dropped(): gestures were dropped, or failed.
    """

    dropped = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._wanted: deque[_Wanted] = deque()
        self._running: Gesture | None = None
        self._open: Gesture | None = None
        self._applying = False

    @property
    def busy(self) -> bool:
        return self._running is not None or self._open is not None or bool(self._wanted)

    @property
    def applying(self) -> bool:
        """The document is being changed by this queue right now."""
        return self._applying

    def want(self, gesture: Gesture, work: Work) -> None:
        """Do some work for a gesture; it takes the place of what the gesture wanted before and did not get yet."""
        if self._wanted and self._wanted[-1].gesture is gesture:
            self._wanted[-1].work = work
        else:
            self._wanted.append(_Wanted(gesture, work))
        self._next()

    def end(self, gesture: Gesture) -> None:
        """The hand has let go."""
        gesture.ended = True
        self._finish(gesture)

    def drop(self) -> None:
        """Forget all gestures that are not done; what they have changed so far stays as a step."""
        if not self.busy:
            return
        self._wanted.clear()
        self._running = None
        if self._open is not None:
            self._commit(self._open)
        self.dropped.emit()

    def _next(self) -> None:
        if self._running is not None or not self._wanted:
            return
        wanted = self._wanted[0]
        gesture, work = wanted.gesture, wanted.work
        if not self._undisturbed(gesture):
            self.drop()
            return
        self._wanted.popleft()
        self._running = gesture
        seen = gesture.document.labels.copy()

        def done(result: LabelMap) -> None:
            if self._running is not gesture:
                return
            if not (self._undisturbed(gesture) and np.array_equal(gesture.document.labels, seen)):
                self.drop()
                return
            self._running = None
            self._apply(gesture, result)
            self._finish(gesture)
            self._next()

        def failed(text: str, details: str) -> None:
            if self._running is gesture:
                self._close(gesture)
                self.drop()
            self._session.say(text, "error", details)

        self._session.jobs.add("", lambda progress: work(seen), done, failed=failed)

    def _undisturbed(self, gesture: Gesture) -> bool:
        return self._session.document is gesture.document and gesture.document.in_stroke == gesture.open

    def _apply(self, gesture: Gesture, result: LabelMap) -> None:
        document = gesture.document
        self._applying = True
        try:
            if gesture.before is None:
                gesture.before = document.labels.copy()
            if not gesture.open:
                document.begin_stroke(gesture.text, gesture.icon)
                gesture.open = True
                self._open = gesture
            different = document.labels != result
            box = Box.around(different)
            if not box.empty:
                document.paint(box, different[box.slices], result[box.slices])
            if np.array_equal(document.labels, gesture.before):
                # A stroke that changes nothing could be ended by another tool without anybody noticing.
                document.abandon_stroke()
                gesture.open = False
                self._open = None
        finally:
            self._applying = False

    def _finish(self, gesture: Gesture) -> None:
        waiting = self._running is gesture or any(wanted.gesture is gesture for wanted in self._wanted)
        if gesture.ended and not waiting:
            self._close(gesture)

    def _close(self, gesture: Gesture) -> None:
        gesture.committed(self._commit(gesture))

    def _commit(self, gesture: Gesture) -> bool:
        """Record what the gesture changed; False where that is nothing, or somebody else ended its stroke."""
        changed = False
        if gesture.open and gesture.document.in_stroke:
            self._applying = True
            try:
                changed = gesture.document.commit_stroke()
            finally:
                self._applying = False
        gesture.open = False
        if self._open is gesture:
            self._open = None
        return changed
