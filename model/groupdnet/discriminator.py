"""Multi-scale PatchGAN discriminator on the pair of label map and picture (paper section 3.4, as in pix2pixHD)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from model.groupdnet.config import DiscriminatorConfig


class PatchDiscriminator(nn.Module):
    """4 x 4 convolutions, stride 2 but for the last two; returns every layer's features, the last being the scores."""

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        width = config.width
        layers: list[nn.Module] = [nn.Conv2d(config.semantic_channels + 3, width, 4, stride=2, padding=2)]
        for number in range(1, config.layers):
            wider = min(width * 2, config.max_width)
            stride = 1 if number == config.layers - 1 else 2
            conv = spectral_norm(nn.Conv2d(width, wider, 4, stride=stride, padding=2, bias=False))
            layers.append(nn.Sequential(conv, nn.InstanceNorm2d(wider)))
            width = wider
        self.layers = nn.ModuleList(layers)
        self.score = nn.Conv2d(width, 1, 4, padding=2)

    def forward(self, x: Tensor) -> list[Tensor]:
        features = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            features.append(x)
        return [*features, self.score(x)]


class MultiScaleDiscriminator(nn.Module):
    """``scales`` patch discriminators, each on the pair averaged down to half the size of the one before.

    ``forward(semantics, picture)``: semantics (B, S, H, W) one-hot label map (soft after warping), picture
    (B, 3, H, W) in [-1, 1] -> per scale the list of features, the scores (B, 1, h, w) last.
    """

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        self.config = config
        self.scales = nn.ModuleList(PatchDiscriminator(config) for _ in range(config.scales))

    def forward(self, semantics: Tensor, picture: Tensor) -> list[list[Tensor]]:
        pair = torch.cat([semantics.to(picture.dtype), picture], 1)
        outputs = []
        for number, scale in enumerate(self.scales):
            if number:
                pair = F.avg_pool2d(pair, 3, stride=2, padding=1, count_include_pad=False)
            outputs.append(scale(pair))
        return outputs
