"""A second background thread for work that is not the picture: parsing and encoding photos, thumbnails, saving."""

from __future__ import annotations

import heapq
import itertools
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QThread, Signal, Slot

from app.rendering.worker import yield_to_the_window
from model.errors import UserError

SOON, LATER = 0, 1


class JobCancelled(Exception):
    """Raised inside a job by `Progress.step` after the job was cancelled."""


class Progress:
    """How a job tells how far it is, and learns that it is no longer wanted."""

    def __init__(self, report: Callable[[str, float], None]) -> None:
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


class JobQueue(QThread):
    """Runs jobs one at a time. `done` and `failed` of a job are called in the thread that made the queue.

    Signals:
        progressed(str, float): what is being done now and the share done; an empty text when nothing is.
        failed(str, str): a job without a `failed` of its own went wrong: one sentence, and the traceback.
    """

    progressed = Signal(str, float)
    failed = Signal(str, str)
    _finished = Signal(object, object, str, str)

    def __init__(self) -> None:
        super().__init__()
        self._wake = threading.Condition()
        self._jobs: list[_Job] = []
        self._current: _Job | None = None
        self._stopping = False
        self._numbers = itertools.count()
        self._finished.connect(self._deliver)

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
    ) -> Progress:
        """Queue `work(progress)`; its result goes to `done`.

        Args:
            note: what to show while it runs; empty shows nothing.
            failed: gets one sentence and the traceback, instead of the `failed` signal.
            key: a waiting or running job with the same non-empty key is cancelled: only the newest counts.
            deliver_cancelled: give `done` what a cancelled job returned too (what it got done).
        """
        progress = Progress(self.progressed.emit)
        job = _Job(priority, next(self._numbers), note, work, done, failed, progress, key, deliver_cancelled)
        with self._wake:
            if key:
                for other in (*self._jobs, *([self._current] if self._current else [])):
                    if other.key == key:
                        other.progress.cancel()
            heapq.heappush(self._jobs, job)
            self._wake.notify()
        return progress

    def stop(self) -> None:
        """Cancel everything and end the thread; returns when it has ended."""
        with self._wake:
            self._stopping = True
            for job in (*self._jobs, *([self._current] if self._current else [])):
                job.progress.cancel()
            self._wake.notify()
        self.wait()

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
                message, details = str(error), traceback.format_exc()
            except Exception as error:
                message, details = f"{job.note or 'A background job'} failed: {error}", traceback.format_exc()
            if job.note:
                self.progressed.emit("", -1.0)
            self._finished.emit(job, result, message, details)

    @Slot(object, object, str, str)
    def _deliver(self, job: _Job, result: Any, message: str, details: str) -> None:
        if message:
            if job.failed is not None:
                job.failed(message, details)
            else:
                self.failed.emit(message, details)
        elif job.done is not None and (job.deliver_cancelled or not job.progress.cancelled):
            job.done(result)
