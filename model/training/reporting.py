"""What a run tells while it goes on: progress bar, log lines, TensorBoard, sample grids."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor

from model.images import write_picture
from model.labels import LabelSet
from model.training.networks import ImageModel
from model.training.samples import sample_grid


class Reporter:
    """Progress of a run. Loss terms are read from the device every ``every`` steps only: reading waits for it."""

    def __init__(
        self, run: Path, steps: int, pictures_per_step: int, active: bool, start: int = 0, every: int = 20
    ) -> None:
        self.run = run
        self.steps = steps
        self.pictures_per_step = pictures_per_step
        self.active = active
        self.every = every
        self.start = start
        self._last = (start, time.monotonic())
        self._progress: Progress | None = None
        self._writer: Any = None

    def __enter__(self) -> Reporter:
        if not self.active:
            return self
        self.run.mkdir(parents=True, exist_ok=True)
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(self.run / "tensorboard"))  # type: ignore[no-untyped-call]
        if sys.stderr.isatty():
            self._progress = Progress(
                TextColumn("training"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[note]}"),
                console=Console(stderr=True),
            )
            self._progress.start()
            self._task = self._progress.add_task("training", total=self.steps, completed=self.start, note="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()
        if self._writer is not None:
            self._writer.close()

    def say(self, text: str) -> None:
        """One line on stderr."""
        if self.active:
            print(text, file=sys.stderr, flush=True)

    def step(self, step: int, terms: dict[str, Tensor]) -> None:
        """Called after every step with its loss terms."""
        if not self.active:
            return
        if self._progress is not None:
            self._progress.update(self._task, completed=step)
        if step % self.every and step != self.steps:
            return
        values = {name: float(value) for name, value in terms.items()}
        before, then = self._last
        now = time.monotonic()
        rate = (step - before) * self.pictures_per_step / max(now - then, 1e-6)
        self._last = (step, now)
        for name, value in values.items():
            self._writer.add_scalar(f"loss/{name}", value, step)
        self._writer.add_scalar("images_per_second", rate, step)
        with (self.run / "log.jsonl").open("a") as log:
            log.write(json.dumps({"step": step, "images_per_second": round(rate, 2), **values}) + "\n")
        note = f"{rate:.1f} images/s  " + "  ".join(f"{name} {value:.3f}" for name, value in values.items())
        if self._progress is not None:
            self._progress.update(self._task, note=note)
        else:
            left = (self.steps - step) * self.pictures_per_step / max(rate, 1e-6)
            self.say(f"step {step}/{self.steps}  {note}  {left / 60:.0f} min left")


def write_picture_grid(
    run: Path, step: int, model: ImageModel, photo: Tensor, labels: Tensor, label_set: LabelSet
) -> None:
    """Write RUN/samples/STEP.png."""
    folder = run / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    write_picture(folder / f"{step:07d}.png", sample_grid(model, photo, labels, label_set))
