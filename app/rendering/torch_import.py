"""What torch should find in the environment, and loading it sooner, for the start of the window.

Nothing of torch is left out or put off: a trial that loaded what its compiler needs only when asked for it saved 0.4 s,
but then torch.Generator and torch.optim failed in the window's threads.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from pathlib import Path

from model.shared_library import load_library

SPINS = 1000
"""Rounds, some 20 microseconds, that a thread of OpenMP waits busily for the others before it sleeps."""


def prepare_environment() -> None:
    """Set what torch's libraries read when they are loaded; what the person has set stays.

    Threads that wait busily, for milliseconds as is OpenMP's habit, do so on a core that the one they wait for may
    need: with another program on one of two cores, a picture took 15 to 30 times as long as with threads that sleep.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", str(SPINS))
    # Nobody's plug-ins for other devices are used; looking for some goes through every package that is installed.
    os.environ.setdefault("TORCH_DEVICE_BACKEND_AUTOLOAD", "0")


def begin_loading() -> None:
    """Have the system load torch's machine code in a thread of its own, while Python imports and makes the window.

    It is all of torch's import that needs no interpreter. Where it cannot be done, `import torch` will do it.
    """
    threading.Thread(target=_load_library, name="torch library", daemon=True).start()


def _load_library() -> None:
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return
    suffix = "dylib" if sys.platform == "darwin" else "so"
    load_library(Path(spec.origin).parent / "lib" / f"libtorch_cpu.{suffix}")
