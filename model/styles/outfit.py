"""Styles for what a photo does not show yet, that go with what it does: a hat that is added should look like one.

The encoder knows nothing of a class that is not there, and the mean of all codes is a style that nothing has: woven
grey. Of the library's styles a garment takes the one whose colour the person wears already; all else, such as glasses,
takes the most typical one.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.images import Photo
from model.labels import LabelMap
from model.styles.library import class_library
from model.styles.measure import MIN_PIXELS, class_pixels, to_lab

#: What takes colours from one another first: what takes the place of what, and what is bought to go with it.
_KINDRED = (
    ("skirt", "trousers", "dress"),
    ("top", "dress"),
    ("outerwear",),
    ("shoes", "bag", "hat", "scarf"),
)
#: How much farther off a colour may be that a kindred garment has.
_KIN = 1.6


def outfit(bundle: Bundle, photo: Photo, labels: LabelMap) -> dict[int, Tensor]:
    """Codes (K, h, w) of classes that a photo lacks, by class index: those of the bundle's style library.

    Args:
        photo: uint8 (H, W, 3); labels: uint8 (H, W), its map.

    Returns:
        nothing for classes that the map shows, that have no style, or that the library does not know.

    Raises:
        UserError: styles.safetensors is damaged.
    """
    worn = _worn(bundle, photo, labels)
    shown = set(np.unique(labels).tolist())
    garments = {name for group in _KINDRED for name in group}
    found = {}
    for index, name in enumerate(bundle.label_set.names):
        if index in shown or index == bundle.label_set.background:
            continue
        styles = class_library(bundle, index)
        if not styles:
            continue
        place = 0
        if name in garments and worn:
            colors = to_lab(np.array([[style.color for style in styles]], np.uint8))[0].astype(np.float64)
            place = int(np.argmin(_farness(name, colors, worn)))
        found[index] = styles[place].code
    return found


def _worn(bundle: Bundle, photo: Photo, labels: LabelMap) -> dict[str, NDArray[np.float64]]:
    """The median L*a*b* of each garment in the photo, float64 (3,), by class name."""
    names = bundle.label_set.names
    lab: NDArray[np.float32] | None = None
    worn = {}
    for name in {name for group in _KINDRED for name in group if name in names}:
        index = names.index(name)
        if int((labels == index).sum()) < MIN_PIXELS:
            continue
        if lab is None:
            # Prints and grain are not what a colour is chosen by.
            lab = to_lab(np.asarray(cv2.GaussianBlur(photo, (0, 0), 1.0), np.uint8))
        worn[name] = np.median(lab[class_pixels(labels, index)], axis=0).astype(np.float64)
    return worn


def _farness(name: str, colors: NDArray[np.float64], worn: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """How far each colour, L*a*b* (N, 3), is from the nearest one that is worn; what is kindred lies nearer."""
    kin = {other for group in _KINDRED if name in group for other in group}
    far = [np.linalg.norm(colors - color, axis=1) * (1.0 if each in kin else _KIN) for each, color in worn.items()]
    return np.asarray(np.min(far, axis=0))
