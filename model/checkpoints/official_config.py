"""Network configs of the authors' released checkpoints: from their options.json, or read off the tensors themselves.

The authors build their three networks in code, not from numbers, so nothing but the tensors' shapes tells every width
and group number when no options.json is at hand. A group number is the ratio of the channels a convolution is given
(known from the layer before) and the input channels of its weight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from model.checkpoints.state import name_keys
from model.errors import Phrase, UserError
from model.groupdnet import BlockConfig, EncoderConfig, GeneratorConfig, ModulationConfig

#: Blocks in the order they run; up_4 is stored with the ADE20K network and never used.
BLOCK_NAMES = ("head_0", "G_middle_0", "G_middle_1", "up_0", "up_1", "up_2", "up_3", "up_4")


@dataclass(frozen=True)
class OfficialNetwork:
    """What the tensors of a released network do not tell."""

    name: str
    classes: int
    instance_edges: bool
    base_height: int
    base_width: int


OFFICIAL_NETWORKS = {
    "deepfashion": OfficialNetwork("deepfashion", 8, False, 4, 4),
    "ade20k": OfficialNetwork("ade20k", 151, False, 4, 4),
    "cityscapes": OfficialNetwork("cityscapes", 35, True, 4, 8),
}


@dataclass(frozen=True)
class OfficialConfig:
    """Configs of one pair of checkpoints, and how they lie in the files.

    Attributes:
        block_names: name in the file of each block of the generator.
        unused_blocks: blocks that the file may hold and that never run.
        height, width: native size of the picture.
    """

    network: OfficialNetwork
    generator: GeneratorConfig
    encoder: EncoderConfig | None
    block_names: tuple[str, ...]
    unused_blocks: tuple[str, ...]
    height: int
    width: int


def official_network(name: str) -> OfficialNetwork:
    """deepfashion, ade20k or cityscapes (in any case); a UserError lists them."""
    try:
        return OFFICIAL_NETWORKS[name.lower()]
    except KeyError:
        raise UserError(
            "{name!r} is no released network; there are {networks}", name=name, networks=", ".join(OFFICIAL_NETWORKS)
        ) from None


def config_from_options(options: Mapping[str, Any], source: str) -> OfficialConfig:
    """Configs from an options.json of the recorded form; a UserError names `source` and the entry at fault."""
    try:
        return _from_options(options)
    except KeyError as error:
        raise UserError("{source} has no entry {error}", source=source, error=error) from None
    except (TypeError, ValueError, IndexError, AttributeError) as error:
        raise UserError("{source} has an entry of the wrong kind: {error}", source=source, error=error) from error
    except UserError as error:
        raise UserError("{source}: {error}", source=source, error=error) from error


def _from_options(options: Mapping[str, Any]) -> OfficialConfig:
    released = official_network(str(options["netG"] if "netG" in options else options["mode"]))
    classes = int(options["semantic_nc"])
    code_channels, remainder = divmod(int(options["z_shape"][0]), classes)
    if remainder:
        raise UserError(
            "z has {channels} channels, which {classes} classes do not share evenly",
            channels=options["z_shape"][0],
            classes=classes,
        )
    base_height, base_width = int(options["z_shape"][1]), int(options["z_shape"][2])
    instance_edges = not bool(options["no_instance"])
    network = OfficialNetwork(released.name, classes, instance_edges, base_height, base_width)
    rows = list(options["blocks"])
    used = [row for row in rows if row.get("used_in_forward", True)]
    height, width = int(options["height"]), int(options["width"])
    upsampling = _upsampling(len(used), base_height, height, base_width, width)
    blocks = tuple(_block_from_options(row, up) for row, up in zip(used, upsampling, strict=True))
    generator = GeneratorConfig(
        classes=classes,
        code_channels=code_channels,
        base_channels=int(options["fc"]["out_channels"]),
        base_groups=int(options["fc"]["groups"]),
        blocks=blocks,
        instance_edges=instance_edges,
    )
    layers = [row for row in options.get("encoder") or [] if not str(row["name"]).startswith("fc")]
    encoder = None
    if layers:
        encoder = _encoder(network, code_channels, tuple(int(row["cout"]) for row in layers))
    return OfficialConfig(
        network=network,
        generator=generator,
        encoder=encoder,
        block_names=tuple(str(row["name"]) for row in used),
        unused_blocks=tuple(str(row["name"]) for row in rows if not row.get("used_in_forward", True)),
        height=height,
        width=width,
    )


def _block_from_options(row: Mapping[str, Any], upsample: bool) -> BlockConfig:
    return BlockConfig(
        in_channels=int(row["fin"]),
        out_channels=int(row["fout"]),
        groups=int(row["conv_groups"]),
        modulation=ModulationConfig(
            hidden=int(row["nhidden"]),
            shared_groups=int(row["shared_groups"]),
            gamma_beta_groups=int(row["gamma_beta_groups"]),
        ),
        upsample=upsample,
    )


def _encoder(network: OfficialNetwork, code_channels: int, widths: tuple[int, ...]) -> EncoderConfig:
    step = 2 ** len(widths)
    return EncoderConfig(
        classes=network.classes,
        code_channels=code_channels,
        widths=widths,
        crop_height=network.base_height * step,
        crop_width=network.base_width * step,
    )


def _upsampling(blocks: int, base_height: int, height: int, base_width: int, width: int) -> list[bool]:
    """Which blocks double the grid: all but head_0; with the authors' "normal" setting not G_middle_1 either."""
    doublings = blocks - 1
    for skipped in (0, 1):
        factor = 2 ** (doublings - skipped)
        if (base_height * factor, base_width * factor) == (height, width):
            return [number > 0 and not (skipped and number == 2) for number in range(blocks)]
    raise UserError(
        "a grid of {base_width} x {base_height} doubled {doublings} times is not a picture of {width} x {height}",
        base_width=base_width,
        base_height=base_height,
        doublings=doublings,
        width=width,
        height=height,
    )


