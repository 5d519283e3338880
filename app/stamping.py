"""A region copied from a photo is placed on the canvas; meanwhile its tool replaces the one in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from app.canvas.tools.stamp import StampTool
from app.document.stamp import Stamp
from app.widgets.placing_bar import PlacingBar

if TYPE_CHECKING:
    from app.window import MainWindow

NOT_MEANWHILE = ("file.save", "file.save_as", "export.", "style.")
"""Actions that must not see the region before it is stamped."""


class Stamping(QObject):
    """Puts the stamp tool in hand and the one before it back."""

    def __init__(self, window: MainWindow, bar: PlacingBar) -> None:
        super().__init__(window)
        self.window, self.bar = window, bar
        self.tool = StampTool(window.session.context, self._over)
        self._before = ""
        bar.flipped.connect(self._flip)
        bar.abandoned.connect(self.tool.cancel)
        bar.stamped.connect(self.tool.stamp)
        window.session.stamp_wanted.connect(self.begin)

    @property
    def active(self) -> bool:
        """A region is being placed."""
        return self.tool.active

    def begin(self, stamp: Stamp) -> None:
        """Let the person place a region."""
        window = self.window
        if window.session.document.reviewing or window.session.document.codes is None:
            return
        window.canvas.cancel_gesture()
        if window.canvas.tool is not None:
            self._before = window.canvas.tool.id
        window.canvas.set_tool(self.tool)
        window.options.show_tool(self.tool)
        self._release_tools()
        self._enable(False)
        document = window.session.document
        shared = sorted(set(self.tool.restyled(stamp)) & set(np.unique(document.labels).tolist()))
        own = stamp.pixels is not None and document.photo is not None
        self.tool.begin(stamp)
        # Undo takes the region away, even where nothing else can be undone.
        window.actions_table["edit.undo"].setEnabled(True)
        self.bar.show_region(stamp.name, [window.session.label_set.names[index] for index in shared], own)
        window.canvas.setFocus()

    def refresh(self) -> None:
        """Undo may have taken the region away."""
        self.tool.check()

    def _flip(self) -> None:
        self.tool.flip()
        self.window.canvas.setFocus()

    def _over(self) -> None:
        self.bar.hide()
        self._enable(True)
        history = self.window.session.document.history
        self.window.actions_table["edit.undo"].setEnabled(history.position > 0)
        if self.window.canvas.tool is self.tool and self._before in self.window.tools:
            self.window.use_tool(self._before)

    def _release_tools(self) -> None:
        """No tool of the tool bar is in hand."""
        for tool_id in self.window.tools:
            action = self.window.actions_table[f"tool.{tool_id}"]
            group = action.actionGroup()
            if action.isChecked() and group is not None:
                group.setExclusive(False)
                action.setChecked(False)
                group.setExclusive(True)

    def _enable(self, on: bool) -> None:
        for action_id, action in self.window.actions_table.actions.items():
            if action_id.startswith(NOT_MEANWHILE):
                action.setEnabled(on)
