"""What only ground of one colour would show is not computed; nothing that is seen depends on it, and it comes back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.engine import Renderer, fused
from model.engine.plan import Plan
from tests.unit.model.engine_edits import Person, Request, tiny_generator

HEIGHT, WIDTH = 64, 48


@pytest.fixture(scope="module", autouse=True)
def kernels_are_wanted() -> Iterator[None]:
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMIS_COMPILED", "1")
        yield


def artist_on_ground() -> Person:
    """Somebody whose map is ground but for a block in a corner, which has been rendered by kernels."""
    assert fused.load() is not None
    generator = tiny_generator("ours")
    artist = Person(generator, Renderer(generator, "cpu", "float32"), np.random.default_rng(0), size=(HEIGHT, WIDTH))
    artist.request = Request(block(np.zeros((HEIGHT, WIDTH), np.uint8), 2, 3, 14, 1), artist.request.codes, None)
    artist.look()
    return artist


def block(labels: NDArray[np.uint8], top: int, left: int, side: int, value: int) -> NDArray[np.uint8]:
    labels = labels.copy()
    labels[top : top + side, left : left + side] = value
    return labels


@torch.inference_mode()
def spoil_what_is_not_seen(artist: Person) -> list[int]:
    """Overwrite all values of the fine levels that nobody sees; returns how many pixels of each level these were."""
    (plan,) = artist.renderer._plans.values()
    assert isinstance(plan, Plan)
    spoilt = []
    for level in plan.levels[-3:]:
        seen = level._seen
        assert seen.out is not None and seen.middle is not None and seen.drawn is not None
        out, middle, drawn = (torch.from_numpy(mask == 0) for mask in (seen.out, seen.middle, seen.drawn))
        level.out[out], level._y[middle] = 3.0, -3.0
        if level.rgb is not None:
            level.rgb[:, drawn] = 3.0
        spoilt.append(int(out.sum()))
    return spoilt


def test_nothing_that_is_seen_depends_on_the_rest() -> None:
    artist = artist_on_ground()
    for class_number in (1, 2):
        assert spoil_what_is_not_seen(artist)[-1] > HEIGHT * WIDTH // 2
        codes = artist.request.codes.clone()
        codes[class_number] += 1
        artist.request = Request(artist.request.labels, codes, None)
        artist.look(preview=True)
        artist.look()


@settings(max_examples=40, deadline=None)
@given(
    dabs=st.lists(
        st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), st.integers(1, 9), st.integers(0, 3)),
        min_size=1,
        max_size=3,
    ),
    preview=st.booleans(),
)
def test_what_is_painted_over_ground_comes_back(dabs: list[tuple[int, int, int, int]], preview: bool) -> None:
    artist = artist_on_ground()
    spoil_what_is_not_seen(artist)
    for top, left, side, value in dabs:
        labels = block(artist.request.labels, top, left, side, value)
        artist.request = Request(labels, artist.request.codes, None)
        if preview:
            artist.look(preview=True)
    artist.look()


def test_ground_costs_no_patches() -> None:
    artist = artist_on_ground()
    (plan,) = artist.renderer._plans.values()
    top = plan.levels[-1]
    assert not top.out[HEIGHT // 2 :].any()
    assert top.out[4:12, 4:12].any()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 999), steps=st.integers(1, 4))
def test_what_comes_into_sight_is_drawn_on_every_level(seed: int, steps: int) -> None:
    """Single pixels on both sides of ground are enough for all outputs between them, and for no picture there."""
    artist, random = artist_on_ground(), np.random.default_rng(seed)
    for _ in range(steps):
        labels = artist.request.labels.copy()
        rows, columns = random.integers(0, HEIGHT, 3), random.integers(0, WIDTH, 3)
        labels[rows, columns] = random.integers(0, 3)
        artist.request = Request(labels, artist.request.codes, None)
        spoil_what_is_not_seen(artist)
        artist.look()
