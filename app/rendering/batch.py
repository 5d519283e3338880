"""The present styles on every map or photo of a folder. For the job thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.rendering.jobs import JobCancelled, Progress
from app.rendering.photos import open_photo
from app.rendering.requests import ModelFacts
from model.errors import UserError
from model.fitting import Fit
from model.images import write_picture
from model.labels import read_label_map

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")


@dataclass
class BatchReport:
    """What became of each file: pictures written, and failures as (name, reason)."""

    written: list[Path] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def find_inputs(folder: Path) -> list[Path]:
    """The images of a folder by name.

    Raises:
        UserError: there are none, or the folder cannot be read.
    """
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise UserError(f"{folder} cannot be read: {error.strerror}") from error
    if not found:
        raise UserError(f"{folder} holds no images")
    return found


def render_folder(
    facts: ModelFacts,
    codes: NDArray[np.float32],
    source: Path,
    target: Path,
    device: str,
    progress: Progress,
) -> BatchReport:
    """Render every map of a folder (photos are parsed first) with the same codes into another folder as PNG.

    A file that cannot be read is noted and passed over. Stops between two files when cancelled: what was written stays.
    """
    import torch

    from model.engine import Renderer

    inputs = find_inputs(source)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{target} cannot be made: {error.strerror}") from error
    renderer = Renderer(facts.bundle, device=device, budget_bytes=256 << 20)
    tensor = torch.from_numpy(codes)
    report = BatchReport()
    for number, path in enumerate(inputs):
        try:
            progress.step(path.name, number / len(inputs))
            labels, fit = _labels_of(facts, path, progress)
            picture = np.asarray(renderer.render(labels, tensor).pixels)
            output = target / f"{path.stem}.png"
            if output.resolve() == path.resolve():
                output = target / f"{path.stem}-styled.png"
            write_picture(output, picture if fit is None else fit.restore(picture))
            report.written.append(output)
        except JobCancelled:
            break
        except UserError as error:
            report.failed.append((path.name, str(error)))
    return report


def _labels_of(facts: ModelFacts, path: Path, progress: Progress) -> tuple[NDArray[np.uint8], Fit | None]:
    try:
        labels = read_label_map(path, facts.label_set)
    except UserError:
        if not facts.has_parser:
            raise
        return open_photo(facts, path, progress).labels, None
    fit = Fit.into(labels.shape[0], labels.shape[1], facts.height, facts.width)
    return (labels, None) if fit.identity else (fit.labels(labels, facts.label_set.background), fit)
