"""Every way out, in the real window: layers, pictures, and whole folders."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from psd_tools import PSDImage
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.dialogs.batch import BatchDialog
from model.images import read_photo, write_picture
from model.labels import builtin_label_set, write_label_map

LABEL_SET = builtin_label_set("street-fashion")


def photo(height: int = 96, width: int = 64) -> np.ndarray:
    rng = np.random.default_rng(4)
    return np.repeat(np.repeat(rng.integers(0, 256, (height // 8, width // 8, 3), dtype=np.uint8), 8, 0), 8, 1)


def test_layers_export(studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    studio.settle()
    for name in ("a.psd", "a.ora"):
        answers.save = tmp_path / name
        studio.trigger("export.layers")
        studio.wait((tmp_path / name).is_file)
    names = [layer.name for layer in PSDImage.open(tmp_path / "a.psd")]
    assert names == ["picture", "background", "face", "top", "trousers", "label map"]


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tiff"])
def test_pictures_in_every_format(studio, answers: SimpleNamespace, tmp_path: Path, suffix: str) -> None:
    picture = studio.settle()
    answers.save = tmp_path / f"out.{suffix}"
    studio.trigger("export.picture")
    studio.wait(Path(answers.save).is_file)
    written = read_photo(answers.save)
    assert written.shape == picture.shape
    assert np.abs(written.astype(int) - picture).mean() < (0.01 if suffix in ("png", "tiff") else 12)


def test_the_export_remembers_folder_format_and_quality(studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    studio.settle()
    sizes = []
    for quality, name in ((90, "fine.webp"), (5, "coarse.webp")):
        answers.save, answers.number = tmp_path / name, quality
        studio.trigger("export.picture")
        studio.wait(Path(answers.save).is_file)
        sizes.append(Path(answers.save).stat().st_size)
        assert studio.session.settings.export_quality == quality
    assert sizes[1] < sizes[0]
    answers.save = ""
    studio.trigger("export.picture")
    assert answers.proposed == str(tmp_path / "figure.webp")
    # A name without a suffix gets the chosen format's.
    answers.save = tmp_path / "bare"
    studio.trigger("export.picture")
    studio.wait((tmp_path / "bare.png").is_file)


def test_batch_with_report(studio, tmp_path: Path) -> None:
    studio.settle()
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    write_label_map(source / "a.png", np.full((48, 32), 6, np.uint8), LABEL_SET)
    write_picture(source / "b.jpg", photo())
    (source / "c.png").write_bytes(b"nothing")
    dialog = BatchDialog(studio.session, studio.window)
    dialog.source.setText(str(source))
    dialog.target.setText(str(target))
    dialog.start()
    studio.wait(lambda: dialog.report is not None)
    assert dialog.report is not None
    assert [path.name for path in dialog.report.written] == ["a.png", "b.png"]
    assert [name for name, _ in dialog.report.failed] == ["c.png"]
    assert "c.png" in dialog.text.toPlainText()


def test_a_batch_is_cancelled_and_says_how_far_it_came(studio, tmp_path: Path) -> None:
    studio.settle()
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for number in range(60):
        write_label_map(source / f"{number:02}.png", np.full((48, 32), number % 16, np.uint8), LABEL_SET)
    dialog = BatchDialog(studio.session, studio.window)
    dialog.show()
    dialog.source.setText(str(source))
    dialog.target.setText(str(target))
    QTest.mouseClick(dialog.start_button, Qt.MouseButton.LeftButton)
    studio.wait(lambda: any(target.glob("*.png")))
    QTest.mouseClick(dialog.start_button, Qt.MouseButton.LeftButton)
    studio.wait(lambda: dialog.report is not None)
    assert dialog.report is not None
    written = len(dialog.report.written)
    assert 0 < written < 60 and len(list(target.glob("*.png"))) == written
    assert dialog.status.text().startswith(f"Cancelled: {written} written")
    dialog.close()
