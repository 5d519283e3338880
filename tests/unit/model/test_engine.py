from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from functools import partial
from typing import Literal

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.engine import Renderer, fused, modulation_weights, parallel, tables, winograd
from model.engine.boxes import Box
from model.engine.captured import WholeFramePlan
from model.engine.compiled_windows import CompiledCoder
from model.engine.elementwise import Elementwise
from model.engine.folding import FoldedGenerator
from model.engine.renderer import AnyPlan
from model.engine.whole_frame import WholeFrameNetwork
from model.engine.windows import LevelWindows, WindowCoder
from model.engine.workspace import Workspace
from model.errors import UserError
from tests.unit.model.engine_edits import (
    ALL_KINDS,
    EDITS,
    KINDS,
    Person,
    Request,
    as_pixels,
    from_scratch,
    tiny_generator,
)

both_steps = pytest.mark.parametrize("steps", ["torch", "compiled"])
step = st.tuples(st.sampled_from(EDITS), st.booleans(), st.one_of(st.none(), st.integers(0, 30)))


@pytest.fixture(scope="module", autouse=True)
def kernels_are_wanted() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMIS_COMPILED", "1")
        yield


def person(
    kind: str, seed: int = 0, precision: str = "float32", steps: str = "torch", budget_bytes: int | None = None
) -> Person:
    """``steps``: what works between the convolutions, torch or the compiled kernels."""
    torch.set_num_threads(1)
    if steps == "compiled":
        assert fused.load() is not None
    generator = tiny_generator(kind, seed)
    compiled: Literal["never", "loaded"] = "loaded" if steps == "compiled" else "never"
    renderer = Renderer(generator, "cpu", precision, budget_bytes, compiled)
    return Person(generator, renderer, np.random.default_rng(seed))


@both_steps
@pytest.mark.parametrize("kind", ALL_KINDS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**16), edits=st.lists(step, min_size=1, max_size=6))
def test_every_exact_frame_is_the_plain_modules(
    kind: str, steps: str, seed: int, edits: list[tuple[str, bool, int | None]]
) -> None:
    artist = person(kind, seed, steps=steps)
    artist.look()
    for edit, preview, cancel_after in edits:
        artist.step(edit, preview, cancel_after)
    assert artist.look().exact


@pytest.mark.parametrize("kind", KINDS)
def test_steps_change_over_between_two_frames(kind: str) -> None:
    artist = person(kind, seed=4, steps="compiled")
    for number, edit in enumerate(("nothing", "dab", "one_code", "far_dabs", "dab_and_code", "undo", "edge_dab")):
        artist.renderer.compiled = "never" if number % 2 == 0 else "loaded"
        artist.step(edit, preview=number % 3 == 0, cancel_after=4 if number % 3 == 1 else None)
        artist.renderer.compiled = "loaded" if number % 2 == 0 else "never"
        artist.look()


@pytest.mark.parametrize("openmp", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_compiled_steps_on_two_threads(kind: str, openmp: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not openmp:
        monkeypatch.setattr(parallel, "_PARALLEL", None)
    artist = person(kind, seed=6, steps="compiled")
    torch.set_num_threads(2)
    try:
        artist.size = (96, 64)
        artist.request = artist._fresh()
        for edit in ("nothing", "big_dab", "all_codes", "noise"):
            artist.step(edit, preview=True, cancel_after=None)
    finally:
        torch.set_num_threads(1)


def test_kernels_are_loaded_after_the_first_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "_kernels", None)
    artist = person("ours", seed=8)
    artist.renderer.compiled = "soon"
    artist.look()
    for thread in threading.enumerate():
        if thread.name == "kernels":
            thread.join()
    assert fused.loaded() is not None
    artist.step("dab", preview=True, cancel_after=None)


def test_kernels_are_loaded_before_the_first_frame_and_only_where_they_are_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fused, "_kernels", None)
    monkeypatch.setenv("SMIS_COMPILED", "0")
    artist = person("ours", seed=8)
    artist.renderer.compiled = "first"
    artist.look()
    assert not artist.renderer.uses_kernels
    monkeypatch.setenv("SMIS_COMPILED", "1")
    artist.step("dab", preview=False, cancel_after=None)
    assert artist.renderer.uses_kernels


