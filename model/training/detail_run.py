"""The loop of a training of details: data in memory, steps, checkpoints, sample grids, and the bundle at the end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from model.checkpoints.bundle import load_bundle, save_bundle
from model.errors import UserError
from model.images import write_picture
from model.training.checkpointing import NAME, load_checkpoint, save_checkpoint
from model.training.crops import inner
from model.training.data import find_extra_pairs, find_pairs, load_label_set, require_sound_data, split_pairs
from model.training.detail_crops import Photos, draw_crops, read_photos
from model.training.detail_recipe import DetailRecipe, Subject, recipe_for
from model.training.details import DetailTrainer
from model.training.losses import perceptual_loss
from model.training.reporting import Reporter
from model.training.samples import to_bytes
from model.training.signals import stop_on_signals

#: How much the crops of sample grids are enlarged.
GRID_SCALE = 4


@dataclass(frozen=True)
class DetailOptions:
    """What the command line says about one run.

    ``bundle``: the folder whose details are trained; it stays as it is. ``extra_data``: a second folder of pairs.
    ``minutes`` ends the run early, with checkpoint and bundle; ``recipe``: None for the subject's own.
    """

    data: Path
    out: Path
    bundle: Path
    subject: Subject = Subject.FACES
    extra_data: Path | None = None
    steps: int = 4000
    minutes: float | None = None
    resume: bool = False
    seed: int = 0
    checkpoint_every: int = 100
    check: bool = True
    recipe: DetailRecipe | None = None


def train_details(options: DetailOptions) -> Path:
    """Train the faces or the clothes of a bundle on the CPU and return the folder of the new bundle, RUN/bundle.

    Every 10th pair of ``data`` is left out (see split_pairs). Every step draws from a random stream seeded by its
    number, so a resumed run goes on bit for bit. Raises UserError for bad data, a bundle without the subject, or a run
    folder that cannot be resumed.
    """
    if not options.resume and (options.out / NAME).is_file():
        raise UserError(f"{options.out} already holds a run; add --resume to continue it or choose another folder.")
    bundle = load_bundle(options.bundle)
    torch.manual_seed(options.seed)
    recipe = options.recipe or recipe_for(options.subject)
    trainer = DetailTrainer(bundle, options.subject, recipe, perceptual_loss(None))
    if options.resume:
        trainer.load(load_checkpoint(options.out))
    label_set = load_label_set(options.data)
    if label_set.names != bundle.label_set.names:
        raise UserError(f"{options.data} and the bundle {bundle.name} have different classes")
    if options.check:
        require_sound_data(options.data)
    pairs, _ = split_pairs(find_pairs(options.data, label_set))
    if options.extra_data is not None:
        pairs += find_extra_pairs(options.extra_data, options.data, label_set, options.check)
    photos = read_photos(pairs, bundle, recipe, trainer.scope)
    _Loop(options, trainer, photos).run()
    bundle.generator = trainer.average.eval()
    bundle.card = {
        "recipe": options.subject.value,
        "from": bundle.name,
        "steps": trainer.step_number,
        "photos": len(photos),
    }
    save_bundle(bundle, options.out / "bundle")
    return options.out / "bundle"


class _Loop:
    """A running training: steps until the end, a signal or the time is up."""

    def __init__(self, options: DetailOptions, trainer: DetailTrainer, photos: Photos) -> None:
        self.options, self.trainer, self.photos = options, trainer, photos
        self.stopping = False

    def run(self) -> None:
        options, trainer = self.options, self.trainer
        began, saved = time.monotonic(), -1
        reporter = Reporter(options.out, options.steps, trainer.recipe.crops, True, trainer.step_number)
        with stop_on_signals(self), reporter:
            reporter.say(f"{len(self.photos)} photos to train {options.subject.value} on")
            while trainer.step_number < options.steps and not self.stopping:
                if options.minutes is not None and time.monotonic() - began > 60 * options.minutes:
                    break
                torch.manual_seed((options.seed * 1_000_003 + trainer.step_number) * 4096)
                terms = trainer.step(self.photos)
                reporter.step(trainer.step_number, terms)
                if trainer.step_number % options.checkpoint_every == 0:
                    self.checkpoint()
                    saved = trainer.step_number
            if self.stopping:
                reporter.say(f"stopped at step {trainer.step_number}")
        if saved != trainer.step_number:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Write the checkpoint, and a grid of training crops: photos above what is drawn (see ``grid``)."""
        save_checkpoint(self.options.out, self.trainer.state())
        folder = self.options.out / "samples"
        folder.mkdir(parents=True, exist_ok=True)
        write_picture(folder / f"{self.trainer.step_number:06d}.png", to_bytes(self.grid()[None])[0])

    @torch.no_grad()
    def grid(self) -> Tensor:
        """Photos, the bundle's drawing, this run's, one below the other; the right half with another photo's codes."""
        trainer, recipe = self.trainer, self.trainer.recipe
        torch.manual_seed(self.options.seed)
        crops = draw_crops(self.photos, trainer.bundle, recipe, trainer.scope)
        drawing = trainer.draw(crops, trainer.average)
        drawn, old = inner(drawing.drawn), inner(drawing.old)
        rows = [torch.cat(list(pictures[: recipe.crops]), 2) for pictures in (crops.photo, old, drawn)]
        stacked = torch.cat(rows, 1)
        return stacked.repeat_interleave(GRID_SCALE, 1).repeat_interleave(GRID_SCALE, 2)
