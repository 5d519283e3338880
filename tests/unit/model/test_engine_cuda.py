"""What runs on CUDA, as far as a machine without it can tell: on tensors without values, in half on the CPU, and with
graphs that are replayed by calling what they recorded."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from model.engine import Renderer, graphs, grouped_conv
from model.engine.captured import WholeFramePlan
from model.engine.grouped_conv import GroupedConv
from model.engine.precision import choose_precision
from model.engine.renderer import AnyPlan
from model.engine.whole_frame import WholeFrameNetwork
from model.groupdnet import Generator
from tests.unit.model.engine_edits import ALL_KINDS, EDITS, KINDS, Person, as_pixels, from_scratch, tiny_generator
from tests.unit.model.test_engine_graphs import invalidated

CPU = torch.device("cpu")
# Tensors there have shapes, strides and formats, but no values.
FAR = torch.device("meta")
# Operators that wait for the device, have outputs of a size that depends on values, or bring values from the host.
WAITING = {
    *("_local_scalar_dense", "is_nonzero", "equal", "nonzero", "nonzero_static", "masked_select", "bincount", "histc"),
    *("unique", "_unique", "_unique2", "unique_dim", "unique_consecutive", "repeat_interleave"),
    *("lift", "lift_fresh", "lift_fresh_copy"),
}


class CaptureRules(TorchDispatchMode):
    """Refuses what cannot be recorded in a CUDA graph, and convolutions that would have to change a layout first."""

    def __init__(self) -> None:
        super().__init__()
        self.launched: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.overloadpacket.__name__
        given = [value for value in tree_leaves((args, kwargs)) if isinstance(value, Tensor)]
        assert name not in WAITING, f"{func} waits for the device"
        if name in ("index", "index_put", "index_put_", "_index_put_impl_"):
            assert all(tensor.dtype != torch.bool for tensor in given[1:]), f"{func} by a mask waits for the device"
        if name == "convolution":
            for tensor in given[:2]:
                assert tensor.is_contiguous(memory_format=torch.channels_last), f"{tuple(tensor.shape)} is copied first"
        made = func(*args, **(kwargs or {}))
        for tensor in [*given, *(leaf for leaf in tree_leaves(made) if isinstance(leaf, Tensor))]:
            assert tensor.device == FAR, f"{func} has to do with {tensor.device}"
        if not func.is_view:
            self.launched.append(name)
        return made


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_nothing_that_is_recorded_waits_for_the_device_or_copies_a_layout(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouped_conv, "_capturing", lambda: True)
    generator = tiny_generator(kind)
    config = generator.config
    network = WholeFrameNetwork(generator, FAR, torch.float16)
    noise = network.noise(32, 24)
    labels = torch.zeros(32, 24, dtype=torch.uint8, device=FAR)
    codes = torch.zeros(config.classes, config.code_channels, 1, 1, device=FAR)
    edges = labels.bool()
    with torch.no_grad(), CaptureRules() as first:
        levels = network.maps(labels, edges, noise)
    with torch.no_grad(), CaptureRules() as second:
        picture, finite = network.draw(levels, codes, labels)
    assert first.launched
    assert second.launched
    assert (picture.shape, picture.dtype) == ((3, 32, 24), torch.float32)
    assert finite.shape == ()
    for level in levels:
        grids = [grid for maps in level.maps for grid in maps] + ([] if level.added is None else [level.added])
        assert all(grid.is_contiguous(memory_format=torch.channels_last) for grid in grids)
        assert all(grid.dtype == torch.float16 for grid in (*grids, level.styled))


def on_cpu(generator: Generator, dtype: torch.dtype) -> Callable[[int, int], AnyPlan]:
    """What makes plans of whole frames on the CPU."""
    return partial(WholeFramePlan, WholeFrameNetwork(generator, CPU, dtype))


@pytest.mark.parametrize("kind", KINDS)
def test_half_precision_is_close(kind: str) -> None:
    torch.set_num_threads(1)
    generator = tiny_generator(kind, 3)
    artist = Person(generator, Renderer(generator, "cpu", "float32", compiled="never"), np.random.default_rng(3))
    artist.renderer._make_plan = on_cpu(generator, torch.float16)
    for edit in ("nothing", "dab", "one_code", "all_codes", "other_size"):
        artist.edit(edit)
        request = artist.request
        frame = artist.renderer.render(request.labels, request.codes, instances=request.instances)
        error = frame.pixels - as_pixels(from_scratch(generator, request)).astype(np.float64)
        assert 10 * np.log10(255**2 / np.mean(error**2)) >= 45


class ReplayedGraphs:
    """In place of CUDA's graphs: steps are recorded into tensors of their own, and a replay writes to those again."""

    def __init__(self) -> None:
        self.recorded = self.replayed = 0

    def record(
        self, device: torch.device, steps: tuple[Callable[[], None], ...], release: Callable[[], None]
    ) -> tuple[list[Callable[[], None]], int]:
        plan: Any = steps[0].__self__  # type: ignore[attr-defined]
        self.recorded += 1
        release()
        for step in steps:
            step()
        fixed = self._outputs(plan)

        def replay(step: Callable[[], None]) -> None:
            self.replayed += 1
            levels, picture, pixels = plan._levels, plan._picture, plan._bytes
            step()
            for into, made in zip(fixed, self._outputs(plan), strict=True):
                into.copy_(made)
            plan._levels, plan._picture, plan._bytes = levels, picture, pixels

        return [partial(replay, step) for step in steps], 1000

    @staticmethod
    def _outputs(plan: WholeFramePlan) -> list[Tensor]:
        grids = [grid for level in plan._levels for maps in level.maps for grid in maps]
        grids += [level.styled for level in plan._levels]
        grids += [level.added for level in plan._levels if level.added is not None]
        return [*grids, plan._picture, plan._bytes]


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> ReplayedGraphs:
    made = ReplayedGraphs()
    monkeypatch.setattr("model.engine.captured.record", made.record)
    return made


