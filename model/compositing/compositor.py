"""The edited photo in the network's frame."""

from __future__ import annotations

from collections.abc import Collection

import cv2
import numpy as np
from numpy.typing import NDArray

from model.boxes import Box, slices
from model.compositing.adjusting import ADJUST_REACH, Adjustable
from model.compositing.fields import Field, Mask, extend
from model.compositing.folds import CARRIED, FOLD_REACH, Folds, calmed, folds_of, refolded
from model.compositing.ground import ground_beside
from model.compositing.inpainting import Plate, inpaint_background
from model.compositing.keeping import Keep, KeepSettings
from model.compositing.layers import LAYER_REACH, RIM, extend_layer, fade, inner_part, matte, soft_coverage
from model.compositing.recolouring import RECOLOUR_REACH, recoloured
from model.compositing.restyling import ADJUSTED, only_adjusted, strength
from model.compositing.windows import bounds, grown, touched, within

Picture = NDArray[np.uint8]
Labels = NDArray[np.uint8]

#: Deviation in pixels of the Gaussian under which photo and model are compared. Narrower, it copies the old folds into
#: the new cloth; wider, it cannot follow light and shade.
MATCH_SIGMA = 6.0


class Compositor:
    """Puts edits into one photo. What does not depend on the edit (plate, colour matching) is computed once, lazily.

    The edit mask is: pixels whose class changed, painted pixels, classes with a new style, classes set to `Keep.MODEL`.
    Inside it stand the model's pixels,

    - as they are for `Keep.MODEL`;
    - for classes with a new style with the folds that the photo shows there (`refolded`), but for the outermost `RIM`
      pixels, which take the colours from farther inside: there the network mixes the class with what it drew beyond.
      Where one garment takes the place of another (`cloth`), half of the old one's folds go on, and what is new of
      `calm` classes is drawn without glitter (`calmed`). While a style is not far from the photo's, what the model
      lacks of the photo (`photo - reference`) is added and fades with distance;
    - for `personal` classes with a new style the photo in other colours (`recoloured`): a face stays the person's own;
    - for classes of which only the controls were moved the photo, moved as the model's picture was (`Adjustable`);
    - colour-matched for all others: the smooth difference between the photo and the model's picture of the photo
      (`reference`), taken over that class alone, is added, so that repainting a part of a coat meets the rest of it;
    - from the plate, the photo with the person inpainted, for background that was uncovered.

    Edited classes lie over the rest with soft outlines: along the photo's own edges where an outline is still the
    photo's, with rounded staircases where it is new. Around the mask a seam of `settings.seam` pixels fades to the
    photo; what fades shows the photo's classes without the pixels in which the old object still shines, so that neither
    its rim nor the model's own ground shows as a halo. Beyond the seam the result is the photo. Every pixel depends
    only on its surroundings (`reach`), so a part can be recomposed alone (`box`).
    """

    def __init__(
        self,
        photo: Picture,
        labels: Labels,
        reference: Picture,
        background: int = 0,
        settings: KeepSettings | None = None,
        plate: Plate | None = None,
        personal: Collection[int] = (),
        cloth: Collection[int] = (),
        calm: Collection[int] = (),
    ) -> None:
        """
        Args:
            photo: uint8 (H, W, 3), the photo in the frame.
            labels: uint8 (H, W), its label map before any edit.
            reference: uint8 (H, W, 3), the model's picture of that map with the photo's own codes.
            background: the class that removed things uncover.
            plate: that of another compositor of the same photo and map, where only the settings differ.
            personal: classes whose features stay when they take another style (`personal_classes`).
            cloth: classes that take one another's folds (`cloth_classes`).
            calm: classes that are drawn without glitter where they are new (`calm_classes`).
        """
        if photo.shape != reference.shape or photo.shape[:2] != labels.shape:
            raise ValueError(f"photo {photo.shape}, reference {reference.shape}, labels {labels.shape} differ in size")
        self.photo = photo
        self.labels = labels
        self.background = background
        self.settings = settings or KeepSettings()
        self.reference = reference
        self.personal = frozenset(personal)
        self.cloth, self.calm = frozenset(cloth), frozenset(calm)
        self._difference = photo.astype(np.float32) - reference.astype(np.float32)
        self._corrections: dict[int, Field] = {}
        self._mattes: dict[int, Field] = {}
        self._folds: dict[int, Folds | None] = {}
        self._adjustables: dict[int, tuple[Box, Adjustable]] = {}
        self._beside: tuple[Field, Field] | None = None
        # Set and read as a whole: films are composed in a thread of their own.
        self._last_own: tuple[Box, dict[int, float], Labels, Field] | None = None
        self._plate = plate

    def reach(self, restyled: Collection[int] = ()) -> int:
        """How many pixels around a changed one a picture can change."""
        farthest = [FOLD_REACH if restyled else 0]
        farthest += [RECOLOUR_REACH for index in restyled if index in self.personal]
        farthest += [ADJUST_REACH for index in restyled if only_adjusted(restyled, index)]
        return self.settings.seam + LAYER_REACH + 2 + max(farthest)

    @property
    def plate(self) -> Plate:
        """The photo with everything but the background inpainted."""
        if self._plate is None:
            self._plate = inpaint_background(self.photo, self.hidden)
        return self._plate

    def uncovered(self, after: Labels) -> Field:
        """How much of the plate the ground shows, float32 (H, W): 1 where a person stood, fading beside."""
        ground = after == self.background
        return np.asarray(fade(ground & (self.labels != self.background), self.settings.seam) * ground, np.float32)

    @property
    def beside(self) -> tuple[Field, Field]:
        """The photo without the person beside the ground, and how much of a pixel that is: `ground_beside`."""
        if self._beside is None:
            self._beside = ground_beside(self.photo, self.labels != self.background)
        return self._beside

    @property
    def hidden(self) -> Mask:
        """Where the plate is inpainted: everything but background, and the rim at which the two mix."""
        person = (self.labels != self.background).astype(np.uint8)
        return cv2.dilate(person, np.ones((7, 7), np.uint8)) > 0

    def edit_mask(self, after: Labels, restyled: Collection[int] = (), painted: Mask | None = None) -> Mask:
        """The pixels that must come from the model, bool (H, W).

        Args:
            after: uint8 (H, W), the map as it is now.
            restyled: classes whose style is no longer the photo's; as a mapping with how far each has gone from it
                (`restyled_classes`), else all the way.
            painted: bool (H, W), strokes to be repainted though their class did not change.
        """
        return self._mask_in(after, restyled, painted, (0, 0, *self.labels.shape))

    def _mask_in(self, after: Labels, restyled: Collection[int], painted: Mask | None, box: Box) -> Mask:
        part = slices(box)
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
            result, box = previous.copy(), grown(box, self.reach(restyled), self.labels.shape)
        # The seam's fade looks outward for the mask: a wider window keeps it right at the box's rim.
        window = grown(box, self.settings.seam + 2, self.labels.shape)
        mask = self._mask_in(after, restyled, painted, window)
        work = touched(mask, window, self.settings.seam, box)
        result[slices(box)] = self.photo[slices(box)]
        if work is None:
            return result
        weight = fade(mask, self.settings.seam)
        weight = weight[work[0] - window[0] : work[2] - window[0], work[1] - window[1] : work[3] - window[1]]
        target = self._target_in(after, picture, restyled, painted, work)
        part = slices(work)
        kept = self.photo[part]
        mixed = kept + weight[..., None] * (target - kept)
        result[part] = np.where(weight[..., None] > 0, np.rint(mixed).clip(0, 255), kept).astype(np.uint8)
        return result

    def target(
        self, after: Labels, picture: Picture, restyled: Collection[int] = (), painted: Mask | None = None
    ) -> Field:
        """What the mask and its seam show before they are blended with the photo, float32 (H, W, 3), about 0..255."""
        return self._target_in(after, picture, restyled, painted, (0, 0, *self.labels.shape))

    def _target_in(
        self, after: Labels, picture: Picture, restyled: Collection[int], painted: Mask | None, box: Box
    ) -> Field:
        window = grown(box, self.reach(restyled), self.labels.shape)
        target = self._mixture(after, picture, restyled, painted, window)
        share = self._remembered_in(after, restyled, painted, window)
        if share is not None:
            # What the model lacks of the photo, taken from the picture that it makes of the photo's own styles.
            known = {
                index: ADJUSTED if only_adjusted(restyled, index) else float(strength(restyled, index) >= 1)
                for index in restyled
            }
            target += share[..., None] * (self.photo[slices(window)] - self._own(after, known, painted, window))
        top, left = box[0] - window[0], box[1] - window[1]
        return target[top : top + box[2] - box[0], left : left + box[3] - box[1]]

    def _own(self, after: Labels, restyled: dict[int, float], painted: Mask | None, window: Box) -> Field:
        """`_mixture` of the picture of the photo's own styles, which a dragged slider asks for again and again."""
        last = self._last_own
        if last is not None and painted is None and last[:2] == (window, restyled) and np.array_equal(last[2], after):
            return last[3]
        found = self._mixture(after, self.reference, restyled, painted, window)
        if painted is None:
            self._last_own = window, restyled, after.copy(), found
        return found

    def remembered(self, after: Labels, restyled: Collection[int] = (), painted: Mask | None = None) -> Field | None:
        """How much each pixel in and around restyled classes still looks like the photo, float32 (H, W) in 0..1.

        None where that is nothing anywhere: every style has gone all the way.
        """
        return self._remembered_in(after, restyled, painted, (0, 0, *self.labels.shape))

    def _remembered_in(
        self, after: Labels, restyled: Collection[int], painted: Mask | None, window: Box
    ) -> Field | None:
        part = slices(window)
        labels = after[part]
        faint = {i for i in restyled if strength(restyled, i) < 1 and self.settings.of(i) is Keep.PHOTO}
        if not faint or not np.isin(labels, list(faint)).any():
            return None
        total, left = np.full(labels.shape, 1e-6, np.float32), np.zeros(labels.shape, np.float32)
        for index in restyled:
            # A little farther than the seam: photos are larger than the frame, and their pixels lie between its own.
            around = fade(labels == index, self.settings.seam + 2)
            total += around
            if index in faint:
                left += np.float32(1 - strength(restyled, index)) * around
        changed = labels != self.labels[part]
        if painted is not None:
            changed |= painted[part]
        return np.asarray(left / total * (1 - fade(changed, self.settings.seam)), np.float32)

    def _mixture(
        self, after: Labels, picture: Picture, restyled: Collection[int], painted: Mask | None, window: Box
    ) -> Field:
        part = slices(window)
        labels, kept = after[part], after[part] == self.labels[part]
        mask = self._mask_in(after, restyled, painted, window)
        near = cv2.dilate(mask.astype(np.uint8), np.ones((2 * RIM + 1,) * 2, np.uint8)) > 0
        wide = np.ones((2 * (self.settings.seam + RIM) + 1,) * 2, np.uint8)
        zone = cv2.dilate(mask.astype(np.uint8), wide) > 0
        target = self.photo[part].astype(np.float32)
        over = np.zeros_like(target)
        covered = np.zeros(labels.shape, np.float32)
        under, beside = np.zeros_like(target), np.zeros(labels.shape, np.float32)
        for index in np.flatnonzero(np.bincount(labels.ravel(), minlength=1)).tolist():
            at = bounds((labels == index) & zone, LAYER_REACH + RIM + 1)
            if at is None:
                continue
            own = labels[at] == index
            place = within(window, at)
            moved = index in restyled and (index in self.personal or only_adjusted(restyled, index))
            if moved and self.settings.of(index) is Keep.PHOTO:
                fresh = ~kept[at] if painted is None else ~kept[at] | painted[slices(place)]
                layer = self._recoloured_layer(index, own, fresh, picture, place, only_adjusted(restyled, index))
            else:
                layer = self._layer(index, own, mask[at], near[at], picture, restyled, place)
            share = self._coverage(index, own, kept[at], index in restyled, place)
            edited = own if index in restyled else own & mask[at]
            above = share * (cv2.dilate(edited.astype(np.uint8), wide) > 0)
            over[at] += above[..., None] * layer
            covered[at] += above
            under[at] += (share - above)[..., None] * layer
            beside[at] += share - above
            np.copyto(target[at], layer, where=(own & zone[at])[..., None])
        # Below the outlines of what was edited its neighbours go on.
        missing = (covered > 0) & (beside > 0) & mask
        target[missing] = under[missing] / beside[missing][:, None]
        alone = (covered > 0) & (beside <= 0)
        rest = np.where(alone, 0, np.clip(1 - covered, 0, 1))[..., None]
        return np.asarray((over + rest * target) / np.maximum(covered[..., None] + rest, 1e-6), np.float32)

    def _layer(
        self, index: int, own: Mask, mask: Mask, near: Mask, picture: Picture, restyled: Collection[int], window: Box
    ) -> Field:
        """The colours of a class in the window and some pixels beyond its outline, float32 (h, w, 3)."""
        part = slices(window)
        drawn = picture[part].astype(np.float32)
        if self.settings.of(index) is Keep.MODEL:
            return drawn
        if index in restyled:
            gone = strength(restyled, index)
            drawn = self._hung(index, drawn, own, part)
            if gone < 1:
                drawn += np.float32(1 - gone) * self.correction(index)[part]
            return extend_layer(drawn, inner_part(own), own)
        if index == self.background:
            return self._ground(part, own)
        colors = self.photo[part].astype(np.float32)
        clean = own & ~near
        if (own & mask).any():
            # Part of it is new: matched to the photo, into which it fades.
            share = fade(own & mask, self.settings.seam)
            drawn = self._hung(index, drawn, own, part)
            colors += share[..., None] * (drawn + self.correction(index)[part] - colors)
            clean = np.where(share > 0, inner_part(own), clean)
        return extend_layer(colors, clean, own)

    def _hung(self, index: int, drawn: Field, own: Mask, part: tuple[slice, slice]) -> Field:
        """The network's pixels of a class with the folds of what the photo shows there; new cloth without glitter."""
        before = self.labels[part]
        same = own & (before == index)
        folds = self.folds(index) if same.any() else None
        found = drawn if folds is None else refolded(drawn, folds, same, part)
        fresh = own & ~same
        if index in self.calm and fresh.any():
            found = calmed(found, own, fresh)
        replaced = set(np.unique(before[fresh]).tolist()) if index in self.cloth else set()
        for other in sorted(self.cloth & replaced):
            folds = self.folds(other)
            if folds is not None:
                found = refolded(found, folds, fresh & (before == other), part, CARRIED)
        return found

    def _recoloured_layer(
        self, index: int, own: Mask, fresh: Mask, picture: Picture, window: Box, adjusted: bool
    ) -> Field:
        """A class that still shows what the photo does, in other colours; the model's where it is new."""
        part = slices(window)
        clean = inner_part(own)
        known = own & ~fresh
        compared = known & clean if (known & clean).any() else known
        if adjusted:
            colors = self._adjustable(index, window, compared).adjusted(picture[part])
        else:
            photo = self.photo[part].astype(np.float32)
            colors = recoloured(photo, self.reference[part], picture[part], compared)
        if (own & fresh).any():
            share = fade(own & fresh, self.settings.seam)
            drawn = picture[part].astype(np.float32)
            if index not in self.personal:
                drawn = self._hung(index, drawn, own, part)
            drawn = drawn + self.correction(index)[part]
            colors = np.asarray(colors + share[..., None] * (drawn - colors), np.float32)
        return extend_layer(colors, clean, own)

    def _adjustable(self, index: int, window: Box, where: Mask) -> Adjustable:
        """A class that a slider moves, which asks for it again and again."""
        last = self._adjustables.get(index)
        if last is not None and last[0] == window and np.array_equal(last[1].where, where):
            return last[1]
        part = slices(window)
        found = Adjustable(self.photo[part].astype(np.float32), self.reference[part], where)
        self._adjustables[index] = window, found
        return found

    def _ground(self, part: tuple[slice, slice], own: Mask) -> Field:
        """The background of a part of the frame, float32 (h, w, 3): the photo without the person's colours beside them.

        Where ground was uncovered the plate goes on beside it, to meet the photo softly.
        """
        colors = self.beside[0][part]
        share = fade(own & (self.labels[part] != self.background), self.settings.seam)[..., None]
        if not share.any():
            return colors
        return np.asarray(colors + share * (self.plate.pixels[part].astype(np.float32) - colors), np.float32)

    def _coverage(self, index: int, own: Mask, kept: Mask, restyled: bool, window: Box) -> Field:
        """How much of each pixel of the window a class covers, float32 (h, w) in 0..1."""
        if self.settings.seam == 0:
            return own.astype(np.float32)
        share = soft_coverage(own)
        if not restyled or self.settings.of(index) is Keep.MODEL:
            return share
        if index not in self._mattes:
            self._mattes[index] = matte(self.photo, self.labels == index)
        # Where outlines were changed the photo's edges mean nothing.
        around = np.ones((9, 9), np.uint8)
        same = cv2.erode(kept.astype(np.uint8), around, borderType=cv2.BORDER_CONSTANT, borderValue=1)
        return np.where(same > 0, self._mattes[index][slices(window)], share)

    def folds(self, class_index: int) -> Folds | None:
        """The folds that the photo shows of a class; None of ground, of prints, and where it shows too little."""
        if class_index == self.background:
            return None
        if class_index not in self._folds:
            inner = inner_part(self.labels == class_index)
            self._folds[class_index] = folds_of(self.photo, self.reference, inner)
        return self._folds[class_index]

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
