"""A new style of cloth: its colour is the style's, its folds are the photo's."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from model.compositing import Compositor, Keep, KeepSettings
from model.compositing.folds import FOLD_REACH, folds_of, refolded
from model.compositing.layers import inner_part

HEIGHT, WIDTH = 96, 64
Picture = NDArray[np.uint8]


def cloth() -> NDArray[np.bool_]:
    where = np.zeros((HEIGHT, WIDTH), np.bool_)
    where[10:86, 10:54] = True
    return where


def folded(color: tuple[int, int, int], across: float, phase: float = 0.0) -> Picture:
    """A ground, and before it cloth of a colour with folds every `across` pixels."""
    picture = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    waves = 1 + 0.25 * np.sin(np.arange(WIDTH) * 2 * np.pi / across + phase)
    drawn = np.array(color) * np.broadcast_to(waves, (HEIGHT, WIDTH))[..., None]
    picture[cloth()] = np.rint(drawn).clip(0, 255).astype(np.uint8)[cloth()]
    return picture


def likeness(one: Picture, other: Picture) -> float:
    """Correlation of the lightness inside the cloth."""
    inside = cv2.erode(cloth().astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    first, second = (cv2.cvtColor(each, cv2.COLOR_RGB2GRAY)[inside].astype(float) for each in (one, other))
    return float(np.corrcoef(first, second)[0, 1])


def restyled(photo: Picture, picture: Picture, keep: KeepSettings | None = None) -> Picture:
    labels = cloth().astype(np.uint8)
    reference = folded((90, 100, 120), 9)
    return Compositor(photo, labels, reference, settings=keep).compose(labels, picture, (1,))


def test_the_colour_is_the_styles_and_the_folds_are_the_photos() -> None:
    photo, picture = folded((90, 100, 120), 13), folded((170, 60, 50), 9, phase=1.0)
    found = restyled(photo, picture)
    inside = cv2.erode(cloth().astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert likeness(found, photo) > 0.9
    assert abs(likeness(found, picture)) < 0.4
    assert np.abs(found[inside].mean(axis=0) - picture[inside].mean(axis=0)).max() < 8
    assert (found[~cloth()][:300] == photo[~cloth()][:300]).all()


def test_a_class_that_comes_from_the_network_has_its_folds() -> None:
    photo, picture = folded((90, 100, 120), 13), folded((170, 60, 50), 9, phase=1.0)
    found = restyled(photo, picture, KeepSettings(classes={1: Keep.MODEL}))
    inside = inner_part(cloth())
    assert (found[inside] == picture[inside]).all()


def test_a_style_with_deeper_folds_deepens_the_photos() -> None:
    photo = folded((90, 100, 120), 13)
    flat = np.where(cloth()[..., None], np.uint8(120), photo)
    inside = cv2.erode(cloth().astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    deep = restyled(photo, folded((120, 120, 120), 9, phase=1.0))
    assert restyled(photo, flat)[inside].std() < 0.8 * deep[inside].std()


def test_prints_are_no_folds() -> None:
    stripes = folded((50, 50, 60), 13)
    stripes[cloth() & (np.arange(HEIGHT) // 3 % 2 == 0)[:, None]] = 250
    blocks = folded((90, 100, 120), 13)
    blocks[:40][cloth()[:40]] = (200, 60, 40)
    reference = folded((90, 100, 120), 9)
    inner = inner_part(cloth())
    assert folds_of(stripes, reference, inner) is None
    assert folds_of(blocks, reference, inner) is None
    assert folds_of(folded((90, 100, 120), 13), reference, inner) is not None
    assert folds_of(stripes, reference, np.zeros_like(inner)) is None


def test_where_the_photo_shows_something_else_the_network_has_its_way() -> None:
    photo, picture = folded((90, 100, 120), 13), folded((170, 60, 50), 9, phase=1.0)
    folds = folds_of(photo, folded((90, 100, 120), 9), inner_part(cloth()))
    assert folds is not None
    upper = cloth()
    upper[40:] = False
    whole = slice(0, HEIGHT), slice(0, WIDTH)
    found = refolded(picture.astype(np.float32), folds, upper, whole)
    assert (found[40:] == picture[40:]).all()
    assert not np.array_equal(found[:40], picture[:40])


def test_a_part_alone_is_as_in_the_whole() -> None:
    photo, picture = folded((90, 100, 120), 13), folded((170, 60, 50), 9, phase=1.0)
    folds = folds_of(photo, folded((90, 100, 120), 9), inner_part(cloth()))
    assert folds is not None
    whole = refolded(picture.astype(np.float32), folds, cloth(), (slice(0, HEIGHT), slice(0, WIDTH)))
    part = slice(20, 20 + 20 + 2 * FOLD_REACH), slice(0, WIDTH)
    alone = refolded(picture[part].astype(np.float32), folds, cloth()[part], part)
    assert np.abs(alone[FOLD_REACH:-FOLD_REACH] - whole[part][FOLD_REACH:-FOLD_REACH]).max() < 0.05


def test_what_the_network_draws_in_all_colours_becomes_one() -> None:
    photo, picture = folded((90, 100, 120), 13), folded((150, 110, 80), 9)
    speckled = picture.astype(int)
    speckled[..., 0] += np.random.default_rng(0).integers(-60, 61, (HEIGHT, WIDTH))
    found = restyled(photo, speckled.clip(0, 255).astype(np.uint8))
    inside = cv2.erode(cloth().astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    hue, before = (
        cv2.cvtColor(each.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)[inside][:, 1:].std(axis=0).max()
        for each in (found, speckled.clip(0, 255).astype(np.uint8))
    )
    assert hue < 0.5 * before


class TestOtherCloth:
    """Class 1 becomes class 2: trousers that a skirt takes the place of."""

    def replaced(self, photo: Picture, picture: Picture, hung: tuple[int, ...], calm: tuple[int, ...] = ()) -> Picture:
        labels = cloth().astype(np.uint8)
        compositor = Compositor(photo, labels, folded((90, 100, 120), 9), cloth=hung, calm=calm)
        return compositor.compose(labels * 2, picture, (2,))

    def test_the_old_garments_folds_go_on(self) -> None:
        photo, picture = folded((90, 100, 120), 13), folded((170, 60, 50), 9, phase=1.0)
        found = self.replaced(photo, picture, (1, 2))
        assert likeness(found, photo) > likeness(self.replaced(photo, picture, ()), photo) + 0.3

    def test_cloth_where_none_was_does_not_glitter(self) -> None:
        photo = folded((90, 100, 120), 13)
        glitter = folded((120, 110, 100), 4)
        inside = inner_part(cloth())

        def contrast(found: Picture) -> float:
            return float(cv2.cvtColor(found, cv2.COLOR_RGB2GRAY)[inside].std())

        assert contrast(self.replaced(photo, glitter, (), (2,))) < 0.75 * contrast(self.replaced(photo, glitter, ()))

    def test_a_box_alone_is_what_the_whole_is(self) -> None:
        photo, picture = folded((90, 100, 120), 13), folded((170, 60, 50), 9, phase=1.0)
        labels = cloth().astype(np.uint8)
        compositor = Compositor(photo, labels, folded((90, 100, 120), 9), cloth=(1, 2), calm=(2,))
        before, after = labels.copy(), labels.copy()
        before[30:50, 20:40], after[30:50, 20:44] = 2, 2
        previous = compositor.compose(before, picture, (2,))
        whole = compositor.compose(after, picture, (2,))
        part = compositor.compose(after, picture, (2,), box=(30, 40, 50, 44), previous=previous)
        np.testing.assert_array_equal(part, whole)
