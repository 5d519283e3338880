"""A photo under a document, and how it is fitted into the frame that the network works in."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.framing import Crop, fit_labels, fit_photo, person_crop, whole_crop

__all__ = ["Crop", "PhotoLayer", "fit_labels", "fit_photo", "person_crop", "put_back", "whole_crop"]


def put_back(photo: NDArray[np.uint8], crop: Crop, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The photo at its own size with the crop replaced by a frame, uint8 (photo height, photo width, 3)."""
    height, width = frame.shape[:2]
    photo_height, photo_width = photo.shape[:2]
    matrix = cv2.invertAffineTransform(crop.matrix(height, width))
    out = photo.copy()
    top, left = max(0, round(crop.top)), max(0, round(crop.left))
    bottom, right = min(photo_height, round(crop.top + crop.height)), min(photo_width, round(crop.left + crop.width))
    if bottom <= top or right <= left:
        return out
    matrix[:, 2] -= (left, top)
    out[top:bottom, left:right] = cv2.warpAffine(
        frame, matrix, (right - left, bottom - top), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return out


@dataclass(frozen=True)
class PhotoLayer:
    """A photo opened into a document.

    Attributes:
        pixels: the photo at its own size, uint8 (H, W, 3), RGB.
        crop: the part of it that is the document's frame.
        height, width: the frame's size.
        name: the file it came from, for titles.
    """

    pixels: NDArray[np.uint8]
    crop: Crop
    height: int
    width: int
    name: str = "photo"

    @cached_property
    def frame(self) -> NDArray[np.uint8]:
        """The photo in the document's frame, uint8 (height, width, 3)."""
        return fit_photo(self.pixels, self.crop, self.height, self.width)

    @cached_property
    def encoded(self) -> bytes:
        """The photo as a PNG. Large ones take seconds, so projects and recovery files share what was encoded once."""
        buffer = io.BytesIO()
        Image.fromarray(self.pixels).save(buffer, format="PNG", compress_level=1)
        return buffer.getvalue()

    @property
    def nbytes(self) -> int:
        return self.pixels.nbytes + self.height * self.width * 3
