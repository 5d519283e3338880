"""Style menu: what can be done to the styles of classes."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from app.commands.base import Commands
from app.document import styling
from app.document.origins import StyleOrigin
from app.panels.styles import StylesPanel
from app.telling import as_sentence, told
from model.errors import UserError


class StyleCommands(Commands):
    """Handlers of "style.*"."""

    @property
    def _picked(self) -> int:
        return self.session.tools.class_index

    def _everything(self) -> list[int]:
        return list(range(len(self.session.label_set)))

    def draw(self) -> None:
        self.session.draw_styles([self._picked])

    def draw_all(self) -> None:
        self.session.draw_styles(self._everything())

    def variations(self) -> None:
        panel = self.window.show_panel("styles")
        assert isinstance(panel, StylesPanel)
        panel.make_variations()

    def reset(self) -> None:
        self.session.reset_styles([self._picked])

    def reset_all(self) -> None:
        self.session.reset_styles(self._everything())

    def copy(self) -> None:
        codes = self.session.document.codes
        if codes is None:
            return
        name = self.session.label_set.names[self._picked]
        QGuiApplication.clipboard().setText(styling.code_to_text(codes[self._picked], name))
        self.session.say(self.tr("Style of {0} copied.").format(name), "success")

    def paste(self) -> None:
        codes = self.session.document.codes
        if codes is None:
            return
        name = self.session.label_set.names[self._picked]
        try:
            code = styling.code_from_text(QGuiApplication.clipboard().text(), codes[self._picked].shape)
        except UserError as error:
            self.session.say(as_sentence(told(error)), "warning")
            return
        text = self.tr("{0}: pasted style").format(name)
        self.session.document.set_codes([self._picked], code[None], text, icon="paste", origin=StyleOrigin("pasted"))

    def from_photo(self) -> None:
        """Encode the photo again under the map as it stands now."""
        self.session.take_photo_styles(outlines=False)
