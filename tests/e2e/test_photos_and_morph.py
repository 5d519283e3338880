"""The Photos and Morph docks in the real window."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.panels.region import RegionDialog
from model.images import write_picture
from model.parsing import Person


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_: tmp_path / "cache")


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two photos; what the untrained parser would find in them is drawn: both show a top, one shoes."""
    paths, maps = [], {}
    for number, classes in enumerate(((2, 6), (6, 12))):
        labels = np.zeros((60, 40), np.uint8)
        labels[6:24, 10:30], labels[26:54, 10:30] = classes
        photo = np.random.default_rng(number).integers(0, 255, (60, 40, 3)).astype(np.uint8)
        paths.append(tmp_path / f"photo{number}.png")
        write_picture(paths[-1], photo)
        maps[photo.tobytes()] = labels
    monkeypatch.setattr("model.parsing.parse_photo", lambda bundle, photo, **_: maps[photo.tobytes()])
    monkeypatch.setattr("model.parsing.find_people", lambda bundle, photo: [])
    return paths


def test_styles_of_photos_are_taken_weighed_and_given_back(studio, photos: list[Path]) -> None:
    first = studio.settle()
    panel = studio.window.show_panel("photos")
    assert not panel.strength.isEnabled()
    panel.add_photos(photos)
    studio.wait(lambda: len(panel.photos) == 2)
    own = studio.document.codes.copy()
    column = next(place for place, photo in enumerate(panel.photos) if photo.name == "photo0")

    # A class that a photo lacks is greyed and says why; one that it has carries its picture.
    absent = panel.table.item(12, column)
    assert not absent.flags() & Qt.ItemFlag.ItemIsEnabled
    assert "shows no" in absent.toolTip()
    assert not panel.table.item(6, column).icon().isNull()
    assert panel.table.isRowHidden(15)

    # A click takes the style, one step; the picture follows.
    panel.table.cellClicked.emit(6, column)
    taken = panel.photos[column].codes[6]
    assert np.array_equal(studio.document.codes[6], taken)
    assert len(studio.document.history.steps) == 1
    assert (studio.settle() != first).any()

    # The strength slider goes between the two, in one step for the drag.
    for value in (0.8, 0.5):
        panel.strength.slider.moved.emit(value)
        panel.strength.set_value(value)
    panel.strength.moved.emit(0.5)
    panel.strength.slider.let_go.emit()
    assert np.allclose(studio.document.codes[6], (own[6] + taken) / 2, atol=1e-5)
    assert len(studio.document.history.steps) == 2
    # The slider is the class's own: another starts whole.
    studio.pick("hair")
    assert panel.strength.value() == 1
    studio.pick("top")
    assert panel.strength.value() == 0.5

    # The row's head gives back its own style.
    panel.table.verticalHeader().sectionClicked.emit(6)
    assert np.array_equal(studio.document.codes, own)
    assert not panel.taken

    # A whole column, and its undo, after which nothing is marked as taken.
    panel.table.horizontalHeader().sectionClicked.emit(column)
    assert set(panel.taken) == set(panel.photos[column].pictures)
    assert {found.strength for found in panel.taken.values()} == {1}
    studio.trigger("edit.undo")
    assert np.array_equal(studio.document.codes, own)
    assert not panel.taken

    # Locked styles are left alone by the shuffle.
    studio.document.set_flag("locked", [6], True)
    panel.shuffle.click()
    assert np.array_equal(studio.document.codes[6], own[6])
    assert not np.array_equal(studio.document.codes, own)
    panel.clear.click()
    assert panel.table.columnCount() == 0


def test_photos_are_dropped_and_bad_ones_told(studio, photos: list[Path], tmp_path: Path) -> None:
    studio.settle()
    panel = studio.window.show_panel("photos")
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in (bad, photos[0])])
    said: list[str] = []
    studio.session.message.connect(lambda message: said.append(message.text))
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    panel.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))
    studio.wait(lambda: len(panel.photos) == 1 and bool(said))
    assert "bad.jpg" in said[0]
    assert not studio.document.modified


