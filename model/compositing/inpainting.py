"""Filling the ground behind a person from the rest of the photo.

Patches of a small picture are matched and averaged in turn until they agree (Wexler, Shechtman, Irani: "Space-time
completion of video", 2007, without the time), then the photo's own pixels are copied along the matches. A photo's
ground changes more from top to bottom than from side to side, so patches of about the same height are preferred.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from model.compositing.fields import Field, Mask, extend

Picture = NDArray[np.uint8]
Places = NDArray[np.int64]

#: Longer side of the small picture, patch side there, rounds of matching.
_SIDE, _PATCH, _ROUNDS = 96, 7, 6
#: Grey levels of difference that one row of distance counts as.
_ROW_COST = 3.0
#: Fewer known patches than this cannot show a ground; more than that are not needed.
_FEWEST, _MOST = 40, 3000


def inpaint_background(photo: Picture, hidden: Mask) -> Picture:
    """The photo without what is hidden: uint8 (H, W, 3); pixels that are not hidden stay exactly as they are.

    Args:
        photo: uint8 (H, W, 3).
        hidden: bool (H, W), what stands before the background. All True gives the photo's mean colour.
    """
    if not hidden.any():
        return photo.copy()
    if hidden.all():
        mean = photo.reshape(-1, 3).mean(axis=0).round().astype(np.uint8)
        return np.broadcast_to(mean, photo.shape).copy()
    smooth = np.where(hidden[..., None], extend(photo.astype(np.float32), ~hidden, 0.0), photo).astype(np.float32)
    stride = max(1, -(-max(hidden.shape) // _SIDE))
    height, width = hidden.shape
    rows, columns = -height % stride, -width % stride
    padded = np.asarray(cv2.copyMakeBorder(smooth, 0, rows, 0, columns, cv2.BORDER_REFLECT), np.float32)
    covered = cv2.copyMakeBorder(hidden.astype(np.uint8), 0, rows, 0, columns, cv2.BORDER_REPLICATE)
    size = (padded.shape[1] // stride, padded.shape[0] // stride)
    small = np.asarray(cv2.resize(padded, size, interpolation=cv2.INTER_AREA), np.float32)
    # A block of which one pixel is hidden counts as hidden: nothing of the person may be copied.
    hole = covered.reshape(size[1], stride, size[0], stride).max(axis=(1, 3)) > 0
    matches = _match(small, hole)
    if matches is None:
        filled = smooth
    else:
        y, x, coarse = matches
        copied = _copy(padded, (y, x), stride)
        # Where neighbouring blocks come from different places, copies make a mosaic: there the averages take over.
        trust = cv2.resize(_coherence(y, x), padded.shape[1::-1], interpolation=cv2.INTER_LINEAR)[..., None]
        even = np.asarray(cv2.resize(coarse, padded.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.float32)
        filled = (even + trust * (copied - even))[:height, :width]
        # Around the hole the copies can be compared with the photo: what they lack there they lack inside.
        rim = _PATCH // 2 * stride
        ring = ~hidden & (cv2.dilate(hidden.astype(np.uint8), np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)) > 0)
        filled += extend(smooth - filled, ring, float(stride))
    plate = np.where(hidden[..., None], np.rint(filled).clip(0, 255), photo)
    return np.ascontiguousarray(plate, np.uint8)


def _match(small: Field, hole: Mask) -> tuple[Places, Places, Field] | None:
    """For each pixel of the small picture the row and column it is copied from, and that picture with averages over
    what its patches propose in the hole; None where too little is known."""
    height, width = hole.shape
    reach = _PATCH // 2
    wide = cv2.dilate(hole.astype(np.uint8), np.ones((_PATCH, _PATCH), np.uint8)) > 0
    whole = ~wide
    whole[:reach], whole[-reach:], whole[:, :reach], whole[:, -reach:] = False, False, False, False
    sources = np.argwhere(whole)
    if len(sources) < _FEWEST:
        return None
    if len(sources) > _MOST:
        sources = sources[np.linspace(0, len(sources) - 1, _MOST).astype(int)]
    targets = np.argwhere(wide)
    picture = small.copy()
    near = _patches(small, sources)
    length = (near**2).sum(axis=1)
    y, x = np.mgrid[:height, :width]
    chosen = np.zeros(len(targets), np.int64)
    for _ in range(_ROUNDS):
        wanted = _patches(picture, targets)
        cost = length[None] - 2 * (wanted @ near.T)
        chosen = cost.argmin(axis=1)
        total, weight = np.zeros_like(picture), np.zeros(hole.shape, np.float32)
        for dy in range(-reach, reach + 1):
            for dx in range(-reach, reach + 1):
                step = np.array([dy, dx])
                at, source = targets + step, sources[chosen] + step
                inside = (at >= 0).all(axis=1) & (at[:, 0] < height) & (at[:, 1] < width)
                # Targets differ from each other, so no place is met twice in one step.
                total[at[inside, 0], at[inside, 1]] += small[source[inside, 0], source[inside, 1]]
                weight[at[inside, 0], at[inside, 1]] += 1
        picture[hole] = total[hole] / weight[hole][:, None]
    y[targets[:, 0], targets[:, 1]] = sources[chosen, 0]
    x[targets[:, 0], targets[:, 1]] = sources[chosen, 1]
    return y, x, picture


def _coherence(y: Places, x: Places) -> Field:
    """How far the blocks around each one come from the same place as it does, 0 to 1, smoothed; float32 (H, W)."""
    rows, columns = np.mgrid[: y.shape[0], : y.shape[1]]
    steps = np.stack([y - rows, x - columns], axis=-1)
    wide = np.pad(steps, ((1, 1), (1, 1), (0, 0)), mode="edge")
    around = (wide[:-2, 1:-1], wide[2:, 1:-1], wide[1:-1, :-2], wide[1:-1, 2:])
    same = sum((other == steps).all(axis=-1).astype(np.float32) for other in around)
    trust = np.clip(np.asarray(same, np.float32) / 2 - 1, 0, 1)
    return np.asarray(cv2.GaussianBlur(trust, (0, 0), 1.0), np.float32)


def _patches(picture: Field, places: Places) -> Field:
    """Patches around `places` (N, 2), and their height as one more number: float32 (N, 3 * P * P + 1)."""
    reach = _PATCH // 2
    padded = cv2.copyMakeBorder(picture, reach, reach, reach, reach, cv2.BORDER_REFLECT)
    views = np.lib.stride_tricks.sliding_window_view(padded, (_PATCH, _PATCH), axis=(0, 1))
    patches = views[places[:, 0], places[:, 1]].reshape(len(places), -1)
    rows = _ROW_COST * _PATCH * np.sqrt(3.0) * places[:, :1]
    return np.concatenate([patches, rows], axis=1).astype(np.float32)


def _copy(photo: Field, matches: tuple[Places, Places], stride: int) -> Field:
    """The photo's pixels along the matches of its blocks: each is a mean over what the blocks around it propose."""
    y, x = matches
    height, width = y.shape
    rows, columns = np.mgrid[:height, :width]
    total = np.zeros_like(photo)
    for dy, dx, weight in ((0, 0, 4.0), (0, 1, 1.0), (1, 0, 1.0), (0, -1, 1.0), (-1, 0, 1.0)):
        beside = (rows + dy).clip(0, height - 1), (columns + dx).clip(0, width - 1)
        source_y = (y[beside] - dy).clip(0, height - 1)
        source_x = (x[beside] - dx).clip(0, width - 1)
        full_y = (
            np.repeat(np.repeat(source_y - rows, stride, 0), stride, 1) * stride + np.arange(height * stride)[:, None]
        )
        full_x = np.repeat(np.repeat(source_x - columns, stride, 0), stride, 1) * stride + np.arange(width * stride)
        total += weight / 8 * photo[full_y, full_x]
    return total
