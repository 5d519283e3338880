"""A conditional variational autoencoder of class outlines.

A label map with one class and a hole around it taken out is the condition; the code says which plausible outline
is drawn. Kingma and Welling, "Auto-Encoding Variational Bayes" (2014); conditional as in Sohn, Lee and Yan, "Learning
Structured Output Representation using Deep Conditional Generative Models" (2015). Skips as in U-Net (Ronneberger et
al. 2015), modulation by class and code as in FiLM (Perez et al. 2018).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.errors import UserError

_EMBEDDING = 16
_STRIDE = 16  # of the coarsest level


@dataclass(frozen=True)
class ShapeConfig:
    """Sizes of a shape network.

    Attributes:
        classes: number of classes of the label set.
        height, width: rows and columns of the frame that the network sees around a class, multiples of 16.
        code_size: numbers in a code.
        channels: features at strides 2, 4, 8 and 16, multiples of 8.
        varied: classes whose outlines it has learned.
    """

    classes: int
    varied: tuple[int, ...]
    height: int = 64
    width: int = 48
    code_size: int = 12
    channels: tuple[int, int, int, int] = (24, 48, 80, 112)

    def __post_init__(self) -> None:
        if not 2 <= self.classes <= 256:
            raise UserError("a shape network needs 2 to 256 classes, found {classes}", classes=self.classes)
        if not self.varied or any(not 0 <= index < self.classes for index in self.varied):
            raise UserError(
                "a shape network of {classes} classes cannot vary the classes {varied}",
                classes=self.classes,
                varied=list(self.varied),
            )
        if self.height % _STRIDE or self.width % _STRIDE or min(self.height, self.width) <= 0:
            raise UserError(
                "a shape network's size must be multiples of 16, found {height} x {width}",
                height=self.height,
                width=self.width,
            )
        if not 1 <= self.code_size <= 256:
            raise UserError(
                "a shape network's code needs 1 to 256 numbers, found {code_size}", code_size=self.code_size
            )
        if len(self.channels) != 4 or any(channels < 8 or channels % 8 for channels in self.channels):
            raise UserError(
                "a shape network needs four multiples of 8 as channels, found {channels}", channels=list(self.channels)
            )

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Inverse of :meth:`to_dict`; raises :class:`UserError` naming an unknown, missing or mistyped entry."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise UserError("the shape network's configuration has an unknown entry {unknown!r}", unknown=unknown[0])
        read: dict[str, Any] = {}
        for name in ("classes", "varied"):
            if name not in values:
                raise UserError("the shape network's configuration has no {name!r}", name=name)
        for name, value in values.items():
            several = name in ("channels", "varied")
            numbers = list(value) if several and isinstance(value, list | tuple) else [value]
            if any(isinstance(number, bool) or not isinstance(number, int) for number in numbers):
                raise UserError(
                    "the shape network's configuration needs whole numbers for {name!r}, found {value!r}",
                    name=name,
                    value=value,
                )
            read[name] = tuple(numbers) if several else value
        return cls(**read)


class _Block(nn.Module):
    """3 x 3 convolution, group norm scaled and shifted by a condition (FiLM), SiLU."""

    def __init__(self, inputs: int, outputs: int, condition: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, padding=1)
        self.norm = nn.GroupNorm(outputs // 8, outputs, affine=False)
        self.modulation = nn.Linear(condition, 2 * outputs)

    def forward(self, features: Tensor, condition: Tensor) -> Tensor:
        scale, shift = self.modulation(condition)[..., None, None].chunk(2, dim=1)
        return F.silu(self.norm(self.conv(features)) * (1 + scale) + shift)


class ShapeNetwork(nn.Module):
    """Context and code -> outline and what lies around it.

    The context is float ``(B, classes + 1, h, w)``: for every class the share of each cell that it covers, 0 inside the
    hole; the last channel is 1 where nothing is known (the hole).
    """

    def __init__(self, config: ShapeConfig) -> None:
        super().__init__()
        self.config = config
        c1, c2, c3, c4 = config.channels
        self.embedding = nn.Embedding(config.classes, _EMBEDDING)
        self.stem = nn.Conv2d(config.classes + 3, c1, 4, stride=2, padding=1)
        self.down = nn.ModuleList(
            [
                _Block(c1, c2, _EMBEDDING, 2),
                _Block(c2, c2, _EMBEDDING),
                _Block(c2, c3, _EMBEDDING, 2),
                _Block(c3, c3, _EMBEDDING),
                _Block(c3, c4, _EMBEDDING, 2),
                _Block(c4, c4, _EMBEDDING),
            ]
        )
        condition = _EMBEDDING + config.code_size
        cells = (config.height // _STRIDE) * (config.width // _STRIDE)
        self.spread = nn.Linear(condition, c4 * cells)
        self.up = nn.ModuleList(
            [
                _Block(c4, c4, condition),
                _Block(c4 + c3, c3, condition),
                _Block(c3 + c2, c2, condition),
                _Block(c2 + c1, c1, condition),
            ]
        )
        # No pixel shuffle: its outlines are combed.
        self.outline = nn.Conv2d(c1, 8, 3, padding=1)
        self.finish = nn.Conv2d(8, 1, 3, padding=1)
        self.rest = nn.Conv2d(c1, config.classes, 3, padding=1)
        # The posterior looks at the outline itself, and through `context` at what stands around it.
        self.look = nn.ModuleList(
            [
                nn.Conv2d(4, c1, 4, stride=2, padding=1),
                _Block(c1, c2, _EMBEDDING, 2),
                _Block(c2, c2, _EMBEDDING, 2),
                _Block(c2, c2, _EMBEDDING, 2),
            ]
        )
        self.context = nn.Linear(c4, c2)
        self.posterior = nn.Linear(c2 * cells + c2, 2 * config.code_size)
        rows = torch.linspace(-1, 1, config.height).view(1, 1, -1, 1).expand(1, 1, -1, config.width)
        columns = torch.linspace(-1, 1, config.width).view(1, 1, 1, -1).expand(1, 1, config.height, -1)
        self.register_buffer("places", torch.cat([rows, columns], dim=1).contiguous(), persistent=False)

    def look_around(self, context: Tensor, class_index: Tensor) -> list[Tensor]:
        """Features of the context at strides 2, 4, 8 and 16; the class is int64 ``(B,)``."""
        condition = self.embedding(class_index)
        assert isinstance(self.places, Tensor)
        places = self.places.expand(len(context), -1, -1, -1)
        features = F.silu(self.stem(torch.cat([context, places], dim=1)))
        levels = [features]
        for first, second in zip(self.down[::2], self.down[1::2], strict=True):
            features = second(first(features, condition), condition)
            levels.append(features)
        return levels

    def encode(self, levels: list[Tensor], target: Tensor, hole: Tensor, class_index: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the code, each ``(B, code_size)``.

        Args:
            levels: from :meth:`look_around`.
            target: share of each cell that the class covers, ``(B, 1, h, w)``.
            hole: 1 where the context is unknown, ``(B, 1, h, w)``.
        """
        condition = self.embedding(class_index)
        assert isinstance(self.places, Tensor)
        seen = torch.cat([2 * target - 1, hole, self.places.expand(len(target), -1, -1, -1)], dim=1)
        features = F.silu(self.look[0](seen))
        for block in self.look[1:]:
            features = block(features, condition)
        around = self.context(levels[-1].mean(dim=(2, 3)))
        mean, logvar = self.posterior(torch.cat([features.flatten(1), around], dim=1)).chunk(2, dim=1)
        return mean, logvar.clamp(-8, 4)

    def decode(self, levels: list[Tensor], codes: Tensor, class_index: Tensor) -> tuple[Tensor, Tensor]:
        """Outline logits ``(B, 1, h, w)``, above 0 where the class is, and logits ``(B, classes, h/2, w/2)`` of what
        each cell shows where the class is not."""
        condition = torch.cat([self.embedding(class_index), codes], dim=1)
        features = levels[3] + self.spread(condition).view_as(levels[3])
        features = self.up[0](features, condition)
        for block, level in zip(self.up[1:], reversed(levels[:3]), strict=True):
            features = F.interpolate(features, scale_factor=2.0, mode="bilinear", align_corners=False)
            features = block(torch.cat([features, level], dim=1), condition)
        outline = F.interpolate(F.silu(self.outline(features)), scale_factor=2.0, mode="bilinear", align_corners=False)
        return self.finish(outline), self.rest(features)

    def forward(self, context: Tensor, codes: Tensor, class_index: Tensor) -> tuple[Tensor, Tensor]:
        """:meth:`decode` of :meth:`look_around`."""
        return self.decode(self.look_around(context, class_index), codes, class_index)