def recording(make: Callable[[int, int], AnyPlan], height: int, width: int) -> AnyPlan:
    plan = make(height, width)
    assert isinstance(plan, WholeFramePlan)
    plan._recordable = True
    return plan


@pytest.mark.parametrize("kind", KINDS)
def test_replayed_steps_read_and_write_the_same_tensors(kind: str, replayed: ReplayedGraphs) -> None:
    """Whatever comes between two replays, a frame is what a fresh network draws."""
    torch.set_num_threads(1)
    generator = tiny_generator(kind, 2)
    artist = Person(generator, Renderer(generator, "cpu", "float32", compiled="never"), np.random.default_rng(2))
    artist.renderer._make_plan = partial(recording, on_cpu(generator, torch.float32))
    edits = ("nothing", "dab", "one_code", "other_size", "undo", "all_codes", "new_map", "dab_and_code", "nothing")
    for number, edit in enumerate(edits):
        artist.step(edit, preview=number % 2 == 0, cancel_after=0 if number == 4 else None)
        artist.look()
    assert replayed.replayed > replayed.recorded > 0


def test_a_new_style_replays_the_picture_alone(replayed: ReplayedGraphs) -> None:
    generator = tiny_generator("ours")
    artist = Person(generator, Renderer(generator, "cpu", "float32", compiled="never"), np.random.default_rng(0))
    artist.renderer._make_plan = partial(recording, on_cpu(generator, torch.float32))
    artist.look()
    for edit, replays in (("one_code", 1), ("nothing", 0), ("new_map", 2)):
        before = replayed.replayed
        artist.edit(edit)
        artist.look()
        assert replayed.replayed == before + replays


