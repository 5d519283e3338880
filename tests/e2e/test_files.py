"""Every way in and out, in the real window."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox

from app.dialogs.new import MOST_PIXELS, NewDialog
from app.document import recovery
from app.document.project import read_project
from app.welcome import offer_recovery
from model.images import read_photo, write_picture
from model.labels import builtin_label_set, read_label_map, write_label_map
from model.parsing import Person

LABEL_SET = builtin_label_set("street-fashion")


def photo(height: int = 96, width: int = 64) -> np.ndarray:
    rng = np.random.default_rng(4)
    return np.repeat(np.repeat(rng.integers(0, 256, (height // 8, width // 8, 3), dtype=np.uint8), 8, 0), 8, 1)


def test_new_from_an_example_and_blank(studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.settle()

    def choose_example(dialog: NewDialog) -> int:
        assert dialog.examples.count() >= 4
        dialog.examples.setCurrentRow(1)
        dialog._use_example(dialog.examples.currentItem())
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(NewDialog, "exec", choose_example)
    studio.trigger("file.new")
    # The example is fitted into the network's frame; exports have its own size again.
    assert studio.document.labels.shape == (48, 32) and studio.document.labels.any()
    assert studio.document.fit is not None and studio.document.fit.source_height == 384

    def choose_blank(dialog: NewDialog) -> int:
        dialog.height_box.setValue(100_000)
        dialog.width_box.setValue(100_000)
        assert dialog.height_box.value() * dialog.width_box.value() <= MOST_PIXELS
        dialog.width_box.setValue(64)
        dialog.height_box.setValue(48)
        dialog.use_blank()
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(NewDialog, "exec", choose_blank)
    studio.trigger("file.new")
    assert studio.document.labels.shape == (48, 64) and not studio.document.labels.any()
    assert studio.settle().shape == (48, 64, 3)


def test_an_odd_size_is_fitted_and_exported_at_its_own(studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    studio.settle()
    labels = np.zeros((75, 91), dtype=np.uint8)
    labels[10:70, 30:60] = 6
    write_label_map(tmp_path / "odd.png", labels, LABEL_SET)
    answers.open = tmp_path / "odd.png"
    studio.trigger("file.open")
    assert studio.document.labels.shape == (48, 32)
    studio.settle()
    answers.save = tmp_path / "out.png"
    studio.trigger("export.picture")
    studio.wait((tmp_path / "out.png").is_file)
    assert read_photo(tmp_path / "out.png").shape == (75, 91, 3)
    answers.save = tmp_path / "map.png"
    studio.trigger("export.labels")
    assert read_label_map(tmp_path / "map.png", LABEL_SET).shape == (75, 91)


def test_photo_by_drop_and_by_clipboard(studio, tmp_path: Path) -> None:
    studio.settle()
    write_picture(tmp_path / "me.png", photo())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "me.png"))])
    held = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(10, 10), Qt.DropAction.CopyAction, *held)
    QApplication.sendEvent(studio.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(studio.window, QDropEvent(QPointF(10, 10), Qt.DropAction.CopyAction, *held))
    studio.accept_photo()
    assert studio.document.photo is not None and studio.document.name == "me"
    pixels = photo(48, 80)
    image = QImage(pixels.tobytes(), 80, 48, 240, QImage.Format.Format_RGB888)
    QGuiApplication.clipboard().setImage(image.copy())
    studio.trigger("file.paste_photo")
    studio.accept_photo()
    assert studio.document.photo is not None
    assert np.array_equal(studio.document.photo.pixels, pixels)
    # What a file manager copies is the place of a file.
    copied = QMimeData()
    copied.setUrls([QUrl.fromLocalFile(str(tmp_path / "me.png"))])
    QGuiApplication.clipboard().setMimeData(copied)
    studio.trigger("file.paste_photo")
    studio.accept_photo()
    assert studio.document.name == "me"


def test_a_photo_turned_by_its_camera_is_upright(studio, tmp_path: Path) -> None:
    studio.settle()
    image = Image.fromarray(photo(96, 64))
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.jpg", exif=exif)
    studio.window.files.open_path(tmp_path / "turned.jpg")
    studio.accept_photo()
    assert studio.document.photo is not None
    assert studio.document.photo.pixels.shape == (64, 96, 3)


def test_styles_are_taken_again_after_the_outlines_were_corrected(studio, tmp_path: Path) -> None:
    studio.settle()
    write_picture(tmp_path / "me.png", photo())
    studio.window.files.open_path(tmp_path / "me.png")
    studio.accept_photo()
    studio.settle()
    present = set(np.unique(studio.document.labels).tolist())
    absent = next(index for index in range(1, 16) if index not in present)
    studio.session.pick_class(absent)
    studio.tool("rectangle")
    studio.drag((4, 10), (28, 40))
    before = studio.document.codes.copy()
    studio.trigger("style.from_photo")
    studio.wait(lambda: not np.array_equal(studio.document.codes[absent], before[absent]))
    studio.trigger("edit.undo")
    assert np.array_equal(studio.document.codes, before)


def review(studio, path: Path) -> None:
    """Open a photo and wait until it is shown for correction."""
    write_picture(path, photo())
    studio.window.files.open_path(path)
    studio.wait(lambda: studio.window.review.active)


def test_a_photo_counts_only_when_its_outlines_are_accepted(studio, tmp_path: Path) -> None:
    studio.settle()
    studio.drag((4, 4), (9, 9))
    before, steps = studio.document, len(studio.document.history.steps)
    labels = before.labels.copy()
    before.mark_saved(None)
    review(studio, tmp_path / "me.png")
    assert studio.document is not before and studio.document.codes is None
    assert studio.window.review.bar.isVisible() and "me" in studio.window.review.bar.text
    assert not studio.window.actions_table["file.save"].isEnabled()
    # Escape: nothing happened, the history is still there, and one more edit is one more step.
    studio.key(Qt.Key.Key_Escape)
    assert studio.document is before and np.array_equal(before.labels, labels)
    assert not studio.window.review.active and studio.window.actions_table["file.save"].isEnabled()
    studio.settle()
    studio.drag((20, 30), (25, 35))
    assert len(before.history.steps) == steps + 1
    studio.trigger("edit.undo")
    assert np.array_equal(before.labels, labels)


def test_corrected_outlines_are_the_photos_own(studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    studio.settle()
    review(studio, tmp_path / "me.png")
    studio.tool("rectangle")
    bag = studio.pick("bag")
    studio.drag((4, 4), (20, 30))
    corrected = studio.document.labels.copy()
    assert corrected[10, 10] == bag
    # The corrections are not lost without a question.
    studio.key(Qt.Key.Key_Escape)
    assert answers.asked == 1 and studio.window.review.active
    studio.accept_photo()
    document = studio.document
    assert np.array_equal(document.labels, corrected) and np.array_equal(document.original, corrected)
    assert document.codes is not None and np.array_equal(document.codes, document.photo_codes)
    # No step, but nowhere on disk: closing asks.
    assert not document.history.steps and document.modified
    assert np.array_equal(studio.settle(), document.photo.frame)


def test_corrections_of_a_photo_survive_a_crash(studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    studio.settle()
    review(studio, tmp_path / "me.png")
    folder = studio.window.autosaver.folder
    mine = recovery.recovery_path(folder, reviewing=True)
    studio.tool("rectangle")
    bag = studio.pick("bag")
    studio.drag((4, 4), (20, 30))
    corrected = studio.document.labels.copy()
    studio.window.autosaver.save_now()
    studio.wait(mine.is_file)
    dead = mine.with_name("recovery-dead.smis")
    dead.write_bytes(mine.read_bytes())
    answers.question = QMessageBox.StandardButton.Discard
    assert studio.window.review.give_up()
    studio.wait(lambda: not mine.exists())
    offer_recovery(studio.window)
    studio.window.messages.answers[0].click()
    studio.wait(lambda: studio.window.review.active)
    assert np.array_equal(studio.document.labels, corrected) and corrected[10, 10] == bag
    assert studio.document.modified and studio.document.name == "me"
    studio.wait(lambda: mine.is_file() and not dead.exists())
    studio.accept_photo()
    studio.wait(lambda: not mine.exists())
    assert np.array_equal(studio.document.labels, corrected) and studio.document.modified
    assert np.array_equal(studio.settle(), studio.document.photo.frame)


def test_a_photo_of_nobody_is_told_and_can_be_painted(
    studio, answers: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.settle()
    monkeypatch.setattr("app.rendering.photos.PERSON", 1.1)
    review(studio, tmp_path / "street.png")
    bar = studio.window.review.bar
    assert "No person" in bar.text and not studio.document.labels.any()
    assert bar.other.isVisible() and not bar.accept.isEnabled()
    # Another photo takes its place; what was open before still waits.
    write_picture(tmp_path / "other.png", photo(48, 64))
    answers.open = tmp_path / "other.png"
    bar.other.click()
    studio.wait(lambda: studio.document.name == "other")
    studio.tool("rectangle")
    studio.pick("dress")
    studio.drag((8, 8), (24, 40))
    assert bar.accept.isEnabled()
    studio.accept_photo()
    assert studio.document.name == "other" and studio.document.photo is not None


def test_the_next_of_several_people(studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.settle()
    write_picture(tmp_path / "two.png", photo())

    def parsed(_bundle: object, pixels: np.ndarray, *, person: int = 0) -> np.ndarray:
        labels = np.zeros(pixels.shape[:2], np.uint8)
        labels[10:30, 10:50], labels[30:86, 10:50] = 2, (6, 8)[person]
        return labels

    people = [Person((10, 10, 86, 50), 0.5), Person((10, 10, 86, 50), 0.48)]
    monkeypatch.setattr("model.parsing.find_people", lambda *_: people)
    monkeypatch.setattr("model.parsing.parse_photo", parsed)
    studio.window.files.open_path(tmp_path / "two.png")
    bar = studio.window.review.bar
    studio.wait(lambda: studio.window.review.active)
    assert bar.next.isVisible() and "1 of 2" in bar.next.text() and (studio.document.labels == 6).any()
    bar.next.click()
    studio.wait(lambda: "2 of 2" in bar.next.text())
    assert (studio.document.labels == 8).any() and not (studio.document.labels == 6).any()
    bar.next.click()
    studio.wait(lambda: "1 of 2" in bar.next.text())
    studio.accept_photo()
    assert (studio.document.labels == 6).any() and studio.document.name == "two"


def test_a_huge_photo_is_scaled_with_a_note(studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.settle()
    monkeypatch.setattr("model.images.MAX_PIXELS", 3000)
    review(studio, tmp_path / "huge.png")
    assert "64 × 96" in studio.window.review.bar.text
    assert studio.document.photo.pixels.size <= 3 * 3000
    studio.key(Qt.Key.Key_Escape)


def test_an_edit_during_a_save_stays_unsaved(studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    studio.settle()
    studio.drag((4, 4), (9, 9))
    saved = studio.document.labels.copy()
    answers.save = tmp_path / "work.smis"
    studio.trigger("file.save")
    studio.drag((20, 30), (25, 35))
    studio.saved(tmp_path / "work.smis")
    assert studio.document.modified and np.array_equal(read_project(tmp_path / "work.smis").labels, saved)
    studio.trigger("edit.undo")
    assert not studio.document.modified


def test_closing_waits_for_the_save(studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    studio.settle()
    studio.drag((4, 4), (9, 9))
    answers.save = tmp_path / "work.smis"
    studio.trigger("file.save")
    studio.window.close()
    assert answers.asked == 0 and not studio.window.isVisible()
    assert np.array_equal(read_project(tmp_path / "work.smis").labels, studio.document.labels)


def test_what_cannot_be_opened_is_told_and_changes_nothing(studio, tmp_path: Path) -> None:
    before = studio.document
    (tmp_path / "broken.smis").write_bytes(b"PK nothing")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG nothing")
    (tmp_path / "broken.json").write_text("{")
    for name in ("broken.smis", "broken.png", "broken.json", "missing.smis"):
        studio.window.messages.hide()
        studio.window.files.open_path(tmp_path / name)
        assert name in studio.window.messages.text
        assert studio.document is before


def test_a_failed_save_keeps_the_dirty_mark(studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    studio.drag((4, 4), (9, 9))
    answers.save = tmp_path / "no-folder" / "work.smis"
    studio.trigger("file.save")
    studio.wait(lambda: not studio.session.saver.busy)
    assert studio.document.modified and studio.window.isWindowModified()
    assert "no-folder" in studio.window.messages.text


def test_unsaved_changes_are_asked_about_once_and_cancel_cancels(
    studio, answers: SimpleNamespace, tmp_path: Path
) -> None:
    studio.drag((4, 4), (9, 9))
    write_label_map(tmp_path / "map.png", np.zeros((48, 32), np.uint8), LABEL_SET)
    answers.open = tmp_path / "map.png"
    before = studio.document
    studio.trigger("file.open")
    assert studio.document is before and answers.asked == 1
    studio.window.close()
    assert studio.window.isVisible() and answers.asked == 2
    answers.question, answers.save = QMessageBox.StandardButton.Save, tmp_path / "kept.smis"
    studio.trigger("file.open")
    assert (tmp_path / "kept.smis").is_file() and answers.asked == 3
    studio.wait(lambda: studio.document is not before)
