"""Whether what a parser found is no person of a photo after all: it knows nothing but people, and finds them in clouds.

Two things tell. In the pixels that it takes for a person, a parser is sure that they are not background; where it is
not, there is mostly nobody. And photos have thousands of colours where drawings have a few.
"""

from __future__ import annotations

from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from model.boxes import box_around
from model.images import Photo
from model.labels import LabelMap
from model.parsing.inference import HasParser, not_background, person_frame

#: Mean probability that the pixels of a person are no background, below which the person is doubted: of 90 photos of
#: whole people the least sure has 0.975, of crops of them 0.947; of streets without anybody most have less than 0.9.
SURE = 0.94
#: Of drawings parsers are less sure than of nearly all photos (0.98 at most), however clear these are.
SURE_OF_PHOTO = 0.985
#: Share that the commonest colours have in all of a drawing, and in the person: in photos 0.6 and 0.74 at most, in
#: flat drawings that were saved as JPEG (quality 60) 0.85 and 0.66 at least.
COLORS, SHARE_OF_PICTURE, SHARE_OF_PERSON = 16, 0.8, 0.62
_BITS = 5  # of each channel that tell colours apart
_MEDIAN = 5  # pixels of the window that takes away the ringing of JPEG
_LONGEST = 800


class Doubt(Enum):
    """What is wrong with a photo."""

    DRAWING = "drawing"
    NOBODY = "nobody"


def doubt(bundle: HasParser, photo: Photo, labels: LabelMap, background: int = 0) -> Doubt | None:
    """What speaks against the person that was found in a photo; None where nothing does.

    Args:
        photo: uint8 (H, W, 3), RGB; labels: uint8 (H, W), what `parse_photo` found in it.

    Raises:
        UserError: the bundle has no parser.
    """
    person = labels != background
    if not person.any():
        return Doubt.NOBODY
    sure = certainty(bundle, photo, person)
    if sure < SURE_OF_PHOTO and is_drawn(photo, person):
        return Doubt.DRAWING
    return Doubt.NOBODY if sure < SURE else None


def is_drawn(photo: Photo, person: NDArray[np.bool_]) -> bool:
    """Whether both the picture and the person in it, bool (H, W), consist of a few colours."""
    height, width = person.shape
    scale = min(_LONGEST / max(height, width), 1.0)
    if scale < 1:
        # Nearest: means of neighbours would be new colours.
        size = max(round(width * scale), 1), max(round(height * scale), 1)
        photo = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_NEAREST), np.uint8)
        person = cv2.resize(person.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    smooth = np.asarray(cv2.medianBlur(np.ascontiguousarray(photo), _MEDIAN), np.uint8)
    coarse = (smooth >> (8 - _BITS)).astype(np.int32)
    number = (coarse[..., 0] << 2 * _BITS) | (coarse[..., 1] << _BITS) | coarse[..., 2]
    return all(
        part.size > 0 and np.sort(np.bincount(part))[-COLORS:].sum() >= share * part.size
        for part, share in ((number.ravel(), SHARE_OF_PICTURE), (number[person], SHARE_OF_PERSON))
    )


def certainty(bundle: HasParser, photo: Photo, person: NDArray[np.bool_]) -> float:
    """How sure the parser is that the pixels of a person, bool (H, W), are no background: mean probability, 0 to 1."""
    box = box_around(person)
    top, left, bottom, right = person_frame(bundle, box, *person.shape)
    cut_off = box[2] == len(person)
    if cut_off:
        # As `parse_photo` saw it: how large they are must be found again.
        top, left, bottom, right = 0, 0, *person.shape
    share = not_background(bundle, photo[top:bottom, left:right], None if cut_off else box[2] - box[0])
    inside = person[top:bottom, left:right].astype(np.uint8)
    weight = cv2.resize(inside.astype(np.float32), share.shape[::-1], interpolation=cv2.INTER_AREA)
    # Cells that the outline divides are half background by right.
    whole = np.maximum(weight - 0.5, 0)
    weight = whole if whole.any() else weight
    return float((weight * share).sum() / max(float(weight.sum()), 1e-6))
