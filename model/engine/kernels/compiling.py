"""Compiling kernels: once for each processor and version of their code, then from a cache on disk."""

# numba's decorators have no types.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import cfunc, config, types

from model.engine.kernel_cache import kernel_folder


def kernel(function: Callable[[Any], None]) -> Any:
    """A decorator: compile a function of a pointer to int64."""
    before = config.CACHE_DIR
    config.CACHE_DIR = _FOLDER
    try:
        return cfunc(types.void(types.CPointer(types.int64)), cache=True, error_model="numpy")(function)
    finally:
        config.CACHE_DIR = before


_FOLDER = str(kernel_folder())
