"""File names that several commands need."""

from __future__ import annotations

from pathlib import Path


def with_suffix(path: Path, suffix: str) -> Path:
    """The path with this suffix, added where it has another one."""
    return path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)
