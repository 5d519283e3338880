"""Moves and scales a region of one class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from app.canvas.raster import Mask, Point
from app.canvas.tools.base import CursorKind, Guide, Pointer, Tool, ToolContext
from app.canvas.tools.regions import connected
from app.document.box import Box

HANDLE_REACH = 9.0
"""Screen pixels around a corner within which it is grabbed."""


def corner_reach(corners: Sequence[Point], scale: float) -> float:
    """Map pixels around a corner of a box within which it is grabbed; `corners`: from top left, clockwise.

    A small region would be all corners otherwise, and could not be moved.
    """
    (left, top), (right, bottom) = corners[0], corners[2]
    return min(HANDLE_REACH / max(scale, 1e-6), 0.3 * min(right - left, bottom - top))


@dataclass(frozen=True)
class _Region:
    mask: Mask
    class_index: int
    box: Box

    def corners(self) -> tuple[Point, ...]:
        top, left, bottom, right = self.box
        return (left, top), (right, top), (right, bottom), (left, bottom)


@dataclass(frozen=True)
class _Drag:
    start: Point
    anchor: Point | None
    """The corner that stays when another one is dragged; None moves the region."""


class TransformTool(Tool):
    """Press on a region to pick it up (Alt: every region of that class); drag it, or drag a corner to scale it.

    Shift keeps the direction (moving) or frees the proportions (scaling). What the region uncovers becomes what the map
    before editing had there, or background.
    """

    id = "transform"
    cursor = CursorKind.MOVE

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._region: _Region | None = None
        self._drag: _Drag | None = None

    @property
    def active(self) -> bool:
        return self._drag is not None

    def press(self, pointer: Pointer) -> None:
        anchor = self._grabbed(pointer)
        if anchor is None:
            place = self.inside(pointer)
            if place is None:
                self._region = None
                return
            self._select(*place, whole_class=pointer.alt)
            if self._region is None:
                return
        self._drag = _Drag(pointer.point, anchor)
        scaling = QCoreApplication.translate("Tools", "Scale region")
        moving = QCoreApplication.translate("Tools", "Move region")
        self.document.begin_stroke(scaling if anchor is not None else moving, self.id)

    def move(self, pointer: Pointer) -> None:
        if self._drag is None or self._region is None:
            return
        self.document.restore_stroke()
        moved = self._transformed(pointer)
        if moved is None:
            return
        hole = self._region.mask & ~moved
        uncovered = np.where(
            self.document.original == self._region.class_index,
            self.document.label_set.background,
            self.document.original,
        ).astype(np.uint8)
        whole = Box(0, 0, self.document.height, self.document.width)
        values = np.where(hole, uncovered, np.uint8(self._region.class_index)).astype(np.uint8)
        self.document.paint(whole, hole | moved, values)

    def release(self, pointer: Pointer) -> None:
        if self._drag is None or self._region is None:
            return
        self.move(pointer)
        moved = self._transformed(pointer)
        self._drag = None
        if self.document.commit_stroke() and moved is not None:
            box = Box.around(moved)
            self._region = None if box.empty else _Region(moved, self._region.class_index, box)

    def cancel(self) -> None:
        if self._drag is not None:
            self._drag = None
            self.document.abandon_stroke()
        else:
            self._region = None

    def guides(self) -> tuple[Guide, ...]:
        if self._region is None or self._drag is not None or not self._still_there():
            return ()
        corners = self._region.corners()
        return Guide(corners, closed=True), Guide(corners, handles=True)

    def select_class(self, class_index: int) -> None:
        """Pick up every region of a class."""
        mask = np.asarray(self.document.labels == class_index)
        self._region = _Region(mask, class_index, Box.around(mask)) if mask.any() else None

    def _still_there(self) -> bool:
        """Undo and other tools may have changed the map since the region was picked."""
        region = self._region
        return (
            region is not None
            and region.mask.shape == self.document.labels.shape
            and bool((self.document.labels[region.mask] == region.class_index).all())
        )

    def _select(self, row: int, column: int, whole_class: bool) -> None:
        class_index = int(self.document.labels[row, column])
        if class_index == self.document.label_set.background:
            self._region = None
            return
        mask = np.asarray(self.document.labels == class_index)
        if not whole_class:
            mask = connected(mask, row, column)
        self._region = _Region(mask, class_index, Box.around(mask))
        self.context.pick_class(class_index)

    def _grabbed(self, pointer: Pointer) -> Point | None:
        """The corner opposite to the one under the pointer."""
        if self._region is None or not self._still_there():
            return None
        corners = self._region.corners()
        reach = corner_reach(corners, self.settings.scale)
        for i, corner in enumerate(corners):
            if math.dist(corner, pointer.point) <= reach:
                return corners[(i + 2) % 4]
        return None

    def _transformed(self, pointer: Pointer) -> Mask | None:
        assert self._region is not None and self._drag is not None
        height, width = self._region.mask.shape
        start, anchor = self._drag.start, self._drag.anchor
        matrix: NDArray[np.float64]
        if anchor is None:
            dx, dy = round(pointer.x - start[0]), round(pointer.y - start[1])
            if pointer.shift:
                dx, dy = (dx, 0) if abs(dx) >= abs(dy) else (0, dy)
            matrix = np.array([[1.0, 0.0, dx], [0.0, 1.0, dy]])
        else:
            sx = (pointer.x - anchor[0]) / (start[0] - anchor[0])
            sy = (pointer.y - anchor[1]) / (start[1] - anchor[1])
            if not pointer.shift:
                sx = sy = max(sx, sy)
            if sx < 0.02 or sy < 0.02:
                return None
            # Pixel centres lie half a pixel off the corner grid that the anchor is on.
            matrix = np.array(
                [
                    [sx, 0.0, anchor[0] * (1 - sx) + (sx - 1) / 2],
                    [0.0, sy, anchor[1] * (1 - sy) + (sy - 1) / 2],
                ]
            )
        warped = cv2.warpAffine(self._region.mask.astype(np.uint8), matrix, (width, height), flags=cv2.INTER_NEAREST)
        return np.asarray(warped > 0)
