"""Plain tools for one class of a label map: grow, shrink and smooth."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from model.labels import LabelMap

Mask = NDArray[np.bool_]


def grow(labels: LabelMap, class_index: int, pixels: float, protect: Iterable[int] = ()) -> LabelMap:
    """Let a class grow by ``pixels`` on all sides, over every class but those in ``protect``.

    Returns:
        a new map, uint8 (H, W).
    """
    inside = labels == class_index
    if not inside.any() or pixels <= 0:
        return labels.copy()
    result = labels.copy()
    # distanceTransform counts the nearest inside pixel's centre, so the first ring outside has the distance 1.
    near = _distance(~inside) <= pixels
    result[near & ~np.isin(labels, list(protect))] = class_index
    return result


def shrink(labels: LabelMap, class_index: int, pixels: float, protect: Iterable[int] = ()) -> LabelMap:
    """Take ``pixels`` off a class on all sides; what is set free gets the nearest class that is not in ``protect``.

    Where the class touches a protected class, or the edge of the map, it keeps its outline. A class thinner than twice
    ``pixels`` disappears there.

    Returns:
        a new map, uint8 (H, W).
    """
    inside = labels == class_index
    outside = ~inside & ~np.isin(labels, list(protect))
    if not inside.any() or not outside.any() or pixels <= 0:
        return labels.copy()
    freed = inside & (_distance(~outside) <= pixels)
    return fill_from_nearest(labels, freed, outside)


def smooth(labels: LabelMap, class_index: int, pixels: float, protect: Iterable[int] = ()) -> LabelMap:
    """Round the outline of a class: details narrower than about ``pixels`` go, straight edges stay where they are.

    The class may lose and win pixels, the latter not from classes in ``protect``; pixels set free get the nearest
    class that is not protected.

    Returns:
        a new map, uint8 (H, W).
    """
    inside = labels == class_index
    if not inside.any() or pixels <= 0:
        return labels.copy()
    guarded = np.isin(labels, list(protect))
    sigma = max(pixels / 2, 0.3)
    # Behind protected classes the outline goes on as it is nearby, else it would be rounded off at their edge.
    weight = cv2.GaussianBlur((~guarded).astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    share = cv2.GaussianBlur((inside & ~guarded).astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    rounded = share > 0.5 * weight
    if not (rounded & ~guarded).any():
        return labels.copy()
    result = labels.copy()
    result[rounded & ~guarded] = class_index
    freed = inside & ~rounded & ~guarded
    return fill_from_nearest(result, freed, ~inside & ~rounded & ~guarded)


def fill_from_nearest(labels: LabelMap, hole: Mask, source: Mask) -> LabelMap:
    """A copy of ``labels`` where every pixel of ``hole`` has the class of the nearest pixel of ``source``.

    Without any source the map is returned as it is.
    """
    result = labels.copy()
    if not hole.any() or not source.any():
        return result
    _, nearest = cv2.distanceTransformWithLabels(
        (~source).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_number = np.zeros(int(nearest.max()) + 1, np.uint8)
    of_number[nearest[source]] = labels[source]
    result[hole] = of_number[nearest[hole]]
    return result


def _distance(mask: Mask) -> NDArray[np.float32]:
    """Distance of every true pixel to the nearest false one; everywhere infinite where all are true."""
    if mask.all():
        return np.full(mask.shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)
