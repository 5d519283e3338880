"""Where the styles of a document came from: which photo, dice or slider."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Code = NDArray[np.float32]

KINDS = ("photo", "own photo", "refined", "dice", "variation", "library", "average", "pasted", "morph")
_MOST = 4096
"""Codes that are remembered, so that a slider moved for hours takes no memory."""


@dataclass(frozen=True)
class StyleOrigin:
    """How a class came by its style.

    Attributes:
        kind: one of `KINDS`.
        source: the photo's name, where the style came from one.
        strength: how far it went from the style before to the photo's, 0 to 1; of a variation, how far from it.
        seed: the dice's number.
        sliders: names and positions of the sliders moved since.
    """

    kind: str
    source: str = ""
    strength: float = 1.0
    seed: int | None = None
    sliders: tuple[tuple[str, float], ...] = ()

    def moved(self, slider: str, to: float) -> StyleOrigin:
        """With one slider moved since."""
        others = tuple(entry for entry in self.sliders if entry[0] != slider)
        return replace(self, sliders=(*others, (slider, round(to, 4))))

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"kind": self.kind}
        if self.source:
            data["source"] = self.source
        if self.strength != 1.0:
            data["strength"] = self.strength
        if self.seed is not None:
            data["seed"] = self.seed
        if self.sliders:
            data["sliders"] = [list(entry) for entry in self.sliders]
        return data

    @staticmethod
    def from_json(data: Any) -> StyleOrigin | None:
        """Inverse of `to_json`; None where a later version of the program wrote what this one does not know."""
        try:
            if data["kind"] not in KINDS:
                return None
            seed = data.get("seed")
            sliders = tuple((str(name), float(at)) for name, at in data.get("sliders", ()))
            strength = float(data.get("strength", 1.0))
            return StyleOrigin(
                data["kind"], str(data.get("source", "")), strength, None if seed is None else int(seed), sliders
            )
        except (TypeError, KeyError, ValueError, AttributeError):
            return None


class StyleOrigins:
    """Remembers by the code itself where it came from: whatever undo brings back, its origin comes with it."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, bytes], StyleOrigin] = OrderedDict()

    def note(self, classes: Sequence[int], codes: Code, origins: StyleOrigin | Sequence[StyleOrigin | None]) -> None:
        """Remember where codes (len(classes), channels, h, w) come from: all alike, or each its own."""
        each = [origins] * len(classes) if isinstance(origins, StyleOrigin) else list(origins)
        for index, code, origin in zip(classes, codes, each, strict=True):
            if origin is not None:
                key = _key(index, code)
                self._known[key] = origin
                self._known.move_to_end(key)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)

    def of(self, class_index: int, code: Code) -> StyleOrigin | None:
        """Where the code (channels, h, w) of a class came from; None where nobody knows."""
        return self._known.get(_key(class_index, code))


def _key(class_index: int, code: Code) -> tuple[int, bytes]:
    data = np.ascontiguousarray(code, dtype=np.float32)
    return class_index, hashlib.sha1(data.tobytes(), usedforsecurity=False).digest()
