"""Reading JSON; writing files so that a crash, a full disk or a killed process never costs the user the old version."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from model.errors import Phrase, UserError

KEPT_OF_NAME = 24
"""Characters of a file's name that its temporary name begins with, for whoever finds one after a crash."""


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it is flushed to disk and renamed over `path`.

    On any exception the temporary file is removed and `path` keeps what it held. The temporary name keeps the suffix of
    `path`, so writers that choose the format by suffix work. A link stays a link, and who may read a file stays as it
    was.

    Raises:
        UserError: the folder is missing or may not be written to, the name is too long, or the disk is full.
    """
    target = Path(path)
    temporary: Path | None = None
    try:
        if target.is_symlink():
            target = target.resolve()
        if target.is_dir():
            raise UserError("{target} is a folder, not a file to write to", target=target)
        if not target.parent.is_dir():
            raise UserError(
                "{target} cannot be written: the folder {folder} does not exist", target=target, folder=target.parent
            )
        # Whatever name fits into the folder, this one does too.
        temporary = target.with_name(f".{target.stem[:KEPT_OF_NAME]}.{secrets.token_hex(4)}{target.suffix}")
        yield temporary
        flush_to_disk(temporary)
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    except OSError as error:
        raise UserError("{target} cannot be written: {reason}", target=target, reason=reason(error)) from error
    finally:
        if temporary is not None:
            # Where nothing can be written, or the disk is gone, nothing can be removed either.
            with suppress(OSError):
                temporary.unlink()


def flush_to_disk(path: Path) -> None:
    """Make the bytes of `path` survive a power cut before it is renamed over anything."""
    # Windows refuses to flush a handle that was opened for reading only.
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def read_json(path: str | Path) -> Any:
    """What a JSON file holds.

    Raises:
        UserError: the file is missing, cannot be read, or is no JSON.
    """
    source = Path(path)
    try:
        return json.loads(source.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError("{source} does not exist", source=source) from None
    except OSError as error:
        raise UserError("{source} cannot be read: {reason}", source=source, reason=reason(error)) from error
    except (ValueError, RecursionError) as error:
        raise UserError("{source} is not valid JSON: {error}", source=source, error=error) from None


def reason(error: OSError) -> Phrase:
    """What the system said, in lower case and without errno or path, for the end of a sentence."""
    text = error.strerror or str(error) or type(error).__name__
    return Phrase(text[:1].lower() + text[1:])
