"""Rectangle, ellipse and straight line: dragged from corner to corner, painted live."""

from __future__ import annotations

import math

from PySide6.QtCore import QT_TRANSLATE_NOOP

from app.canvas.raster import Mask, Point, capsule, ellipse, rectangle
from app.canvas.tools.base import CursorKind, Pointer, Tool, ToolContext
from app.document.box import Box


def snapped(start: Point, end: Point) -> Point:
    """`end` turned about `start` to the nearest multiple of 45 degrees, at the same distance."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    step = math.pi / 4
    angle = round(math.atan2(dy, dx) / step) * step
    length = math.hypot(dx, dy)
    return start[0] + length * math.cos(angle), start[1] + length * math.sin(angle)


class _DragTool(Tool):
    mirrors = True

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._start: Point | None = None

    @property
    def active(self) -> bool:
        return self._start is not None

    def shape(self, start: Point, end: Point) -> tuple[Box, Mask]:
        raise NotImplementedError

    def corners(self, pointer: Pointer) -> tuple[Point, Point]:
        """Both ends of the shape with Shift (equal sides) and Alt (from the centre) taken into account."""
        assert self._start is not None
        start, end = self._start, pointer.point
        if pointer.shift:
            side = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
            end = start[0] + math.copysign(side, end[0] - start[0]), start[1] + math.copysign(side, end[1] - start[1])
        if pointer.alt:
            start = 2 * start[0] - end[0], 2 * start[1] - end[1]
        return start, end

    def press(self, pointer: Pointer) -> None:
        name = self.class_name
        self._start = pointer.point
        self.document.begin_stroke(f"{self.label}: {name}", self.id)

    def move(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        self.document.restore_stroke()
        box, mask = self.shape(*self.corners(pointer))
        self.paint(box, mask, lambda *_: self.settings.class_index)

    def release(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        self.move(pointer)
        self._start = None
        self.document.commit_stroke()

    def cancel(self) -> None:
        if self._start is not None:
            self._start = None
            self.document.abandon_stroke()


class RectangleTool(_DragTool):
    """An upright rectangle; Shift makes a square, Alt starts from the centre."""

    id = "rectangle"
    text = str(QT_TRANSLATE_NOOP("Tools", "Rectangle"))

    def shape(self, start: Point, end: Point) -> tuple[Box, Mask]:
        return rectangle(start, end, self.document.height, self.document.width)


class EllipseTool(_DragTool):
    """An upright ellipse; Shift makes a circle, Alt starts from the centre."""

    id = "ellipse"
    text = str(QT_TRANSLATE_NOOP("Tools", "Ellipse"))

    def shape(self, start: Point, end: Point) -> tuple[Box, Mask]:
        return ellipse(start, end, self.document.height, self.document.width)


class LineTool(_DragTool):
    """A straight line as wide as the brush; Shift snaps to 45 degrees, and begins where the last line ended."""

    id = "line"
    text = str(QT_TRANSLATE_NOOP("Tools", "Line"))
    cursor = CursorKind.RING
    uses = ("size",)

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._end: Point | None = None

    def press(self, pointer: Pointer) -> None:
        super().press(pointer)
        if pointer.shift and self._end is not None:
            self._start = self._end
            self.move(Pointer(pointer.x, pointer.y))

    def corners(self, pointer: Pointer) -> tuple[Point, Point]:
        assert self._start is not None
        return self._start, snapped(self._start, pointer.point) if pointer.shift else pointer.point

    def shape(self, start: Point, end: Point) -> tuple[Box, Mask]:
        radius = self.settings.size / 2
        return capsule(start, end, radius, radius, self.document.height, self.document.width)

    def release(self, pointer: Pointer) -> None:
        if self._start is not None:
            self._end = self.corners(pointer)[1]
        super().release(pointer)
