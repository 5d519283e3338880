"""The edited photo in the network's frame."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from model.compositing.fields import Field, Mask, extend
from model.compositing.inpainting import inpaint_background

Picture = NDArray[np.uint8]
Labels = NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""Top, left, bottom, right in pixels; bottom and right lie outside."""

#: Deviation in pixels of the Gaussian under which photo and model are compared. Narrower, it copies the old folds into
#: the new cloth; wider, it cannot follow light and shade.
MATCH_SIGMA = 6.0

#: Pixels inside a restyled class's outline that the network mixes with what lies beyond (its light studio, above all);
#: and from how far away the colours come that replace them.
RIM, _RIM_SOURCE = 2, 3


class Keep(StrEnum):
    """Whose pixels a class shows where nobody edited it."""

    PHOTO = "photo"
    MODEL = "model"


@dataclass(frozen=True)
class KeepSettings:
    """How much of the photo stays.

    Attributes:
        mode: for all classes.
        classes: for single classes, over `mode`.
        seam: width in frame pixels of the band around edits in which model and photo are blended; 0 cuts hard.
    """

    mode: Keep = Keep.PHOTO
    classes: Mapping[int, Keep] = field(default_factory=lambda: MappingProxyType({}))
    seam: int = 4

    def __post_init__(self) -> None:
        if not 0 <= self.seam <= 64:
            raise ValueError(f"a seam of {self.seam} pixels is outside 0 to 64")

    def of(self, class_index: int) -> Keep:
        return self.classes.get(class_index, self.mode)


def changed_classes(codes: NDArray[np.float32], original: NDArray[np.float32]) -> frozenset[int]:
    """The classes whose codes differ at all; both float32 (C, K, h, w)."""
    differs = (codes != original).reshape(len(codes), -1).any(axis=1)
    return frozenset(int(index) for index in np.flatnonzero(differs))