def test_a_morph_is_scrubbed_and_exported(studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    first = studio.settle()
    panel = studio.window.show_panel("morph")
    panel.add.click()
    assert not panel.export.isEnabled()
    panel.dice.click()
    start, end = (key.copy() for key in panel.keys)
    assert panel.export.isEnabled()

    # Scrubbing shows any time, live, and is one step.
    for value in (0.3, 0.6, 1.0):
        panel.time.moved.emit(value)
    panel.time.let_go.emit()
    assert np.array_equal(studio.document.codes, end)
    assert len(studio.document.history.steps) == 1
    last = studio.settle()
    assert (last != first).any()

    # A delayed class has not left at a third of the time.
    studio.pick("top")
    panel.delay.moved.emit(0.5)
    panel.time.moved.emit(0.3)
    panel.time.let_go.emit()
    assert np.array_equal(studio.document.codes[6], start[6])
    assert not np.array_equal(studio.document.codes[2], start[2])

    # The film's ends are the two stills.
    panel.frames.setValue(3)
    answers.folder = tmp_path / "frames"
    answers.folder.mkdir()
    panel.export_folder.click()
    assert not panel.cancel.isHidden()
    studio.wait(lambda: panel._export is None)
    frames = [np.asarray(Image.open(path)) for path in sorted(answers.folder.iterdir())]
    assert len(frames) == 3
    assert np.abs(frames[0].astype(int) - first).max() <= 1
    assert np.abs(frames[2].astype(int) - last).max() <= 1
    studio.document.mark_saved(None)


def test_a_key_that_is_gone_before_its_picture_comes(studio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.settle()
    panel = studio.window.show_panel("morph")
    panel.add_key()
    panel._forget()
    studio.wait(lambda: studio.session.jobs.idle)
    studio.qtbot.wait(50)
    assert panel.list.count() == 0 and "Error" not in capsys.readouterr().err


def test_an_export_is_named_and_cancelled(studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.settle()
    panel = studio.window.show_panel("morph")
    panel.dice.click()
    panel.dice.click()
    panel.frames.setValue(2)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(tmp_path / "film"), "WebP (*.webp)"))
    panel.export.click()
    studio.wait(lambda: panel._export is None)
    assert Image.open(tmp_path / "film.webp").n_frames == 2
    panel.frames.setValue(5000)
    panel.export_film(tmp_path / "long.gif")
    panel.cancel.click()
    assert panel._export is None
    studio.wait(lambda: studio.session.jobs.idle)
    assert not (tmp_path / "long.gif").exists()
    panel.remove.click()
    assert len(panel.keys) == 1
    assert not panel.export.isEnabled()


def test_outlines_of_a_photo_are_corrected_with_the_tools(studio, photos: list[Path]) -> None:
    first = studio.settle()
    document = studio.document
    panel = studio.window.show_panel("photos")
    panel.add_photos(photos[:1])
    studio.wait(lambda: len(panel.photos) == 1)
    panel.take(6, 0)
    before, taken = panel.photos[0], document.codes[6].copy()
    morph = studio.window.panels["morph"]
    morph.add_key()

    # Given up: nothing happened, and nothing was forgotten.
    panel.bar.correct.click()
    assert studio.document is not document and studio.document.reviewing
    assert np.array_equal(studio.document.labels, before.labels) and not panel.bar.isEnabled()
    studio.window.review.bar.cancel.click()
    assert studio.document is document and panel.photos[0] is before and len(morph.keys) == 1
    assert panel.taken[6].photo == 0 and len(document.history.steps) == 1

    # A part of the top becomes a skirt: the photo's styles are read again, and what was taken follows.
    panel.bar.correct.click()
    studio.tool("brush")
    studio.window.options.set_size(9)
    studio.pick("skirt")
    rows, columns = np.nonzero(before.labels == 6)
    studio.drag((columns.min(), rows.min()), (columns.max(), rows.min()))
    studio.window.review.bar.accept.click()
    studio.wait(lambda: studio.document is document)
    assert 9 in panel.photos[0].pictures and 9 not in before.pictures
    assert not np.array_equal(document.codes[6], taken)
    assert np.array_equal(document.codes[6], panel.photos[0].codes[6]) and panel.taken[6].photo == 0
    assert len(morph.keys) == 1
    studio.trigger("edit.undo")
    studio.trigger("edit.undo")
    assert int(np.abs(studio.settle().astype(int) - first).max()) <= 1


def test_a_region_is_copied_and_placed(studio, photos: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    first = studio.settle()
    document = studio.document
    panel = studio.window.show_panel("photos")
    panel.add_photos(photos[1:])
    studio.wait(lambda: len(panel.photos) == 1)
    photo = panel.photos[0]
    labels, codes = document.labels.copy(), document.codes.copy()
    studio.tool("lasso")

    def lasso(dialog: RegionDialog) -> int:
        picker = dialog.picker
        dialog.show()
        scale = picker.width() / 32
        rows, columns = np.nonzero(photo.labels == 12)
        corners = [(columns.min(), rows.min()), (columns.max(), rows.min()), (columns.max(), rows.max() - 2)]
        at = [QPoint(int((x + 0.5) * scale), int((y + 0.5) * scale)) for x, y in [*corners, corners[0]]]
        QTest.mousePress(picker, Qt.MouseButton.LeftButton, pos=at[0])
        for point in at[1:]:
            QTest.mouseMove(picker, point)
        QTest.mouseRelease(picker, Qt.MouseButton.LeftButton, pos=at[-1])
        assert dialog.place.isEnabled() and 0 < picker.chosen.sum() < rows.size
        QTest.mouseClick(picker, Qt.MouseButton.LeftButton, pos=at[0])
        assert picker.chosen.sum() == rows.size
        dialog.close()
        return RegionDialog.DialogCode.Accepted

    monkeypatch.setattr(RegionDialog, "exec", lasso)
    panel.bar.region.click()
    assert studio.window.stamping.active and studio.window.stamping.bar.isVisible()
    assert not studio.window.actions_table["file.save"].isEnabled()
    assert (document.labels == 12).any() and not document.history.steps
    in_hand = [name for name in studio.window.tools if studio.window.actions_table[f"tool.{name}"].isChecked()]
    assert not in_hand and studio.window.options.title.text() == "Place the region"
    assert "Enter" in studio.window.options.hint.text and "Esc" in studio.window.options.hint.text
    studio.key(Qt.Key.Key_Escape)
    assert not studio.window.stamping.active and studio.canvas.tool.id == "lasso"
    assert studio.window.actions_table["tool.lasso"].isChecked()
    assert studio.window.options.title.text() == studio.window.actions_table.text("tool.lasso")
    assert np.array_equal(document.labels, labels) and np.array_equal(document.codes, codes)
    assert studio.window.actions_table["file.save"].isEnabled()

    panel.bar.region.click()
    rows, columns = np.nonzero(document.labels == 12)
    middle = ((columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2)
    studio.drag(middle, (middle[0] - 3, middle[1] - 8))
    studio.window.stamping.bar.flip.click()
    assert (studio.settle() != first).any()
    studio.key(Qt.Key.Key_Return)
    assert len(document.history.steps) == 1 and document.history.steps[0].text == "shoes from photo1"
    assert np.array_equal(document.codes[12], photo.codes[12]) and document.origin(12).source == "photo1"
    moved = np.nonzero(document.labels == 12)
    assert moved[0].min() == rows.min() - 8 and moved[1].min() == columns.min() - 3
    studio.trigger("edit.undo")
    assert np.array_equal(document.labels, labels) and np.array_equal(document.codes, codes)
    # Undo, and another tool, end the placing as well.
    panel.bar.region.click()
    studio.trigger("edit.undo")
    assert not studio.window.stamping.active and np.array_equal(document.labels, labels)
    panel.bar.region.click()
    studio.tool("brush")
    assert not studio.window.stamping.active and studio.canvas.tool.id == "brush"
    assert np.array_equal(document.labels, labels) and not studio.window.stamping.bar.isVisible()


def test_a_region_in_a_photo_shows_the_other_photos_pixels(studio, photos: list[Path], tmp_path: Path) -> None:
    studio.settle()
    studio.window.files.open_path(photos[0])
    studio.accept_photo()
    before = studio.settle()
    document = studio.document
    before_labels = document.labels.copy()
    panel = studio.window.show_panel("photos")
    panel.add_photos(photos[1:])
    studio.wait(lambda: len(panel.photos) == 1)
    photo = panel.photos[0]
    shown = [index for index in photo.pictures if (photo.labels == index).sum() >= 60]
    panel.place_region(photo, photo.labels == shown[0])
    studio.settle()
    studio.window.stamping.bar.stamp.click()
    picture = studio.settle()
    assert document.pasted is not None and len(document.history.steps) == 1
    place = document.pasted.labels == shown[0]
    deep = cv2.erode(place.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert deep.any() and np.abs(picture[deep].astype(int) - photo.frame[deep]).mean() < 25
    far = cv2.dilate(place.astype(np.uint8), np.ones((13, 13), np.uint8)) == 0
    assert np.array_equal(picture[far], before[far])

    # Exports and projects hold them, another style takes their place, and undo brings them back.
    frame = studio.session.finished_frame()
    assert frame is not None and (frame.render() != document.photo.pixels).any()
    document.set_codes([shown[0]], document.codes[[shown[0]]] + 1, "dice")
    restyled = studio.settle()
    assert (restyled[deep] != picture[deep]).any()
    studio.trigger("edit.undo")
    assert np.array_equal(studio.settle(), picture)

    # The eraser takes them away where the map before editing says the same as they do.
    document.write_original(np.where(place, shown[0], document.original).astype(np.uint8))
    kept = studio.settle()
    studio.tool("eraser")
    studio.window.options.set_size(9)
    studio.session.tools.erase_to_original = True
    row, column = (int(values[values.size // 2]) for values in np.nonzero(deep))
    studio.drag((column, row), (column, row + 1))
    assert np.array_equal(document.labels[place], np.full(place.sum(), shown[0]))
    assert document.pasted.labels[row, column] != shown[0]
    assert (studio.settle()[row, column] != kept[row, column]).any()
    studio.trigger("edit.undo")
    assert np.array_equal(studio.settle(), kept)
    document.write_original(np.where(place, before_labels, document.original).astype(np.uint8))
    studio.trigger("edit.undo")
    assert document.pasted is None and np.array_equal(studio.settle(), before)


def test_of_several_people_the_next_is_taken_and_a_photo_removed(
    studio, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.settle()
    people = [Person((0, 0, 50, 20), 0.3), Person((5, 25, 50, 38), 0.2)]
    monkeypatch.setattr("model.parsing.find_people", lambda bundle, photo: people)
    maps = [np.zeros((60, 40), np.uint8) for _ in people]
    maps[0][5:50, 2:20], maps[1][5:50, 25:38] = 6, 7
    monkeypatch.setattr("model.parsing.parse_photo", lambda bundle, photo, person=0: maps[person])
    panel = studio.window.show_panel("photos")
    panel.add_photos(photos)
    studio.wait(lambda: len(panel.photos) == 2)
    assert not panel.bar.next.isHidden() and panel.bar.next.text() == "Person 1 of 2 ›"
    panel.pick_column(1)
    panel.take(6, 1)
    panel.bar.next.click()
    studio.wait(lambda: panel.photos[1].number == 1)
    assert panel.bar.next.text() == "Person 2 of 2 ›" and set(panel.photos[1].pictures) == {7} and not panel.taken
    panel.take(7, 1)
    assert panel.origin.text() == f"outerwear: From {panel.photos[1].name}"
    panel.pick_column(0)
    panel.bar.remove.click()
    assert len(panel.photos) == 1 and panel.taken[7].photo == 0
    assert np.array_equal(studio.document.codes[7], panel.photos[0].codes[7])
