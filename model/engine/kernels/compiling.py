"""Compiling kernels: once for each processor and version of their code, then from a cache on disk."""

# numba's decorators have no types.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs
from numba import cfunc, config, types

from model.engine.layout import LANES, RGB_WIDTH, SLAB
from model.engine.winograd import LARGEST_POINTS, POINTS, VANISHING


def _folder() -> str:
    """Where compiled code is kept: another folder for other code, of which numba looks at one file alone."""
    code = repr((LANES, SLAB, RGB_WIDTH, POINTS, LARGEST_POINTS, VANISHING)).encode()
    code += b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    caches = Path(platformdirs.user_cache_dir("smis-studio", appauthor=False))
    return str(caches / "kernels" / hashlib.sha256(code).hexdigest()[:16])


def kernel(function: Callable[[Any], None]) -> Any:
    """A decorator: compile a function of a pointer to int64. Whoever set NUMBA_CACHE_DIR says where it is kept."""
    before = config.CACHE_DIR
    config.CACHE_DIR = os.environ.get("NUMBA_CACHE_DIR") or _FOLDER
    try:
        return cfunc(types.void(types.CPointer(types.int64)), cache=True, error_model="numpy")(function)
    finally:
        config.CACHE_DIR = before


_FOLDER = _folder()
