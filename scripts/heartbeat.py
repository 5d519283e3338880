"""Measure how long the window's event loop stalls while somebody paints at full speed.

    python scripts/heartbeat.py [--seconds 60] [--bundle B] [--device cpu] [--trace FILE]

A timer ticks every 5 ms in the GUI thread while strokes go in as real mouse events at 125 Hz; a tick that comes late
by t means that no event was handled for t. Prints JSON: the time from the start of this program to the first picture,
p50, p95 and maximum lateness in milliseconds, the time from a mouse event to the overlay on the canvas, frames shown
and what previews took, resident memory every minute, and the longest stalls with what the GUI thread did in them:
computed (cpu_ms), waited for a core that others had (queued_ms, Linux), collected garbage (gc_ms); what is left it
waited for a lock. `--trace` writes what every thread did when a tick was more than 25 ms late.
"""
# ruff: noqa: E402 - the clock starts before the imports

from __future__ import annotations

import time

BEGAN = time.perf_counter()

import argparse
import faulthandler
import gc
import json
import math
import os
import resource
import sys
import tempfile
import threading
from pathlib import Path
from typing import TextIO

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Removed when this process ends.
OWN_SETTINGS = tempfile.TemporaryDirectory(prefix="smis-heartbeat-", ignore_cleanup_errors=True)
os.environ.setdefault("SMIS_CONFIG_DIR", OWN_SETTINGS.name)

# As the program itself starts.
from app.rendering.torch_import import begin_loading, prepare_environment

prepare_environment()
begin_loading()
gc.disable()

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app.collector import Collector
from app.launch import SWITCH_INTERVAL
from app.rendering.requests import RenderResult
from app.settings import Settings
from app.window import MainWindow

TICK = 5
STALL = 20.0
"""Milliseconds of lateness from which a tick is reported on its own."""
TRACED = 0.03
"""Seconds without a tick after which the stacks of all threads are written down."""


class Clock:
    """What the GUI thread did since the last reading."""

    def __init__(self) -> None:
        schedule = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._schedule = os.open(schedule, os.O_RDONLY) if schedule.exists() else -1
        self._cpu = self._queued = 0.0
        self._collected = 0.0
        self._began = 0.0
        gc.callbacks.append(self._gc)
        self.read()

    def read(self) -> dict[str, float]:
        """Milliseconds of computing, of waiting for a core, and of collecting garbage."""
        cpu, queued = time.thread_time() * 1000, 0.0
        if self._schedule >= 0:
            queued = int(os.pread(self._schedule, 100, 0).split()[1]) / 1e6
        collected, self._collected = self._collected, 0.0
        found = {"cpu_ms": cpu - self._cpu, "queued_ms": queued - self._queued, "gc_ms": collected}
        self._cpu, self._queued = cpu, queued
        return found

    def _gc(self, phase: str, _: object) -> None:
        # A collection holds the interpreter, whichever thread it runs in.
        if phase == "start":
            self._began = time.perf_counter()
        else:
            self._collected += (time.perf_counter() - self._began) * 1000


