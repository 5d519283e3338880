"""A photo as a source of styles: parsed, encoded, a small picture of each class. For the job thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from app.rendering.jobs import Progress
from app.rendering.requests import ModelFacts
from model.errors import UserError
from model.images import read_photo

THUMBNAIL = 96


@dataclass(frozen=True)
class MixPhoto:
    """Attributes:
    path: where it came from.
    codes: float32 (classes, channels, h, w).
    pictures: uint8 (s, s, 3) for each class that it shows and has a style of.
    """

    path: Path
    codes: NDArray[np.float32]
    pictures: dict[int, NDArray[np.uint8]]

    @property
    def name(self) -> str:
        return self.path.stem


def read_mix_photo(facts: ModelFacts, path: Path, progress: Progress) -> MixPhoto:
    """Read a photo, find its classes and encode them; both come from the cache on disk when they were done before.

    Raises:
        UserError: the file cannot be read, shows nobody, or the network takes no styles from photos.
    """
    from model.styles.mixture import CodeCache, encode_with_cache
    from model.styles.survey import cut_thumbnail, thumbnail_box

    if not (facts.has_parser and facts.has_encoder):
        raise UserError(f"{facts.name} takes no styles from photos: it has no parser or no encoder")
    progress.step(QCoreApplication.translate("Progress", "Reading the photo"), 0.1)
    photo = read_photo(path)
    progress.step(QCoreApplication.translate("Progress", "Finding the styles in the photo"), 0.3)
    encoded = encode_with_cache(facts.bundle, photo, name=str(path), cache=CodeCache())
    progress.step(QCoreApplication.translate("Progress", "Cutting out the classes"), 0.9)
    shown = sorted(encoded.present)
    if facts.bundle.background is not None:
        # The network saw every photo's background replaced by its studio's: there is no style in it.
        shown = [index for index in shown if index != facts.label_set.background]
    pictures = {index: cut_thumbnail(photo, thumbnail_box(encoded.labels, index), THUMBNAIL) for index in shown}
    return MixPhoto(path, np.array(encoded.codes.numpy(), dtype=np.float32), pictures)
