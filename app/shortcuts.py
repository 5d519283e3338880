"""Keyboard shortcuts as texts."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtGui import QKeySequence

FIXED: dict[str, str] = {
    "Esc": str(QT_TRANSLATE_NOOP("KeysDialog", "Abandon the stroke")),
    "Return": str(QT_TRANSLATE_NOOP("KeysDialog", "Close the polygon")),
    "Backspace": str(QT_TRANSLATE_NOOP("KeysDialog", "Take a corner back")),
}
"""Keys of the canvas that no action can have, and what they do."""


def key_text(sequence: str) -> str:
    """A shortcut as the platform writes it."""
    return QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)


def portable(sequence: str | QKeySequence) -> str:
    """A shortcut in the one way it is stored and compared."""
    return QKeySequence(sequence).toString(QKeySequence.SequenceFormat.PortableText)


def conflicts(shortcuts: dict[str, str]) -> list[tuple[str, str, str]]:
    """Pairs of action ids that share a shortcut: (first id, second id, shortcut)."""
    seen: dict[str, str] = {}
    found = []
    for action_id, sequence in shortcuts.items():
        plain = portable(sequence)
        if not plain:
            continue
        if plain in seen:
            found.append((seen[plain], action_id, plain))
        else:
            seen[plain] = action_id
    return found