class Painter:
    """Moves a hand over the canvas: loops over the person, a new stroke and class every two seconds."""

    def __init__(self, window: MainWindow, seconds: float, trace: TextIO | None = None) -> None:
        self.window, self.seconds, self.trace = window, seconds, trace
        self.clock = Clock()
        self.stalls: list[dict[str, float]] = []
        self.memory: list[int] = []
        self.late: list[float] = []
        self.own: list[float] = []
        self.paint: list[float] = []
        self.work: list[float] = []
        self.frames = 0
        self.previews: list[float] = []
        self.start = self.last = 0.0
        self.stroke = -1
        self.beat = QTimer(window, interval=TICK, timerType=Qt.TimerType.PreciseTimer)
        self.beat.timeout.connect(self._tick)
        self.hand = QTimer(window, interval=8, timerType=Qt.TimerType.PreciseTimer)
        self.hand.timeout.connect(self._move)
        window.session.picture_changed.connect(self._frame)

    def begin(self) -> None:
        self.start = self.last = time.perf_counter()
        self.beat.start()
        self.hand.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        late = max(0.0, (now - self.last) * 1000 - TICK)
        did = self.clock.read()
        self.late.append(late)
        self.own.append(max(0.0, late - did["queued_ms"]))
        if late > STALL:
            self.stalls.append({"at_s": now - self.start, "late_ms": late, **did})
        if self.trace is not None:
            faulthandler.dump_traceback_later(TRACED, file=self.trace)
        if now - self.start > 60 * len(self.memory):
            self.memory.append(resident_mb())
        self.last = time.perf_counter()
        if now - self.start > self.seconds:
            self.beat.stop()
            self.hand.stop()
            faulthandler.cancel_dump_traceback_later()
            self._send(QEvent.Type.MouseButtonRelease, QPointF(0, 0))
            self.window.session.document.mark_saved(None)
            self.window.close()
            QApplication.quit()

    def _frame(self, result: RenderResult) -> None:
        self.frames += 1
        if not result.exact:
            self.previews.append(result.milliseconds)

    def _move(self) -> None:
        elapsed = time.perf_counter() - self.start
        document, canvas = self.window.session.document, self.window.canvas
        x = document.width * (0.5 + 0.2 * math.sin(elapsed * 3.1))
        y = document.height * (0.5 + 0.3 * math.sin(elapsed * 1.7))
        point = canvas.from_map(x, y)
        if int(elapsed / 2) != self.stroke:
            if self.stroke >= 0:
                self._send(QEvent.Type.MouseButtonRelease, point)
            self.stroke = int(elapsed / 2)
            self.window.session.pick_class(1 + self.stroke % (len(document.label_set) - 1))
            self._send(QEvent.Type.MouseButtonPress, point)
        began, used = time.perf_counter(), time.thread_time()
        self._send(QEvent.Type.MouseMove, point)
        # The canvas has asked for the changed part to be painted: have it painted now.
        QApplication.sendPostedEvents(self.window, QEvent.Type.UpdateRequest)
        self.paint.append((time.perf_counter() - began) * 1000)
        self.work.append((time.thread_time() - used) * 1000)

    def _send(self, kind: QEvent.Type, point: QPointF) -> None:
        canvas, left = self.window.canvas, Qt.MouseButton.LeftButton
        moved = kind == QEvent.Type.MouseMove
        event = QMouseEvent(
            kind,
            point,
            canvas.mapToGlobal(point),
            Qt.MouseButton.NoButton if moved else left,
            left if kind != QEvent.Type.MouseButtonRelease else Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(canvas, event)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--bundle", default="")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--trace", type=argparse.FileType("w"), help="where to write what threads did in stalls")
    options = parser.parse_args()
    sys.setswitchinterval(SWITCH_INTERVAL)
    app = QApplication(["heartbeat"])
    window = MainWindow(Settings(bundle=options.bundle, device=options.device, tour_done=True, view_mode="overlay"))
    Collector(window.session)
    window.show()
    painter = Painter(window, options.seconds, options.trace)
    first: list[float] = []

    def ready(_: object) -> None:
        if not first:
            first.append(time.perf_counter() - BEGAN)
            painter.begin()

    window.session.picture_changed.connect(ready)
    window.session.start()
    app.exec()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = {
        "first_picture_s": round(first[0], 2) if first else None,
        "late_ms": _summary(painter.late),
        # Without the time that other processes had the core: what this program can do something about.
        "late_by_itself_ms": _summary(painter.own),
        "event_to_overlay_ms": _summary(painter.paint),
        "event_to_overlay_cpu_ms": _summary(painter.work),
        "strokes": painter.stroke + 1,
        "frames_per_s": round(painter.frames / options.seconds, 1),
        "preview_ms": _summary(painter.previews),
        "peak_memory_mb": round(peak / (1024 if sys.platform != "darwin" else 2**20)),
        "memory_mb_each_minute": painter.memory,
        "stalls": [
            {name: round(value, 1) for name, value in stall.items()}
            for stall in sorted(painter.stalls, key=lambda stall: -stall["late_ms"])[:10]
        ],
    }
    print(json.dumps(report, indent=1))
    return 0


def resident_mb() -> int:
    """Memory of this process that lies in RAM; 0 where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) // 1024


def _summary(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    return {"p50": round(p50, 2), "p95": round(p95, 2), "p99": round(p99, 2), "max": round(max(values), 2)}


if __name__ == "__main__":
    sys.exit(main())
