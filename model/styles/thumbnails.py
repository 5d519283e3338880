"""Small pictures of styles: which part of a picture shows a class best, and what stands around it steps back."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from model.boxes import box_around
from model.images import Photo
from model.labels import LabelMap, LabelSet
from model.shapes.tools import fill_from_nearest, grow

#: Pixels of a library picture's side.
THUMBNAIL = 96

#: Classes that are worn with anything, and that can be put on any example. They hide what they lie over.
ACCESSORIES = ("bag", "scarf", "hat", "eyewear")

#: Of these the bare maps show nothing: a face in the library wears no glasses, and no scarf lies over hair.
_TAKEN_OFF = ("eyewear", "scarf")

#: A belt is grown by so many pixels for its small picture, where it would be a line of nothing otherwise.
_THIN, _WIDER = "accessory", 8


def bare_map(labels: LabelMap, label_set: LabelSet) -> LabelMap:
    """An example as the library shows clothes and faces in it: without what hides them, a belt wide enough to be seen.

    Args:
        labels: uint8 (H, W), before accessories of other examples were put on it.
    """
    names = label_set.names
    gone = [names.index(name) for name in _TAKEN_OFF if name in names]
    hidden = np.isin(labels, gone)
    bare = fill_from_nearest(labels, hidden, ~hidden & (labels != label_set.background))
    if _THIN in names:
        kept = [label_set.background, *(names.index(name) for name in ("face", "hair", "skin") if name in names)]
        bare = grow(bare, names.index(_THIN), _WIDER, protect=kept)
    return bare


def shown_bare(label_set: LabelSet, class_index: int) -> bool:
    """Whether a class is shown in the bare maps; what they lack is shown where it is worn."""
    return label_set.names[class_index] not in ACCESSORIES


def thumbnail_box(labels: LabelMap, class_index: int) -> tuple[int, int, int, int]:
    """A square around a class with some room, moved into the map where it fits: top, left, bottom, right."""
    rows, columns = np.nonzero(labels == class_index)
    top, bottom, left, right = int(rows.min()), int(rows.max()) + 1, int(columns.min()), int(columns.max()) + 1
    side = min(max(int(1.2 * max(bottom - top, right - left)), 16), *labels.shape)
    y = min(max((top + bottom - side) // 2, 0), labels.shape[0] - side)
    x = min(max((left + right - side) // 2, 0), labels.shape[1] - side)
    return y, x, y + side, x + side


def swatch_box(labels: LabelMap, class_index: int) -> tuple[int, int, int, int]:
    """A square in which a class fills much of the picture: of what is long and narrow only the widest part."""
    mask = labels == class_index
    box = box_around(mask)
    height, width = box[2] - box[0], box[3] - box[1]
    side = int(min(max(1.1 * min(height, width), 0.55 * max(height, width), 40), *labels.shape))
    # Where a square of that side covers most of the class, nearest to its middle among equals.
    covered = cv2.blur(mask.astype(np.float32), (side, side), borderType=cv2.BORDER_CONSTANT)
    y, x = np.mgrid[: labels.shape[0], : labels.shape[1]]
    away = np.hypot(y - (box[0] + box[2] - 1) / 2, x - (box[1] + box[3] - 1) / 2)
    middle_y, middle_x = np.unravel_index(int(np.argmax(covered - 1e-4 * away)), mask.shape)
    top = min(max(int(middle_y) - side // 2, 0), labels.shape[0] - side)
    left = min(max(int(middle_x) - side // 2, 0), labels.shape[1] - side)
    return top, left, top + side, left + side


def among_pale(picture: Photo, mask: NDArray[np.bool_]) -> Photo:
    """The picture with all but the mask pale and grey: what surrounds a style in its thumbnail is none of it."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)[..., None]
    pale = np.clip(196 + 0.22 * grey, 0, 255)
    share = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)[..., None]
    return np.asarray((share * picture + (1 - share) * pale).round(), np.uint8)


def cut_thumbnail(picture: Photo, box: tuple[int, int, int, int], side: int = THUMBNAIL) -> Photo:
    """The box of a picture, uint8 (side, side, 3)."""
    part = np.ascontiguousarray(picture[box[0] : box[2], box[1] : box[3]])
    method = cv2.INTER_AREA if part.shape[0] > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (side, side), interpolation=method), np.uint8)
