"""Pixels of other photos in an edited one: shown while the map says what they show, nothing beyond them changed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.compositing import Keep, KeepSettings, Moved, Pasted, with_region, without_region
from model.compositing.pasting import FINENESS, NOTHING
from model.framing import Crop

HEIGHT, WIDTH, BAG = 40, 30, 3
CODES = np.random.default_rng(0).normal(size=(5, 4, 1, 1)).astype(np.float32)
PICTURE = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
KEEP = KeepSettings()


def region() -> NDArray[np.bool_]:
    where = np.zeros((HEIGHT, WIDTH), np.bool_)
    where[10:24, 6:20] = True
    return where


def pattern() -> NDArray[np.uint8]:
    """Stripes of two colours, as fine as pasted pixels are."""
    stripes = np.zeros((FINENESS * HEIGHT, FINENESS * WIDTH, 3), np.uint8)
    stripes[:, (np.arange(FINENESS * WIDTH) // 4) % 2 == 0] = (220, 40, 90)
    return stripes


@pytest.fixture
def labels() -> NDArray[np.uint8]:
    return (region() * BAG).astype(np.uint8)


@pytest.fixture
def pasted(labels: NDArray[np.uint8]) -> Pasted:
    return with_region(None, pattern(), labels, region(), CODES, [BAG])


def test_inside_are_the_other_photos_pixels_and_beyond_nothing_changed(
    pasted: Pasted, labels: NDArray[np.uint8]
) -> None:
    found = pasted.over(PICTURE, labels, CODES, KEEP)
    inner = cv2.erode(region().astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    np.testing.assert_array_equal(found[inner], pattern()[::FINENESS, ::FINENESS][inner])
    np.testing.assert_array_equal(found[~region()], PICTURE[~region()])


def test_what_is_painted_over_shows_no_more_of_them(pasted: Pasted, labels: NDArray[np.uint8]) -> None:
    labels[:, :13] = 1
    found = pasted.over(PICTURE, labels, CODES, KEEP)
    np.testing.assert_array_equal(found[:, :13], PICTURE[:, :13])
    assert (found[12:22, 15:18] != PICTURE[12:22, 15:18]).any()


def test_another_style_and_the_network_take_their_place(pasted: Pasted, labels: NDArray[np.uint8]) -> None:
    for codes, keep in (
        (np.where(np.arange(5)[:, None, None, None] == BAG, CODES + 1, CODES), KEEP),
        (CODES, KeepSettings(Keep.MODEL)),
        (CODES, KeepSettings(classes={BAG: Keep.MODEL})),
    ):
        assert pasted.over(PICTURE, labels, codes.astype(np.float32), keep) is PICTURE
    others = np.where(np.arange(5)[:, None, None, None] == BAG, CODES, CODES + 1).astype(np.float32)
    assert (pasted.over(PICTURE, labels, others, KEEP) != PICTURE).any()


def test_a_second_region_leaves_the_first(pasted: Pasted, labels: NDArray[np.uint8]) -> None:
    where = np.zeros((HEIGHT, WIDTH), np.bool_)
    where[30:36, 20:28] = True
    labels[where] = 2
    both = with_region(pasted, np.full_like(pattern(), 77), labels, where, CODES, [2])
    found = both.over(PICTURE, labels, CODES, KEEP)
    assert (found[32:34, 22:26] == 77).all()
    np.testing.assert_array_equal(found[:28], pasted.over(PICTURE, labels, CODES, KEEP)[:28])
    assert (pasted.labels[where] == NOTHING).all()


@pytest.mark.parametrize("zoom", [1.0, 2.5])
def test_at_the_photos_own_size_they_lie_in_the_same_place(
    pasted: Pasted, labels: NDArray[np.uint8], zoom: float
) -> None:
    crop = Crop(4.0, 7.0, zoom * HEIGHT, zoom * WIDTH)
    photo = np.full((130, 110, 3), 128, np.uint8)
    found = pasted.over_photo(photo, crop.matrix(HEIGHT, WIDTH), labels, CODES, KEEP)
    changed = (found != photo).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert abs(rows.min() - (4 + zoom * 10)) <= zoom and abs(rows.max() + 1 - (4 + zoom * 24)) <= zoom
    assert abs(columns.min() - (7 + zoom * 6)) <= zoom and abs(columns.max() + 1 - (7 + zoom * 20)) <= zoom
    middle = found[round(4 + zoom * 17), round(7 + zoom * 8) : round(7 + zoom * 18)]
    assert middle[:, 0].min() < 30 and middle[:, 0].max() > 190


def test_a_crop_that_shows_none_of_it_is_left_alone(pasted: Pasted, labels: NDArray[np.uint8]) -> None:
    photo = np.full((8, 110, 3), 128, np.uint8)
    found = pasted.over_photo(photo, Crop(0, 0, HEIGHT, WIDTH).matrix(HEIGHT, WIDTH), labels, CODES, KEEP)
    np.testing.assert_array_equal(found, photo)


def test_moved_controls_adjust_what_lies_there(pasted: Pasted, labels: NDArray[np.uint8]) -> None:
    codes = CODES.copy()
    codes[BAG, -1] += 1
    assert pasted.moved_classes(labels, codes, 1) == [BAG] and pasted.moved_classes(labels, CODES, 1) == []
    assert pasted.over(PICTURE, labels, codes, KEEP) is PICTURE
    network = np.full_like(PICTURE, 90)
    same, lighter = Moved(network, network, 1), Moved(network, network + 40, 1)
    inner = cv2.erode(region().astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    still = pasted.over(PICTURE, labels, codes, KEEP, same)
    np.testing.assert_array_equal(still, pasted.over(PICTURE, labels, CODES, KEEP))
    found = pasted.over(PICTURE, labels, codes, KEEP, lighter)
    assert (found[inner].astype(int) - still[inner]).mean() > 15
    np.testing.assert_array_equal(found[~region()], PICTURE[~region()])
    # An export of the photo's own size shows the same.
    matrix = Crop(0, 0, HEIGHT, WIDTH).matrix(HEIGHT, WIDTH)
    whole = pasted.over_photo(PICTURE, matrix, labels, codes, KEEP, lighter)
    assert np.abs(whole[inner].astype(int) - found[inner]).mean() < 20


def test_what_is_taken_away_shows_no_more(pasted: Pasted, labels: NDArray[np.uint8]) -> None:
    part = slice(0, HEIGHT), slice(0, 13)
    left = without_region(pasted, part, np.ones((HEIGHT, 13), np.bool_))
    found = left.over(PICTURE, labels, CODES, KEEP)
    np.testing.assert_array_equal(found[:, :13], PICTURE[:, :13])
    assert (found[12:22, 15:18] != PICTURE[12:22, 15:18]).any()
    assert without_region(left, part, np.ones((HEIGHT, 13), np.bool_)) is left
