"""Running a compiled kernel on the threads that torch computes with.

Two libraries that each keep a thread for every core waiting in a loop slow each other tenfold. So kernels run in the
OpenMP threads that torch has started already, by the function of its library that every `#pragma omp parallel` calls.
Where torch has another OpenMP library (macOS, Windows), threads of Python run them.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import torch

# Fewer values than this are done sooner than a second thread has woken up (main.py lets threads sleep early).
_WORTH_SHARING = 1 << 17


def _openmp() -> Callable[..., None] | None:
    """GOMP_parallel(function, data, threads, flags) of the OpenMP library that torch uses."""
    beside = Path(torch.__file__).parent
    found = [*beside.glob("lib/libgomp*.so*"), *beside.parent.glob("torch.libs/libgomp*.so*")]
    try:
        library = ctypes.CDLL(str(found[0]) if found else None)
        function = library.GOMP_parallel
    except (OSError, AttributeError):
        return None
    function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint]
    function.restype = None
    return function


_PARALLEL = _openmp()


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="kernel")


class Kernel:
    """A compiled function of one array of int64: ``a[0]`` counts the pieces taken, ``a[1]`` is how many there are."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled
        self._address = int(compiled.address)
        self._alone = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(self._address)

    def __call__(self, values: int, arguments: Sequence[int]) -> array[int]:
        """Run over ``arguments`` (``a[1]`` and on), about so many ``values``; returns the array after it."""
        packed = array("q", (0, *arguments))
        threads = torch.get_num_threads() if values >= _WORTH_SHARING else 1
        threads = min(threads, arguments[0])
        place, _ = packed.buffer_info()
        if threads > 1 and _PARALLEL is not None:
            _PARALLEL(self._address, place, threads, 0)
        elif threads > 1:
            others = [_pool(threads - 1).submit(self._alone, place) for _ in range(threads - 1)]
            self._alone(place)
            for other in others:
                other.result()
        else:
            self._alone(place)
        return packed