def test_without_numba_torch_does_the_work(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setitem(sys.modules, "model.engine.kernels", None)
    for name, value in (("_kernels", None), ("_failed", False)):
        monkeypatch.setattr(fused, name, value)
    with caplog.at_level("WARNING"):
        assert fused.load() is None
        assert fused.load() is None
    assert len(caplog.records) == 1
    artist = person("ours")
    artist.renderer.compiled = "soon"
    assert artist.look().exact


@both_steps
@pytest.mark.parametrize("kind", KINDS)
def test_cancelled_at_every_check_then_something_else(kind: str, steps: str) -> None:
    artist = person(kind, steps=steps)
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


@pytest.mark.parametrize("kind", KINDS)
def test_whole_frames_are_the_plain_modules(kind: str) -> None:
    """What CUDA runs, run here without graphs."""
    artist = person(kind, seed=5)
    network = WholeFrameNetwork(artist.generator, torch.device("cpu"), torch.float32)
    artist.renderer._make_plan = partial(WholeFramePlan, network)
    for edit in ("nothing", "dab", "one_code", "other_size", "undo", "dab_and_code", "new_map"):
        artist.step(edit, preview=edit != "undo", cancel_after=0 if edit == "dab" else None)
        assert artist.look().exact


@both_steps
@pytest.mark.parametrize("kind", KINDS)
def test_previews_stay_close_inside_their_boxes(kind: str, steps: str) -> None:
    artist = person(kind, seed=1, steps=steps)
    artist.size = (96, 96)
    artist.request = artist._fresh()
    artist.look()
    for edit in ("dab", "one_code", "dab", "dab_and_code", "far_dabs"):
        artist.edit(edit)
        preview = artist.look(preview=True)
        exact = artist.look()
        for top, left, bottom, right in preview.boxes:
            error = preview.pixels[top:bottom, left:right].astype(float) - exact.pixels[top:bottom, left:right]
            assert np.mean(error**2) <= 255**2 / 10**3.2


@both_steps
def test_strokes_far_apart_are_previewed_in_boxes_of_their_own(steps: str) -> None:
    artist = person("ours", seed=1, steps=steps)
    artist.size = (128, 128)
    artist.request = artist._fresh()
    artist.look()
    labels = artist.request.labels.copy()
    labels[4:12, 4:12] = (labels[4:12, 4:12] + 1) % 4
    labels[-12:-4, -12:-4] = (labels[-12:-4, -12:-4] + 1) % 4
    artist.request = Request(labels, artist.request.codes, None)
    frame = artist.look(preview=True)
    assert not frame.exact
    assert len(frame.boxes) == 2
    assert sum(box.area for box in frame.boxes) < frame.box.area / 8
    assert artist.look().exact


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**16), edits=st.lists(st.sampled_from(EDITS), min_size=1, max_size=5))
def test_bfloat16_previews_end_in_the_frame_of_a_fresh_renderer(kind: str, seed: int, edits: list[str]) -> None:
    """Rounding hides no stale value: what previews left behind is computed again."""
    artist = person(kind, seed, precision="bfloat16")
    artist.renderer.render(artist.request.labels, artist.request.codes, instances=artist.request.instances)
    for edit in edits:
        artist.edit(edit)
        request = artist.request
        for preview in (True, False):
            frame = artist.renderer.render(request.labels, request.codes, instances=request.instances, preview=preview)
        fresh = Renderer(artist.generator, "cpu", "bfloat16")
        expected = fresh.render(request.labels, request.codes, instances=request.instances)
        assert frame.exact
        # The order of sums differs with the shape of a convolution, and so do last bits here and there.
        error = frame.pixels.astype(float) - expected.pixels
        assert np.mean(error**2) <= 255**2 / 10**4.2


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "ours"])
def test_tables_are_the_same_however_they_are_made(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernels = fused.load()
    assert kernels is not None
    scratch = Workspace(torch.float32)
    modulation = FoldedGenerator(tiny_generator(kind)).blocks[1].modulation
    windows = LevelWindows(40, 40, FoldedGenerator(tiny_generator(kind)).symbols, 2)
    windows.symbols[...] = np.random.default_rng(1).integers(0, 3, (8, 8)).repeat(5, 0).repeat(5, 1)
    taps, outer = (torch.from_numpy(part) for part in windows.encode(Box(0, 0, 40, 40)))
    made = []
    torch_steps, compiled = Elementwise(scratch), fused.FusedElementwise(scratch, kernels)
    for share, maker in ((0.0, torch_steps), (1.0, torch_steps), (1.0, compiled), (0.0, torch_steps)):
        monkeypatch.setattr(modulation_weights, "_SHARED", share)
        level = tables.LevelTables(modulation)
        level.append(taps, outer, torch.zeros(8, 2), maker)
        made.append([table.rows for table in level.tables])
    for rows in zip(*made, strict=True):
        assert all(torch.allclose(own, rows[0], atol=1e-5) for own in rows[1:])


def test_a_long_drag_of_previews_ends_exact() -> None:
    artist = person("ours", seed=2)
    artist.look()
    for number in range(60):
        artist.edit(("dab", "one_code", "edge_dab", "undo")[number % 4])
        artist.look(preview=True)
    assert artist.look().exact


def test_undoing_a_preview_restores_the_exact_frame() -> None:
    artist = person("deepfashion")
    before = artist.look().pixels
    kept = artist.request
    artist.edit("big_dab")
    artist.look(preview=True)
    artist.request = kept
    assert np.array_equal(artist.look().pixels, before)


def test_the_frame_is_the_callers_own() -> None:
    artist = person("ours")
    frame = artist.look()
    frame.pixels[...] = 0
    artist.shown = None
    assert artist.look().pixels.any()


def test_caches_stay_within_their_budget() -> None:
    whole = person("ours")
    whole.look()
    budget = 3 * whole.renderer.cache_bytes
    artist = person("ours", budget_bytes=budget)
    for height in range(8, 160, 8):
        artist.size = (height, 24)
        artist.request = artist._fresh()
        artist.look()
        assert artist.renderer.cache_bytes <= max(budget, artist.renderer._workspace.nbytes)
    assert "dropped" in artist.renderer.describe()


def test_a_budget_of_nothing_still_renders() -> None:
    artist = person("cityscapes", budget_bytes=0)
    for edit in ("dab", "one_code", "dab"):
        artist.step(edit, preview=True, cancel_after=None)


class _OutOfMemory:
    """Fails as CUDA does, so many times, wherever the renderer makes a plan."""

    def __init__(self, renderer: Renderer, failures: int) -> None:
        self.left, self._make = failures, renderer._make_plan

    def __call__(self, height: int, width: int) -> AnyPlan:
        self.left -= 1
        if self.left >= 0:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return self._make(height, width)


@pytest.mark.parametrize(("failures", "device"), [(1, "cuda"), (2, "cpu")])
def test_out_of_memory_frees_caches_then_moves_to_the_cpu(failures: int, device: str) -> None:
    artist = person("ours")
    # This machine may have no CUDA; the renderer is only made to believe that it failed there.
    artist.renderer.device = torch.device("cuda")
    artist.renderer._make_plan = _OutOfMemory(artist.renderer, failures)
    assert artist.look().exact
    assert artist.renderer.device.type == device
    assert ("out of memory" in artist.renderer.describe()) == (device == "cpu")
    artist.step("dab", preview=True, cancel_after=None)


def test_requests_that_do_not_fit_are_refused() -> None:
    artist = person("ours")
    labels, codes = artist.request.labels, artist.request.codes
    for bad_labels, bad_codes, sentence in (
        (labels[:, :5], codes, "multiples of 8"),
        (np.full_like(labels, 4), codes, "class 4"),
        (labels.astype(np.int64), codes, "uint8"),
        (labels, codes[:2], "Class codes of shape"),
    ):
        with pytest.raises(UserError, match=sentence):
            artist.renderer.render(np.ascontiguousarray(bad_labels), bad_codes)
    assert artist.look().exact


def test_unknown_devices_and_precisions_are_refused() -> None:
    generator = tiny_generator("ours")
    for device, precision in (("tpu", "auto"), ("cpu", "int8"), ("cpu", "float16"), ("cuda:99", "auto")):
        with pytest.raises(UserError):
            Renderer(generator, device, precision)


@pytest.mark.parametrize("instructions", [True, False])
def test_bfloat16_on_a_cpu_is_a_choice_of_the_persons_and_shown(
    instructions: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.engine.precision.cpu_has_bfloat16", lambda: instructions)
    generator = tiny_generator("ours")
    assert Renderer(generator, "cpu").precision == torch.float32
    shown = Renderer(generator, "cpu", "bfloat16").describe()
    assert shown.startswith("CPU bfloat16,") if instructions else shown.startswith("CPU bfloat16 in software,")


def test_a_generator_in_training_is_refused() -> None:
    generator = tiny_generator("ours").train()
    with pytest.raises(ValueError, match="evaluation"):
        Renderer(generator, "cpu")


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 99),
    symbols=st.sampled_from((2, 5, 300)),
    first=st.sampled_from((0, 1)),
    sizes=st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=4),
)
def test_windows_are_numbered_as_in_python(seed: int, symbols: int, first: int, sizes: list[tuple[int, int]]) -> None:
    kernels = fused.load()
    assert kernels is not None
    compiled, python = CompiledCoder(kernels.number, kernels.fill_slots, first), WindowCoder(symbols, first)
    random = np.random.default_rng(seed)
    for height, width in sizes:
        # Runs of one symbol, as in a map, and now and then more windows than there was room for.
        grid = random.integers(0, symbols, (height + 2, width + 2), dtype=np.int32)
        grid = np.repeat(grid, int(random.integers(1, 5)), 1)[:, : width + 2]
        made = [np.empty((height, width), np.int32) for _ in range(2)]
        taps = [coder.encode(grid, into) for coder, into in zip((compiled, python), made, strict=True)]
        assert np.array_equal(*made)
        assert np.array_equal(*taps)
        assert compiled.count == python.count


