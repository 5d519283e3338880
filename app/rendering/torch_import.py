"""Importing torch sooner and for less, for the start of the window. The commands import it as everybody does."""

from __future__ import annotations

import ctypes
import importlib.util
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

LATER = frozenset({"torch._meta_registrations"})
"""Parts of torch that serve its compiler only, a quarter of the time of its import: loaded where somebody uses them."""


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


@contextmanager
def compiler_later() -> Iterator[None]:
    """Inside, an import of torch puts off what only its compiler needs until it is used."""
    finder = _PutOff()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _PutOff(MetaPathFinder):
    """Finds the modules of `LATER`."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name in LATER else None
        if spec is not None and spec.loader is not None:
            spec.loader = _LaterLoader(spec.loader)
        return spec


class _LaterLoader(Loader):
    """Gives an empty module that another loader fills at the first look inside.

    importlib's own LazyLoader fills it at `__file__` already, which `inspect` reads of every module there is.
    """

    def __init__(self, real: Loader) -> None:
        self.real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _LaterModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        return None


class _LaterModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        spec = self.__spec__
        if name.startswith("__") or spec is None or not isinstance(spec.loader, _LaterLoader):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        spec.loader = self.__loader__ = spec.loader.real
        spec.loader.exec_module(self)
        return getattr(self, name)
