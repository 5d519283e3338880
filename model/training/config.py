"""Recipes: everything a training run depends on besides its data, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from model.errors import UserError
from model.groupdnet.config import BlockConfig, DiscriminatorConfig, EncoderConfig, GeneratorConfig
from model.groupdnet.presets import street_fashion


@dataclass(frozen=True)
class TrainConfig:
    """One recipe. Loss weights and learning rates default to the paper's (section 4.1, supplementary section 1)."""

    name: str
    generator: GeneratorConfig
    encoder: EncoderConfig
    discriminator: DiscriminatorConfig
    height: int
    width: int
    #: Columns of the picture that one step sees; the crop is drawn so that the person stays inside where it fits.
    crop_width: int
    batch_size: int = 8
    learning_rate_generator: float = 1e-4
    learning_rate_discriminator: float = 4e-4
    #: Learning rate of style modulation and the encoder's heads, in multiples of the generator's. Adam moves a weight
    #: by about its rate a step, and these weights, free of spectral norm, have far to go before colours show.
    style_rate: float = 1.0
    lambda_feature: float = 10.0
    lambda_perceptual: float = 10.0
    lambda_kl: float = 0.05
    #: Nats per number of a code that the KL term leaves alone, so that codes are not squeezed flat.
    free_bits: float = 0.0
    #: The KL weight rises from 0 to ``lambda_kl`` over this many steps.
    kl_warmup: int = 0
    #: L1 between pictures averaged over 8 x 8 pixels: the classifier features of the perceptual loss ignore lightness.
    lambda_colour: float = 0.0
    #: Mean colour of each class against the photo's, and that of a class with another photo's code against that photo's
    #: (training on crops only): chroma has a weight of its own there.
    lambda_class_colour: float = 0.0
    #: Strength of detail inside each class, band by band, against the photo's (training on crops only). No pixel has to
    #: agree, so it asks for texture where losses that compare pixel by pixel prefer none.
    lambda_class_texture: float = 0.0
    #: Rounds of the closed-form colour fit before the bundle is written (see model/training/colour_fit.py).
    colour_rounds: int = 0
    #: Share of a batch drawn with N(0, 1) codes, for which only the discriminator's judgement counts.
    prior_share: float = 0.0
    #: Steps before the discriminator joins: reconstruction alone is learned faster and at half the cost.
    adversarial_start: int = 0
    #: The encoder and so many first levels of the generator stay as they are: a larger picture costs little then.
    frozen_levels: int = 0
    ema_decay: float = 0.999
    #: 0, or the side in pixels of the crops that a step sees of each picture (see model/training/crops.py): full detail
    #: at a fraction of the cost, drawn mostly where faces, hands, shoes and rare classes are. Batch norm is fixed then.
    crop_size: int = 0
    #: Share of the crops that are drawn around the photo's face, where it has one; the others by FOCUS.
    face_share: float = 0.0
    #: Crops are enlarged so many times before the classifier sees them: its features have cells of 4 to 32 pixels, and
    #: a face of a whole person has 32 altogether.
    classifier_scale: int = 1
    #: Weight of the L1 between two drawings of a crop outside the classes whose codes differ (the paper's mOCD).
    lambda_outside: float = 0.0
    #: Weight of the heads on a classifier's features (model/training/critic.py); training on crops has them.
    lambda_critic: float = 1.0
    #: Grey level that replaces the photo outside the person (class 0), or None to keep the photo.
    studio_grey: int | None = None
    #: Probability of smoothing a label map's outlines, so that maps drawn by hand look familiar.
    smooth_labels: float = 0.0
    #: Largest elastic shift of a pair, as a share of the height.
    warp: float = 0.0
    #: DiffAugment policy strengths: colour, translation (share of a side), cutout (share of a side).
    augment_colour: float = 1.0
    augment_translation: float = 0.125
    augment_cutout: float = 0.3

    def __post_init__(self) -> None:
        divisor = self.generator.divisor
        for what, value in (("height", self.height), ("width", self.width), ("crop width", self.crop_width)):
            if value < divisor or value % divisor:
                raise UserError(f"The training {what} must be a multiple of {divisor}, not {value}.")
        if self.crop_width > self.width:
            raise UserError(f"The crop width {self.crop_width} is larger than the picture's width {self.width}.")
        if not 0 <= self.frozen_levels < len(self.generator.blocks):
            raise UserError(
                f"Of {len(self.generator.blocks)} levels, 0 to {len(self.generator.blocks) - 1} can be frozen, "
                f"not {self.frozen_levels}."
            )
        largest = self.crop_width - 16
        if self.crop_size % 16 or not 0 <= self.crop_size <= largest:
            raise UserError(
                f"The crop size must be 0 or a multiple of 16 up to {largest} (the width seen is {self.crop_width}), "
                f"not {self.crop_size}."
            )
        if self.crop_size and len(self.generator.blocks) < 5:
            raise UserError(f"Crops need at least 5 levels, not {len(self.generator.blocks)}.")
        if not 0 <= self.face_share <= 1:
            raise UserError(f"The share of crops around faces must be 0 to 1, not {self.face_share}.")
        if self.classifier_scale < 1:
            raise UserError(f"The classifier's scale must be at least 1, not {self.classifier_scale}.")
        if self.batch_size < 1:
            raise UserError(f"The batch size must be at least 1, not {self.batch_size}.")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> TrainConfig:
        unknown = sorted(set(data) - {f.name for f in fields(TrainConfig)})
        if unknown:
            raise UserError(f"Unknown training settings: {', '.join(unknown)}.")
        values = dict(data)
        values["generator"] = GeneratorConfig.from_dict(values["generator"])
        values["encoder"] = EncoderConfig.from_dict(values["encoder"])
        values["discriminator"] = DiscriminatorConfig.from_dict(values["discriminator"])
        return TrainConfig(**values)


