"""Small pieces of one garment that look like the garment around them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from model.labels import builtin_label_set
from model.parsing.scraps import without_scraps

STREET = builtin_label_set("street-fashion")
TOP, COAT, HAIR, SKIN = (STREET.index_of(name) for name in ("top", "outerwear", "hair", "skin"))


def scene(piece: int, color: tuple[int, int, int]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Probabilities and photo: a blue top with a piece of 6 x 8 pixels in it that has a class and a colour."""
    classes = np.zeros((96, 64), np.uint8)
    classes[20:80, 12:52] = TOP
    photo = np.full((96, 64, 3), 200, np.uint8)
    photo[20:80, 12:52] = (40, 60, 160)
    classes[40:48, 30:36], photo[40:48, 30:36] = piece, color
    shares = np.zeros((len(STREET), 96, 64), np.float32)
    np.put_along_axis(shares, classes[None].astype(np.int64), 1.0, axis=0)
    return shares, photo


def test_a_scrap_goes_to_the_garment_that_it_looks_like() -> None:
    shares, photo = scene(COAT, (44, 62, 156))
    found = without_scraps(shares, photo, STREET).argmax(axis=0)
    assert (found[20:80, 12:52] == TOP).all() and not (found[:20] != 0).any()


@pytest.mark.parametrize(("piece", "color"), [(COAT, (200, 30, 30)), (HAIR, (44, 62, 156)), (SKIN, (44, 62, 156))])
def test_what_looks_otherwise_or_is_no_garment_stays(piece: int, color: tuple[int, int, int]) -> None:
    shares, photo = scene(piece, color)
    before = shares.argmax(axis=0)
    np.testing.assert_array_equal(without_scraps(shares, photo, STREET).argmax(axis=0), before)


def test_a_large_piece_stays() -> None:
    shares, photo = scene(COAT, (44, 62, 156))
    shares[:, 40:70, 14:50] = 0
    shares[COAT, 40:70, 14:50] = 1
    photo[40:70, 14:50] = (44, 62, 156)
    assert (without_scraps(shares, photo, STREET).argmax(axis=0)[40:70, 14:50] == COAT).all()
