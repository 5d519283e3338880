"""Puts docks and menus into the window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QMainWindow, QMenu, QWidget

from app.actions import EXCLUSIVE, MENUS, ActionTable
from app.canvas.tools.catalog import TOOLS
from app.panels.catalog import PANELS
from app.panels.sight import SightPanel
from app.widgets.recent import RecentMenu

if TYPE_CHECKING:
    from app.session import Session

PANEL_WIDTH = 296


def place_docks(window: QMainWindow, session: Session) -> tuple[dict[str, QWidget], dict[str, QDockWidget]]:
    """Make every panel of the catalog; panels of one stack share a place as tabs. Returns panels and docks by id."""
    panels: dict[str, QWidget] = {}
    docks: dict[str, QDockWidget] = {}
    sizes = Counter((entry.column, entry.stack) for entry in PANELS)
    first: dict[tuple[int, int], QDockWidget] = {}
    for entry in PANELS:
        title = QCoreApplication.translate("Panels", entry.title)
        place = (entry.column, entry.stack)
        dock = QDockWidget(title, window)
        dock.setObjectName(entry.id)
        dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        # Docks that share a place have tabs that name them already.
        dock.setTitleBarWidget(QWidget() if sizes[place] > 1 else dock_title(title))
        panel = entry.make(session)
        panel.setMinimumWidth(PANEL_WIDTH)
        dock.setWidget(panel)
        if isinstance(panel, SightPanel):
            dock.visibilityChanged.connect(panel.set_in_sight)
        panels[entry.id], docks[entry.id] = panel, dock
        if place in first:
            window.tabifyDockWidget(first[place], dock)
        else:
            area = Qt.DockWidgetArea.RightDockWidgetArea if entry.column else Qt.DockWidgetArea.LeftDockWidgetArea
            window.addDockWidget(area, dock)
            first[place] = dock
    stacks = list(first.values())
    for dock in stacks:
        dock.raise_()
    # A list scrolls well; of sliders and buttons as many as can be should be in sight.
    window.resizeDocks(stacks, [4 if number == 0 else 5 for number in range(len(stacks))], Qt.Orientation.Vertical)
    window.resizeDocks(stacks, [PANEL_WIDTH + 24] * len(stacks), Qt.Orientation.Horizontal)
    return panels, docks


def place_menus(window: QMainWindow, table: ActionTable, docks: Iterable[QDockWidget]) -> RecentMenu:
    """Fill the menu bar from the table of actions; returns the menu of recent files."""
    recent = RecentMenu(QCoreApplication.translate("Menus", "Open recent"), window)
    for name in MENUS:
        menu = window.menuBar().addMenu(QCoreApplication.translate("Menus", name))
        group = 0
        for spec in table.specs.values():
            if spec.menu != name:
                continue
            if spec.group != group:
                menu.addSeparator()
                group = spec.group
            menu.addAction(table[spec.id])
            if spec.id == "file.open_photo":
                menu.addMenu(recent)
        if name == "View":
            shown = QMenu(QCoreApplication.translate("Menus", "Docks"), menu)
            for dock in docks:
                shown.addAction(dock.toggleViewAction())
            menu.insertMenu(table["view.docks"], shown)
    for ids in (*EXCLUSIVE, tuple(f"tool.{tool.id}" for tool in TOOLS)):
        together = QActionGroup(window)
        for action_id in ids:
            together.addAction(table[action_id])
    return recent


def dock_title(text: str) -> QWidget:
    """A slim title for a dock."""
    title = QWidget()
    title.setObjectName("dockTitle")
    title.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    layout = QHBoxLayout(title)
    layout.setContentsMargins(12, 8, 12, 8)
    layout.addWidget(QLabel(text))
    return title
