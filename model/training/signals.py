"""Ctrl-C and SIGTERM end a training run between two steps."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol


class Stoppable(Protocol):
    """A loop that looks at ``stopping`` before every step."""

    stopping: bool


@contextmanager
def stop_on_signals(trainer: Stoppable) -> Iterator[None]:
    """Let the trainer end its step at the first signal: a step broken off half-way could not be resumed exactly."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Only the main thread may set handlers.
        return
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in signals]

    def stop(number: int, frame: FrameType | None) -> None:
        trainer.stopping = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    try:
        for number in signals:
            signal.signal(number, stop)
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
