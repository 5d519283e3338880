"""Smooth fields from scattered pixels: the ground behind a person, and how photo and model differ in colour."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Mask = NDArray[np.bool_]

_TINY = 1e-6


def extend(values: Field, known: Mask, smoothing: float) -> Field:
    """Carry values from known pixels to all others, smoothly (normalised convolution, then push-pull over a pyramid).

    Near known pixels the result is their average under a Gaussian; farther away ever wider averages take over, as in
    Gortler et al., "The Lumigraph" (1996), section 3.4. Without any known pixel the result is 0.

    Args:
        values: float32 (H, W, K).
        known: bool (H, W).
        smoothing: standard deviation of the Gaussian in pixels; 0 keeps known values as they are.

    Returns:
        float32 (H, W, K).
    """
    weight = known.astype(np.float32)
    if not known.any():
        return np.zeros_like(values)
    total = values * weight[..., None]
    if smoothing > 0:
        total = _blur(total, smoothing)
        weight = _blur(weight, smoothing)
    return _push_pull(total, weight)


def _blur(array: Field, sigma: float) -> Field:
    return np.asarray(cv2.GaussianBlur(array, (0, 0), sigma, borderType=cv2.BORDER_REFLECT), np.float32)


def _push_pull(total: Field, weight: Field) -> Field:
    """Weighted values (H, W, K) and weights (H, W) in 0..1 to values everywhere."""
    mean = np.asarray(total / np.maximum(weight, _TINY)[..., None], np.float32)
    height, width = weight.shape
    if height <= 1 and width <= 1:
        return mean
    full = np.minimum(weight, 1.0)
    smaller = ((width + 1) // 2, (height + 1) // 2)
    coarse_total = _planes(cv2.resize(mean * full[..., None], smaller, interpolation=cv2.INTER_AREA))
    coarse_weight = np.asarray(cv2.resize(full, smaller, interpolation=cv2.INTER_AREA), np.float32)
    # A coarse pixel that is half known is known: otherwise a thin region would fade into its surroundings.
    gain = np.minimum(2.0, 1.0 / np.maximum(coarse_weight, 0.5))
    coarse = _push_pull(coarse_total * gain[..., None], coarse_weight * gain)
    wide = _planes(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR))
    share = full[..., None]
    return np.asarray(share * mean + (1 - share) * wide, np.float32)


def _planes(array: NDArray[np.generic]) -> Field:
    """Give back the last axis that cv2 drops where it has length one."""
    found = np.asarray(array, np.float32)
    return found if found.ndim == 3 else found[..., None]


def inpaint_background(photo: NDArray[np.uint8], hidden: Mask) -> NDArray[np.uint8]:
    """The photo without what is hidden: uint8 (H, W, 3); pixels that are not hidden stay exactly as they are.

    Telea's method (2004) continues edges of the ground into the hole at a quarter of the size, where a person is a hole
    of a few dozen pixels; a smooth fill takes over deep inside, where Telea's streaks would show. Noise of the
    background's own strength hides that the fill is smooth.

    Args:
        photo: uint8 (H, W, 3).
        hidden: bool (H, W), what stands before the background. All True gives the photo's mean colour.
    """
    known = ~hidden
    if not hidden.any():
        return photo.copy()
    if not known.any():
        return np.broadcast_to(photo.reshape(-1, 3).mean(axis=0).round().astype(np.uint8), photo.shape).copy()
    smooth = extend(photo.astype(np.float32), known, 0.0)
    height, width = hidden.shape
    scale = min(1.0, 96 / max(height, width))
    small_size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # The hole is filled smoothly before scaling, so that no pixel of the person leaks into the small picture.
    start = np.where(hidden[..., None], smooth, photo).astype(np.float32)
    small = cv2.resize(start, small_size, interpolation=cv2.INTER_AREA).clip(0, 255).astype(np.uint8)
    small_hidden = cv2.resize(hidden.astype(np.float32), small_size, interpolation=cv2.INTER_AREA) > 0.02
    continued = cv2.inpaint(small, small_hidden.astype(np.uint8), 4, cv2.INPAINT_TELEA)
    continued = cv2.resize(continued.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    depth = cv2.distanceTransform(hidden.astype(np.uint8), cv2.DIST_L2, 3)
    reach = max(4.0, 0.06 * max(height, width))
    trust = np.exp(-((depth / reach) ** 2)).astype(np.float32)[..., None]
    filled = trust * continued + (1 - trust) * smooth
    filled += _grain(photo, known, smooth)[..., None]
    plate = np.where(hidden[..., None], np.rint(filled).clip(0, 255), photo)
    return np.ascontiguousarray(plate, np.uint8)


def _grain(photo: NDArray[np.uint8], known: Mask, smooth: Field) -> Field:
    """Grey noise (H, W) as strong as the finest texture of the known pixels; the same for the same photo."""
    gray = np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.float32)
    fine = gray - _blur(gray, 1.0)
    inner = cv2.erode(known.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    # The median resists edges, which are no grain: 1.4826 turns it into the deviation of a Gaussian.
    strength = 1.4826 * float(np.median(np.abs(fine[inner]))) if inner.any() else 0.0
    noise = np.random.default_rng(0).standard_normal(gray.shape).astype(np.float32)
    return np.asarray(noise * min(strength, 6.0), np.float32)
