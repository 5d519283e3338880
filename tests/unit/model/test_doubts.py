"""Photos without a person, and drawings: what speaks against what a parser found."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from model.parsing import Doubt, Parser, doubt, parse_photo
from model.parsing.doubts import certainty, is_drawn
from tests.unit.model.tiny_parsers import BundleOfParser, tiny_config


class Brightness(Parser):
    """Takes what is bright for a coat, the surer the brighter."""

    def coarse_logits(self, photo: Tensor) -> Tensor:
        bright = torch.nn.functional.avg_pool2d(photo.mean(dim=1, keepdim=True), 4)
        return torch.cat([-4 * bright, 4 * bright, torch.full_like(bright, -9.0)], dim=1)


@pytest.fixture
def bundle() -> BundleOfParser:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    return BundleOfParser("tiny", Brightness(tiny_config()).eval())


def scene(coat: int, grain: int = 20, seed: int = 0) -> np.ndarray:
    """A dark picture, uint8 (192, 128, 3), with a person as bright as `coat`."""
    photo = np.full((192, 128, 3), 20, np.int16)
    photo[8:184, 44:84] = coat
    random = np.random.default_rng(seed)
    return (photo + random.integers(-grain, grain + 1, photo.shape)).clip(0, 255).astype(np.uint8)


def test_a_bright_person_is_believed_and_a_grey_one_doubted(bundle: BundleOfParser) -> None:
    for coat, expected in ((230, None), (140, Doubt.NOBODY)):
        photo = scene(coat)
        labels = parse_photo(bundle, photo)
        assert (labels[20:170, 50:78] == 1).mean() > 0.9
        assert doubt(bundle, photo, labels) is expected
    assert doubt(bundle, scene(20), np.zeros((192, 128), np.uint8)) is Doubt.NOBODY


def test_certainty_is_that_of_the_person_alone(bundle: BundleOfParser) -> None:
    photo = scene(230, grain=0)
    person = np.zeros((192, 128), np.bool_)
    person[8:184, 44:84] = True
    assert certainty(bundle, photo, person) > 0.97
    # A small person in a wide photo is looked at by themselves.
    wide = np.full((600, 900, 3), 20, np.uint8)
    there = np.zeros((600, 900), np.bool_)
    wide[100:160, 700:720], there[100:160, 700:720] = 230, True
    assert certainty(bundle, wide, there) > 0.95
    assert certainty(bundle, wide, ~there) < 0.1


def test_flat_colours_are_a_drawing_and_a_studio_is_none(bundle: BundleOfParser) -> None:
    flat = scene(190, grain=0)
    labels = parse_photo(bundle, flat)
    saved = cv2.imdecode(cv2.imencode(".jpg", flat, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], cv2.IMREAD_COLOR)
    assert doubt(bundle, np.asarray(saved, np.uint8), labels) is Doubt.DRAWING
    assert doubt(bundle, flat, labels) is Doubt.DRAWING
    # In front of an even ground the person has the colours.
    studio = np.full((192, 128, 3), 255, np.uint8)
    down, across = np.mgrid[0:176, 0:40]
    studio[8:184, 44:84] = np.stack([down + 20, 200 - down, 40 + 4 * across], axis=2)
    person = np.zeros((192, 128), np.bool_)
    person[8:184, 44:84] = True
    assert not is_drawn(studio, person)
    # However large the drawing is.
    large = np.repeat(np.repeat(flat, 9, axis=0), 9, axis=1)
    assert is_drawn(large, np.repeat(np.repeat(labels > 0, 9, axis=0), 9, axis=1))


def test_a_strip_of_a_few_rows_does_not_fill_memory() -> None:
    seen: list[tuple[int, int]] = []

    class Everywhere(Brightness):
        def coarse_logits(self, photo: Tensor) -> Tensor:
            seen.append((photo.shape[2], photo.shape[3]))
            return super().coarse_logits(photo)

    bundle = BundleOfParser("tiny", Everywhere(tiny_config()).eval())
    photo = np.full((300, 2400, 3), 20, np.uint8)
    photo[150:154] = 240
    labels = parse_photo(bundle, photo, thorough=False)
    assert labels.shape == (300, 2400)
    doubt(bundle, photo, labels)
    assert max(height * width for height, width in seen) < 10 * 96 * 64
