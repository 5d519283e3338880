"""How far the style of a class has gone from the photo's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

#: How far a class's code must have gone from the photo's, as the root mean square over its numbers in standard
#: deviations of the class's codes, until nothing of the photo's own look is left. 95 % of pairs of photos lie farther
#: apart; a slider's half of the way is about 0.4.
FAREWELL = 0.25

#: In place of how far a style has gone: only its controls were moved (decision 0019), so that what the photo shows is
#: still what is shown.
ADJUSTED = 2.0

#: Codes that come back to the photo's, by a slider or along a path, do so with rounding errors: they are no edit.
_ROUNDING = 1e-5


def moved_since(
    codes: NDArray[np.float32], before: NDArray[np.float32], controls: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which codes were moved, and of which of them nothing but the controls, their last numbers; bool (classes,) each.

    Codes float32 (classes, channels, h, w).
    """
    close = np.isclose(codes, before, rtol=_ROUNDING, atol=_ROUNDING)
    moved = np.asarray(~close.all(axis=(1, 2, 3)), np.bool_)
    if not controls:
        return moved, np.zeros_like(moved)
    return moved, np.asarray(moved & close[:, :-controls].all(axis=(1, 2, 3)), np.bool_)


def restyled_classes(
    codes: NDArray[np.float32],
    own: NDArray[np.float32],
    spread: NDArray[np.float32],
    unstyled: Collection[int] = (),
    controls: int = 0,
) -> dict[int, float]:
    """The classes whose style is not the photo's, and how far it has gone: from 0 (just left) to 1 (all new); or
    `ADJUSTED`.

    The way between is smooth, so that sliders and films set out from the photo's own style without a jump.

    Args:
        codes, own: now and of the photo; float32 (classes, channels, h, w).
        spread: standard deviations of each class's codes, of that shape.
        unstyled: classes that have no style in a photo, such as a ground that the network never saw: left out.
        controls: how many of a code's last numbers are controls.
    """
    moved, adjusted = moved_since(codes, own, controls)
    steps = (codes - own) / np.maximum(spread, 1e-6)
    distance = np.sqrt(np.square(steps.reshape(len(codes), -1)).mean(axis=1))
    share = np.clip(distance / FAREWELL, 0, 1)
    gone = share * share * (3 - 2 * share)
    gone[adjusted] = ADJUSTED
    return {int(index): float(gone[index]) for index in np.flatnonzero(moved) if index not in unstyled}


def strength(restyled: Collection[int], class_index: int) -> float:
    """How far a restyled class has gone, 0 to 1; a plain collection of classes means all the way.

    One of which only the controls were moved has gone nowhere: what of the photo its layer lacks is put back.
    """
    if only_adjusted(restyled, class_index):
        return 0.0
    return float(restyled[class_index]) if isinstance(restyled, Mapping) else 1.0


def only_adjusted(restyled: Collection[int], class_index: int) -> bool:
    """Whether only the controls of a class were moved."""
    return isinstance(restyled, Mapping) and restyled.get(class_index) == ADJUSTED
