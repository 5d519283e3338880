"""The training loop: data in memory, steps, log, samples, checkpoints, and the bundle at the end."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from model.checkpoints.state import folded_state
from model.errors import UserError
from model.groupdnet.discriminator import MultiScaleDiscriminator
from model.labels import LabelSet
from model.training.checkpointing import NAME, load_checkpoint, save_checkpoint
from model.training.config import TrainConfig, recipe
from model.training.critic import CropDiscriminator, feature_channels
from model.training.crops import CropModel, crop_step, fix_batch_norm, focus_of
from model.training.dataset import Dataset, read_data, read_extra
from model.training.losses import perceptual_loss
from model.training.networks import (
    Ema,
    ImageModel,
    initialise,
    load_plain,
    recompute_batch_norm,
    start_new_levels_silent,
)
from model.training.reporting import Reporter, write_picture_grid
from model.training.signals import stop_on_signals
from model.training.steps import Networks, prepare, train_step


@dataclass(frozen=True)
class TrainOptions:
    """What the command line says about one run.

    ``levels``: blocks of the network, 7 for 384 x 256, 6 for 192 x 128, 5 for 96 x 64. ``batch_size`` is per device.
    ``init_from``: a bundle folder, or a run folder (its averaged weights and its discriminator).
    ``extra_data``: a second folder of pairs with the same classes, used for training alone (photos with the parser's
    maps, say); the bundle's codes come from ``data``.
    ``minutes`` ends the run early, with checkpoint and bundle, so that it fits a lease.
    """

    data: Path
    out: Path
    config: str = "street-fashion"
    steps: int = 20000
    levels: int = 7
    batch_size: int | None = None
    devices: int = 1
    nodes: int = 1
    accelerator: str = "auto"
    precision: str = "32-true"
    resume: bool = False
    init_from: Path | None = None
    extra_data: Path | None = None
    adversarial_start: int | None = None
    frozen_levels: int | None = None
    #: Of the generator; the discriminator's is four times that (two time scales), on crops ten times.
    learning_rate: float | None = None
    #: Side in pixels of the crops that a step sees (model/training/crops.py); 0 for whole pictures.
    crop_size: int | None = None
    #: Share of the crops around faces, and how many times larger the classifier sees crops.
    face_share: float | None = None
    classifier_scale: int | None = None
    sample_every: int = 500
    checkpoint_every: int = 500
    seed: int = 0
    minutes: float | None = None
    vgg_weights: Path | None = None
    check: bool = True
    #: A ready recipe instead of ``config`` (tests train tiny networks).
    recipe: TrainConfig | None = None


def _resolve(options: TrainOptions) -> TrainConfig:
    config = options.recipe or recipe(options.config, options.levels)
    names = ("batch_size", "adversarial_start", "frozen_levels", "crop_size", "face_share", "classifier_scale")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    config = replace(config, **given)
    if options.init_from is not None and _has_prior_map(options.init_from):
        config = replace(config, generator=replace(config.generator, prior_map=True))
    if options.learning_rate is not None:
        # On crops a generator that is not much slower paints what both discriminators take for cloth, and no cloth.
        ahead = 10 if config.crop_size else 4
        rates = (options.learning_rate, ahead * options.learning_rate)
        config = replace(config, learning_rate_generator=rates[0], learning_rate_discriminator=rates[1])
    return config


def build(
    options: TrainOptions, config: TrainConfig, levels: Sequence[int] = ()
) -> tuple[ImageModel, MultiScaleDiscriminator]:
    """Fresh networks, or those of ``options.init_from``.

    ``levels``: channels of each level of the classifier's features, for the discriminator of training on crops.
    """
    kind = CropModel if config.crop_size else ImageModel
    model = kind(config.generator, config.encoder, None if config.studio_grey is None else 0)
    if config.crop_size:
        single = replace(config.discriminator, scales=1)
        discriminator: MultiScaleDiscriminator = CropDiscriminator(single, levels)
    else:
        discriminator = MultiScaleDiscriminator(config.discriminator)
    initialise(model)
    initialise(discriminator)
    if options.init_from is not None:
        _start_from(options.init_from, model, discriminator)
    model.freeze(config.frozen_levels)
    # Channels-last convolutions are the faster ones on CPUs and GPUs alike.
    return (
        model.to(memory_format=torch.channels_last),  # type: ignore[call-overload]
        discriminator.to(memory_format=torch.channels_last),  # type: ignore[call-overload]
    )


def parameter_groups(model: ImageModel, config: TrainConfig) -> list[dict[str, Any]]:
    """What the generator's optimiser moves: the weights that carry style, at a rate of their own, and all others."""
    style: list[Tensor] = []
    others: list[Tensor] = []
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            carries = name.endswith((".style", ".noise", ".place")) or name.startswith(
                ("encoder.mean.", "encoder.logvar.")
            )
            (style if carries else others).append(parameter)
    groups: list[dict[str, Any]] = [{"params": others}]
    if style:
        groups.append({"params": style, "lr": config.learning_rate_generator * config.style_rate})
    return groups


