"""From averaged weights to a bundle: statistics of batch norm and codes measured over the training pictures."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from model.checkpoints.bundle import Bundle, save_bundle
from model.checkpoints.state import folded_state
from model.groupdnet.class_encoder import ClassEncoder, present_classes
from model.groupdnet.config import PlainGround
from model.groupdnet.generator import Generator
from model.labels import LabelSet
from model.training.colour_fit import evenly, fit_colours, of_all_classes
from model.training.config import TrainConfig
from model.training.networks import Ema, ImageModel, recompute_batch_norm
from model.training.steps import prepare

#: Codes of training photos that a bundle keeps of every class.
BANK = 256

Batch = tuple[Tensor, Tensor]


class Pictures(Protocol):
    """A split in memory."""

    def __len__(self) -> int: ...

    def take(self, index: Tensor) -> tuple[Tensor, Tensor]: ...


def _batches(data: Pictures, config: TrainConfig, places: Tensor) -> list[Batch]:
    return [prepare(*data.take(index), config, augment=False) for index in places.split(config.batch_size)]


def whole_batches(data: Pictures, config: TrainConfig, count: int = 24) -> list[Batch]:
    """``count`` batches of whole pictures without augmentation, spread evenly over the data."""
    return _batches(data, config, evenly(torch.arange(len(data)), count * config.batch_size))


def pictures_of_all_classes(data: Pictures, config: TrainConfig) -> list[Batch]:
    """Batches of whole pictures without augmentation, some of every class (see of_all_classes)."""
    classes = config.generator.classes
    everything = torch.arange(len(data))
    present = torch.cat([present_classes(data.take(part)[1].long(), classes).cpu() for part in everything.split(64)])
    return _batches(data, config, everything[of_all_classes(present)])


@torch.no_grad()
def measure_codes(encoder: ClassEncoder, batches: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """Posterior means of every picture (P, C, K, h, w), and which classes each picture has (P, C)."""
    means, presence = [], []
    for photo, labels in batches:
        means.append(encoder(photo, labels)[0].float().cpu())
        presence.append(present_classes(labels, encoder.config.classes).cpu())
    return torch.cat(means), torch.cat(presence)


def code_statistics(codes: Tensor, present: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Mean and spread of every class's codes over the pictures that have it, and the factor of their covariance.

    Classes seen fewer than twice get the prior's mean 0 and spread 1. The covariance is shrunk a tenth of the way to
    its diagonal; a class seen in fewer pictures than twice its numbers has too few for one, and gets the spread alone.

    Returns:
        mean and std (C, K, h, w), and the lower Cholesky factors (C, K h w, K h w).
    """
    classes = codes.shape[1]
    shape = codes.shape[2:]
    numbers = shape.numel()
    mean, std, factor = (
        torch.zeros(classes, *shape),
        torch.ones(classes, *shape),
        torch.zeros(classes, numbers, numbers),
    )
    for index in range(classes):
        own = codes[present[:, index], index]
        if len(own) >= 2:
            mean[index], std[index] = own.mean(0), own.std(0).clamp(min=1e-3)
        factor[index] = torch.diag(std[index].flatten())
        if len(own) >= 2 * numbers:
            covariance = torch.cov(own.flatten(1).T.double())
            diagonal = torch.diag(std[index].flatten().double().square())
            factor[index] = torch.linalg.cholesky(0.9 * covariance + 0.1 * diagonal).float()
    return mean, std, factor


def code_bank(
    codes: Tensor,
    present: Tensor,
    mean: Tensor,
    factor: Tensor,
    size: int = BANK,
    linked: Sequence[Sequence[int]] = (),
) -> Tensor:
    """``size`` codes of every class (C, size, N), evenly over the pictures that have it; drawn where those are few.

    Of ``linked`` classes a row comes from one picture, of those that have all classes of the group.
    """
    shown = present.clone()
    for group in linked:
        shown[:, list(group)] = present[:, list(group)].all(dim=1, keepdim=True)
    random = torch.Generator().manual_seed(0)
    bank = []
    for index in range(codes.shape[1]):
        own = codes[shown[:, index], index].flatten(1)
        if len(own) >= 2 * own.shape[1]:
            bank.append(own[torch.linspace(0, len(own) - 1, size).round().long()])
        else:
            noise = torch.randn(size, own.shape[1], generator=random)
            bank.append(mean[index].flatten() + noise @ factor[index].T)
    return torch.stack(bank)


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
    if config.colour_rounds:
        fit_colours(model, pictures_of_all_classes(data, config), config.colour_rounds)
    codes, present = measure_codes(model.encoder, whole_batches(data, config, -(-len(data) // config.batch_size)))
    if model.codeless is not None:
        present[:, model.codeless] = False
    elif model.encoder.config.whole_picture:
        present = torch.ones_like(present)
    mean, std, factor = code_statistics(codes, present)
    grey = config.studio_grey
    ground = None if grey is None else PlainGround(label_set.background, (grey, grey, grey))
    generator = Generator(replace(config.generator, spectral_norm=False, ground=ground))
    generator.load_state_dict(folded_state(model.generator), strict=False)
    encoder = ClassEncoder(replace(config.encoder, spectral_norm=False))
    encoder.load_state_dict(folded_state(model.encoder))
    bundle = Bundle(
        name=target.parent.name if target.name == "bundle" else target.name,
        label_set=label_set,
        generator=generator.eval().requires_grad_(False),
        encoder=encoder.eval().requires_grad_(False),
        height=config.height,
        width=config.width,
        code_mean=mean,
        code_std=std,
        code_factor=factor,
        code_bank=code_bank(codes, present, mean, factor, linked=label_set.linked),
        background=None if ground is None else ground.colour,
        card={"recipe": config.name, "steps": step, "batch_size": config.batch_size},
    )
    save_bundle(bundle, target)
    return bundle
