"""The parser's network: EfficientNet-Lite0, a light feature pyramid decoder, and a head for the classes as a whole."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.backbones import STRIDES, ConvNorm, EfficientNetLite0, fold_batch_norms
from model.errors import UserError

_LEVELS = (1, 2, 3, 4)  # of the pyramid: strides 4, 8, 16 and 32


@dataclass(frozen=True)
class ParserConfig:
    """Sizes of a parser.

    Attributes:
        classes: number of classes, the channels of the logits.
        channels: channels of the decoder at strides 32 to 4.
        head_channels: channels of the last block, at stride 4.
        height: rows of the pictures it was trained on; photos are brought to about this size before they are parsed.
        width: columns of these pictures.
        person_height: share of ``height`` that a person fills in the training pictures.
        presence: hidden channels of the :class:`PresenceHead`; 0 for a parser without one.
    """

    classes: int
    channels: int = 96
    head_channels: int = 64
    height: int = 384
    width: int = 256
    person_height: float = 0.92
    presence: int = 0

    def __post_init__(self) -> None:
        if not 2 <= self.classes <= 256:
            raise UserError("a parser needs 2 to 256 classes, found {classes}", classes=self.classes)
        if self.channels < 1 or self.head_channels < 1:
            raise UserError(
                "a parser needs channels above 0, found {channels} and {head_channels}",
                channels=self.channels,
                head_channels=self.head_channels,
            )
        if self.presence < 0:
            raise UserError("a parser's presence must be 0 or more channels, found {presence}", presence=self.presence)
        if self.height % STRIDES[-1] or self.width % STRIDES[-1] or min(self.height, self.width) <= 0:
            raise UserError(
                "a parser's height and width must be multiples of 32, found {height} x {width}",
                height=self.height,
                width=self.width,
            )
        if not 0.1 <= self.person_height <= 1:
            raise UserError(
                "person_height must lie between 0.1 and 1, found {person_height}", person_height=self.person_height
            )

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Inverse of :meth:`to_dict`; raises :class:`UserError` naming an unknown, missing or mistyped entry."""
        types = {field.name: field.type for field in fields(cls)}
        unknown = sorted(set(values) - set(types))
        if unknown:
            raise UserError("the parser's configuration has an unknown entry {unknown!r}", unknown=unknown[0])
        if "classes" not in values:
            raise UserError("the parser's configuration does not say how many classes there are")
        for name, value in values.items():
            wanted = (int, float) if types[name] is float else int
            if isinstance(value, bool) or not isinstance(value, wanted):
                raise UserError(
                    "the parser's configuration needs a number for {name!r}, found {value!r}", name=name, value=value
                )
        return cls(**values)


class PresenceHead(nn.Module):
    """Which classes are in the picture: a multi-label classifier that looks at the whole person at once.

    Whether a garment is a dress or a top with a skirt cannot be told pixel by pixel, so the pixels of one garment may
    decide differently. This head decides for the picture, and :meth:`gate` lets its answer weigh on every pixel, as the
    semantic encoding loss and the context gating of EncNet do (Zhang et al., CVPR 2018).
    """

    def __init__(self, channels: int, classes: int, hidden: int) -> None:
        """``channels``: of the features."""
        super().__init__()
        self.normalize = nn.LayerNorm(2 * channels)
        self.hidden = nn.Linear(2 * channels + 2 * classes, hidden)
        self.dropout = nn.Dropout(0.2)
        self.classify = nn.Linear(hidden, classes)
        nn.init.zeros_(self.classify.weight)
        nn.init.zeros_(self.classify.bias)
        self.gain = nn.Parameter(torch.ones(classes))

    def forward(self, features: Tensor, logits: Tensor) -> Tensor:
        """Logits of each class's presence, ``(B, classes)``.

        Args:
            features: ``(B, channels, h, w)``, the coarsest of the backbone.
            logits: of the pixels, ``(B, classes, H, W)``; class 0 is the background. No gradient flows into them.
        """
        probabilities = F.softmax(logits.detach().float(), dim=1)
        person = F.adaptive_avg_pool2d(1 - probabilities[:, :1], (features.shape[-2], features.shape[-1]))
        mean = (features * person).sum(dim=(2, 3)) / person.sum(dim=(2, 3)).clamp(min=1e-3)
        share = probabilities.mean(dim=(2, 3)).clamp(min=1e-4).log() / 4 + 1
        pooled = self.normalize(torch.cat([mean, features.amax(dim=(2, 3))], dim=1))
        hidden = F.relu(self.hidden(torch.cat([pooled, share, probabilities.amax(dim=(2, 3))], dim=1)))
        presence: Tensor = self.classify(self.dropout(hidden))
        return presence

    def gate(self, presence: Tensor) -> Tensor:
        """What is added to the logits of every pixel, ``(B, classes, 1, 1)``: log probability times a learned gain."""
        return (self.gain * F.logsigmoid(presence))[:, :, None, None]


