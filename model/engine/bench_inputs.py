"""What is measured: the networks at their released sizes, and label maps with classes of known areas."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.utils import parametrize

from model.errors import UserError
from model.groupdnet import BlockConfig, Generator, GeneratorConfig, ModulationConfig
from model.groupdnet.presets import street_fashion

NETWORKS = ("street-fashion", "deepfashion", "ade20k", "cityscapes")
SIZES = {"street-fashion": (384, 256), "deepfashion": (256, 256), "ade20k": (256, 256), "cityscapes": (256, 512)}
# Class number of the shape that covers so many percent of a drawn map.
CLASS_OF_SHARE = {5: 1, 15: 2, 40: 3}


def _blocks(widths: list[int], groups: list[int], modulations: list[ModulationConfig]) -> tuple[BlockConfig, ...]:
    return tuple(
        BlockConfig(before, after, group, modulation, upsample=number > 0)
        for number, (before, after, group, modulation) in enumerate(
            zip(widths[:-1], widths[1:], groups, modulations, strict=True)
        )
    )


def network_config(name: str, classes: int | None = None) -> GeneratorConfig:
    """The generator of a network of NETWORKS at its full size; ``classes`` for ours only. Raises UserError."""
    if name == "street-fashion":
        native = street_fashion()[0]
        if classes is None or classes == native.classes:
            return native
        # The groups of its first convolution are its classes; not every number of them divides its channels.
        config = street_fashion(classes=64)[0]
        parts = classes
        if config.base_channels % classes:
            parts = math.gcd(classes * config.code_channels, config.base_channels)
        return replace(config, classes=classes, base_groups=parts)
    if name == "deepfashion":
        groups = [8, 8, 4, 4, 2, 2, 1]
        modulations = [ModulationConfig(128, group, group) for group in groups]
        widths = [160 * n for n in (16, 16, 16, 16, 8, 4, 2, 1)]
        return GeneratorConfig(8, 8, widths[0], 8, _blocks(widths, groups, modulations))
    if name == "ade20k":
        groups = [151, 16, 16, 8, 4, 2, 1]
        hidden = [302 if 151 % group == 0 else 151 * group for group in groups]
        modulations = [ModulationConfig(h, 151, group) for h, group in zip(hidden, groups, strict=True)]
        widths = [151 * 16, *(64 * n for n in (32, 16, 16, 8, 4, 2))]
        widths.insert(1, widths[0])
        return GeneratorConfig(151, 8, widths[0], 151, _blocks(widths, groups, modulations))
    if name == "cityscapes":
        groups = [35, 35, 20, 14, 10, 4, 1]
        modulations = [ModulationConfig(35 * group, 35, 35) for group in groups]
        widths = [70 * n for n in (16, 16, 16, 16, 8, 4, 2, 1)]
        return GeneratorConfig(35, 8, widths[0], 35, _blocks(widths, groups, modulations), instance_edges=True)
    raise UserError(f"The network must be one of {', '.join(NETWORKS)}, not {name}.")


def random_generator(config: GeneratorConfig, height: int, width: int, seed: int = 0) -> Generator:
    """Random weights with the batch-norm statistics of one picture, so that activations have ordinary sizes."""
    torch.manual_seed(seed)
    generator = Generator(config)
    norms = [module for module in generator.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    labels = torch.from_numpy(draw_map(height, width, config.classes, np.random.default_rng(seed))).long()[None]
    with torch.no_grad():
        generator.train()(labels, random_codes(config, np.random.default_rng(seed))[None])
    for norm in norms:
        norm.momentum = 0.1
    generator.eval()
    # As in a bundle: the plain module shall not divide its weights by their norm in every forward.
    for module in list(generator.modules()):
        if parametrize.is_parametrized(module):
            parametrize.remove_parametrizations(module, "weight")
    return generator


def random_codes(config: GeneratorConfig, random: np.random.Generator) -> torch.Tensor:
    """Codes from the prior, float32 (classes, code_channels, h, w)."""
    side = 1 if config.pooled_codes else 4
    values = random.standard_normal((config.classes, config.code_channels, side, side), dtype=np.float32)
    return torch.from_numpy(values)


def draw_map(height: int, width: int, classes: int, random: np.random.Generator) -> NDArray[np.uint8]:
    """A label map uint8 (height, width): smooth patches of all classes, over them three shapes of known share.

    Classes 1, 2 and 3 cover about 5, 15 and 40 % as ellipses with a wavy rim; the rest is shared by the others.
    """
    coarse = random.standard_normal((classes, 7, 7)).astype(np.float32)
    fields = torch.nn.functional.interpolate(
        torch.from_numpy(coarse)[None], (height, width), mode="bicubic", align_corners=False
    )[0]
    labels = fields.argmax(0).numpy().astype(np.uint8)
    named = [number for number in CLASS_OF_SHARE.values() if number < classes]
    labels[np.isin(labels, named)] = 0
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    y, x = y / height, x / width
    shift = random.uniform(-0.03, 0.03, 2)
    shapes = {3: (0.64, 0.5, 0.31, 0.41), 2: (0.17, 0.36, 0.155, 0.31), 1: (0.17, 0.84, 0.125, 0.128)}
    for number in named[::-1]:
        row, column, tall, wide = shapes[number]
        dy, dx = (y - row - shift[0]) / tall, (x - column - shift[1]) / wide
        rim = 1 + 0.06 * np.sin(7 * np.arctan2(dy, dx) + random.uniform(0, 6))
        labels[dy**2 + dx**2 < rim] = number
    return np.ascontiguousarray(labels)
