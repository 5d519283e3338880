"""CIE L*a*b*, in which distances are about as large as they look."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def to_lab(picture: NDArray[Any]) -> NDArray[np.float32]:
    """CIE L*a*b* (D65) of an sRGB picture, float32 (H, W, 3): L* 0..100, a* and b* about -128..127.

    Args:
        picture: (H, W, 3), 0..255.
    """
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2Lab), np.float32)


def from_lab(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sRGB picture of CIE L*a*b* (D65), both float32 (H, W, 3): 0..255."""
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), np.float32) * np.float32(255)
