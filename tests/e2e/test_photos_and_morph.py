"""The Photos and Morph docks in the real window."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog

from model.images import write_picture


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

    # The row's head gives back its own style.
    panel.table.verticalHeader().sectionClicked.emit(6)
    assert np.array_equal(studio.document.codes, own)
    assert not panel.taken

    # A whole column, and its undo, after which nothing is marked as taken.
    panel.table.horizontalHeader().sectionClicked.emit(column)
    assert set(panel.taken) == set(panel.photos[column].pictures)
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
