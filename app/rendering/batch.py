"""The present styles on every map or photo of a folder. For the job thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.rendering.jobs import JobCancelled, Progress
from app.rendering.photos import OpenedPhoto, open_photo
from app.rendering.requests import ModelFacts
from app.telling import told
from model.compositing import Compositor, personal_classes, put_back, restyled_classes
from model.errors import UserError
from model.files import reason
from model.fitting import Fit
from model.images import write_picture
from model.labels import read_label_map

Draw = Callable[[NDArray[np.uint8], NDArray[np.float32]], NDArray[np.uint8]]
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")


@dataclass
class BatchReport:
    """What became of each file: pictures written, and failures as (name, reason)."""

    written: list[Path] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def find_inputs(folder: Path) -> list[Path]:
    """The images of a folder, by name.

    Raises:
        UserError: there are none, or the folder cannot be read.
    """
    try:
        images = (path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
        # Some systems leave a hidden file beside every picture.
        found = sorted(path for path in images if not path.name.startswith("."))
    except OSError as error:
        raise UserError("{folder} cannot be read: {reason}", folder=folder, reason=reason(error)) from error
    if not found:
        raise UserError("{folder} holds no images", folder=folder)
    return found


def output_paths(inputs: list[Path], target: Path) -> dict[Path, Path]:
    """The PNG for each input: none takes the place of another, or of an input."""
    stems = Counter(path.stem.casefold() for path in inputs)
    kept = {path.resolve() for path in inputs}
    outputs = {}
    for path in inputs:
        name = path.name if stems[path.stem.casefold()] > 1 else path.stem
        output = target / f"{name}.png"
        outputs[path] = output if output.resolve() not in kept else target / f"{name}-styled.png"
    return outputs


def render_folder(
    facts: ModelFacts,
    codes: NDArray[np.float32],
    source: Path,
    target: Path,
    device: str,
    progress: Progress,
) -> BatchReport:
    """Render every map of a folder with the same codes, and restyle every photo, into another folder as PNG.

    Of a photo, which is parsed first, only the classes of its largest person change; the rest stays to the pixel.
    A file that cannot be read is noted and passed over. Stops between two files when cancelled: what was written stays.
    """
    import torch

    from model.engine import Renderer

    inputs = find_inputs(source)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError("{target} cannot be made: {reason}", target=target, reason=reason(error)) from error
    renderer = Renderer(facts.bundle, device=device, budget_bytes=256 << 20)

    def draw(labels: NDArray[np.uint8], styles: NDArray[np.float32]) -> NDArray[np.uint8]:
        return np.array(renderer.render(labels, torch.from_numpy(styles)).pixels, dtype=np.uint8, order="C")

    report, outputs = BatchReport(), output_paths(inputs, target)
    for number, path in enumerate(inputs):
        try:
            progress.step(path.name, number / len(inputs))
            found = _read(facts, path, progress)
            if isinstance(found, OpenedPhoto):
                picture = restyled_photo(facts, found, codes, draw)
            else:
                fit = Fit.into(found.shape[0], found.shape[1], facts.height, facts.width)
                picture = fit.restore(draw(fit.labels(found, facts.label_set.background), codes))
            output = outputs[path]
            write_picture(output, picture)
            report.written.append(output)
        except JobCancelled:
            break
        except UserError as error:
            report.failed.append((path.name, told(error)))
    return report


def restyled_photo(facts: ModelFacts, opened: OpenedPhoto, codes: NDArray[np.float32], draw: Draw) -> NDArray[np.uint8]:
    """The whole photo with its person in other styles, uint8 (H, W, 3); everything else is the photo exactly.

    Args:
        codes: float32 (classes, channels, h, w).
        draw: the network's exact picture of a map with codes.
    """
    background = facts.label_set.background
    unstyled = frozenset({background} if facts.bundle.background is not None else ())
    layer, labels = opened.layer, opened.labels
    reference = draw(labels, opened.codes)
    personal = personal_classes(facts.label_set)
    compositor = Compositor(layer.frame, labels, reference, background, personal=personal)
    spread = np.array(facts.bundle.code_std.numpy(), dtype=np.float32)
    restyled = restyled_classes(codes, opened.codes, spread, unstyled, facts.controls)
    return put_back(layer.pixels, layer.crop, compositor, labels, draw(labels, codes), restyled)


def _read(facts: ModelFacts, path: Path, progress: Progress) -> NDArray[np.uint8] | OpenedPhoto:
    """A label map, or a photo that shows somebody. Raises UserError."""
    try:
        return read_label_map(path, facts.label_set)
    except UserError:
        if not facts.has_parser:
            raise
    opened = open_photo(facts, path, progress)
    if (opened.labels == facts.label_set.background).all():
        raise UserError("{path} shows no person that could be found", path=path)
    return opened
