"""From averaged weights to a bundle: statistics of batch norm and codes measured over the training pictures."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from model.checkpoints.bundle import Bundle, save_bundle
from model.checkpoints.state import folded_state
from model.groupdnet.class_encoder import ClassEncoder, present_classes
from model.groupdnet.generator import Generator
from model.labels import LabelSet
from model.training.config import TrainConfig
from model.training.networks import Ema, ImageModel, recompute_batch_norm
from model.training.steps import prepare


class Pictures(Protocol):
    """A split in memory."""

    def __len__(self) -> int: ...

    def take(self, index: Tensor) -> tuple[Tensor, Tensor]: ...


def whole_batches(data: Pictures, config: TrainConfig, count: int = 24) -> list[tuple[Tensor, Tensor]]:
    """``count`` batches of whole pictures without augmentation, spread evenly over the data."""
    size = config.batch_size
    order = torch.linspace(0, len(data) - 1, min(len(data), count * size)).long()
    return [prepare(*data.take(index), config, augment=False) for index in order.split(size)]


@torch.no_grad()
def code_statistics(encoder: ClassEncoder, batches: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """Mean and spread of every class's posterior means over the pictures that have the class: each (C, K, h, w).

    Classes seen fewer than twice get the prior's: mean 0 and spread 1.
    """
    means, presence = [], []
    for photo, labels in batches:
        means.append(encoder(photo, labels)[0].float().cpu())
        presence.append(present_classes(labels, encoder.config.classes).cpu())
    mean, present = torch.cat(means), torch.cat(presence)[:, :, None, None, None].float()
    count = present.sum(0)
    average = (mean * present).sum(0) / count.clamp(min=1)
    variance = ((mean - average).square() * present).sum(0) / (count - 1).clamp(min=1)
    known = count >= 2
    return torch.where(known, average, 0.0), torch.where(known, variance.sqrt().clamp(min=1e-3), 1.0)


def export_bundle(
    target: Path, ema: Ema, config: TrainConfig, label_set: LabelSet, data: Pictures, step: int, count: int = 24
) -> Bundle:
    """Write the averaged networks as a bundle; batch norm and code statistics from ``count`` batches of ``data``."""
    model: Any = copy.deepcopy(ema.model)
    assert isinstance(model, ImageModel)
    batches = whole_batches(data, config, count)
    if not config.crop_size:
        # Where crops were learned from, the statistics are those that the weights were trained with.
        recompute_batch_norm(model, batches)
    mean, std = code_statistics(model.encoder, batches)
    if model.codeless is not None:
        mean[model.codeless], std[model.codeless] = 0.0, 1.0
    generator = Generator(replace(config.generator, spectral_norm=False))
    generator.load_state_dict(folded_state(model.generator), strict=False)
    encoder = ClassEncoder(replace(config.encoder, spectral_norm=False))
    encoder.load_state_dict(folded_state(model.encoder))
    grey = config.studio_grey
    bundle = Bundle(
        name=target.parent.name if target.name == "bundle" else target.name,
        label_set=label_set,
        generator=generator.eval().requires_grad_(False),
        encoder=encoder.eval().requires_grad_(False),
        height=config.height,
        width=config.width,
        code_mean=mean,
        code_std=std,
        background=None if grey is None else (grey, grey, grey),
        card={"recipe": config.name, "steps": step, "batch_size": config.batch_size},
    )
    save_bundle(bundle, target)
    return bundle
