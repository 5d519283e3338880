"""Ready descriptions: our street-fashion network and the authors' three at their released sizes."""

from __future__ import annotations

from model.groupdnet.config import BlockConfig, EncoderConfig, GeneratorConfig, ModulationConfig

#: Channels after each of the seven levels: ``small`` is live on any CPU, ``large`` wants a GPU to train.
STREET_FASHION_WIDTHS = {
    "small": (256, 256, 256, 128, 64, 32, 16),
    "large": (512, 512, 512, 256, 128, 48, 24),
}
STREET_FASHION_CLASSES = 16
#: Face and eyewear of the street-fashion label set, whose pixels are told where in the face they lie, and the levels
#: that are told: the coarser ones have no cell to spare for an eye.
FRAMED_CLASSES = (2, 5)
FRAMED_LEVELS = (3, 4, 5, 6)
#: The levels at which codes enter, and those of them at which they count only inside their class (decision 0018): cells
#: of the coarser levels are 16 pixels and more, those of the latter 8 and 4. At the two finest, outlines without their
#: class's style would be seen.
STYLED_LEVELS = (3, 4, 5, 6)
INSIDE_LEVELS = (3, 4)


def street_fashion(
    levels: int = 7, classes: int = STREET_FASHION_CLASSES, size: str = "small"
) -> tuple[GeneratorConfig, EncoderConfig]:
    """Our network: 384 x 256 with 7 ``levels``, 192 x 128 with 6 (the first six are the same network).

    One pooled code of 16 numbers a class, which enters by style modulation inside the class, and narrow 3 x 3 + 1 x 1
    modulations: docs/decisions says why.
    """
    widths = STREET_FASHION_WIDTHS[size]
    width = widths[0]
    groups = (16, 16, 8, 4, 2, 1, 1)
    hidden = (128, 128, 128, 128, 96, 64, 32)
    framed = classes == STREET_FASHION_CLASSES
    blocks = []
    before = width
    for number, (after, group, middle) in enumerate(zip(widths, groups, hidden, strict=True)):
        modulation = ModulationConfig(
            hidden=middle, kernel=1, style=number in STYLED_LEVELS, inside=number in INSIDE_LEVELS
        )
        blocks.append(
            BlockConfig(
                before,
                after,
                group,
                modulation,
                upsample=number > 0,
                shortcut_norm=False,
                noise=4,
                framed=framed and number in FRAMED_LEVELS,
            )
        )
        before = after
    generator = GeneratorConfig(
        classes=classes,
        code_channels=16,
        base_channels=width,
        base_groups=classes,
        blocks=tuple(blocks),
        pooled_codes=True,
        base_codes=False,
        rgb_levels=3,
        framed_classes=FRAMED_CLASSES if framed else (),
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
