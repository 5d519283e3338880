"""Training of the parser: ``python main.py train-parser``."""

import json
import math
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from torch import Tensor, nn

from model.backbones import load_imagenet_lite0
from model.checkpoints.state import folded_state, to_half, write_tensors
from model.errors import UserError
from model.files import replacing
from model.labels import LabelSet
from model.parsing.network import Parser, ParserConfig
from model.training.data import (
    find_extra_pairs,
    find_pairs,
    load_arrays,
    load_label_set,
    require_sound_data,
    split_pairs,
)
from model.training.parser.augment import augment
from model.training.parser.loading import REPORT as REPORT
from model.training.parser.loading import WEIGHTS, copy_weights, open_parser
from model.training.parser.loading import load_trained_parser as load_trained_parser
from model.training.parser.losses import Confusion, class_weights, parser_loss, presence_loss
from model.training.parser.recipe import ParserRecipe
from model.training.signals import stop_on_signals

CHECKPOINT = "checkpoint.pt"
PRESENCE = 128  # hidden channels of the presence head of a new parser


def train_parser(
    data: str | Path,
    run: str | Path,
    recipe: ParserRecipe,
    *,
    resume: bool = False,
    device: str = "auto",
    precision: str = "auto",
    extra_data: str | Path | None = None,
    init_from: str | Path | None = None,
    config: ParserConfig | None = None,
    pretrained: bool = True,
    console: Console | None = None,
) -> dict[str, Any]:
    """Train a parser on the pairs of ``data`` and keep the best one, by validation mean IoU, in ``run``.

    ``run`` receives ``parser.safetensors`` (float16), ``parser.json`` (configuration, recipe, figures), ``log.jsonl``
    and ``checkpoint.pt``. Ctrl-C (or SIGTERM) ends the step, writes a checkpoint and returns; the next one stops at
    once.

    Args:
        data: dataset folder, see :mod:`model.training.data`.
        recipe: ignored when resuming, which goes on with the run's own.
        device: "auto", "cpu" or "cuda".
        precision: "auto" (bfloat16 on CUDA), "32-true" or "bf16-mixed".
        extra_data: a second dataset of the same label set, used for training alone.
        init_from: a run or a bundle whose parser is the start; one without a presence head gets a new one.
        config: the network's sizes; those of ``init_from`` with a presence head, or made from the label set and the
            recipe, by default.
        pretrained: start from the ImageNet backbone, where no parser is given to start from.

    Returns:
        What ``parser.json`` holds.

    Raises:
        UserError: faulty data, an existing run without ``resume``, nothing to resume, or no such device.
    """
    console = console or Console()
    run = Path(run)
    checkpoint = run / CHECKPOINT
    if resume and not checkpoint.is_file():
        raise UserError(f"{run} holds no {CHECKPOINT} to resume from")
    if not resume and checkpoint.exists():
        raise UserError(f"{run} holds a run already; pass --resume to continue it or name another folder")
    place = pick_device(device)
    for folder in (data, extra_data):
        if folder is not None:
            require_sound_data(folder)
    state = torch.load(checkpoint, map_location="cpu", weights_only=True) if resume else None
    if state is not None:
        recipe = ParserRecipe.from_dict(state["recipe"])
    label_set = load_label_set(data)
    start = open_parser(init_from).parser if init_from is not None and state is None else None
    if config is None and start is not None:
        config = replace(start.config, presence=start.config.presence or PRESENCE)
    elif config is None:
        config = ParserConfig(len(label_set), height=recipe.height, width=recipe.width, presence=PRESENCE)
    if state is not None:
        config = ParserConfig.from_dict(state["config"])
    if config.classes != len(label_set):
        raise UserError(f"the parser has {config.classes} classes but {data} has {len(label_set)}")
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    backbone = load_imagenet_lite0() if pretrained and state is None and start is None else None
    parser = Parser(config, backbone)
    if start is not None:
        copy_weights(start, parser)
    trainer = _Trainer(parser, recipe, run, place, _autocast(precision, place), console)
    trainer.load_data(data, extra_data, label_set)
    if state is not None:
        trainer.restore(state)
    with stop_on_signals(trainer):
        trainer.fit()
    if trainer.stopping:
        console.print(f"Stopped at step {trainer.step}; go on with --resume.")
    return trainer.report


def pick_device(name: str) -> torch.device:
    """The device that "auto", "cpu" or "cuda" stands for; raises :class:`UserError` where it is not there."""
    if name not in ("auto", "cpu", "cuda"):
        raise UserError(f"the device must be auto, cpu or cuda, found {name!r}")
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError("there is no CUDA device on this machine")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def measure(parser: Parser, photos: Tensor, labels: Tensor, device: torch.device, batch_size: int = 6) -> Confusion:
    """Parse uint8 photos ``(N, 3, H, W)`` whole and compare with uint8 maps ``(N, H, W)``."""
    confusion = Confusion(parser.config.classes)
    for start in range(0, len(photos), batch_size):
        batch = photos[start : start + batch_size].to(device).float().div_(127.5).sub_(1)
        with torch.no_grad():
            logits = parser(batch.contiguous(memory_format=torch.channels_last))
        confusion.add(logits.argmax(dim=1), labels[start : start + batch_size].to(device))
    return confusion


