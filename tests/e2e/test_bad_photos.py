"""Odd and damaged photos dropped on the real window: read as they look, or told; the open document is untouched."""

from __future__ import annotations

import resource
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from app.dialogs.mapping import MappingDialog

HEIGHT, WIDTH = 60, 40
NOISE = np.random.default_rng(8).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)


@pytest.fixture(autouse=True)
def leaving_is_allowed(answers: SimpleNamespace) -> None:
    """Whoever opens a photo over unsaved changes is asked."""
    answers.question = QMessageBox.StandardButton.Discard


def drop(studio, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    held = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(studio.window, QDragEnterEvent(QPoint(10, 10), Qt.DropAction.CopyAction, *held))
    QApplication.sendEvent(studio.window, QDropEvent(QPointF(10, 10), Qt.DropAction.CopyAction, *held))


def draw(folder: Path, kind: str) -> tuple[Path, np.ndarray, float]:
    """A file, what it shows as RGB, and how far off a pixel may be."""
    picture = Image.fromarray(NOISE)
    if kind == "cmyk":
        path = folder / "cmyk.tif"
        picture.convert("CMYK").save(path)
        return path, NOISE, 3
    if kind == "16 bits":
        path = folder / "deep.png"
        Image.fromarray(NOISE[..., 0].astype(np.uint16) * 257).save(path)
        return path, np.repeat(NOISE[..., :1], 3, axis=2), 1
    if kind == "alpha":
        path = folder / "alpha.png"
        clear = np.full((HEIGHT, WIDTH), 255, np.uint8)
        clear[:, :20] = 0
        picture.putalpha(Image.fromarray(clear))
        picture.save(path)
        return path, np.where(clear[..., None] > 0, NOISE, 255).astype(np.uint8), 0
    path = folder / "animated.png"
    picture.save(path, save_all=True, append_images=[picture.rotate(180)], duration=100)
    return path, NOISE, 0


@pytest.mark.parametrize("kind", ["cmyk", "16 bits", "alpha", "animated"])
def test_odd_photos_are_read_as_they_look(studio, tmp_path: Path, kind: str) -> None:
    studio.drag((2, 2), (6, 6))
    studio.settle()
    before, labels, steps = studio.document, studio.document.labels.copy(), len(studio.document.history.steps)
    path, shown, tolerance = draw(tmp_path, kind)
    drop(studio, path)
    studio.wait(lambda: studio.window.review.active)
    read = studio.document.photo.pixels
    assert read.shape == (HEIGHT, WIDTH, 3)
    assert np.abs(read.astype(int) - shown).max() <= tolerance
    # Given up, the document that was open is there again, with its history.
    studio.window.review.bar.cancel.click()
    studio.wait(lambda: not studio.window.review.active)
    assert studio.document is before and np.array_equal(before.labels, labels)
    assert len(before.history.steps) == steps


def test_a_photo_that_is_cut_short_is_told_and_nothing_changes(studio, tmp_path: Path) -> None:
    studio.drag((2, 2), (6, 6))
    studio.settle()
    before, labels = studio.document, studio.document.labels.copy()
    for name, kept in (("short.png", 3000), ("short.jpg", 1500), ("short.webp", 900)):
        path = tmp_path / name
        Image.fromarray(NOISE).save(path)
        path.write_bytes(path.read_bytes()[:kept])
        studio.window.messages.hide()
        drop(studio, path)
        studio.wait(lambda name=name: name in studio.window.messages.text)
        assert "damaged or cut short" in studio.window.messages.text
        assert studio.document is before and np.array_equal(before.labels, labels)
        assert before.modified and not studio.window.review.active


def test_a_drawing_shows_nobody_and_says_so(studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.settle()
    # What a trained parser finds in a few lines on white.
    monkeypatch.setattr("model.parsing.parse_photo", lambda _bundle, photo, **_: np.zeros(photo.shape[:2], np.uint8))
    monkeypatch.setattr("model.parsing.find_people", lambda *_: [])
    before, labels = studio.document, studio.document.labels.copy()
    drawing = Image.new("1", (WIDTH, HEIGHT), 1)
    ImageDraw.Draw(drawing).line((5, 5, 30, 50), fill=0)
    drawing.save(tmp_path / "lines.png")
    drop(studio, tmp_path / "lines.png")
    studio.wait(lambda: studio.window.review.active)
    bar = studio.window.review.bar
    assert "No person" in bar.text and not bar.accept.isEnabled()
    bar.cancel.click()
    assert studio.document is before and np.array_equal(before.labels, labels) and not before.modified


def test_a_drawn_person_is_doubted_and_may_be_taken(studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.settle()

    def parsed(_bundle: object, photo: np.ndarray, **_: object) -> np.ndarray:
        labels = np.zeros(photo.shape[:2], np.uint8)
        labels[5:20, 10:30], labels[20:55, 10:30] = 2, 6
        return labels

    monkeypatch.setattr("model.parsing.parse_photo", parsed)
    monkeypatch.setattr("model.parsing.find_people", lambda *_: [])
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_: tmp_path / "cache")
    figure = Image.new("RGB", (WIDTH, HEIGHT), "white")
    ImageDraw.Draw(figure).rectangle((10, 5, 29, 54), fill="red")
    figure.save(tmp_path / "figure.jpg", quality=98)
    Image.fromarray(NOISE).save(tmp_path / "noise.png")
    bar = studio.window.review.bar
    for name, told in (("noise.png", "may be no person"), ("figure.jpg", "looks like a drawing")):
        drop(studio, tmp_path / name)
        studio.wait(lambda told=told: told in bar.text)
        assert bar.accept.isEnabled() and bar.other.isVisible()
    studio.accept_photo()
    assert (studio.document.labels == 6).any() and studio.document.photo is not None
    # Where it only gives styles, a note says so.
    panel = studio.window.show_panel("photos")
    panel.add_photos([tmp_path / "figure.jpg"])
    studio.wait(lambda: len(panel.photos) == 1)
    assert "looks like a drawing" in studio.window.messages.text


def test_what_is_wrong_with_several_photos_is_said_together(studio, tmp_path: Path) -> None:
    studio.settle()
    Image.fromarray(NOISE).save(tmp_path / "fine.png")
    for name in ("one.jpg", "two.jpg"):
        (tmp_path / name).write_text("no picture")
    panel = studio.window.show_panel("photos")
    panel.add_photos([tmp_path / name for name in ("one.jpg", "fine.png", "two.jpg")])
    studio.wait(lambda: "two.jpg" in studio.window.messages.text)
    assert "one.jpg" in studio.window.messages.text
    assert [photo.name for photo in panel.photos] == ["fine"]


def test_a_photo_of_few_colours_that_passes_for_a_map_can_be_opened_as_a_photo(
    studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.settle()
    # All sixteen places of its palette are classes.
    blocks = Image.fromarray(NOISE[::10, ::10]).resize((WIDTH, HEIGHT), Image.Resampling.NEAREST)
    blocks.quantize(16).save(tmp_path / "poster.png")
    drop(studio, tmp_path / "poster.png")
    assert studio.document.name == "poster" and studio.document.photo is None
    assert "may be a photo" in studio.window.messages.text
    map_of_it = studio.document
    button = next(b for b in studio.window.messages.findChildren(QPushButton) if b.text() == "Open as a photo")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    studio.wait(lambda: studio.window.review.active)
    assert studio.document.photo.pixels.shape == (HEIGHT, WIDTH, 3)
    studio.window.review.bar.cancel.click()
    assert studio.document is map_of_it

    # Colours that are no classes are asked about, and the question knows photos too.
    flat = np.array([[250, 240, 20], [10, 90, 200]], np.uint8)[(np.asarray(blocks)[..., 0] > 128).astype(int)]
    Image.fromarray(flat).save(tmp_path / "flat.png")

    def a_photo(dialog: MappingDialog) -> int:
        assert dialog.photo.isVisibleTo(dialog)
        dialog.photo.click()
        return dialog.result()

    monkeypatch.setattr(MappingDialog, "exec", a_photo)
    drop(studio, tmp_path / "flat.png")
    studio.wait(lambda: studio.window.review.active)
    assert np.array_equal(studio.document.photo.pixels, flat)


def test_one_pixel_is_no_map_and_shows_nobody(studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.settle()
    monkeypatch.setattr("model.parsing.parse_photo", lambda _bundle, photo, **_: np.zeros(photo.shape[:2], np.uint8))
    before = studio.document
    Image.new("RGB", (1, 1), (30, 90, 200)).save(tmp_path / "dot.png")
    drop(studio, tmp_path / "dot.png")
    studio.wait(lambda: studio.window.review.active)
    assert "No person" in studio.window.review.bar.text and not studio.window.review.bar.accept.isEnabled()
    studio.window.review.bar.cancel.click()
    assert studio.document is before


def test_a_hundred_megapixels_are_read_in_little_memory(
    studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.settle()
    monkeypatch.setattr("model.images.MAX_PIXELS", 4_000_000)
    before = studio.document
    Image.new("L", (10_000, 10_000), 120).save(tmp_path / "huge.jpg", quality=30)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    drop(studio, tmp_path / "huge.jpg")
    studio.wait(lambda: studio.window.review.active)
    assert "10000 × 10000" in studio.window.review.bar.text
    assert studio.document.photo.pixels.shape[0] * studio.document.photo.pixels.shape[1] <= 4_000_000
    # As RGB the file would have 300 MB.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used < 300_000
    studio.window.review.bar.cancel.click()
    studio.wait(lambda: studio.document is before)
