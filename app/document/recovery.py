"""Recovery files: what a crash would have cost. One file per running process, gone after a clean end.

Beside it there may be a second one, of a photo whose outlines are being corrected; what was open before waits then.

What somebody discards stays under another name for `KEPT_DAYS` days.
"""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from pathlib import Path

from app.document.claims import Claim, forget_claim, is_claimed
from app.document.document import Document
from app.document.project import SUFFIX, Snapshot, read_project, write_project
from model.errors import UserError
from model.files import reason

KEPT_DAYS = 30
_DAY = 24 * 3600
_DISCARDED = ".discarded-"
# Process numbers come back: in a container the next run has the same one.
_NAME = secrets.token_hex(4)
_claims: dict[Path, Claim] = {}


def recovery_path(folder: Path, reviewing: bool = False) -> Path:
    """The recovery file of this process; `reviewing`: that of the photo under review."""
    return folder / f"recovery-{_NAME}{'-photo' if reviewing else ''}{SUFFIX}"


def write_recovery(folder: Path, content: Snapshot) -> None:
    """Write the recovery file of this process; raises UserError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            "{folder} cannot be made for recovery files: {reason}", folder=folder, reason=reason(error)
        ) from error
    path = recovery_path(folder, content.reviewing)
    if path not in _claims:
        _claims[path] = Claim(path)
    write_project(path, content)


def forget_recovery(folder: Path, reviewing: bool = False) -> None:
    """Remove the recovery file of this process."""
    recovery_path(folder, reviewing).unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Remove the recovery file of a process that no longer runs."""
    path.unlink(missing_ok=True)
    forget_claim(path)


def discard(path: Path) -> Path:
    """Offer the file of a dead process no longer; returns where it lies from now on.

    Raises:
        UserError: it cannot be renamed.
    """
    kept = path.with_name(f"{path.name}{_DISCARDED}{int(time.time())}")
    try:
        path.replace(kept)
    except OSError as error:
        raise UserError("{target} cannot be written: {reason}", target=kept, reason=reason(error)) from error
    forget_claim(path)
    return kept


def take_back(discarded: Path) -> None:
    """Offer again what was discarded."""
    with suppress(OSError):
        discarded.replace(discarded.with_name(discarded.name.partition(_DISCARDED)[0]))


def tidy(folder: Path) -> None:
    """Remove what nobody can want any more: what was discarded long ago, and what killed processes left behind."""
    now = time.time()
    for path in folder.glob(f"recovery-*{_DISCARDED}*"):
        since = path.name.rpartition("-")[2]
        if since.isdigit() and now - int(since) > KEPT_DAYS * _DAY:
            path.unlink(missing_ok=True)
    # Half a file, the one before it is whole; and locks without a file, unless their process has just begun to write.
    locks = (path for path in folder.glob(f"recovery-*{SUFFIX}.lock") if not path.with_suffix("").exists())
    for path in (*folder.glob(f".recovery-*{SUFFIX}"), *locks):
        with suppress(OSError):
            if now - path.stat().st_mtime > _DAY and not is_claimed(path.with_suffix("")):
                path.unlink()


def leave_folder(folder: Path) -> None:
    """The program ends as it should: no trace of this process stays."""
    for reviewing in (False, True):
        forget_recovery(folder, reviewing)
        claim = _claims.pop(recovery_path(folder, reviewing), None)
        if claim is not None:
            claim.release()


def left_behind(folder: Path) -> list[Path]:
    """Recovery files of processes that no longer run, newest first."""
    found = [(path.stat().st_mtime, path) for path in folder.glob(f"recovery-*{SUFFIX}") if not is_claimed(path)]
    return [path for _, path in sorted(found, reverse=True)]


def recover(path: Path) -> Document:
    """Open a recovery file as an unsaved document.

    Raises:
        UserError: the file is damaged; it stays under another name, and is not found by `left_behind` again.
    """
    try:
        document = read_project(path)
    except UserError:
        with suppress(OSError):
            path.replace(path.with_name(f"{path.name}.damaged"))
        forget_claim(path)
        raise
    document.path = None
    document.mark_unsaved()
    return document
