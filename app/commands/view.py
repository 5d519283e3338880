"""View menu: modes, zoom, docks, theme."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.canvas.surface import ViewMode
from app.commands.base import Commands
from app.document.box import Box


def _holds(area: QWidget, widget: QWidget) -> bool:
    return area is widget or area.isAncestorOf(widget)


def _first_control(area: QWidget) -> QWidget | None:
    """The first widget of an area, in the order of the Tab key, that takes the focus."""
    widget: QWidget | None = area
    while widget is not None:
        usable = widget.isVisible() and widget.isEnabled() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if usable and _holds(area, widget):
            return widget
        following = widget.nextInFocusChain()
        widget = None if following is area else following
    return None


class ViewCommands(Commands):
    """Handlers of "view.*"."""

    def overlay(self) -> None:
        self.set_mode(ViewMode.OVERLAY)

    def outlines(self) -> None:
        self.set_mode(ViewMode.OUTLINES)

    def side(self) -> None:
        self.set_mode(ViewMode.SIDE_BY_SIDE)

    def split(self) -> None:
        self.set_mode(ViewMode.SPLIT)

    def set_mode(self, mode: ViewMode) -> None:
        self.window.canvas.set_mode(mode)
        self.session.settings.view_mode = mode.value

    def toggle_overlay(self) -> None:
        self.window.canvas.toggle_overlay()

    def zoom_in(self) -> None:
        self.window.canvas.zoom_by(1.25)

    def zoom_out(self) -> None:
        self.window.canvas.zoom_by(0.8)

    def fit(self) -> None:
        self.window.canvas.fit()

    def actual(self) -> None:
        self.window.canvas.actual_size()

    def zoom_class(self) -> None:
        """Show the picked class as large as the canvas allows, or all of a map without it."""
        document = self.session.document
        self.window.canvas.show_box(Box.around(document.labels == self.session.tools.class_index))

    def full_screen(self) -> None:
        self.window.setWindowState(self.window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def rulers(self) -> None:
        on = self.window.actions_table["view.rulers"].isChecked()
        self.session.settings.rulers = on
        self.window.canvas.set_rulers(on)

    def docks(self) -> None:
        self.window.toggle_docks()

    def next_area(self) -> None:
        """Give the focus to the next of canvas, options and the docks that are seen; Tab goes on inside of it."""
        window, now = self.window, QApplication.focusWidget()
        panels = [panel for panel in window.panels.values() if not panel.visibleRegion().isEmpty()]
        areas: list[QWidget] = [window.canvas, window.options, *panels]
        place = next((n for n, area in enumerate(areas) if now is not None and _holds(area, now)), -1)
        for step in range(1, len(areas) + 1):
            area = areas[(place + step) % len(areas)]
            taker = _first_control(area)
            if taker is not None:
                taker.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    def reset_layout(self) -> None:
        self.window.reset_layout()


class ThemeCommands(Commands):
    """Handlers of "theme.*"."""

    def system(self) -> None:
        self.window.set_theme("system")

    def light(self) -> None:
        self.window.set_theme("light")

    def dark(self) -> None:
        self.window.set_theme("dark")