def config_from_tensors(
    network: OfficialNetwork,
    generator: Mapping[str, Tensor],
    encoder: Mapping[str, Tensor] | None,
    generator_source: str,
    encoder_source: str,
) -> OfficialConfig:
    """Configs read off the tensors of a released network, whose class count its name tells.

    Raises:
        UserError: naming the file and the tensors that are missing or that do not belong to this network.
    """
    try:
        return _from_tensors(network, generator, encoder, generator_source, encoder_source)
    except UserError as error:
        if str(error).startswith((generator_source, encoder_source)):
            raise
        raise UserError(
            "{source} is not the released {network} network (others need an options.json): {error}",
            source=generator_source,
            network=network.name,
            error=error,
        ) from error


def _from_tensors(
    network: OfficialNetwork,
    generator: Mapping[str, Tensor],
    encoder: Mapping[str, Tensor] | None,
    generator_source: str,
    encoder_source: str,
) -> OfficialConfig:
    names = [name for name in BLOCK_NAMES if weight_of(generator, f"{name}.conv_0") is not None]
    shapes = _Shapes(generator, generator_source)
    code_channels = shapes.get("fc.weight")[1]
    base_channels = shapes.get("fc.weight")[0]
    drawn = shapes.get("conv_img.weight")[1]
    semantic = network.classes * (2 if network.instance_edges else 1)
    blocks: list[BlockConfig] = []
    for name in names:
        blocks.append(_block_from_shapes(shapes, name, semantic, upsample=bool(blocks)))
    # The last block that runs is the last one whose width the drawing convolution takes.
    while blocks and blocks[-1].out_channels != drawn:
        blocks.pop()
    if not blocks:
        raise UserError(
            "{source} is no generator of the released code: no block feeds conv_img",
            source=generator_source,
        )
    used = tuple(names[: len(blocks)])
    config = GeneratorConfig(
        classes=network.classes,
        code_channels=code_channels,
        base_channels=base_channels,
        # The first convolution keeps every class to itself in all released networks.
        base_groups=network.classes,
        blocks=tuple(blocks),
        instance_edges=network.instance_edges,
    )
    encoder_config = None
    if encoder is not None:
        encoder_shapes = _Shapes(encoder, encoder_source)
        keys = sorted(
            {key.split(".")[0] for key in encoder if re.match(r"layer\d+\.", key)}, key=lambda key: int(key[5:])
        )
        widths = tuple(encoder_shapes.weight(f"{key}.0")[0] for key in keys)
        if not widths:
            raise UserError("{source} is no encoder of the released code: it has no layer1", source=encoder_source)
        if encoder_shapes.get("fc_mu.weight")[0] != network.classes * code_channels:
            raise UserError(
                "{source} gives codes of {channels} channels, but {network} takes {wanted}",
                source=encoder_source,
                channels=encoder_shapes.get("fc_mu.weight")[0],
                network=network.name,
                wanted=network.classes * code_channels,
            )
        encoder_config = _encoder(network, code_channels, widths)
    return OfficialConfig(
        network=network,
        generator=config,
        encoder=encoder_config,
        block_names=used,
        unused_blocks=tuple(name for name in names if name not in used),
        height=network.base_height * config.divisor,
        width=network.base_width * config.divisor,
    )


