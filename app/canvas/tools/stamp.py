"""Places a region that was copied from a photo: it is moved, scaled and turned over before it is stamped."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from app.canvas.raster import Point
from app.canvas.tools.base import CursorKind, Guide, Pointer, Tool, ToolContext
from app.canvas.tools.transform import corner_reach
from app.document.box import Box
from app.document.stamp import Stamp
from model.compositing.pasting import FINENESS

SMALLEST, LARGEST = 0.05, 20.0
"""How far a region may be scaled."""


class StampTool(Tool):
    """Drag the region to move it, a corner to scale it (Shift frees the proportions); Enter stamps, Esc abandons.

    The region stands in the map, in its style, from the start, so that the picture shows what will come of it; nothing
    is recorded before it is stamped, and then as one step.
    """

    id = "stamp"
    cursor = CursorKind.MOVE

    def __init__(self, context: ToolContext, ended: Callable[[], None] = lambda: None) -> None:
        super().__init__(context)
        self._ended = ended
        self._stamp: Stamp | None = None
        self._x = self._y = 0.0
        self._wide = self._high = 1.0
        self._flipped = False
        self._from: Point | None = None
        self._anchor: Point | None = None

    @property
    def active(self) -> bool:
        """A region is being placed."""
        return self._stamp is not None

    def begin(self, stamp: Stamp) -> None:
        """Put a region on the map, to be placed."""
        self.cancel()
        classes = self.restyled(stamp)
        codes = stamp.codes[classes]
        self.document.origins.note(classes, codes, stamp.origin)
        self.document.begin_stroke(stamp.name, "copy", classes=classes, codes=codes)
        self._stamp = stamp
        self._x, self._y = stamp.centre or (self.document.width / 2, self.document.height / 2)
        self._wide = self._high = 1.0
        self._flipped = False
        self._show()

    def restyled(self, stamp: Stamp) -> list[int]:
        """The classes that take a region's styles.

        Where the region is shown in its own pixels, what the map shows already stays as it is: nothing but the region
        changes.
        """
        classes = np.unique(stamp.labels[stamp.mask]).tolist()
        if stamp.pixels is None:
            return classes
        shown = set(np.unique(self.document.labels).tolist())
        return [index for index in classes if index not in shown or not self.document.keeps_pixels(index)]

    def flip(self) -> None:
        """Turn the region over, left to right."""
        if self._placing():
            self._flipped = not self._flipped
            self._show()

    def stamp(self) -> None:
        """Record the region where it is, as one step."""
        if self._placing():
            self._stamp = None
            self.document.commit_stroke()
            self._ended()

    def cancel(self) -> None:
        """Take the region away; the map and the styles are as before."""
        if self._placing():
            self._stamp = None
            self.document.abandon_stroke()
            self._ended()

    def check(self) -> None:
        """Notice that undo, or another edit, has ended the placing."""
        self._placing()

    def key(self, name: str) -> bool:
        if name == "enter" and self._placing():
            self.stamp()
            return True
        if name == "backspace" and self._placing():
            self.cancel()
            return True
        return False

    def press(self, pointer: Pointer) -> None:
        if not self._placing():
            return
        self._from, self._anchor = pointer.point, None
        corners = self._corners()
        reach = corner_reach(corners, self.settings.scale)
        for place, corner in enumerate(corners):
            if math.dist(corner, pointer.point) <= reach:
                self._anchor = corners[(place + 2) % 4]

    def move(self, pointer: Pointer) -> None:
        if not self._placing() or self._from is None or self._stamp is None:
            return
        if self._anchor is None:
            self._x += pointer.x - self._from[0]
            self._y += pointer.y - self._from[1]
            self._from = pointer.point
        else:
            height, width = self._stamp.mask.shape
            wide = abs(pointer.x - self._anchor[0]) / width
            high = abs(pointer.y - self._anchor[1]) / height
            if not pointer.shift:
                wide = high = max(wide, high)
            self._wide, self._high = (min(max(value, SMALLEST), LARGEST) for value in (wide, high))
            across = math.copysign(self._wide * width, pointer.x - self._anchor[0])
            down = math.copysign(self._high * height, pointer.y - self._anchor[1])
            self._x, self._y = self._anchor[0] + across / 2, self._anchor[1] + down / 2
        self._show()

    def release(self, pointer: Pointer) -> None:
        self._from = self._anchor = None

    def guides(self) -> tuple[Guide, ...]:
        if self._stamp is None or not self.document.in_stroke:
            return ()
        corners = self._corners()
        return Guide(corners, closed=True), Guide(corners, handles=True)

    def _placing(self) -> bool:
        """Undo, or another edit, may have ended the stroke that the region lives in."""
        if self._stamp is not None and not self.document.in_stroke:
            self._stamp = None
            self._ended()
        return self._stamp is not None

    def _corners(self) -> tuple[Point, ...]:
        assert self._stamp is not None
        height, width = self._stamp.mask.shape
        x, y = self._wide * width / 2, self._high * height / 2
        left, right, top, bottom = self._x - x, self._x + x, self._y - y, self._y + y
        return (left, top), (right, top), (right, bottom), (left, bottom)

    def _show(self) -> None:
        """Draw the region where it is now."""
        stamp = self._stamp
        if stamp is None:
            return
        size = (self.document.width, self.document.height)
        matrix = self._matrix(stamp)
        labels = cv2.warpAffine(stamp.labels, matrix, size, flags=cv2.INTER_NEAREST)
        mask = cv2.warpAffine(stamp.mask.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST) > 0
        self.document.restore_stroke()
        self.document.paint(Box(0, 0, size[1], size[0]), mask, np.asarray(labels, np.uint8))
        if stamp.pixels is not None:
            fine = (FINENESS * size[0], FINENESS * size[1])
            matrix = self._matrix(stamp, FINENESS)
            pixels = cv2.warpAffine(stamp.pixels, matrix, fine, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            self.document.lay(mask, np.asarray(pixels, np.uint8))

    def _matrix(self, stamp: Stamp, fineness: int = 1) -> NDArray[np.float64]:
        """Affine map (2, 3) of pixel centres of the region to the map's, both so many times as fine."""
        height, width = (fineness * side for side in stamp.mask.shape)
        x, y = fineness * self._x, fineness * self._y
        across = -self._wide if self._flipped else self._wide
        # Pixel centres lie half a pixel off the corner grid on which the middle is given.
        return np.array(
            [
                [across, 0.0, x - across * width / 2 + (across - 1) / 2],
                [0.0, self._high, y - self._high * height / 2 + (self._high - 1) / 2],
            ]
        )
