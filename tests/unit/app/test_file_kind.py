"""Whether a file is a label map or a photo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.document.file_kind import FileKind, kind_of
from model.errors import UserError
from model.labels import builtin_label_set, write_label_map

LABEL_SET = builtin_label_set("street-fashion")
NOISE = np.random.default_rng(2).integers(0, 256, (40, 30, 3), dtype=np.uint8)


def figure() -> np.ndarray:
    labels = np.zeros((40, 30), np.uint8)
    labels[8:20, 8:20] = 6
    return labels


def palette_map(path: Path) -> None:
    write_label_map(path, figure(), LABEL_SET)


def grey_ids(path: Path) -> None:
    Image.fromarray(figure()).save(path)


def class_colours(path: Path) -> None:
    Image.fromarray(LABEL_SET.palette()[figure()]).save(path)


def few_foreign_colours(path: Path) -> None:
    Image.fromarray(np.array([[200, 10, 10], [10, 90, 200]], np.uint8)[figure() // 6]).save(path)


def photo_of_sixteen_colours(path: Path) -> None:
    Image.fromarray(NOISE).quantize(16).save(path)


def poster_of_sixteen_colours(path: Path) -> None:
    Image.fromarray(NOISE[::10, ::10]).resize((30, 40), Image.Resampling.NEAREST).quantize(16).save(path)


def photo_with_a_palette(path: Path) -> None:
    Image.fromarray(NOISE).quantize(256).save(path)


def one_value(path: Path) -> None:
    Image.fromarray(np.full((40, 30), 6, np.uint8)).save(path)


def many_colours(path: Path) -> None:
    Image.fromarray(NOISE).save(path)


def many_greys(path: Path) -> None:
    Image.fromarray(NOISE[..., 0]).save(path)


def mask(path: Path) -> None:
    Image.fromarray(figure() // 6 * 255).save(path)


def black_on_white(path: Path) -> None:
    Image.fromarray(figure() > 0).save(path)


def one_pixel(path: Path) -> None:
    Image.fromarray(np.full((1, 1, 3), 140, np.uint8)).save(path)


def one_pixel_of_a_class(path: Path) -> None:
    Image.fromarray(np.full((1, 1), 3, np.uint8)).save(path)


def a_tiny_map(path: Path) -> None:
    Image.fromarray(np.array([[0, 6], [6, 6]], np.uint8)).save(path)


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (palette_map, FileKind.LABELS),
        (grey_ids, FileKind.LABELS),
        (class_colours, FileKind.LABELS),
        (a_tiny_map, FileKind.LABELS),
        (few_foreign_colours, FileKind.UNSURE),
        (poster_of_sixteen_colours, FileKind.UNSURE),
        (photo_of_sixteen_colours, FileKind.PHOTO),
        (one_value, FileKind.UNSURE),
        (mask, FileKind.UNSURE),
        (photo_with_a_palette, FileKind.PHOTO),
        (many_colours, FileKind.PHOTO),
        (many_greys, FileKind.PHOTO),
        (black_on_white, FileKind.PHOTO),
        (one_pixel, FileKind.PHOTO),
        (one_pixel_of_a_class, FileKind.PHOTO),
    ],
)
def test_png_files_are_told_by_what_they_show(tmp_path: Path, write, kind: FileKind) -> None:
    write(tmp_path / "file.png")
    assert kind_of(tmp_path / "file.png", LABEL_SET) is kind


def test_names_and_endings_tell_too(tmp_path: Path) -> None:
    Image.fromarray(figure()).save(tmp_path / "aachen_gtFine_labelIds.png")
    Image.fromarray(NOISE).save(tmp_path / "photo.jpg")
    assert kind_of(tmp_path / "aachen_gtFine_labelIds.png", LABEL_SET) is FileKind.LABELS
    assert kind_of(tmp_path / "polygons.json", LABEL_SET) is FileKind.LABELS
    assert kind_of(tmp_path / "photo.jpg", LABEL_SET) is FileKind.PHOTO


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    many_colours(tmp_path / "short.png")
    (tmp_path / "short.png").write_bytes((tmp_path / "short.png").read_bytes()[:900])
    with pytest.raises(UserError, match=r"short\.png"):
        kind_of(tmp_path / "short.png", LABEL_SET)