def weight_of(tensors: Mapping[str, Tensor], layer: str) -> Tensor | None:
    """The weight of a layer, before spectral norm or without it."""
    found = tensors.get(f"{layer}.weight_orig")
    return found if found is not None else tensors.get(f"{layer}.weight")


class _Shapes:
    """Shapes of the tensors of one file; asking for one that is missing raises a UserError."""

    def __init__(self, tensors: Mapping[str, Tensor], source: str) -> None:
        self._tensors = tensors
        self._source = source

    def get(self, key: str) -> tuple[int, ...]:
        if key not in self._tensors:
            raise UserError(
                "{source} is not of the released code: it lacks {key} (it has {found})",
                source=self._source,
                key=key,
                found=self._some(),
            )
        return tuple(self._tensors[key].shape)

    def weight(self, layer: str) -> tuple[int, ...]:
        found = weight_of(self._tensors, layer)
        if found is None:
            raise UserError(
                "{source} is not of the released code: it lacks {layer}.weight_orig", source=self._source, layer=layer
            )
        return tuple(found.shape)

    def groups(self, layer: str, channels: int) -> int:
        """Groups of a convolution that is given `channels` channels."""
        taken = self.weight(layer)[1]
        if taken == 0 or channels % taken:
            raise UserError(
                "{source}: {layer} takes {taken} channels a group, which do not divide {channels}; is it "
                "the network that was named?",
                source=self._source,
                layer=layer,
                taken=taken,
                channels=channels,
            )
        return channels // taken

    def _some(self) -> str:
        return name_keys(self._tensors) or Phrase("nothing")


def _block_from_shapes(shapes: _Shapes, name: str, semantic: int, upsample: bool) -> BlockConfig:
    (in_channels,) = shapes.get(f"{name}.norm_0.param_free_norm.running_mean")
    hidden = shapes.get(f"{name}.norm_0.mlp_shared.0.weight")[0]
    return BlockConfig(
        in_channels=in_channels,
        out_channels=shapes.weight(f"{name}.conv_1")[0],
        groups=shapes.groups(f"{name}.conv_0", in_channels),
        modulation=ModulationConfig(
            hidden=hidden,
            shared_groups=shapes.groups(f"{name}.norm_0.mlp_shared.0", semantic),
            gamma_beta_groups=shapes.groups(f"{name}.norm_0.mlp_gamma", hidden),
        ),
        upsample=upsample,
    )
