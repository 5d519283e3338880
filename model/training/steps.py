"""One optimiser step of discriminator and generator: the part of training that is mathematics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.groupdnet.config import PlainGround
from model.groupdnet.plain_ground import lay_ground
from model.training.augment import (
    PairAugment,
    elastic_warp,
    random_crop_columns,
    random_flip,
    smooth_outlines,
)
from model.training.config import TrainConfig
from model.training.losses import (
    PerceptualLoss,
    feature_matching,
    hinge_discriminator,
    hinge_generator,
    kl_divergence,
    low_resolution_l1,
)


def prepare(photos: Tensor, maps: Tensor, config: TrainConfig, augment: bool = True) -> tuple[Tensor, Tensor]:
    """uint8 photos (B, 3, H, W), maps (B, H, W) -> (photo in [-1, 1], labels int64), augmented by the recipe."""
    photo = photos.float() / 127.5 - 1
    labels = maps.long()
    if augment:
        photo, labels = random_flip(photo, labels)
        photo, labels = elastic_warp(photo, labels, config.warp)
        photo, labels = random_crop_columns(photo, labels, config.crop_width)
        labels = smooth_outlines(labels, config.generator.classes, config.smooth_labels)
    if config.studio_grey is not None:
        photo = lay_ground(photo, labels, PlainGround(0, (config.studio_grey,) * 3))
    return photo.contiguous(memory_format=torch.channels_last), labels


@dataclass
class Networks:
    """What a step touches. ``model`` and ``discriminator`` may be wrapped for data-parallel training."""

    model: nn.Module
    discriminator: nn.Module
    #: The discriminator itself: the generator's step goes through it without asking for its gradients.
    bare_discriminator: nn.Module
    perceptual: PerceptualLoss
    optimizer_g: torch.optim.Optimizer
    optimizer_d: torch.optim.Optimizer


def draw_augmentation(pictures: Tensor, config: TrainConfig) -> PairAugment:
    """DiffAugment as the recipe has it, drawn for pictures (B, 3, H, W)."""
    batch, _, height, width = pictures.shape
    return PairAugment.draw(
        batch,
        height,
        width,
        pictures.device,
        config.augment_colour,
        config.augment_translation,
        config.augment_cutout,
    )


def train_step(
    networks: Networks, fabric: Any, config: TrainConfig, step: int, photo: Tensor, labels: Tensor
) -> dict[str, Tensor]:
    """One step of both players (paper section 3.4). Returns the loss terms as tensors that nothing has waited for."""
    batch = labels.shape[0]
    adversarial = step >= config.adversarial_start
    # A picture drawn from N(0, 1) codes teaches nothing before the discriminator judges it.
    prior = int(batch * config.prior_share) if adversarial else 0
    encoded = batch - prior
    semantics = F.one_hot(labels, config.generator.classes).permute(0, 3, 1, 2).to(photo.dtype)
    fake, mean, logvar, present = networks.model(photo, labels, prior)
    fake = fake.float()
    terms: dict[str, Tensor] = {}

    def judge(discriminator: nn.Module, draw: PairAugment, pictures: Tensor) -> list[list[Tensor]]:
        return discriminator(draw.semantics(semantics), draw.picture(pictures))

    draw = draw_augmentation(photo, config)
    if adversarial:
        both = torch.cat([draw.picture(photo), draw.picture(fake.detach())])
        pair = draw.semantics(semantics)
        scores = networks.discriminator(torch.cat([pair, pair]), both)
        halves = [scale[-1].chunk(2) for scale in scores]
        loss_d = hinge_discriminator([[real] for real, _ in halves], [[false] for _, false in halves])
        networks.optimizer_d.zero_grad(set_to_none=True)
        fabric.backward(loss_d)
        networks.optimizer_d.step()
        terms["discriminator"] = loss_d.detach()

    warmup = min(1.0, (step + 1) / config.kl_warmup) if config.kl_warmup else 1.0
    kl = kl_divergence(mean, logvar, present, config.free_bits)
    drawn, target = fake.split((encoded, prior))[0], photo[:encoded]
    perceptual = networks.perceptual(drawn, target)
    loss_g = config.lambda_perceptual * perceptual + warmup * config.lambda_kl * kl
    terms |= {"perceptual": perceptual.detach(), "kl": kl.detach() / encoded}
    if config.lambda_colour > 0:
        colour = low_resolution_l1(drawn, target)
        loss_g = loss_g + config.lambda_colour * colour
        terms["colour"] = colour.detach()
    if adversarial:
        networks.bare_discriminator.requires_grad_(False)
        with torch.no_grad(), fabric.autocast():
            real_features = judge(networks.bare_discriminator, draw, photo)
        with fabric.autocast():
            fake_features = judge(networks.bare_discriminator, draw, fake)
        networks.bare_discriminator.requires_grad_(True)
        gan = hinge_generator(fake_features)
        matching = feature_matching(
            [[f.split((encoded, prior))[0] for f in scale] for scale in real_features],
            [[f.split((encoded, prior))[0] for f in scale] for scale in fake_features],
        )
        loss_g = loss_g + gan + config.lambda_feature * matching
        terms |= {"gan": gan.detach(), "feature": matching.detach()}
    networks.optimizer_g.zero_grad(set_to_none=True)
    fabric.backward(loss_g)
    networks.optimizer_g.step()
    return terms