def test_steps_that_cannot_be_recorded_are_run(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise graphs.GraphsUnavailable("operation not permitted when stream is capturing")

    monkeypatch.setattr("model.engine.captured.record", refuse)
    generator = tiny_generator("ours")
    artist = Person(generator, Renderer(generator, "cpu", "float32", compiled="never"), np.random.default_rng(0))
    artist.renderer._make_plan = partial(recording, on_cpu(generator, torch.float32))
    with caplog.at_level("WARNING"):
        for edit in ("nothing", "dab", "one_code"):
            artist.edit(edit)
            assert artist.look().exact
    assert len(caplog.records) == 1


class _Failing:
    """A maker of plans that fails so many times, as CUDA does."""

    def __init__(self, renderer: Renderer, errors: list[Exception]) -> None:
        self.errors, self._make = errors, renderer._make_plan

    def __call__(self, height: int, width: int) -> AnyPlan:
        if self.errors:
            raise self.errors.pop(0)
        return self._make(height, width)


@pytest.mark.parametrize(
    ("errors", "device", "told"),
    [
        ([RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED")], "cuda", ""),
        ([invalidated(), invalidated()], "cpu", "out of memory"),
        ([RuntimeError("CUDA error: no kernel image is available for execution on the device")], "cpu", "no kernel"),
    ],
)
def test_what_fails_on_a_device_costs_no_edit(errors: list[Exception], device: str, told: str) -> None:
    torch.set_num_threads(1)
    generator = tiny_generator("ours")
    artist = Person(generator, Renderer(generator, "cpu", "float32", compiled="never"), np.random.default_rng(0))
    artist.look()
    artist.renderer.device = torch.device("cuda")
    artist.renderer._plans.clear()
    artist.renderer._make_plan = _Failing(artist.renderer, errors)
    artist.step("dab", preview=True, cancel_after=None)
    assert artist.renderer.device.type == device
    assert told in artist.renderer.notice
    assert bool(told) == bool(artist.renderer.notice)


def test_a_device_that_has_no_room_for_the_network_is_left_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Renderer, device: torch.device, precision: str) -> None:
        self.device = device
        if device.type == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory.")
        use(self, device, precision)

    use = Renderer._use
    monkeypatch.setattr(Renderer, "_use", refuse)
    monkeypatch.setattr("model.engine.renderer.choose_device", torch.device)
    renderer = Renderer(tiny_generator("ours"), "cuda", "float16")
    assert renderer.device.type == "cpu"
    assert "out of memory" in renderer.describe()


@pytest.mark.parametrize(("capability", "expected"), [((6, 1), torch.float32), ((9, 0), torch.float16)])
def test_half_is_chosen_where_it_is_faster(
    capability: tuple[int, int], expected: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert choose_precision("auto", torch.device("cuda")) == expected


def test_the_memory_of_a_failed_attempt_is_let_go_before_the_next_one() -> None:
    """An error holds what the frames it came through hold."""
    renderer = Renderer(tiny_generator("ours"), "cpu", "float32")
    renderer.device = torch.device("cuda")
    held: list[Any] = []
    alive: list[int] = []

    class Large:
        def __del__(self) -> None:
            alive.pop()

    def attempt() -> str:
        alive.append(1)
        large = Large()
        if not held:
            held.append(id(large))
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return f"{len(alive)} alive"

    assert renderer._surviving(attempt) == "1 alive"


def test_values_beyond_half_go_on_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    generator = tiny_generator("deepfashion")
    with torch.no_grad():
        generator.fc.bias.add_(1e6)
        for block in generator.blocks:
            block.norm_0.norm.running_mean.add_(1e6)
            block.norm_0.norm.running_var.fill_(1e9)
    artist = Person(generator, Renderer(generator, "cpu", "float32", compiled="never"), np.random.default_rng(0))
    artist.tolerance = 1e-3
    use = artist.renderer._use
    used: list[tuple[str, str]] = []

    def noted(device: torch.device, precision: str) -> None:
        used.append((device.type, precision))
        use(CPU, precision)

    monkeypatch.setattr(artist.renderer, "_use", noted)
    artist.renderer.device = torch.device("cuda")
    artist.renderer._make_plan = on_cpu(generator, torch.float16)
    assert artist.look().exact
    assert used == [("cuda", "float32")]
    assert "Half" in artist.renderer.notice


@pytest.mark.parametrize(("kernel", "bias"), [(3, True), (3, False), (1, True)])
def test_groups_apart_are_groups_together(kernel: int, bias: bool) -> None:
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(12, 20, kernel, padding=kernel // 2, groups=4, bias=bias)
    conv = GroupedConv(layer.weight, layer.bias, 4, CPU, torch.float32)
    x = torch.randn(1, 12, 7, 5).to(memory_format=torch.channels_last)
    with torch.inference_mode():
        expected = layer(x)
        for made in (conv(x), conv.together(x), conv.apart(x)):
            assert torch.allclose(made, expected, atol=1e-5)
            assert made.is_contiguous(memory_format=torch.channels_last)


def test_the_faster_way_is_found_once_for_each_size(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def milliseconds(way: Any, x: Tensor) -> float:
        tried.append(way.__name__)
        return 1.0 if way.__name__ == "apart" else 2.0

    monkeypatch.setattr(grouped_conv, "_milliseconds", milliseconds)
    monkeypatch.setattr(grouped_conv, "_capturing", lambda: False)
    conv = GroupedConv(torch.randn(8, 2, 3, 3), None, 4, FAR, torch.float16)
    for side in (4, 4, 8):
        conv(torch.empty(1, 8, side, side, device=FAR, dtype=torch.float16))
    assert tried == ["apart", "together"] * 2


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_frame_of_a_device_is_the_plain_modules(kind: str) -> None:
    generator = tiny_generator(kind, 1)
    artist = Person(generator, Renderer(generator, "cuda", "float32"), np.random.default_rng(1))
    for edit in EDITS:
        artist.step(edit, preview=True, cancel_after=0 if edit == "noise" else None)
        assert artist.look().exact
    half = Renderer(generator, "cuda", "float16")
    request = artist.request
    frame = half.render(request.labels, request.codes, instances=request.instances)
    error = frame.pixels - as_pixels(from_scratch(generator, request)).astype(np.float64)
    assert 10 * np.log10(255**2 / np.mean(error**2)) >= 45
    for renderer in (artist.renderer, half):
        assert renderer.device.type == "cuda"
        assert not renderer.notice
        assert all(plan._replays for plan in renderer._plans.values() if isinstance(plan, WholeFramePlan))
