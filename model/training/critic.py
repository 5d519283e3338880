"""The discriminator of training on crops: a patch discriminator on pixels, and heads on a classifier's features.

A discriminator that looks through the frozen features of a classifier knows from the first step what eyes and folds
are, and learns from few pictures (projected GANs, Sauer et al., NeurIPS 2021). It is blind to what the classifier
ignores, fine grids among it, so a patch discriminator still sees the pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from model.groupdnet.config import DiscriminatorConfig
from model.groupdnet.discriminator import MultiScaleDiscriminator


class FeatureHead(nn.Module):
    """Judges one level of features together with the label map, cell by cell."""

    def __init__(self, channels: int, semantic_channels: int, width: int) -> None:
        super().__init__()
        self.features = spectral_norm(nn.Conv2d(channels, width, 1))
        self.semantics = spectral_norm(nn.Conv2d(semantic_channels, width, 1, bias=False))
        self.conv = spectral_norm(nn.Conv2d(width, width, 3, padding=1))
        self.score = spectral_norm(nn.Conv2d(width, 1, 1))
        # By how much the features fit the label map (Miyato and Koyama, ICLR 2018).
        self.expected = spectral_norm(nn.Conv2d(semantic_channels, width, 1, bias=False))

    def forward(self, features: Tensor, semantics: Tensor) -> Tensor:
        """Features (B, channels, h, w) and a soft one-hot map (B, S, h, w) -> scores (B, 1, h, w)."""
        # Every cell counts alike, however strong its features are.
        x = F.normalize(features.float(), dim=1) * features.shape[1] ** 0.5
        x = F.leaky_relu(self.features(x) + self.semantics(semantics), 0.2)
        x = F.leaky_relu(self.conv(x), 0.2)
        fit = (x * self.expected(semantics)).mean(1, keepdim=True)
        return self.score(x) + fit


class CropDiscriminator(MultiScaleDiscriminator):
    """Patch discriminators (``scales``, as in ``MultiScaleDiscriminator``) and ``heads``, one a level of features."""

    def __init__(self, config: DiscriminatorConfig, feature_channels: Sequence[int], width: int = 64) -> None:
        super().__init__(config)
        self.heads = nn.ModuleList(
            FeatureHead(channels, config.semantic_channels, width) for channels in feature_channels
        )

    def judge_features(self, features: Sequence[Tensor], semantics: Tensor) -> list[Tensor]:
        """Scores (B, 1, h, w) of every level of features (B, C, h, w); semantics (B, S, H, W) of the picture's size.

        ``features`` may lack the finest levels: of a picture that was enlarged they show pixels, which the patch
        discriminators judge.
        """
        scores = []
        for head, level in zip(list(self.heads)[len(self.heads) - len(features) :], features, strict=True):
            resized = F.adaptive_avg_pool2d(semantics, (level.shape[-2], level.shape[-1]))
            scores.append(head(level, resized))
        return scores


@torch.no_grad()
def feature_channels(features: nn.Module, size: int = 64) -> tuple[int, ...]:
    """Channels of every level that a feature network gives."""
    return tuple(level.shape[1] for level in features(torch.zeros(1, 3, size, size)))