def _has_prior_map(source: Path) -> bool:
    """Whether the codes of a run or a bundle go through a map of the prior, which is then part of what it is."""
    if (source / NAME).is_file():
        return TrainConfig.from_dict(json.loads(load_checkpoint(source)["config"])).generator.prior_map
    from model.checkpoints.bundle import load_bundle

    return load_bundle(source).generator.config.prior_map


def _start_from(source: Path, model: ImageModel, discriminator: MultiScaleDiscriminator) -> None:
    if (source / NAME).is_file():
        state = load_checkpoint(source)
        missing = load_plain(model, state["plain"], str(source))
        load_plain(discriminator, state["plain_discriminator"], str(source))
        missing = [name.removeprefix("generator.") for name in missing]
    else:
        from model.checkpoints.bundle import load_bundle

        bundle = load_bundle(source)
        missing = load_plain(model.generator, bundle.generator.state_dict(), str(source))
        if bundle.encoder is not None:
            load_plain(model.encoder, bundle.encoder.state_dict(), str(source))
    start_new_levels_silent(model.generator, missing)


def _measure_batch_norm(model: ImageModel, ema: Ema, training: Dataset, config: TrainConfig) -> None:
    """Give a model that will learn from crops the statistics of whole pictures."""
    from model.training.export import whole_batches

    recompute_batch_norm(model, whole_batches(training, config))
    model.train()
    model.freeze(config.frozen_levels)
    ema.model.load_state_dict(model.state_dict())


def train(options: TrainOptions) -> Path:
    """Train by a recipe and return the folder of the bundle that the run ends with (RUN/bundle).

    Resuming continues bit-equally on the CPU in float32: every step draws from a random stream seeded by its number.
    Raises UserError for bad data, a bad option or a run folder that cannot be resumed.
    """
    from lightning.fabric import Fabric

    config = _resolve(options)
    if options.resume:
        stored = load_checkpoint(options.out)
        config = TrainConfig.from_dict(json.loads(stored["config"]))
    elif (options.out / NAME).is_file():
        raise UserError(f"{options.out} already holds a run; add --resume to continue it or choose another folder.")
    else:
        stored = None
    fabric = Fabric(
        accelerator=options.accelerator,
        devices=options.devices,
        num_nodes=options.nodes,
        precision=options.precision,  # type: ignore[arg-type]
        strategy="ddp" if options.devices * options.nodes > 1 else "auto",
    )
    fabric.launch()
    torch.manual_seed(options.seed)
    device = fabric.device
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = True
        torch.set_float32_matmul_precision("high")
    label_set, training, validation = read_data(options, config, device)
    perceptual = perceptual_loss(options.vgg_weights)
    levels = feature_channels(perceptual.features) if config.crop_size else ()
    model, discriminator = build(options, config, levels)
    if fabric.world_size > 1 and device.type == "cuda":
        model = torch.nn.SyncBatchNorm.convert_sync_batchnorm(model)
    ema = Ema(model, config.ema_decay)
    ema.model.to(device)
    betas = (0.0, 0.9)
    optimizer_g = torch.optim.Adam(parameter_groups(model, config), config.learning_rate_generator, betas)
    optimizer_d = torch.optim.Adam(discriminator.parameters(), config.learning_rate_discriminator, betas)
    start = 0
    if stored is not None:
        model.load_state_dict(stored["model"])
        discriminator.load_state_dict(stored["discriminator"])
        ema.model.load_state_dict(stored["ema"])
        optimizer_g.load_state_dict(stored["optimizer_g"])
        optimizer_d.load_state_dict(stored["optimizer_d"])
        start = int(stored["step"])
    if config.crop_size:
        if stored is None:
            _measure_batch_norm(model, ema, training, config)
        fix_batch_norm(model)
    wrapped_model, wrapped_g = fabric.setup(model, optimizer_g)
    if config.crop_size:
        wrapped_model.mark_forward_method("draw_crops")
    wrapped_discriminator, wrapped_d = fabric.setup(discriminator, optimizer_d)
    if config.crop_size:
        wrapped_discriminator.mark_forward_method("judge_features")
    networks = Networks(
        model=wrapped_model,
        discriminator=wrapped_discriminator,
        bare_discriminator=discriminator,
        perceptual=perceptual.to(device),
        optimizer_g=wrapped_g,  # type: ignore[arg-type]
        optimizer_d=wrapped_d,  # type: ignore[arg-type]
    )
    pool = read_extra(options, config, label_set, training)
    loop = _Loop(options, config, fabric, networks, model, ema, label_set, training, pool, validation)
    loop.run(start)
    return loop.finish()


