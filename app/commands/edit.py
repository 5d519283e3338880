"""Edit menu: undo, redo, classes and brush size."""

from __future__ import annotations

from dataclasses import fields, replace

from PySide6.QtGui import QGuiApplication, QImage

from app.canvas.tools.base import MAX_SIZE
from app.commands.base import Commands
from app.settings import Settings


class EditCommands(Commands):
    """Handlers of "edit.*"."""

    def undo(self) -> None:
        self.session.document.undo()
        self.window.stamping.refresh()
        self.window.canvas.update()

    def redo(self) -> None:
        self.session.document.redo()
        self.window.canvas.update()

    def copy_picture(self) -> None:
        picture = self.session.picture
        if picture is None:
            self.session.say(self.tr("There is no picture to copy yet."), "warning")
            return
        height, width = picture.shape[:2]
        image = QImage(picture.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888)
        QGuiApplication.clipboard().setImage(image.copy())
        self.session.say(self.tr("Picture copied."), "success")

    def swap_classes(self) -> None:
        self.session.pick_class(self.session.tools.previous_class)

    def smaller(self) -> None:
        self._resize(-1)

    def larger(self) -> None:
        self._resize(1)

    def _resize(self, direction: int) -> None:
        size = self.session.tools.size
        step = max(1, round(size * 0.15))
        self.window.options.set_size(min(MAX_SIZE, max(1, size + direction * step)))
        self.window.canvas.update()

    def shortcuts(self) -> None:
        from app.dialogs.shortcuts import ShortcutsDialog

        dialog = ShortcutsDialog(self.window.actions_table, self.session.settings.shortcuts, self.window)
        if dialog.exec():
            self.session.settings.shortcuts = dialog.overrides()
            self.session.settings.save()
            self.window.actions_table.set_shortcuts(self.session.settings.shortcuts)

    def reset_settings(self) -> None:
        before = replace(self.session.settings)
        self.session.settings.reset()
        self._take_over()
        self.window.reset_layout()
        self.window.messages.show_message(
            self.tr("All settings are back to their defaults."),
            "success",
            action=self.tr("Undo"),
            handler=lambda: self._bring_back(before),
        )

    def _bring_back(self, before: Settings) -> None:
        settings = self.session.settings
        for entry in fields(settings):
            setattr(settings, entry.name, getattr(before, entry.name))
        self._take_over()

    def _take_over(self) -> None:
        self.session.settings.save()
        self.window.apply_settings()
