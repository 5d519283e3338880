"""Typed descriptions of the networks: every width, group number and modulation size.

The same dataclasses describe the three networks of the authors exactly (DeepFashion, ADE20K, Cityscapes with instance
edges) and ours. A description that cannot be built is refused when it is made, with a sentence that names the number.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from model.errors import UserError


def _require(condition: bool, sentence: str) -> None:
    if not condition:
        raise UserError(sentence)


def _require_groups(where: str, groups: int, *widths: int) -> None:
    _require(groups >= 1, f"{where}: the number of groups must be at least 1, not {groups}.")
    for width in widths:
        _require(width >= 1, f"{where}: a width must be at least 1, not {width}.")
        _require(width % groups == 0, f"{where}: {groups} groups do not divide a width of {width} channels.")


def _known(cls: type, data: dict[str, Any]) -> dict[str, Any]:
    names = {f.name for f in fields(cls)}
    unknown = sorted(set(data) - names)
    _require(not unknown, f"{cls.__name__}: unknown settings {', '.join(unknown)}.")
    return dict(data)


@dataclass(frozen=True)
class ModulationConfig:
    """The two-layer network that turns the label map into gamma and beta (paper section 3.3, conditional group norm).

    ``hidden`` channels between a 3 x 3 ``shared`` convolution and the gamma and beta convolutions of size ``kernel``.
    ``style`` adds a per-class linear map of the class's code to gamma and beta at that class's pixels (ours only);
    ``inside``: only where the four neighbours at this level show the same class, so that it ends at outlines.
    """

    hidden: int
    shared_groups: int = 1
    gamma_beta_groups: int = 1
    kernel: int = 3
    style: bool = False
    inside: bool = False

    def __post_init__(self) -> None:
        _require(self.style or not self.inside, "modulation: inside says where style counts, and there is none.")
        _require(self.kernel in (1, 3), f"modulation: the kernel must be 1 or 3, not {self.kernel}.")
        _require_groups("modulation, shared convolution", self.shared_groups, self.hidden)
        _require_groups("modulation, gamma and beta", self.gamma_beta_groups, self.hidden)


@dataclass(frozen=True)
class BlockConfig:
    """One conditional group block: two 3 x 3 convolutions in ``groups`` and a shortcut (1 x 1 where widths differ).

    ``upsample``: nearest x2 before the block. ``shortcut_norm``: modulate the input of the shortcut too (the authors
    do; ours does not, so that its 1 x 1 convolution runs before the upsampling at a quarter of the cost).
    ``noise``: maps of fixed noise mixed into the features between the two convolutions (ours only; see texture_noise).
    ``framed``: mix in where a pixel lies in its class, too (ours only; see class_frame).
    """

    in_channels: int
    out_channels: int
    groups: int
    modulation: ModulationConfig
    upsample: bool = True
    shortcut_norm: bool = True
    noise: int = 0
    framed: bool = False

    @property
    def middle_channels(self) -> int:
        return min(self.in_channels, self.out_channels)

    @property
    def learned_shortcut(self) -> bool:
        return self.in_channels != self.out_channels

    def __post_init__(self) -> None:
        _require_groups("block", self.groups, self.in_channels, self.out_channels)
        _require(self.noise >= 0, f"block: the number of noise maps must be at least 0, not {self.noise}.")
        modulated = (self.in_channels, self.middle_channels)
        _require_groups("block, gamma and beta", self.modulation.gamma_beta_groups, *modulated)


@dataclass(frozen=True)
class PlainGround:
    """The class of a ground that has one colour by definition, and that colour, RGB of 0 to 255 (see plain_ground)."""

    label: int
    colour: tuple[int, int, int]

    def __post_init__(self) -> None:
        sound = len(self.colour) == 3 and all(0 <= value <= 255 for value in self.colour)
        _require(sound, f"plain ground: a colour is three numbers of 0 to 255, not {self.colour}.")


@dataclass(frozen=True)
class GeneratorConfig:
    """The whole generator. Height and width of what it draws must be multiples of ``divisor``.

    ``pooled_codes``: one vector a class, laid out over the base grid; otherwise a code has the base grid's size.
    ``base_codes``: codes enter at the base (paper section 3.2); without, they enter by style alone, so that a code acts
    nowhere but where its class is, and the base is learned.
    ``instance_edges``: an edge channel is interleaved after every class channel of the label map (Cityscapes).
    ``rgb_levels``: how many of the last blocks draw RGB; more than one are added up, upsampled bilinearly, before tanh.
    ``framed_classes``: the classes, taken together, whose pixels are told where they lie in them (see class_frame).
    ``prior_map``: codes first go through an affine map of their class (see PriorMap); needs pooled codes.
    ``ground``: what is drawn of a class that is a plain ground (see plain_ground); None where all is the network's.
    ``controls``: how many of a code's last numbers are 0 for every photo and only moved by hand (ours only; see
    model.training.controls).
    """

    classes: int
    code_channels: int
    base_channels: int
    base_groups: int
    blocks: tuple[BlockConfig, ...]
    pooled_codes: bool = False
    base_codes: bool = True
    instance_edges: bool = False
    rgb_levels: int = 1
    spectral_norm: bool = True
    framed_classes: tuple[int, ...] = ()
    prior_map: bool = False
    ground: PlainGround | None = None
    controls: int = 0

    @property
    def semantic_channels(self) -> int:
        return self.classes * (2 if self.instance_edges else 1)

    @property
    def divisor(self) -> int:
        return int(2 ** sum(block.upsample for block in self.blocks))

    def __post_init__(self) -> None:
        _require(self.classes >= 1, f"generator: at least one class is needed, not {self.classes}.")
        _require(len(self.blocks) >= 1, "generator: at least one block is needed.")
        _require(
            1 <= self.rgb_levels <= len(self.blocks),
            f"generator: rgb_levels must be 1 to {len(self.blocks)}, not {self.rgb_levels}.",
        )
        _require_groups(
            "generator, first convolution", self.base_groups, self.classes * self.code_channels, self.base_channels
        )
        width = self.base_channels
        for number, block in enumerate(self.blocks):
            _require(
                block.in_channels == width,
                f"generator, block {number}: expects {block.in_channels} channels but is given {width}.",
            )
            _require_groups(
                f"generator, block {number}, shared convolution",
                block.modulation.shared_groups,
                self.semantic_channels,
            )
            _require(
                not block.modulation.style or self.pooled_codes,
                f"generator, block {number}: style modulation needs pooled codes.",
            )
            width = block.out_channels
        styled = any(block.modulation.style for block in self.blocks)
        _require(self.base_codes or styled, "generator: codes enter neither at the base nor by style.")
        _require(not self.prior_map or self.pooled_codes, "generator: a map of the prior needs pooled codes.")
        _require(
            0 <= self.controls < self.code_channels,
            f"generator: {self.controls} controls leave nothing of codes of {self.code_channels} numbers.",
        )
        _require(not (self.controls and self.base_codes), "generator: controls need codes that enter by style alone.")
        for number in self.framed_classes:
            _require(0 <= number < self.classes, f"generator: there is no class {number} to frame.")
        if self.ground is not None:
            _require(
                0 <= self.ground.label < self.classes, f"generator: there is no class {self.ground.label} to be ground."
            )
        _require(
            bool(self.framed_classes) or not any(block.framed for block in self.blocks),
            "generator: framed blocks need classes that are framed.",
        )
        for block in self.blocks[len(self.blocks) - self.rgb_levels + 1 :]:
            _require(block.upsample, "generator: every block after the first that draws RGB must upsample.")

    def truncated(self, levels: int) -> GeneratorConfig:
        """The first ``levels`` blocks of the same network: for training on a smaller picture first."""
        _require(1 <= levels <= len(self.blocks), f"generator: levels must be 1 to {len(self.blocks)}, not {levels}.")
        dropped = len(self.blocks) - levels
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values |= {"blocks": self.blocks[:levels], "rgb_levels": max(1, self.rgb_levels - dropped)}
        return GeneratorConfig(**values)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> GeneratorConfig:
        values = _known(GeneratorConfig, data)
        blocks = []
        for item in values["blocks"]:
            block = _known(BlockConfig, item)
            block["modulation"] = ModulationConfig(**_known(ModulationConfig, block["modulation"]))
            blocks.append(BlockConfig(**block))
        values["blocks"] = tuple(blocks)
        values["framed_classes"] = tuple(values.get("framed_classes", ()))
        if values.get("ground") is not None:
            ground = _known(PlainGround, values["ground"])
            values["ground"] = PlainGround(int(ground["label"]), tuple(int(value) for value in ground["colour"]))  # type: ignore[arg-type]
        return GeneratorConfig(**values)


@dataclass(frozen=True)
class EncoderConfig:
    """The class encoder: stride-2 3 x 3 convolutions in one group per class over the class's crop.

    ``widths`` are the channels after each convolution, all classes together. ``instance_norm`` and a code as large as
    the last grid are the authors'; ours pools over the class's mask (``pooled``), sees the mask as a fourth channel and
    the mean and spread of the class's colour beside the pooled features, and has no instance norm, which would remove
    the colour.
    """

    classes: int
    code_channels: int
    widths: tuple[int, ...]
    crop_height: int
    crop_width: int
    instance_norm: bool = True
    pooled: bool = False
    spectral_norm: bool = True
    #: One network over the whole photo whatever the label map says, its code split among the classes (VSPADE).
    whole_picture: bool = False

    @property
    def groups(self) -> int:
        return 1 if self.whole_picture else self.classes

    @property
    def input_channels_per_class(self) -> int:
        return 4 if self.pooled else 3

    @property
    def code_size(self) -> tuple[int, int]:
        """Height and width of a code."""
        if self.pooled:
            return 1, 1
        return self.crop_height >> len(self.widths), self.crop_width >> len(self.widths)

    def __post_init__(self) -> None:
        _require(self.classes >= 1, f"encoder: at least one class is needed, not {self.classes}.")
        _require(len(self.widths) >= 1, "encoder: at least one convolution is needed.")
        _require_groups("encoder", self.groups, *self.widths)
        step = 2 ** len(self.widths)
        for side in (self.crop_height, self.crop_width):
            _require(side >= step and side % step == 0, f"encoder: a crop side of {side} is not a multiple of {step}.")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> EncoderConfig:
        values = _known(EncoderConfig, data)
        values["widths"] = tuple(values["widths"])
        return EncoderConfig(**values)


@dataclass(frozen=True)
class DiscriminatorConfig:
    """Multi-scale PatchGAN on (label map, picture): ``scales`` copies, each on half the size of the one before."""

    semantic_channels: int
    width: int = 64
    layers: int = 4
    scales: int = 2
    max_width: int = 512

    def __post_init__(self) -> None:
        _require(self.layers >= 2, f"discriminator: at least 2 layers are needed, not {self.layers}.")
        _require(self.scales >= 1, f"discriminator: at least one scale is needed, not {self.scales}.")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> DiscriminatorConfig:
        return DiscriminatorConfig(**_known(DiscriminatorConfig, data))
