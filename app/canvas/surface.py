"""What the canvas shows: map and picture in four modes, at any zoom, with marks over them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.canvas import marks
from app.canvas.layers import LabelLayer, PictureLayer
from app.canvas.mirror import MirrorLine
from app.canvas.tools.base import CursorKind, Tool
from app.canvas.transform import ViewTransform
from app.document.box import Box
from app.document.document import Document

if TYPE_CHECKING:
    from app.rendering.requests import RenderResult

BUSY_AFTER = 150
"""Milliseconds of waiting before the canvas says so."""

FAINT = 0.15
"""Opacity of the map where a picture is awaited beside it."""


class ViewMode(Enum):
    """How map and picture are shown."""

    OVERLAY = "overlay"
    OUTLINES = "outlines"
    SIDE_BY_SIDE = "side"
    SPLIT = "split"


class CanvasSurface(QWidget):
    """Shows one document; `CanvasView` adds the pointer and the keys.

    Signals:
        hovered(int, int): column and row under the pointer; -1, -1 outside of the map.
        zoom_changed(float): logical pixels per map pixel.
        mode_changed(ViewMode): map and picture are shown in another way.
        class_wanted(int): the user asked to pick the class under the pointer.
        size_wanted(int): the user drags the ring to another size, in map pixels.
        stroke_begun(): the hand began to change the map; from now on there is something to undo.
    """

    hovered = Signal(int, int)
    zoom_changed = Signal(float)
    mode_changed = Signal(object)
    class_wanted = Signal(int)
    size_wanted = Signal(int)
    stroke_begun = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setAccessibleName(self.tr("Canvas"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 200)
        self.view = ViewTransform()
        self.mode = ViewMode.OVERLAY
        self.opacity = 0.45
        self.overlay_on = True
        self.split = 0.5
        self.rulers = False
        self.before_held = False
        self.busy = self.loading = False
        self._document = document
        self._tool: Tool | None = None
        self._labels = LabelLayer()
        self._picture = PictureLayer()
        self._before = PictureLayer()
        self._palette: NDArray[np.uint8] = document.label_set.palette()
        self._pointer: QPointF | None = None
        self._pan_from: QPointF | None = None
        self.pan_key: Qt.Key | None = Qt.Key.Key_Space
        self._pan_held = False
        self._splitting = False
        # Where the ring is dragged larger or smaller, and the size it had.
        self._sizing: tuple[QPointF, int] | None = None
        self._pressing = False
        self._stroking = False
        self._tablet_down = False
        self._mark_rect = QRect()
        self.mirror = MirrorLine(self)
        self.set_document(document)

    # What is shown ---------------------------------------------------------------------------------

    @property
    def document(self) -> Document:
        return self._document

    def set_document(self, document: Document, palette: NDArray[np.uint8] | None = None) -> None:
        """Show another document."""
        if self._document is not document:
            self._document.labels_changed.disconnect(self._labels_changed)
            self._document.flags_changed.disconnect(self.refresh_colors)
            self._document.photo_changed.disconnect(self._photo_changed)
        self._document = document
        document.labels_changed.connect(self._labels_changed, Qt.ConnectionType.UniqueConnection)
        document.flags_changed.connect(self.refresh_colors, Qt.ConnectionType.UniqueConnection)
        document.photo_changed.connect(self._photo_changed, Qt.ConnectionType.UniqueConnection)
        self._palette = document.label_set.palette() if palette is None else palette
        self._labels.set_labels(document.labels)
        self._picture.set_pixels(None)
        self._photo_changed()
        self.refresh_colors()
        self.mirror.renew()
        self.fit()

    def set_palette_colors(self, palette: NDArray[np.uint8]) -> None:
        """Show the classes in other colours, uint8 (N, 3)."""
        self._palette = palette
        self.refresh_colors()

    def refresh_colors(self) -> None:
        self._labels.set_colors(self._palette, self._document.flags.hidden, self._document.label_set.background)
        self.update()

    def show_result(self, result: RenderResult) -> None:
        """Show a newer frame; only the part that changed is drawn again."""
        if result.pixels is None:
            return
        whole = self._picture.empty
        self._picture.set_pixels(result.pixels, None if whole else result.box)
        if whole:
            self.update()
        else:
            self._update_box(result.box)

    def set_tool(self, tool: Tool) -> None:
        """Use another tool; a gesture under way with the old one is abandoned."""
        if self._tool is not None and self._tool is not tool and self._tool.active:
            self._tool.cancel()
        self._tool = tool
        self._pressing = False
        self._update_cursor()
        self.update()

    def cancel_gesture(self) -> None:
        """Abandon what the tool is doing."""
        if self._tool is not None:
            self._tool.cancel()
        self._pressing = False
        self.update()

    @property
    def tool(self) -> Tool | None:
        return self._tool

    def set_mode(self, mode: ViewMode) -> None:
        if mode is not self.mode:
            self.mode = mode
            if self.view.fitted:
                self.fit()
            self.update()
            self.mode_changed.emit(mode)

    def set_opacity(self, opacity: float) -> None:
        self.opacity = opacity
        self.overlay_on = True
        self.update()

    def toggle_overlay(self) -> None:
        """Hide the overlay, or bring it back at its last opacity."""
        self.overlay_on = not self.overlay_on
        self.update()

    def set_before_held(self, held: bool) -> None:
        if held != self.before_held:
            self.before_held = held
            self.update()

    def set_rulers(self, on: bool) -> None:
        self.rulers = on
        self.update()

    def set_busy(self, busy: bool) -> None:
        if busy != self.busy:
            self.busy = busy
            self.update(self._busy_rect())

    def set_loading(self, loading: bool) -> None:
        """Say that the network is being loaded, or no longer."""
        if loading != self.loading:
            self.loading = loading
            self.update(self._busy_rect())

    def _busy_rect(self) -> QRect:
        return QRect(self.width() - 240, 0, 240, 56)

    # Zoom ------------------------------------------------------------------------------------------

    def fit(self) -> None:
        pane = self.panes()[0]
        self.view.fit(self._document.height, self._document.width, pane.height(), pane.width())
        self._zoomed()

    def actual_size(self) -> None:
        pane = self.panes()[0]
        self.view.actual(self._document.height, self._document.width, pane.height(), pane.width())
        self._zoomed()

    def show_box(self, box: Box) -> None:
        """Zoom to a part of the map; all of it where the box is empty."""
        pane = self.panes()[0]
        if box.empty:
            self.fit()
        else:
            self.view.show(box, pane.height(), pane.width())
            self._zoomed()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom about a point of this widget, by default its middle."""
        pane = self.pane_at(at) if at is not None else self.panes()[0]
        point = (at if at is not None else QPointF(pane.center())) - QPointF(pane.topLeft())
        self.view.zoom(factor, point.x(), point.y())
        self.view.keep_visible(self._document.height, self._document.width, pane.height(), pane.width())
        self._zoomed()

    def _zoomed(self) -> None:
        if self._tool is not None:
            self._tool.settings.scale = self.view.scale
        self.zoom_changed.emit(self.view.scale)
        self.update()

    def panes(self) -> list[QRect]:
        """The parts of the widget that each show the whole map."""
        if self.mode is ViewMode.SIDE_BY_SIDE:
            half = self.width() // 2
            return [QRect(0, 0, half, self.height()), QRect(half + 1, 0, self.width() - half - 1, self.height())]
        return [self.rect()]

    def pane_at(self, point: QPointF) -> QRect:
        panes = self.panes()
        return panes[-1] if len(panes) > 1 and point.x() >= panes[-1].left() else panes[0]

    def to_map(self, point: QPointF) -> tuple[float, float]:
        """Map coordinates (x, y) of a point of this widget."""
        corner = self.pane_at(point).topLeft()
        return self.view.to_map(point.x() - corner.x(), point.y() - corner.y())

    def from_map(self, x: float, y: float) -> QPointF:
        """The point of this widget (its first pane) that shows a map point."""
        corner = self.panes()[0].topLeft()
        screen = self.view.to_screen((x, y))
        return QPointF(screen[0] + corner.x(), screen[1] + corner.y())

    # Painting --------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.palette().color(QPalette.ColorRole.Dark))
        for number, pane in enumerate(self.panes()):
            if not pane.intersects(event.rect()):
                continue
            painter.save()
            painter.setClipRect(pane.intersected(event.rect()))
            painter.translate(pane.topLeft())
            clip = QRectF(pane.intersected(event.rect()).translated(-pane.topLeft()))
            self._paint_pane(painter, number, clip)
            painter.restore()
        if self.mode is ViewMode.SIDE_BY_SIDE:
            painter.fillRect(self.width() // 2, 0, 1, self.height(), self.palette().color(QPalette.ColorRole.Mid))
        self._paint_marks(painter, event.rect())
        painter.end()

    def _paint_pane(self, painter: QPainter, number: int, clip: QRectF) -> None:
        height, width, ratio = self._document.height, self._document.width, self.devicePixelRatioF()
        hidden = self._document.flags.hidden
        marks.draw_frame(painter, self.view, height, width)
        if self.before_held:
            self._paint_before(painter, ratio)
        elif self.mode is ViewMode.SIDE_BY_SIDE:
            if number == 0:
                self._labels.draw(painter, self.view)
            else:
                self._paint_picture(painter, ratio)
        elif self.mode is ViewMode.SPLIT:
            at = self.width() * self.split
            painter.save()
            painter.setClipRect(QRectF(at, 0, self.width() - at, self.height()), Qt.ClipOperation.IntersectClip)
            self._paint_picture(painter, ratio)
            painter.restore()
            painter.setClipRect(QRectF(0, 0, at, self.height()), Qt.ClipOperation.IntersectClip)
            self._paint_before(painter, ratio)
        else:
            self._paint_picture(painter, ratio)
            shown = not (self._picture.empty and self._before.empty)
            if self.overlay_on and shown and self.mode is ViewMode.OVERLAY:
                self._labels.draw(painter, self.view, self.opacity)
            elif self.overlay_on and self.mode is ViewMode.OUTLINES:
                self._labels.draw_outlines(painter, self.view, clip, ratio, self._palette, hidden)

    def _paint_picture(self, painter: QPainter, ratio: float) -> None:
        """The picture; until there is one the photo, or the map itself: faintly where the map stands beside it."""
        height, width = self._document.height, self._document.width
        if not self._picture.empty:
            self._picture.draw(painter, self.view, height, width, ratio)
        elif not self._before.empty:
            self._before.draw(painter, self.view, height, width, ratio)
        elif self.mode in (ViewMode.SIDE_BY_SIDE, ViewMode.SPLIT):
            # In full colours it would flash up at every new document, just before its picture.
            self._labels.draw(painter, self.view, FAINT)
        else:
            self._labels.draw(painter, self.view)

    def _paint_before(self, painter: QPainter, ratio: float) -> None:
        if self._before.empty:
            self._labels.draw(painter, self.view)
        else:
            self._before.draw(painter, self.view, self._document.height, self._document.width, ratio)

    def _paint_marks(self, painter: QPainter, shown: QRect) -> None:
        if self.mode is ViewMode.SPLIT:
            marks.draw_split(painter, self.width() * self.split, self.height())
        if self._tool is not None:
            for pane in self.panes():
                painter.save()
                painter.setClipRect(pane)
                painter.translate(pane.topLeft())
                marks.draw_guides(painter, self.view, self.mirror.with_opposite(self._tool.guides()))
                painter.restore()
        self.mirror.draw(painter)
        if self.rulers:
            marks.draw_rulers(painter, self.view, self.panes()[0], self.palette())
        if self._pointer is not None and self._shows_ring():
            assert self._tool is not None
            for point in self._ring_points():
                marks.draw_ring(painter, point, self._tool.settings.size * self.view.scale, self.devicePixelRatioF())
        if (self.busy or self.loading) and shown.intersects(self._busy_rect()):
            text = self.tr("Loading the network") if self.loading else self.tr("Rendering")
            marks.draw_busy(painter, self.width(), self.palette(), text)

    def _shows_ring(self) -> bool:
        ring = self._tool is not None and self._tool.cursor is CursorKind.RING
        return ring and not (self._pan_held or self._splitting or self.mirror.held)

    def _ring_points(self) -> list[QPointF]:
        """The pointer, in the other pane the same place of the map, and both on the other side of the mirror line."""
        assert self._pointer is not None
        here = self.pane_at(self._pointer)
        points = [self._pointer + QPointF(pane.topLeft() - here.topLeft()) for pane in self.panes()]
        return points + [other for point in points for other in self.mirror.opposite(point)]

    def _labels_changed(self, box: Box) -> None:
        self._labels.update(box)
        self._update_box(box)

    def _photo_changed(self) -> None:
        photo = self._document.photo
        self._before.set_pixels(None if photo is None else photo.frame)
        self.update()

    def _update_box(self, box: Box) -> None:
        if box.empty:
            return
        for pane in self.panes():
            self.update(QRect(*self.view.screen_box(box)).translated(pane.topLeft()))

    def _over_split(self, point: QPointF) -> bool:
        return self.mode is ViewMode.SPLIT and abs(point.x() - self.width() * self.split) <= 7

    def _update_cursor(self) -> None:
        if self._pan_from is not None:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._pan_held:
            shape = Qt.CursorShape.OpenHandCursor
        elif self._pointer is not None and (self._over_split(self._pointer) or self.mirror.over(self._pointer)):
            shape = Qt.CursorShape.SplitHCursor
        elif self._tool is None:
            shape = Qt.CursorShape.ArrowCursor
        else:
            shape = marks.CURSORS[self._tool.cursor]
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def _update_marks(self) -> None:
        """Redraw where the ring was and where it is now; guides may reach anywhere."""
        if self._tool is not None and (self._tool.guides() or self._tool.cursor is not CursorKind.RING):
            self.update()
            return
        old, self._mark_rect = self._mark_rect, QRect()
        if self._pointer is not None and self._tool is not None:
            reach = int(self._tool.settings.size * self.view.scale / 2) + 14
            for point in self._ring_points():
                middle = point.toPoint()
                mark = QRect(middle - QPoint(reach, reach), middle + QPoint(reach, reach))
                self.update(mark)
                self._mark_rect = self._mark_rect.united(mark)
        self.update(old)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.view.fitted:
            self.fit()

    def sizeHint(self) -> QSize:
        return QSize(900, 700)
