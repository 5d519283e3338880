"""Lasso and polygon: draw an outline, then fill it with the picked class."""

from __future__ import annotations

import math

from PySide6.QtCore import QT_TRANSLATE_NOOP

from app.canvas.raster import Point, polygon
from app.canvas.tools.base import Guide, Pointer, Tool, ToolContext
from app.canvas.tools.shapes import snapped

CLOSE_REACH = 8.0
"""Screen pixels around the first point of a polygon within which a press closes it."""


class _OutlineTool(Tool):
    mirrors = True

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._points: list[Point] = []

    @property
    def active(self) -> bool:
        return bool(self._points)

    def cancel(self) -> None:
        self._points = []

    def fill(self) -> None:
        """Paint the inside of the outline as one step and forget the outline."""
        points, self._points = self._points, []
        box, mask = polygon(points, self.document.height, self.document.width)
        if box.empty:
            return
        name = self.class_name
        self.document.begin_stroke(f"{self.label}: {name}", self.id)
        self.paint(box, mask, lambda *_: self.settings.class_index)
        self.document.commit_stroke()


class LassoTool(_OutlineTool):
    """A freehand outline, filled when the button goes up."""

    id = "lasso"
    text = str(QT_TRANSLATE_NOOP("Tools", "Lasso"))

    def press(self, pointer: Pointer) -> None:
        self._points = [pointer.point]

    def move(self, pointer: Pointer) -> None:
        if self._points and math.dist(self._points[-1], pointer.point) >= 0.25:
            self._points.append(pointer.point)

    def release(self, pointer: Pointer) -> None:
        if self._points:
            self.move(pointer)
            self.fill()

    def guides(self) -> tuple[Guide, ...]:
        return (Guide(tuple(self._points), closed=True),) if self._points else ()


class PolygonTool(_OutlineTool):
    """Corner by corner: Shift snaps to 45 degrees, Backspace takes a corner back, Enter or the first corner closes."""

    id = "polygon"
    text = str(QT_TRANSLATE_NOOP("Tools", "Polygon"))

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._pointer: Point | None = None

    def press(self, pointer: Pointer) -> None:
        reach = CLOSE_REACH / max(self.settings.scale, 1e-6)
        if len(self._points) >= 3 and math.dist(self._points[0], pointer.point) <= reach:
            self.fill()
            return
        self._points.append(self._snap(pointer))
        self._pointer = self._points[-1]

    def move(self, pointer: Pointer) -> None:
        self.hover(pointer)

    def hover(self, pointer: Pointer) -> None:
        self._pointer = self._snap(pointer)

    def double_click(self, pointer: Pointer) -> None:
        if len(self._points) >= 3:
            self.fill()

    def key(self, name: str) -> bool:
        if not self._points:
            return False
        if name == "backspace":
            self._points.pop()
            return True
        if name == "enter":
            self.fill()
            return True
        return False

    def guides(self) -> tuple[Guide, ...]:
        if not self._points:
            return ()
        corners = tuple(self._points)
        line = (*corners, self._pointer) if self._pointer is not None else corners
        return Guide(line, closed=len(corners) >= 2), Guide(corners, handles=True)

    def _snap(self, pointer: Pointer) -> Point:
        return snapped(self._points[-1], pointer.point) if pointer.shift and self._points else pointer.point
