"""The canvas: a surface that hands pointer and key events to the tool."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QTabletEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QPlainTextEdit

from app.canvas.surface import CanvasSurface
from app.canvas.tools.base import MAX_SIZE, Pointer, Tool


class CanvasView(CanvasSurface):
    """The painting surface."""

    # Pointer ---------------------------------------------------------------------------------------

    def _pointer_of(self, point: QPointF, modifiers: Qt.KeyboardModifier, pressure: float = 1.0) -> Pointer:
        x, y = self.to_map(point)
        return Pointer(
            x,
            y,
            pressure,
            shift=bool(modifiers & Qt.KeyboardModifier.ShiftModifier),
            ctrl=bool(modifiers & Qt.KeyboardModifier.ControlModifier),
            alt=bool(modifiers & Qt.KeyboardModifier.AltModifier),
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._tablet_down:
            return
        point = event.position()
        self._pointer = point
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._pan_held):
            self._pan_from = point
            self._update_cursor()
        elif left and self._over_split(point):
            self._splitting = True
        elif left and self.mirror.over(point):
            self.mirror.held = True
        elif left and self._tool is not None:
            self._press(self._tool, self._pointer_of(point, event.modifiers()))
        elif event.button() == Qt.MouseButton.RightButton:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if shift and self._tool is not None and self._shows_ring() and not self._pressing:
                self._sizing = point, self._tool.settings.size
            else:
                self._pick_at(point)
        self._update_marks()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._tablet_down:
            return
        self._moved(event.position(), event.modifiers(), 1.0)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._tablet_down:
            return
        left = event.button() == Qt.MouseButton.LeftButton
        if self._pan_from is not None and (left or event.button() == Qt.MouseButton.MiddleButton):
            self._pan_from = None
            self._update_cursor()
            if not (left and self._pressing):
                return
        if left and (self._splitting or self.mirror.held):
            self._splitting = self.mirror.held = False
            return
        if event.button() == Qt.MouseButton.RightButton:
            self._sizing = None
        if left and self._tool is not None and self._still_pressing():
            self._pressing = False
            self._tool.release(self._pointer_of(event.position(), event.modifiers()))
            self._update_marks()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._tool is not None and self._tool.id == "polygon":
            self._tool.double_click(self._pointer_of(event.position(), event.modifiers()))
            self.update()
        else:
            self.mousePressEvent(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Pen events carry the pressure; Qt makes mouse events of those that are not accepted here."""
        point, kind = event.position(), event.type()
        if (
            self._tool is None
            or self._pan_held
            or self.mirror.held
            or (kind == QEvent.Type.TabletPress and self.mirror.over(point))
            or event.button() in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton)
        ):
            event.ignore()
            return
        if kind == QEvent.Type.TabletPress:
            self._tablet_down = True
            self._pointer = point
            self._press(self._tool, self._pointer_of(point, event.modifiers(), event.pressure()))
        elif kind == QEvent.Type.TabletMove:
            self._moved(point, event.modifiers(), event.pressure())
        elif kind == QEvent.Type.TabletRelease and self._tablet_down:
            self._tablet_down = False
            if self._still_pressing():
                self._pressing = False
                # The pressure falls to nothing as the pen lifts: end with what the last move had.
                self._tool.release(self._pointer_of(point, event.modifiers(), max(event.pressure(), 0.05)))
        self._update_marks()
        event.accept()

    def _press(self, tool: Tool, pointer: Pointer) -> None:
        self._pressing = True
        tool.press(pointer)
        self._stroking = self._document.in_stroke
        if self._stroking or tool.active:
            self.stroke_begun.emit()

    def _still_pressing(self) -> bool:
        """A gesture is under way. Undo, a step of the history or another edit may have ended its stroke meanwhile."""
        if self._pressing and self._stroking and not self._document.in_stroke:
            self.cancel_gesture()
        return self._pressing

    def _moved(self, point: QPointF, modifiers: Qt.KeyboardModifier, pressure: float) -> None:
        if self._sizing is not None:
            # The ring stays where it is, and its edge follows the hand.
            start, size = self._sizing
            grown = size + 2 * (point.x() - start.x()) / self.view.scale
            self.size_wanted.emit(min(MAX_SIZE, max(1, round(grown))))
            return
        if self._pan_from is not None:
            step = point - self._pan_from
            self._pan_from = point
            self.view.pan(step.x(), step.y())
            pane = self.panes()[0]
            self.view.keep_visible(self._document.height, self._document.width, pane.height(), pane.width())
            self._pointer = point
            self.update()
            return
        self._pointer = point
        if self._splitting:
            self.split = min(0.98, max(0.02, point.x() / max(1, self.width())))
            self.update()
            return
        if self.mirror.held:
            self.mirror.drag(point)
            return
        if self._tool is not None:
            pointer = self._pointer_of(point, modifiers, pressure)
            if self._still_pressing():
                self._tool.move(pointer)
            else:
                self._tool.hover(pointer)
        self._tell_hover(point)
        self._update_cursor()
        self._update_marks()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120
        if steps:
            self.zoom_by(1.2**steps, event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.NativeGesture and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:  # type: ignore[attr-defined]
            self.zoom_by(1.0 + event.value(), event.position())  # type: ignore[attr-defined]
            return True
        return bool(super().event(event))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Keys belong to what is under the pointer: Space pans, and does not press the button that was clicked last."""
        focus = QApplication.focusWidget()
        if self.isActiveWindow() and not isinstance(focus, (QLineEdit, QAbstractSpinBox, QPlainTextEdit)):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.hovered.emit(-1, -1)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._pan_held = False
        self._update_cursor()
        super().focusOutEvent(event)

    def _tell_hover(self, point: QPointF) -> None:
        x, y = self.to_map(point)
        inside = 0 <= x < self._document.width and 0 <= y < self._document.height
        self.hovered.emit(int(x) if inside else -1, int(y) if inside else -1)

    def _pick_at(self, point: QPointF) -> None:
        x, y = self.to_map(point)
        if 0 <= x < self._document.width and 0 <= y < self._document.height:
            self.class_wanted.emit(int(self._document.labels[int(y), int(x)]))

    # Keys ------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == self.pan_key:
            if not event.isAutoRepeat():
                self._pan_held = True
                if self._pressing:
                    # Mid-stroke the stroke waits while the hand moves the paper.
                    self._pan_from = self._pointer
                self._update_cursor()
                self.update()
        elif key == Qt.Key.Key_Escape and self._tool is not None and (self._tool.active or self._tool.guides()):
            self.cancel_gesture()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace) and self._tool is not None:
            self._tool.key("backspace" if key == Qt.Key.Key_Backspace else "enter")
            self.update()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == self.pan_key and not event.isAutoRepeat():
            self._pan_held = False
            if self._pressing:
                self._pan_from = None
            self._update_cursor()
            self.update()
        else:
            super().keyReleaseEvent(event)
