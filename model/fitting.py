"""Fitting maps and photos of any size to a network's native size, and putting the picture back.

A map is scaled to fit inside the native size, its proportions kept, and padded on both sides with the background class.
The network then sees people at the scale it was trained at, whatever the map's size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import UserError
from model.images import Photo
from model.labels import LabelMap, resize_labels

Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True)
class Fit:
    """How a picture of source_height x source_width lies in one of height x width: a scaled box at (top, left)."""

    source_height: int
    source_width: int
    height: int
    width: int
    top: int
    left: int
    inner_height: int
    inner_width: int

    @staticmethod
    def into(source_height: int, source_width: int, height: int, width: int) -> Fit:
        """The largest centred box of the source's proportions; all sizes in pixels, at least 1."""
        if min(source_height, source_width, height, width) < 1:
            raise ValueError("sizes must be at least one pixel")
        scale = min(height / source_height, width / source_width)
        inner_height = min(height, max(1, round(source_height * scale)))
        inner_width = min(width, max(1, round(source_width * scale)))
        top, left = (height - inner_height) // 2, (width - inner_width) // 2
        return Fit(source_height, source_width, height, width, top, left, inner_height, inner_width)

    @property
    def identity(self) -> bool:
        return (self.source_height, self.source_width) == (self.height, self.width)

    def _inner(self, array: NDArray[Number]) -> NDArray[Number]:
        return array[self.top : self.top + self.inner_height, self.left : self.left + self.inner_width]

    def labels(self, labels: LabelMap, background: int = 0) -> LabelMap:
        """uint8 (source_height, source_width) -> (height, width), padded with the class `background`."""
        self._check(labels)
        fitted = np.full((self.height, self.width), background, dtype=np.uint8)
        self._inner(fitted)[...] = resize_labels(labels, self.inner_height, self.inner_width)
        return fitted

    def instances(self, instances: NDArray[np.int32]) -> NDArray[np.int32]:
        """int32 (source_height, source_width) -> (height, width), padded with 0."""
        self._check(instances)
        fitted = np.zeros((self.height, self.width), dtype=np.int32)
        rows = np.arange(self.inner_height) * self.source_height // self.inner_height
        columns = np.arange(self.inner_width) * self.source_width // self.inner_width
        self._inner(fitted)[...] = instances[rows[:, None], columns[None, :]]
        return fitted

    def photo(self, photo: Photo, fill: tuple[int, int, int] = (255, 255, 255)) -> Photo:
        """uint8 (source_height, source_width, 3) -> (height, width, 3), padded with the colour `fill`."""
        self._check(photo)
        fitted = np.empty((self.height, self.width, 3), dtype=np.uint8)
        fitted[...] = fill
        self._inner(fitted)[...] = resize_photo(photo, self.inner_height, self.inner_width)
        return fitted

    def restore(self, picture: Photo) -> Photo:
        """A picture of the native size back to the source's: uint8 (source_height, source_width, 3)."""
        return resize_photo(self._inner(picture), self.source_height, self.source_width)

    def restore_labels(self, labels: LabelMap) -> LabelMap:
        """A label map of the native size back to the source's."""
        return resize_labels(self._inner(labels), self.source_height, self.source_width)

    def _check(self, array: NDArray[Any]) -> None:
        if array.shape[:2] != (self.source_height, self.source_width):
            raise ValueError(f"{array.shape[:2]} is not the size of this fit")


def resize_photo(photo: Photo, height: int, width: int) -> Photo:
    """Area average when made smaller, cubic when made larger; uint8 (height, width, 3)."""
    if photo.shape[:2] == (height, width):
        return np.ascontiguousarray(photo)
    shrinks = height * width < photo.shape[0] * photo.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    resized = cv2.resize(np.ascontiguousarray(photo), (width, height), interpolation=method)
    return np.ascontiguousarray(resized, dtype=np.uint8)


def check_same_size(photo: Photo, labels: LabelMap, photo_name: str, labels_name: str) -> None:
    """Raise a UserError unless the label map has the photo's size."""
    if photo.shape[:2] != labels.shape:
        raise UserError(
            "{labels_name} is {width} x {height} pixels, but {photo_name} is {photo_width} x {photo_height}",
            labels_name=labels_name,
            width=labels.shape[1],
            height=labels.shape[0],
            photo_name=photo_name,
            photo_width=photo.shape[1],
            photo_height=photo.shape[0],
        )
