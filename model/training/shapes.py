"""Training of the shape model: ``python main.py train-shapes``."""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from torch import Tensor, nn

from model.errors import UserError
from model.labels import LabelMap, LabelSet, read_label_map
from model.shapes.directions import find_directions
from model.shapes.files import FILE_NAME, read_shape_model, write_shape_model
from model.shapes.holes import ShapeStatistics
from model.shapes.limits import find_limits
from model.shapes.measure import measure_samples
from model.shapes.model import ShapeModel
from model.shapes.network import ShapeConfig, ShapeNetwork
from model.training.checkpointing import NAME, load_checkpoint, save_checkpoint
from model.training.data import find_pairs, load_label_set, split_pairs
from model.training.shape_data import Examples, ExampleSource, measure_statistics, varied_classes
from model.training.signals import stop_on_signals

REPORT = "shapes.json"
_SAVE_SECONDS = 120


@dataclass(frozen=True)
class ShapeRecipe:
    """How a shape model is trained.

    Attributes:
        steps, minutes: the run ends at whichever comes first; None is no limit.
        batch_size: examples a step.
        learning_rate: peak, after a short warm-up; falls to 1 % along a cosine.
        beta: weight of the KL divergence against the log-likelihood of the outline (beta-VAE, Higgins et al. 2017).
        free_bits: nats that every number of the code may carry before it is punished (Kingma et al. 2016).
        weight_decay: of AdamW.
        average: decay of the moving average of the weights, which is what is kept.
        validation_every: every so many-th map is held back.
        seed: of everything random.
    """

    steps: int | None = None
    minutes: float | None = 20.0
    batch_size: int = 8
    learning_rate: float = 2e-3
    beta: float = 2.0
    free_bits: float = 0.1
    weight_decay: float = 1e-4
    average: float = 0.995
    validation_every: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps is None and self.minutes is None:
            raise UserError("training of the shape model needs a number of steps or of minutes")
        if (self.steps is not None and self.steps < 1) or (self.minutes is not None and self.minutes <= 0):
            raise UserError("training of the shape model needs more than 0 steps and minutes")
        if self.batch_size < 1:
            raise UserError(f"the batch size must be at least 1, found {self.batch_size}")

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ShapeRecipe:
        return cls(**{field.name: values[field.name] for field in fields(cls) if field.name in values})


def train_shapes(
    data: str | Path,
    run: str | Path,
    recipe: ShapeRecipe | None = None,
    *,
    resume: bool = False,
    init_from: str | Path | None = None,
    config: ShapeConfig | None = None,
    console: Console | None = None,
) -> dict[str, Any]:
    """Train a shape model on the label maps of ``data``; ``run`` gets ``shapes.safetensors`` and ``shapes.json``.

    ``run`` also holds ``log.jsonl`` and ``checkpoint.pt``. Ctrl-C ends the step, writes a checkpoint and returns.

    Args:
        data: dataset folder (images/, labels/, classes.json); every 10th pair is for validation. Photos are not read.
        recipe: ignored when resuming, but for its limits.
        init_from: a ``shapes.safetensors``, or the folder of a run or bundle that has one, to start from.
        config: sizes of the network; by default made from the label set.

    Returns:
        what ``shapes.json`` holds; empty where the run was stopped before its end.

    Raises:
        UserError: faulty data, an existing run without ``resume``, or nothing to resume or to start from.
    """
    console = console or Console()
    run = Path(run)
    recipe = recipe or ShapeRecipe()
    if not resume and (run / NAME).exists():
        raise UserError(f"{run} holds a run already; pass --resume to continue it or name another folder")
    state = load_checkpoint(run) if resume else None
    if state is not None:
        limits = {"steps": recipe.steps, "minutes": recipe.minutes}
        recipe = ShapeRecipe.from_dict({**state["recipe"], **limits})
    label_set = load_label_set(data)
    train, validation = split_pairs(find_pairs(data, label_set), recipe.validation_every)
    maps = [read_label_map(pair.labels_path, label_set) for pair in train]
    held = [read_label_map(pair.labels_path, label_set) for pair in validation]
    config = config or ShapeConfig(len(label_set), varied_classes(label_set))
    if state is not None:
        config = ShapeConfig.from_dict(state["config"])
    start = None if init_from is None else read_shape_model(_weights_at(Path(init_from)))
    if start is not None and (start.config != config or start.class_names != label_set.names):
        raise UserError(f"{init_from} has other classes or sizes than the shape model to be trained")
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    statistics = measure_statistics(maps, label_set, config.varied)
    source = ExampleSource(maps, config, statistics, label_set.background, recipe.seed)
    if not len(source.classes):
        raise UserError(f"{data} shows none of the classes whose outlines can vary")
    console.print(f"{len(maps)} label maps to train on, {len(held)} for validation")
    trainer = _Trainer(ShapeNetwork(config), recipe, run, source, console)
    if start is not None:
        trainer.start_from(start.network)
    if state is not None:
        trainer.restore(state)
    with stop_on_signals(trainer):
        trainer.fit()
    if trainer.stopping:
        console.print(f"Stopped at step {trainer.step}; go on with --resume.")
        return {}
    return _finish(trainer, label_set, statistics, maps, held, console)


