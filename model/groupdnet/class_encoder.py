"""The class encoder: one network in class groups gives every class its own latent code."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from model.groupdnet.class_crops import class_crops
from model.groupdnet.config import EncoderConfig


class ClassEncoder(nn.Module):
    """Photo and label map -> mean and log-variance of every class's code (paper section 3.2).

    ``forward(photo, labels)``: photo (B, 3, H, W) in [-1, 1], labels int64 (B, H, W) -> (mean, logvar), each
    (B, classes, code_channels, h, w) with h x w = ``config.code_size``. A class absent from the photo gets what the
    network makes of an empty crop; callers that want the prior mean there ask ``present_classes``.
    """

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        groups = config.groups
        layers: list[nn.Module] = []
        inputs = config.input_channels_per_class * groups
        for width in config.widths:
            # Instance norm removes what a bias adds, so the authors have none; ours needs it.
            conv: nn.Module = nn.Conv2d(
                inputs, width, 3, stride=2, padding=1, groups=groups, bias=not config.instance_norm
            )
            layers.append(spectral_norm(conv) if config.spectral_norm else conv)
            inputs = width
        self.layers = nn.ModuleList(layers)
        heads = inputs + (6 * groups if config.pooled else 0)
        outputs = config.classes * config.code_channels
        kernel = 1 if config.pooled else 3
        self.mean = nn.Conv2d(heads, outputs, kernel, padding=kernel // 2, groups=groups)
        self.logvar = nn.Conv2d(heads, outputs, kernel, padding=kernel // 2, groups=groups)
        if config.pooled and self.logvar.bias is not None:
            # Codes that start as noise of spread 1 teach the generator to ignore them.
            nn.init.constant_(self.logvar.bias, -2.0)

    def crops(self, photo: Tensor, labels: Tensor) -> Tensor:
        """The stacked class crops that feed the network (see ``class_crops``)."""
        config = self.config
        if config.whole_picture:
            labels = torch.zeros_like(labels)
        return class_crops(photo, labels, config.groups, config.crop_height, config.crop_width, config.pooled)

    def forward(self, photo: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        return self.encode_crops(self.crops(photo, labels))

    def encode_crops(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """(B, classes * 3 or 4, crop_height, crop_width) -> (mean, logvar)."""
        config = self.config
        x = crops
        for number, layer in enumerate(self.layers):
            x = layer(x if number == 0 else F.leaky_relu(x, 0.2))
            if config.instance_norm:
                x = F.instance_norm(x, eps=1e-5)
        x = F.leaky_relu(x, 0.2)
        if config.pooled:
            x = self._pool(x, crops)
        shape = (crops.shape[0], config.classes, config.code_channels)
        mean, logvar = self.mean(x), self.logvar(x)
        return mean.view(*shape, *mean.shape[-2:]), logvar.view(*shape, *logvar.shape[-2:])

    def _pool(self, features: Tensor, crops: Tensor) -> Tensor:
        """Mean of the features over the class's mask, and the mean and spread of its colour: (B, classes * F, 1, 1)."""
        classes = self.config.groups
        batch = crops.shape[0]
        cut = crops.float().view(batch, classes, 4, *crops.shape[-2:])
        mask = cut[:, :, 3:]
        area = mask.sum((-2, -1)).clamp(min=1)
        mean = (cut[:, :, :3] * mask).sum((-2, -1)) / area
        # Under the root of zero lies an infinite gradient, hence the small constant.
        spread = (((cut[:, :, :3] - mean[..., None, None]) * mask).square().sum((-2, -1)) / area + 1e-6).sqrt()
        grid = features.float().view(batch, classes, -1, *features.shape[-2:])
        weight = F.adaptive_avg_pool2d(mask.flatten(1, 2), (features.shape[-2], features.shape[-1]))[:, :, None]
        pooled = (grid * weight).sum((-2, -1)) / weight.sum((-2, -1)).clamp(min=1e-4)
        return torch.cat([pooled, mean, spread], 2).to(features.dtype).view(batch, -1, 1, 1)


def present_classes(labels: Tensor, classes: int) -> Tensor:
    """bool (B, classes): which classes a label map (B, H, W) has."""
    counts = torch.zeros(labels.shape[0], classes, dtype=torch.long, device=labels.device)
    flat = labels.flatten(1).long()
    return counts.scatter_add_(1, flat, torch.ones_like(flat)) > 0
