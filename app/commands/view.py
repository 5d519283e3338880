"""View menu: modes, zoom, docks, theme."""

from __future__ import annotations

from app.canvas.surface import ViewMode
from app.commands.base import Commands


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
        self.window.actions_table[f"view.{mode.value}"].setChecked(True)

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

    def rulers(self) -> None:
        on = self.window.actions_table["view.rulers"].isChecked()
        self.session.settings.rulers = on
        self.window.canvas.set_rulers(on)

    def docks(self) -> None:
        self.window.toggle_docks()

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