def _autocast(precision: str, device: torch.device) -> bool:
    if precision not in ("auto", "32-true", "bf16-mixed"):
        raise UserError(f"the precision must be auto, 32-true or bf16-mixed, found {precision!r}")
    return precision == "bf16-mixed" or (precision == "auto" and device.type == "cuda")


def _repeat_factors(maps: Tensor, classes: int, threshold: float) -> Tensor:
    """How often each photo is drawn per epoch: at least once, more for photos with rare classes; float ``(N,)``."""
    present = torch.stack([(maps == index).flatten(1).any(dim=1) for index in range(classes)], dim=1).float()
    frequency = present.mean(dim=0).clamp(min=1e-6)
    factors = (threshold / frequency).sqrt().clamp(min=1, max=4)
    return (present * factors).amax(dim=1).clamp(min=1)


class _Trainer:
    def __init__(
        self, parser: Parser, recipe: ParserRecipe, run: Path, device: torch.device, autocast: bool, console: Console
    ) -> None:
        self.recipe, self.run, self.device, self.autocast, self.console = recipe, run, device, autocast, console
        self.parser = parser.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = Parser(parser.config).to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average.load_state_dict(self.parser.state_dict())
        self.average.eval().requires_grad_(False)
        if recipe.frozen_stages:
            for part in (self.parser.backbone.stem, self.parser.backbone.stages[: recipe.frozen_stages]):
                part.requires_grad_(False)
        self.optimizer = torch.optim.AdamW(self._groups(), weight_decay=recipe.weight_decay)
        self.random = torch.Generator().manual_seed(recipe.seed)
        self.step = 0
        self.seconds = 0.0
        self.order = torch.empty(0, dtype=torch.int64)
        self.validated = 0
        self.stopping = False
        self.report: dict[str, Any] = {}

    def _groups(self) -> list[dict[str, Any]]:
        groups = []
        for inside, rate in ((True, self.recipe.backbone_learning_rate), (False, self.recipe.learning_rate)):
            named = [(n, p) for n, p in self.parser.named_parameters() if n.startswith("backbone.") == inside]
            groups.append({"params": [p for _, p in named if p.ndim > 1], "peak": rate})
            groups.append({"params": [p for _, p in named if p.ndim <= 1], "peak": rate, "weight_decay": 0.0})
        return groups

    def load_data(self, data: str | Path, extra: str | Path | None, label_set: LabelSet) -> None:
        recipe = self.recipe
        train, validation = split_pairs(find_pairs(data, label_set), recipe.validation_every)
        if extra is not None:
            train = train + find_extra_pairs(extra, data, label_set)
        if len(train) < recipe.batch_size or not validation:
            raise UserError(f"{data} has too few pairs: {len(train)} to train on for steps of {recipe.batch_size}")
        self.label_set = label_set
        self.photos, self.maps = load_arrays(train, recipe.height, recipe.width)
        self.validation = load_arrays(validation, recipe.height, recipe.width)
        classes = len(label_set)
        counts = torch.bincount(self.maps.flatten().long(), minlength=classes)
        self.weights = class_weights(counts, recipe.class_weight_power).to(self.device)
        self.factors = _repeat_factors(self.maps, classes, recipe.rare)
        if self.device.type == "cuda":
            self.photos, self.maps = self.photos.to(self.device), self.maps.to(self.device)
        self.console.print(f"{len(train)} pairs to train on, {len(validation)} for validation, {classes} classes")

    @property
    def progress(self) -> float:
        """Share of the run that is over, by the first limit that will be reached."""
        recipe = self.recipe
        shares = [0.0]
        if recipe.steps is not None:
            shares.append(self.step / recipe.steps)
        if recipe.epochs is not None:
            shares.append(self.step * recipe.batch_size / (recipe.epochs * len(self.photos)))
        if recipe.minutes is not None:
            shares.append(self.seconds / (recipe.minutes * 60))
        return max(shares)

    def _batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        size = self.recipe.batch_size
        while True:
            if len(self.order) < size:
                repeats = (self.factors + torch.rand(len(self.factors), generator=self.random)).floor().long()
                epoch = torch.repeat_interleave(torch.arange(len(repeats)), repeats)
                shuffled = epoch[torch.randperm(len(epoch), generator=self.random)]
                self.order = torch.cat([self.order, shuffled])
            chosen, self.order = self.order[:size], self.order[size:]
            chosen = chosen.to(self.photos.device)
            yield self.photos[chosen], self.maps[chosen]

    def fit(self) -> None:
        columns = [
            TextColumn("train-parser"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            MofNCompleteColumn(),
            TextColumn("{task.fields[status]}"),
            TimeElapsedColumn(),
        ]
        last_save = time.monotonic()
        with Progress(*columns, console=self.console) as bar:
            task = bar.add_task("", total=1000, status="")
            batches = self._batches()
            while self.progress < 1 and not self.stopping:
                began = time.monotonic()
                loss = self._train_step(*next(batches))
                self.step += 1
                self.seconds += time.monotonic() - began
                left = self.seconds * (1 / max(self.progress, 1e-6) - 1) / 60
                speed = self.recipe.batch_size / max(time.monotonic() - began, 1e-6)
                status = f"step {self.step}  loss {loss:.3f}  {speed:.1f} images/s  {left:.0f} min left"
                bar.update(task, completed=int(1000 * min(self.progress, 1)), status=status)
                if self.progress * self.recipe.validations >= self.validated + 1 or self.progress >= 1:
                    self._validate(loss)
                    self.validated = int(self.progress * self.recipe.validations)
                    self.save()
                    last_save = time.monotonic()
                elif self.stopping or time.monotonic() - last_save > 120:
                    self.save()
                    last_save = time.monotonic()

    def _rate(self) -> float:
        """The learning rate's share of its peak: linear warm-up, then a cosine to 1 %."""
        done, warm_up = min(self.progress, 1.0), self.recipe.warm_up
        if done < warm_up:
            return max(done / warm_up, 0.02)
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (done - warm_up) / (1 - warm_up)))

    def _train_step(self, photos: Tensor, maps: Tensor) -> float:
        recipe = self.recipe
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * self._rate()
        small = self.progress < recipe.small_share
        height, width = recipe.small if small else (recipe.height, recipe.width)
        scales = recipe.small_scales if small else recipe.full_scales
        pictures, labels = augment(photos, maps, height, width, scales, self.random)
        self.parser.train()
        context = torch.autocast(self.device.type, torch.bfloat16) if self.autocast else nullcontext()
        with context:
            coarse, presence = self.parser.pixels_and_presence(pictures.contiguous(memory_format=torch.channels_last))
            if self.parser.presence is not None and presence is not None:
                # Detached: the pixels' loss would make the head surer than it can be of pictures it has not seen.
                gated = torch.rand((len(photos), 1, 1, 1), generator=self.random) >= recipe.ungated
                coarse = coarse + self.parser.presence.gate(presence.detach()) * gated.to(self.device)
            logits = nn.functional.interpolate(coarse, size=labels.shape[-2:], mode="bilinear", align_corners=False)
        loss = parser_loss(logits, labels, self.weights)
        if presence is not None:
            loss = loss + recipe.presence * presence_loss(presence, labels)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.parser.parameters(), 5.0)
        self.optimizer.step()
        self._update_average()
        return float(loss.detach())

    @torch.no_grad()
    def _update_average(self) -> None:
        keep = min(self.recipe.ema, (1 + self.step) / (10 + self.step))
        for mean, value in zip(self.average.state_dict().values(), self.parser.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - keep)
            else:
                mean.copy_(value)

    def _validate(self, loss: float) -> None:
        confusion = measure(self.average, *self.validation, self.device)
        figures = {
            "step": self.step,
            "minutes": round(self.seconds / 60, 2),
            "loss": round(loss, 4),
            "mean_iou": round(confusion.mean_iou, 4),
            "pixel_accuracy": round(confusion.pixel_accuracy, 4),
            "class_iou": {
                name: None if math.isnan(iou) else round(iou, 4)
                for name, iou in zip(self.label_set.names, confusion.class_iou.tolist(), strict=True)
            },
        }
        with (self.run / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(figures) + "\n")
        classes = "  ".join(f"{name} {iou:.2f}" for name, iou in figures["class_iou"].items() if iou is not None)  # type: ignore[attr-defined]
        self.console.print(
            f"step {self.step}, {figures['minutes']} min: mean IoU {figures['mean_iou']}, "
            f"pixel accuracy {figures['pixel_accuracy']}\n  {classes}"
        )
        if not self.report or figures["mean_iou"] >= self.report["figures"]["mean_iou"]:
            self.report = {
                "label_set": self.label_set.to_json(),
                "config": self.parser.config.to_dict(),
                "recipe": self.recipe.to_dict(),
                "device": str(self.device),
                "figures": figures,
            }
            with replacing(self.run / WEIGHTS) as path:
                write_tensors(path, to_half(folded_state(self.average)))
            with replacing(self.run / REPORT) as path:
                path.write_text(json.dumps(self.report, indent=2) + "\n", encoding="utf-8")

    def save(self) -> None:
        """Write the checkpoint, everything that :meth:`restore` needs to go on as if nothing had happened."""
        state = {
            "recipe": self.recipe.to_dict(),
            "config": self.parser.config.to_dict(),
            "parser": self.parser.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "random": self.random.get_state(),
            "torch_random": torch.get_rng_state(),
            "order": self.order,
            "step": self.step,
            "seconds": self.seconds,
            "validated": self.validated,
            "report": json.dumps(self.report),
        }
        with replacing(self.run / CHECKPOINT) as path:
            torch.save(state, path)

    def restore(self, state: dict[str, Any]) -> None:
        self.parser.load_state_dict(state["parser"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.random.set_state(state["random"])
        torch.set_rng_state(state["torch_random"])
        self.order = state["order"]
        self.step, self.seconds, self.validated = state["step"], state["seconds"], state["validated"]
        self.report = json.loads(state["report"])
