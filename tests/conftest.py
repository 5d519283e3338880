"""Set-up of every test, and tiny bundles with random weights: real networks, small enough for a slow machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

# Before Qt or torch is imported by anything.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Two pictures of a test shall not differ because compiled kernels were loaded in between.
os.environ.setdefault("SMIS_COMPILED", "0")

import pytest
import torch
from torch import nn

from model.checkpoints import Bundle, save_bundle
from model.groupdnet import (
    BlockConfig,
    ClassEncoder,
    EncoderConfig,
    Generator,
    GeneratorConfig,
    ModulationConfig,
)
from model.labels import ClassInfo, LabelSet, builtin_label_set
from model.parsing.network import Parser, ParserConfig

torch.set_num_threads(1)

TINY_HEIGHT, TINY_WIDTH = 48, 32


def settle(network: nn.Module, seed: int) -> None:
    """Random weights as after some training: batch norms with statistics of their own, gammas and betas that matter."""
    generator = torch.Generator().manual_seed(seed)
    for name, value in network.state_dict().items():
        if name.endswith("running_var"):
            value.copy_(torch.rand(value.shape, generator=generator) + 0.5)
        elif name.endswith("running_mean"):
            value.copy_(torch.randn(value.shape, generator=generator) * 0.2)
        elif value.is_floating_point() and value.ndim > 1:
            value.copy_(torch.randn(value.shape, generator=generator) / value[0].numel() ** 0.5)
    network.eval().requires_grad_(False)


def make_tiny_bundle(seed: int = 0, parser: bool = False) -> Bundle:
    """Our kind of network: 16 classes, pooled codes of 4 numbers, style modulation, two RGB levels, 48 x 32 pixels."""
    label_set = builtin_label_set("street-fashion")
    classes, codes = len(label_set), 4
    blocks = []
    before = 32
    for number, (after, groups) in enumerate(((32, 16), (32, 4), (16, 2), (8, 1), (8, 1))):
        modulation = ModulationConfig(hidden=8, kernel=1, style=True)
        blocks.append(BlockConfig(before, after, groups, modulation, upsample=number > 0, shortcut_norm=False))
        before = after
    config = GeneratorConfig(
        classes=classes,
        code_channels=codes,
        base_channels=32,
        base_groups=classes,
        blocks=tuple(blocks),
        pooled_codes=True,
        rgb_levels=2,
        spectral_norm=False,
    )
    encoder_config = EncoderConfig(
        classes=classes,
        code_channels=codes,
        widths=(2 * classes, 4 * classes),
        crop_height=16,
        crop_width=16,
        instance_norm=False,
        pooled=True,
        spectral_norm=False,
    )
    torch.manual_seed(seed)
    generator, encoder = Generator(config), ClassEncoder(encoder_config)
    settle(generator, seed)
    settle(encoder, seed + 1)
    part = None
    if parser:
        part = Parser(ParserConfig(classes, channels=8, head_channels=8, height=64, width=32))
        part.eval().requires_grad_(False)
    random = torch.Generator().manual_seed(seed + 2)
    return Bundle(
        name="tiny",
        label_set=label_set,
        generator=generator,
        encoder=encoder,
        height=TINY_HEIGHT,
        width=TINY_WIDTH,
        code_mean=torch.randn((classes, codes, 1, 1), generator=random) * 0.3,
        code_std=torch.rand((classes, codes, 1, 1), generator=random) + 0.3,
        parser=part,
        background=(128, 128, 128),
        card={"recipe": "random weights", "steps": 0},
    )


def make_tiny_spatial_bundle(seed: int = 0) -> Bundle:
    """The authors' kind of network: 4 classes, spatial codes (4, 2, 2, 4), instance edges, 16 x 32 pixels."""
    classes, codes = 4, 2
    rows = ((16, 16, 4), (16, 16, 8), (16, 8, 4), (8, 4, 1))
    blocks = tuple(
        BlockConfig(before, after, groups, ModulationConfig(8, classes, classes), upsample=number > 0)
        for number, (before, after, groups) in enumerate(rows)
    )
    config = GeneratorConfig(classes, codes, 16, classes, blocks, instance_edges=True, spectral_norm=False)
    encoder_config = EncoderConfig(classes, codes, (8, 16, 16), 16, 32, spectral_norm=False)
    torch.manual_seed(seed)
    generator, encoder = Generator(config), ClassEncoder(encoder_config)
    settle(generator, seed)
    settle(encoder, seed + 1)
    colors = ((0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255))
    names = ("ground", "road", "tree", "car")
    label_set = LabelSet("street", tuple(ClassInfo(n, c) for n, c in zip(names, colors, strict=True)))
    shape = (classes, codes, 2, 4)
    return Bundle("spatial", label_set, generator, encoder, 16, 32, torch.zeros(shape), torch.ones(shape))


@pytest.fixture
def tiny_bundle() -> Bundle:
    """Our kind of network at tiny widths, without a parser; see `make_tiny_bundle`."""
    return make_tiny_bundle()


@pytest.fixture
def tiny_bundle_with_parser() -> Bundle:
    """The same with an untrained parser."""
    return make_tiny_bundle(parser=True)


@pytest.fixture
def tiny_spatial_bundle() -> Bundle:
    """The authors' kind of network at tiny widths; see `make_tiny_spatial_bundle`."""
    return make_tiny_spatial_bundle()


@pytest.fixture
def bundle_factory() -> Callable[..., Bundle]:
    """`make_tiny_bundle`, for tests that need several."""
    return make_tiny_bundle


@pytest.fixture(scope="session")
def saved_tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`tiny_bundle_with_parser` as a folder that all tests share: not to be changed."""
    path = tmp_path_factory.mktemp("shared") / "tiny"
    save_bundle(make_tiny_bundle(parser=True), path)
    return path


@pytest.fixture
def tiny_bundle_path(tmp_path: Path, saved_tiny_bundle: Path) -> Path:
    """The same in a folder of bundles of its own, which the test may change."""
    return Path(shutil.copytree(saved_tiny_bundle, tmp_path / "weights" / "tiny"))
