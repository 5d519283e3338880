"""Edited photos: the network's pixels inside what was edited, the photo's own everywhere else.

Outside the edit mask and its seam the result equals the photo exactly. `Compositor` works in the network's frame,
`put_back` takes a frame to the photo's own size. docs/decisions/0011-compositing.md compares the ways of blending.
"""

from model.compositing.compositor import Compositor
from model.compositing.fullsize import Rectangle, put_back
from model.compositing.inpainting import Plate
from model.compositing.keeping import Keep, KeepSettings, calm_classes, cloth_classes, personal_classes
from model.compositing.pasting import Moved, Pasted, with_region, without_region
from model.compositing.restyling import restyled_classes

__all__ = [
    "Compositor",
    "Keep",
    "KeepSettings",
    "Moved",
    "Pasted",
    "Plate",
    "Rectangle",
    "calm_classes",
    "cloth_classes",
    "personal_classes",
    "put_back",
    "restyled_classes",
    "with_region",
    "without_region",
]
