"""Which values of each level are seen: those that pixels beside a ground of one colour depend on."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
_AROUND = np.ones((3, 3), np.uint8)


def grown(mask: Mask) -> Mask:
    """A mask (h, w) of 0 and 1, and all pixels beside it: what a 3 x 3 convolution of those in it reads."""
    return np.asarray(cv2.dilate(mask, _AROUND), np.uint8)


def halved(mask: Mask) -> Mask:
    """The pixels of the grid of half the size that become those of a mask (h, w)."""
    rows = mask[0::2] | mask[1::2]
    return np.ascontiguousarray(rows[:, 0::2] | rows[:, 1::2])


@dataclass(frozen=True)
class Seen:
    """What of a level is seen, masks (h, w) of 0 and 1, contiguous; None where all of it may be.

    ``out``: of its outputs; ``middle``: behind its first convolution, and what enters its second; ``entering``: what
    enters its first; ``drawn``: of its picture before tanh.
    """

    out: Mask | None = None
    middle: Mask | None = None
    entering: Mask | None = None
    drawn: Mask | None = None

    @property
    def nbytes(self) -> int:
        masks = (self.out, self.middle, self.entering, self.drawn)
        return sum(mask.nbytes for mask in masks if mask is not None)

    @classmethod
    def of(cls, out: Mask, drawn: Mask) -> Seen:
        middle = grown(out)
        return cls(out, middle, grown(middle), drawn)

    @classmethod
    def on_top(cls, drawn: Mask) -> Seen:
        """The last level's, where these pixels are not ground."""
        return cls.of(grown(drawn), drawn)

    def below(self, draws: bool) -> Seen:
        """The level before's; ``draws``: whether it has a picture, which is doubled bilinearly."""
        assert self.drawn is not None and self.entering is not None
        drawn = halved(grown(self.drawn))
        out = halved(self.entering)
        return Seen.of(out | grown(drawn) if draws else out, drawn)
