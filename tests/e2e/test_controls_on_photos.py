"""Named sliders of controls on a photo in the real window: what the photo shows stays what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from app.document.box import Box
from model.checkpoints import load_bundle, save_bundle
from model.compositing.pasting import FINENESS
from model.groupdnet import Generator
from model.styles.directions import Direction
from model.styles.store import NamedStyles, write_named_styles
from model.training.controls import COUNT, with_controls
from tests.e2e.test_keep_photo import draw_photo, open_photo


@pytest.fixture
def controlled(tiny_bundle_path: Path) -> Path:
    """The tiny bundle with codes inside classes alone, and controls of random weights with a slider for each class."""
    bundle = load_bundle(tiny_bundle_path)
    old = bundle.generator
    bundle.generator = Generator(replace(old.config, base_codes=False)).eval().requires_grad_(False)
    bundle.generator.load_state_dict(old.state_dict(), strict=False)
    made = with_controls(bundle)
    random = torch.Generator().manual_seed(5)
    for name, values in made.generator.named_parameters():
        if name.endswith(".style"):
            values[:, -COUNT:] = 0.2 * torch.randn(values[:, -COUNT:].shape, generator=random)
    save_bundle(made, tiny_bundle_path)
    made = load_bundle(tiny_bundle_path)
    vectors = torch.zeros(2, *made.code_shape[1:])
    vectors[0, -COUNT], vectors[1, 0] = 1, 1
    sliders = [Direction("Lightness", vectors[0], -3.0, 1.5), Direction("Variation 1", vectors[1], -2.5, 2.5)]
    named = NamedStyles(dict.fromkeys(range(1, made.classes), sliders), {})
    write_named_styles(tiny_bundle_path / "styles.safetensors", named, made)
    return tiny_bundle_path


def detail(picture: np.ndarray) -> np.ndarray:
    gray = picture.astype(np.float32).mean(axis=2)
    return gray - cv2.GaussianBlur(gray, (0, 0), 1.5)


def test_a_slider_keeps_what_the_photo_shows(controlled: Path, open_studio: Callable, tmp_path: Path) -> None:
    studio = open_studio()
    frame = open_photo(studio, tmp_path / "me.png", draw_photo(48, 32))
    document = studio.document
    index = int(np.bincount(document.labels[document.labels > 0]).argmax())
    inside = cv2.erode((document.labels == index).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    studio.session.pick_class(index)
    lightness, variation = studio.session.directions(index)

    def moved(slider: object, to: float) -> np.ndarray:
        studio.session.move_slider(index, slider, to)
        studio.session.document.end_gesture()
        return studio.settle()

    assert studio.session.slider_position(index, lightness) == pytest.approx(0, abs=1e-5)
    adjusted = moved(lightness, 1.5)
    assert np.abs(adjusted.astype(int) - frame)[inside].mean() > 2
    assert np.corrcoef(detail(adjusted)[inside], detail(frame)[inside])[0, 1] > 0.8
    assert np.array_equal(moved(lightness, 0.0), frame)
    # The other numbers of a code are another style, which the network draws.
    other = studio.session.slider_position(index, variation)
    drawn = moved(variation, other + 2)
    assert np.corrcoef(detail(drawn)[inside], detail(frame)[inside])[0, 1] < 0.8
    # Variations keep what sliders were set to; the head of the row gives back what the photo has.
    moved(lightness, 1.0)
    styles, photos = studio.window.show_panel("styles"), studio.window.show_panel("photos")
    styles.make_variations()
    styles.use_variation(0)
    assert studio.session.slider_position(index, lightness) == pytest.approx(1, abs=1e-4)
    photos.table.verticalHeader().sectionClicked.emit(index)
    assert np.array_equal(document.codes, document.photo_codes)
    assert np.array_equal(studio.settle(), frame)

    # Pixels of another photo are adjusted as the photo's own are.
    height, width = document.labels.shape
    where = np.zeros((height, width), np.bool_)
    where[12:30, 6:22] = True
    document.begin_stroke("copied", "stamp")
    document.paint(Box(0, 0, height, width), where, index)
    document.lay(where, np.repeat(np.repeat(draw_photo(height, width)[:, ::-1], FINENESS, 0), FINENESS, 1))
    document.commit_stroke()
    laid, deep = studio.settle(), cv2.erode(where.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    adjusted = moved(lightness, 1.5)
    assert np.abs(adjusted.astype(int) - laid)[deep].mean() > 2
    assert np.corrcoef(detail(adjusted)[deep], detail(laid)[deep])[0, 1] > 0.8
    whole = studio.session.finished_frame().render()
    assert np.corrcoef(detail(whole)[deep], detail(adjusted)[deep])[0, 1] > 0.95
    assert np.array_equal(moved(lightness, 0.0), laid)
