"""Loading torch sooner, for the start of the window.

Nothing of torch is left out or put off: a trial that loaded what its compiler needs only when asked for it saved 0.4 s,
but then torch.Generator and torch.optim failed in the window's threads.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
import threading
from pathlib import Path


def begin_loading() -> None:
    """Have the system load torch's machine code in a thread of its own, while Python imports and makes the window.

    It is all of torch's import that needs no interpreter. Where it cannot be done, `import torch` will do it.
    """
    threading.Thread(target=_load_library, name="torch library", daemon=True).start()


def _load_library() -> None:
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None or sys.platform == "win32":
        return
    suffix = "dylib" if sys.platform == "darwin" else "so"
    library = Path(spec.origin).parent / "lib" / f"libtorch_cpu.{suffix}"
    try:
        ctypes.CDLL(str(library))
    except OSError:
        return
