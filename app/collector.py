"""Garbage collection when it costs the hand nothing: in the GUI thread, by a timer, never in a stroke.

Left to itself, Python collects in whichever thread happens to allocate, and a full collection goes through every object
of torch: 80 to 150 ms on a slow core in which no thread runs. In a background thread it may also delete Qt objects,
which only the GUI thread may do.
"""

from __future__ import annotations

import ctypes
import gc
import sys

from PySide6.QtCore import QObject, QTimer

from app.rendering.jobs import LATER
from app.session import Session

INTERVAL = 500
"""Milliseconds between looks at how much garbage there may be."""
FULL_EVERY = 20
"""Looks between full collections."""
START = 20
"""Looks after which garbage is collected though no network is loaded: while torch is imported, next to nothing is
garbage, and looking for it holds up the import."""
TRIM_EVERY = 4
"""Looks between calls of `give_back_memory`. While it looks through a heap nobody can take memory from it: 1.5 ms of
computing where that is done every two seconds, but 17, and 58 by the clock, after 60 strokes."""
NEW_MODULES = 20
"""Modules that came since the last look back from which an import counts as large: those of the compiled kernels bring
80,000 objects, and to look at them, once, in the middle of a stroke, took 30 ms."""
KEPT = 8 << 20
"""Bytes at the end of the heap that are kept for what is needed next."""


class Collector(QObject):
    """Takes over garbage collection until `stop`."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        self._looks = self._full = 0
        self._loaded = False
        self._modules = len(sys.modules)
        gc.disable()
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        session.model_changed.connect(self._model_changed)

    def stop(self) -> None:
        """Give garbage collection back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def look(self) -> None:
        """Collect what is due; all of it, and give memory back to the system, only between strokes."""
        self._looks += 1
        if not self._loaded and self._looks < START:
            return
        young, middle, _ = gc.get_threshold()
        if self._imported():
            gc.freeze()
        elif not self.session.document.in_stroke and self._looks - self._full >= FULL_EVERY:
            self._full = self._looks
            gc.collect()
        elif gc.get_count()[1] > middle:
            gc.collect(1)
        elif gc.get_count()[0] > young:
            gc.collect(0)
        if self._looks % TRIM_EVERY == 0:
            self.session.jobs.add("", lambda progress: give_back_memory(), priority=LATER, key="trim")

    def _imported(self) -> bool:
        """Whether much was imported since this was last true: that stays too, and costs nothing to put aside."""
        if len(sys.modules) - self._modules < NEW_MODULES:
            return False
        self._modules = len(sys.modules)
        return True

    def _model_changed(self, facts: object) -> None:
        """What a loaded network brings stays: no collection needs to look at it again."""
        if facts is None:
            return
        self._modules = len(sys.modules)
        if self._loaded:
            # The network before this one is garbage now.
            gc.unfreeze()
            gc.collect()
        self._loaded = True
        gc.freeze()


def give_back_memory() -> None:
    """Return what was freed to the system (Linux with glibc, which keeps it scattered over its heaps otherwise)."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(ctypes.c_size_t(KEPT))
