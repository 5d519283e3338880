"""Every tool, clicked in the real window."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QPointingDevice, QTabletEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas.surface import ViewMode

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def studio(open_studio):
    """Painting needs no network: the threads stay off."""
    return open_studio(start=False, view_mode="overlay")


def strokes(studio) -> dict[str, Callable[[], None]]:
    def clicks(*points: tuple[float, float]) -> None:
        for point in points:
            studio.drag(point)

    def polygon() -> None:
        clicks((3, 30), (12, 30), (12, 40))
        studio.key(Qt.Key.Key_Return)

    return {
        "brush": lambda: studio.drag((4, 28), (8, 30), (12, 32)),
        "eraser": lambda: studio.drag((14, 14), (18, 16)),
        "fill": lambda: studio.drag((16, 30)),
        "lasso": lambda: studio.drag((2, 2), (10, 2), (10, 12), (2, 12)),
        "polygon": polygon,
        "rectangle": lambda: studio.drag((2, 2), (9, 9)),
        "ellipse": lambda: studio.drag((2, 2), (9, 9)),
        "line": lambda: studio.drag((2, 2), (25, 9)),
        "smooth": lambda: studio.drag((10, 24), (22, 24)),
        "transform": lambda: studio.drag((15, 15), (20, 18)),
    }


def test_every_painting_tool_makes_one_step_that_undo_takes_back(studio) -> None:
    studio.window.options.set_size(8)
    for name, stroke in strokes(studio).items():
        before = studio.document.labels.copy()
        studio.pick("bag")
        studio.tool(name)
        steps = studio.document.history.position
        stroke()
        assert not np.array_equal(studio.document.labels, before), name
        assert studio.document.history.position == steps + 1, name
        studio.trigger("edit.undo")
        assert np.array_equal(studio.document.labels, before), name
        studio.trigger("edit.redo")
        studio.trigger("edit.undo")


def test_wand_paints_on_the_picture(open_studio) -> None:
    studio = open_studio()
    studio.settle()
    studio.pick("bag")
    studio.tool("wand")
    studio.window.options.tolerance.set_value(255, tell=True)
    studio.drag((5, 5))
    assert (studio.document.labels == studio.session.label_set.index_of("bag")).all()


def test_eyedropper_right_button_and_digits_pick_classes(studio) -> None:
    studio.tool("eyedropper")
    studio.drag((15, 15))
    assert studio.session.tools.class_index == 6
    QTest.mouseClick(studio.canvas, Qt.MouseButton.RightButton, pos=studio.at(15, 30))
    assert studio.session.tools.class_index == 10
    studio.key(Qt.Key.Key_4)
    assert studio.session.tools.class_index == 4
    studio.key(Qt.Key.Key_X)
    assert studio.session.tools.class_index == 10


def test_keys_choose_tools_and_sizes(studio) -> None:
    for key, tool in (
        (Qt.Key.Key_E, "eraser"),
        (Qt.Key.Key_G, "fill"),
        (Qt.Key.Key_L, "lasso"),
        (Qt.Key.Key_B, "brush"),
    ):
        studio.key(key)
        assert studio.canvas.tool is studio.window.tools[tool]
    size = studio.session.tools.size
    studio.key(Qt.Key.Key_BracketRight)
    assert studio.session.tools.size > size
    studio.key(Qt.Key.Key_BracketLeft)
    studio.key(Qt.Key.Key_BracketLeft)
    assert studio.session.tools.size < size


def test_escape_abandons_a_stroke_under_way(studio) -> None:
    before = studio.document.labels.copy()
    studio.tool("brush")
    studio.press(4, 4)
    studio.move(20, 20)
    assert not np.array_equal(studio.document.labels, before)
    studio.key(Qt.Key.Key_Escape)
    studio.move(25, 25)
    studio.release(25, 25)
    assert np.array_equal(studio.document.labels, before)
    assert not studio.document.modified


def test_undo_takes_back_corners_before_steps(studio) -> None:
    undo = studio.window.actions_table["edit.undo"]
    studio.tool("polygon")
    assert not undo.isEnabled()
    for point in ((4, 4), (20, 4), (20, 20)):
        studio.drag(point)
    assert undo.isEnabled()
    studio.trigger("edit.undo")
    assert len(studio.canvas.tool.guides()[1].points) == 2
    studio.drag((4, 20))
    studio.key(Qt.Key.Key_Return)
    assert len(studio.document.history.steps) == 1
    studio.trigger("edit.undo")
    assert not studio.document.modified and not undo.isEnabled()


def test_keys_go_to_the_canvas_when_the_pointer_does(studio) -> None:
    dice, search = studio.window.panels["styles"].dice, studio.window.panels["classes"].search
    for widget, expected in ((dice, studio.canvas), (search, search)):
        widget.setFocus()
        point = QPointF(studio.at(4, 4))
        QApplication.sendEvent(studio.canvas, QEnterEvent(point, point, studio.canvas.mapToGlobal(point)))
        assert QApplication.focusWidget() is expected


def test_space_pans_in_the_middle_of_a_stroke(studio) -> None:
    studio.tool("brush")
    studio.pick("bag")
    studio.press(4, 4)
    offset = studio.canvas.view.x
    QTest.keyPress(studio.canvas, Qt.Key.Key_Space)
    QTest.mouseMove(studio.canvas, studio.at(4, 4) + QPoint(40, 0))
    assert studio.canvas.view.x == pytest.approx(offset + 40, abs=1)
    QTest.keyRelease(studio.canvas, Qt.Key.Key_Space)
    studio.move(8, 4)
    studio.release(8, 4)
    assert studio.document.labels[4, 8] == studio.session.label_set.index_of("bag")
    assert len(studio.document.history.steps) == 1


def test_middle_button_pans_and_the_wheel_zooms_at_the_pointer(studio) -> None:
    canvas, view = studio.canvas, studio.canvas.view
    before = (view.x, view.y)
    start = studio.at(10, 10)
    QTest.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=start)
    QTest.mouseMove(canvas, start + QPoint(15, 25))
    QTest.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=start + QPoint(15, 25))
    assert (view.x - before[0], view.y - before[1]) == (15, 25)
    point = QPointF(studio.at(20, 30))
    under = canvas.to_map(point)
    wheel = QWheelEvent(
        point,
        canvas.mapToGlobal(point),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    scale = view.scale
    QApplication.sendEvent(canvas, wheel)
    assert view.scale == pytest.approx(scale * 1.44)
    assert canvas.to_map(point) == pytest.approx(under)
    studio.trigger("view.actual")
    assert view.scale == 1.0
    studio.trigger("view.fit")
    assert view.fitted


def test_pen_pressure_drives_the_size(studio) -> None:
    studio.tool("brush")
    studio.pick("bag")
    studio.window.options.set_size(20)

    def pen(kind: QEvent.Type, pressure: float) -> None:
        point = QPointF(studio.at(16, 30))
        event = QTabletEvent(
            kind,
            QPointingDevice.primaryPointingDevice(),
            point,
            studio.canvas.mapToGlobal(point),
            pressure,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            Qt.KeyboardModifier.NoModifier,
            Qt.MouseButton.LeftButton,
            Qt.MouseButton.LeftButton,
        )
        QApplication.sendEvent(studio.canvas, event)

    painted = []
    for pressure in (0.2, 1.0):
        pen(QEvent.Type.TabletPress, pressure)
        pen(QEvent.Type.TabletRelease, pressure)
        painted.append(int((studio.document.labels == studio.session.tools.class_index).sum()))
        studio.trigger("edit.undo")
    assert painted[0] * 8 < painted[1]


def test_shift_click_draws_a_line(studio) -> None:
    studio.tool("brush")
    studio.pick("bag")
    studio.window.options.set_size(1)
    studio.drag((2, 45))
    studio.drag((28, 45), modifier=SHIFT)
    assert (studio.document.labels[45, 2:29] == studio.session.tools.class_index).all()


def test_painting_works_in_every_view(studio) -> None:
    studio.tool("brush")
    studio.pick("bag")
    studio.window.options.set_size(2)
    for number, mode in enumerate(ViewMode):
        studio.trigger(f"view.{mode.value}")
        assert studio.canvas.mode is mode
        studio.window.repaint()
        studio.drag((3 + 6 * number, 3))
        assert studio.document.labels[3, 3 + 6 * number] == studio.session.tools.class_index, mode
    # In the second pane of side by side too.
    studio.trigger("view.side")
    pane = studio.canvas.panes()[1]
    point = studio.at(5, 40) + pane.topLeft()
    QTest.mouseClick(studio.canvas, Qt.MouseButton.LeftButton, pos=point)
    assert studio.document.labels[40, 5] == studio.session.tools.class_index


def test_the_split_line_is_dragged_not_painted(studio) -> None:
    studio.trigger("view.split")
    middle = QPoint(round(studio.canvas.width() * studio.canvas.split), 200)
    QTest.mousePress(studio.canvas, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(studio.canvas, middle + QPoint(100, 0))
    QTest.mouseRelease(studio.canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(100, 0))
    assert studio.canvas.split > 0.55
    assert not studio.document.modified


def test_overlay_and_docks_toggle_and_come_back(studio) -> None:
    studio.window.options.opacity.set_value(70, tell=True)
    studio.key(Qt.Key.Key_O)
    assert not studio.canvas.overlay_on
    studio.key(Qt.Key.Key_O)
    assert studio.canvas.overlay_on and studio.canvas.opacity == pytest.approx(0.7)
    studio.key(Qt.Key.Key_Tab)
    assert all(dock.isHidden() for dock in studio.window.docks.values())
    studio.key(Qt.Key.Key_Tab)
    assert not any(dock.isHidden() for dock in studio.window.docks.values())


def test_c_held_shows_the_photo_before_editing(studio) -> None:
    QTest.keyPress(studio.canvas, Qt.Key.Key_C)
    assert studio.canvas.before_held
    QTest.keyRelease(studio.canvas, Qt.Key.Key_C)
    assert not studio.canvas.before_held


def test_undo_in_a_stroke_takes_it_back_and_the_hand_may_go_on_moving(studio) -> None:
    studio.tool("brush")
    studio.pick("dress")
    before = studio.document.labels.copy()
    studio.press(4, 4)
    studio.move(10, 10)
    assert not np.array_equal(studio.document.labels, before)
    studio.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    studio.move(20, 20)
    studio.release(24, 24)
    assert np.array_equal(studio.document.labels, before)
    assert not studio.document.history.steps
    studio.drag((4, 4), (10, 10))
    assert len(studio.document.history.steps) == 1


def test_strokes_are_mirrored_at_a_line_that_the_hand_moves(studio) -> None:
    canvas, tools = studio.canvas, studio.session.tools
    studio.tool("brush")
    studio.window.options.set_size(4)
    bag = studio.pick("bag")
    studio.key(Qt.Key.Key_Y)
    person = np.flatnonzero((studio.document.labels != 0).any(axis=0))
    assert canvas.mirror.x == (person[0] + person[-1] + 1) / 2
    studio.move(4, 40)
    assert len(canvas._ring_points()) == 2
    studio.drag((4, 40), (6, 44))
    painted = studio.document.labels == bag
    across = round(2 * canvas.mirror.x)
    there = np.flatnonzero(painted.any(axis=0))
    assert painted.any() and set(there) == {across - 1 - column for column in there}
    # The grip takes the hand, whatever the tool; strokes go on from there.
    grip = canvas.mirror._grips()[0].toPoint()
    steps = len(studio.document.history.steps)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=grip)
    QTest.mouseMove(canvas, grip + QPoint(30, 0))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=grip + QPoint(30, 0))
    assert 2 * tools.mirror == round(2 * tools.mirror) and round(2 * tools.mirror) > across
    assert len(studio.document.history.steps) == steps and not canvas.mirror.held
    # Tools that take whole regions have no line; another document has its own middle.
    studio.tool("fill")
    assert canvas.mirror.x is None and canvas.mirror.over(QPointF(grip)) is False
    studio.window.files.new_blank(64, 96)
    studio.tool("brush")
    assert canvas.mirror.x == 48
    studio.key(Qt.Key.Key_Y)
    assert canvas.mirror.x is None and tools.mirror is None


def test_the_view_goes_to_the_picked_class(studio) -> None:
    canvas = studio.canvas
    studio.trigger("view.zoom_class")
    index = studio.session.tools.class_index
    rows, columns = np.nonzero(studio.document.labels == index)
    for y, x in ((rows.min(), columns.min()), (rows.max() + 1, columns.max() + 1)):
        assert canvas.rect().contains(canvas.from_map(x, y).toPoint())
    assert not canvas.view.fitted
    studio.pick("scarf")
    studio.trigger("view.zoom_class")
    assert canvas.view.fitted, "of a class that is nowhere"


def test_the_ring_is_dragged_to_another_size(studio) -> None:
    canvas, tools = studio.canvas, studio.session.tools
    studio.tool("brush")
    studio.window.options.set_size(10)
    picked, start = tools.class_index, studio.at(15, 20)

    def drag_right(step: int) -> None:
        QTest.mousePress(canvas, Qt.MouseButton.RightButton, SHIFT, start)
        QTest.mouseMove(canvas, start + QPoint(step, 0))
        QTest.mouseRelease(canvas, Qt.MouseButton.RightButton, SHIFT, start + QPoint(step, 0))

    step = round(3 * canvas.view.scale)
    drag_right(step)
    assert tools.size == studio.window.options.size_field.spin.value() == round(10 + 2 * step / canvas.view.scale)
    drag_right(-2000)
    assert tools.size == 1
    drag_right(20000)
    assert tools.size == 256
    assert tools.class_index == picked and not studio.document.history.steps
    # Tools without a ring, and the button alone, pick the class under the pointer as ever.
    studio.tool("fill")
    drag_right(5)
    assert tools.size == 256 and tools.class_index == studio.document.labels[20, 15]
