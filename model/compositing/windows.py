"""Parts of the frame that are worked on: boxes (top, left, bottom, right), bottom and right outside."""

from __future__ import annotations

from model.boxes import Box, bounding_box, slices
from model.compositing.fields import Mask


def touched(mask: Mask, window: Box, seam: int, box: Box) -> Box | None:
    """The part of `box` that the mask and its seam touch, None where nothing does."""
    found = bounding_box(mask)
    if found is None:
        return None
    top = max(box[0], window[0] + found[0] - seam)
    left = max(box[1], window[1] + found[1] - seam)
    bottom = min(box[2], window[0] + found[2] + seam)
    right = min(box[3], window[1] + found[3] + seam)
    return (top, left, bottom, right) if bottom > top and right > left else None


def bounds(where: Mask, margin: int) -> tuple[slice, slice] | None:
    """The part of an array around what is True and `margin` pixels more, None where nothing is."""
    box = bounding_box(where)
    return None if box is None else slices(grown(box, margin, where.shape))


def within(window: Box, at: tuple[slice, slice]) -> Box:
    """The box in the frame of a part of a window."""
    top, left = window[:2]
    return top + at[0].start, left + at[1].start, top + at[0].stop, left + at[1].stop


def grown(box: Box, by: int, shape: tuple[int, ...]) -> Box:
    """The box and `by` pixels around it, as far as the array goes."""
    top, left, bottom, right = box
    return max(0, top - by), max(0, left - by), min(shape[0], bottom + by), min(shape[1], right + by)
