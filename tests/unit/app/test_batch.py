"""Styles applied to a folder: photos keep everything that is not restyled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.rendering.batch import find_inputs, output_paths, render_folder
from app.rendering.jobs import Progress
from app.rendering.loading import model_facts
from app.rendering.requests import ModelFacts
from app.rendering.thumbnails import class_box, render_thumbnail
from model.checkpoints import Bundle
from model.images import read_photo, write_picture
from model.labels import write_label_map

TOP, TROUSERS = 6, 10


@pytest.fixture
def facts(bundle_factory: Callable[..., Bundle]) -> ModelFacts:
    return model_facts(bundle_factory(parser=True), "cpu", "tiny")


def person() -> tuple[np.ndarray, np.ndarray]:
    """A photo of 240 x 200, and its map."""
    random = np.random.default_rng(5)
    photo = cv2.resize(random.integers(30, 226, (12, 10, 3), dtype=np.uint8), (200, 240), interpolation=cv2.INTER_CUBIC)
    labels = np.zeros((240, 200), np.uint8)
    labels[30:110, 70:130], labels[110:210, 75:125] = TOP, TROUSERS
    return photo, labels


def test_a_photo_is_restyled_and_the_rest_of_it_stays(
    facts: ModelFacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, labels = person()
    nobody = np.random.default_rng(1).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    parsed = {photo.shape: labels, nobody.shape: np.zeros((40, 40), np.uint8)}
    monkeypatch.setattr("model.parsing.parse_photo", lambda bundle, pixels, **_: parsed[pixels.shape])
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    write_picture(source / "a.png", photo)
    write_picture(source / "b.png", nobody)
    write_label_map(source / "c.png", np.full((96, 64), TOP, np.uint8), facts.label_set)
    from app.rendering.photos import open_photo

    own = open_photo(facts, photo, Progress(lambda *_: None)).codes
    codes = own.copy()
    codes[TOP] += 1.5
    report = render_folder(facts, codes, source, target, "cpu", Progress(lambda *_: None))
    assert [path.name for path in report.written] == ["a.png", "c.png"]
    assert report.failed[0][0] == "b.png" and "shows no person" in report.failed[0][1]
    styled = read_photo(target / "a.png")
    assert styled.shape == photo.shape
    reach = cv2.distanceTransform((labels != TOP).astype(np.uint8), cv2.DIST_L2, 5)
    assert np.array_equal(styled[reach > 40], photo[reach > 40])
    assert (styled[reach == 0] != photo[reach == 0]).any(axis=1).mean() > 0.5
    assert read_photo(target / "c.png").shape == (96, 64, 3)
    # With the photo's own styles nothing changes at all.
    render_folder(facts, own, source, tmp_path / "same", "cpu", Progress(lambda *_: None))
    assert np.array_equal(read_photo(tmp_path / "same" / "a.png"), photo)


def test_thumbnails_are_of_the_networks_frame(facts: ModelFacts) -> None:
    labels = np.zeros((48, 32), np.uint8)
    labels[10:20, 8:16] = TOP
    picture = render_thumbnail(facts, labels, facts.code_mean, class_box(labels, TOP), 24)
    assert max(picture.shape[:2]) == 24 and picture.dtype == np.uint8


def test_no_picture_takes_the_place_of_another_or_of_an_input(tmp_path: Path) -> None:
    for name in ("a.jpg", "A.png", "b.png", "c.webp", ".b.png", "notes.txt"):
        (tmp_path / name).touch()
    inputs = find_inputs(tmp_path)
    assert [path.name for path in inputs] == ["A.png", "a.jpg", "b.png", "c.webp"]
    elsewhere = output_paths(inputs, tmp_path / "out")
    assert [path.name for path in elsewhere.values()] == ["A.png.png", "a.jpg.png", "b.png", "c.png"]
    beside = output_paths(inputs, tmp_path)
    assert [path.name for path in beside.values()] == ["A.png.png", "a.jpg.png", "b-styled.png", "c.png"]
    assert not set(beside.values()) & set(inputs)
