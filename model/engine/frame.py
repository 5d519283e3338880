"""What a renderer hands back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.engine.boxes import Box


class RenderCancelled(Exception):
    """The caller's ``cancelled`` said so. Nothing is lost: the next request starts from whatever was finished."""


@dataclass(frozen=True)
class Frame:
    """One rendered picture.

    ``pixels`` uint8 (H, W, 3), RGB, the whole picture, the caller's own copy. ``box`` (top, left, bottom, right): every
    pixel that differs from the renderer's last frame lies inside it; empty where nothing changed. ``exact``: equal to a
    from-scratch render; otherwise pixels inside the box are nearly so and pixels outside it are the last frame's.
    ``milliseconds``: time taken. ``boxes``: the parts of ``box`` that were computed anew, where they lie apart.
    """

    pixels: NDArray[np.uint8]
    box: Box
    exact: bool
    milliseconds: float
    boxes: tuple[Box, ...] = ()
