"""The edited photo at its own size: the frame's new pixels, with the detail that only the photo has."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from model.boxes import bounding_box, box_around, slices
from model.compositing.compositor import Compositor, Labels, Picture
from model.compositing.fields import Field, Mask
from model.compositing.keeping import Keep
from model.compositing.layers import fade

#: Rows of the photo that are worked on at once: bounds the memory for photos of any size.
STRIP = 512

#: Depth in frame pixels from which a restyled class takes all of the photo's detail.
_OUTLINE = 3.0

#: Takes three channels of detail to their brightness, in all three.
_LUMA = np.repeat(np.array([[0.299], [0.587], [0.114]], np.float32), 3, axis=1)


class Rectangle(Protocol):
    """The part of a photo that is the frame, in photo pixels; it may reach beyond the photo."""

    @property
    def top(self) -> float: ...
    @property
    def left(self) -> float: ...
    @property
    def height(self) -> float: ...
    @property
    def width(self) -> float: ...


def put_back(
    photo: Picture,
    rectangle: Rectangle,
    compositor: Compositor,
    after: Labels,
    picture: Picture,
    restyled: Collection[int] = (),
    painted: Mask | None = None,
) -> Picture:
    """The whole photo with the frame's edits in it; everything beyond the edit mask and its seam is the photo exactly.

    What the photo shows finer than the frame can (weave, seams, single hairs) is added to the model's pixels wherever
    the class did not change. In restyled classes it is scaled with the brightness, as it would be under the same light.
    Background that was uncovered has the detail of the place that it was copied from.

    Args:
        photo: uint8 (H, W, 3), of any size.
        rectangle: where the compositor's frame lies in it.
        compositor: made from `photo` brought into the frame.
        after, picture, restyled, painted: in the frame, as for `Compositor.compose`.

    Returns:
        uint8 (H, W, 3).
    """
    mask = compositor.edit_mask(after, restyled, painted)
    result = photo.copy()
    if not mask.any():
        return result
    height, width = mask.shape
    to_frame = _photo_to_frame(rectangle, height, width)
    zoom = max(rectangle.height / height, rectangle.width / width)
    region = _region(mask, compositor.settings.seam + 2, rectangle, photo.shape)
    if region is None:
        return result
    top, left, bottom, right = region
    seam = max(compositor.settings.seam * zoom, float(compositor.settings.seam > 0))
    weight = fade(_enlarged_mask(mask, to_frame, region, zoom), seam)
    target = compositor.target(after, picture, restyled, painted)
    gain, gray = detail_gain(compositor, after, target, restyled, painted)
    frame = compositor.photo.astype(np.float32)
    ground = compositor.uncovered(after)
    if compositor.background in restyled or compositor.settings.of(compositor.background) is Keep.MODEL:
        ground = np.zeros_like(ground)
    for start in range(top, bottom, STRIP):
        part = (start, left, min(start + STRIP, bottom), right)
        alpha = weight[start - top : part[2] - top][..., None]
        if not alpha.any():
            continue
        kept = photo[part[0] : part[2], left:right]
        detail = kept - _warp(frame, to_frame, part, cv2.INTER_CUBIC)
        # A new style's detail is light and shade alone: the old cloth's colours have no place in it.
        share = _warp(gray, to_frame, part, cv2.INTER_LINEAR)[..., None]
        detail += share * (detail @ _LUMA - detail)
        new = _warp(target, to_frame, part, cv2.INTER_CUBIC)
        new += _warp(gain, to_frame, part, cv2.INTER_LINEAR)[..., None] * detail
        if ground.any():
            new += _ground_detail(photo, frame, compositor.plate.shifts, ground, to_frame, part)
        mixed = kept + alpha * (new - kept)
        result[part[0] : part[2], left:right] = np.where(alpha > 0, np.rint(mixed).clip(0, 255), kept).astype(np.uint8)
    return result


def _ground_detail(
    photo: Picture,
    frame: Field,
    shifts: NDArray[np.int32],
    ground: Field,
    to_frame: NDArray[np.float64],
    part: tuple[int, int, int, int],
) -> Field:
    """The detail of uncovered background, float32 (h, w, 3): the photo's, as far away as its pixels were copied from.

    Args:
        frame: float32 (H, W, 3); shifts: of the plate, (H, W, 2); ground: float32 (H, W), 1 where it is wanted.
        part: the photo's pixels that are worked on.
    """
    there = _warp(shifts.astype(np.float32), to_frame, part, cv2.INTER_NEAREST)
    share = _warp(ground, to_frame, part, cv2.INTER_LINEAR) * there.any(axis=2)
    detail = np.zeros((*share.shape, 3), np.float32)
    wanted = bounding_box(share)
    if wanted is None:
        return detail
    inner = slices(wanted)
    y, x = np.mgrid[
        part[0] + inner[0].start : part[0] + inner[0].stop, part[1] + inner[1].start : part[1] + inner[1].stop
    ]
    photo_x = (x + there[inner][..., 1] / to_frame[0, 0]).astype(np.float32)
    photo_y = (y + there[inner][..., 0] / to_frame[1, 1]).astype(np.float32)
    frame_x = (to_frame[0, 0] * photo_x + to_frame[0, 2]).astype(np.float32)
    frame_y = (to_frame[1, 1] * photo_y + to_frame[1, 2]).astype(np.float32)
    inside = (photo_x >= 0) & (photo_x <= photo.shape[1] - 1) & (photo_y >= 0) & (photo_y <= photo.shape[0] - 1)
    fine = cv2.remap(photo, photo_x, photo_y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    fine -= cv2.remap(frame, frame_x, frame_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    detail[inner] = (share[inner] * inside)[..., None] * fine
    return detail


def detail_gain(
    compositor: Compositor, after: Labels, target: Field, restyled: Collection[int], painted: Mask | None = None
) -> tuple[Field, Field]:
    """How much of the photo's detail each pixel of the frame takes, and whether as shades of grey; float32 (H, W) each.

    The first is 0 where the class changed. At the outline of a restyled class the detail is the step to its neighbour,
    in the old colours: there it is faded out.
    """
    kept = after == compositor.labels
    gain = kept.astype(np.float32)
    # Ground from which the person was taken has no more of the detail that showed them.
    ground = after == compositor.background
    gain[ground] = ((1 - compositor.beside[1]) * (1 - compositor.uncovered(after)))[ground]
    model = [index for index in np.unique(after).tolist() if compositor.settings.of(index) is Keep.MODEL]
    fresh = kept & np.isin(after, [*restyled, *model])
    if fresh.any():
        ratio = _brightness(target) / np.maximum(_brightness(compositor.photo.astype(np.float32)), 8.0)
        gain[fresh] = ratio.clip(0.25, 1.5)[fresh]
        depth = cv2.distanceTransform(_interior(after, fresh), cv2.DIST_L2, 3)
        gain[fresh] *= (depth / _OUTLINE).clip(0, 1)[fresh]
    gray = (fresh & ~np.isin(after, list(compositor.personal))).astype(np.float32)
    remembered = compositor.remembered(after, restyled, painted)
    if remembered is not None:
        gain += remembered * (1 - gain)
        gray *= 1 - remembered
    return gain, gray


def _interior(labels: Labels, fresh: Mask) -> NDArray[np.uint8]:
    """1 on the fresh pixels all of whose neighbours are of their own class, else 0."""
    around = np.ones((3, 3), np.uint8)
    same = cv2.erode(labels, around) == cv2.dilate(labels, around)
    return (fresh & same).astype(np.uint8)


def _brightness(picture: Field) -> Field:
    gray = cv2.cvtColor(picture.clip(0, 255), cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.GaussianBlur(gray, (0, 0), 3.0), np.float32)


def _photo_to_frame(rectangle: Rectangle, height: int, width: int) -> NDArray[np.float64]:
    """Affine map (2, 3) of pixel centres (x, y) of the photo to the frame's."""
    sx, sy = width / rectangle.width, height / rectangle.height
    return np.array(
        [[sx, 0.0, -rectangle.left * sx + (sx - 1) / 2], [0.0, sy, -rectangle.top * sy + (sy - 1) / 2]], np.float64
    )


