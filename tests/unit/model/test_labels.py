from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from model.errors import UserError
from model.labels import (
    ClassInfo,
    LabelSet,
    builtin_label_set,
    check_label_map,
    colorize,
    load_label_set,
    read_instance_map,
    read_label_map,
    resize_labels,
    with_builtin_links,
    write_label_map,
)

FASHION = builtin_label_set("street-fashion")


def random_map(seed: int = 0, height: int = 9, width: int = 13, classes: int = 16) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, classes, (height, width)).astype(np.uint8)


@pytest.mark.parametrize(
    ("name", "classes"), [("street-fashion", 16), ("deepfashion", 8), ("ade20k", 151), ("cityscapes", 35)]
)
def test_builtin_label_sets_tell_their_classes_apart(name: str, classes: int) -> None:
    label_set = builtin_label_set(name)
    assert len(label_set) == classes
    assert len({info.color for info in label_set.classes}) == classes
    assert LabelSet.from_json(label_set.to_json()) == label_set


def test_linked_classes_are_read_by_name_and_checked() -> None:
    assert FASHION.linked == ((FASHION.index_of("face"), FASHION.index_of("skin")),)
    bare = LabelSet(FASHION.name, FASHION.classes)
    assert "linked" not in bare.to_json()
    assert with_builtin_links(bare).linked == FASHION.linked
    renamed = LabelSet(FASHION.name, (*FASHION.classes[:-1], ClassInfo("ring", (1, 2, 3))))
    assert with_builtin_links(renamed) == renamed
    assert with_builtin_links(LabelSet("mine", FASHION.classes)).linked == ()
    for linked in ("face", [["face", "nose"]], [["face", "skin"], ["skin", "hair"]], ["face"], [[]]):
        with pytest.raises(UserError):
            LabelSet.from_json({**bare.to_json(), "linked": linked})


def test_unknown_label_set_and_class_are_named_with_those_there_are() -> None:
    with pytest.raises(UserError, match="deepfashion"):
        builtin_label_set("shoes")
    with pytest.raises(UserError, match="hair"):
        FASHION.index_of("hairs")
    assert FASHION.index_of("hair") == 1


