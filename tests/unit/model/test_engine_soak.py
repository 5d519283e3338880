"""`make soak`: thousands of random edits in one run, every exact frame checked. Not part of `make test`."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from model.engine import Renderer, fused
from tests.unit.model.engine_edits import ALL_KINDS, EDITS, Person, tiny_generator

WANTED = int(os.environ.get("SMIS_SOAK", "0"))


@pytest.fixture(scope="module", autouse=True)
def kernels_are_wanted() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMIS_COMPILED", "1")
        yield


@pytest.mark.skipif(not WANTED, reason="run by `make soak` alone")
@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_never_a_stale_cache(kind: str) -> None:
    torch.set_num_threads(1)
    assert fused.load() is not None
    generator = tiny_generator(kind)
    random = np.random.default_rng(int(os.environ.get("SMIS_SOAK_SEED", "0")))
    artist = Person(generator, Renderer(generator, "cpu", "float32"), random)
    artist.look()
    for _ in range(-(-WANTED // len(ALL_KINDS))):
        # Several levels of 2 to 11 checks each: most of these cancel somewhere in the middle.
        cancel_after = int(random.integers(0, 40)) if random.random() < 0.4 else None
        # The steps between the convolutions change over between frames, as they do when the kernels are there.
        artist.renderer.compiled = "never" if random.random() < 0.1 else "loaded"
        artist.step(str(random.choice(EDITS)), bool(random.random() < 0.5), cancel_after)
    assert artist.look().exact
