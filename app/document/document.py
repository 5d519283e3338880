"""The document: a label map, the codes of its classes, the photo under it, and the history of what was done to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.document.box import EMPTY, Box
from app.document.content import Codes, DocumentContent
from app.document.edits import (
    CodesDelta,
    Delta,
    KeepDelta,
    LabelsDelta,
    OriginalDelta,
    PastedDelta,
    PhotoCodesDelta,
    Step,
)
from app.document.origins import StyleOrigin
from model.compositing import KeepSettings, Pasted, with_region, without_region
from model.labels import LabelMap


@dataclass
class _Stroke:
    text: str
    icon: str
    before: LabelMap
    box: Box = EMPTY
    codes: CodesDelta | None = None
    pasted: Pasted | None = None


class Document(DocumentContent):
    """What is edited. All changes go through methods here, which record one history step per gesture."""

    _stroke: _Stroke | None = None

    def had_network(self, bundle: str) -> bool:
        """Whether `install_codes` would bring back what the document had with this network."""
        return bundle in self._former

    @property
    def in_stroke(self) -> bool:
        return self._stroke is not None

    # Painting --------------------------------------------------------------------------------------

    def begin_stroke(
        self, text: str, icon: str = "brush", *, classes: Sequence[int] = (), codes: Codes | None = None
    ) -> None:
        """Start a gesture on the label map; everything until `commit_stroke` is one step of the history.

        Args:
            classes, codes: styles that come with what is painted, float32 (len(classes), channels, h, w): they hold
                from now on, and are given back unless the stroke is committed. Locked ones stay as they are.
        """
        if self._stroke is not None:
            self.commit_stroke()
        self._stroke = _Stroke(text, icon, self._labels.copy(), pasted=self._pasted)
        free = [place for place, index in enumerate(classes) if index not in self.flags.locked]
        if codes is not None and self._codes is not None and free:
            indices = tuple(int(classes[place]) for place in free)
            after = np.array(codes, dtype=np.float32)[free]
            self._stroke.codes = CodesDelta(indices, self._codes[list(indices)].copy(), after)
            self._stroke.codes.redo(self)

    def paintable(self, box: Box, class_index: int | None = None) -> NDArray[np.bool_]:
        """Which pixels of the box painting may change: bool (box.height, box.width).

        Judged on the map before the stroke under way, so that a stroke may cross itself.
        """
        source = self._stroke.before if self._stroke is not None else self._labels
        block = source[box.slices]
        if self.flags.paint_only_over is not None:
            allowed = block == self.flags.paint_only_over
        else:
            allowed = np.ones(block.shape, dtype=bool)
        for protected in self.flags.protected:
            if protected != class_index:
                allowed &= block != protected
        return allowed

    def paint(self, box: Box, mask: NDArray[np.bool_], value: int | NDArray[np.uint8]) -> None:
        """Set the masked pixels of a box, where protection allows it, as part of the stroke under way.

        Args:
            box: where; parts outside the map are cut off.
            mask: bool (box.height, box.width).
            value: one class, or a class per pixel (uint8, the mask's shape).
        """
        if self._stroke is None:
            raise RuntimeError("paint() outside of a stroke")
        inside = box.clipped(self.height, self.width)
        if inside.empty:
            return
        cut = (
            slice(inside.top - box.top, inside.bottom - box.top),
            slice(inside.left - box.left, inside.right - box.left),
        )
        mask = mask[cut] & self.paintable(inside, value if isinstance(value, int) else None)
        block = self._labels[inside.slices]
        values = np.uint8(value) if isinstance(value, int) else value[cut]
        changed = mask & (block != values)
        if not changed.any():
            return
        np.copyto(block, values, where=mask)
        self._stroke.box = self._stroke.box.united(inside)
        self.labels_changed.emit(inside)

    def lay(self, mask: NDArray[np.bool_], pixels: NDArray[np.uint8]) -> None:
        """Lay another photo's pixels where the stroke under way painted what they show.

        What an earlier call of the same stroke laid is gone. Classes that come from the network take none.

        Args:
            mask: bool (H, W); pixels: uint8 (FINENESS * H, FINENESS * W, 3).
        """
        if self._stroke is None:
            raise RuntimeError("lay() outside of a stroke")
        if self._codes is None:
            return
        mask = mask & self.paintable(Box(0, 0, self.height, self.width))
        classes = [index for index in np.unique(self._labels[mask]).tolist() if self.keeps_pixels(index)]
        where = mask & np.isin(self._labels, classes)
        before = self._stroke.pasted
        if where.any():
            before = with_region(before, pixels, self._labels, where, self._codes, classes)
        if before is not self._pasted:
            self.write_pasted(before)

    def uncover(self, box: Box, mask: NDArray[np.bool_]) -> None:
        """Take other photos' pixels away where the stroke under way may paint.

        Args:
            box: where; parts outside the map are cut off; mask: bool (box.height, box.width).
        """
        if self._stroke is None:
            raise RuntimeError("uncover() outside of a stroke")
        inside = box.clipped(self.height, self.width)
        if self._pasted is None or inside.empty:
            return
        cut = (
            slice(inside.top - box.top, inside.bottom - box.top),
            slice(inside.left - box.left, inside.right - box.left),
        )
        left = without_region(self._pasted, inside.slices, mask[cut] & self.paintable(inside))
        if left is not self._pasted:
            self.write_pasted(left)

    def restore_stroke(self) -> None:
        """Bring back the map as it was when the stroke under way began; the stroke goes on."""
        if self._stroke is None or self._stroke.box.empty:
            return
        box = self._stroke.box
        self._labels[box.slices] = self._stroke.before[box.slices]
        self._stroke.box = EMPTY
        self.labels_changed.emit(box)

    def commit_stroke(self) -> bool:
        """End the stroke and record it as one step; False when it changed nothing."""
        stroke, self._stroke = self._stroke, None
        if stroke is None:
            return False
        box = _changed(stroke.before, self._labels, stroke.box)
        laid = stroke.pasted is not self._pasted
        if box.empty and not laid:
            if stroke.codes is not None:
                stroke.codes.undo(self)
            return False
        deltas: list[Delta] = []
        if not box.empty:
            deltas.append(LabelsDelta(box, stroke.before[box.slices].copy(), self._labels[box.slices].copy()))
        if stroke.codes is not None:
            deltas.append(stroke.codes)
        if laid:
            deltas.append(PastedDelta(stroke.pasted, self._pasted))
        self._record(Step(stroke.text, tuple(deltas), stroke.icon))
        return True

    def abandon_stroke(self) -> None:
        """End the stroke as if it had never begun."""
        self.restore_stroke()
        stroke, self._stroke = self._stroke, None
        if stroke is not None and stroke.codes is not None:
            stroke.codes.undo(self)
        if stroke is not None and stroke.pasted is not self._pasted:
            self.write_pasted(stroke.pasted)

    def replace_labels(self, labels: LabelMap, text: str, icon: str = "shape") -> bool:
        """Put another map of the same size in place as one step (shapes, imports); protection is not asked."""
        if labels.shape != self._labels.shape:
            raise ValueError(f"a map of {labels.shape} cannot replace one of {self._labels.shape}")
        self.begin_stroke(text, icon)
        assert self._stroke is not None
        self._stroke.box = Box(0, 0, self.height, self.width)
        self._labels[...] = labels
        self.labels_changed.emit(self._stroke.box)
        return self.commit_stroke()

    # Styles ----------------------------------------------------------------------------------------

    def install_codes(self, codes: Codes, bundle: str) -> None:
        """Give the document its codes without a history step (when its network has been loaded).

        Back at a network that it had before, it has the codes of then again.
        """
        if self._codes is not None and self.bundle != bundle:
            self._former[self.bundle] = self._codes, self._photo_codes
        former = self._former.pop(bundle, None)
        if former is not None and former[0].shape == np.shape(codes):
            self._codes, self._photo_codes = former
        else:
            # The photo's codes of another network say nothing about this one.
            self._codes, self._photo_codes = np.array(codes, dtype=np.float32), None
        self.bundle = bundle
        self.codes_changed.emit(tuple(range(len(codes))))

    def add_controls(self, count: int, shape: tuple[int, ...]) -> None:
        """Put ``count`` numbers at 0 behind every code where codes lack them to be of the network's ``shape``.

        The network gained them since the document was saved, and draws what it drew. Nothing for other codes, nor
        where there are steps to undo, which have codes of their own.
        """
        classes, channels, *sides = shape
        fits = self._codes is not None and self._codes.shape == (classes, channels - count, *sides)
        if self._codes is None or not count or not fits or self.history.steps:
            return
        known = [self.origins.of(index, code) for index, code in enumerate(self._codes)]
        behind = ((0, 0), (0, count), (0, 0), (0, 0))
        self._codes = np.pad(self._codes, behind)
        self.origins.note(range(classes), self._codes, known)
        if self._photo_codes is not None:
            own = [self.origins.of(index, code) for index, code in enumerate(self._photo_codes)]
            self._photo_codes = np.pad(self._photo_codes, behind)
            self.origins.note(range(classes), self._photo_codes, own)

    def set_codes(
        self,
        classes: Sequence[int],
        values: Codes,
        text: str,
        *,
        merge: str | None = None,
        icon: str = "style",
        origin: StyleOrigin | Sequence[StyleOrigin | None] | None = None,
    ) -> bool:
        """Change the codes of some classes as one step; classes whose style is locked keep theirs.

        Args:
            classes: class indices without repetition.
            values: float32 (len(classes), channels, h, w).
            merge: name of the gesture under way; equal names in a row become one step until `end_gesture`.
            origin: where the styles came from, all alike or one for each class.
        Returns:
            False when nothing changed.
        """
        if self._codes is None:
            return False
        if self._stroke is not None and self._stroke.codes is not None:
            # Two edits of the same styles at once could not be taken back one by one.
            self.commit_stroke()
        kept = [i for i, index in enumerate(classes) if index not in self.flags.locked]
        indices = tuple(int(classes[i]) for i in kept)
        if not indices:
            return False
        before = self._codes[list(indices)].copy()
        after = np.array(values, dtype=np.float32)[kept]
        if after.shape != before.shape:
            raise ValueError(f"codes of shape {after.shape} cannot replace codes of shape {before.shape}")
        if np.array_equal(before, after):
            return False
        if origin is not None:
            self.origins.note(classes, np.asarray(values, dtype=np.float32), origin)
        delta = CodesDelta(indices, before, after)
        delta.redo(self)
        self._record(Step(text, (delta,), icon, merge))
        return True

    def end_gesture(self) -> None:
        """The slider was let go: the next change is a step of its own."""
        self.history.seal()

    # The photo's own styles ------------------------------------------------------------------------

    def take_photo_codes(
        self,
        classes: Sequence[int],
        codes: Codes,
        text: str,
        *,
        outlines: LabelMap | None = None,
        origin: StyleOrigin | None = None,
    ) -> None:
        """Give some classes the photo's own codes as one step; classes whose style is locked keep theirs.

        Args:
            codes: float32 (all classes, channels, h, w), encoded from the photo; from now on they count as its own.
            outlines: uint8 (H, W), the map that counts as the photo's own from now on: where the document's equals it,
                no pixel is an edit any more.
        """
        if self._codes is None:
            return
        own = np.array(codes, dtype=np.float32)
        if self._photo is not None:
            self.origins.note(range(len(own)), own, origin or StyleOrigin("own photo", self._photo.name))
        free = tuple(int(index) for index in classes if index not in self.flags.locked)
        deltas: list[Delta] = [PhotoCodesDelta(self._photo_codes, own)]
        if free:
            deltas.append(CodesDelta(free, self._codes[list(free)].copy(), own[list(free)]))
        if outlines is not None:
            deltas.append(OriginalDelta(self._original.copy(), np.array(outlines, dtype=np.uint8)))
        self.apply(Step(text, tuple(deltas), "photo"))

    def set_keep(self, keep: KeepSettings, text: str) -> bool:
        """Keep another part of the photo, as one step; False when nothing changed."""
        if keep == self._keep:
            return False
        self.apply(Step(text, (KeepDelta(self._keep, keep),), "photo"))
        return True

    def apply(self, step: Step) -> None:
        """Make a step's change and record it."""
        if self._stroke is not None:
            self.commit_stroke()
        step.redo(self)
        self._record(step)

    # History ---------------------------------------------------------------------------------------

    def undo(self) -> Step | None:
        """Take back the stroke under way, or else the last step."""
        if self._stroke is not None:
            self.abandon_stroke()
            return None
        step = self.history.undo(self)
        self._announce()
        return step

    def redo(self) -> Step | None:
        if self._stroke is not None:
            return None
        step = self.history.redo(self)
        self._announce()
        return step

    def go_to(self, position: int) -> None:
        """Undo or redo until `position` steps of the history are done."""
        if self._stroke is not None:
            self.abandon_stroke()
        self.history.go_to(position, self)
        self._announce()


def _changed(before: LabelMap, after: LabelMap, box: Box) -> Box:
    """The smallest box that holds every pixel of `box` in which two maps differ; empty where none does."""
    inside = Box.around(before[box.slices] != after[box.slices])
    return EMPTY if inside.empty else inside.moved(box.top, box.left)
