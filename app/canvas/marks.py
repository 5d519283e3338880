"""What is drawn over the canvas at screen resolution: cursor ring, guides, split line, rulers, busy mark."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette, QPen, QPolygonF

from app.canvas.layers import target
from app.canvas.tools.base import CursorKind, Guide
from app.canvas.transform import ViewTransform

LIGHT = QColor(255, 255, 255, 235)
DARK = QColor(0, 0, 0, 190)
SMALL_RING = 8.0
"""Logical pixels of diameter below which cross hairs are added, so that a tiny brush stays visible."""
GRIP = 11.0
"""Logical pixels of radius of the grip on a line."""
LARGE_RING = 400.0
"""Logical pixels of diameter above which the ring is painted each time: its picture would be mostly empty and large."""


CURSORS = {
    CursorKind.RING: Qt.CursorShape.BlankCursor,
    CursorKind.CROSS: Qt.CursorShape.CrossCursor,
    CursorKind.PICK: Qt.CursorShape.PointingHandCursor,
    CursorKind.MOVE: Qt.CursorShape.SizeAllCursor,
}


def draw_frame(painter: QPainter, view: ViewTransform, height: int, width: int) -> None:
    """A hairline around the map."""
    painter.setPen(QPen(QColor(0, 0, 0, 70), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(target(view, height, width).adjusted(-1, -1, 1, 1))


def draw_ring(painter: QPainter, point: QPointF, diameter: float, ratio: float = 1.0) -> None:
    """A light ring inside a dark one at the brush's true size; `ratio`: device pixels per logical pixel."""
    if diameter > LARGE_RING:
        _paint_ring(painter, point, diameter)
        return
    # Smooth circles take longer than all else that a mouse move has painted: each size is painted once.
    image, middle = _ring_image(round(diameter, 1), ratio)
    corner = QPointF(round(point.x() * ratio) / ratio, round(point.y() * ratio) / ratio)
    painter.drawImage(corner - QPointF(middle, middle), image)


@lru_cache(maxsize=16)
def _ring_image(diameter: float, ratio: float) -> tuple[QImage, float]:
    """The ring on a transparent ground, and where its middle is, in logical pixels from the top left corner."""
    reach = max(1.0, diameter / 2) + (10 if diameter < SMALL_RING else 2)
    side = 2 * math.ceil(reach * ratio)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    middle = side / ratio / 2
    painter = QPainter(image)
    _paint_ring(painter, QPointF(middle, middle), diameter)
    painter.end()
    return image, middle


def _paint_ring(painter: QPainter, point: QPointF, diameter: float) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = max(1.0, diameter / 2)
    painter.setPen(QPen(DARK, 1.2))
    painter.drawEllipse(point, radius + 0.6, radius + 0.6)
    painter.setPen(QPen(LIGHT, 1.2))
    painter.drawEllipse(point, max(0.5, radius - 0.6), max(0.5, radius - 0.6))
    if diameter < SMALL_RING:
        for color, width in ((DARK, 3.0), (LIGHT, 1.2)):
            painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                near, far = radius + 3, radius + 9
                painter.drawLine(point + QPointF(dx * near, dy * near), point + QPointF(dx * far, dy * far))
    painter.restore()


def draw_guides(painter: QPainter, view: ViewTransform, guides: Iterable[Guide]) -> None:
    """Outlines under way, visible on any ground: a dark line with light dashes on it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for guide in guides:
        points = [QPointF(*view.to_screen(point)) for point in guide.points]
        if guide.handles:
            painter.setPen(QPen(DARK, 1.2))
            painter.setBrush(LIGHT)
            for point in points:
                painter.drawRect(QRectF(point.x() - 3.5, point.y() - 3.5, 7, 7))
            continue
        outline = QPolygonF(points)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(DARK, 1.6), QPen(LIGHT, 1.2, Qt.PenStyle.CustomDashLine)):
            if pen.style() == Qt.PenStyle.CustomDashLine:
                pen.setDashPattern([4, 4])
            painter.setPen(pen)
            if guide.closed:
                painter.drawPolygon(outline)
            else:
                painter.drawPolyline(outline)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def draw_split(painter: QPainter, x: float, height: int) -> None:
    """The line between before and after, with a grip."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(DARK, 3))
    painter.drawLine(QPointF(x, 0), QPointF(x, height))
    painter.setPen(QPen(LIGHT, 1.4))
    painter.drawLine(QPointF(x, 0), QPointF(x, height))
    draw_grip(painter, QPointF(x, height / 2))
    painter.restore()


def draw_grip(painter: QPainter, middle: QPointF) -> None:
    """What is drawn on a line that the hand can move to both sides."""
    painter.setPen(QPen(DARK, 1))
    painter.setBrush(LIGHT)
    painter.drawEllipse(middle, GRIP, GRIP)
    painter.setPen(QPen(QColor(40, 40, 40), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for side in (-1, 1):
        tip = middle + QPointF(side * 6, 0)
        painter.drawLine(tip, tip + QPointF(-side * 3, -3))
        painter.drawLine(tip, tip + QPointF(-side * 3, 3))


def draw_rulers(painter: QPainter, view: ViewTransform, pane: QRect, palette: QPalette) -> None:
    """Rulers in map pixels along the top and the left edge."""
    thickness = 18
    ground, ink = palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.PlaceholderText)
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if s * view.scale >= 56), 2000)
    font = painter.font()
    font.setPixelSize(10)
    painter.save()
    painter.setFont(font)
    painter.fillRect(pane.left(), pane.top(), pane.width(), thickness, ground)
    painter.fillRect(pane.left(), pane.top(), thickness, pane.height(), ground)
    painter.setPen(ink)
    minor = step / 5
    first, last = view.to_map(thickness, 0)[0], view.to_map(pane.width(), 0)[0]
    for number in range(math.ceil(first / minor), math.floor(last / minor) + 1):
        x = pane.left() + view.to_screen((number * minor, 0))[0]
        major = number % 5 == 0
        painter.drawLine(QPointF(x, thickness - (8 if major else 4)), QPointF(x, thickness))
        if major:
            painter.drawText(QPointF(x + 3, 10), str(int(number * minor)))
    first, last = view.to_map(0, thickness)[1], view.to_map(0, pane.height())[1]
    for number in range(math.ceil(first / minor), math.floor(last / minor) + 1):
        y = pane.top() + view.to_screen((0, number * minor))[1]
        major = number % 5 == 0
        painter.drawLine(QPointF(thickness - (8 if major else 4), y), QPointF(thickness, y))
        if major:
            painter.save()
            painter.translate(10, y + 3)
            painter.rotate(90)
            painter.drawText(QPointF(0, 0), str(int(number * minor)))
            painter.restore()
    painter.restore()


def draw_busy(painter: QPainter, width: int, palette: QPalette, text: str) -> None:
    """A small pill in the top right corner."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = painter.font()
    font.setPixelSize(11)
    painter.setFont(font)
    wide = painter.fontMetrics().horizontalAdvance(text) + 34
    pill = QRectF(width - wide - 12, 12, wide, 24)
    ground = palette.color(QPalette.ColorRole.Window)
    ground.setAlpha(225)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(pill, 12, 12)
    painter.setBrush(palette.color(QPalette.ColorRole.Highlight))
    painter.drawEllipse(QPointF(pill.left() + 14, pill.center().y()), 3.5, 3.5)
    painter.setPen(palette.color(QPalette.ColorRole.WindowText))
    painter.drawText(pill.adjusted(24, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter, text)
    painter.restore()
