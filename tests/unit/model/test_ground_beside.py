"""Ground beside a person, without the person's colours in it."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.compositing import Compositor
from model.compositing.ground import ground_beside

HEIGHT, WIDTH = 64, 48
COAT = (180, 30, 40)


def pictures() -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.bool_]]:
    """The photo, its ground alone, and where the person is; the outline is as soft as a lens makes it."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    ground = np.stack([120 + x, 150 + 0.5 * y, np.full_like(x, 140)], -1) + rng.normal(0, 4, (HEIGHT, WIDTH, 3))
    person = ((x - 24) / 11) ** 2 + ((y - 32) / 24) ** 2 < 1
    share = cv2.GaussianBlur(person.astype(np.float32), (0, 0), 0.8)[..., None]
    photo = share * np.array(COAT, np.float32) + (1 - share) * ground
    return photo.round().astype(np.uint8), ground.round().astype(np.uint8), person


@pytest.mark.parametrize("missed", [0, 1, 2])
def test_the_person_is_taken_out_of_pixels_that_the_map_gives_to_the_ground(missed: int) -> None:
    photo, ground, person = pictures()
    mapped = cv2.erode(person.astype(np.uint8), np.ones((2 * missed + 1,) * 2)) > 0
    found, _ = ground_beside(photo, mapped)
    around = (cv2.dilate(mapped.astype(np.uint8), np.ones((9, 9))) > 0) & ~mapped
    before = np.abs(photo[around].astype(float) - ground[around]).mean()
    after = np.abs(found[around] - ground[around]).mean()
    assert after < 0.45 * before


def test_ground_without_the_person_in_it_stays_to_the_bit() -> None:
    photo, _, person = pictures()
    found, share = ground_beside(photo, person)
    far = cv2.dilate(person.astype(np.uint8), np.ones((11, 11))) == 0
    np.testing.assert_array_equal(found[far], photo[far])
    assert not share[far].any()
    assert (share[person] == 1).all()


def test_a_person_as_bright_as_the_ground_takes_nothing_of_it_away() -> None:
    _, ground, person = pictures()
    found, _ = ground_beside(ground, person)
    assert np.abs(found - ground)[~person].max() <= 12


@pytest.mark.parametrize("person", [np.zeros((8, 8), np.bool_), np.ones((8, 8), np.bool_)])
def test_a_photo_of_nobody_and_one_without_ground_are_left_alone(person: NDArray[np.bool_]) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    np.testing.assert_array_equal(ground_beside(photo, person)[0], photo)


def test_no_ring_of_the_old_colour_around_a_new_one() -> None:
    photo, ground, person = pictures()
    labels = (cv2.erode(person.astype(np.uint8), np.ones((3, 3))) > 0).astype(np.uint8)
    picture = np.full_like(photo, 225)
    picture[labels == 1] = (30, 60, 200)
    result = Compositor(photo, labels, photo).compose(labels, picture, (1,))
    # What a pixel holds of red beyond its ground, in the seam.
    ring = (cv2.dilate(labels, np.ones((9, 9))) > 0) & (cv2.dilate(labels, np.ones((3, 3))) == 0)
    left = (ground[ring].astype(float) - result[ring])[:, 1].clip(0)
    assert left.mean() < 0.35 * (ground[ring].astype(float) - photo[ring])[:, 1].clip(0).mean()