class Parser(nn.Module):
    """Photo ``(B, 3, H, W)`` in [-1, 1] -> class logits ``(B, classes, H, W)``; any height and width.

    A feature pyramid (Lin et al., CVPR 2017) over the four coarser levels of the backbone, with the picture's mean
    feature added at the coarsest, as in PSPNet (Zhao et al., CVPR 2017): what a garment is called depends on the whole
    person. Where the configuration asks for it, a :class:`PresenceHead` weighs the classes of the whole picture. The
    logits are computed at stride 4 and enlarged bilinearly.
    """

    def __init__(self, config: ParserConfig, backbone: EfficientNetLite0 | None = None) -> None:
        """``backbone``: one with ImageNet weights, to train from; by default an untrained one is made."""
        super().__init__()
        self.config = config
        self.backbone = backbone if backbone is not None else EfficientNetLite0()
        inputs = [EfficientNetLite0.channels[level] for level in _LEVELS]
        channels = config.channels
        self.laterals = nn.ModuleList(ConvNorm(count, channels, activate=False) for count in inputs)
        self.context = nn.Linear(inputs[-1], channels)
        self.merges = nn.ModuleList(ConvNorm(channels, channels, 3) for _ in inputs)
        self.head = ConvNorm(channels, config.head_channels, 3)
        self.dropout = nn.Dropout2d(0.1)
        self.classify = nn.Conv2d(config.head_channels, config.classes, 1)
        self.presence = PresenceHead(inputs[-1], config.classes, config.presence) if config.presence else None

    def coarse_logits(self, photo: Tensor) -> Tensor:
        """Logits at stride 4, ``(B, classes, ceil(H / 4), ceil(W / 4))``."""
        logits, presence = self.pixels_and_presence(photo)
        return logits if self.presence is None or presence is None else logits + self.presence.gate(presence)

    def pixels_and_presence(self, photo: Tensor) -> tuple[Tensor, Tensor | None]:
        """Logits at stride 4 before the presence head weighs them, and the head's own, ``(B, classes)``, if any."""
        features = self.backbone(photo)[_LEVELS[0] :]
        mean = features[-1].mean(dim=(2, 3))
        x = self.laterals[-1](features[-1]) + self.context(mean)[:, :, None, None]
        x = self.merges[-1](x)
        for level in range(len(features) - 2, -1, -1):
            lateral = self.laterals[level](features[level])
            x = lateral + F.interpolate(x, size=lateral.shape[-2:], mode="bilinear", align_corners=False)
            x = self.merges[level](x)
        logits = self.classify(self.dropout(self.head(x)))
        return logits, None if self.presence is None else self.presence(features[-1], logits)

    def forward(self, photo: Tensor) -> Tensor:
        logits = self.coarse_logits(photo)
        return F.interpolate(logits, size=photo.shape[-2:], mode="bilinear", align_corners=False)

    def prepare_for_inference(self) -> Self:
        """Evaluation mode, batch norms folded into the convolutions, channels last; cannot be trained afterwards."""
        self.eval().requires_grad_(False)
        fold_batch_norms(self)
        return self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
