"""Buttons with an icon that follows the theme."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolBar, QToolButton, QWidget

from app import theme


def icon_button(icon: str, tip: str) -> QToolButton:
    """A button with a themed icon; ``tip`` is its tooltip and its accessible name."""
    button = QToolButton()
    button.setIconSize(QSize(18, 18))
    _dress(button, icon, tip)
    return button


def mark_overflow(bar: QToolBar, tip: str) -> None:
    """Draw the button for what does not fit into a tool bar like the others; Qt's arrow is black in every theme."""
    button = bar.findChild(QToolButton, "qt_toolbar_ext_button")
    if isinstance(button, QToolButton):
        button.setStyleSheet("padding: 0; border: none;")
        _dress(button, "more-down", tip)


def retheme_buttons(parent: QWidget) -> None:
    """Draw the icons of all buttons in a widget in the theme's colours, those that clear a field too."""
    for action in parent.findChildren(QAction, "_q_qlineeditclearaction"):
        action.setIcon(theme.themed("close"))
        action.setText(QCoreApplication.translate("Fields", "Clear"))
    for button in parent.findChildren(QToolButton):
        name = button.property("icon-name")
        if name:
            button.setIcon(theme.themed(name))


def _dress(button: QToolButton, icon: str, tip: str) -> None:
    button.setProperty("icon-name", icon)
    button.setIcon(theme.themed(icon))
    button.setToolTip(tip)
    button.setAccessibleName(tip)
