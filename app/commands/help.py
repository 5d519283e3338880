"""Help menu."""

from __future__ import annotations

from app.commands.base import Commands


class HelpCommands(Commands):
    """Handlers of "help.*"."""

    def keys(self) -> None:
        from app.dialogs.help import KeysDialog

        KeysDialog(self.window.actions_table, self.window).exec()

    def tour(self) -> None:
        self.window.start_tour()

    def about(self) -> None:
        from app.dialogs.help import AboutDialog

        AboutDialog(self.session, self.window).exec()
