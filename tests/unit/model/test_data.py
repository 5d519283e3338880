"""Datasets: what is found, what is refused, what is read."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from model.errors import UserError
from model.labels import LabelSet, write_label_map
from model.training.data import check_data, find_pairs, load_arrays, load_label_set, require_sound_data, split_pairs

ROWS = [
    {"index": 0, "name": "background", "color": "#000000", "images": 3},
    {"index": 1, "name": "coat", "color": "#ff0000", "images": 3},
    {"index": 2, "name": "shoes", "color": "#0000ff", "images": 3},
]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "street_people" / "train"
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    (folder.parent / "classes.json").write_text(json.dumps(ROWS))
    random = np.random.default_rng(3)
    label_set = load_label_set(folder)
    for stem in ("a", "b", "c"):
        photo = random.integers(0, 256, (24, 16, 3), dtype=np.uint8)
        Image.fromarray(photo).save(folder / "images" / f"{stem}.png")
        write_label_map(folder / "labels" / f"{stem}.png", random.integers(0, 3, (24, 16), dtype=np.uint8), label_set)
    return folder


def write_grey(path: Path, values: np.ndarray) -> None:
    Image.fromarray(values.astype(np.uint8)).save(path)


def only_fault(folder: Path) -> str:
    faults = check_data(folder)
    assert len(faults) == 1, faults
    return faults[0]


def test_a_sound_dataset_has_no_faults_and_its_label_set_is_named_after_the_folder(dataset: Path) -> None:
    steps: list[tuple[int, int]] = []
    assert check_data(dataset, lambda done, total: steps.append((done, total))) == []
    assert steps == [(1, 3), (2, 3), (3, 3)]
    label_set = load_label_set(dataset)
    assert (label_set.name, label_set.names) == ("street-people", ("background", "coat", "shoes"))
    assert [pair.stem for pair in find_pairs(dataset, label_set)] == ["a", "b", "c"]


def test_classes_beside_the_images_come_before_those_above(dataset: Path) -> None:
    (dataset / "classes.json").write_text(json.dumps(ROWS[:2]))
    assert len(load_label_set(dataset)) == 2
    assert len(check_data(dataset)) == 3  # every map now holds a class too many


def test_missing_classes_are_the_one_fault(dataset: Path) -> None:
    (dataset.parent / "classes.json").unlink()
    assert "classes.json" in only_fault(dataset)


def test_an_unreadable_photo_is_named(dataset: Path) -> None:
    (dataset / "images" / "b.png").write_bytes(b"not a picture")
    assert str(dataset / "images" / "b.png") in only_fault(dataset)


def test_a_photo_cut_short_is_named(dataset: Path) -> None:
    path = dataset / "images" / "b.png"
    path.write_bytes(path.read_bytes()[:-300])
    assert str(path) in only_fault(dataset)


def test_a_map_of_another_size_is_named_with_both_sizes(dataset: Path) -> None:
    write_grey(dataset / "labels" / "b.png", np.zeros((20, 16)))
    fault = only_fault(dataset)
    assert str(dataset / "labels" / "b.png") in fault
    assert "16 x 20" in fault
    assert "16 x 24" in fault


def test_a_value_outside_the_label_set_is_named_with_its_place(dataset: Path) -> None:
    values = np.ones((24, 16))
    values[5, 7] = 9
    write_grey(dataset / "labels" / "c.png", values)
    fault = only_fault(dataset)
    assert str(dataset / "labels" / "c.png") in fault
    assert "value 9" in fault
    assert "x=7, y=5" in fault


def test_a_black_and_white_mask_is_called_one(dataset: Path) -> None:
    values = np.zeros((24, 16))
    values[4:9] = 255
    write_grey(dataset / "labels" / "a.png", values)
    fault = only_fault(dataset)
    assert str(dataset / "labels" / "a.png") in fault
    assert "mask" in fault


def test_colour_maps_are_read_and_a_foreign_colour_is_named(dataset: Path) -> None:
    path = dataset / "labels" / "a.png"
    colours = np.zeros((24, 16, 3), np.uint8)
    colours[3:9] = (255, 0, 0)
    Image.fromarray(colours).save(path)
    assert check_data(dataset) == []
    label_set = load_label_set(dataset)
    _, maps = load_arrays(find_pairs(dataset, label_set)[:1], 24, 16)
    assert maps[0].flatten().bincount().tolist() == [18 * 16, 6 * 16]
    colours[10, 2] = (18, 52, 86)
    Image.fromarray(colours).save(path)
    fault = only_fault(dataset)
    assert str(path) in fault
    assert "#123456" in fault


def test_photos_without_maps_and_maps_without_photos_are_all_named(dataset: Path) -> None:
    (dataset / "labels" / "a.png").unlink()
    (dataset / "images" / "c.png").unlink()
    faults = check_data(dataset)
    assert len(faults) == 2
    assert str(dataset / "images" / "a.png") in faults[0]
    assert str(dataset / "labels" / "c.png") in faults[1]
    with pytest.raises(UserError, match=r"a\.png.*1 more.*check-data"):
        find_pairs(dataset, load_label_set(dataset))


def test_empty_and_missing_folders_are_named(dataset: Path) -> None:
    for path in (dataset / "labels").iterdir():
        path.unlink()
    assert f"{dataset / 'labels'} is empty" in only_fault(dataset)
    (dataset / "labels").rmdir()
    assert f"{dataset / 'labels'} is missing" in only_fault(dataset)


def test_two_photos_of_one_name_are_refused(dataset: Path) -> None:
    Image.open(dataset / "images" / "a.png").save(dataset / "images" / "a.jpg")
    fault = only_fault(dataset)
    assert "a.jpg" in fault
    assert "a.png" in fault


def test_training_is_stopped_by_the_first_fault(dataset: Path) -> None:
    require_sound_data(dataset)
    (dataset / "images" / "b.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"b\.png"):
        require_sound_data(dataset)


def test_arrays_are_shrunk_by_area_and_maps_by_their_top_left_pixel(dataset: Path) -> None:
    label_set = load_label_set(dataset)
    pairs = find_pairs(dataset, label_set)
    photos, maps = load_arrays(pairs, 12, 8)
    assert (photos.shape, photos.dtype) == ((3, 3, 12, 8), torch.uint8)
    assert (maps.shape, maps.dtype) == ((3, 12, 8), torch.uint8)
    photo = np.asarray(Image.open(pairs[1].image_path)).astype(np.float64)
    blocks = photo.reshape(12, 2, 8, 2, 3).mean(axis=(1, 3))
    assert np.abs(photos[1].permute(1, 2, 0).numpy() - blocks).max() <= 0.51
    labels = np.asarray(Image.open(pairs[1].labels_path))
    assert np.array_equal(maps[1].numpy(), labels[::2, ::2])


def test_arrays_at_the_files_own_size_are_the_files(dataset: Path) -> None:
    pairs = find_pairs(dataset, load_label_set(dataset))
    photos, maps = load_arrays(pairs, 24, 16)
    for pair, photo, labels in zip(pairs, photos, maps, strict=True):
        assert np.array_equal(photo.permute(1, 2, 0).numpy(), cv2.imread(str(pair.image_path))[..., ::-1])
        assert np.array_equal(labels.numpy(), np.asarray(Image.open(pair.labels_path)))


def test_every_tenth_pair_is_kept_for_validation_whatever_the_order(dataset: Path) -> None:
    label_set = LabelSet.from_json(ROWS)
    pair = find_pairs(dataset, label_set)[0]
    pairs = [type(pair)(f"{number:03d}", pair.image_path, pair.labels_path, label_set) for number in range(25)]
    train, validation = split_pairs(pairs[::-1])
    assert [kept.stem for kept in validation] == ["000", "010", "020"]
    assert sorted(other.stem for other in train + validation) == [other.stem for other in pairs]
