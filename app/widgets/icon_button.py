"""The small icon button of the docks."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QToolButton

from app import theme


def icon_button(icon: str, tip: str) -> QToolButton:
    """A button with a themed icon; ``tip`` is its tooltip and its accessible name."""
    button = QToolButton()
    button.setProperty("icon-name", icon)
    button.setIcon(theme.themed(icon))
    button.setIconSize(QSize(18, 18))
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button
