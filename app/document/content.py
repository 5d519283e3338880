"""What a document holds, who is told about changes, and what deltas write to."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.document.box import Box
from app.document.edits import Step
from app.document.history import DEFAULT_BYTES, History
from app.document.origins import StyleOrigin, StyleOrigins
from app.document.photo import PhotoLayer
from model.compositing import Keep, KeepSettings, Pasted
from model.fitting import Fit
from model.labels import LabelMap, LabelSet

Codes = NDArray[np.float32]


@dataclass
class ClassFlags:
    """What the user set per class; kept with the document, not part of the history."""

    hidden: set[int] = field(default_factory=set)
    protected: set[int] = field(default_factory=set)
    locked: set[int] = field(default_factory=set)
    paint_only_over: int | None = None


class DocumentContent(QObject):
    """Everything that a document is made of; `Document` adds the gestures that change it.

    Arrays handed out are live and must not be written to; take a copy to keep them.

    `free_size` is set where the user chose the map's size: no network fits it into its own frame then. `reviewing` is
    set while the parsed map of a photo waits for approval: there are no codes yet, and nothing to render, or to
    save except for recovery.

    Signals:
        labels_changed(Box): pixels of the label map inside the box changed.
        codes_changed(tuple[int, ...]): the codes of these classes changed.
        photo_changed(): the map before editing, the photo's codes, what is kept of it or what lies in it changed.
        history_changed(): steps or the position in them changed.
        flags_changed(): eye, protection, style lock or paint-only-over of some class changed.
        modified_changed(bool): whether there is something unsaved.
    """

    labels_changed = Signal(object)
    codes_changed = Signal(object)
    photo_changed = Signal()
    history_changed = Signal()
    flags_changed = Signal()
    modified_changed = Signal(bool)

    def __init__(
        self,
        labels: LabelMap,
        label_set: LabelSet,
        *,
        codes: Codes | None = None,
        photo: PhotoLayer | None = None,
        photo_codes: Codes | None = None,
        keep: KeepSettings | None = None,
        pasted: Pasted | None = None,
        original: LabelMap | None = None,
        fit: Fit | None = None,
        bundle: str = "",
        title: str = "",
        path: Path | None = None,
        max_bytes: int = DEFAULT_BYTES,
    ) -> None:
        """
        Args:
            labels: uint8 (H, W), copied.
            codes: float32 (classes, channels, h, w), copied; None until a network is loaded.
            photo_codes: codes with which the network draws the photo under `original`, copied; classes with other
                codes count as restyled. None where nobody knows: they are encoded when they are needed.
            keep: how much of the photo stays; by default all that is not edited.
            pasted: pixels of other photos that lie in it.
            original: the map before editing, which the eraser can bring back; by default `labels`.
            fit: how a map of another size was fitted into this one; exports go back to that size.
            bundle: name of the network the codes belong to.
        """
        super().__init__()
        self.label_set = label_set
        self.fit = fit
        self.free_size = False
        self.reviewing = False
        self.bundle = bundle
        self.title = title
        self.path = path
        self.flags = ClassFlags()
        self.history = History(max_bytes)
        self.origins = StyleOrigins()
        self.edits = 0
        self._labels: LabelMap = np.array(labels, dtype=np.uint8, order="C")
        self._original: LabelMap = np.array(labels if original is None else original, dtype=np.uint8, order="C")
        self._codes = None if codes is None else np.array(codes, dtype=np.float32)
        self._photo = photo
        self._photo_codes = None if photo_codes is None else np.array(photo_codes, dtype=np.float32)
        if photo is not None and self._photo_codes is not None:
            self.origins.note(range(len(self._photo_codes)), self._photo_codes, StyleOrigin("own photo", photo.name))
        self._keep = keep or KeepSettings()
        self._pasted = pasted
        # Codes, and the photo's own, of networks that the document had before, by bundle.
        self._former: dict[str, tuple[Codes, Codes | None]] = {}
        self._was_modified = False

    # What there is ---------------------------------------------------------------------------------

    @property
    def labels(self) -> LabelMap:
        return self._labels

    @property
    def original(self) -> LabelMap:
        """The map before editing, uint8 of the label map's size."""
        return self._original

    @property
    def codes(self) -> Codes | None:
        return self._codes

    @property
    def photo(self) -> PhotoLayer | None:
        return self._photo

    @property
    def photo_codes(self) -> Codes | None:
        """The photo's own codes, float32 (classes, channels, h, w); None where nobody knows them."""
        return self._photo_codes

    @property
    def keep(self) -> KeepSettings:
        """How much of the photo stays."""
        return self._keep

    def photo_code(self, class_index: int) -> Codes | None:
        """The code (channels, h, w) that a class has in the photo; None where the photo does not show it."""
        own, codes = self._photo_codes, self._codes
        if self._photo is None or own is None or codes is None or own.shape != codes.shape:
            return None
        return own[class_index] if (self._original == class_index).any() else None

    @property
    def pasted(self) -> Pasted | None:
        """Pixels of other photos that lie in the photo."""
        return self._pasted

    def keeps_pixels(self, class_index: int) -> bool:
        """Whether a region of this class that is copied from a photo is shown in that photo's own pixels."""
        return self._photo is not None and self._codes is not None and self._keep.of(class_index) is Keep.PHOTO

    @property
    def height(self) -> int:
        return int(self._labels.shape[0])

    @property
    def width(self) -> int:
        return int(self._labels.shape[1])

    @property
    def name(self) -> str:
        return self.path.stem if self.path is not None else self.title

    @property
    def modified(self) -> bool:
        return self.history.modified

    def origin(self, class_index: int) -> StyleOrigin | None:
        """Where a class's present style came from; None where nobody knows."""
        codes = self._codes
        return None if codes is None or class_index >= len(codes) else self.origins.of(class_index, codes[class_index])

    def shares(self) -> NDArray[np.float64]:
        """Share of the pixels that each class has, float64 (classes,), sum 1."""
        counts = np.bincount(self._labels.reshape(-1), minlength=len(self.label_set))
        return counts / self._labels.size

    # Saved or not ----------------------------------------------------------------------------------

    def mark_saved(self, path: Path | None, state_id: int | None = None) -> None:
        """A state is on disk under `path` (None: in an export that keeps nothing).

        Args:
            state_id: which state of the history that is; by default the present one.
        """
        self.path = path
        self.history.mark_saved(state_id)
        self._announce()

    def mark_unsaved(self) -> None:
        self.history.mark_unsaved()
        self._announce()

    # Flags -----------------------------------------------------------------------------------------

    def set_flag(self, flag: str, classes: Iterable[int], on: bool) -> None:
        """Set or clear `hidden`, `protected` or `locked` for some classes."""
        members: set[int] = {
            "hidden": self.flags.hidden,
            "protected": self.flags.protected,
            "locked": self.flags.locked,
        }[flag]
        if on:
            members.update(classes)
        else:
            members.difference_update(classes)
        self.flags_changed.emit()

    def set_paint_only_over(self, class_index: int | None) -> None:
        self.flags.paint_only_over = class_index
        self.flags_changed.emit()

    def drop_listeners(self) -> None:
        """Disconnect all signals. Another document is shown; if this one comes back, everybody connects again."""
        for signal in (
            self.labels_changed,
            self.codes_changed,
            self.photo_changed,
            self.history_changed,
            self.flags_changed,
            self.modified_changed,
        ):
            with warnings.catch_warnings():
                # That nobody listens is no fault.
                warnings.simplefilter("ignore", RuntimeWarning)
                signal.disconnect()

    # Writes by deltas (app.document.edits.Content) -------------------------------------------------

    def write_labels(self, box: Box, block: NDArray[np.uint8]) -> None:
        self._labels[box.slices] = block
        self.labels_changed.emit(box)

    def write_codes(self, classes: Sequence[int], values: Codes) -> None:
        if self._codes is not None:
            self._codes[list(classes)] = values
            self.codes_changed.emit(tuple(classes))

    def write_original(self, labels: LabelMap) -> None:
        self._original = np.array(labels, dtype=np.uint8)
        self.photo_changed.emit()

    def write_photo_codes(self, codes: Codes | None) -> None:
        self._photo_codes = codes
        self.photo_changed.emit()

    def write_keep(self, keep: KeepSettings) -> None:
        self._keep = keep
        self.photo_changed.emit()

    def write_pasted(self, pasted: Pasted | None) -> None:
        self._pasted = pasted
        self.photo_changed.emit()

    def _record(self, step: Step) -> None:
        self.history.push(step)
        self.edits += 1
        self._announce()

    def _announce(self) -> None:
        self.history_changed.emit()
        if self.modified != self._was_modified:
            self._was_modified = self.modified
            self.modified_changed.emit(self.modified)
