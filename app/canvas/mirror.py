"""The line that strokes are mirrored at: people are much the same on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPen

from app.canvas.marks import DARK, GRIP, LIGHT, draw_grip
from app.canvas.tools.base import Guide
from app.document.box import Box
from app.document.document import Document

if TYPE_CHECKING:
    from app.canvas.surface import CanvasSurface

FOOT = 24
"""Logical pixels of the grip's middle over the lower edge."""


def figure_middle(document: Document) -> float:
    """The x in map pixels, a multiple of one half, that has as much of what is no background on its left and right."""
    box = Box.around(document.labels != document.label_set.background)
    return document.width / 2 if box.empty else (box.left + box.right) / 2


class MirrorLine:
    """Shows the line of a canvas, and lets the hand move it.

    Attributes:
        held: the hand moves the line.
    """

    def __init__(self, canvas: CanvasSurface) -> None:
        self._canvas = canvas
        self.held = False

    @property
    def x(self) -> float | None:
        """Where the line is in the map, None where the tool in hand is not mirrored."""
        tool = self._canvas.tool
        return tool.settings.mirror if tool is not None and tool.mirrors else None

    def turn(self, on: bool) -> None:
        """Mirror strokes at the middle of what is painted, or no longer."""
        tool = self._canvas.tool
        if tool is not None:
            tool.settings.mirror = figure_middle(self._canvas.document) if on else None
        self._canvas.update()

    def renew(self) -> None:
        """Another document has another middle."""
        tool = self._canvas.tool
        if tool is not None and tool.settings.mirror is not None:
            self.turn(True)

    def over(self, point: QPointF) -> bool:
        """Whether a point of the canvas lies on the grip."""
        return any((point - grip).manhattanLength() <= GRIP + 4 for grip in self._grips())

    def drag(self, point: QPointF) -> None:
        """Put the line under a point of the canvas."""
        tool = self._canvas.tool
        if tool is not None:
            x = round(2 * self._canvas.to_map(point)[0]) / 2
            tool.settings.mirror = min(max(x, 0.0), float(self._canvas.document.width))
            self._canvas.update()

    def opposite(self, point: QPointF) -> list[QPointF]:
        """The point of the same pane on the other side of the line; none without a line."""
        if self.x is None:
            return []
        pane = self._canvas.pane_at(point)
        other = QPointF(2 * (pane.left() + self._canvas.view.to_screen((self.x, 0))[0]) - point.x(), point.y())
        return [other] if pane.contains(other.toPoint()) else []

    def with_opposite(self, guides: tuple[Guide, ...]) -> tuple[Guide, ...]:
        """Guides, and the same on the other side."""
        axis = self.x
        if axis is None:
            return guides
        return guides + tuple(Guide(tuple((2 * axis - x, y) for x, y in each.points), each.closed) for each in guides)

    def draw(self, painter: QPainter) -> None:
        """The line with its grip in every pane."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for pane, grip in zip(self._canvas.panes(), self._grips(), strict=False):
            if not pane.contains(grip.toPoint()):
                continue
            for color, width, pattern in ((DARK, 1.6, None), (LIGHT, 1.2, (5.0, 5.0))):
                pen = QPen(color, width)
                if pattern is not None:
                    pen.setDashPattern(pattern)
                painter.setPen(pen)
                painter.drawLine(QPointF(grip.x(), pane.top()), QPointF(grip.x(), pane.bottom()))
            draw_grip(painter, grip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _grips(self) -> list[QPointF]:
        if self.x is None:
            return []
        x = self._canvas.view.to_screen((self.x, 0))[0]
        return [QPointF(pane.left() + x, pane.bottom() - FOOT) for pane in self._canvas.panes()]
