"""Pseudo-labels: tags, the training pictures' frame, and the data set that is written."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from model.errors import UserError
from model.labels import LabelSet, read_label_map
from model.parsing import Parser, ParserConfig
from model.training.data import check_data, find_pairs, load_label_set
from model.training.parser.loading import ParserOf
from model.training.pseudo_labels import (
    PseudoLabel,
    find_photos,
    pseudo_label,
    read_tags,
    tag_biases,
    training_frame,
    write_pseudo_labels,
)

LABEL_SET = LabelSet.from_json(
    {
        "name": "clothes",
        "classes": [
            {"name": "background", "color": "#000000"},
            {"name": "coat", "color": "#ff0000"},
            {"name": "dress", "color": "#0000ff"},
        ],
    }
)


class Brightness(Parser):
    """Bright pixels are a coat, or with less certainty a dress; dark ones are background."""

    def coarse_logits(self, photo: torch.Tensor) -> torch.Tensor:
        brightness = F.avg_pool2d(photo.mean(dim=1, keepdim=True), 4)
        return torch.cat([-3 * brightness, 3 * brightness, 3 * brightness - self.margin], dim=1)


@pytest.fixture
def source() -> ParserOf:
    torch.set_num_threads(1)
    parser = Brightness(ParserConfig(3, channels=8, head_channels=8, height=96, width=64)).eval()
    parser.margin = 1.0
    return ParserOf("brightness", parser, LABEL_SET)


def photo_of_a_person(height: int = 300, width: int = 260) -> np.ndarray:
    photo = np.zeros((height, width, 3), np.uint8)
    photo[60:240, 100:160] = 255
    return photo


# Tags ----------------------------------------------------------------------------------------------------------------


def test_tags_are_read_as_class_indices(tmp_path: Path) -> None:
    path = tmp_path / "tags.json"
    path.write_text(json.dumps({"a": ["dress", "coat", "dress"], "b": []}))
    assert read_tags(path, LABEL_SET) == {"a": (1, 2), "b": ()}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[", "not JSON"),
        ("[]", "object"),
        ('{"a": "coat"}', "'a'"),
        ('{"a": ["gown"]}', "'gown'"),
    ],
)
def test_faulty_tags_are_named(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "tags.json"
    path.write_text(content)
    with pytest.raises(UserError, match=told):
        read_tags(path, LABEL_SET)
    with pytest.raises(UserError, match=r"none\.json"):
        read_tags(tmp_path / "none.json", LABEL_SET)


def test_a_rare_class_that_is_tagged_gains_more_than_a_common_one() -> None:
    biases = tag_biases({"a": (1, 2), "b": (1,), "c": (1,), "d": (1,)}, 3)
    assert biases["a"][1] == 0
    assert biases["a"][2] == pytest.approx(0.8 * np.log(4))
    assert np.isneginf(biases["b"][2])
    assert all(bias[0] == 0 for bias in biases.values())


# Frame ---------------------------------------------------------------------------------------------------------------


@given(st.integers(60, 900), st.integers(60, 900), st.data())
def test_the_frame_keeps_its_shape_and_lies_in_the_photo(height: int, width: int, data: st.DataObject) -> None:
    top = data.draw(st.integers(0, height - 30))
    left = data.draw(st.integers(0, width - 30))
    bottom = data.draw(st.integers(top + 20, height))
    right = data.draw(st.integers(left + 20, width))
    y, x, end_y, end_x = training_frame((top, left, bottom, right), height, width, 0.92, 2 / 3)
    assert 0 <= y < end_y <= height
    assert 0 <= x < end_x <= width
    assert abs((end_x - x) - (end_y - y) * 2 / 3) <= 2


def test_a_person_with_room_around_them_fills_the_wanted_share() -> None:
    y, x, end_y, end_x = training_frame((400, 500, 584, 560), 1000, 1000, 0.92, 2 / 3)
    assert end_y - y == 200
    assert (y + end_y) / 2 == 492
    assert abs((x + end_x) / 2 - 530) <= 1


# Maps ----------------------------------------------------------------------------------------------------------------


def test_only_tagged_classes_win(source: ParserOf) -> None:
    free = pseudo_label(source, photo_of_a_person())
    told = pseudo_label(source, photo_of_a_person(), tag_biases({"a": (2,)}, 3)["a"])
    assert isinstance(free, PseudoLabel)
    assert isinstance(told, PseudoLabel)
    assert set(np.unique(free.labels)) == {0, 1}
    assert set(np.unique(told.labels)) == {0, 2}
    assert free.photo.shape == (96, 64, 3)
    assert free.labels.shape == (96, 64)
    rows = np.flatnonzero(told.labels.any(axis=1))
    assert (rows.max() - rows.min() + 1) / 96 == pytest.approx(0.92, abs=0.06)
    assert told.confidence > free.confidence


def test_a_parser_that_is_sure_objects_to_tags(source: ParserOf) -> None:
    bias = tag_biases({"a": (2,)}, 3)["a"]
    source.parser.margin = 4.0
    sure = pseudo_label(source, photo_of_a_person(), bias)
    source.parser.margin = 0.1
    unsure = pseudo_label(source, photo_of_a_person(), bias)
    assert isinstance(sure, PseudoLabel)
    assert isinstance(unsure, PseudoLabel)
    assert sure.objection > 0.9
    assert unsure.objection < 0.1


def test_photos_of_nobody_and_of_somebody_tiny_have_no_label(source: ParserOf) -> None:
    assert pseudo_label(source, np.zeros((96, 64, 3), np.uint8)) == "nobody was found"
    tiny = np.zeros((96, 64, 3), np.uint8)
    tiny[40:52, 28:36] = 255
    assert pseudo_label(source, tiny) == "the person is too small"


# Data set ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a", "b", "c"):
        Image.fromarray(photo_of_a_person()).save(folder / f"{name}.png")
    Image.fromarray(np.zeros((96, 64, 3), np.uint8)).save(folder / "nobody.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    return folder


def test_the_data_set_can_be_trained_on_and_says_what_it_left_out(
    source: ParserOf, photos: Path, tmp_path: Path
) -> None:
    told: list[str | None] = []
    out = tmp_path / "out"
    tags = {"a": (1,), "b": (2,)}
    result = write_pseudo_labels(source, find_photos(photos), out, tags=tags, progress=told.append)
    assert (result.written, result.kept) == (3, 0)
    assert len(told) == 5
    assert len(result.faults) == 1
    assert "broken.jpg" in result.faults[0]
    assert len(result.left_out) == 1
    assert "nobody.png" in result.left_out[0]
    assert check_data(out) == []
    assert load_label_set(out).names == LABEL_SET.names
    assert [pair.stem for pair in find_pairs(out, LABEL_SET)] == ["a", "b", "c"]
    assert 2 in read_label_map(out / "labels" / "b.png", LABEL_SET)
    assert 2 not in read_label_map(out / "labels" / "c.png", LABEL_SET)


def test_a_stopped_run_goes_on(source: ParserOf, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_pseudo_labels(source, find_photos(photos), out)
    before = (out / "images" / "a.jpg").stat().st_mtime_ns
    (out / "images" / "b.jpg").unlink()  # as if stopped between the two files of a pair
    (out / "labels" / "gone.png").write_bytes((out / "labels" / "a.png").read_bytes())
    result = write_pseudo_labels(source, find_photos(photos), out)
    assert (result.written, result.kept) == (1, 2)
    assert (out / "images" / "a.jpg").stat().st_mtime_ns == before
    assert check_data(out) == []


def test_maps_that_cannot_be_trusted_are_left_out(source: ParserOf, photos: Path, tmp_path: Path) -> None:
    unsure = write_pseudo_labels(source, find_photos(photos), tmp_path / "unsure", min_confidence=0.99)
    assert unsure.written == 0
    assert "confidence" in unsure.left_out[0]
    source.parser.margin = 4.0
    against = write_pseudo_labels(source, find_photos(photos), tmp_path / "against", tags={"a": (2,)})
    assert against.written == 2
    assert "tags" in against.left_out[0]


def test_a_folder_of_other_classes_is_not_mixed_up(source: ParserOf, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "classes.json").write_text('[{"name": "sky", "color": "#000000"}, {"name": "sea", "color": "#0000ff"}]')
    with pytest.raises(UserError, match="other classes"):
        write_pseudo_labels(source, find_photos(photos), out)


def test_folders_without_photos_or_with_two_of_one_name_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a folder"):
        find_photos(tmp_path / "none")
    with pytest.raises(UserError, match="no photo"):
        find_photos(tmp_path)
    for suffix in ("png", "jpg"):
        (tmp_path / f"a.{suffix}").touch()
    with pytest.raises(UserError, match="same pair"):
        find_photos(tmp_path)
