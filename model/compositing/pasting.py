"""Pixels of other photos that lie in an edited one: a bag that was copied stays that bag, print and clasp and all.

A style is a few numbers: of a patterned bag it keeps the colour. So a region that is copied from another photo brings
its own pixels along. They are shown as long as the map still says what they show, in the style that it had when they
came; whatever is edited later is drawn by the network, as everything that is edited is. Where only controls were moved
(decision 0019) they are adjusted, as a photo's own pixels are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from model.boxes import Box, box_around, slices
from model.compositing.adjusting import Adjustable
from model.compositing.fields import Field, Mask
from model.compositing.keeping import Keep, KeepSettings
from model.compositing.restyling import moved_since

#: Pixels that are kept of each pixel of the frame, along each side: photos are larger than the frame.
FINENESS = 2
#: The class of a pixel that nothing lies on.
NOTHING = 255
#: Over how many pixels of the frame, inside the outline, they come up from below.
_RISE = 2.0


@dataclass(frozen=True, eq=False)
class Moved:
    """What controls that were moved since did to the network's picture.

    Attributes:
        before: uint8 (H, W, 3), the picture with the controls that the pixels came with; network: the picture now.
        controls: how many of a code's last numbers are controls.
    """

    before: NDArray[np.uint8]
    network: NDArray[np.uint8]
    controls: int


@dataclass(frozen=True, eq=False)
class Pasted:
    """What lies in a photo of other photos.

    Attributes:
        pixels: uint8 (FINENESS * H, FINENESS * W, 3).
        labels: uint8 (H, W), the class that they show there, NOTHING elsewhere.
        codes: float32 (classes, channels, h, w), the style that each class had when its pixels came.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    codes: NDArray[np.float32]

    @property
    def nbytes(self) -> int:
        return self.pixels.nbytes + self.labels.nbytes + self.codes.nbytes

    @cached_property
    def box(self) -> Box:
        """What they lie in, and the pixels beside it."""
        height, width = self.labels.shape
        if not (self.labels != NOTHING).any():
            return 0, 0, 0, 0
        top, left, bottom, right = box_around(self.labels != NOTHING)
        return max(0, top - 2), max(0, left - 2), min(height, bottom + 2), min(width, right + 2)

    def fits(self, labels: NDArray[np.uint8], codes: NDArray[np.float32]) -> bool:
        """Whether it was made for a map of this size and codes of this shape."""
        return self.labels.shape == labels.shape and self.codes.shape == codes.shape

    def moved_classes(self, labels: NDArray[np.uint8], codes: NDArray[np.float32], controls: int) -> list[int]:
        """Classes that lie here of which nothing but the controls, the last numbers of a code, was moved since."""
        _, adjusted = moved_since(self.codes, codes, controls)
        return [index for index in np.unique(self.labels[self.labels == labels]).tolist() if adjusted[index]]

    def weight(
        self,
        labels: NDArray[np.uint8],
        codes: NDArray[np.float32],
        settings: KeepSettings,
        moved: Moved | None = None,
    ) -> Field:
        """How much of each pixel of the frame they are, float32 (H, W), 0 beyond their outline.

        Args:
            labels: uint8 (H, W), the map now; codes: of its classes now; settings: classes that come from the network
                show none.
            moved: how controls act, without which classes with moved ones show none.
        """
        shown = self.labels == labels
        changed, adjusted = moved_since(self.codes, codes, 0 if moved is None else moved.controls)
        for index in np.unique(self.labels[shown]).tolist():
            if settings.of(index) is not Keep.PHOTO or (changed & ~adjusted)[index]:
                shown &= self.labels != index
        weight = shown.astype(np.float32)
        if settings.seam == 0 or not shown.any():
            return weight
        depth = cv2.distanceTransform(shown.astype(np.uint8), cv2.DIST_L2, 5)
        return np.asarray((depth / _RISE).clip(0, 1), np.float32)

    def over(
        self,
        picture: NDArray[np.uint8],
        labels: NDArray[np.uint8],
        codes: NDArray[np.float32],
        settings: KeepSettings,
        moved: Moved | None = None,
    ) -> NDArray[np.uint8]:
        """A picture of the frame with them in it, uint8 (H, W, 3); the picture itself where nothing of them shows."""
        weight = self.weight(labels, codes, settings, moved)
        if not weight.any():
            return picture
        part = slices(self.box)
        pixels = self._of_frame
        shift = self._shift(labels, codes, moved)
        if shift is not None:
            pixels = np.rint(pixels + shift).clip(0, 255).astype(np.uint8)
        result = picture.copy()
        result[part] = _mixed(picture[part], pixels, weight[part])
        return result

    @cached_property
    def _of_frame(self) -> NDArray[np.uint8]:
        """The pixels in `box`, one for each of the frame."""
        part = slices(self.box)
        size = (part[1].stop - part[1].start, part[0].stop - part[0].start)
        return np.asarray(cv2.resize(self.pixels[finer(part)], size, interpolation=cv2.INTER_AREA), np.uint8)

    def _shift(self, labels: NDArray[np.uint8], codes: NDArray[np.float32], moved: Moved | None) -> Field | None:
        """What moved controls add to the pixels in `box`, float32 (h, w, 3); None where none were moved."""
        free = [] if moved is None else self.moved_classes(labels, codes, moved.controls)
        if moved is None or not free:
            return None
        part = slices(self.box)
        own = self._of_frame.astype(np.float32)
        shift = np.zeros_like(own)
        for index in free:
            where = (self.labels[part] == index) & (labels[part] == index)
            adjusted = Adjustable(own, moved.before[part], where).adjusted(moved.network[part])
            # A little beyond the outline as well, where what is enlarged finds its colours.
            near = cv2.dilate(where.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
            shift = np.where(near[..., None], adjusted - own, shift)
        return np.asarray(shift, np.float32)

    def over_photo(
        self,
        photo: NDArray[np.uint8],
        to_frame: NDArray[np.float64],
        labels: NDArray[np.uint8],
        codes: NDArray[np.float32],
        settings: KeepSettings,
        moved: Moved | None = None,
    ) -> NDArray[np.uint8]:
        """As `over`, for a picture of the photo's own size, uint8 (H', W', 3).

        Args:
            to_frame: affine map (2, 3) of pixel centres (x, y) of the photo to the frame's.
        """
        weight = self.weight(labels, codes, settings, moved)
        if not weight.any():
            return photo
        back = cv2.invertAffineTransform(to_frame)
        top, left, bottom, right = self.box
        corners = np.array([[left - 1, top - 1, 1], [right + 1, bottom + 1, 1]], np.float64) @ back.T
        first = np.maximum(np.floor(corners[0]).astype(int), 0)
        last = np.minimum(np.ceil(corners[1]).astype(int), (photo.shape[1], photo.shape[0]))
        if (last <= first).any():
            return photo
        matrix = to_frame.copy()
        matrix[:, 2] += matrix[:, :2] @ first
        size = (int(last[0] - first[0]), int(last[1] - first[1]))
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        share = cv2.warpAffine(weight, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=(0,))
        fine = matrix * FINENESS
        fine[:, 2] += (FINENESS - 1) / 2
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        source, shift = self.pixels, self._shift(labels, codes, moved)
        if shift is not None:
            lying, source = finer(slices(self.box)), source.copy()
            added = cv2.resize(shift, (FINENESS * shift.shape[1], FINENESS * shift.shape[0]))
            source[lying] = np.rint(source[lying] + added).clip(0, 255)
        pixels = cv2.warpAffine(source, fine, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        result = photo.copy()
        part = (slice(int(first[1]), int(last[1])), slice(int(first[0]), int(last[0])))
        result[part] = _mixed(photo[part], np.asarray(pixels, np.uint8), np.asarray(share, np.float32))
        return result


def finer(part: tuple[slice, slice]) -> tuple[slice, slice]:
    """A part of the frame in pixels of regions."""
    rows, columns = (slice(FINENESS * side.start, FINENESS * side.stop) for side in part)
    return rows, columns


def with_region(
    before: Pasted | None,
    pixels: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    where: Mask,
    codes: NDArray[np.float32],
    classes: Iterable[int],
) -> Pasted:
    """What lies in a photo once another region does.

    Args:
        before: what lay there; pixels: uint8 (FINENESS * H, FINENESS * W, 3), used where `where`, bool (H, W), is.
        labels: uint8 (H, W), the map with the region in it; codes: of all classes now; classes: of the region.
    """
    if before is None or not before.fits(labels, codes):
        before = Pasted(np.zeros_like(pixels), np.full_like(labels, NOTHING), codes.copy())
    fine = np.repeat(np.repeat(where, FINENESS, axis=0), FINENESS, axis=1)
    # A little more than the region, so that what is enlarged finds its own colours at the rim.
    fine = cv2.dilate(fine.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    own = before.codes.copy()
    own[list(classes)] = codes[list(classes)]
    return Pasted(
        np.where(fine[..., None], pixels, before.pixels), np.where(where, labels, before.labels).astype(np.uint8), own
    )


def without_region(before: Pasted, part: tuple[slice, slice], where: Mask) -> Pasted:
    """What lies in a photo once nothing does where `where`, bool of the size of `part`, is; `before` if nothing did."""
    if not (where & (before.labels[part] != NOTHING)).any():
        return before
    labels = before.labels.copy()
    labels[part][where] = NOTHING
    return replace(before, labels=labels)


def _mixed(below: NDArray[np.uint8], above: NDArray[np.uint8], weight: Field) -> NDArray[np.uint8]:
    mixed = below + weight[..., None] * (above.astype(np.float32) - below)
    return np.where(weight[..., None] > 0, np.rint(mixed).clip(0, 255), below).astype(np.uint8)
