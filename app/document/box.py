"""Half-open pixel boxes (top, left, bottom, right)."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray

from model.boxes import bounding_box


class Box(NamedTuple):
    """Rows `top..bottom-1` and columns `left..right-1` of an image, in pixels."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def around(cls, mask: NDArray[Any]) -> Box:
        """The smallest box around what is not zero in an array (H, W); `EMPTY` where everything is."""
        found = bounding_box(mask)
        return EMPTY if found is None else cls(*found)

    @property
    def height(self) -> int:
        return max(0, self.bottom - self.top)

    @property
    def width(self) -> int:
        return max(0, self.right - self.left)

    @property
    def empty(self) -> bool:
        return self.bottom <= self.top or self.right <= self.left

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of this box in an array whose first two axes are rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def moved(self, down: int, right: int) -> Box:
        """The box so many pixels further."""
        return Box(self.top + down, self.left + right, self.bottom + down, self.right + right)

    def united(self, other: Box) -> Box:
        """The smallest box that holds both; an empty box adds nothing."""
        if self.empty:
            return other
        if other.empty:
            return self
        return Box(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def clipped(self, height: int, width: int) -> Box:
        """The part of this box inside an image of the given size (may be empty)."""
        top, left = max(0, self.top), max(0, self.left)
        return Box(top, left, max(top, min(height, self.bottom)), max(left, min(width, self.right)))


EMPTY = Box(0, 0, 0, 0)