def test_a_dataset_list_of_classes_is_a_label_set(tmp_path: Path) -> None:
    path = tmp_path / "classes.json"
    path.write_text('[{"index": 0, "name": "a", "color": "#000000"}, {"index": 1, "name": "b", "color": "#0102ff"}]')
    assert load_label_set(path).classes[1].color == (1, 2, 255)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "JSON"),
        ("{}", "list of classes"),
        ('{"classes": [{"name": "a"}]}', "colour"),
        ('{"classes": [{"name": "a", "color": "#12345g"}]}', "colour"),
        ('{"classes": [{"color": "#123456"}]}', "name"),
        ('{"classes": []}', "0 classes"),
        ('[{"index": 3, "name": "a", "color": "#000000"}]', "index 3"),
        ('{"classes": [{"name": "a", "color": "#000000"}, {"name": "a", "color": "#000001"}]}', "twice"),
    ],
)
def test_faulty_label_sets_are_refused_with_the_fault(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "set.json"
    path.write_text(text)
    with pytest.raises(UserError, match=fault):
        load_label_set(path)


@given(seed=st.integers(0, 999), height=st.integers(1, 20), width=st.integers(1, 20), kind=st.sampled_from("wlrp"))
def test_every_way_to_store_a_map_reads_back(
    tmp_path_factory: pytest.TempPathFactory, seed: int, height: int, width: int, kind: str
) -> None:
    labels = random_map(seed, height, width)
    path = tmp_path_factory.mktemp("maps") / "map.png"
    if kind == "w":
        write_label_map(path, labels, FASHION)
        assert Image.open(path).mode == "P"
    elif kind == "l":
        Image.fromarray(labels).save(path)
    elif kind == "r":
        Image.fromarray(colorize(labels, FASHION)).save(path)
    else:  # What paint programs do: the same colours at other places of the palette.
        Image.fromarray(colorize(labels, FASHION)).quantize(256).save(path)
    read = read_label_map(path, FASHION)
    assert read.dtype == np.uint8
    assert read.flags["C_CONTIGUOUS"]
    np.testing.assert_array_equal(read, labels)


def test_16_bit_and_alpha_maps_are_read(tmp_path: Path) -> None:
    labels = random_map()
    Image.fromarray(labels.astype(np.uint16)).save(tmp_path / "deep.png")
    np.testing.assert_array_equal(read_label_map(tmp_path / "deep.png", FASHION), labels)
    rgba = np.dstack([colorize(labels, FASHION), np.full(labels.shape, 9, np.uint8)])
    Image.fromarray(rgba).save(tmp_path / "alpha.png")
    np.testing.assert_array_equal(read_label_map(tmp_path / "alpha.png", FASHION), labels)


def test_a_grey_map_stored_as_rgb_is_read_by_value(tmp_path: Path) -> None:
    labels = random_map()
    Image.fromarray(np.dstack([labels] * 3)).save(tmp_path / "grey.png")
    np.testing.assert_array_equal(read_label_map(tmp_path / "grey.png", FASHION), labels)


def test_a_wrong_value_is_named_with_its_place(tmp_path: Path) -> None:
    labels = random_map()
    labels[4, 7] = 16
    Image.fromarray(labels).save(tmp_path / "map.png")
    with pytest.raises(UserError, match=r"map\.png has the value 16 at x=7, y=4 \(1 such pixels"):
        read_label_map(tmp_path / "map.png", FASHION)


def test_a_wrong_colour_is_named_with_its_place(tmp_path: Path) -> None:
    picture = colorize(random_map(), FASHION)
    picture[2, 3] = (1, 2, 3)
    Image.fromarray(picture).save(tmp_path / "map.png")
    with pytest.raises(UserError, match="#010203 at x=3, y=2"):
        read_label_map(tmp_path / "map.png", FASHION)


def test_masks_and_lossy_files_are_refused_as_what_they_are(tmp_path: Path) -> None:
    mask = np.zeros((8, 8), np.uint8)
    mask[2:4] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    Image.fromarray(mask).convert("1").save(tmp_path / "bits.png")
    for name in ("mask.png", "bits.png"):
        with pytest.raises(UserError, match="black and white mask"):
            read_label_map(tmp_path / name, FASHION)
    Image.fromarray(random_map()).save(tmp_path / "map.jpg")
    with pytest.raises(UserError, match="JPEG"):
        read_label_map(tmp_path / "map.jpg", FASHION)


def test_255_of_ade20k_files_becomes_its_last_class(tmp_path: Path) -> None:
    labels = np.array([[0, 150], [255, 3]], np.uint8)
    Image.fromarray(labels).save(tmp_path / "map.png")
    np.testing.assert_array_equal(
        read_label_map(tmp_path / "map.png", builtin_label_set("ade20k")), [[0, 150], [150, 3]]
    )


@pytest.mark.parametrize("labels", [np.zeros((0, 4), np.uint8), np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2))])
def test_what_is_no_label_map_is_refused(labels: np.ndarray) -> None:
    with pytest.raises(UserError, match="it is no label map"):
        check_label_map(labels, FASHION, "it")


def test_writing_needs_png_and_keeps_the_old_file_on_failure(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"\.png"):
        write_label_map(tmp_path / "map.jpg", random_map(), FASHION)
    path = tmp_path / "map.png"
    write_label_map(path, random_map(1), FASHION)
    before = path.read_bytes()
    with pytest.raises(UserError, match="value 99"):
        write_label_map(path, np.full((2, 2), 99, np.uint8), FASHION)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["map.png"]


@given(seed=st.integers(0, 99), factor=st.integers(1, 4), up=st.booleans())
def test_resizing_takes_the_top_left_pixel_as_torch_does(seed: int, factor: int, up: bool) -> None:
    labels = random_map(seed, 12, 24)
    height, width = (12 * factor, 24 * factor) if up else (12 // factor, 24 // factor)
    expected = F.interpolate(torch.from_numpy(labels)[None, None].float(), size=(height, width), mode="nearest")
    np.testing.assert_array_equal(resize_labels(labels, height, width), expected[0, 0].numpy())


def test_instance_maps_of_grey_and_colour(tmp_path: Path) -> None:
    numbers = np.array([[0, 26001], [26001, 7]], np.uint16)
    Image.fromarray(numbers).save(tmp_path / "ids.png")
    np.testing.assert_array_equal(read_instance_map(tmp_path / "ids.png"), numbers)
    colors = np.array([[[1, 2, 3], [1, 2, 4]]], np.uint8)
    Image.fromarray(colors).save(tmp_path / "colors.png")
    assert len(np.unique(read_instance_map(tmp_path / "colors.png"))) == 2
