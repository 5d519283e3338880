"""Loading large shared libraries in a thread without holding up the others."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path


def load_library(path: Path) -> None:
    """Load a shared library, so that whatever needs it finds it loaded; other threads of Python run meanwhile.

    ctypes.CDLL keeps the interpreter to itself while the system loads: 0.3 s for torch's library, 0.2 s for LLVM's when
    it is not yet in memory. Called as a foreign function, dlopen does not. Where that cannot be done nothing happens:
    whoever needs the library loads it then.
    """
    if sys.platform == "win32" or not path.is_file():
        return
    try:
        load = ctypes.CDLL(None).dlopen
    except (OSError, AttributeError):
        return
    load.argtypes, load.restype = [ctypes.c_char_p, ctypes.c_int], ctypes.c_void_p
    load(os.fsencode(path), os.RTLD_NOW | os.RTLD_LOCAL)
