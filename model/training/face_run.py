"""The loop of a training of faces: data in memory, steps, checkpoints, sample grids, and the bundle at the end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from model.checkpoints.bundle import load_bundle, save_bundle
from model.errors import UserError
from model.images import write_picture
from model.training.checkpointing import NAME, load_checkpoint, save_checkpoint
from model.training.data import find_extra_pairs, find_pairs, load_label_set, require_sound_data, split_pairs
from model.training.faces import FaceRecipe, Faces, FaceTrainer, draw_crops, read_faces
from model.training.losses import perceptual_loss
from model.training.reporting import Reporter
from model.training.samples import to_bytes
from model.training.signals import stop_on_signals

#: How much the faces of sample grids are enlarged.
GRID_SCALE = 4


@dataclass(frozen=True)
class FaceOptions:
    """What the command line says about one run.

    ``bundle``: the folder whose faces are trained; it stays as it is. ``extra_data``: a second folder of pairs.
    ``minutes`` ends the run early, with checkpoint and bundle.
    """

    data: Path
    out: Path
    bundle: Path
    extra_data: Path | None = None
    steps: int = 4000
    minutes: float | None = None
    resume: bool = False
    seed: int = 0
    checkpoint_every: int = 100
    check: bool = True
    recipe: FaceRecipe = field(default_factory=FaceRecipe)


def train_faces(options: FaceOptions) -> Path:
    """Train the faces of a bundle on the CPU and return the folder of the new bundle, RUN/bundle.

    Every 10th pair of ``data`` is left out (see split_pairs). Every step draws from a random stream seeded by its
    number, so a resumed run goes on bit for bit. Raises UserError for bad data, a bundle without faces, or a run folder
    that cannot be resumed.
    """
    if not options.resume and (options.out / NAME).is_file():
        raise UserError(f"{options.out} already holds a run; add --resume to continue it or choose another folder.")
    bundle = load_bundle(options.bundle)
    torch.manual_seed(options.seed)
    trainer = FaceTrainer(bundle, options.recipe, perceptual_loss(None))
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
    faces = read_faces(pairs, bundle, options.recipe, trainer.face, trainer.framed)
    loop = _Loop(options, trainer, faces)
    loop.run()
    bundle.generator = trainer.average.eval()
    bundle.card = {"recipe": "faces", "from": bundle.name, "steps": trainer.step_number, "photos": len(faces)}
    save_bundle(bundle, options.out / "bundle")
    return options.out / "bundle"


class _Loop:
    """A running training: steps until the end, a signal or the time is up."""

    def __init__(self, options: FaceOptions, trainer: FaceTrainer, faces: Faces) -> None:
        self.options, self.trainer, self.faces = options, trainer, faces
        self.stopping = False

    def run(self) -> None:
        options, trainer = self.options, self.trainer
        began, saved = time.monotonic(), -1
        reporter = Reporter(options.out, options.steps, options.recipe.faces, True, trainer.step_number)
        with stop_on_signals(self), reporter:
            reporter.say(f"{len(self.faces)} faces to train on")
            while trainer.step_number < options.steps and not self.stopping:
                if options.minutes is not None and time.monotonic() - began > 60 * options.minutes:
                    break
                torch.manual_seed((options.seed * 1_000_003 + trainer.step_number) * 4096)
                terms = trainer.step(self.faces)
                reporter.step(trainer.step_number, terms)
                if trainer.step_number % options.checkpoint_every == 0:
                    self.checkpoint()
                    saved = trainer.step_number
            if self.stopping:
                reporter.say(f"stopped at step {trainer.step_number}")
        if saved != trainer.step_number:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Write the checkpoint, and a grid of training faces: photos above what is drawn (see ``grid``)."""
        save_checkpoint(self.options.out, self.trainer.state())
        folder = self.options.out / "samples"
        folder.mkdir(parents=True, exist_ok=True)
        write_picture(folder / f"{self.trainer.step_number:06d}.png", to_bytes(self.grid()[None])[0])

    @torch.no_grad()
    def grid(self) -> Tensor:
        """Photos, the bundle's drawing, this run's, one below the other; the right half with another photo's head."""
        trainer, recipe = self.trainer, self.options.recipe
        torch.manual_seed(self.options.seed)
        crops = draw_crops(self.faces, trainer.bundle, recipe, trainer.focus, trainer.head)
        drawn, old = trainer.draw(crops, trainer.average)
        rows = [torch.cat(list(pictures[: recipe.faces]), 2) for pictures in (crops.photo, old, drawn)]
        stacked = torch.cat(rows, 1)
        return stacked.repeat_interleave(GRID_SCALE, 1).repeat_interleave(GRID_SCALE, 2)
