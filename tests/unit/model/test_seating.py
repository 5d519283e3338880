"""Added things sit where they are worn."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from model.boxes import bounding_box
from model.shapes.seating import dressed, seated

NAMES = ("background", "face", "hair", "skin", "top", "hat", "eyewear", "scarf", "bag")
INDEX = {name: place for place, name in enumerate(NAMES)}


def person() -> NDArray[np.uint8]:
    """A face of 24 x 20 pixels with a neck below it, a body, and a hand on either side."""
    labels = np.zeros((160, 100), np.uint8)
    labels[10:26, 36:64] = INDEX["hair"]
    labels[16:40, 40:60] = INDEX["face"]
    labels[40:46, 46:54] = INDEX["face"]
    labels[46:150, 32:68] = INDEX["top"]
    labels[60:82, 24:31] = labels[60:82, 69:76] = INDEX["skin"]
    return labels


def block(top: int, left: int, bottom: int, right: int) -> NDArray[np.bool_]:
    mask = np.zeros((160, 100), np.bool_)
    mask[top:bottom, left:right] = True
    return mask


def box(name: str, added: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    found = bounding_box(seated(person(), added, name, NAMES))
    assert found is not None
    return found


def test_glasses_lie_on_the_eyes_alike_on_both_sides() -> None:
    added = block(30, 33, 34, 49)
    top, left, bottom, right = box("eyewear", added)
    assert 20 < (top + bottom) / 2 < 28
    assert left + right == 100 and 14 <= right - left <= 20
    found = seated(person(), added, "eyewear", NAMES)
    np.testing.assert_array_equal(found, found[:, ::-1])


def test_a_hat_ends_above_the_eyes() -> None:
    top, _, bottom, _ = box("hat", block(4, 34, 38, 66))
    assert top == 4
    assert bottom <= 27


def test_a_scarf_lies_below_the_chin_and_before_the_neck() -> None:
    labels = person()
    drawn = np.where(block(70, 60, 100, 72), INDEX["scarf"], labels).astype(np.uint8)
    found = dressed(labels, drawn, INDEX["scarf"], NAMES, (INDEX["face"],), ())
    place = found == INDEX["scarf"]
    top, left, _, right = bounding_box(place) or (0, 0, 0, 0)
    assert 38 <= top <= 42 and abs((left + right) / 2 - 50) <= 1
    assert place[40:46, 46:54].any() and not place[16:40, 40:60].any()
    np.testing.assert_array_equal(found[~place], labels[~place])


@pytest.mark.parametrize(("column", "hand"), [(10, 27.5), (90, 72.5)])
def test_a_bag_hangs_from_the_nearer_hand(column: int, hand: float) -> None:
    top, left, _, right = box("bag", block(20, column - 8, 40, column + 8))
    assert abs((left + right) / 2 - hand) <= 1
    assert abs(top - 81) <= 2


def test_protected_classes_lose_nothing() -> None:
    labels = person()
    drawn = np.where(block(4, 34, 38, 66), INDEX["hat"], labels).astype(np.uint8)
    found = dressed(labels, drawn, INDEX["hat"], NAMES, (), (INDEX["hair"], INDEX["background"]))
    assert (found == INDEX["hat"]).sum() == (labels[found == INDEX["hat"]] == INDEX["face"]).sum()


@pytest.mark.parametrize("name", ["hat", "eyewear", "scarf", "bag"])
def test_without_a_person_it_stays_where_it_was_drawn(name: str) -> None:
    added = block(10, 10, 20, 30)
    np.testing.assert_array_equal(seated(np.zeros((160, 100), np.uint8), added, name, NAMES), added)
