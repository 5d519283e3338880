"""Half-open boxes of pixels (top, left, bottom, right): bottom and right lie outside."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
"""Top, left, bottom, right in pixels; bottom and right lie outside."""


def bounding_box(mask: NDArray[Any]) -> Box | None:
    """The smallest box around what is not zero in an array (H, W); None where everything is."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def box_around(mask: NDArray[Any]) -> Box:
    """The smallest box around what is not zero in an array (H, W), of which something must not be."""
    found = bounding_box(mask)
    if found is None:
        raise ValueError("nothing in the mask that a box could be around")
    return found


def slices(box: Box) -> tuple[slice, slice]:
    """Rows and columns of a box."""
    return slice(box[0], box[2]), slice(box[1], box[3])
