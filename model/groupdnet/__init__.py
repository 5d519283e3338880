"""GroupDNet: the class encoder, the group-decreasing generator and the discriminator (Zhu et al., CVPR 2020)."""

from model.groupdnet.class_encoder import ClassEncoder
from model.groupdnet.config import (
    BlockConfig,
    DiscriminatorConfig,
    EncoderConfig,
    GeneratorConfig,
    ModulationConfig,
    PlainGround,
)
from model.groupdnet.discriminator import MultiScaleDiscriminator
from model.groupdnet.generator import Generator
from model.groupdnet.label_pyramid import LabelPyramid

__all__ = [
    "BlockConfig",
    "ClassEncoder",
    "DiscriminatorConfig",
    "EncoderConfig",
    "Generator",
    "GeneratorConfig",
    "LabelPyramid",
    "ModulationConfig",
    "MultiScaleDiscriminator",
    "PlainGround",
]
