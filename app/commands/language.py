"""View menu: the language of the window."""

from __future__ import annotations

from app.commands.base import Commands


class LanguageCommands(Commands):
    """Handlers of "language.*"."""

    def system(self) -> None:
        self._use("system")

    def en(self) -> None:
        self._use("en")

    def de(self) -> None:
        self._use("de")

    def _use(self, language: str) -> None:
        settings = self.session.settings
        if language != settings.language:
            settings.language = language
            settings.save()
            self.session.say(self.tr("The language changes when the program is started again."))