class Compositor:
    """Puts edits into one photo. What does not depend on the edit (plate, colour matching) is computed once, lazily.

    The edit mask is: pixels whose class changed, painted pixels, classes with a new style, classes set to `Keep.MODEL`.
    Inside it stand the model's pixels,

    - as they are for `Keep.MODEL`, and for classes with a new style but for the outermost `RIM` pixels, which take the
      colours from farther inside: there the network mixes the class with what it drew beyond;
    - colour-matched for all others: the smooth difference between the photo and the model's picture of the photo
      (`reference`), taken over that class alone, is added, so that repainting a part of a coat meets the rest of it;
    - from the plate, the photo with the person inpainted, for background that was uncovered.

    Around the mask a seam of `settings.seam` pixels fades to the photo; what fades is matched in the same way, so that
    neither the old object's rim nor the model's own ground shows as a halo. Beyond the seam the result is the photo.
    Every pixel depends only on its surroundings within the seam, so a part can be recomposed alone (`box`).
    """

    def __init__(
        self,
        photo: Picture,
        labels: Labels,
        reference: Picture,
        background: int = 0,
        settings: KeepSettings | None = None,
        plate: Picture | None = None,
    ) -> None:
        """
        Args:
            photo: uint8 (H, W, 3), the photo in the frame.
            labels: uint8 (H, W), its label map before any edit.
            reference: uint8 (H, W, 3), the model's picture of that map with the photo's own codes.
            background: the class that removed things uncover.
            plate: that of another compositor of the same photo and map, where only the settings differ.
        """
        if photo.shape != reference.shape or photo.shape[:2] != labels.shape:
            raise ValueError(f"photo {photo.shape}, reference {reference.shape}, labels {labels.shape} differ in size")
        self.photo = photo
        self.labels = labels
        self.background = background
        self.settings = settings or KeepSettings()
        self._difference = photo.astype(np.float32) - reference.astype(np.float32)
        self._corrections: dict[int, Field] = {}
        self._plate = plate

    @property
    def reach(self) -> int:
        """How many pixels around a changed one a picture can change."""
        return max(self.settings.seam, RIM + _RIM_SOURCE) + 1

    @property
    def plate(self) -> Picture:
        """The photo with everything but the background inpainted, uint8 (H, W, 3)."""
        if self._plate is None:
            self._plate = inpaint_background(self.photo, self.hidden)
        return self._plate

    @property
    def hidden(self) -> Mask:
        """Where the plate is inpainted: everything but background, and the rim at which the two mix."""
        person = (self.labels != self.background).astype(np.uint8)
        return cv2.dilate(person, np.ones((7, 7), np.uint8)) > 0

    def edit_mask(self, after: Labels, restyled: Collection[int] = (), painted: Mask | None = None) -> Mask:
        """The pixels that must come from the model, bool (H, W).

        Args:
            after: uint8 (H, W), the map as it is now.
            restyled: classes whose style is no longer the photo's.
            painted: bool (H, W), strokes to be repainted though their class did not change.
        """
        return self._mask_in(after, restyled, painted, (0, 0, *self.labels.shape))

    def _mask_in(self, after: Labels, restyled: Collection[int], painted: Mask | None, box: Box) -> Mask:
        part = _slices(box)
        mask = after[part] != self.labels[part]
        if painted is not None:
            mask |= painted[part]
        table = np.zeros(256, np.bool_)
        for index in range(256):
            table[index] = self.settings.of(index) is Keep.MODEL
        table[list(restyled)] = True
        if table.any():
            mask |= table[after[part]]
        return mask

    def compose(
        self,
        after: Labels,
        picture: Picture,
        restyled: Collection[int] = (),
        *,
        painted: Mask | None = None,
        box: Box | None = None,
        previous: Picture | None = None,
    ) -> Picture:
        """The edited photo, uint8 (H, W, 3).

        Args:
            after, restyled, painted: see `edit_mask`.
            picture: uint8 (H, W, 3), the model's picture of `after`.
            box: recompute only here and in the seam around; needs `previous`, the result before, which is not changed.
        """
        if after.shape != self.labels.shape or picture.shape != self.photo.shape:
            raise ValueError(f"labels {after.shape} and picture {picture.shape} are not of the photo's size")
        if box is None or previous is None:
            result, box = self.photo.copy(), (0, 0, *self.labels.shape)
        else:
            result, box = previous.copy(), _grown(box, self.reach, self.labels.shape)
        # The seam's fade looks outward for the mask: a wider window keeps it right at the box's rim.
        window = _grown(box, self.settings.seam + 2, self.labels.shape)
        mask = self._mask_in(after, restyled, painted, window)
        work = _touched(mask, window, self.settings.seam, box)
        result[_slices(box)] = self.photo[_slices(box)]
        if work is None:
            return result
        weight = fade(mask, self.settings.seam)
        weight = weight[work[0] - window[0] : work[2] - window[0], work[1] - window[1] : work[3] - window[1]]
        target = self._target_in(after, picture, restyled, work)
        part = _slices(work)
        kept = self.photo[part]
        mixed = kept + weight[..., None] * (target - kept)
        result[part] = np.where(weight[..., None] > 0, np.rint(mixed).clip(0, 255), kept).astype(np.uint8)
        return result

    def target(self, after: Labels, picture: Picture, restyled: Collection[int] = ()) -> Field:
        """What the mask and its seam show before they are blended with the photo, float32 (H, W, 3), about 0..255."""
        return self._target_in(after, picture, restyled, (0, 0, *self.labels.shape))

    def _target_in(self, after: Labels, picture: Picture, restyled: Collection[int], box: Box) -> Field:
        part = _slices(box)
        target = picture[part].astype(np.float32)
        labels = after[part]
        for index in np.flatnonzero(np.bincount(labels.ravel(), minlength=1)).tolist():
            if self.settings.of(index) is Keep.MODEL:
                continue
            if index in restyled:
                self._clear_rim(after, picture, index, box, target)
                continue
            where = (labels == index)[..., None]
            if index == self.background:
                np.copyto(target, self.plate[part], where=where, casting="unsafe")
            else:
                np.add(target, self.correction(index)[part], out=target, where=where)
        return target

    def _clear_rim(self, after: Labels, picture: Picture, index: int, box: Box, target: Field) -> None:
        """Give the rim of a restyled class in `target`, the part in `box`, the colours of the class inside."""
        window = _grown(box, RIM + _RIM_SOURCE, self.labels.shape)
        known = (after[_slices(window)] == index).astype(np.uint8)
        # At the frame's border the class goes on.
        inner = cv2.erode(known, np.ones((2 * RIM + 1,) * 2, np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=1)
        size = (2 * _RIM_SOURCE + 1,) * 2
        weight = cv2.GaussianBlur(inner.astype(np.float32), size, 1.5, borderType=cv2.BORDER_REPLICATE)
        rim = (known > inner) & (weight > 1e-3)
        if not rim.any():
            return
        colors = picture[_slices(window)].astype(np.float32) * inner[..., None]
        colors = np.asarray(cv2.GaussianBlur(colors, size, 1.5, borderType=cv2.BORDER_REPLICATE), np.float32)
        top, left = box[0] - window[0], box[1] - window[1]
        part = slice(top, top + box[2] - box[0]), slice(left, left + box[3] - box[1])
        found = rim[part]
        target[found] = colors[part][found] / weight[part][found][:, None]

    def correction(self, class_index: int) -> Field:
        """What the model's colours of a class lack to be the photo's, smoothly extended; float32 (H, W, 3)."""
        found = self._corrections.get(class_index)
        if found is None:
            known = (self.labels == class_index).astype(np.uint8)
            # Outlines are where map and photo disagree: leave them out, unless nothing else is there.
            inner = cv2.erode(known, np.ones((5, 5), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=1)
            found = extend(self._difference, (inner if inner.any() else known) > 0, MATCH_SIGMA)
            self._corrections[class_index] = found
        return found


def fade(mask: Mask, seam: float) -> Field:
    """Weight of the model: 1 on the mask, smoothly to 0 at `seam` pixels around it, exactly 0 beyond; float32 (H, W).

    All of the fade lies outside, and it starts at half the seam: maps miss an object's outermost pixels, and what the
    photo shows there would shine through as a rim.
    """
    weight = mask.astype(np.float32)
    if seam <= 0 or not mask.any() or mask.all():
        return weight
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    rest = np.clip((seam + 1 - distance) / (0.5 * seam + 1), 0, 1)
    faded = np.asarray(rest * rest * (3 - 2 * rest), np.float32)
    faded[distance > seam] = 0
    return faded


def _touched(mask: Mask, window: Box, seam: int, box: Box) -> Box | None:
    """The part of `box` that the mask and its seam touch, None where nothing does."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return None
    top = max(box[0], window[0] + int(rows[0]) - seam)
    left = max(box[1], window[1] + int(columns[0]) - seam)
    bottom = min(box[2], window[0] + int(rows[-1]) + 1 + seam)
    right = min(box[3], window[1] + int(columns[-1]) + 1 + seam)
    return (top, left, bottom, right) if bottom > top and right > left else None


def _grown(box: Box, by: int, shape: tuple[int, ...]) -> Box:
    top, left, bottom, right = box
    return max(0, top - by), max(0, left - by), min(shape[0], bottom + by), min(shape[1], right + by)


def _slices(box: Box) -> tuple[slice, slice]:
    return slice(box[0], box[2]), slice(box[1], box[3])
