"""The judge: EfficientNet-Lite2 features, which no loss of the training sees, and a perceptual distance in them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.backbones import LiteClassifierFeatures, fold_batch_norms, load_imagenet_classifier_features

#: Grey level of everything that a figure leaves out: outside the person, outside a class.
GROUND = 200
#: Size of the EfficientNet-Lite that judges.
JUDGE_SIZE = 2
JUDGE_NAME = f"EffLite{JUDGE_SIZE}"


@dataclass(frozen=True)
class Features:
    """A batch of pictures as the judge sees it: pooled (B, 1280), and the five maps of its pyramid, of unit length."""

    pooled: Tensor
    levels: list[Tensor]

    def take(self, index: list[int]) -> Features:
        """Some pictures of the batch."""
        return Features(self.pooled[index], [level[index] for level in self.levels])


class Judge(nn.Module):
    """Pictures uint8 (B, 3, H, W) -> `Features`. Frozen, in evaluation, whatever it is made from."""

    def __init__(self, network: LiteClassifierFeatures | None = None) -> None:
        """``network``: by default EfficientNet-Lite2 with ImageNet weights. Raises UserError where they are missing."""
        super().__init__()
        network = load_imagenet_classifier_features(JUDGE_SIZE) if network is None else network
        self.network = fold_batch_norms(network.eval().requires_grad_(False))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def forward(self, pictures: Tensor) -> Features:
        x = (pictures.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        pooled, levels = self.network(x)
        return Features(pooled, [unit_length(level) for level in levels])


def unit_length(level: Tensor) -> Tensor:
    """(B, C, h, w) with the vector at each position scaled to length 1."""
    return F.normalize(level, dim=1, eps=1e-6)


def distance_maps(first: Features, second: Features) -> list[Tensor]:
    """Squared distance of the unit feature vectors at each position of each level, (B, h, w) each, 0 to 4.

    LPIPS (Zhang et al., CVPR 2018, equation 1) with all learned channel weights 1.
    """
    return [(a - b).square().sum(1) for a, b in zip(first.levels, second.levels, strict=True)]


def perceptual_distance(first: Features, second: Features) -> Tensor:
    """Mean over positions, then over levels: (B,). 0 for equal pictures."""
    return torch.stack([level.mean((1, 2)) for level in distance_maps(first, second)]).mean(0)


def masked_distance(maps: list[Tensor], mask: Tensor) -> tuple[Tensor, Tensor]:
    """Distance maps summed over a mask, and the mask's weight: two tensors (B,) with sum / weight the mean inside it.

    A position counts by the share of its pixels that the mask covers; levels weigh alike.

    Args:
        mask: bool or float (B, H, W) in pixels.
    """
    weight = mask.float().mean((1, 2))
    total = torch.zeros_like(weight)
    for level in maps:
        share = F.adaptive_avg_pool2d(mask[:, None].float(), (level.shape[1], level.shape[2]))[:, 0]
        inside = (level * share).mean((1, 2)) / share.mean((1, 2)).clamp(min=1e-12)
        total = total + inside / len(maps)
    return total * weight, weight


def on_ground(pictures: Tensor, keep: Tensor) -> Tensor:
    """uint8 pictures (B, 3, H, W) with everything outside ``keep`` (bool (B, H, W)) replaced by the ground's grey."""
    return torch.where(keep[:, None], pictures, pictures.new_tensor(GROUND))
