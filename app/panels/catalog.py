"""The one list of docks. A new panel is one entry here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtWidgets import QWidget

from app.panels.classes import ClassesPanel
from app.panels.history import HistoryPanel
from app.panels.morph import MorphPanel
from app.panels.photos import PhotosPanel
from app.panels.shape import ShapePanel
from app.panels.styles import StylesPanel

if TYPE_CHECKING:
    from app.session import Session


@dataclass(frozen=True)
class PanelEntry:
    """A dock: `column` 0 is left of the canvas, 1 right; docks of one `stack` share a place as tabs."""

    id: str
    title: str
    icon: str
    make: Callable[[Session], QWidget]
    column: int = 1
    stack: int = 0


def _(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Panels", text))


PANELS: tuple[PanelEntry, ...] = (
    PanelEntry("classes", _("Classes"), "classes", ClassesPanel, stack=0),
    PanelEntry("styles", _("Style"), "style", StylesPanel, stack=1),
    PanelEntry("shape", _("Shape"), "reshape", ShapePanel, stack=1),
    PanelEntry("photos", _("Photos"), "photo", PhotosPanel, stack=1),
    PanelEntry("morph", _("Morph"), "sparkle", MorphPanel, stack=1),
    PanelEntry("history", _("History"), "history", HistoryPanel, stack=1),
)
