"""The one list of command groups."""

from __future__ import annotations

from app.commands.base import Commands
from app.commands.edit import EditCommands
from app.commands.export import ExportCommands
from app.commands.file import FileCommands
from app.commands.help import HelpCommands
from app.commands.language import LanguageCommands
from app.commands.model import ModelCommands
from app.commands.photo import PhotoCommands
from app.commands.style import StyleCommands
from app.commands.view import ThemeCommands, ViewCommands

COMMANDS: dict[str, type[Commands]] = {
    "file": FileCommands,
    "export": ExportCommands,
    "edit": EditCommands,
    "style": StyleCommands,
    "photo": PhotoCommands,
    "view": ViewCommands,
    "theme": ThemeCommands,
    "language": LanguageCommands,
    "model": ModelCommands,
    "help": HelpCommands,
}
