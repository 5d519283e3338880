"""Tools of one click: fill, magic wand, eyedropper; and the regions they work on."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from app.canvas.raster import Mask
from app.canvas.tools.base import CursorKind, Pointer, Tool
from app.document.box import Box


def connected(mask: Mask, row: int, column: int) -> Mask:
    """The 4-connected part of a mask that holds a pixel; empty when the pixel is not set. bool, same shape."""
    if not mask[row, column]:
        return np.zeros_like(mask)
    _, components = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    return np.asarray(components == components[row, column])


def similar(image: NDArray[np.uint8], row: int, column: int, tolerance: int) -> Mask:
    """Pixels whose colour differs from one pixel's by at most `tolerance` in every channel. bool (H, W)."""
    difference = np.abs(image.astype(np.int16) - image[row, column].astype(np.int16))
    return np.asarray((difference <= tolerance).all(axis=2))


class _ClickTool(Tool):
    """Paints a region with the picked class at each press."""

    def region(self, row: int, column: int, pointer: Pointer) -> Mask | None:
        raise NotImplementedError

    def press(self, pointer: Pointer) -> None:
        place = self.inside(pointer)
        if place is None:
            return
        mask = self.region(*place, pointer)
        if mask is None:
            return
        box = Box.around(mask)
        if box.empty:
            return
        name = self.class_name
        self.document.begin_stroke(f"{self.label}: {name}", self.id)
        self.document.paint(box, mask[box.slices], self.settings.class_index)
        self.document.commit_stroke()


class FillTool(_ClickTool):
    """Fills the region of one class under the pointer; Shift turns "connected only" around."""

    id = "fill"
    text = str(QT_TRANSLATE_NOOP("Tools", "Fill"))
    uses = ("contiguous",)

    def region(self, row: int, column: int, pointer: Pointer) -> Mask | None:
        mask = np.asarray(self.document.labels == self.document.labels[row, column])
        return connected(mask, row, column) if self.settings.contiguous != pointer.shift else mask


class WandTool(_ClickTool):
    """Paints where the photo (or the picture, without a photo) has nearly the colour under the pointer."""

    id = "wand"
    text = str(QT_TRANSLATE_NOOP("Tools", "Magic wand"))
    uses = ("tolerance", "contiguous")

    def region(self, row: int, column: int, pointer: Pointer) -> Mask | None:
        image = self.context.image()
        if image is None or image.shape[:2] != self.document.labels.shape:
            return None
        mask = similar(image, row, column, self.settings.tolerance)
        return connected(mask, row, column) if self.settings.contiguous != pointer.shift else mask


class EyedropperTool(Tool):
    """Picks the class under the pointer."""

    id = "eyedropper"
    cursor = CursorKind.PICK

    def press(self, pointer: Pointer) -> None:
        place = self.inside(pointer)
        if place is not None:
            self.context.pick_class(int(self.document.labels[place]))

    def move(self, pointer: Pointer) -> None:
        self.press(pointer)
