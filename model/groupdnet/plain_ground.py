"""Ground of one colour: pixels of its class are that colour, and nothing else.

A network that was trained on people in front of a studio ground, cut out along the label map, draws the ground a grey
value or two off, darker along the borders, lighter with another style of what stands in front of it. The label map says
which pixels are ground and the data says what ground looks like, so no network is needed for them: a new style for a
coat moves nothing behind it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from model.groupdnet.config import PlainGround


def lay_ground(picture: Tensor, labels: Tensor, ground: PlainGround | None) -> Tensor:
    """Pictures (..., 3, H, W) in [-1, 1] with the ground's colour where integer labels (..., H, W) are its class."""
    if ground is None:
        return picture
    plain = labels == ground.label
    # Numbers and not a tensor of them: nothing is copied to a device while a graph is captured there.
    values = [value / 127.5 - 1 for value in ground.colour]
    planes = [plane.masked_fill(plain, value) for plane, value in zip(picture.unbind(-3), values, strict=True)]
    return torch.stack(planes, -3)
