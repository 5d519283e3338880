"""The part of a photo that becomes a network's frame: around the person, as large as the network knows people."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.labels import LabelSet

PERSON_SHARE = 0.92
"""Share of the frame's height that a person fills in the training data; photos are brought to it."""

KEEP_SHARE = 0.6
"""A photo of the frame's own proportions is left whole when the person fills at least this share of its height."""


@dataclass(frozen=True)
class Crop:
    """The rectangle of a photo that becomes the frame, in photo pixels; it may reach beyond the photo."""

    top: float
    left: float
    height: float
    width: float

    def matrix(self, height: int, width: int) -> NDArray[np.float64]:
        """Affine map (2, 3) from photo coordinates (x, y) to a frame of `height` x `width` pixels."""
        sx, sy = width / self.width, height / self.height
        return np.array([[sx, 0.0, -self.left * sx + (sx - 1) / 2], [0.0, sy, -self.top * sy + (sy - 1) / 2]])


def whole_crop(photo_height: int, photo_width: int, height: int, width: int) -> Crop:
    """The smallest crop with the proportions of a `height` x `width` frame that holds the whole photo."""
    scale = max(photo_height / height, photo_width / width)
    crop_height, crop_width = scale * height, scale * width
    return Crop((photo_height - crop_height) / 2, (photo_width - crop_width) / 2, crop_height, crop_width)


def person_crop(labels: NDArray[np.uint8], height: int, width: int, background: int = 0) -> Crop:
    """The crop of a parsed photo in which the person is as large as the network knows people.

    Args:
        labels: label map of the photo's own size.
        background: the class that is nobody.
        height, width: size of the frame.
    Returns:
        the whole photo where it already has the frame's proportions and a person of fair size, or nobody is found.
    """
    photo_height, photo_width = labels.shape
    whole = whole_crop(photo_height, photo_width, height, width)
    mask = (labels != background).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return whole
    largest = int(stats[1:, cv2.CC_STAT_AREA].max())
    kept = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] >= 0.1 * largest]
    left = min(int(stats[i, cv2.CC_STAT_LEFT]) for i in kept)
    top = min(int(stats[i, cv2.CC_STAT_TOP]) for i in kept)
    right = max(int(stats[i, cv2.CC_STAT_LEFT] + stats[i, cv2.CC_STAT_WIDTH]) for i in kept)
    bottom = max(int(stats[i, cv2.CC_STAT_TOP] + stats[i, cv2.CC_STAT_HEIGHT]) for i in kept)
    same_shape = abs(photo_height * width - photo_width * height) <= 0.02 * photo_height * width
    if same_shape and bottom - top >= KEEP_SHARE * photo_height:
        return whole
    crop_height = max((bottom - top) / PERSON_SHARE, (right - left) / PERSON_SHARE * height / width)
    crop_width = crop_height * width / height
    return Crop((top + bottom - crop_height) / 2, (left + right - crop_width) / 2, crop_height, crop_width)


def fit_photo(photo: NDArray[np.uint8], crop: Crop, height: int, width: int) -> NDArray[np.uint8]:
    """The crop of a photo as a frame, uint8 (height, width, 3); beyond the photo its border goes on."""
    shrink = max(crop.height / height, crop.width / width)
    if shrink > 1.5:
        # A warp reads four pixels however far it shrinks: average first, or fine cloth turns into moire.
        small_width = max(1, round(photo.shape[1] / shrink))
        small_height = max(1, round(photo.shape[0] / shrink))
        sx, sy = small_width / photo.shape[1], small_height / photo.shape[0]
        photo = cv2.resize(photo, (small_width, small_height), interpolation=cv2.INTER_AREA).astype(np.uint8)
        crop = Crop(crop.top * sy, crop.left * sx, crop.height * sy, crop.width * sx)
    matrix = crop.matrix(height, width)
    warped = cv2.warpAffine(photo, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(warped, dtype=np.uint8)


def fit_labels(labels: NDArray[np.uint8], crop: Crop, height: int, width: int, outside: int = 0) -> NDArray[np.uint8]:
    """The crop of a label map as a frame, uint8 (height, width), nearest pixel; `outside` beyond the map."""
    warped = cv2.warpAffine(
        labels,
        crop.matrix(height, width),
        (width, height),
        flags=cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(outside,),
    )
    return np.ascontiguousarray(warped, dtype=np.uint8)


def shows_people(label_set: LabelSet) -> bool:
    """Whether the classes are those of a person, so that pictures can be framed around one."""
    return not {"face", "hair"}.isdisjoint(label_set.names)
