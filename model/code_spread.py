"""Drawing new class codes from where those of photos lie: plain arrays, for the editor and the networks' side alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Code = NDArray[np.float32]

#: How far a drawn code lies from the training photo's code it is drawn around, in standard deviations of all codes.
SMOOTHING = 0.3


@dataclass(frozen=True)
class CodeBank:
    """Codes of training photos to draw around.

    Attributes:
        codes: float32 (..., M, K h w).
        smoothing: how far from them, in standard deviations of all codes, 0 to 1.
        linked: groups of classes that are drawn around the same row: what belongs to one person, such as face and skin.
    """

    codes: Code
    smoothing: float = SMOOTHING
    linked: tuple[tuple[int, ...], ...] = ()

    def of(self, class_index: int) -> CodeBank:
        """The bank of one class. Its linked classes get the same row where they are drawn by the same seed."""
        return CodeBank(self.codes[class_index], self.smoothing)

    def joined(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows (C,) drawn for every class, with one row for all classes of a group."""
        if not self.linked:
            return places
        places = places.copy()
        for group in self.linked:
            places[list(group)] = places[group[0]]
        return places

    def around(self, mean: Code, moved: NDArray[np.float64], places: NDArray[np.int64]) -> Code:
        """Rows of the bank, moved: the smoothed bootstrap of Silverman (1986), which keeps mean and covariance.

        Args:
            mean: (..., K, h, w); moved: of that shape, noise with the codes' own spread; places: rows, (...).
        """
        chosen = np.take_along_axis(self.codes, np.asarray(places)[..., None, None], -2).reshape(mean.shape)
        keep = np.sqrt(1 - self.smoothing**2)
        return (mean + keep * (chosen - mean) + self.smoothing * moved).astype(np.float32)


def spread_out(noise: NDArray[np.floating], spread: Code) -> NDArray[np.float64]:
    """Standard normal noise (..., K, h, w) with the codes' own spread: standard deviations of its shape, or lower
    factors of covariances (..., K h w, K h w)."""
    if spread.shape == noise.shape:
        return np.asarray(spread * noise, np.float64)
    return np.asarray((spread @ noise.reshape(*spread.shape[:-1], 1)).reshape(noise.shape), np.float64)


def drawn(mean: Code, spread: Code, rng: np.random.Generator, bank: CodeBank | None = None) -> Code:
    """A new code from the spread of the training photos' codes, of one class or of all.

    Args:
        mean: (..., K, h, w).
        spread: what `spread_out` takes.
        bank: what to draw around; it keeps mean and spread.
    """
    moved = spread_out(rng.standard_normal(mean.shape), spread)
    if bank is None:
        return (mean + moved).astype(np.float32)
    places = np.asarray(rng.integers(bank.codes.shape[-2], size=bank.codes.shape[:-2]))
    return bank.around(mean, moved, bank.joined(places))


def with_linked(classes: Sequence[int], linked: Sequence[Sequence[int]]) -> list[int]:
    """The classes, and after them those that any of them is linked to."""
    found = list(classes)
    for group in linked:
        if any(index in classes for index in group):
            found += [index for index in group if index not in found]
    return found
