"""What all groups of commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from app.session import Session
    from app.window import MainWindow


class Commands(QObject):
    """A group of handlers; method `x` of group `g` is what action "g.x" does."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window

    @property
    def session(self) -> Session:
        return self.window.session
