"""A photo as a source of styles: parsed, encoded, a small picture of each class. For the job thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from app.document.photo import PhotoLayer
from app.rendering.jobs import Progress
from app.rendering.requests import ModelFacts
from model.compositing.pasting import FINENESS
from model.errors import UserError
from model.framing import fit_labels, fit_photo, person_crop
from model.images import read_photo

if TYPE_CHECKING:
    from model.parsing import Doubt

THUMBNAIL = 96


@dataclass(frozen=True)
class MixPhoto:
    """Attributes:
    path: where it came from.
    frame: the person in the network's frame, uint8 (height, width, 3); labels: their map, uint8 (height, width).
    fine: the same part of the photo, uint8 (FINENESS * height, FINENESS * width, 3).
    codes: float32 (classes, channels, h, w).
    pictures: uint8 (s, s, 3) for each class that it shows and has a style of.
    people: how many people of much the same size the photo shows; number: which of them this is, from 0.
    doubt: what speaks against the person that was found, if anything does.
    """

    path: Path
    frame: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    codes: NDArray[np.float32]
    pictures: dict[int, NDArray[np.uint8]]
    people: int = 1
    number: int = 0
    doubt: Doubt | None = None
    fine: NDArray[np.uint8] | None = None

    @property
    def name(self) -> str:
        return self.path.stem


@dataclass(frozen=True)
class Correction:
    """The outlines read off a photo that only gives styles are to be corrected.

    Attributes:
        layer, labels: the photo in the network's frame and its map, uint8 (height, width).
        done: gets the corrected map and its codes; the document that was open is there again by then.
    """

    layer: PhotoLayer
    labels: NDArray[np.uint8]
    done: Callable[[NDArray[np.uint8], NDArray[np.float32]], None]


def read_mix_photo(facts: ModelFacts, path: Path, progress: Progress, number: int = 0) -> MixPhoto:
    """Read a photo, find its classes and encode them; both come from the cache on disk when they were done before.

    Args:
        number: which of several people, 0 the largest.

    Raises:
        UserError: the file cannot be read, shows nobody, or the network takes no styles from photos.
    """
    from model.parsing import comparable, doubt, find_people
    from model.styles.mixture import CodeCache, encode_with_cache
    from model.styles.thumbnails import cut_thumbnail, thumbnail_box

    if not (facts.has_parser and facts.has_encoder):
        raise UserError("{bundle} takes no styles from photos: it has no parser or no encoder", bundle=facts.name)
    progress.step(QCoreApplication.translate("Progress", "Reading the photo"), 0.1)
    photo = read_photo(path)
    progress.step(QCoreApplication.translate("Progress", "Finding the styles in the photo"), 0.3)
    people = comparable(find_people(facts.bundle, photo))
    encoded = encode_with_cache(facts.bundle, photo, name=str(path), cache=CodeCache(), person=number)
    progress.step(QCoreApplication.translate("Progress", "Cutting out the classes"), 0.9)
    shown = _styled(facts, encoded.present)
    pictures = {index: cut_thumbnail(photo, thumbnail_box(encoded.labels, index), THUMBNAIL) for index in shown}
    size = (facts.height, facts.width)
    crop = person_crop(encoded.labels, *size, facts.label_set.background)
    return MixPhoto(
        path,
        fit_photo(photo, crop, *size),
        fit_labels(encoded.labels, crop, *size, facts.label_set.background),
        np.array(encoded.codes.numpy(), dtype=np.float32),
        pictures,
        people,
        number,
        doubt(facts.bundle, photo, encoded.labels, facts.label_set.background),
        fit_photo(photo, crop, FINENESS * facts.height, FINENESS * facts.width),
    )


def corrected(facts: ModelFacts, photo: MixPhoto, labels: NDArray[np.uint8], codes: NDArray[np.float32]) -> MixPhoto:
    """The photo under a corrected map of its frame, with the codes that were read under it."""
    from model.styles.thumbnails import cut_thumbnail, thumbnail_box

    shown = _styled(facts, np.unique(labels).tolist())
    pictures = {index: cut_thumbnail(photo.frame, thumbnail_box(labels, index), THUMBNAIL) for index in shown}
    return replace(photo, labels=labels, codes=codes, pictures=pictures)


def _styled(facts: ModelFacts, present: Iterable[int]) -> list[int]:
    """The classes of a photo that have a style in it."""
    # The network saw every photo's background replaced by its studio's: there is no style in it.
    without = {facts.label_set.background} if facts.bundle.background is not None else set()
    return sorted(set(present) - without)
