"""The compiled kernels against torch's steps, at widths that tiny networks do not have."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from model.engine import fused, winograd
from model.engine.boxes import Box, Channels
from model.engine.elementwise import Elementwise
from model.engine.folding import FoldedConv, Ground
from model.engine.kernel_cache import is_compiled, kernel_folder
from model.engine.modulation_weights import FoldedModulation
from model.engine.parallel import Kernel
from model.engine.tables import LevelTables, ModulationTable
from model.engine.windows import LevelWindows
from model.engine.workspace import Workspace
from model.groupdnet.class_frame import ACROSS
from model.groupdnet.config import ModulationConfig
from model.groupdnet.modulation import ConditionalGroupNorm


@pytest.fixture(scope="module", autouse=True)
def kernels_are_wanted() -> Iterator[None]:
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMIS_COMPILED", "1")
        # Minimal filtering by the convolution's own weights, as in wide networks.
        patch.setattr(winograd, "LEAST_INPUTS", 1)
        patch.setattr(winograd, "LEAST_OUTPUTS", 1)
        yield


def both_steps() -> tuple[Elementwise, Elementwise]:
    kernels = fused.load()
    assert kernels is not None
    workspace = Workspace(torch.float32)
    return Elementwise(workspace), fused.FusedElementwise(workspace, kernels)


def norm(channels: int, classes: int, edges: bool, config: ModulationConfig) -> ConditionalGroupNorm:
    made = ConditionalGroupNorm(channels, 2 * classes if edges else classes, classes, 2, config)
    made.norm.running_mean = torch.randn(channels)
    made.norm.running_var = torch.rand(channels) + 0.3
    return made.eval()


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(1, 13),
    width=st.integers(1, 13),
    groups=st.sampled_from((1, 2, 3)),
    inputs=st.integers(1, 9),
    outputs=st.sampled_from((1, 7, 8, 16, 17, 24, 40)),
    stride=st.sampled_from((1, 8, 64)),
    added=st.sampled_from(("nothing", "even", "up")),
    seed=st.integers(0, 99),
)
def test_convolutions_of_any_width(
    height: int, width: int, groups: int, inputs: int, outputs: int, stride: int, added: str, seed: int
) -> None:
    torch.manual_seed(seed)
    layer = nn.Conv2d(groups * inputs, groups * outputs, 3, groups=groups)
    conv = FoldedConv(layer, torch.float32, stride)
    _, compiled = both_steps()
    first = seed % groups
    made = Channels(first * outputs, groups * outputs)
    box = Box(2, 1, 2 + height, 1 + width)
    rows, columns = compiled.room(conv, box, False)
    x = torch.zeros(rows + 2, columns + 2, groups * inputs)
    x[: height + 2, : width + 2] = torch.randn(height + 2, width + 2, groups * inputs)
    more = None
    if added != "nothing":
        halved = (-(-height // 2), -(-width // 2)) if added == "up" else (height, width)
        more = torch.randn(*halved, made.last - made.first)
    with torch.inference_mode():
        expected = layer(x.permute(2, 0, 1)[None])[0].permute(1, 2, 0)[:height, :width, made.first :]
        if more is not None:
            doubled = more.repeat_interleave(2, 0).repeat_interleave(2, 1) if added == "up" else more
            expected = expected + doubled[:height, :width]
        into = torch.full((height + 3, width + 3, groups * outputs), 7.0)
        # Once in the order of torch, once repacked for the kernels.
        for steps in both_steps() if added != "up" or height % 2 == width % 2 == 0 else (compiled,):
            part = x[:, :, conv.needs(made).first :].contiguous()
            steps.convolve(conv, part, made, more, added == "up", into, box)
            assert torch.allclose(into[2 : 2 + height, 1 : 1 + width, made.first :], expected, atol=3e-5)
        into[2 : 2 + height, 1 : 1 + width, made.first :] = 7.0
        assert bool((into == 7.0).all())


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(1, 14),
    width=st.integers(1, 14),
    top=st.integers(0, 3),
    left=st.integers(0, 3),
    bottom=st.integers(0, 3),
    right=st.integers(0, 3),
    groups=st.sampled_from((1, 2)),
    share=st.sampled_from((0.0, 0.03, 0.3)),
    seed=st.integers(0, 99),
)
def test_convolutions_of_upsampled_inputs_leave_out_what_vanishes(
    height: int, width: int, top: int, left: int, bottom: int, right: int, groups: int, share: float, seed: int
) -> None:
    """Boxes of a doubled grid whose windows are mostly alike; at every pixel of another window is another input."""
    torch.manual_seed(seed)
    layer = nn.Conv2d(5 * groups, 8 * groups, 3, groups=groups, padding=1)
    conv, (_, compiled) = FoldedConv(layer, torch.float32, 1), both_steps()
    grid = 2 * (height + top + bottom), 2 * (width + left + right)
    windows = (torch.rand(grid) < share).int()
    doubled = torch.randn(grid[0] // 2, grid[1] // 2, 5 * groups).repeat_interleave(2, 0).repeat_interleave(2, 1)
    x = doubled * (1 + windows[..., None])
    box = Box(2 * top, 2 * left, 2 * (top + height), 2 * (left + width))
    rows, columns = compiled.room(conv, box, False)
    part = torch.zeros(rows + 2, columns + 2, 5 * groups)
    around = nn.functional.pad(x, (0, 0, 1, 1, 1, 1))[box.top : box.bottom + 2, box.left : box.right + 2]
    part[: around.shape[0], : around.shape[1]] = around
    into = torch.zeros(*grid, 8 * groups)
    with torch.inference_mode():
        expected = layer(x.permute(2, 0, 1)[None])[0].permute(1, 2, 0)
        compiled.convolve(conv, part, Channels(0, 8 * groups), None, False, into, box, windows)
    inside = slice(box.top, box.bottom), slice(box.left, box.right)
    assert torch.allclose(into[inside], expected[inside], atol=3e-5)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.integers(1, 5),
    columns=st.integers(1, 9),
    groups=st.sampled_from((1, 2, 4)),
    inputs=st.integers(1, 9),
    outputs=st.sampled_from((3, 8, 16, 24)),
    windows=st.integers(1, 4),
    seed=st.integers(0, 99),
)
def test_shortcuts_with_a_modulation(
    rows: int, columns: int, groups: int, inputs: int, outputs: int, windows: int, seed: int
) -> None:
    """Pixels of few windows, so that some fours of them are one and some are not."""
    torch.manual_seed(seed)
    conv = FoldedConv(nn.Conv2d(groups * inputs, groups * outputs, 1, groups=groups, bias=False), torch.float32, 1)
    table = ModulationTable(
        FoldedModulation([norm(groups * inputs, 4, False, ModulationConfig(4))], False).norms[0], False
    )
    table.append(torch.randn(windows, 2 * groups * inputs), torch.zeros(windows, dtype=torch.int64), torch.empty(0))
    x = torch.randn(rows + 1, columns + 2, groups * inputs)
    index = torch.randint(0, windows, (2 * rows + 2, 2 * columns + 4), dtype=torch.int32)
    made = Channels(seed % groups * outputs, groups * outputs)
    box = Box(2, 4, 2 * rows + 2, 2 * columns + 4)
    results = [steps.modulated_shortcut(conv, x, box, made, True, table, index).clone() for steps in both_steps()]
    assert torch.allclose(*results, atol=1e-5)


@settings(max_examples=15, deadline=None)
@given(
    classes=st.sampled_from((4, 6)),
    shared=st.sampled_from((1, 2, "classes")),
    groups=st.sampled_from((1, 2)),
    channels=st.sampled_from((1, 5, 8, 16, 20, 40)),
    edges=st.booleans(),
    seed=st.integers(0, 99),
)
def test_rows_of_wide_windows(
    classes: int, shared: int | str, groups: int, channels: int, edges: bool, seed: int
) -> None:
    torch.manual_seed(seed)
    config = ModulationConfig(3 * classes * 2, classes if shared == "classes" else int(shared), groups)
    norms = [norm(groups * channels, classes, edges, config), norm(2 * groups, classes, edges, config)]
    modulation = FoldedModulation(norms, edges)
    symbols = classes * modulation.symbols_per_class
    windows = LevelWindows(24, 20, symbols, 2)
    random = np.random.default_rng(seed)
    made = [LevelTables(modulation) for _ in range(2)]
    # A new map, and a stroke on it.
    for number, box in enumerate((Box(0, 0, 24, 20), Box(5, 6, 9, 12))):
        grid = random.integers(0, symbols, (6, 5)).repeat(4, 0).repeat(4, 1) if number == 0 else symbols - 1
        windows.symbols[box.top : box.bottom, box.left : box.right] = grid
        inner, outer = (torch.from_numpy(part) for part in windows.encode(box))
        for tables, steps in zip(made, both_steps(), strict=True):
            tables.append(inner, outer, torch.empty(0), steps)
    for own, compiled in zip(*(tables.tables for tables in made), strict=True):
        assert torch.allclose(own.rows, compiled.rows, atol=1e-5)


@settings(max_examples=15, deadline=None)
@given(height=st.integers(1, 9), width=st.integers(1, 9), channels=st.sampled_from((3, 8, 20)), seed=st.integers(0, 99))
def test_places_in_classes(height: int, width: int, channels: int, seed: int) -> None:
    torch.manual_seed(seed)
    fixed = torch.randn(height, width, channels)
    of_row, of_column = torch.randn(height, ACROSS, channels), torch.randn(width, ACROSS)
    masks = np.random.default_rng(seed).random((3, height, width)) < 0.4
    expected = torch.einsum("rjc,wj->rwc", of_row, of_column)
    for steps in both_steps():
        added, before = fixed.clone(), np.zeros((height, width), bool)
        for now in masks:
            steps.place(added, fixed, before, now, of_row, of_column)
            before = now
        wanted = fixed + torch.from_numpy(before)[..., None] * expected
        assert torch.allclose(added, wanted, atol=1e-5)


@settings(max_examples=15, deadline=None)
@given(height=st.integers(2, 9), width=st.integers(2, 40), plain=st.booleans(), seed=st.integers(0, 99))
def test_bytes_of_the_picture(height: int, width: int, plain: bool, seed: int) -> None:
    random = np.random.default_rng(seed)
    rgb = torch.from_numpy(random.normal(0, 2, (3, height, width)).astype(np.float32))
    symbols = random.integers(0, 6, (height, width)).astype(np.int16)
    # A class with instance edges has two symbols.
    ground = Ground(2, 3, (200, 7, 0)) if plain else None
    top, left = int(random.integers(0, height - 1)), int(random.integers(0, width - 1))
    box = Box(top, left, height, width)
    by_torch, compiled = (np.full((height, width, 3), 9, np.uint8) for _ in range(2))
    for steps, pixels in zip(both_steps(), (by_torch, compiled), strict=True):
        steps.grey(rgb, box, pixels, symbols, ground)
    assert np.abs(by_torch.astype(int) - compiled).max() <= 1
    assert (compiled[:top] == 9).all() and (compiled[:, :left] == 9).all()
    if ground is not None:
        inside = compiled[top:, left:]
        own = symbols[top:, left:] // 2 == 1
        assert (inside[own] == ground.colour).all()


def test_kernels_are_compiled_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiling = importlib.import_module("model.engine.kernels.compiling")
    (tmp_path / "file").touch()
    monkeypatch.setattr(compiling, "_FOLDER", tmp_path / "file" / "below")
    assert not compiling._can_keep()
    monkeypatch.setattr(compiling, "_KEPT", False)

    def double(a: Any) -> None:
        a[2] = 2 * a[2]

    assert Kernel(compiling.kernel(double))(0, (1, 21))[2] == 42
    monkeypatch.setattr(compiling, "_FOLDER", tmp_path / "new" / "folder")
    assert compiling._can_keep() and (tmp_path / "new" / "folder").is_dir()


def test_kernels_are_loaded_early_only_where_they_lie_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[None] = []
    monkeypatch.setattr(fused, "load_in_background", lambda: started.append(None))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    own = kernel_folder()
    assert own == kernel_folder() and (tmp_path in own.parents or sys.platform != "linux")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kernels"))
    fused.load_early()
    assert not started and not is_compiled()
    (tmp_path / "kernels" / "place").mkdir(parents=True)
    (tmp_path / "kernels" / "place" / "place-1.nbi").touch()
    fused.load_early()
    assert len(started) == 1
