"""Background threads for work that is not the picture: parsing and encoding photos, thumbnails, exports, films."""

from __future__ import annotations

import heapq
import itertools
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QThread, Signal, Slot

from app.rendering.worker import yield_to_the_window
from app.telling import told
from model.errors import UserError

SOON, LATER = 0, 1


class JobCancelled(Exception):
    """Raised inside a job by `Progress.step` after the job was cancelled."""


class Progress:
    """How a job tells how far it is, and learns that it is no longer wanted."""

    def __init__(self, report: Callable[[str, float], None], text: str = "") -> None:
        """`text`: what is shown of the job, for those who only report shares."""
        self.text = text
        self._report = report
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        self._cancelled.set()

    def step(self, text: str, share: float = -1.0) -> None:
        """Report what is being done and the share done (0..1, or -1 when unknown).

        Raises:
            JobCancelled: the job is no longer wanted.
        """
        if self.cancelled:
            raise JobCancelled
        self._report(text, share)


@dataclass(order=True)
class _Job:
    priority: int
    number: int
    note: str = field(compare=False)
    work: Callable[[Progress], Any] = field(compare=False)
    done: Callable[[Any], None] | None = field(compare=False)
    failed: Callable[[str, str], None] | None = field(compare=False)
    progress: Progress = field(compare=False)
    key: str = field(compare=False, default="")
    deliver_cancelled: bool = field(compare=False, default=False)


class JobQueue(QObject):
    """Runs jobs in two lanes, in each one at a time: what a person waits for, and long work beside it (films, folders).

    `done` and `failed` of a job are called in the thread that made the queue.

    Signals:
        progressed(str, float): what is being done now and the share done; an empty text when nothing is.
        failed(str, str): a job without a `failed` of its own went wrong: one sentence, and the traceback.
    """

    progressed = Signal(str, float)
    failed = Signal(str, str)
    _finished = Signal(object, object, str, str)

    def __init__(self) -> None:
        super().__init__()
        self._lanes = (_Lane(self), _Lane(self))
        self._shown: dict[_Lane, tuple[str, float]] = {}
        self._numbers = itertools.count()
        self._finished.connect(self._deliver)

    def start(self) -> None:
        for lane in self._lanes:
            lane.start()

    def isRunning(self) -> bool:
        return any(lane.isRunning() for lane in self._lanes)

    def isFinished(self) -> bool:
        return all(lane.isFinished() for lane in self._lanes)

    @property
    def idle(self) -> bool:
        """Nothing waits and nothing runs."""
        return all(lane.idle for lane in self._lanes)

    def add(
        self,
        note: str,
        work: Callable[[Progress], Any],
        done: Callable[[Any], None] | None = None,
        *,
        failed: Callable[[str, str], None] | None = None,
        priority: int = SOON,
        key: str = "",
        deliver_cancelled: bool = False,
        long: bool = False,
    ) -> Progress:
        """Queue `work(progress)`; its result goes to `done`.

        Args:
            note: what to show while it runs; empty shows nothing.
            failed: gets one sentence and the traceback, instead of the `failed` signal.
            key: a waiting or running job of the same lane with the same non-empty key is cancelled: the newest counts.
            deliver_cancelled: give `done` what a cancelled job returned too (what it got done).
            long: it may take minutes; other jobs do not wait for it.
        """
        lane = self._lanes[1 if long else 0]
        progress = Progress(lambda text, share: self.report(lane, text, share), note)
        job = _Job(priority, next(self._numbers), note, work, done, failed, progress, key, deliver_cancelled)
        lane.add(job)
        return progress

    def stop(self) -> None:
        """Cancel everything and end the threads; returns when they have ended."""
        for lane in self._lanes:
            lane.cancel_all()
        for lane in self._lanes:
            lane.wait()

    def report(self, lane: _Lane, text: str, share: float) -> None:
        """Tell what a lane does; when it ends, what the other one still does."""
        if text:
            self._shown[lane] = (text, share)
        else:
            self._shown.pop(lane, None)
            text, share = next(iter(tuple(self._shown.values())), ("", -1.0))
        self.progressed.emit(text, share)

    @Slot(object, object, str, str)
    def _deliver(self, job: _Job, result: Any, message: str, details: str) -> None:
        if message:
            if job.failed is not None:
                job.failed(message, details)
            else:
                self.failed.emit(message, details)
        elif job.done is not None and (job.deliver_cancelled or not job.progress.cancelled):
            job.done(result)


class _Lane(QThread):
    """One thread and the jobs that wait for it."""

    def __init__(self, queue: JobQueue) -> None:
        super().__init__(queue)
        self._queue = queue
        self._wake = threading.Condition()
        self._jobs: list[_Job] = []
        self._current: _Job | None = None
        self._stopping = False

    @property
    def idle(self) -> bool:
        with self._wake:
            return self._current is None and not self._jobs

    def add(self, job: _Job) -> None:
        with self._wake:
            if job.key:
                for other in self._all():
                    if other.key == job.key:
                        other.progress.cancel()
            heapq.heappush(self._jobs, job)
            self._wake.notify()

    def cancel_all(self) -> None:
        """Cancel what runs and what waits; the thread ends after it."""
        with self._wake:
            self._stopping = True
            for job in self._all():
                job.progress.cancel()
            self._wake.notify()

    def _all(self) -> list[_Job]:
        return [*self._jobs, *([self._current] if self._current else [])]

    def run(self) -> None:
        yield_to_the_window(5)
        while True:
            with self._wake:
                self._current = None
                while not (self._stopping or self._jobs):
                    self._wake.wait()
                if self._stopping:
                    return
                job = heapq.heappop(self._jobs)
                self._current = job
            if job.progress.cancelled:
                continue
            result, message, details = None, "", ""
            try:
                if job.note:
                    job.progress.step(job.note)
                result = job.work(job.progress)
            except JobCancelled:
                pass
            except UserError as error:
                message, details = told(error), traceback.format_exc()
            except Exception as error:
                note = job.note or QCoreApplication.translate("Jobs", "Work in the background")
                message = QCoreApplication.translate("Jobs", "{0} failed: {1}").format(note, error)
                details = traceback.format_exc()
            if job.note:
                self._queue.report(self, "", -1.0)
            self._queue._finished.emit(job, result, message, details)
