"""A region copied from a photo, on its way into a document."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.document.box import Box
from app.document.origins import StyleOrigin
from model.compositing.pasting import finer

Mask = NDArray[np.bool_]
Point = tuple[float, float]


@dataclass(frozen=True)
class Stamp:
    """A region of a photo with its classes' styles.

    Attributes:
        name: for the history.
        labels: uint8 (h, w), the classes; mask: bool (h, w), which of its pixels belong to the region.
        codes: float32 (classes, channels, h, w) of all classes of the photo.
        origin: where the styles come from.
        pixels: uint8 (FINENESS * h, FINENESS * w, 3), what the photo shows there; None: the styles alone travel.
        centre: (x, y) on the map to begin with; None: the map's middle.
    """

    name: str
    labels: NDArray[np.uint8]
    mask: Mask
    codes: NDArray[np.float32]
    origin: StyleOrigin
    centre: Point | None = None
    pixels: NDArray[np.uint8] | None = None


def cut_region(labels: NDArray[np.uint8], mask: Mask, background: int) -> tuple[NDArray[np.uint8], Mask, Point] | None:
    """What a stamp is made of: the part of a map around a mask, without background, and its middle (x, y).

    Args:
        labels: uint8 (H, W); mask: bool (H, W).

    Returns:
        uint8 (h, w), bool (h, w) and (x, y); None where the mask holds background only.
    """
    wanted = mask & (labels != background)
    box = Box.around(wanted)
    if box.empty:
        return None
    middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    return np.ascontiguousarray(labels[box.slices]), np.ascontiguousarray(wanted[box.slices]), middle


def cut_pixels(
    fine: NDArray[np.uint8], labels: NDArray[np.uint8], mask: Mask, background: int
) -> NDArray[np.uint8] | None:
    """The pixels of the same region, uint8 (FINENESS * h, FINENESS * w, 3); None where it holds background only.

    Args:
        fine: uint8 (FINENESS * H, FINENESS * W, 3), the photo; labels, mask: as for `cut_region`.
    """
    box = Box.around(mask & (labels != background))
    if box.empty:
        return None
    return np.ascontiguousarray(fine[finer(box.slices)])
