"""Which files belong to a process that still runs: a lock beside the file, which the system lets go when it ends."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path


class Claim:
    """This process holds a file: the lock stands in `<file>.lock` until `release`, or until the process is gone."""

    def __init__(self, path: Path) -> None:
        self._path = _lock_path(path)
        self._descriptor = -1
        # Where the disk knows no locks, or is full, the file counts as nobody's: it is offered rather than lost.
        with suppress(OSError):
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            _lock(self._descriptor)

    def release(self) -> None:
        """Hold the file no longer."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        with suppress(OSError):
            self._path.unlink()


def forget_claim(path: Path) -> None:
    """Remove the lock that a dead process left beside a file."""
    with suppress(OSError):
        _lock_path(path).unlink()


def is_claimed(path: Path) -> bool:
    """Whether a process that still runs holds a file."""
    try:
        descriptor = os.open(_lock_path(path), os.O_RDWR)
    except OSError:
        return False
    try:
        _lock(descriptor)
    except (BlockingIOError, PermissionError):
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def _lock_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _lock(descriptor: int) -> None:
    """Take the lock on an open file; it goes when the descriptor is closed, however the process ends.

    Raises:
        BlockingIOError, PermissionError: another process, or another descriptor of this one, has it.
        OSError: this disk knows no locks.
    """
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