def _street_fashion(levels: int, size: str = "small") -> TrainConfig:
    generator, encoder = street_fashion(levels, size=size)
    scale = 2 ** (levels - 1)
    return TrainConfig(
        name="street-fashion" if size == "small" else f"street-fashion-{size}",
        generator=generator,
        encoder=encoder,
        discriminator=DiscriminatorConfig(
            generator.semantic_channels, width=32 if size == "small" else 64, max_width=256
        ),
        height=6 * scale,
        width=4 * scale,
        crop_width=3 * scale,
        style_rate=8.0,
        lambda_kl=0.0003,
        free_bits=0.2,
        kl_warmup=600,
        lambda_colour=40.0,
        prior_share=0.25,
        lambda_class_colour=150.0,
        colour_rounds=1,
        lambda_outside=150.0,
        studio_grey=200,
        smooth_labels=0.5,
        warp=0.01,
        augment_colour=0.3,
        augment_cutout=0.0,
    )


def _ungrouped(config: GeneratorConfig, groups: int) -> GeneratorConfig:
    blocks: list[BlockConfig] = []
    for block in config.blocks:
        modulation = replace(block.modulation, style=False, inside=False)
        blocks.append(replace(block, groups=groups, modulation=modulation))
    return replace(config, base_groups=groups, base_codes=True, blocks=tuple(blocks))


def _vspade(levels: int) -> TrainConfig:
    """SPADE with a VAE: one code for the whole picture and no groups (the paper's baseline of the same name).

    The encoder sees the whole photo as its only class; the code has as many numbers as all class codes together.
    """
    ours = _street_fashion(levels)
    generator = _ungrouped(ours.generator, 1)
    return replace(ours, name="vspade", generator=generator, encoder=replace(ours.encoder, whole_picture=True))


def _groupnet(levels: int) -> TrainConfig:
    """Equal groups at all levels (the paper's GroupNet ablation): one group a class down to the last level."""
    ours = _street_fashion(levels)
    classes = ours.generator.classes
    blocks = []
    before = ours.generator.base_channels
    for block in ours.generator.blocks:
        # Widths that 16 groups divide, or the network could not be built.
        after = max(classes, block.out_channels // classes * classes)
        modulation = replace(block.modulation, style=False, inside=False)
        blocks.append(replace(block, in_channels=before, out_channels=after, groups=classes, modulation=modulation))
        before = after
    return replace(ours, name="groupnet", generator=replace(ours.generator, base_codes=True, blocks=tuple(blocks)))


def _street_fashion_large(levels: int) -> TrainConfig:
    return _street_fashion(levels, "large")


_RECIPES: dict[str, Callable[[int], TrainConfig]] = {
    "street-fashion": _street_fashion,
    "street-fashion-large": _street_fashion_large,
    "vspade": _vspade,
    "groupnet": _groupnet,
}
RECIPE_NAMES = tuple(_RECIPES)


def recipe(name: str, levels: int = 7) -> TrainConfig:
    """A recipe by name for a network of ``levels`` blocks: 7 is 384 x 256, 6 is 192 x 128, 5 is 96 x 64.

    Raises UserError for an unknown name.
    """
    if name not in _RECIPES:
        raise UserError(f"There is no training recipe named {name}; choose one of {', '.join(_RECIPES)}.")
    if not 4 <= levels <= 7:
        raise UserError(f"The number of levels must be 4 to 7, not {levels}.")
    return _RECIPES[name](levels)
