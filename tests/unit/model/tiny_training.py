"""A tiny network of our kind and data drawn for it, for tests that train."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from model.groupdnet import BlockConfig, DiscriminatorConfig, EncoderConfig, GeneratorConfig, ModulationConfig
from model.training.config import TrainConfig
from model.training.run import TrainOptions

CLASSES = 3


def tiny_recipe(levels: int = 3) -> TrainConfig:
    """Our kind of network at a few thousand weights: 3 classes, ``levels`` blocks, 32 x 16 pixels at 3."""
    blocks = []
    before = 12
    for number, (after, groups) in enumerate(((12, 3), (8, 2), (6, 1), (6, 1), (6, 1))):
        modulation = ModulationConfig(hidden=6, kernel=1, style=True)
        blocks.append(BlockConfig(before, after, groups, modulation, upsample=number > 0, shortcut_norm=False))
        before = after
    # The second block's 2 groups must divide both widths.
    blocks[1] = replace(blocks[1], groups=4)
    generator = GeneratorConfig(
        classes=CLASSES,
        code_channels=4,
        base_channels=12,
        base_groups=CLASSES,
        blocks=tuple(blocks),
        pooled_codes=True,
        rgb_levels=3,
    ).truncated(levels)
    return TrainConfig(
        name="tiny",
        generator=generator,
        encoder=EncoderConfig(CLASSES, 4, (6, 12), 8, 8, instance_norm=False, pooled=True),
        discriminator=DiscriminatorConfig(CLASSES, width=4, layers=2, scales=1),
        height=8 * 2 ** (levels - 1),
        width=4 * 2 ** (levels - 1),
        crop_width=4 * 2 ** (levels - 1),
        batch_size=4,
        lambda_colour=1.0,
        lambda_kl=0.001,
        prior_share=0.25,
        studio_grey=200,
        smooth_labels=0.5,
        warp=0.01,
        kl_warmup=3,
        free_bits=0.05,
    )


def draw_dataset(folder: Path) -> Path:
    """Twelve pairs of 64 x 32 pixels in ``folder``."""
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    random = np.random.default_rng(0)
    for number in range(12):
        labels = np.zeros((64, 32), np.uint8)
        labels[16:40, 6 : 12 + number] = 1
        labels[40:60, 10:22] = 2
        colours = random.integers(0, 256, (CLASSES, 3), dtype=np.uint8)
        Image.fromarray(colours[labels]).save(folder / "images" / f"{number:03d}.png")
        Image.fromarray(labels).save(folder / "labels" / f"{number:03d}.png")
    classes = [{"index": i, "name": name, "color": "#%06x" % (i * 80)} for i, name in enumerate("abc")]
    (folder / "classes.json").write_text(json.dumps(classes))
    return folder


def options(data: Path, out: Path, **changes: object) -> TrainOptions:
    chosen = TrainOptions(
        data=data, out=out, steps=4, accelerator="cpu", sample_every=4, checkpoint_every=4, recipe=tiny_recipe()
    )
    return replace(chosen, **changes)  # type: ignore[arg-type]
