"""Docks, menus, dialogs, theme and tour in the real window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollArea,
    QWidget,
)

from app import theme
from app.actions import ACTIONS
from app.dialogs.help import KeysDialog
from app.dialogs.shortcuts import ShortcutsDialog
from app.shortcuts import conflicts, portable
from app.widgets.tour import Tour
from model.checkpoints import save_bundle
from model.code_spread import CodeBank
from model.labels import ClassInfo, LabelSet


def test_the_class_list_picks_hides_locks_and_protects(open_studio) -> None:
    studio = open_studio(start=False)
    panel = studio.window.panels["classes"]
    view = panel.list.viewport()

    def row(number: int):
        return panel.list.visualRect(panel.proxy.index(number, 0))

    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=row(3).topLeft() + QPoint(50, 12))
    assert studio.session.tools.class_index == 3
    for flag, place in panel.delegate.switch_rects(row(5)).items():
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place.center())
        assert getattr(studio.document.flags, flag) == {5}
    assert studio.session.tools.class_index == 3, "a switch does not pick"
    panel.search.setText("skirt")
    assert panel.proxy.rowCount() == 1
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert studio.session.tools.class_index == studio.session.label_set.index_of("skirt")
    panel.search.clear()
    menu = panel.menu_for(6)
    next(action for action in menu.actions() if "only over" in action.text()).trigger()
    assert studio.document.flags.paint_only_over == 6
    # It is said, and one click ends it.
    assert panel.only.isVisible() and studio.session.label_set.names[6] in panel.only.text()
    QTest.mouseClick(panel.only, Qt.MouseButton.LeftButton)
    assert studio.document.flags.paint_only_over is None and panel.only.isHidden()


def test_double_click_picks_up_the_region(open_studio) -> None:
    studio = open_studio(start=False)
    panel = studio.window.panels["classes"]
    point = panel.list.visualRect(panel.proxy.index(6, 0)).topLeft() + QPoint(50, 12)
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=point)
    QTest.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert studio.canvas.tool is studio.window.tools["transform"]
    assert studio.canvas.tool.guides()


def test_own_colours_are_kept_with_the_user(open_studio) -> None:
    studio = open_studio(start=False)
    studio.session.set_class_color(6, "#123456")
    assert studio.session.palette()[6].tolist() == [0x12, 0x34, 0x56]
    assert studio.document.label_set.classes[6].color != (0x12, 0x34, 0x56)
    studio.session.set_class_color(6, None)
    assert tuple(studio.session.palette()[6]) == studio.document.label_set.classes[6].color


def test_dice_reset_lock_copy_and_paste(studio) -> None:
    studio.settle()
    top, dress = studio.pick("top"), studio.session.label_set.index_of("dress")
    panel = studio.window.panels["styles"]
    before = studio.document.codes.copy()
    panel.dice.click()
    assert not np.array_equal(studio.document.codes[top], before[top])
    assert np.array_equal(np.delete(studio.document.codes, top, 0), np.delete(before, top, 0))
    panel.lock.click()
    assert not panel.dice.isEnabled()
    studio.trigger("style.draw_all")
    drawn = studio.document.codes.copy()
    assert not np.array_equal(drawn[dress], before[dress])
    panel.lock.click()
    studio.trigger("style.copy")
    studio.session.pick_class(dress)
    studio.trigger("style.paste")
    assert np.allclose(studio.document.codes[dress], drawn[top], atol=1e-5)
    panel.reset.click()
    assert np.array_equal(studio.document.codes[dress], studio.session.facts.code_mean[dress])


def test_the_skin_follows_a_new_face_unless_it_is_locked(studio) -> None:
    studio.settle()
    session, document = studio.session, studio.document
    face, skin, hair = (session.label_set.index_of(name) for name in ("face", "skin", "hair"))
    numbers = document.codes[0].size
    rows = np.arange(50, dtype=np.float32)[None, :, None].repeat(16, 0).repeat(numbers, 2)
    bank = CodeBank(rows, 0.0, session.label_set.linked)
    session.facts = replace(session.facts, code_bank=bank)
    before = document.codes.copy()
    session.draw_styles([face])
    assert document.codes[face].mean() == document.codes[skin].mean() != before[skin].mean()
    assert np.array_equal(document.codes[hair], before[hair])
    document.undo()
    assert np.array_equal(document.codes, before)
    document.set_flag("locked", [skin], True)
    session.draw_styles([face])
    assert not np.array_equal(document.codes[face], before[face])
    assert np.array_equal(document.codes[skin], before[skin])
    # A locked class is not drawn, and takes nothing along.
    document.set_flag("locked", [skin], False)
    document.set_flag("locked", [face], True)
    held = document.codes.copy()
    session.draw_styles([face])
    assert np.array_equal(document.codes, held)
    document.set_flag("locked", [face], False)
    session.draw_styles(list(range(16)))
    assert document.codes[face].mean() == document.codes[skin].mean()


def test_the_plain_ground_has_no_sliders_and_says_so(studio) -> None:
    studio.settle()
    panel = studio.window.show_panel("styles")
    studio.pick(studio.session.label_set.names[0])
    assert panel._rows == []
    assert "No slider" in panel.hint.text()
    studio.pick(studio.session.label_set.names[6])
    assert panel._rows
    assert "No slider" not in panel.hint.text()


def test_sliders_follow_undo_typing_and_double_click(studio) -> None:
    studio.settle()
    studio.pick("top")
    row = studio.window.panels["styles"]._rows[0]
    start = row.value()
    row.field.setFocus()
    row.field.setValue(row.slider.high * 0.9)
    moved = studio.document.codes.copy()
    assert len(studio.document.history.steps) == 1
    QTest.mouseDClick(row.slider, Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
    assert row.value() == 0
    studio.trigger("edit.undo")
    assert np.array_equal(studio.document.codes, moved)
    studio.trigger("edit.undo")
    assert abs(row.value() - start) < 0.011


def test_more_like_this_fills_the_gallery_and_a_click_uses_one(studio) -> None:
    studio.settle()
    top = studio.pick("top")
    panel = studio.window.panels["styles"]
    studio.trigger("style.variations")
    studio.wait(lambda: all(not picture.icon().isNull() for picture in panel.pictures))
    before = studio.document.codes[top].copy()
    panel.pictures[3].click()
    assert not np.array_equal(studio.document.codes[top], before)
    studio.settle()
    studio.trigger("edit.undo")
    assert np.array_equal(studio.document.codes[top], before)


def test_history_jumps_to_any_step(open_studio) -> None:
    studio = open_studio(start=False)
    studio.tool("rectangle")
    states = [studio.document.labels.copy()]
    for number in range(4):
        studio.pick("bag" if number % 2 else "hat")
        studio.drag((2 + 5 * number, 2), (5 + 5 * number, 40))
        states.append(studio.document.labels.copy())
    studio.window.show_panel("history")
    panel = studio.window.panels["history"]
    for position in (1, 4, 0, 2):
        rect = panel.list.visualRect(panel.model.index(position))
        QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
        assert np.array_equal(studio.document.labels, states[position])


def test_docks_behind_others_show_the_present_class_and_steps_when_they_come_to_the_front(studio) -> None:
    studio.settle()
    window = studio.window
    window.show_panel("styles")
    QApplication.processEvents()
    bag = studio.pick("bag")
    studio.tool("rectangle")
    studio.drag((2, 2), (8, 8))
    window.show_panel("history")
    QApplication.processEvents()
    history = window.panels["history"].model
    assert history.rowCount() == history.position + 1 == 2
    # While the style dock lies behind, another class is picked and given a style.
    hat = studio.pick("hat")
    studio.session.draw_styles([hat])
    panel = window.show_panel("styles")
    QApplication.processEvents()
    assert panel.name.text() == "hat" and len(panel._rows) == len(studio.session.directions(hat))
    shown = [row.value() for row in panel._rows]
    wanted = [studio.session.slider_position(hat, each) for each in studio.session.directions(hat)]
    assert np.allclose(shown, wanted, atol=0.006)
    shape = window.show_panel("shape")
    QApplication.processEvents()
    assert shape.name.text() == "hat" and "no shape model" in shape.hint.text()
    studio.session.pick_class(bag)
    # The name is there at once; a slider that still stands for the class before does nothing.
    assert shape.name.text() == "bag"
    before = studio.document.codes.copy()
    panel.slide(0, 1.0)
    assert np.array_equal(studio.document.codes, before)


def test_another_network_maps_classes_by_name(studio, tiny_spatial_bundle, tmp_path: Path) -> None:
    studio.settle()
    studio.drag((4, 4), (9, 9))
    studio.session.draw_styles([6])
    labels, codes, own = studio.document.labels.copy(), studio.document.codes.copy(), studio.session.facts.path
    classes = ("background", "top", "trousers", "car")
    colors = ((0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 3, 3))
    tiny_spatial_bundle.label_set = LabelSet(
        "other", tuple(ClassInfo(name, color) for name, color in zip(classes, colors, strict=True))
    )
    save_bundle(tiny_spatial_bundle, tmp_path / "spatial")
    studio.session.open_model(str(tmp_path / "spatial"))
    studio.wait(lambda: studio.session.facts is not None and studio.session.label_set.names == classes)
    assert studio.document.labels.shape == (16, 32)
    assert set(np.unique(studio.document.labels)) == {0, 1, 2}
    assert "face" in studio.window.messages.text
    assert studio.settle().shape == (16, 32, 3)
    # It was the wrong one: back at the first, nothing is lost.
    studio.session.open_model(str(own))
    studio.wait(lambda: studio.session.facts is not None and "face" in studio.session.label_set.names)
    assert studio.settle().shape == (48, 32, 3)
    assert np.array_equal(studio.document.labels, labels) and np.array_equal(studio.document.codes, codes)
    studio.trigger("edit.undo")
    studio.trigger("edit.undo")
    assert not studio.document.modified
    studio.pick("trousers")
    studio.drag((4, 4), (9, 9))
    assert np.array_equal(studio.document.labels, labels) and len(studio.document.history.steps) == 1


def test_default_keys_do_not_collide_and_every_action_has_a_handler(open_studio) -> None:
    studio = open_studio(start=False)
    assert conflicts({spec.id: spec.shortcut for spec in ACTIONS}) == []
    for spec in ACTIONS:
        if spec.held:
            assert studio.window.actions_table.held_key(spec.id) is not None
            continue
        assert callable(studio.window._handler(spec.id)), spec.id
        action = studio.window.actions_table[spec.id]
        if spec.shortcut:
            assert studio.window.actions_table.shortcut(spec.id)
            assert "(" in action.toolTip(), spec.id


def test_shortcuts_are_remapped_and_collisions_are_refused(open_studio) -> None:
    studio = open_studio(start=False)
    dialog = ShortcutsDialog(studio.window.actions_table, {}, studio.window)
    dialog.set_key("tool.brush", "E")
    assert not dialog.acceptable
    dialog.set_key("tool.eraser", "Q")
    assert dialog.acceptable and dialog.overrides() == {"tool.brush": "E", "tool.eraser": "Q"}
    studio.window.set_shortcuts(dialog.overrides())
    studio.key(Qt.Key.Key_Q)
    assert studio.canvas.tool is studio.window.tools["eraser"]
    studio.key(Qt.Key.Key_E)
    assert studio.canvas.tool is studio.window.tools["brush"]
    second = [[portable(key) for key in studio.window.actions_table["edit.redo"].shortcuts()]]
    studio.window.set_shortcuts({"tool.brush": "Ctrl+Y"})
    second.append([portable(key) for key in studio.window.actions_table["edit.redo"].shortcuts()])
    assert second == [["Ctrl+Shift+Z", "Ctrl+Y"], ["Ctrl+Shift+Z"]]
    # Keys that are held, and those of classes, are in the same table.
    dialog.set_key("hold.before", "Q")
    assert not dialog.acceptable
    for action_id, key in (("hold.before", "K"), ("hold.pan", "J"), ("class.4", "C")):
        dialog.set_key(action_id, key)
    assert dialog.acceptable
    studio.window.set_shortcuts(dialog.overrides())
    QTest.keyPress(studio.canvas, Qt.Key.Key_K)
    assert studio.canvas.before_held
    QTest.keyRelease(studio.canvas, Qt.Key.Key_K)
    studio.key(Qt.Key.Key_C)
    assert not studio.canvas.before_held and studio.session.tools.class_index == 4
    before = studio.canvas.view.x
    QTest.keyPress(studio.canvas, Qt.Key.Key_J)
    studio.drag((4, 4), (12, 4))
    QTest.keyRelease(studio.canvas, Qt.Key.Key_J)
    assert studio.canvas.view.x != before and not studio.document.modified
    # What names a key names the one it has now.
    dice = studio.window.panels["styles"].dice
    assert dice.toolTip().endswith("(D)")
    studio.window.set_shortcuts({"style.draw": "F9"})
    assert dice.toolTip().endswith("(F9)") and studio.window.actions_table["style.draw"].toolTip().endswith("(F9)")
    dialog.restore()
    assert dialog.overrides() == {}
    keys = KeysDialog(studio.window.actions_table, studio.window)
    keys.show()
    studio.wait(lambda: keys.isVisible())
    # No key is hidden beside a narrow screen.
    assert keys.findChild(QScrollArea).horizontalScrollBar().maximum() == 0
    keys.close()


def test_themes_switch_and_are_remembered(open_studio) -> None:
    studio = open_studio(start=False)
    studio.trigger("theme.light")
    assert theme.current().name == "light" and studio.window.settings.theme == "light"
    studio.trigger("theme.dark")
    assert theme.current().name == "dark"
    colors = studio.session.palette()
    studio.trigger("theme.light")
    assert np.array_equal(colors, studio.session.palette())
    studio.trigger("theme.dark")


def test_every_control_has_a_name_and_can_be_reached(open_studio) -> None:
    studio = open_studio(start=False)
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)
    for widget in studio.window.findChildren(QWidget):
        own = isinstance(widget, kinds) and not widget.objectName().startswith("qt_")
        if own and not isinstance(widget.parent(), (QAbstractSpinBox, QComboBox)) and widget.isVisible():
            named = widget.accessibleName() or getattr(widget, "text", str)() or widget.toolTip()
            scroll = type(widget).__name__ in ("QScrollBar", "QLineEdit") and not isinstance(widget, QLineEdit)
            assert named or scroll or type(widget).__name__ == "QScrollBar", (widget, widget.parent())


def test_the_tour_walks_through_and_is_skipped_for_ever(open_studio) -> None:
    studio = open_studio(start=False, tour_done=False)
    studio.trigger("help.tour")
    tour = studio.window.findChild(Tour)
    assert tour is not None
    # Whatever lies in front, and though all docks may be hidden: what the tour tells of is there to be seen.
    studio.window.show_panel("history")
    studio.trigger("view.docks")
    for _ in range(3):
        tour.next.click()
    styles = studio.window.docks["styles"]
    studio.wait(lambda: styles.isVisible() and tour.card.x() < styles.x())
    # Not the tour behind what it brought to the front.
    middle = tour.card.mapTo(studio.window, tour.card.rect().center())
    assert studio.window.childAt(middle) in (tour.card, *tour.card.findChildren(QWidget))
    assert styles.geometry() == tour._spot()
    tour.next.click()
    assert not studio.window.settings.tour_done
    tour.next.click()
    assert studio.window.settings.tour_done
    studio.trigger("help.tour")
    second = [found for found in studio.window.findChildren(Tour) if found is not tour][-1]
    second.skip.click()
    assert second.isHidden()
