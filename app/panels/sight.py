"""Panels that bring themselves up to date only while somebody can see them."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


class SightPanel(QWidget):
    """A panel in a dock that may lie behind another one.

    What it shows is made anew when something changes and it is in sight, else once, when it comes into sight: most
    docks lie behind others, and a change of class or a stroke would pay for them all.
    """

    def __init__(self) -> None:
        super().__init__()
        self._in_sight = True
        self._outdated = False

    def set_in_sight(self, seen: bool) -> None:
        """The dock came to the front or went behind another one."""
        self._in_sight = seen
        if seen and self._outdated:
            self._outdated = False
            self.catch_up()

    def put_off(self) -> bool:
        """Whether what changed is to be shown later, because nobody would see it now."""
        if not self._in_sight:
            self._outdated = True
        return not self._in_sight

    @property
    def outdated(self) -> bool:
        """Whether something was put off."""
        return self._outdated

    def catch_up(self) -> None:
        """Show everything as it stands."""
        raise NotImplementedError
