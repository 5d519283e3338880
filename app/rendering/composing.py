"""The picture of a document with a photo: the photo's own pixels wherever nothing was edited. For the render thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.document.box import EMPTY, Box
from app.rendering.loading import FrameLike, RendererLike
from app.rendering.photos import encode_frame
from app.rendering.requests import Composition, ModelFacts, PhotoBase, RenderRequest
from model.compositing import (
    Compositor,
    Keep,
    Pasted,
    Plate,
    calm_classes,
    cloth_classes,
    personal_classes,
    restyled_classes,
)

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class _Shown:
    """What the last picture was made of; what equals it need not be composed again."""

    compositor: Compositor | None
    labels: NDArray[np.uint8]
    restyled: Mapping[int, float]
    picture: Picture  # without what lies over it of other photos
    pasted: Pasted | None = None


@dataclass(frozen=True)
class _Unmoved:
    """The network's picture of a map with controls as they were when other photos' pixels came."""

    labels: NDArray[np.uint8]
    codes: NDArray[np.float32]
    picture: Picture


class PhotoComposer:
    """Turns the network's frames into pictures of the edited photo, each time only where something changed.

    Frames must be given in the order in which the renderer made them: a frame's box is relative to the one before.
    """

    def __init__(self, facts: ModelFacts, renderer: RendererLike) -> None:
        self._facts = facts
        self._renderer = renderer
        # A network that saw every photo's ground replaced by its studio's knows no style of it.
        studio = facts.bundle.background is not None
        self._unstyled = frozenset({facts.label_set.background} if studio else ())
        self._spread = np.array(facts.bundle.code_std.numpy(), dtype=np.float32)
        self._base: PhotoBase | None = None
        self._codes: NDArray[np.float32] | None = None
        self._reference: Picture | None = None
        self._plate: Plate | None = None
        self._compositor: Compositor | None = None
        self._shown: _Shown | None = None
        self._unmoved: _Unmoved | None = None
        self._between = EMPTY

    def begin(self, base: PhotoBase | None, cancelled: Callable[[], bool]) -> None:
        """Get ready for frames over this photo (None: no photo, or nothing of it is kept).

        Another photo, or another map or codes of it, takes one exact frame: the network's picture of the photo itself.

        Raises:
            RenderCancelled: `cancelled` said so; the next call starts anew.
        """
        if base is None or _all_from_model(base):
            self._compositor = None
            return
        old = self._base
        if old is None or self._codes is None or not _same_photo(old, base):
            self._base = self._compositor = self._shown = None
            self._codes = self._own_codes(base)
            import torch

            codes = torch.from_numpy(self._codes)
            reference = self._renderer.render(base.labels, codes, preview=False, cancelled=cancelled)
            pixels = np.array(reference.pixels, dtype=np.uint8, order="C")
            plate = self._plate if old is not None and _same_map(old, base) else None
            self._reference, self._plate = pixels, plate
        elif self._compositor is not None and old.keep == base.keep:
            return
        self._base = base
        assert self._reference is not None
        label_set = self._facts.label_set
        self._compositor = Compositor(
            base.photo.frame,
            base.labels,
            self._reference,
            label_set.background,
            base.keep,
            self._plate,
            personal_classes(label_set),
            cloth_classes(label_set),
            calm_classes(label_set),
        )

    def compare(self, request: RenderRequest, cancelled: Callable[[], bool]) -> None:
        """Get ready for a frame in which controls of pixels of other photos were moved; after `begin`.

        A slider that goes on takes nothing: the picture that it is compared with stays the same.

        Raises:
            RenderCancelled: `cancelled` said so.
        """
        pasted = request.base.pasted if request.base is not None and self._compositor is not None else None
        moved: list[int] = []
        if pasted is not None and pasted.fits(request.labels, request.codes):
            moved = pasted.moved_classes(request.labels, request.codes, self._facts.controls)
        if pasted is None or not moved:
            self._unmoved = None
            return
        codes = request.codes.copy()
        codes[moved] = pasted.codes[moved]
        last = self._unmoved
        if last is not None and np.array_equal(last.labels, request.labels) and np.array_equal(last.codes, codes):
            return
        import torch

        frame = self._renderer.render(request.labels, torch.from_numpy(codes), preview=False, cancelled=cancelled)
        self._unmoved = _Unmoved(request.labels, codes, np.array(frame.pixels, dtype=np.uint8, order="C"))
        # The next frame's box is relative to this one.
        self._between = self._between.united(Box(*frame.box))

    def compose(self, request: RenderRequest, frame: FrameLike) -> tuple[Picture, Box, Composition | None]:
        """The picture to show, uint8 (H, W, 3), what of it differs from the last one, and what it is composed of."""
        network = np.array(frame.pixels, dtype=np.uint8, order="C")
        height, width = request.labels.shape
        compositor, last = self._compositor, self._shown
        restyled: dict[int, float] = {}
        if compositor is not None and self._codes is not None:
            controls = self._facts.controls
            restyled = restyled_classes(request.codes, self._codes, self._spread, self._unstyled, controls)
        box = Box(0, 0, height, width)
        known = last is not None and last.compositor is compositor and last.picture.shape == network.shape
        if known and last is not None and last.restyled.keys() == restyled.keys():
            box = Box(*frame.box).united(self._between).united(_difference(last.labels, request.labels))
            farther = [index for index in restyled if restyled[index] != last.restyled[index]]
            box = box.united(Box.around(np.isin(request.labels, farther)))
        self._between = EMPTY
        picture, composition, pasted = network, None, None
        if compositor is not None and self._codes is not None:
            pasted = request.base.pasted if request.base is not None else None
            composition = Composition(
                compositor,
                request.labels,
                network,
                self._codes,
                self._spread,
                self._unstyled,
                restyled,
                request.codes,
                pasted,
                self._facts.controls,
                None if self._unmoved is None else self._unmoved.picture,
            )
            if box.empty and last is not None:
                picture = last.picture
            else:
                part = (box.top, box.left, box.bottom, box.right)
                previous = last.picture if known and last is not None else None
                picture = compositor.compose(request.labels, network, restyled, box=part, previous=previous)
                around = compositor.reach(restyled)
                box = Box(box.top - around, box.left - around, box.bottom + around, box.right + around)
        over = picture
        if composition is not None:
            over = composition.with_pasted(picture, request.labels, request.codes, network)
        for lying in (pasted, None if last is None else last.pasted):
            # What lies over the picture comes and goes with the styles, too.
            if lying is not None:
                box = box.united(Box(*lying.box))
        self._shown = _Shown(compositor, request.labels, restyled, picture, pasted)
        return over, box.clipped(height, width), composition

    def forget(self) -> None:
        """A frame was lost: the next picture is composed as a whole."""
        self._shown = None

    def prepare(self) -> None:
        """Compute what the first edit will need and no picture needed so far (seconds, once a photo)."""
        if self._compositor is not None and self._plate is None:
            self._plate = self._compositor.plate

    def _own_codes(self, base: PhotoBase) -> NDArray[np.float32]:
        if base.codes is not None:
            return base.codes
        return encode_frame(self._facts, base.photo.frame, base.labels)


def _all_from_model(base: PhotoBase) -> bool:
    return base.keep.mode is Keep.MODEL and all(mode is Keep.MODEL for mode in base.keep.classes.values())


def _same_map(one: PhotoBase, other: PhotoBase) -> bool:
    return one.photo is other.photo and np.array_equal(one.labels, other.labels)


def _same_photo(one: PhotoBase, other: PhotoBase) -> bool:
    if not _same_map(one, other) or (one.codes is None) != (other.codes is None):
        return False
    return one.codes is None or other.codes is None or np.array_equal(one.codes, other.codes)


def _difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> Box:
    """The box of the pixels in which two maps of one size differ."""
    return Box.around(one != other)
