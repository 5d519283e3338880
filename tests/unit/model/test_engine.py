from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.engine import Renderer
from tests.unit.model.engine_edits import EDITS, KINDS, Person, as_pixels, from_scratch, tiny_generator

step = st.tuples(st.sampled_from(EDITS), st.booleans(), st.one_of(st.none(), st.integers(0, 30)))


def person(kind: str, seed: int = 0, precision: str = "float32", **options: int) -> Person:
    torch.set_num_threads(1)
    generator = tiny_generator(kind, seed)
    return Person(generator, Renderer(generator, "cpu", precision, **options), np.random.default_rng(seed))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**16), steps=st.lists(step, min_size=1, max_size=7))
def test_every_exact_frame_is_the_plain_modules(
    kind: str, seed: int, steps: list[tuple[str, bool, int | None]]
) -> None:
    artist = person(kind, seed)
    artist.look()
    for edit, preview, cancel_after in steps:
        artist.step(edit, preview, cancel_after)
    assert artist.look().exact


@pytest.mark.parametrize("kind", KINDS)
def test_cancelled_at_every_check_then_something_else(kind: str) -> None:
    artist = person(kind)
    checks = 0

    def count() -> bool:
        nonlocal checks
        checks += 1
        return False

    artist.look(cancelled=count)
    assert checks >= 2 * len(artist.generator.blocks)
    for number in range(checks):
        artist.step("dab_and_code", preview=number % 3 == 0, cancel_after=number)
        artist.step("dab", preview=number % 2 == 0, cancel_after=None)


@pytest.mark.parametrize("kind", KINDS)
def test_bfloat16_is_close(kind: str) -> None:
    artist = person(kind, precision="bfloat16", seed=3)
    artist.tolerance = 0.2
    for edit in ("dab", "one_code", "all_codes", "far_dabs"):
        artist.edit(edit)
        frame = artist.renderer.render(artist.request.labels, artist.request.codes, instances=artist.request.instances)
        error = frame.pixels - as_pixels(from_scratch(artist.generator, artist.request)).astype(np.float64)
        assert 10 * np.log10(255**2 / np.mean(error**2)) >= 45
