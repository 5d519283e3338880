"""Layout: does a parser find in a picture what its label map asked for?"""

from __future__ import annotations

import copy
import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from model.labels import LabelSet
from model.parsing.network import Parser
from model.training.parser.losses import Confusion


class LayoutJudge:
    """A parser that compares pictures with the maps they were drawn from, whole pictures at its own size."""

    def __init__(self, parser: Parser, device: torch.device) -> None:
        self.parser = copy.deepcopy(parser).prepare_for_inference().to(device)
        self.device = device

    @torch.inference_mode()
    def compare(self, pictures: Tensor, maps: Tensor, confusion: Confusion) -> None:
        """Count uint8 pictures (B, 3, H, W) against their maps (B, H, W) into ``confusion``."""
        config = self.parser.config
        batch = pictures.to(self.device).float() / 127.5 - 1
        if batch.shape[-2:] != (config.height, config.width):
            size = (config.height, config.width)
            batch = F.interpolate(batch, size=size, mode="bilinear", align_corners=False, antialias=True)
        logits = self.parser.coarse_logits(batch.contiguous(memory_format=torch.channels_last))
        logits = F.interpolate(logits, size=maps.shape[-2:], mode="bilinear", align_corners=False)
        confusion.add(logits.argmax(1).cpu(), maps.cpu())


def layout_figures(confusion: Confusion, label_set: LabelSet) -> dict[str, Any]:
    """Mean IoU, pixel accuracy and the IoU of every class (None for a class neither there nor found)."""
    return {
        "mean_iou": confusion.mean_iou,
        "pixel_accuracy": confusion.pixel_accuracy,
        "class_iou": {
            name: None if math.isnan(iou) else iou
            for name, iou in zip(label_set.names, confusion.class_iou.tolist(), strict=True)
        },
    }
