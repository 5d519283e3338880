"""Smooth fields from scattered pixels, such as how photo and model differ in colour."""

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
