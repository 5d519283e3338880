"""A photo in the real window: what was not edited stays the photo's, on screen and in exports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QLabel

from app.dialogs.fitted import FittedDialog
from app.document.document import Document
from app.document.project import read_project, snapshot, write_project
from model.compositing import Keep
from model.images import read_photo, write_picture

SEAM = 4


def draw_photo(height: int, width: int) -> np.ndarray:
    """Blocks of many colours under fine grain, so that any pixel from elsewhere would differ."""
    rng = np.random.default_rng(3)
    blocks = cv2.resize(
        rng.integers(40, 216, (6, 4, 3), dtype=np.uint8), (width, height), interpolation=cv2.INTER_CUBIC
    )
    return (blocks.astype(np.int16) + rng.integers(-30, 31, (height, width, 3))).clip(0, 255).astype(np.uint8)


def open_photo(studio, path: Path, photo: np.ndarray) -> np.ndarray:
    """Open it and wait for the picture."""
    write_picture(path, photo)
    studio.settle()
    studio.window.files.open_path(path)
    studio.accept_photo()
    return studio.settle()


def near(mask: np.ndarray, reach: float) -> np.ndarray:
    """Pixels of the mask and those at most `reach` away."""
    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5) <= reach


def paint(studio) -> np.ndarray:
    """A stroke of some class that changes the map; returns where."""
    before = studio.document.labels.copy()
    studio.tool("brush")
    studio.window.options.set_size(5)
    studio.session.pick_class(next(i for i in (6, 7) if i != before[20, 12]))
    studio.drag((10, 20), (16, 24))
    changed = studio.document.labels != before
    assert changed.any()
    return changed


@pytest.fixture
def photo_studio(studio, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A studio with a photo of the network's own size, settled."""
    photo = draw_photo(48, 32)
    shown = open_photo(studio, tmp_path / "me.png", photo)
    yield SimpleNamespace(studio=studio, photo=photo, shown=shown, frame=studio.document.photo.frame)