def _region(mask: Mask, margin: int, rectangle: Rectangle, shape: tuple[int, ...]) -> tuple[int, int, int, int] | None:
    """The photo's pixels that the mask and `margin` frame pixels around it can reach, None where all lie outside."""
    height, width = mask.shape
    box = box_around(mask)
    y, x = rectangle.height / height, rectangle.width / width
    top = max(0, int(np.floor(rectangle.top + (box[0] - margin) * y)))
    left = max(0, int(np.floor(rectangle.left + (box[1] - margin) * x)))
    bottom = min(shape[0], int(np.ceil(rectangle.top + (box[2] + margin) * y)))
    right = min(shape[1], int(np.ceil(rectangle.left + (box[3] + margin) * x)))
    return (top, left, bottom, right) if bottom > top and right > left else None


def _warp(array: Field, to_frame: NDArray[np.float64], part: tuple[int, int, int, int], method: int) -> Field:
    """A frame's values at the photo's pixels of `part`."""
    matrix = to_frame.copy()
    matrix[:, 2] += matrix[:, :2] @ np.array([part[1], part[0]], np.float64)
    size = (part[3] - part[1], part[2] - part[0])
    flags = method | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(array, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _enlarged_mask(mask: Mask, to_frame: NDArray[np.float64], part: tuple[int, int, int, int], zoom: float) -> Mask:
    """The mask at the photo's size, its staircase of frame pixels rounded off; empty outside the frame."""
    matrix = to_frame.copy()
    matrix[:, 2] += matrix[:, :2] @ np.array([part[1], part[0]], np.float64)
    size = (part[3] - part[1], part[2] - part[0])
    plane = (mask * np.uint8(255)).astype(np.uint8)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    wide = cv2.warpAffine(plane, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=(0,))
    if zoom > 1.5:
        wide = cv2.GaussianBlur(wide, (0, 0), min(0.4 * zoom, 8.0))
    return np.asarray(wide, np.uint8) >= 128