@settings(max_examples=15, deadline=None)
@given(
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    groups=st.sampled_from((1, 2, 3)),
    inputs=st.integers(1, 4),
    outputs=st.integers(1, 4),
    tile=st.sampled_from((2, 4, 6)),
    seed=st.integers(0, 99),
)
def test_minimal_filtering_is_the_convolution(
    height: int, width: int, groups: int, inputs: int, outputs: int, tile: int, seed: int
) -> None:
    torch.manual_seed(seed)
    x = torch.randn(height + 2, width + 2, groups * inputs)
    weight, bias = torch.randn(groups * outputs, inputs, 3, 3), torch.randn(groups * outputs)
    direct = torch.nn.functional.conv2d(x.permute(2, 0, 1)[None], weight, bias, groups=groups)[0].permute(1, 2, 0)
    scratch = Workspace(torch.float32)
    patches = winograd.convolve(x, winograd.transform_weight(weight, groups, tile), bias, scratch.take)
    # The sums are of 36 products of size 1 at most.
    assert torch.allclose(patches, direct, atol=1e-4 if tile == 6 else 2e-5)


@both_steps
@pytest.mark.parametrize("most_stride", [(0, 0), (2, 0), (8, 1), (8, 4)])
@pytest.mark.parametrize("kind", KINDS)
def test_edits_with_minimal_filtering(
    kind: str, most_stride: tuple[int, int], steps: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tiny networks would not be wide enough for it by themselves."""
    for name in ("LEAST_INPUTS", "LEAST_OUTPUTS"):
        monkeypatch.setattr(winograd, name, 1)
    for name, stride in zip(("MOST_STRIDE", "MOST_STRIDE_LARGEST"), most_stride, strict=True):
        monkeypatch.setattr(winograd, name, stride)
    artist = person(kind, seed=7, steps=steps)
    for edit in ("nothing", "dab", "one_code", "other_size", "dab_and_code", "edge_dab", "new_map"):
        artist.step(edit, preview=True, cancel_after=None)
