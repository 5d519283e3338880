"""A learned base, which has no variance: the renderer must not lose it in rounding."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from model.engine import Renderer
from model.engine.bench_inputs import random_generator
from model.engine.captured import WholeFramePlan
from model.engine.centred_base import with_centred_base
from model.engine.whole_frame import WholeFrameNetwork
from model.groupdnet import Generator
from tests.unit.model.engine_edits import Person, as_pixels, from_scratch, tiny_config, tiny_generator


def calibrated(seed: int) -> Generator:
    """A network whose statistics are those of a picture: none of its base varies, and little of what comes next."""
    return random_generator(tiny_config("ours"), 64, 48, seed)


@pytest.mark.parametrize("seed", [0, 1])
def test_frames_are_the_plain_modules_where_nothing_varies(seed: int) -> None:
    torch.set_num_threads(1)
    generator = calibrated(seed)
    assert float(generator.blocks[0].norm_0.norm.running_var.max()) < 1e-6
    artist = Person(generator, Renderer(generator, "cpu", "float32", compiled="never"), np.random.default_rng(seed))
    artist.tolerance = 3e-5
    for edit in ("nothing", "dab", "one_code", "new_map", "all_codes"):
        artist.step(edit, preview=True, cancel_after=None)


def test_half_keeps_what_does_not_vary() -> None:
    torch.set_num_threads(1)
    generator = calibrated(2)
    artist = Person(generator, Renderer(generator, "cpu", "float32", compiled="never"), np.random.default_rng(2))
    network = WholeFrameNetwork(with_centred_base(generator), torch.device("cpu"), torch.float16)
    artist.renderer._make_plan = partial(WholeFramePlan, network)
    for edit in ("nothing", "new_map", "all_codes"):
        artist.edit(edit)
        request = artist.request
        frame = artist.renderer.render(request.labels, request.codes)
        error = frame.pixels - as_pixels(from_scratch(generator, request)).astype(np.float64)
        assert 10 * np.log10(255**2 / np.mean(error**2)) >= 40


@pytest.mark.parametrize("norm", [True, False])
@pytest.mark.parametrize("width", [8, 16])
def test_a_centred_base_changes_no_picture(norm: bool, width: int) -> None:
    config = tiny_config("ours")
    first, second, *rest = config.blocks
    first = replace(first, out_channels=width, shortcut_norm=norm)
    config = replace(config, blocks=(first, replace(second, in_channels=width), *rest))
    torch.manual_seed(3)
    generator = Generator(config).eval().double()
    generator.blocks[0].norm_0.norm.running_mean.normal_()
    centred = with_centred_base(generator)
    assert centred is not generator
    labels = torch.randint(0, config.classes, (1, 32, 24))
    codes = torch.randn(1, config.classes, config.code_channels, 1, 1, dtype=torch.float64)
    with torch.no_grad():
        assert torch.allclose(centred(labels, codes), generator(labels, codes), atol=1e-10)


def test_a_network_with_codes_at_its_base_is_left_alone() -> None:
    generator = tiny_generator("laid")
    assert with_centred_base(generator) is generator
