"""What travels between the window and the background threads: frozen, complete, safe to hand over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.document.box import Box
from app.document.photo import PhotoLayer
from app.document.styling import CodeBank
from model.compositing import Compositor, KeepSettings, Moved, Pasted, put_back, restyled_classes
from model.labels import LabelSet


@dataclass(frozen=True)
class PhotoBase:
    """The photo of which everything stays that is not edited, as it was before any edit.

    Attributes:
        labels: its label map, uint8 (H, W), a copy that nobody writes to.
        codes: its own codes, float32 (classes, channels, h, w); None: to be encoded from the photo.
        keep: how much of it stays.
        pasted: pixels of other photos that lie in it.
    """

    photo: PhotoLayer
    labels: NDArray[np.uint8]
    codes: NDArray[np.float32] | None
    keep: KeepSettings
    pasted: Pasted | None = None


@dataclass(frozen=True)
class Composition:
    """What a composed picture is made of, so that an export can make it again at the photo's own size.

    Attributes:
        labels: uint8 (H, W); network: the network's own picture of them, uint8 (H, W, 3).
        own: the photo's own codes, float32 (classes, channels, h, w).
        spread: standard deviations of codes, of that shape: how far a style has gone is measured in them.
        unstyled: classes that have no style in a photo: other codes of theirs are no edit.
        restyled: classes whose style is not the photo's, and how far it has gone from it: see `restyled_classes`.
        codes: of the classes now, of that shape; pasted: pixels of other photos that lie over it.
        controls: how many of a code's last numbers are controls.
        unmoved: the network's picture with the controls that the pasted pixels came with, uint8 (H, W, 3); None: as
            `network`.
    """

    compositor: Compositor
    labels: NDArray[np.uint8]
    network: NDArray[np.uint8]
    own: NDArray[np.float32]
    spread: NDArray[np.float32]
    unstyled: frozenset[int]
    restyled: Mapping[int, float]
    codes: NDArray[np.float32]
    pasted: Pasted | None = None
    controls: int = 0
    unmoved: NDArray[np.uint8] | None = None

    def with_codes(
        self, labels: NDArray[np.uint8], codes: NDArray[np.float32], network: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        """The edited photo with another map or other codes, of which `network` is the network's picture."""
        restyled = restyled_classes(codes, self.own, self.spread, self.unstyled, self.controls)
        return self.with_pasted(self.compositor.compose(labels, network, restyled), labels, codes, network)

    def with_pasted(
        self,
        picture: NDArray[np.uint8],
        labels: NDArray[np.uint8],
        codes: NDArray[np.float32],
        network: NDArray[np.uint8],
    ) -> NDArray[np.uint8]:
        """A picture composed with `network` and what lies over it of other photos."""
        if self.pasted is None or not self.pasted.fits(labels, codes):
            return picture
        return self.pasted.over(picture, labels, codes, self.compositor.settings, self._moved(network))

    def full_size(self, photo: PhotoLayer) -> NDArray[np.uint8]:
        """The whole photo with the edits in it, uint8 of the photo's own size. Takes seconds for large ones."""
        whole = put_back(photo.pixels, photo.crop, self.compositor, self.labels, self.network, self.restyled)
        if self.pasted is None or not self.pasted.fits(self.labels, self.codes):
            return whole
        to_frame = photo.crop.matrix(photo.height, photo.width)
        moved = self._moved(self.network)
        return self.pasted.over_photo(whole, to_frame, self.labels, self.codes, self.compositor.settings, moved)

    def _moved(self, network: NDArray[np.uint8]) -> Moved:
        return Moved(self.network if self.unmoved is None else self.unmoved, network, self.controls)


@dataclass(frozen=True)
class RenderRequest:
    """Everything one frame depends on.

    Attributes:
        id: grows with every request; a result carries the id of its request.
        labels: uint8 (H, W), a copy that nobody writes to.
        codes: float32 (classes, channels, h, w), likewise.
        base: the photo to put the edits into; None: the network's picture is the picture.
    """

    id: int
    labels: NDArray[np.uint8]
    codes: NDArray[np.float32]
    base: PhotoBase | None = None


@dataclass(frozen=True)
class RenderResult:
    """One frame, or why there is none.

    Attributes:
        id: the request's id.
        box: what changed since the frame before.
        pixels: the whole picture, uint8 (H, W, 3); None when `error` is set.
        exact: False for a preview that an exact frame will follow.
        milliseconds: time spent on this frame.
        error: one sentence, or empty; details: the traceback, for a person who wants to report it.
        composition: what `pixels` are composed of, where they show a photo.
    """

    id: int
    box: Box
    pixels: NDArray[np.uint8] | None
    exact: bool
    milliseconds: float
    error: str = ""
    details: str = ""
    composition: Composition | None = None


@dataclass(frozen=True)
class ModelRequest:
    """Load another network: its bundle's name or folder, device and precision ("auto" lets the engine choose).

    `threads`: how many compute a picture on the CPU, 0: one for every core. `budget_bytes`: what the renderer's caches
    may take, None: its default.
    """

    bundle: str
    device: str = "auto"
    precision: str = "auto"
    threads: int = 0
    budget_bytes: int | None = None


@dataclass(frozen=True)
class Direction:
    """A slider: moving a code along `vector` changes what `name` says. Positions run from `low` to `high`.

    `vector` and `measure` are float32 of one class code's shape; a code's position is the product of `measure` with its
    offset from the mean code.
    """

    name: str
    vector: NDArray[np.float32]
    measure: NDArray[np.float32]
    low: float
    high: float


@dataclass(frozen=True)
class ModelFacts:
    """What the window knows about the loaded network, as plain arrays.

    Attributes:
        bundle: the loaded `model.checkpoints.Bundle`, only ever passed on to background jobs.
        height, width: native size; divisor: sizes must be multiples of it.
        code_mean: float32 (classes, channels, h, w).
        code_spread: what codes are drawn with, see `app.document.styling.drawn`: standard deviations, or where the
            bundle has it the factor of the covariance.
        code_bank: what codes are drawn around, where the bundle has it.
        controls: how many of a code's last numbers are 0 for every photo, for sliders alone.
        directions: per class, its sliders.
        device, description: for the status bar.
        precision: what the picture is computed in; films are, too, so that their ends are the stills.
    """

    bundle: Any
    name: str
    path: Path
    label_set: LabelSet
    height: int
    width: int
    divisor: int
    code_mean: NDArray[np.float32]
    code_spread: NDArray[np.float32]
    code_bank: CodeBank | None
    directions: tuple[tuple[Direction, ...], ...]
    has_encoder: bool
    has_parser: bool
    device: str
    description: str
    controls: int = 0
    precision: str = "float32"
