"""What went wrong, in the user's language: sentences of the model's errors are translated, what is filled in stays.

`make translations` collects every sentence of a UserError and every Phrase, and those of the operating system below.
"""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from model.errors import Phrase, UserError


def _reason(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Errors", text))


REASONS = (
    _reason("no such file or directory"),
    _reason("permission denied"),
    _reason("operation not permitted"),
    _reason("no space left on device"),
    _reason("disk quota exceeded"),
    _reason("read-only file system"),
    _reason("file name too long"),
    _reason("input/output error"),
    _reason("not a directory"),
    _reason("is a directory"),
    _reason("device or resource busy"),
    _reason("too many open files"),
    _reason("stale file handle"),
)
"""What operating systems say; anything else is shown as they say it."""


def as_sentence(text: str) -> str:
    """With a capital at the start and a full stop at the end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def told(error: UserError | Phrase) -> str:
    """An error for a person to read. Any thread may ask."""
    text = QCoreApplication.translate("Errors", error.sentence)
    if not error.fields:
        return text
    own = (UserError, Phrase)
    fields = {name: told(value) if isinstance(value, own) else value for name, value in error.fields.items()}
    return text.format(**fields)
