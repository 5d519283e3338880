"""What the window itself promises: views, marks, notes, settings, the Model menu."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QPushButton, QToolBar, QToolButton

from app import theme
from app.canvas.surface import BUSY_AFTER, ViewMode
from app.dialogs.batch import BatchDialog
from app.dialogs.model import ModelDialog
from app.dialogs.official import OfficialDialog
from app.document.box import Box
from app.launch import fit_on_screen
from app.rendering.requests import RenderResult
from app.settings import Settings, load_settings
from app.widgets.slider import Slider
from app.widgets.status import StatusBar
from model.labels import builtin_label_set, write_label_map

LABEL_SET = builtin_label_set("street-fashion")


def button(parent, text: str) -> QPushButton:
    return next(found for found in parent.findChildren(QPushButton) if found.isVisible() and found.text() == text)


def test_views_and_zoom(studio) -> None:
    for name, mode in (
        ("overlay", ViewMode.OVERLAY),
        ("outlines", ViewMode.OUTLINES),
        ("split", ViewMode.SPLIT),
        ("side", ViewMode.SIDE_BY_SIDE),
    ):
        studio.trigger(f"view.{name}")
        assert studio.canvas.mode is mode
        assert studio.window.actions_table[f"view.{name}"].isChecked()
        assert studio.window.settings.view_mode == mode.value
        assert studio.window.options.opacity.isEnabled() is (mode is ViewMode.OVERLAY)
    fitted = studio.canvas.view.scale
    studio.key(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert studio.canvas.view.scale == 1.0
    studio.trigger("view.zoom_in")
    assert studio.canvas.view.scale > 1.0
    studio.key(Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert studio.canvas.view.scale == pytest.approx(fitted)
    assert not studio.canvas.rulers
    studio.trigger("view.rulers")
    assert studio.canvas.rulers and studio.window.settings.rulers


def test_the_first_window_is_no_larger_than_the_screen(studio) -> None:
    room = studio.window.screen().availableGeometry()
    studio.window.resize(room.width() + 200, room.height() + 100)
    fit_on_screen(studio.window)
    studio.wait(lambda: room.contains(studio.window.geometry()))
    assert studio.window.isMaximized()
    # Let go of, it has a size of its own that fits as well.
    studio.window.showNormal()
    studio.wait(lambda: not studio.window.isMaximized())
    assert studio.window.height() < room.height() and studio.window.width() < room.width()
    fit_on_screen(studio.window)
    assert not studio.window.isMaximized()


def test_full_screen_and_back(studio) -> None:
    action = studio.window.actions_table["view.full_screen"]
    for on in (True, False):
        studio.key(Qt.Key.Key_F11)
        studio.wait(lambda on=on: studio.window.isFullScreen() is on)
        assert action.isChecked() is on


def test_map_pixels_are_sharp_squares_at_any_zoom(studio) -> None:
    studio.trigger("view.side")
    studio.settle()
    studio.trigger("view.actual")
    for _ in range(8):
        studio.trigger("view.zoom_in")
    picture = studio.canvas.grab().toImage()
    ratio = studio.canvas.devicePixelRatioF()
    edge, found = studio.canvas.from_map(10, 15), set()
    # Across an edge of the top there are its colour and the ground's, and nothing mixed between them.
    for step in range(-6, 7):
        point = (QPointF(edge.x() + step, edge.y()) * ratio).toPoint()
        found.add(picture.pixelColor(point).name())
    colors = {"#{:02x}{:02x}{:02x}".format(*LABEL_SET.classes[index].color) for index in (0, 6)}
    assert found == colors


def test_the_bar_of_options_stands_still_and_says_what_a_tool_does(studio) -> None:
    bar = studio.window.options
    view = bar.widgetForAction(studio.window.actions_table["view.overlay"])
    places, said = set(), set()
    for tool in studio.window.tools:
        if f"tool.{tool}" in studio.window.actions_table.specs:
            studio.tool(tool)
            QApplication.processEvents()
            places.add(view.x())
            said.add(bar.hint.text)
    assert len(places) == 1
    assert "" not in said and len(said) > 8


def test_busy_is_said_late_and_taken_back(studio) -> None:
    studio.settle()
    studio.wait(lambda: not studio.canvas.busy and not studio.window._busy_timer.isActive())
    studio.session.worker.busy_changed.emit(True)
    assert not studio.canvas.busy
    assert studio.window._busy_timer.interval() == BUSY_AFTER == 150
    studio.wait(lambda: studio.canvas.busy)
    studio.session.worker.busy_changed.emit(False)
    assert not studio.canvas.busy


def test_loading_is_said_until_the_network_is_there_or_cannot_be_had(open_studio, tmp_path: Path) -> None:
    studio = open_studio()
    assert studio.canvas.loading
    studio.wait(lambda: studio.session.facts is not None)
    assert not studio.canvas.loading
    studio.session.open_model(str(tmp_path / "nothing"))
    assert studio.canvas.loading
    studio.wait(lambda: "nothing" in studio.window.messages.text and not studio.canvas.loading)


def test_previews_and_exact_pictures_are_told_apart(qtbot) -> None:
    status = StatusBar()
    qtbot.addWidget(status)

    def show(exact: bool, milliseconds: float) -> None:
        status.show_result(RenderResult(1, Box(0, 0, 1, 1), np.zeros((1, 1, 3), np.uint8), exact, milliseconds))

    show(False, 900.0)
    assert status.dot.exact is False and status.time_label.text() == ""
    show(True, 950.0)
    # What the first picture took, with everything made anew, is no measure of working.
    assert status.dot.exact is True and status.time_label.text() == ""
    show(False, 12.0)
    assert status.dot.exact is False and status.time_label.text() == "12 ms"
    status.show_result(None)
    assert status.dot.exact is None and status.time_label.text() == ""


def test_an_error_stays_and_its_details_can_be_copied(studio) -> None:
    messages = studio.window.messages
    studio.session.say("It broke.", "error", "Traceback: line 3")
    assert messages.text == "It broke."
    low = messages.height()
    QTest.mouseClick(button(messages, "Details"), Qt.MouseButton.LeftButton)
    assert messages.height() > low
    QTest.mouseClick(button(messages, "Copy"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "It broke.\n\nTraceback: line 3"
    studio.session.say("Done.", "success")
    # A note of one line is as high as the next.
    assert messages.height() <= low


def test_reset_of_the_settings_can_be_taken_back(studio) -> None:
    window = studio.window
    studio.trigger("theme.light")
    window.settings.shortcuts = {"tool.brush": "Y"}
    window.settings.class_colors = {"top": "#123456"}
    studio.trigger("view.rulers")
    studio.trigger("edit.reset_settings")
    defaults = Settings()
    assert window.settings.theme == defaults.theme and not window.canvas.rulers
    assert window.settings.shortcuts == {} and load_settings().class_colors == {}
    QTest.mouseClick(button(window.messages, "Undo"), Qt.MouseButton.LeftButton)
    assert theme.current().name == "light" and window.canvas.rulers
    assert load_settings().shortcuts == {"tool.brush": "Y"} and load_settings().class_colors == {"top": "#123456"}


def test_the_theme_follows_the_system(open_studio) -> None:
    studio = open_studio(start=False, theme="system")
    hints = QGuiApplication.styleHints()
    for scheme, name in ((Qt.ColorScheme.Light, "light"), (Qt.ColorScheme.Dark, "dark")):
        hints.setColorScheme(scheme)
        if hints.colorScheme() is scheme:
            studio.wait(lambda name=name: theme.current().name == name)
    hints.unsetColorScheme()


def test_the_layout_comes_back(studio) -> None:
    window = studio.window
    window.docks["classes"].hide()
    studio.trigger("view.reset_layout")
    assert window.docks["classes"].isVisible()
    assert window.findChild(QToolBar, "tools").isVisible()


def test_a_dropped_label_map_is_opened(studio, tmp_path: Path) -> None:
    labels = np.full((48, 32), 3, dtype=np.uint8)
    write_label_map(tmp_path / "map.png", labels, LABEL_SET)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "map.png"))])
    middle = QPointF(studio.window.rect().center())
    event = QDropEvent(
        middle, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    studio.window.dropEvent(event)
    studio.wait(lambda: studio.document.name == "map")
    assert (studio.document.labels == 3).all()


def test_a_class_that_is_there_is_picked(studio) -> None:
    def picked() -> str:
        return studio.session.label_set.names[studio.session.tools.class_index]

    assert picked() == "trousers"
    studio.pick("hat")
    studio.window.files.show_labels(np.zeros((48, 32), dtype=np.uint8), "blank")
    assert picked() == "hat"
    labels = np.zeros((48, 32), dtype=np.uint8)
    labels[10:20, 10:20] = LABEL_SET.index_of("dress")
    labels[20:24, 10:20] = LABEL_SET.index_of("shoes")
    studio.window.files.show_labels(labels, "dress")
    assert picked() == "dress"


def test_the_style_dock_notices_a_class_that_comes_and_goes(studio) -> None:
    studio.settle()
    panel = studio.window.panels["styles"]
    studio.pick("hat")
    assert panel.hint.text() and not panel.more.isEnabled()
    studio.tool("rectangle")
    studio.drag((2, 2), (12, 8))
    assert not panel.hint.text() and panel.more.isEnabled()
    studio.trigger("edit.undo")
    assert panel.hint.text() and not panel.more.isEnabled()


def test_the_network_device_and_precision_are_chosen(studio, monkeypatch, tiny_bundle_path: Path) -> None:
    studio.settle()
    monkeypatch.setenv("SMIS_WEIGHTS", str(tiny_bundle_path.parent))

    def choose(dialog: ModelDialog) -> int:
        studio.wait(lambda: dialog.bundles.count() > 0)
        dialog.bundles.setCurrentIndex(dialog.bundles.findData(str(tiny_bundle_path)))
        dialog.precision.setCurrentText("float32")
        return 1

    monkeypatch.setattr(QDialog, "exec", choose)
    before = studio.session.facts
    studio.trigger("model.choose")
    studio.wait(lambda: studio.session.facts is not None and studio.session.facts is not before)
    assert load_settings().bundle == str(tiny_bundle_path) and load_settings().precision == "float32"
    assert "float32" in studio.session.facts.description
    studio.settle()


def test_what_is_no_checkpoint_is_told_and_the_network_stays(studio, monkeypatch, tmp_path: Path) -> None:
    studio.settle()
    bad = tmp_path / "latest_net_G.pth"
    bad.write_bytes(b"no checkpoint")

    def fill_in(dialog: OfficialDialog) -> int:
        accept = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
        assert not accept.isEnabled()
        dialog.generator.setText(str(bad))
        assert accept.isEnabled()
        dialog.name.setText("../elsewhere")
        assert not accept.isEnabled()
        dialog.name.setText("theirs")
        return 1

    monkeypatch.setattr(QDialog, "exec", fill_in)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    facts = studio.session.facts
    studio.trigger("model.import_official")
    studio.wait(lambda: bad.name in studio.window.messages.text)
    assert studio.session.facts is facts


def test_a_batch_starts_with_both_folders_only(studio, tmp_path: Path) -> None:
    studio.settle()
    dialog = BatchDialog(studio.session, studio.window)
    assert not dialog.start_button.isEnabled()
    dialog.source.setText(str(tmp_path))
    assert not dialog.start_button.isEnabled()
    dialog.target.setText(str(tmp_path / "out"))
    assert dialog.start_button.isEnabled()


def test_a_narrow_window_keeps_every_option_within_reach(studio) -> None:
    window = studio.window
    options = window.options
    studio.tool("brush")
    studio.trigger("view.overlay")
    for width in (1280, 1000, 860, 740):
        window.resize(width, 640)
        studio.wait(lambda width=width: window.width() == width and options.opacity.spin.isVisible())
        edge = options.opacity.mapTo(options, options.opacity.rect().topRight()).x()
        assert edge < width and options.size_field.spin.isVisible() and options.pressure.isVisible()
    assert not options.opacity.slider.isVisible()
    QTest.mouseClick(options.opacity.opener, Qt.MouseButton.LeftButton)
    popup = QApplication.activePopupWidget()
    slider = popup.findChild(Slider)
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center() + QPoint(40, 0))
    assert window.settings.overlay_opacity > 0.6 and options.opacity.spin.value() > 60
    popup.close()
    # Where even that is too much, Qt's own button opens the rest.
    window.resize(600, 500)
    more = options.findChild(QToolButton, "qt_toolbar_ext_button")
    studio.wait(more.isVisible)
    assert not more.icon().isNull() and more.toolTip()
    window.resize(1280, 700)
    studio.wait(lambda: options.opacity.slider.isVisible() and options.title.isVisible())
    assert not options.opacity.opener.isVisible()


def test_the_status_bar_shows_the_device_that_a_network_moved_to(studio) -> None:
    studio.settle()
    name = studio.window.session.facts.name
    studio.window.session.worker.moved.emit("cuda", "half precision does not hold this network's values")
    studio.wait(lambda: studio.window.status.device.text() == f"{name}  ·  CUDA")
    assert "half precision" in studio.window.status.device.toolTip()
    assert "Half precision does not hold this network's values." in studio.window.messages.text
