"""Writing files so that a crash, a full disk or a killed process never costs the user the old version."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model.errors import UserError


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it is flushed to disk and renamed over `path`.

    On any exception the temporary file is removed and `path` keeps what it held. The temporary name keeps the suffix of
    `path`, so writers that choose the format by suffix work.

    Raises:
        UserError: the folder is missing or may not be written to, or the disk is full.
    """
    target = Path(path)
    if target.is_dir():
        raise UserError(f"{target} is a folder, not a file to write to")
    if not target.parent.is_dir():
        raise UserError(f"{target} cannot be written: the folder {target.parent} does not exist")
    temporary = target.with_name(f".{target.stem}.{secrets.token_hex(4)}{target.suffix}")
    try:
        yield temporary
        flush_to_disk(temporary)
        temporary.replace(target)
    except OSError as error:
        raise UserError(f"{target} cannot be written: {reason(error)}") from error
    finally:
        temporary.unlink(missing_ok=True)


def flush_to_disk(path: Path) -> None:
    """Make the bytes of `path` survive a power cut before it is renamed over anything."""
    # Windows refuses to flush a handle that was opened for reading only.
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def reason(error: OSError) -> str:
    """What the system said, in lower case and without errno or path, for the end of a sentence."""
    text = error.strerror or str(error) or type(error).__name__
    return text[:1].lower() + text[1:]
