"""The main job in the real window: paint, slide, undo, open a photo, save, reopen."""

from __future__ import annotations

import gc
import sys
import threading
import types
import weakref
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.collector import FULL_EVERY, NEW_MODULES, Collector
from app.dialogs.model import ModelDialog
from app.document.box import Box
from model.images import read_photo, write_picture
from model.labels import read_label_map


def test_paint_slide_undo_photo_save_reopen(studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    first = studio.settle()

    # A stroke with the brush changes the map and, some time later, the picture inside the stroke.
    studio.tool("brush")
    dress = studio.pick("dress")
    studio.window.options.set_size(6)
    studio.drag((12, 30), (16, 32), (20, 34))
    stroke = studio.document.labels == dress
    assert stroke[30, 12] and stroke[34, 20]
    painted = studio.settle()
    assert (painted[stroke] != first[stroke]).any()

    # A slider moves the style of the picked class and with it the picture.
    row = studio.window.panels["styles"]._rows[0]
    slider = row.slider
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 10, slider.height() // 2))
    slid = studio.settle()
    assert (slid[stroke] != painted[stroke]).any()
    assert len(studio.document.history.steps) == 2

    # Undo takes back the slider, then the stroke, pixel by pixel.
    studio.trigger("edit.undo")
    assert np.array_equal(studio.settle(), painted)
    studio.trigger("edit.undo")
    assert np.array_equal(studio.settle(), first)
    assert not studio.document.modified
    studio.trigger("edit.redo")
    assert np.array_equal(studio.settle(), painted)
    studio.document.mark_saved(None)

    # A photo is parsed and its class codes become the styles.
    rng = np.random.default_rng(3)
    photo = np.repeat(np.repeat(rng.integers(0, 256, (12, 8, 3), dtype=np.uint8), 8, axis=0), 8, axis=1)
    write_picture(tmp_path / "photo.png", photo)
    answers.open = tmp_path / "photo.png"
    studio.trigger("file.open_photo")
    studio.accept_photo()
    assert studio.document.photo is not None and not studio.document.history.steps
    assert studio.document.name == "photo"
    assert studio.document.labels.shape == (48, 32)
    after_photo = studio.settle()

    # Save, export, reopen.
    answers.save = tmp_path / "work"
    studio.tool("brush")
    studio.pick("bag")
    studio.drag((5, 5), (9, 9))
    studio.trigger("file.save")
    saved = studio.saved(tmp_path / "work.smis")
    assert not studio.document.modified
    last = studio.settle()
    assert (last != after_photo).any()
    answers.save = tmp_path / "labels.png"
    studio.trigger("export.labels")
    exported = read_label_map(tmp_path / "labels.png", studio.session.label_set)
    answers.save = tmp_path / "picture.png"
    studio.trigger("export.picture")
    studio.wait((tmp_path / "picture.png").is_file)
    assert read_photo(tmp_path / "picture.png").shape == photo.shape

    answers.open = saved
    studio.trigger("file.open")
    assert studio.document.path == saved
    assert np.array_equal(studio.document.labels, exported)
    assert studio.document.photo is not None
    assert np.array_equal(studio.settle(), last)


def test_closing_joins_the_threads(open_studio) -> None:
    studio = open_studio()
    studio.settle()
    studio.drag((4, 4), (20, 20))
    studio.document.mark_saved(None)
    studio.window.close()
    assert studio.session.worker.isFinished()
    assert studio.session.jobs.isFinished()


def test_without_a_network_the_window_opens_and_says_so(
    open_studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = open_studio(bundle=str(tmp_path / "nowhere"))
    studio.wait(lambda: bool(studio.window.messages.text))
    assert "nowhere" in studio.window.messages.text
    studio.drag((4, 4), (20, 20))
    assert studio.document.modified
    # Beside the map the picture that is awaited is no second map.
    shown = studio.canvas.grab().toImage()
    ratio, map_pixel = shown.devicePixelRatio(), studio.at(16, 14)
    beside = map_pixel + studio.canvas.panes()[1].topLeft()
    colors = [shown.pixelColor(point * ratio) for point in (map_pixel, beside)]
    assert colors[0].name() == studio.session.class_color(int(studio.document.labels[14, 16]))
    assert colors[1].saturation() < colors[0].saturation() and colors[1] != colors[0]
    chosen = []
    monkeypatch.setattr(ModelDialog, "exec", lambda dialog: chosen.append(dialog) or 0)
    studio.window.messages.answers[0].click()
    assert len(chosen) == 1


def test_pictures_never_flicker_jump_or_go_back(studio) -> None:
    studio.settle()
    canvas, session = studio.canvas, studio.session
    pane = canvas.panes()[1]
    whole = QRect(*canvas.view.screen_box(Box(0, 0, studio.document.height, studio.document.width), margin=0))
    inside = whole.adjusted(2, 2, -2, -2).translated(pane.topLeft())
    outside = whole.adjusted(-4, -4, 4, 4).translated(pane.topLeft())
    ids: list[int] = []
    frames = []
    session.picture_changed.connect(lambda result: ids.append(result.id))
    recorder = QTimer(canvas, interval=3)
    recorder.timeout.connect(lambda: frames.append(canvas.grab().toImage()))
    recorder.start()
    studio.tool("brush")
    studio.pick("dress")
    studio.press(8, 20)
    for step in range(20):
        studio.move(8 + step * 0.7, 20 + step)
        studio.qtbot.wait(6)
    studio.release(21, 39)
    row = studio.window.panels["styles"]._rows[0]
    for step in range(15):
        row.slider.setValue(step * 60)
        studio.qtbot.wait(6)
    studio.settle()
    recorder.stop()
    assert len(frames) > 10 and len(set(ids)) > 3 and ids == sorted(ids)
    ground = canvas.palette().color(QPalette.ColorRole.Dark)
    for frame in frames:
        for corner in ("topLeft", "topRight", "bottomLeft", "bottomRight"):
            assert frame.pixelColor(getattr(inside, corner)()) != ground
            assert frame.pixelColor(getattr(outside, corner)()) == ground


def test_a_stroke_and_its_pictures_lay_nothing_out_again(studio, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is read behind the first picture comes in the middle of the stroke: it lays out parts of docks at most.
    go = threading.Event()

    def late(facts: object) -> None:
        go.wait()

    monkeypatch.setattr("app.panels.shape.read_shapes", late)
    # The first stroke switches Undo on, which lays the tool bar out once.
    studio.drag((30, 4), (34, 8))
    studio.settle()
    layouts: list[str] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.LayoutRequest:
                layouts.append(type(watched).__name__)
            return False

    watch = Watch()
    studio.tool("brush")
    QApplication.processEvents()
    for widget in (studio.window, studio.window.status):
        widget.installEventFilter(watch)
    pictures: list[object] = []
    studio.session.picture_changed.connect(pictures.append)
    studio.press(6, 6)
    for place in range(7, 25):
        if place == 16:
            go.set()
            studio.wait(lambda: studio.session.jobs.idle)
        studio.move(place, place + 4)
        QApplication.processEvents()
    studio.wait(lambda: bool(pictures))
    QApplication.processEvents()
    assert layouts == []
    studio.release(25, 29)


def test_what_an_import_brings_is_never_looked_through(open_studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio = open_studio(start=False)
    collector = Collector(studio.session)
    try:
        brought = [[number] for number in range(100)]
        for number in range(NEW_MODULES):
            monkeypatch.setitem(sys.modules, f"imported_{number}", types.ModuleType(f"imported_{number}"))
        for _ in range(2 * FULL_EVERY):
            collector.look()
        later: list[object] = []
        known = {id(entry) for entry in gc.get_objects()}
        assert id(later) in known
        assert id(brought) not in known
    finally:
        collector.stop()


def test_garbage_waits_for_the_end_of_the_stroke(open_studio) -> None:
    studio = open_studio(start=False)
    collector = Collector(studio.session)
    try:
        assert not gc.isenabled()

        class Ring:
            def __init__(self) -> None:
                self.itself = self

        ring = weakref.ref(Ring())
        studio.tool("brush")
        studio.press(4, 4)
        for _ in range(2 * FULL_EVERY):
            collector.look()
        assert ring() is not None
        studio.release(4, 4)
        for _ in range(2 * FULL_EVERY):
            collector.look()
        assert ring() is None
    finally:
        collector.stop()
    assert gc.isenabled()