def test_styles_are_fitted_to_the_photo_as_one_step(photo_studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio = photo_studio.studio
    before = studio.document.codes.copy()
    studio.trigger("photo.refine")
    bar = studio.window.messages
    studio.wait(lambda: bar.text.startswith("Styles fitted"))
    assert not np.array_equal(studio.document.codes, before)
    shown: list[FittedDialog] = []
    monkeypatch.setattr(FittedDialog, "exec", lambda dialog: shown.append(dialog))
    QTest.mouseClick(bar.answers[0], Qt.MouseButton.LeftButton)
    assert len(shown) == 1 and len(shown[0].findChildren(QLabel)) == 7
    studio.trigger("edit.undo")
    assert np.array_equal(studio.document.codes, before)
    # Asked again while it works, it stops.
    studio.trigger("photo.refine")
    studio.trigger("photo.refine")
    studio.wait(lambda: studio.session.jobs.idle)
    assert bar.text.startswith("Fitting stopped") and np.array_equal(studio.document.codes, before)


def test_nothing_edited_shows_the_photo(photo_studio) -> None:
    assert np.array_equal(photo_studio.shown, photo_studio.frame)
    assert not photo_studio.studio.document.modified


def test_reset_gives_the_photos_own_style_back(photo_studio) -> None:
    studio, frame = photo_studio.studio, photo_studio.frame
    document = studio.document
    shown = int(np.bincount(document.labels[document.labels > 0]).argmax())
    lacking = next(index for index in range(1, 16) if not (document.labels == index).any())
    own, mean = document.photo_codes, studio.session.facts.code_mean
    studio.session.draw_styles([shown, lacking])
    assert (studio.settle() != frame).any()
    studio.session.reset_styles([shown, lacking])
    assert np.array_equal(document.codes[shown], own[shown])
    assert np.array_equal(document.codes[lacking], mean[lacking])
    assert document.origin(shown).kind == "own photo" and document.origin(lacking).kind == "average"
    assert np.array_equal(studio.settle(), frame)


def test_a_stroke_changes_the_stroke_and_its_seam_alone(photo_studio) -> None:
    studio, frame = photo_studio.studio, photo_studio.frame
    stroke = paint(studio)
    boxes = []
    studio.session.picture_changed.connect(lambda result: boxes.append(result.box))
    painted = studio.settle()
    assert np.array_equal(painted[~near(stroke, SEAM)], frame[~near(stroke, SEAM)])
    assert (painted[stroke] != frame[stroke]).any(axis=1).mean() > 0.5
    studio.trigger("edit.undo")
    assert np.array_equal(studio.settle(), frame)
    # The boxes told to the canvas hold all that changed: painted pixels, and the photo that came back.
    told = np.zeros(stroke.shape, bool)
    for box in boxes:
        told[box.slices] = True
    assert told[(painted != frame).any(axis=2)].all()
    studio.trigger("edit.redo")
    assert np.array_equal(studio.settle(), painted)


def test_the_canvas_shows_the_composed_picture(photo_studio) -> None:
    studio = photo_studio.studio
    for _ in range(3):
        paint(studio)
        shown = studio.settle()
        words = studio.canvas._picture._pixels
        drawn = np.stack([words >> 16 & 255, words >> 8 & 255, words & 255], axis=-1)
        assert np.array_equal(drawn, shown)
        studio.trigger("edit.undo")
        assert np.array_equal(studio.settle(), photo_studio.frame)


def test_a_new_style_changes_its_class_alone(photo_studio) -> None:
    studio, frame = photo_studio.studio, photo_studio.frame
    labels = studio.document.labels
    background = studio.session.label_set.background
    present = [index for index in np.unique(labels).tolist() if index != background]
    studio.session.draw_styles([present[0]])
    restyled = studio.settle()
    own = near(labels == present[0], SEAM)
    assert np.array_equal(restyled[~own], frame[~own])
    assert (restyled[labels == present[0]] != frame[labels == present[0]]).any()
    studio.trigger("edit.undo")
    assert np.array_equal(studio.settle(), frame)


def test_modes_are_steps_of_the_history(photo_studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio, frame, labels = photo_studio.studio, photo_studio.frame, photo_studio.studio.document.labels
    assert studio.window.actions_table["photo.keep"].isChecked()
    studio.trigger("photo.model")
    network = studio.settle()
    assert studio.document.keep.mode is Keep.MODEL and studio.window.actions_table["photo.model"].isChecked()
    assert (network != frame).any(axis=2).mean() > 0.9
    studio.trigger("edit.undo")
    assert np.array_equal(studio.settle(), frame) and studio.window.actions_table["photo.keep"].isChecked()

    # One class from the network, the rest from the photo.
    present = int(np.bincount(labels.ravel()).argmax())
    studio.session.pick_class(present)
    studio.trigger("photo.model_class")
    some = studio.settle()
    assert np.array_equal(some[labels == present], network[labels == present])
    beyond = ~near(labels == present, SEAM)
    assert np.array_equal(some[beyond], frame[beyond])
    studio.trigger("photo.model_class")
    assert np.array_equal(studio.settle(), frame) and not studio.document.keep.classes

    # Without a seam nothing outside the stroke changes.
    monkeypatch.setattr(QInputDialog, "getInt", lambda *_: (0, True))
    studio.trigger("photo.seam")
    stroke = paint(studio)
    hard = studio.settle()
    assert studio.document.keep.seam == 0 and np.array_equal(hard[~stroke], frame[~stroke])


def test_corrected_outlines_become_the_photos_own(photo_studio) -> None:
    studio, frame = photo_studio.studio, photo_studio.frame
    paint(studio)
    painted = studio.settle()
    assert (painted != frame).any()
    steps = len(studio.document.history.steps)
    studio.trigger("photo.outlines")
    studio.wait(lambda: len(studio.document.history.steps) > steps)
    assert np.array_equal(studio.document.original, studio.document.labels)
    assert np.array_equal(studio.settle(), frame)
    studio.trigger("edit.undo")
    assert np.array_equal(studio.settle(), painted)


def test_saved_and_reopened(photo_studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    studio = photo_studio.studio
    paint(studio)
    studio.session.draw_styles([2])
    studio.trigger("photo.model_class")
    last, keep, own = studio.settle(), studio.document.keep, studio.document.photo_codes
    assert keep.classes
    answers.save = tmp_path / "work"
    studio.trigger("file.save")
    answers.open = tmp_path / "work.smis"
    studio.trigger("file.open")
    assert studio.document.path == tmp_path / "work.smis"
    assert studio.document.keep == keep and np.array_equal(studio.document.photo_codes, own)
    # A frame built up from dirty boxes may differ from one made at once by the last bit of rounding.
    assert int(np.abs(studio.settle().astype(int) - last.astype(int)).max()) <= 1


def test_an_export_keeps_the_photo_at_its_own_size(studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    photo = draw_photo(150, 120)
    shown = open_photo(studio, tmp_path / "large.png", photo)
    assert np.array_equal(shown, studio.document.photo.frame)

    def export(name: str) -> np.ndarray:
        answers.save = tmp_path / name
        studio.trigger("export.picture")
        studio.wait(lambda: studio.window.messages.text.startswith(f"Exported {name}"))
        return read_photo(tmp_path / name)

    assert np.array_equal(export("unedited.png"), photo)
    stroke = paint(studio)
    exported = export("edited.png")
    crop = studio.document.photo.crop
    zoom = crop.height / 48
    ys, xs = np.nonzero(near(stroke, SEAM + 2))
    inside = np.zeros(photo.shape[:2], bool)
    for y, x in zip(ys, xs, strict=True):
        top, left = int(crop.top + y * zoom) - 1, int(crop.left + x * zoom) - 1
        inside[max(0, top) : max(0, top + int(zoom) + 3), max(0, left) : max(0, left + int(zoom) + 3)] = True
    assert exported.shape == photo.shape and not inside.all()
    assert np.array_equal(exported[~inside], photo[~inside])
    assert (exported[inside] != photo[inside]).any()
    studio.trigger("photo.model")
    assert (export("model.png") != photo).any(axis=2).mean() > 0.5


def test_a_film_keeps_the_photo(photo_studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    studio, frame = photo_studio.studio, photo_studio.frame
    labels = studio.document.labels
    shown = [index for index in np.unique(labels).tolist() if index != studio.session.label_set.background]
    panel = studio.window.show_panel("morph")
    panel.add.click()
    studio.session.draw_styles(shown[:1])
    panel.add.click()
    last = studio.settle()
    panel.route.setCurrentIndex(panel.route.findData("spherical"))
    panel.frames.setValue(3)
    answers.folder = tmp_path / "frames"
    answers.folder.mkdir()
    panel.export_folder.click()
    studio.wait(lambda: panel._export is None)
    frames = [read_photo(path) for path in sorted(answers.folder.iterdir())]
    beyond = ~near(labels == shown[0], SEAM)
    assert np.array_equal(frames[0], frame)
    assert np.array_equal(frames[1][beyond], frame[beyond]) and (frames[1] != frame).any()
    assert int(np.abs(frames[2].astype(int) - last.astype(int)).max()) <= 1


def test_projects_that_know_nothing_of_it_show_the_networks_picture(photo_studio, tmp_path: Path) -> None:
    studio = photo_studio.studio
    studio.trigger("photo.model")
    network = studio.settle()
    document = studio.document
    old = Document(
        document.labels, document.label_set, codes=document.codes, photo=document.photo, bundle=document.bundle
    )
    path = tmp_path / "old.smis"
    write_project(path, snapshot(old))
    forget_keep(path)
    assert read_project(path).keep.mode is Keep.MODEL and read_project(path).photo_codes is None
    document.mark_saved(None)
    studio.window.files.open_path(path)
    assert int(np.abs(studio.settle().astype(int) - network.astype(int)).max()) <= 1
    # Asked to keep the photo, it encodes it: nothing was edited.
    studio.trigger("photo.keep")
    assert np.array_equal(studio.settle(), photo_studio.frame)


def forget_keep(path: Path) -> None:
    """Take out of a project file what older ones did not have."""
    import json
    import zipfile

    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    del manifest["keep"]
    files["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