def shape_loss(
    outline: Tensor, rest: Tensor, mean: Tensor, logvar: Tensor, examples: Examples, beta: float, free_bits: float
) -> tuple[Tensor, dict[str, float]]:
    """Negative evidence lower bound of the outline in the hole, with a Dice term and the cross-entropy of the rest.

    Returns:
        the loss, and its parts in nats an example (dice: 0..1).
    """
    hole, target = examples.hole, examples.target
    likelihood = (F.binary_cross_entropy_with_logits(outline, target, reduction="none") * hole).sum(dim=(1, 2, 3))
    # Shares of a cell have an entropy of their own that no network can get below; without it the figure means nothing.
    share = target.clamp(1e-6, 1 - 1e-6)
    entropy = -(share * share.log() + (1 - share) * (1 - share).log())
    likelihood = likelihood - (entropy * hole).sum(dim=(1, 2, 3))
    drawn = outline.sigmoid() * hole
    overlap = (drawn * target).sum(dim=(1, 2, 3))
    dice = 1 - (2 * overlap + 1) / (drawn.sum(dim=(1, 2, 3)) + (target * hole).sum(dim=(1, 2, 3)) + 1)
    divergence = 0.5 * (mean.square() + logvar.exp() - 1 - logvar)
    free = divergence.mean(dim=0).clamp(min=free_bits).sum()
    surroundings = (
        F.cross_entropy(rest, examples.rest, ignore_index=-1) if (examples.rest >= 0).any() else rest.sum() * 0
    )
    loss = (likelihood.mean() + 40 * dice.mean() + beta * free) / 50 + surroundings
    parts = {
        "outline": float(likelihood.mean().detach()),
        "dice": float(dice.mean().detach()),
        "kl": float(divergence.sum(dim=1).mean().detach()),
        "rest": float(surroundings.detach()),
    }
    return loss, parts


def _weights_at(path: Path) -> Path:
    return path / FILE_NAME if path.is_dir() else path


