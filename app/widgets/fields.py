"""Fields that the wheel leaves alone unless they were clicked: docks are scrolled far more often than set by it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSpinBox


class _Calm:
    """What the fields have in common. Comes first among the bases of each; itself a widget, Qt would crash."""

    def __init__(self) -> None:
        super().__init__()
        # Qt would give the focus to what the wheel turns over.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # type: ignore[attr-defined]

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():  # type: ignore[attr-defined]
            super().wheelEvent(event)  # type: ignore[misc]
        else:
            event.ignore()


class WholeField(_Calm, QSpinBox):
    """A whole number."""


class RealField(_Calm, QDoubleSpinBox):
    """A number with decimals."""


class ChoiceField(_Calm, QComboBox):
    """One of several."""
