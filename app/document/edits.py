"""Edits of a document as deltas that can be applied in both directions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.document.box import Box
from model.compositing import KeepSettings, Pasted

_ids = itertools.count(1)


class Content(Protocol):
    """What a delta may write to. The document implements it and tells its listeners about every write."""

    def write_labels(self, box: Box, block: NDArray[np.uint8]) -> None: ...

    def write_codes(self, classes: Sequence[int], values: NDArray[np.float32]) -> None: ...

    def write_original(self, labels: NDArray[np.uint8]) -> None: ...

    def write_photo_codes(self, codes: NDArray[np.float32] | None) -> None: ...

    def write_keep(self, keep: KeepSettings) -> None: ...

    def write_pasted(self, pasted: Pasted | None) -> None: ...


class Delta(Protocol):
    """One change that knows its state before and after."""

    @property
    def nbytes(self) -> int: ...

    def redo(self, content: Content) -> None: ...

    def undo(self, content: Content) -> None: ...


class _BothWays:
    """A change with a value `before` and one `after`; what is written, and where, the kinds of change say."""

    before: Any
    after: Any

    @property
    def nbytes(self) -> int:
        return sum(value.nbytes for value in (self.before, self.after) if value is not None)

    def redo(self, content: Content) -> None:
        self._write(content, self.after)

    def undo(self, content: Content) -> None:
        self._write(content, self.before)

    def _write(self, content: Content, value: Any) -> None:
        raise NotImplementedError


@dataclass(frozen=True)
class LabelsDelta(_BothWays):
    """The label map changed inside one box; `before` and `after` are uint8 (box.height, box.width)."""

    box: Box
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]

    def _write(self, content: Content, value: NDArray[np.uint8]) -> None:
        content.write_labels(self.box, value)


@dataclass(frozen=True)
class CodesDelta(_BothWays):
    """The codes of some classes changed; `before` and `after` are float32 (len(classes), channels, h, w)."""

    classes: tuple[int, ...]
    before: NDArray[np.float32]
    after: NDArray[np.float32]

    def _write(self, content: Content, value: NDArray[np.float32]) -> None:
        content.write_codes(self.classes, value)


@dataclass(frozen=True)
class OriginalDelta(_BothWays):
    """The map that the eraser goes back to changed (uint8, the size of the label map)."""

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]

    def _write(self, content: Content, value: NDArray[np.uint8]) -> None:
        content.write_original(value)


@dataclass(frozen=True)
class PhotoCodesDelta(_BothWays):
    """The codes that count as the photo's own changed (float32 (classes, channels, h, w), or None)."""

    before: NDArray[np.float32] | None
    after: NDArray[np.float32] | None

    def _write(self, content: Content, value: NDArray[np.float32] | None) -> None:
        content.write_photo_codes(value)


@dataclass(frozen=True)
class PastedDelta(_BothWays):
    """Other pixels of other photos lie in the photo."""

    before: Pasted | None
    after: Pasted | None

    def _write(self, content: Content, value: Pasted | None) -> None:
        content.write_pasted(value)


@dataclass(frozen=True)
class KeepDelta(_BothWays):
    """Another part of the photo is kept."""

    before: KeepSettings
    after: KeepSettings

    @property
    def nbytes(self) -> int:
        return 256

    def _write(self, content: Content, value: KeepSettings) -> None:
        content.write_keep(value)


@dataclass(frozen=True)
class Step:
    """One entry of the history: what undo takes back at once.

    `merge` names a gesture under way (a slider drag); a following step with the same name joins this one.
    """

    text: str
    deltas: tuple[Delta, ...]
    icon: str = "edit"
    merge: str | None = None
    id: int = field(default_factory=lambda: next(_ids))

    @property
    def nbytes(self) -> int:
        return sum(delta.nbytes for delta in self.deltas)

    def redo(self, content: Content) -> None:
        for delta in self.deltas:
            delta.redo(content)

    def undo(self, content: Content) -> None:
        for delta in reversed(self.deltas):
            delta.undo(content)
