"""Compiling kernels: once for each processor and version of their code, then from a cache on disk."""

# numba's decorators have no types.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from typing import Any

from numba import cfunc, config, types

from model.engine.kernel_cache import kernel_folder

_log = logging.getLogger(__name__)


def _can_keep() -> bool:
    """Whether the cache's folder can be written; numba would look for another, which tells apart less code."""
    try:
        _FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=_FOLDER):
            return True
    except OSError as error:
        _log.info("Compiled kernels cannot be kept for the next start: %s", error)
        return False


_FOLDER = kernel_folder()
_KEPT = _can_keep()


def kernel(function: Callable[[Any], None]) -> Any:
    """A decorator: compile a function of a pointer to int64."""
    before = config.CACHE_DIR
    config.CACHE_DIR = str(_FOLDER)
    try:
        return cfunc(types.void(types.CPointer(types.int64)), cache=_KEPT, error_model="numpy")(function)
    finally:
        config.CACHE_DIR = before