class _Loop:
    """The state of a running loop; ``run`` steps, ``finish`` writes the bundle."""

    def __init__(
        self,
        options: TrainOptions,
        config: TrainConfig,
        fabric: Any,
        networks: Networks,
        model: ImageModel,
        ema: Ema,
        label_set: LabelSet,
        training: Dataset,
        pool: Dataset,
        validation: Dataset,
    ) -> None:
        """``pool``: what steps draw from, ``training`` and more."""
        self.options = options
        self.config = config
        self.fabric = fabric
        self.networks = networks
        self.model = model
        self.ema = ema
        self.label_set = label_set
        self.training = training
        self.pool = pool
        self.validation = validation
        self.focus = focus_of(label_set.names)
        self.step = 0
        self.stopping = False

    def run(self, start: int) -> None:
        options, config, fabric = self.options, self.config, self.fabric
        self.step = start
        per_step = config.batch_size * fabric.world_size
        began = time.monotonic()
        with (
            stop_on_signals(self),
            Reporter(options.out, options.steps, per_step, fabric.global_rank == 0, start) as reporter,
        ):
            while self.step < options.steps and not self.stopping and not self._out_of_time(began):
                terms = self._one_step()
                self.step += 1
                reporter.step(self.step, terms)
                if self.step % options.sample_every == 0:
                    self.sample()
                if self.step % options.checkpoint_every == 0:
                    self.checkpoint()
            if self.stopping:
                reporter.say(f"stopped at step {self.step}")
        if self.step % options.checkpoint_every != 0 or not (options.out / NAME).is_file():
            self.checkpoint()

    def _out_of_time(self, began: float) -> bool:
        minutes = self.options.minutes
        return minutes is not None and time.monotonic() - began > minutes * 60

    def _one_step(self) -> dict[str, Tensor]:
        # One stream a step and rank: nothing to store, nothing that a resumed run could draw differently.
        torch.manual_seed((self.options.seed * 1_000_003 + self.step) * 4096 + self.fabric.global_rank)
        index = torch.randint(len(self.pool), (self.config.batch_size,)).to(self.pool.maps.device)
        photo, labels = prepare(*self.pool.take(index), self.config)
        if self.config.crop_size:
            terms = crop_step(self.networks, self.fabric, self.config, self.step, photo, labels, self.focus)
        else:
            terms = train_step(self.networks, self.fabric, self.config, self.step, photo, labels)
        self.ema.update(self.model, self.step)
        return terms

    def checkpoint(self) -> None:
        """Write the checkpoint (rank 0)."""
        if self.fabric.global_rank != 0:
            return
        networks = self.networks
        save_checkpoint(
            self.options.out,
            {
                "step": self.step,
                "config": json.dumps(self.config.to_dict()),
                "model": self.model.state_dict(),
                "discriminator": networks.bare_discriminator.state_dict(),
                "ema": self.ema.model.state_dict(),
                "optimizer_g": networks.optimizer_g.state_dict(),
                "optimizer_d": networks.optimizer_d.state_dict(),
                "plain": folded_state(self.ema.model),
                "plain_discriminator": folded_state(networks.bare_discriminator),
            },
        )

    def sample(self) -> None:
        """Write the sample grid of eight validation pairs (rank 0)."""
        if self.fabric.global_rank != 0:
            return
        count = min(8, len(self.validation))
        index = torch.linspace(0, len(self.validation) - 1, count).long().to(self.validation.maps.device)
        photo, labels = prepare(*self.validation.take(index), self.config, augment=False)
        model: Any = self.ema.model
        write_picture_grid(self.options.out, self.step, model, photo, labels, self.label_set)

    def finish(self) -> Path:
        """Write RUN/bundle from the averaged weights (rank 0) and return its folder."""
        from model.training.export import export_bundle

        target = self.options.out / "bundle"
        if self.fabric.global_rank == 0:
            export_bundle(target, self.ema, self.config, self.label_set, self.training, self.step)
        self.fabric.barrier()
        return target
