"""Whether an image file is a label map or a photo, as far as its content tells."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import numpy as np

from app.document.foreign import data_set_of
from model.errors import UserError
from model.images import load_pixels, open_image
from model.labels import LabelSet, read_label_map

FEW_COLORS = 64
"""A PNG with no more colours than this may be a label map in foreign colours, one with more is a photo."""
FEW_GREYS = 160
"""The same for grey ones, whose values may be ids of a large set of classes."""
_LARGEST = 16_000_000
_EVEN = 0.8
"""Of the pixels of a map more than this share look like their right neighbour; photos of few colours are dappled."""
_TINY = 64
"""An image of fewer pixels is no map of anything, unless it shows several classes."""


class FileKind(Enum):
    """What a file holds. UNSURE may be either: it is opened as a label map, and the person is told or asked."""

    LABELS = "labels"
    PHOTO = "photo"
    UNSURE = "unsure"


def kind_of(path: Path, label_set: LabelSet) -> FileKind:
    """Tell label maps from photos.

    Maps are polygons (JSON), ids of a data set by their file name, and PNGs all of whose values or colours are classes
    of the set. Areas of few other colours, of a palette, or of a single value may be either; black and white is a
    drawing.

    Raises:
        UserError: the file is missing or damaged.
    """
    if path.suffix.lower() == ".json":
        return FileKind.LABELS
    if path.suffix.lower() != ".png":
        return FileKind.PHOTO
    image = open_image(path)
    if data_set_of(path) is not None:
        return FileKind.LABELS
    if image.mode == "1" or (image.mode != "P" and image.width * image.height > _LARGEST):
        return FileKind.PHOTO
    load_pixels(image, path)
    grey = image.mode in ("L", "LA") or image.mode.startswith("I")
    if grey:
        kinds = int(np.unique(np.asarray(image.getchannel(0) if image.mode == "LA" else image)).size)
    else:
        found = image.convert("RGB").getcolors(maxcolors=max(FEW_GREYS, len(label_set)))
        kinds = len(found) if found is not None else image.width * image.height
    try:
        read_label_map(path, label_set)
        fits = True
    except UserError:
        fits = False
    if image.width * image.height < _TINY and not (fits and kinds > 1):
        return FileKind.PHOTO
    pixels = np.asarray(image)
    even = float((pixels[:, 1:] == pixels[:, :-1]).mean()) if image.width > 1 else 1.0
    if fits:
        own = grey or {color for _, color in image.convert("RGB").getcolors() or ()} <= set(_colors(label_set))
        if own and kinds > 1:
            return FileKind.LABELS
        return FileKind.UNSURE if even > _EVEN else FileKind.PHOTO
    few = kinds <= (FEW_GREYS if grey else FEW_COLORS)
    return FileKind.UNSURE if few and even > _EVEN else FileKind.PHOTO


def _colors(label_set: LabelSet) -> list[tuple[int, int, int]]:
    return [info.color for info in label_set.classes]
