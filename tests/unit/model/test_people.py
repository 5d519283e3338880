"""Telling people apart: alone, in groups, passers-by, things put down."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import UserError
from model.labels import builtin_label_set
from model.parsing import Parser, ParserConfig, Person, comparable, find_people, parse_photo
from model.parsing.people import boxes, divide, spread

LABELS = builtin_label_set("street-fashion")
HAIR, FACE, TOP, OUTER, TROUSERS, SHOES, BAG = (
    LABELS.index_of(name) for name in ("hair", "face", "top", "outerwear", "trousers", "shoes", "bag")
)


def person(classes: np.ndarray, top: int, left: int, height: int, width: int, body: int = TOP) -> np.ndarray:
    """Draw somebody, and return where."""
    head = height // 6
    middle = left + width // 2
    before = classes.copy()
    classes[top : top + head, middle - 2 : middle + 2] = FACE
    classes[top : top + 1, middle - 2 : middle + 2] = HAIR
    classes[top + head : top + height // 2, left : left + width] = body
    classes[top + height // 2 : top + height, left + 1 : left + width - 1] = TROUSERS
    return np.asarray(classes != before)


def test_people_who_stand_apart_are_counted_by_size() -> None:
    classes = np.zeros((96, 96), np.uint8)
    small = person(classes, 40, 10, 40, 10)
    large = person(classes, 8, 60, 84, 18)
    owners, count = divide(classes, LABELS)
    assert count == 2
    assert (owners[large] == 1).all() and (owners[small] == 2).all() and not owners[classes == 0].any()
    found = boxes(owners, count, 960, 480)
    assert found[0].box == (80, 300, 920, 390) and found[1].box == (400, 50, 800, 100)
    assert found[0].share > found[1].share and comparable(found) == 1
    assert comparable([found[0], found[0]]) == 2 and comparable([]) == 0


def test_a_couple_arm_in_arm_is_divided_between_the_bodies() -> None:
    classes = np.zeros((96, 64), np.uint8)
    one = person(classes, 14, 14, 78, 16)
    other = person(classes, 6, 30, 86, 18, OUTER)
    owners, count = divide(classes, LABELS)
    assert count == 2
    assert (owners[other] == 1).mean() > 0.95 and (owners[one] == 2).mean() > 0.95


def test_a_hat_and_a_bag_put_down_make_nobody_else() -> None:
    classes = np.zeros((96, 64), np.uint8)
    worn = person(classes, 6, 20, 84, 16)
    classes[80:90, 39:49] = BAG
    # A passer-by's legs at the border of the photo are nobody that can be chosen, and no part of anybody.
    classes[60:96, 60:64] = TROUSERS
    owners, count = divide(classes, LABELS)
    assert count == 1
    assert (owners[worn] == 1).all() and (owners[classes == BAG] == 1).all() and (owners[60:96, 60:64] == 2).all()
    assert set(np.unique(spread(owners))) == {1, 2}


def test_nobody() -> None:
    owners, count = divide(np.zeros((20, 30), np.uint8), LABELS)
    assert count == 0 and not owners.any() and boxes(owners, count, 20, 30) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(2, 30)] * 2, st.integers(1, 15)), max_size=6))
def test_every_cell_is_somebodys_and_numbers_fall_in_size(rectangles: list[tuple[int, ...]]) -> None:
    classes = np.zeros((48, 48), np.uint8)
    for top, left, height, width, value in rectangles:
        classes[top : top + height, left : left + width] = value
    owners, count = divide(classes, LABELS)
    sizes = np.bincount(owners.ravel(), minlength=count + 2)[1 : count + 1]
    assert (sizes > 0).all() and (np.diff(sizes) <= 0).all()
    assert not owners[classes == 0].any()
    people = boxes(owners, count, 48, 48)
    assert all(0 <= p.box[0] < p.box[2] <= 48 and 0 <= p.box[1] < p.box[3] <= 48 for p in people)
    assert count > 0 or (classes > 0).sum() < 48


class Colours(Parser):
    """Reads the class off a photo that was drawn in class numbers times ten."""

    def coarse_logits(self, photo: torch.Tensor) -> torch.Tensor:
        level = F.interpolate(photo[:, :1], scale_factor=0.25, mode="nearest").add(1).mul(12.75)
        centres = torch.arange(len(LABELS), dtype=torch.float32)[None, :, None, None]
        return -(level - centres).abs()


class BundleOfParser:
    name = "drawn"
    label_set = LABELS
    parser = Colours(ParserConfig(len(LABELS), channels=8, head_channels=8, height=96, width=64)).eval()


def drawn(classes: np.ndarray) -> np.ndarray:
    return np.repeat((classes * 10)[..., None], 3, axis=2)


def test_the_chosen_person_is_parsed_alone_at_their_own_size() -> None:
    classes = np.zeros((192, 256), np.uint8)
    large = person(classes, 8, 150, 176, 60)
    small = person(classes, 80, 40, 90, 30)
    photo = drawn(classes)
    people = find_people(BundleOfParser(), photo)
    assert len(people) == 2 and abs(people[1].box[0] - 80) <= 6
    for number, mask in ((0, large), (1, small)):
        labels = parse_photo(BundleOfParser(), photo, person=number)
        around = np.asarray(labels > 0)
        assert (around & mask).sum() > 0.9 * mask.sum() and (around & ~mask).sum() < 0.2 * mask.sum()
    with pytest.raises(UserError, match="shows 2 people, so there is no person 3"):
        parse_photo(BundleOfParser(), photo, person=2)
    with pytest.raises(UserError, match="shows nobody"):
        parse_photo(BundleOfParser(), np.zeros_like(photo), person=1)


def test_a_persons_size() -> None:
    found = Person((10, 20, 50, 35), 0.1)
    assert (found.height, found.width) == (40, 15)
