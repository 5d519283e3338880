"""From the network's small logits to a clean outline in a label map of full size."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from model.boxes import Box
from model.labels import LabelMap
from model.shapes.holes import Frame, Mask
from model.shapes.tools import fill_from_nearest

#: Smaller pieces than this share of a map are specks of the annotation and count for nothing.
SPECK = 1e-4

_SMALL_PIECE = 0.04  # of the greatest piece: what is smaller is no part of a garment
_PINHOLE = 3e-4  # of the map: gaps smaller than this are closed
_STEEPEST = 6.0
_COVERED = 0.3  # what a class of the body that it covers wholly is taken to have of it
_UNTOUCHED = 0.01  # how much of what a loose thing touches a class has that it does not touch


def enlarge(logits: NDArray[np.float32], frame: Frame, box: Box, smooth: bool = True) -> NDArray[np.float32]:
    """The frame's logits (rows, columns) at every pixel of ``box``, float32 (bottom - top, right - left).

    Cubic, so that the zero crossing becomes a smooth curve, as that of resized labels never is.
    """
    rows, columns = logits.shape
    y = (np.arange(box[0], box[2]) + 0.5 - frame.top) * (rows / frame.height) - 0.5
    x = (np.arange(box[1], box[3]) + 0.5 - frame.left) * (columns / frame.width) - 0.5
    across, down = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
    how = cv2.INTER_CUBIC if smooth else cv2.INTER_LINEAR
    enlarged = cv2.remap(np.ascontiguousarray(logits), across, down, how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(enlarged, np.float32)


def distance_logits(mask: Mask, unit: float) -> NDArray[np.float32]:
    """Logits whose zero crossing is exactly the outline of ``mask``: the signed distance in ``unit`` pixels, +-6."""
    if mask.all() or not mask.any():
        return np.full(mask.shape, _STEEPEST if mask.all() else -_STEEPEST, np.float32)
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # The nearest pixel's centre is half a pixel beyond the outline.
    signed = np.where(mask, inside - 0.5, 0.5 - outside) / unit
    return np.clip(signed, -_STEEPEST, _STEEPEST).astype(np.float32)


def seam_logits(fixed: Mask, reach: float) -> NDArray[np.float32]:
    """1 beside ``fixed``, falling to 0 over about ``reach`` pixels; 0 everywhere where nothing is fixed."""
    if not fixed.any():
        return np.zeros(fixed.shape, np.float32)
    distance = cv2.distanceTransform((~fixed).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(np.exp(-np.square(distance / reach)), np.float32)


def count_components(mask: Mask) -> int:
    """Connected pieces (8 neighbours) of at least SPECK of the map."""
    _, _, figures, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return int((figures[1:, cv2.CC_STAT_AREA] >= SPECK * mask.size).sum())


def tidy(mask: Mask, limit: int, fixed: Mask) -> Mask:
    """``mask`` without specks, with at most ``limit`` pieces, the greatest ones, and without pinholes.

    Args:
        fixed: pixels that the class never gets; gaps they are part of stay open.
    """
    count, numbered, figures, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return np.zeros_like(mask)
    areas = figures[1:, cv2.CC_STAT_AREA]
    order = np.argsort(-areas, kind="stable")[:limit]
    smallest = max(SPECK * mask.size, _SMALL_PIECE * areas.max())
    chosen = [int(index) + 1 for index in order if areas[index] >= smallest] or [int(order[0]) + 1]
    result: Mask = np.isin(numbered, chosen)
    count, numbered, figures, _ = cv2.connectedComponentsWithStats((~result).astype(np.uint8), connectivity=4)
    small = np.flatnonzero(figures[:, cv2.CC_STAT_AREA] < _PINHOLE * mask.size)
    small = small[small > 0]
    if len(small):
        gaps = np.isin(numbered, small)
        held = np.unique(numbered[gaps & fixed])
        result |= gaps & ~np.isin(numbered, held)
    return result


def redrawn(
    labels: LabelMap,
    class_index: int,
    mask: Mask,
    rest: NDArray[np.float32],
    frame: Frame,
    fixed: Mask,
    box: Box,
    background: int,
    limit: int,
) -> LabelMap:
    """``labels`` with the class where ``mask`` is; what it leaves is filled, and everything else stays as it was.

    Args:
        mask: the new outline (H, W), false where ``fixed`` is.
        rest: logits (classes, rows, columns) of what lies in the frame where the class does not.
        fixed: pixels that keep their label.
        box: (top, left, bottom, right) in pixels outside of which nothing changes.
        limit: greatest number of pieces of the class.
    """
    window = (slice(box[0], box[2]), slice(box[1], box[3]))
    here = np.zeros(labels.shape, bool)
    here[window] = labels[window] == class_index
    # A hair's breadth that comes free along something that stays would be a line of nothing: the class keeps it, where
    # that makes no further piece of it.
    size = max(3, round(labels.shape[0] / 96))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    freed = here & ~mask & ~fixed
    thin = freed & (cv2.morphologyEx(freed.astype(np.uint8), cv2.MORPH_OPEN, disc) == 0)
    if thin.any() and fixed.any():
        slivers = thin & (cv2.dilate(fixed.astype(np.uint8), disc, iterations=2) != 0)
        mask = tidy(mask | slivers, limit, fixed)
    outside = np.ones(labels.shape, bool)
    outside[window] = False
    mask = mask & ~fixed & ~outside
    freed = (here & ~mask & ~fixed)[window]
    mask, old = mask[window], labels[window]
    new = old.copy()
    new[mask] = class_index
    result = labels.copy()
    result[window] = new
    if freed.any():
        behind, figure = _behind(labels, class_index, rest, frame, box, background)
        result[window] = _filled(new, class_index, freed, behind, figure, background)
        opened = np.zeros(labels.shape, bool)
        opened[window] = freed
        result = _without_windows(result, labels, class_index, opened, background)
    return result


def emptied(
    labels: LabelMap,
    class_index: int,
    rest: NDArray[np.float32],
    frame: Frame,
    fixed: Mask,
    box: Box,
    background: int,
    loose: bool,
    body: Sequence[int] = (),
) -> LabelMap:
    """``labels`` without the class: what lies behind it in its place, and everything else as it was.

    Args:
        rest, frame, fixed, box: as for :func:`redrawn`; pixels of the class outside of ``box`` stay.
        loose: the class lies now here, now there, so that its place tells little of what it hides. What it touches then
            counts as well: behind a bag held away from the body is the street, not another leg.
        body: classes that may come to light though the map does not show them, such as the hair below a hat.
    """
    window = (slice(box[0], box[2]), slice(box[1], box[3]))
    freed = np.zeros(labels.shape, bool)
    freed[window] = (labels == class_index)[window] & ~fixed[window]
    if not freed.any() or freed.all():
        return labels.copy()
    touching = None
    if loose:
        touching = _touching(labels, freed, class_index, rest.shape[0])[:, window[0], window[1]]
        for index in body:
            touching[index] = np.maximum(touching[index], np.float32(np.log(_COVERED)) * freed[window])
    behind, figure = _behind(labels, class_index, rest, frame, box, background, touching, body)
    result = labels.copy()
    result[window] = _filled(labels[window].copy(), class_index, freed[window], behind, figure, background)
    return _without_windows(result, labels, class_index, freed, background)


def _touching(labels: LabelMap, freed: Mask, class_index: int, classes: int) -> NDArray[np.float32]:
    """Logarithm of the share that each class has in what a freed part touches, (classes, H, W); 0 outside of them."""
    count, parts = cv2.connectedComponents(freed.astype(np.uint8), connectivity=8)
    shares = np.zeros((classes, *labels.shape), np.float32)
    for part in range(1, count):
        inside = parts == part
        around = cv2.dilate(inside.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool) & (labels != class_index)
        counts = np.bincount(labels[around], minlength=classes).astype(np.float32)
        shares[:, inside] = np.log(counts / max(float(counts.sum()), 1.0) + _UNTOUCHED)[:, None]
    return shares


def _without_windows(result: LabelMap, labels: LabelMap, class_index: int, freed: Mask, background: int) -> LabelMap:
    """No view of the background through the middle of a person: what came free and does not lead out is filled."""
    seen = result == background
    if not (seen & freed).any():
        return result
    _, numbered = cv2.connectedComponents(seen.astype(np.uint8), connectivity=4)
    leading_out = np.unique(numbered[seen & (labels == background)])
    windows = seen & freed & ~np.isin(numbered, leading_out)
    others = ~windows & (result != background) & (result != class_index)
    return fill_from_nearest(result, windows, others)


def _behind(
    labels: LabelMap,
    class_index: int,
    rest: NDArray[np.float32],
    frame: Frame,
    box: Box,
    background: int,
    more: NDArray[np.float32] | None = None,
    body: Sequence[int] = (),
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """What most likely lies behind the class, of the classes that the map shows and of ``body``, and the same but for
    the background; each uint8, of the size of ``box``. ``more``: logits (classes, height, width) to add to ``rest``."""
    present = sorted({*np.unique(labels).tolist(), *body} - {class_index, background})
    best = np.full((box[2] - box[0], box[3] - box[1]), -np.inf, np.float32)
    figure = np.full(best.shape, background, np.uint8)
    for index in present:
        logits = enlarge(rest[index], frame, box, smooth=False)
        if more is not None:
            logits = logits + more[index]
        better = logits > best
        best[better] = logits[better]
        figure[better] = index
    open_ground = enlarge(rest[background], frame, box, smooth=False)
    ground = (open_ground if more is None else open_ground + more[background]) > best
    return np.where(ground, np.uint8(background), figure), figure


def _bridged(new: LabelMap, freed: Mask, figure: NDArray[np.uint8], background: int) -> LabelMap:
    """``new``, but where the background came free between two parts of the figure, one above the other, the figure goes
    on: below a shorter skirt there is a leg, not a gap."""
    gap = freed & (new == background)
    if not gap.any():
        return new
    height, width = gap.shape
    rows = np.arange(height)[:, None]
    above = np.maximum.accumulate(np.where(gap, -1, rows), axis=0)
    below = np.minimum.accumulate(np.where(gap, height, rows)[::-1], axis=0)[::-1]
    padded = np.concatenate([new, np.full((1, width), background, np.uint8)])  # rows -1 and height lie outside
    columns = np.arange(width)[None, :]
    between = gap & (padded[above, columns] != background) & (padded[below, columns] != background)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    between = cv2.morphologyEx(between.astype(np.uint8), cv2.MORPH_OPEN, disc) != 0
    return np.where(between, figure, new)


def _filled(
    new: LabelMap,
    class_index: int,
    freed: Mask,
    behind: NDArray[np.uint8],
    figure: NDArray[np.uint8],
    background: int,
) -> LabelMap:
    """``new`` with what lies behind where ``freed`` is; crumbs of a few pixels join what they touch."""
    new[freed] = behind[freed]
    new = _bridged(new, freed, figure, background)
    crumbs = np.zeros(freed.shape, bool)
    smallest = max(12.0, 2 * SPECK * freed.size)
    for index in np.unique(new[freed]):
        _, numbered, figures, _ = cv2.connectedComponentsWithStats((new == index).astype(np.uint8), connectivity=4)
        small = np.flatnonzero(figures[:, cv2.CC_STAT_AREA] < smallest)
        crumbs |= freed & np.isin(numbered, small[small > 0])
    return fill_from_nearest(new, crumbs, ~crumbs & (new != class_index)) if crumbs.any() else new
