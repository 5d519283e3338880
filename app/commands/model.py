"""Model menu: which network, on which device."""

from __future__ import annotations

from pathlib import Path

from app.commands.base import Commands
from app.rendering.loading import import_checkpoint


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

    def import_official(self) -> None:
        """Make a bundle of the authors' released checkpoints and open it."""
        from app.dialogs.official import OfficialDialog

        dialog = OfficialDialog(self.window)
        if not dialog.exec():
            return
        chosen, session = dialog.choice(), self.session

        def done(path: Path) -> None:
            session.settings.bundle = str(path)
            session.settings.save()
            session.open_model(str(path))

        session.jobs.add(self.tr("Importing the checkpoint"), lambda progress: import_checkpoint(chosen), done)
