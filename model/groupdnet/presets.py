"""Ready descriptions: our street-fashion network and the authors' three at their released sizes."""

from __future__ import annotations

from model.groupdnet.config import BlockConfig, EncoderConfig, GeneratorConfig, ModulationConfig


def street_fashion(levels: int = 7, classes: int = 16, width: int = 512) -> tuple[GeneratorConfig, EncoderConfig]:
    """Our network: 384 x 256 with 7 ``levels``, 192 x 128 with 6 (the first six are the same network).

    One pooled code of 16 numbers a class, style modulation, narrow 3 x 3 + 1 x 1 modulations: docs/decisions says why.
    """
    widths = (width, width, width, width // 2, width // 4, 3 * width // 32, 3 * width // 64)
    groups = (16, 16, 8, 4, 2, 1, 1)
    hidden = (128, 128, 128, 128, 96, 64, 32)
    blocks = []
    before = width
    for number, (after, group, middle) in enumerate(zip(widths, groups, hidden, strict=True)):
        modulation = ModulationConfig(hidden=middle, kernel=1, style=True)
        blocks.append(BlockConfig(before, after, group, modulation, upsample=number > 0, shortcut_norm=False))
        before = after
    generator = GeneratorConfig(
        classes=classes,
        code_channels=16,
        base_channels=width,
        base_groups=classes,
        blocks=tuple(blocks),
        pooled_codes=True,
        rgb_levels=3,
    )
    encoder = EncoderConfig(
        classes=classes,
        code_channels=16,
        widths=(16 * classes, 32 * classes, 64 * classes, 64 * classes),
        crop_height=64,
        crop_width=64,
        instance_norm=False,
        pooled=True,
    )
    return generator.truncated(levels), encoder
