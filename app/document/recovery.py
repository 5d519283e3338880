"""Recovery files: what a crash would have cost. One file per running process, gone after a clean end."""

from __future__ import annotations

import os
from pathlib import Path

from app.document.document import Document
from app.document.project import SUFFIX, Snapshot, read_project, write_project
from model.errors import UserError


def recovery_path(folder: Path) -> Path:
    """The recovery file of this process."""
    return folder / f"recovery-{os.getpid()}{SUFFIX}"


def write_recovery(folder: Path, content: Snapshot) -> None:
    """Write the recovery file of this process; raises UserError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be made for recovery files: {error.strerror}") from error
    write_project(recovery_path(folder), content)


def forget_recovery(folder: Path) -> None:
    """Remove the recovery file of this process."""
    recovery_path(folder).unlink(missing_ok=True)


def left_behind(folder: Path) -> list[Path]:
    """Recovery files of processes that no longer run, newest first."""
    found = []
    for path in folder.glob(f"recovery-*{SUFFIX}"):
        number = path.stem.removeprefix("recovery-")
        if number.isdigit() and not _alive(int(number)):
            found.append(path)
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def recover(path: Path) -> Document:
    """Open a recovery file as an unsaved document and remove the file's claim on it.

    Raises:
        UserError: the file is damaged; it is left where it is.
    """
    document = read_project(path)
    document.path = None
    document.mark_unsaved()
    return document


def _alive(pid: int) -> bool:
    if pid == os.getpid():
        return True
    if os.name == "nt":
        return _alive_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _alive_windows(pid: int) -> bool:
    import ctypes

    # os.kill(pid, 0) would end the process on Windows.
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    handle = kernel.OpenProcess(0x1000, False, pid)
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == 259
