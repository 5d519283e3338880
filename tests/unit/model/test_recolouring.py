"""Faces in photos: another style recolours them, and the features stay."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.compositing import Compositor, Keep, KeepSettings, personal_classes, put_back
from model.compositing.inpainting import Plate
from model.compositing.recolouring import recoloured
from model.labels import builtin_label_set
from tests.unit.model.kept_scene import Crop

SIDE = 64


def face() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A photo of light skin with dark eyes and a red mouth before grey ground, and its map (1 the face)."""
    photo = np.full((SIDE, SIDE, 3), 128, np.uint8)
    labels = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(labels, (32, 32), (18, 24), 0, 0, 360, 1, -1)
    photo[labels == 1] = (225, 190, 170)
    for x in (25, 39):
        cv2.circle(photo, (x, 27), 2, (30, 20, 15), -1)
    cv2.ellipse(photo, (32, 43), (6, 2), 0, 0, 360, (170, 60, 60), -1)
    return photo, labels


def drawn(color: tuple[int, int, int], labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What a network makes of it: a flat face with a blot in the wrong place."""
    picture = np.full((SIDE, SIDE, 3), 200, np.uint8)
    picture[labels == 1] = color
    cv2.circle(picture, (36, 34), 3, (10, 10, 10), -1)
    return picture


def composed(photo: NDArray[np.uint8], labels: NDArray[np.uint8], **options: object) -> Compositor:
    plate = Plate(np.full_like(photo, 128), np.zeros((SIDE, SIDE, 2), np.int32))
    return Compositor(photo, labels, drawn((220, 190, 170), labels), plate=plate, **options)  # type: ignore[arg-type]


class TestRecoloured:
    @given(st.integers(0, 255), st.integers(0, 255))
    @settings(max_examples=30)
    def test_pictures_that_are_alike_leave_the_photo(self, red: int, blue: int) -> None:
        photo, labels = face()
        picture = drawn((red, 120, blue), labels)
        assert (recoloured(photo.astype(np.float32), picture, picture, labels == 1) == photo).all()

    @given(st.tuples(*[st.integers(40, 235)] * 3))
    @settings(max_examples=30, deadline=None)
    def test_skin_takes_the_new_colour_and_eyes_stay_dark(self, color: tuple[int, int, int]) -> None:
        photo, labels = face()
        old, new = drawn((220, 190, 170), labels), drawn(color, labels)
        found = recoloured(photo.astype(np.float32), old, new, labels == 1)
        assert found.min() >= 0 and found.max() <= 255
        forehead, eye = found[14:20, 28:36].mean(axis=(0, 1)), found[27, 25]
        wanted = np.array((225, 190, 170)) + np.array(color) - (220, 190, 170)
        assert np.abs(forehead - wanted.clip(12, 243)).max() < 25
        assert eye.mean() < forehead.mean() - 15

    def test_without_pixels_to_compare_nothing_changes(self) -> None:
        photo, labels = face()
        values = photo.astype(np.float32)
        assert recoloured(values, photo, 255 - photo, labels == 7) is values


class TestPersonalClasses:
    def test_faces_and_skin_of_our_classes(self) -> None:
        label_set = builtin_label_set("street-fashion")
        assert {label_set.names[index] for index in personal_classes(label_set)} == {"face", "skin"}
        assert personal_classes(builtin_label_set("cityscapes")) == frozenset()

    def test_the_features_of_the_photo_stay(self) -> None:
        photo, labels = face()
        picture = drawn((140, 100, 80), labels)
        inside = cv2.erode(labels, np.ones((7, 7), np.uint8)) > 0
        network = KeepSettings(classes={1: Keep.MODEL})
        plain = composed(photo, labels, settings=network).compose(labels, picture, (1,))
        kept = composed(photo, labels, personal=(1,)).compose(labels, picture, (1,))
        assert (plain[34, 36] < 30).all()
        assert (kept[34, 36] > 60).all()
        before, after = (cv2.Laplacian(each[..., 1].astype(np.float32), cv2.CV_32F)[inside] for each in (photo, kept))
        assert np.corrcoef(before, after)[0, 1] > 0.9
        assert abs(float(kept[inside][:, 0].mean()) - 140) < 20
        assert (kept[labels == 0][:100] == photo[labels == 0][:100]).all()

    def test_a_face_from_the_network_is_the_networks(self) -> None:
        photo, labels = face()
        picture = drawn((140, 100, 80), labels)
        keep = KeepSettings(classes={1: Keep.MODEL})
        found = composed(photo, labels, personal=(1,), settings=keep).compose(labels, picture, (1,))
        assert (found[34, 36] == picture[34, 36]).all()

    def test_what_is_painted_anew_is_drawn_in_the_same_colour(self) -> None:
        photo, labels = face()
        after = labels.copy()
        after[2:9, 26:38] = 1
        picture = drawn((140, 100, 80), after)
        found = composed(photo, labels, personal=(1,)).compose(after, picture, (1,)).astype(int)
        assert np.abs(found[5, 32] - found[16, 32]).max() < 30

    def test_large_photos_keep_their_detail_in_colour(self) -> None:
        photo, labels = face()
        large = cv2.resize(photo, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
        large[96 - 1 : 96 + 1, 90:102] = (90, 140, 60)
        picture = drawn((200, 170, 150), labels)
        compositor = composed(photo, labels, personal=(1,))
        found = put_back(large, Crop(0, 0, 3 * SIDE, 3 * SIDE), compositor, labels, picture, (1,)).astype(int)
        # A green mark finer than the frame is still green.
        assert found[96, 96, 1] > found[96, 96, 0] and found[96, 96, 1] > found[96, 96, 2]
