"""Model menu: which network, on which device."""

from __future__ import annotations

from app.commands.base import Commands


class ModelCommands(Commands):
    """Handlers of "model.*"."""

    def choose(self) -> None:
        from app.dialogs.model import ModelDialog

        dialog = ModelDialog(self.session, self.window)
        if dialog.exec():
            settings = self.session.settings
            settings.bundle, settings.device, settings.precision = dialog.choice()
            settings.save()
            self.session.open_model(settings.bundle)
