"""Opening a photo: read, parsed, fitted into the network's frame, its styles encoded. For the job thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from app.document.photo import PhotoLayer, fit_labels, person_crop, whole_crop
from app.rendering.requests import ModelFacts
from model.errors import UserError
from model.images import open_image, read_photo

if TYPE_CHECKING:
    from app.rendering.jobs import Progress
    from model.parsing import Doubt


PERSON = 0.01
"""Nobody is in a photo in which less than this share of the frame is a class other than background."""
KINDS, KIND = 2, 0.001
"""Nor where fewer classes than this have such a share: a wall may be taken for a dress, but nobody wears only that."""


@dataclass(frozen=True)
class ParsedPhoto:
    """A photo and what the parser found in it, in the network's frame.

    Attributes:
        labels: uint8 (height, width); all background where nobody was found.
        person: somebody was found.
        full_size: height and width of the file where it was too large and had to be scaled down.
        people: how many people of much the same size the photo shows; number: which of them this is, from 0.
        doubt: what speaks against the person that was found, if anything does.
    """

    layer: PhotoLayer
    labels: NDArray[np.uint8]
    person: bool
    full_size: tuple[int, int] | None = None
    people: int = 1
    number: int = 0
    doubt: Doubt | None = None


@dataclass(frozen=True)
class OpenedPhoto:
    """A photo as a document needs it: the layer, its label map and codes, in the network's frame.

    `labels` uint8 (height, width); `codes` float32 (classes, channels, h, w).
    """

    layer: PhotoLayer
    labels: NDArray[np.uint8]
    codes: NDArray[np.float32]


def parse_file(
    facts: ModelFacts, source: Path | NDArray[np.uint8], progress: Progress, name: str = "", number: int | None = None
) -> ParsedPhoto:
    """Read (or take) a photo, find its label map, crop it to the person.

    Args:
        source: an image file, or the pixels, uint8 (H, W, 3).
        number: which of several people, 0 the largest; None: the largest, and the others are not even counted.
    Raises:
        UserError: the file cannot be read, or the network has no parser.
    """
    if not facts.has_parser:
        raise UserError("{bundle} cannot open photos: it has no parser; open a label map instead", bundle=facts.name)
    from model.parsing import comparable, doubt, find_people, parse_photo

    progress.step(QCoreApplication.translate("Progress", "Reading the photo"), 0.1)
    full_size = None
    if isinstance(source, Path):
        pixels = read_photo(source)
        width, height = open_image(source).size
        if height * width > pixels.shape[0] * pixels.shape[1]:
            turned = (height > width) != (pixels.shape[0] > pixels.shape[1])
            full_size = (width, height) if turned else (height, width)
    else:
        pixels = source
    progress.step(QCoreApplication.translate("Progress", "Finding the clothes in the photo"), 0.3)
    people = 1 if number is None else comparable(find_people(facts.bundle, pixels))
    parsed = np.asarray(parse_photo(facts.bundle, pixels, person=number or 0), dtype=np.uint8)
    background = facts.label_set.background
    crop = person_crop(parsed, facts.height, facts.width, background)
    labels = fit_labels(parsed, crop, facts.height, facts.width, background)
    shares = np.bincount(labels.reshape(-1), minlength=len(facts.label_set)) / labels.size
    shares[background] = 0.0
    person = float(shares.sum()) >= PERSON and int((shares >= KIND).sum()) >= KINDS
    if not person:
        crop = whole_crop(pixels.shape[0], pixels.shape[1], facts.height, facts.width)
        labels = np.full((facts.height, facts.width), background, dtype=np.uint8)
    doubted = doubt(facts.bundle, pixels, parsed, background) if person else None
    title = name or (source.stem if isinstance(source, Path) else "photo")
    layer = PhotoLayer(pixels, crop, facts.height, facts.width, title)
    # Kept by the layer: the window would have to wait for it, a tenth of a second for a large photo.
    _ = layer.frame
    return ParsedPhoto(layer, labels, person, full_size, people, number or 0, doubted)


def open_photo(facts: ModelFacts, source: Path | NDArray[np.uint8], progress: Progress, name: str = "") -> OpenedPhoto:
    """As `parse_file`, and the styles under the map that was found; nobody is asked whether it is right."""
    parsed = parse_file(facts, source, progress, name)
    progress.step(QCoreApplication.translate("Progress", "Reading the styles of the photo"), 0.8)
    return OpenedPhoto(parsed.layer, parsed.labels, encode_frame(facts, parsed.layer.frame, parsed.labels))


def encode_frame(facts: ModelFacts, frame: NDArray[np.uint8], labels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The codes of a photo under a label map of its size; the mean code for absent classes or without an encoder."""
    if not facts.has_encoder:
        return facts.code_mean.copy()
    from model.styles import encode_photo

    return np.array(encode_photo(facts.bundle, frame, labels).cpu().numpy(), dtype=np.float32)


def first_styles(
    facts: ModelFacts, frame: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], dict[int, NDArray[np.float32]]]:
    """The codes of a photo under a map as `encode_frame` gives them, and of classes that it lacks, by class index, what
    they are to be added in: styles of the library that go with the rest (`model.styles.outfit`)."""
    from model.styles.outfit import outfit

    missing = outfit(facts.bundle, frame, labels)
    return encode_frame(facts, frame, labels), {
        index: np.array(code.numpy(), dtype=np.float32) for index, code in missing.items()
    }
