"""What is wrong with photos that were added together: one note for all of them, so that none hides another."""

from __future__ import annotations

from collections.abc import Callable

_SHOWN = 4
"""Sentences in the note itself; all of them are in its details."""


class PhotoNotes:
    """Collects what is said while photos are read; every new sentence shows the others again.

    Args:
        say: shows a text of a kind ("warning", "error") with details.
    """

    def __init__(self, say: Callable[[str, str, str], None]) -> None:
        self._say = say
        self._failures: list[str] = []
        self._doubts: list[str] = []
        self._details: list[str] = []

    def failed(self, text: str, details: str = "") -> None:
        """A photo could not be read."""
        self._failures.append(text)
        self._details.append(details)
        self._show()

    def doubted(self, text: str) -> None:
        """A photo was read, but may be none."""
        self._doubts.append(text)
        self._show()

    def _show(self) -> None:
        texts = [*self._failures, *self._doubts]
        details = [*(texts if len(texts) > _SHOWN else ()), *filter(None, self._details)]
        shown = [*texts[:_SHOWN], *(["..."] if len(texts) > _SHOWN else [])]
        self._say("\n".join(shown), "error" if self._failures else "warning", "\n".join(details))
