"""What a photo lacks is added in a style that goes with the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from model.checkpoints import Bundle
from model.labels import ClassInfo, LabelSet
from model.styles.library import LibraryStyle
from model.styles.outfit import outfit
from model.styles.store import STYLES, NamedStyles, write_named_styles

NAMES = ("background", "face", "top", "trousers", "skirt", "hat", "eyewear")
COLORS = {"red": (200, 30, 30), "blue": (40, 60, 190), "grey": (128, 128, 128)}


@pytest.fixture
def dressed_bundle(tiny_bundle: Bundle, tmp_path: Path) -> Bundle:
    """A bundle with clothes, whose library has every class in grey, red and blue: codes of 0, 1 and 2."""
    label_set = LabelSet("clothes", tuple(ClassInfo(name, (place, 0, 0)) for place, name in enumerate(NAMES)))
    count, shape = len(NAMES), tiny_bundle.code_mean.shape[1:]
    bundle = replace(
        tiny_bundle,
        label_set=label_set,
        path=tmp_path,
        code_mean=torch.zeros(count, *shape),
        code_std=torch.ones(count, *shape),
    )
    picture = np.zeros((96, 96, 3), np.uint8)
    styles = [
        LibraryStyle(torch.full(shape, float(place)), COLORS[name], picture)
        for place, name in enumerate(("grey", "red", "blue"))
    ]
    library = {index: list(styles) for index in range(1, count) if NAMES[index] != "skirt"}
    write_named_styles(tmp_path / STYLES, NamedStyles({}, library | {4: styles[1:]}), bundle)
    return bundle


def person() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A face, a blue top and red trousers."""
    labels = np.zeros((60, 40), np.uint8)
    labels[4:12, 16:24], labels[12:30, 10:30], labels[30:56, 12:28] = 1, 2, 3
    photo = np.full((60, 40, 3), 180, np.uint8)
    photo[labels == 2], photo[labels == 3] = (50, 70, 180), (190, 40, 40)
    return photo, labels


def test_a_skirt_takes_the_colour_of_the_trousers_that_it_may_replace(dressed_bundle: Bundle) -> None:
    found = outfit(dressed_bundle, *person())
    assert set(found) == {4, 5, 6}
    assert ((found[4] - 1).abs() < 0.3).all()


def test_a_skirt_goes_on_to_the_trousers_own_colour(dressed_bundle: Bundle) -> None:
    photo, labels = person()
    # Its library has red (1) and blue (2): purple trousers lie between them.
    photo[labels == 3] = (110, 45, 110)
    found = outfit(dressed_bundle, photo, labels)[4]
    assert (found > 1.1).all() and (found < 1.9).all()


def test_a_hat_takes_a_colour_that_is_worn(dressed_bundle: Bundle) -> None:
    photo, labels = person()
    assert (outfit(dressed_bundle, photo, labels)[5] > 0).all()
    photo[labels == 3] = (50, 70, 180)
    assert (outfit(dressed_bundle, photo, labels)[5] == 2).all()


def test_glasses_are_dark(dressed_bundle: Bundle) -> None:
    assert (outfit(dressed_bundle, *person())[6] == 2).all()


def test_who_wears_nothing_known_gets_what_is_typical(dressed_bundle: Bundle) -> None:
    photo, labels = person()
    found = outfit(dressed_bundle, photo, np.where(labels == 1, labels, 0).astype(np.uint8))
    assert (found[5] == 0).all()
    assert 1 not in found


def test_without_a_library_nothing_is_known(tiny_bundle: Bundle) -> None:
    labels = np.zeros((60, 40), np.uint8)
    assert outfit(replace(tiny_bundle, path=None), person()[0], labels) == {}
