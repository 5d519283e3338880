"""Filling the ground behind a person with pieces of the rest of the photo.

Where each pixel is copied from is found on a small picture (`shift_map`); the photo's own pixels are then copied,
coarse colours in wide transitions and fine detail in narrow ones (Burt and Adelson, 1983, with two bands).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.compositing.fields import Field, Mask, extend
from model.compositing.shift_map import Choice, Shifts, choose_shifts, find_shifts

Picture = NDArray[np.uint8]

#: Longer side of the small picture.
_SIDE = 72

#: Blocks around the hole in which copies are compared with the photo.
_AROUND = 2

#: Grey levels by which copies are made lighter or darker at most.
_LIGHT = 24.0


@dataclass(frozen=True)
class Plate:
    """A photo without what stood before its background.

    Attributes:
        pixels: uint8 (H, W, 3); where nothing was hidden they are the photo's.
        shifts: int32 (H, W, 2), how many rows and columns away each hidden pixel's detail was found; 0 elsewhere and
            where there is none.
    """

    pixels: Picture
    shifts: NDArray[np.int32]


def inpaint_background(photo: Picture, hidden: Mask) -> Plate:
    """The photo without what is hidden; pixels that are not hidden stay exactly as they are.

    Args:
        photo: uint8 (H, W, 3).
        hidden: bool (H, W), what stands before the background. All True gives the photo's mean colour.
    """
    none = np.zeros((*hidden.shape, 2), np.int32)
    if not hidden.any():
        return Plate(photo.copy(), none)
    if hidden.all():
        mean = photo.reshape(-1, 3).mean(axis=0).round().astype(np.uint8)
        return Plate(np.broadcast_to(mean, photo.shape).copy(), none)
    smooth = np.where(hidden[..., None], extend(photo.astype(np.float32), ~hidden, 0.0), photo).astype(np.float32)
    stride = max(1, -(-max(hidden.shape) // _SIDE))
    height, width = hidden.shape
    rows, columns = -height % stride, -width % stride
    padded = np.asarray(cv2.copyMakeBorder(smooth, 0, rows, 0, columns, cv2.BORDER_REFLECT), np.float32)
    covered = cv2.copyMakeBorder(hidden.astype(np.uint8), 0, rows, 0, columns, cv2.BORDER_REPLICATE)
    size = (padded.shape[1] // stride, padded.shape[0] // stride)
    small = np.asarray(cv2.resize(padded, size, interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)
    # A block of which one pixel is hidden counts as hidden: nothing of the person may be copied.
    hole = covered.reshape(size[1], stride, size[0], stride).max(axis=(1, 3)) > 0
    shifts = find_shifts(small, hole)
    filled, copied = smooth, none
    if shifts is not None:
        chosen = _widened(choose_shifts(small, hole, shifts))
        pasted, where, found = _paste(padded, covered == 0, chosen, shifts * stride)
        filled, found = pasted[:height, :width], found[:height, :width]
        copied = np.where(hidden[..., None], where[:height, :width], 0).astype(np.int32)
        # Around the hole the copies can be compared with the photo: what they lack there they lack inside.
        # Not more than light can be: a line that breaks off would glow.
        lack = np.clip(smooth - filled, -_LIGHT, _LIGHT)
        filled += extend(lack, found & ~hidden, float(stride))
    plate = np.where(hidden[..., None], np.rint(filled).clip(0, 255), photo)
    return Plate(np.ascontiguousarray(plate, np.uint8), copied)


def _widened(chosen: Choice) -> Choice:
    """The choice of the blocks in the hole for those up to `_AROUND` blocks beyond, too."""
    wide = chosen.copy()
    for _ in range(_AROUND):
        last = np.pad(wide, 1, constant_values=-1)
        for beside in (last[1:-1, 2:], last[1:-1, :-2], last[2:, 1:-1], last[:-2, 1:-1]):
            wide = np.where(wide < 0, beside, wide)
    return wide


def _paste(photo: Field, known: Mask, chosen: Choice, shifts: Shifts) -> tuple[Field, NDArray[np.int32], Mask]:
    """The photo with its pieces copied; the shift of each pixel's detail, int32 (H, W, 2); which were copied.

    Args:
        photo: float32 (H, W, 3); known: bool (H, W).
        chosen: int64 (h, w) of blocks, see `choose_shifts`; shifts: int64 (K, 2) in pixels.
    """
    height, width = known.shape
    block = height / chosen.shape[0]
    weight = known.astype(np.float32)
    around = np.asarray(cv2.GaussianBlur(weight, (0, 0), 2 * block), np.float32)
    seen = np.asarray(cv2.GaussianBlur(photo * weight[..., None], (0, 0), 2 * block), np.float32)
    coarse = np.asarray(seen / np.maximum(around, 1e-4)[..., None], np.float32)
    layers = (np.asarray(photo - coarse, np.float32), coarse)
    # Where what a shift leads to ends, its colours fade out as well.
    depth = cv2.distanceTransform(known.astype(np.uint8), cv2.DIST_L2, 5)
    ending = np.multiply(np.maximum(np.clip(depth / (4 * block), 0, 1), 1e-4), weight, dtype=np.float32)
    total = np.zeros((2, height, width, 3), np.float32)
    weights = np.zeros((2, height, width), np.float32)
    best, where = np.zeros((height, width), np.float32), np.zeros((height, width, 2), np.int32)
    for place in np.unique(chosen[chosen >= 0]).tolist():
        dy, dx = (int(step) for step in shifts[place])
        share = cv2.resize((chosen == place).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        there = _shifted(weight, dy, dx)
        narrow = (np.clip(2 * share - 0.5, 0, 1) + 1e-6 * share) * there
        wide = np.asarray(cv2.GaussianBlur(share, (0, 0), 2.0 * block), np.float32) * _shifted(ending, dy, dx)
        for band in range(2):
            layer, strength = layers[band], (narrow, wide)[band]
            total[band] += strength[..., None] * _shifted(layer, dy, dx)
            weights[band] += strength
        nearer = narrow > best
        best[nearer] = narrow[nearer]
        where[nearer] = (dy, dx)
    found = (weights[0] > 1e-3) & (weights[1] > 1e-7)
    mixed = (total / np.maximum(weights, 1e-9)[..., None]).sum(axis=0)
    return np.where(found[..., None], mixed, photo).astype(np.float32), where, found


def _shifted(array: Field, dy: int, dx: int) -> Field:
    """What lies `dy` rows and `dx` columns away from each pixel; 0 beyond the picture."""
    matrix = np.array([[1, 0, -dx], [0, 1, -dy]], np.float32)
    moved = cv2.warpAffine(array, matrix, array.shape[1::-1], flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(moved, np.float32)
