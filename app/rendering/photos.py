"""Opening a photo: read, parsed, fitted into the network's frame, its styles encoded. For the job thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.document.photo import PhotoLayer, fit_labels, person_crop
from app.rendering.requests import ModelFacts
from model.errors import UserError
from model.images import read_photo

if TYPE_CHECKING:
    from app.rendering.jobs import Progress


@dataclass(frozen=True)
class OpenedPhoto:
    """A photo as a document needs it: the layer, its label map and codes, in the network's frame.

    `labels` uint8 (height, width); `codes` float32 (classes, channels, h, w).
    """

    layer: PhotoLayer
    labels: NDArray[np.uint8]
    codes: NDArray[np.float32]


def open_photo(facts: ModelFacts, source: Path | NDArray[np.uint8], progress: Progress, name: str = "") -> OpenedPhoto:
    """Read (or take) a photo, find its label map, crop it to the person, encode its styles.

    Args:
        source: an image file, or the pixels, uint8 (H, W, 3).
    Raises:
        UserError: the file cannot be read, or the network has no parser.
    """
    if not facts.has_parser:
        raise UserError(f"{facts.name} cannot open photos: it has no parser; open a label map instead")
    from model.parsing import parse_photo

    progress.step("Reading the photo", 0.1)
    pixels = read_photo(source) if isinstance(source, Path) else source
    progress.step("Finding the clothes in the photo", 0.3)
    parsed = np.asarray(parse_photo(facts.bundle, pixels), dtype=np.uint8)
    background = facts.label_set.background
    crop = person_crop(parsed, facts.height, facts.width, background)
    layer = PhotoLayer(
        pixels, crop, facts.height, facts.width, name or (source.stem if isinstance(source, Path) else "photo")
    )
    labels = fit_labels(parsed, crop, facts.height, facts.width, background)
    progress.step("Reading the styles of the photo", 0.8)
    return OpenedPhoto(layer, labels, encode_frame(facts, layer.frame, labels))


def encode_frame(facts: ModelFacts, frame: NDArray[np.uint8], labels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The codes of a photo under a label map of its size; the mean code for absent classes or without an encoder."""
    if not facts.has_encoder:
        return facts.code_mean.copy()
    from model.styles import encode_photo

    return np.array(encode_photo(facts.bundle, frame, labels).cpu().numpy(), dtype=np.float32)
