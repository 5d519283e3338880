"""Telling the people of a photo apart in what a parser, which knows classes and not people, found in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.boxes import Box, box_around
from model.labels import LabelSet

Cells = NDArray[np.uint8]
Numbers = NDArray[np.int32]

_HEAD = ("face", "hair", "hat")  # classes that show that somebody is there
_FACE = "face"
_SMALLEST_PERSON = 0.002  # of the photo's pixels; what is smaller is taken for a slip
_SMALLEST_SHARE = 0.03  # of the largest person's pixels; smaller ones are passers-by
_NEAR = 0.06  # of the largest person's height; what lies farther off and has no head belongs to a passer-by
_SMALLEST_FACE = 0.3  # of the largest face of a group, in pixels; below it is a slip
_FEWEST_FACE_CELLS = 6  # a face of fewer cells is too uncertain to divide a group by
_LIKE_THE_LARGEST = 0.3  # from this share of the largest person's pixels on, a person is as likely meant as the largest
_SIDEWAYS, _OTHER_CLASS = 3.0, 4.0  # what a step costs on the way down a body: bodies are tall, garments end at others


@dataclass(frozen=True)
class Person:
    """One of the people of a photo.

    Attributes:
        box: around all that was found of them, in pixels of the photo.
        share: of the photo's pixels, 0 to 1.
    """

    box: Box
    share: float

    @property
    def height(self) -> int:
        return self.box[2] - self.box[0]

    @property
    def width(self) -> int:
        return self.box[3] - self.box[1]


def comparable(people: Collection[Person]) -> int:
    """How many are about as large as the largest: above 1, a program should ask who is meant."""
    largest = max((person.share for person in people), default=0.0)
    return sum(person.share >= _LIKE_THE_LARGEST * largest for person in people)


def connected_parts(classes: Cells) -> tuple[Numbers, NDArray[np.int64]]:
    """The connected part that each cell (H, W) belongs to, 0 for background; and the cells of each part, 0 of 0."""
    foreground = (classes != 0).astype(np.uint8)
    # One cell of growth joins what a belt or a strap of missed pixels separates.
    joined = cv2.dilate(foreground, np.ones((3, 3), np.uint8))
    count, parts = cv2.connectedComponents(joined, connectivity=8)
    numbers = np.where(foreground > 0, np.asarray(parts), 0).astype(np.int32)
    areas = np.bincount(numbers.ravel(), minlength=count).astype(np.int64)
    areas[0] = 0
    return numbers, areas


def divide(classes: Cells, label_set: LabelSet) -> tuple[Numbers, int]:
    """Whose each cell is: 1 for the largest person, 2 for the next, 0 for background; and how many people there are.

    People who stand apart are connected parts of their own. A part with several faces is a group: each cell goes to the
    face from which the way to it, along the bodies, is shortest; ways sideways and from class to class are longer.
    A part without a head (a bag put down, legs below a bag that was missed) goes to the nearest person; where nobody is
    near, it belongs to a passer-by, as do people who are much smaller than the largest.

    Args:
        classes: uint8 (h, w), the likeliest class of each cell; 0 is the background.
        label_set: names the classes of heads; where it names none, every part of fair size is somebody.

    Returns:
        int32 (h, w), passers-by with numbers above the number of people; and that number.
    """
    parts, areas = connected_parts(classes)
    largest = int(areas.argmax())
    if areas[largest] < max(_SMALLEST_PERSON * classes.size, 1):
        return np.zeros(classes.shape, np.int32), 0
    names = label_set.names
    heads = np.isin(classes, [names.index(name) for name in _HEAD if name in names])
    faces = classes == names.index(_FACE) if _FACE in names else np.zeros_like(heads)
    owners = np.zeros(classes.shape, np.int32)
    loose: list[int] = []
    count = 0
    for part in np.argsort(-areas, kind="stable").tolist():
        if areas[part] < _SMALLEST_SHARE * areas[largest]:
            break
        mask = parts == part
        if part != largest and heads.any() and not (heads & mask).any():
            loose.append(part)
            continue
        group = _divide_group(classes, mask, faces)
        owners[mask] = group[mask] + count
        count += int(group.max())
    near = _NEAR * np.ptp(np.flatnonzero((parts == largest).any(axis=1)))
    distance = cv2.distanceTransform((owners == 0).astype(np.uint8), cv2.DIST_L2, 5)
    nearest = _nearest(owners)
    for part in loose:
        mask = parts == part
        place = int(np.where(mask, distance, np.inf).argmin())
        owners[mask] = nearest.flat[place] if distance.flat[place] <= near + 1 else -1
    return _by_size(owners)


def spread(owners: Numbers) -> Numbers:
    """Owners (h, w) carried on to the cells of nobody, nearest first; all 0 where there is nobody."""
    return np.where(owners > 0, owners, _nearest(owners)).astype(np.int32)


def boxes(owners: Numbers, count: int, height: int, width: int) -> list[Person]:
    """The people of owners (h, w), largest first, in pixels of a photo of `height` x `width`."""
    y, x = height / owners.shape[0], width / owners.shape[1]
    people = []
    for number in range(1, count + 1):
        mask = owners == number
        top, left, bottom, right = box_around(mask)
        box = (
            int(top * y),
            int(left * x),
            min(int(np.ceil(bottom * y)), height),
            min(int(np.ceil(right * x)), width),
        )
        people.append(Person(box, int(mask.sum()) / mask.size))
    return people


def _nearest(owners: Numbers) -> Numbers:
    if not owners.any():
        return np.zeros_like(owners)
    _, places = cv2.distanceTransformWithLabels(
        (owners == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros(int(places.max()) + 1, np.int32)
    table[places[owners > 0]] = owners[owners > 0]
    return np.asarray(table[places], np.int32)


def _divide_group(classes: Cells, mask: NDArray[np.bool_], faces: NDArray[np.bool_]) -> Numbers:
    """1, 2, ... on the cells of a part by the face they belong to; 1 everywhere where there is at most one face."""
    seen = cv2.dilate((faces & mask).astype(np.uint8), np.ones((3, 3), np.uint8))
    count, blobs = cv2.connectedComponents(seen, connectivity=8)
    sizes = np.bincount(np.where(faces & mask, blobs, 0).ravel(), minlength=count)
    sizes[0] = 0
    kept = np.flatnonzero(sizes >= max(_FEWEST_FACE_CELLS, _SMALLEST_FACE * sizes.max()))
    if len(kept) < 2:
        return mask.astype(np.int32)
    ways = np.stack([_way_from(classes, mask, (blobs == blob) & faces & mask) for blob in kept])
    return np.where(mask, ways.argmin(axis=0) + 1, 0).astype(np.int32)


def _way_from(classes: Cells, mask: NDArray[np.bool_], start: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Length of the cheapest way from `start` to each cell inside the mask, float32 (h, w): sweeps in four directions
    until nothing changes (fast sweeping, Zhao 2005, with four neighbours)."""
    far = np.float32(1e6)
    way = np.where(start, np.float32(0), far)
    down = 1.0 + _OTHER_CLASS * (classes[1:] != classes[:-1])
    right = _SIDEWAYS + _OTHER_CLASS * (classes[:, 1:] != classes[:, :-1])
    down = np.where(mask[1:] & mask[:-1], down, far).astype(np.float32)
    right = np.where(mask[:, 1:] & mask[:, :-1], right, far).astype(np.float32)
    height, width = classes.shape
    while True:
        before = way.copy()
        for row in range(1, height):
            np.minimum(way[row], way[row - 1] + down[row - 1], out=way[row])
        for row in range(height - 2, -1, -1):
            np.minimum(way[row], way[row + 1] + down[row], out=way[row])
        for column in range(1, width):
            np.minimum(way[:, column], way[:, column - 1] + right[:, column - 1], out=way[:, column])
        for column in range(width - 2, -1, -1):
            np.minimum(way[:, column], way[:, column + 1] + right[:, column], out=way[:, column])
        if np.array_equal(before, way):
            return way


def _by_size(owners: Numbers) -> tuple[Numbers, int]:
    """Numbered by size; passers-by, -1 or much smaller than the largest, get one number beyond the people's."""
    sizes = np.bincount(owners[owners > 0])
    order = np.argsort(-sizes, kind="stable")
    kept = order[sizes[order] >= max(_SMALLEST_SHARE * sizes.max(), 1)]
    table = np.full(len(sizes), len(kept) + 1, np.int32)
    table[kept] = np.arange(1, len(kept) + 1)
    table[0] = 0
    return np.where(owners < 0, len(kept) + 1, table[owners.clip(0)]).astype(np.int32), len(kept)
