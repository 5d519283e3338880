"""A photo's own features in other colours: what a new style does to a face."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from model.compositing.fields import Field, Mask

#: Deviation in pixels of the Gaussian under which colours are compared, and how far away a pixel still counts. Much
#: narrower, it copies the eyes and the mouth that the network draws; a mean over the whole face looks nearly the same.
_SIGMA = 8.0
RECOLOUR_REACH = 20

#: Levels that colours are kept away from black and white by, where a curve through them would have no end.
_EDGE = 12.0


def recoloured(photo: Field, reference: NDArray[np.uint8], picture: NDArray[np.uint8], where: Mask) -> Field:
    """The photo where a class lies, moved as the network's picture moved from one style to the other.

    A network of this size cannot draw the face of a stranger in any pose, but it tells how light and how warm the new
    style's skin is. A wide Gaussian tells the photo's mean colour and the new one. A darker channel is multiplied, as
    light is by a darker skin; a lighter one is bent by the power that takes one mean to the other, so that what is
    white stays white. Black stays black either way: eyes, brows and lips keep their look.

    Args:
        photo: float32 (H, W, 3), 0..255.
        reference, picture: uint8 (H, W, 3), the network's in the old and in the new style.
        where: bool (H, W), the pixels of the class that are compared.

    Returns:
        float32 (H, W, 3); the photo itself where the pictures are alike.
    """
    if not where.any():
        return photo
    weight = where.astype(np.float32)[..., None]
    change = picture.astype(np.float32) - reference
    total = _blurred(np.concatenate([photo * weight, change * weight, weight], axis=2))
    share = np.maximum(total[..., 6:], 1e-4)
    # Far from all of them the total fades to nothing, and with it the change.
    old = total[..., :3] / share
    new = (old + total[..., 3:6] / share).clip(_EDGE, 255 - _EDGE)
    old = old.clip(_EDGE, 255 - _EDGE)
    power = np.log(new / 255) / np.log(old / 255)
    bent = 255 * np.exp(power * np.log(np.maximum(photo, 0.5) / 255))
    changed = np.where(new < old, photo * (new / old), bent)
    return np.asarray(np.where(np.abs(power - 1) < 1e-6, photo, changed), np.float32)


def _blurred(planes: Field) -> Field:
    side = 2 * RECOLOUR_REACH + 1
    found = [
        cv2.GaussianBlur(planes[..., place], (side, side), _SIGMA, borderType=cv2.BORDER_CONSTANT)
        for place in range(planes.shape[2])
    ]
    return np.asarray(np.stack(found, axis=2), np.float32)
