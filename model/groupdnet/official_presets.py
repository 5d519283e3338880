"""The authors' three networks as they build them, for any base width (their ``ngf``) and class count.

Group numbers and modulation sizes are those of the released code. The importer does not need these: it reads a file's
widths from its options.json or off its tensors.
"""

from __future__ import annotations

from model.groupdnet.config import BlockConfig, EncoderConfig, GeneratorConfig, ModulationConfig

_CODE_CHANNELS = 8


def deepfashion(ngf: int = 160, classes: int = 8, encoder_width: int = 256) -> tuple[GeneratorConfig, EncoderConfig]:
    """256 x 256 pixels, 8 classes: every convolution of a block, modulation included, in the block's groups."""
    groups = (classes, classes, classes // 2, classes // 2, classes // 4, classes // 4, 1)
    widths = [ngf * factor for factor in (16, 16, 16, 16, 8, 4, 2, 1)]
    modulations = [ModulationConfig(128, group, group) for group in groups]
    return _pair(classes, widths, groups, modulations, encoder_width)


def ade20k(ngf: int = 64, classes: int = 151, encoder_width: int = 604) -> tuple[GeneratorConfig, EncoderConfig]:
    """256 x 256 pixels, 150 classes and "unknown": the label map keeps its class groups up to the hidden layer."""
    groups = (classes, 16, 16, 8, 4, 2, 1)
    widths = [classes * 16, classes * 16, *(ngf * factor for factor in (32, 16, 16, 8, 4, 2))]
    modulations = [
        ModulationConfig(2 * classes if classes % group == 0 else classes * group, classes, group) for group in groups
    ]
    return _pair(classes, widths, groups, modulations, encoder_width)


def cityscapes(ngf: int = 70, classes: int = 35, encoder_width: int = 350) -> tuple[GeneratorConfig, EncoderConfig]:
    """256 x 512 pixels, 35 classes with instance edges: all modulations in class groups.

    70 is the smallest width that the group numbers divide.
    """
    groups = (classes, classes, 20, 14, 10, 4, 1)
    widths = [ngf * factor for factor in (16, 16, 16, 16, 8, 4, 2, 1)]
    modulations = [ModulationConfig(classes * group, classes, classes) for group in groups]
    return _pair(classes, widths, groups, modulations, encoder_width, instance_edges=True)


def _pair(
    classes: int,
    widths: list[int],
    groups: tuple[int, ...],
    modulations: list[ModulationConfig],
    encoder_width: int,
    instance_edges: bool = False,
) -> tuple[GeneratorConfig, EncoderConfig]:
    """``widths``: what the first convolution gives, then what each block gives. Edges come with a wide picture."""
    blocks = tuple(
        BlockConfig(before, after, group, modulation, upsample=number > 0)
        for number, (before, after, group, modulation) in enumerate(
            zip(widths[:-1], widths[1:], groups, modulations, strict=True)
        )
    )
    generator = GeneratorConfig(
        classes=classes,
        code_channels=_CODE_CHANNELS,
        base_channels=widths[0],
        base_groups=classes,
        blocks=blocks,
        instance_edges=instance_edges,
    )
    encoder = EncoderConfig(
        classes=classes,
        code_channels=_CODE_CHANNELS,
        widths=tuple(encoder_width * factor for factor in (1, 2, 4, 8, 8, 8)),
        crop_height=256,
        crop_width=512 if instance_edges else 256,
    )
    return generator, encoder
