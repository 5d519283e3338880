"""Everything can be reached and is named for somebody who does not see or point."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QFrame, QLineEdit, QTabBar, QWidget

from app.dialogs.batch import BatchDialog
from app.dialogs.mapping import MappingDialog
from app.dialogs.new import NewDialog
from app.dialogs.official import OfficialDialog
from app.dialogs.settings import SettingsDialog
from app.dialogs.shortcuts import ShortcutsDialog
from app.document.foreign import Foreign


def controls(top: QWidget) -> list[QWidget]:
    """Widgets that the Tab key stops at, without the fields inside of spin boxes."""
    found = []
    for widget in top.findChildren(QWidget):
        inner = isinstance(widget, QLineEdit) and isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not inner:
            found.append(widget)
    return found


def unnamed(top: QWidget) -> list[str]:
    """Controls of which a screen reader would only say what kind they are."""
    found = []
    for widget in controls(top):
        interface = QAccessible.queryAccessibleInterface(widget)
        popup = isinstance(widget.parentWidget(), QFrame) and isinstance(
            widget.parentWidget().parentWidget(), QComboBox
        )
        if isinstance(widget, QTabBar) or popup or interface is None:
            continue
        scrolls_only = type(widget).__name__ == "QScrollArea"
        if not interface.text(QAccessible.Text.Name) and not scrolls_only:
            path, up = type(widget).__name__, widget.parentWidget()
            while up is not None and up is not top:
                path, up = f"{type(up).__name__}/{path}", up.parentWidget()
            found.append(path)
    return found


@pytest.fixture
def studio(open_studio):
    return open_studio(start=False)


def test_the_wheel_that_scrolls_a_dock_sets_nothing_in_it(studio) -> None:
    row = studio.window.panels["styles"].strength
    row.setEnabled(True)
    field = row.field
    centre = QPointF(field.rect().center())
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False
    for focus in (False, True):
        (field.setFocus if focus else field.clearFocus)()
        before = field.value()
        turn = QWheelEvent(centre, QPointF(field.mapToGlobal(centre)), QPoint(), QPoint(0, 120), *none)
        QApplication.sendEvent(field, turn)
        assert (field.value() != before) is focus
    fields = (*studio.window.findChildren(QAbstractSpinBox), *studio.window.findChildren(QComboBox))
    assert [each for each in fields if each.focusPolicy() is Qt.FocusPolicy.WheelFocus] == []


def test_all_controls_have_names(studio) -> None:
    assert unnamed(studio.window) == []
    foreign = Foreign(np.zeros((4, 4), dtype=np.int32), ("cape",), ((9, 9, 9),))
    for dialog in (
        NewDialog(studio.session, studio.window),
        BatchDialog(studio.session, studio.window),
        OfficialDialog(studio.window),
        ShortcutsDialog(studio.window.actions_table, {}, studio.window),
        SettingsDialog(studio.session.settings, studio.window),
        MappingDialog(foreign, studio.session.label_set, "a.json", studio.window),
    ):
        assert unnamed(dialog) == [], type(dialog).__name__


def test_every_area_is_reached_by_the_keyboard(studio) -> None:
    window = studio.window
    areas = {"canvas": window.canvas, "options": window.options, **window.panels}
    reached = []
    for _ in range(4):
        studio.trigger("view.next_area")
        now = QApplication.focusWidget()
        reached.append(next(name for name, area in areas.items() if area is now or area.isAncestorOf(now)))
    assert sorted(reached) == ["canvas", "classes", "options", "styles"]
    # Inside of an area Tab goes from control to control; on the canvas it hides the docks.
    window.panels["classes"].search.setFocus()
    QTest.keyClick(window.panels["classes"].search, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is window.panels["classes"].list
    assert not window.docks["classes"].isHidden()
    window.canvas.setFocus()
    studio.key(Qt.Key.Key_Tab)
    assert window.docks["classes"].isHidden()
    studio.key(Qt.Key.Key_Tab)
    assert not window.docks["classes"].isHidden()


def test_a_key_of_the_canvas_cannot_be_given_to_an_action(studio) -> None:
    dialog = ShortcutsDialog(studio.window.actions_table, {}, studio.window)
    assert dialog.acceptable
    for key in ("C", "Space", "7"):
        dialog.set_key("tool.brush", key)
        assert not dialog.acceptable, key
    dialog.restore()
    assert dialog.acceptable


def test_a_class_is_picked_and_switched_by_the_keyboard(studio) -> None:
    panel = studio.window.panels["classes"]
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Home)
    for _ in range(6):
        QTest.keyClick(panel.list, Qt.Key.Key_Down)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert studio.session.tools.class_index == 6
    texts = [action.text() for action in panel.menu_for(6).actions() if action.isCheckable()]
    assert len(texts) == 4