class _Trainer:
    def __init__(
        self, network: ShapeNetwork, recipe: ShapeRecipe, run: Path, source: ExampleSource, console: Console
    ) -> None:
        self.recipe, self.run, self.source, self.console = recipe, run, source, console
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = ShapeNetwork(network.config)
        self.average.load_state_dict(network.state_dict())
        self.average.eval().requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay, betas=(0.9, 0.99)
        )
        self.step = 0
        self.seconds = 0.0
        self.stopping = False

    @property
    def progress(self) -> float:
        """Share of the run that is over, by the first limit that will be reached."""
        shares = [0.0]
        if self.recipe.steps is not None:
            shares.append(self.step / self.recipe.steps)
        if self.recipe.minutes is not None:
            shares.append(self.seconds / (self.recipe.minutes * 60))
        return max(shares)

    def fit(self) -> None:
        columns = [TextColumn("train-shapes"), BarColumn(), TextColumn("{task.fields[status]}"), TimeElapsedColumn()]
        saved = logged = time.monotonic()
        smoothed: dict[str, float] = {}
        with Progress(*columns, console=self.console) as bar:
            task = bar.add_task("", total=1000, status="")
            while self.progress < 1 and not self.stopping:
                began = time.monotonic()
                parts = self._train_step()
                self.step += 1
                self.seconds += time.monotonic() - began
                keep = min(0.98, self.step / (self.step + 10))
                smoothed = {key: keep * smoothed.get(key, value) + (1 - keep) * value for key, value in parts.items()}
                figures = "  ".join(f"{key} {value:.3g}" for key, value in smoothed.items())
                bar.update(task, completed=int(1000 * min(self.progress, 1)), status=f"step {self.step}  {figures}")
                if time.monotonic() - logged > 20 or self.progress >= 1:
                    logged = time.monotonic()
                    entry = {"step": self.step, "minutes": round(self.seconds / 60, 2), **smoothed}
                    with (self.run / "log.jsonl").open("a", encoding="utf-8") as log:
                        log.write(json.dumps(entry) + "\n")
                if time.monotonic() - saved > _SAVE_SECONDS:
                    self.save()
                    saved = time.monotonic()
        self.save()

    def _train_step(self) -> dict[str, float]:
        recipe, done = self.recipe, self.progress
        rate = min(1.0, (self.step + 1) / 50) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))
        for group in self.optimizer.param_groups:
            group["lr"] = recipe.learning_rate * rate
        examples = self.source.batch(self.step, recipe.batch_size)
        self.network.train()
        context = examples.context.contiguous(memory_format=torch.channels_last)
        levels = self.network.look_around(context, examples.class_index)
        mean, logvar = self.network.encode(levels, examples.target, examples.hole, examples.class_index)
        # Noise by step number too: a resumed run draws what the uninterrupted one would have drawn.
        noise = torch.randn(mean.shape, generator=torch.Generator().manual_seed(recipe.seed * 1_000_003 + self.step))
        codes = mean + noise * (0.5 * logvar).exp()
        outline, rest = self.network.decode(levels, codes, examples.class_index)
        # The code is let in first and taxed later, else it is never used (Bowman et al. 2016).
        beta = recipe.beta * min(1.0, done / 0.2)
        loss, parts = shape_loss(outline, rest, mean, logvar, examples, beta, recipe.free_bits)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self.optimizer.step()
        keep = min(recipe.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean_weight, weight in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mean_weight.lerp_(weight, 1 - keep)
        return parts

    def save(self) -> None:
        """Write everything that :meth:`restore` needs to go on as if nothing had happened."""
        save_checkpoint(
            self.run,
            {
                "recipe": asdict(self.recipe),
                "config": self.network.config.to_dict(),
                "network": self.network.state_dict(),
                "average": self.average.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "step": self.step,
                "seconds": self.seconds,
            },
        )

    def restore(self, state: dict[str, Any]) -> None:
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]

    def start_from(self, network: ShapeNetwork) -> None:
        self.network.load_state_dict(network.state_dict())
        self.average.load_state_dict(network.state_dict())


def _finish(
    trainer: _Trainer,
    label_set: LabelSet,
    statistics: ShapeStatistics,
    maps: list[LabelMap],
    held: list[LabelMap],
    console: Console,
) -> dict[str, Any]:
    """Name the sliders, find the range of the dice, measure the model on the validation maps and write both down."""
    model = ShapeModel(trainer.average, statistics, label_set.names, background=label_set.background)
    console.print("Naming the sliders, finding how far the dice may go")
    random = np.random.default_rng(trainer.recipe.seed)
    chosen = [maps[int(index)] for index in random.permutation(len(maps))]
    model = model.with_sliders(find_directions(model, chosen)).with_limits(find_limits(model, chosen))
    console.print("Measuring on the validation maps")
    figures = measure_samples(model, held) if held else {}
    report = {
        "label_set": label_set.to_json(),
        "config": model.config.to_dict(),
        "recipe": asdict(trainer.recipe),
        "steps": trainer.step,
        "minutes": round(trainer.seconds / 60, 1),
        "figures": figures,
    }
    write_shape_model(trainer.run / FILE_NAME, model)
    (trainer.run / REPORT).write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for name, row in figures.get("classes", {}).items():
        console.print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in row.items()))
    return report
