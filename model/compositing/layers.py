"""What an edited photo is mixed from: how far a class covers a pixel, and its colours a little beyond its outline."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from model.compositing.fields import Field, Mask
from model.guided_filter import GuidedFilter

#: Pixels inside an outline that the network mixes with what lies beyond (its light studio, above all), and that a photo
#: mixes with its neighbour.
RIM = 2

#: How far from an outline the matte of a class may differ from its map, inside and outside.
_INSIDE, _OUTSIDE = 2.0, 3.0

#: Radius in pixels and softness (variance of colours in 0..1) of the guided filter behind mattes.
_GUIDE, _SOFTNESS = 4, 2e-4

#: Kernel sides and deviations of the Gaussians by which colours are carried across an outline.
_NEAR, _FAR = (7, 1.5), (15, 3.5)

#: How far away a pixel can matter to `extend_layer`.
LAYER_REACH = _FAR[0] // 2 + RIM


def soft_coverage(where: Mask) -> Field:
    """How much of each pixel a class covers, its staircase of pixels rounded off; float32 (H, W) in 0..1."""
    plane = where.astype(np.float32)
    return np.asarray(cv2.GaussianBlur(plane, (5, 5), 1.0, borderType=cv2.BORDER_REPLICATE), np.float32)


def matte(photo: NDArray[np.uint8], where: Mask) -> Field:
    """How much of each pixel a class covers, float32 (H, W) in 0..1, following the photo's own edges.

    The map's outline is drawn to the colours of the photo by a guided filter (He, Sun, Tang, 2010), and is followed at
    most `_INSIDE` pixels inwards and `_OUTSIDE` outwards; beyond, the map is right.

    Args:
        photo: uint8 (H, W, 3); where: bool (H, W), the class in its map.
    """
    if not where.any() or where.all():
        return where.astype(np.float32)
    found = GuidedFilter(photo, _GUIDE, _SOFTNESS)(where.astype(np.float32))
    # Stretched, as the filter leaves a veil on both sides.
    found = np.clip((found - 0.5) * 1.5 + 0.5, 0, 1)
    inside = cv2.distanceTransform(where.astype(np.uint8), cv2.DIST_L2, 5)
    outside = cv2.distanceTransform((~where).astype(np.uint8), cv2.DIST_L2, 5)
    low = np.clip(inside - _INSIDE, 0, 1)
    high = np.clip(1 - (outside - _OUTSIDE), 0, 1)
    return np.asarray(np.clip(found, low, high), np.float32)


def inner_part(where: Mask) -> Mask:
    """The class without the pixels at its outline; at the frame's border it goes on."""
    kernel = np.ones((2 * RIM + 1,) * 2, np.uint8)
    return cv2.erode(where.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=1) > 0


def extend_layer(colors: Field, clean: Mask, where: Mask) -> Field:
    """Colours of a class, carried from its clean pixels over the others and a few pixels beyond; float32 (H, W, 3).

    Args:
        colors: float32 (H, W, 3).
        clean: bool (H, W), pixels that show nothing but the class; they keep their colours.
        where: bool (H, W), the class: its own colours are used where nothing clean is near.
    """
    near = np.concatenate([colors * clean[..., None], clean[..., None]], axis=2).astype(np.float32)
    own = np.concatenate([colors * where[..., None], where[..., None]], axis=2).astype(np.float32)
    total = _spread(near, _NEAR) + 0.02 * _spread(near, _FAR) + 1e-4 * _spread(own, _FAR)
    weight = total[..., 3:]
    carried = np.where(weight > 1e-7, total[..., :3] / np.maximum(weight, 1e-7), colors)
    return np.asarray(np.where(clean[..., None], colors, carried), np.float32)


def _spread(array: Field, kernel: tuple[int, float]) -> Field:
    blurred = cv2.GaussianBlur(array, (kernel[0],) * 2, kernel[1], borderType=cv2.BORDER_REPLICATE)
    return np.asarray(blurred, np.float32)


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
