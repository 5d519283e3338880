"""Styles for what a photo does not show yet, that go with what it does: a hat that is added should look like one.

The encoder knows nothing of a class that is not there, and the mean of all codes is a style that nothing has: woven
grey. A garment takes the colour of the one whose place it would take, a skirt that of the trousers: the library's
nearest style, moved on to that colour. What is worn besides takes the library's style whose colour the person wears
already, glasses the darkest one, and all else the most typical.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.colour import to_lab
from model.images import Photo
from model.labels import LabelMap
from model.styles.library import class_library
from model.styles.measure import MIN_PIXELS, class_pixels

#: What takes the place of what.
_REPLACED = {
    "skirt": ("trousers", "dress"),
    "trousers": ("skirt", "dress"),
    "dress": ("skirt", "top", "trousers"),
    "top": ("dress", "outerwear"),
    "outerwear": (),
}
#: What is bought to go with one another.
_KINDRED = ("shoes", "bag", "hat", "scarf")
#: What is seen as what it is where it is dark: pale glasses are lost in the face.
_DARK = ("eyewear",)
#: How much farther off a colour may be that a kindred garment has.
_KIN = 1.6

#: How much colour is explained by chance among a library's two dozen styles: the ridge of the regression on codes (in
#: deviations), and beside it that of its inverse, as a share of its mean square.
_RIDGE, _DAMPING = 1.0, 0.05
#: How far a style is moved to a colour at most: root mean square over its numbers, in deviations of the class's codes.
_FARTHEST = 0.8


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
    found = {}
    for index, name in enumerate(bundle.label_set.names):
        if index in shown or index == bundle.label_set.background:
            continue
        styles = class_library(bundle, index)
        if not styles:
            continue
        found[index] = styles[0].code
        if name in _DARK:
            light = to_lab(np.array([[style.color for style in styles]], np.uint8))[0, :, 0]
            found[index] = styles[int(np.argmin(light))].code
        elif worn and (name in _REPLACED or name in _KINDRED):
            colors = to_lab(np.array([[style.color for style in styles]], np.uint8))[0].astype(np.float64)
            wanted = next((worn[other] for other in _REPLACED.get(name, ()) if other in worn), None)
            if wanted is None:
                found[index] = styles[int(np.argmin(_farness(name, colors, worn)))].code
            else:
                codes = np.stack([style.code.numpy() for style in styles])
                found[index] = torch.from_numpy(_of_color(codes, colors, wanted, bundle.code_std[index].numpy()))
    return found


def _of_color(
    codes: NDArray[np.float32], colors: NDArray[np.float64], wanted: NDArray[np.float64], spread: NDArray[np.float32]
) -> NDArray[np.float32]:
    """A code (K, h, w) of a colour, L*a*b* (3,): the nearest of the codes (N, K, h, w), moved by what colours of codes
    tell, in the least way; how far it goes is bounded, as two dozen styles do not tell much."""
    unit = np.maximum(spread.astype(np.float64), 1e-6).reshape(-1)
    nearest = int(np.linalg.norm(colors - wanted, axis=1).argmin())
    z = codes.reshape(len(codes), -1) / unit
    z -= z.mean(axis=0)
    slope = np.linalg.solve(z.T @ z + _RIDGE * np.eye(len(unit)), z.T @ (colors - colors.mean(axis=0)))
    back = slope.T @ slope
    step = slope @ np.linalg.solve(back + (_DAMPING * np.trace(back) / 3 + 1e-9) * np.eye(3), wanted - colors[nearest])
    step *= min(1.0, _FARTHEST / max(float(np.sqrt(np.square(step).mean())), 1e-9))
    return np.asarray(codes[nearest] + (step * unit).reshape(codes[nearest].shape), np.float32)


def _worn(bundle: Bundle, photo: Photo, labels: LabelMap) -> dict[str, NDArray[np.float64]]:
    """The median L*a*b* of each garment in the photo, float64 (3,), by class name."""
    names = bundle.label_set.names
    lab: NDArray[np.float32] | None = None
    worn = {}
    for name in sorted({*_REPLACED, *_KINDRED} & set(names)):
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
    kin = _KINDRED if name in _KINDRED else ()
    far = [np.linalg.norm(colors - color, axis=1) * (1.0 if each in kin else _KIN) for each, color in worn.items()]
    return np.asarray(np.min(far, axis=0))
