"""Edit menu: undo, redo, classes and brush size."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication

from app.canvas.tools.base import MAX_SIZE
from app.commands.base import Commands
from app.settings import Settings
from app.widgets.message_bar import Answer
from app.widgets.pixels import image_of

if TYPE_CHECKING:
    from app.window import MainWindow


NETWORK = ("device", "precision", "threads", "cache_mb")
"""Settings that hold from the next loading of the network on."""


class EditCommands(Commands):
    """Handlers of "edit.*"."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._reload = QTimer(self, singleShot=True, interval=600)
        self._reload.timeout.connect(lambda: self.session.open_model(self.session.settings.bundle))

    def undo(self) -> None:
        tool = self.window.canvas.tool
        # A corner of an outline that is being drawn comes before the steps that are done.
        if tool is None or self.session.document.in_stroke or not tool.key("backspace"):
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
        QGuiApplication.clipboard().setImage(image_of(picture))
        self.session.say(self.tr("Picture copied."), "success")

    def mirror(self) -> None:
        """Strokes appear on both sides of the figure, or no longer."""
        self.window.canvas.mirror.turn(self.window.actions_table["edit.mirror"].isChecked())

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
            self.window.set_shortcuts(self.session.settings.shortcuts)

    def settings(self) -> None:
        from app.dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self.session.settings, self.window)
        dialog.changed.connect(self._setting_changed)
        dialog.exec()

    def _setting_changed(self, name: str) -> None:
        """One setting of the dialog has another value: use it at once."""
        self.session.settings.save()
        if name == "theme":
            self.window.set_theme(self.session.settings.theme)
        elif name == "language":
            self.window.show_language()
        elif name == "autosave_seconds":
            self.window.autosaver.take_over_settings()
        elif name == "history_mb":
            self.session.document.history.max_bytes = self.session.settings.history_mb << 20
        elif name in NETWORK:
            # Several in a row load the network once.
            self._reload.start()

    def reset_settings(self) -> None:
        before = replace(self.session.settings)
        self.session.settings.reset()
        self._take_over(before)
        self.window.reset_layout()
        self.window.messages.show_message(
            self.tr("All settings are back to their defaults."),
            "success",
            answers=[Answer(self.tr("Undo"), lambda: self._bring_back(before))],
        )

    def _bring_back(self, before: Settings) -> None:
        settings = self.session.settings
        reset = replace(settings)
        for entry in fields(settings):
            setattr(settings, entry.name, getattr(before, entry.name))
        self._take_over(reset)

    def _take_over(self, before: Settings) -> None:
        self.session.settings.save()
        self.window.apply_settings()
        for name in ("autosave_seconds", "history_mb", *NETWORK):
            if getattr(before, name) != getattr(self.session.settings, name):
                self._setting_changed(name)
