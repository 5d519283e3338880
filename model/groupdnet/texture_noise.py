"""Fixed noise for texture: what a network that sees only flat classes and pooled codes has no other source for.

Inside a class, label windows and the class's code are the same at every pixel, so a deterministic network can draw
texture only from the distance to the nearest outline, and it does: ridges that follow the hem. Noise that is added to
the features, scaled per channel and then per class and style by the modulation behind it, gives it something to shape
(the noise inputs of Karras et al., "A Style-Based Generator Architecture", CVPR 2019, section 3.2).

The noise is a function of the position alone. So a picture is the same each time, on every device and in every tile.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

_BITS = 0xFFFFFFFF
_SQRT_3 = 3**0.5


def _mix(x: Tensor) -> Tensor:
    """A hash of integers below 2 ** 32, in 64-bit arithmetic that does not overflow."""
    for _ in range(2):
        x = ((x ^ (x >> 16)) * 0x45D9F3B) & _BITS
    return x ^ (x >> 16)


@lru_cache(maxsize=32)
def texture_noise(
    level: int,
    maps: int,
    height: int,
    width: int,
    origin: tuple[int, int] = (0, 0),
    device: torch.device | str | None = None,
) -> Tensor:
    """Noise of ``level``, float32 (maps, height, width): independent, uniform, of mean 0 and variance 1.

    ``origin``: row and column of the first value in the endless field that this is a window of. The result is kept for
    the next call, so nobody may write into it.
    """
    # What is made in inference mode could not be used in training later.
    with torch.inference_mode(False):
        return _hashed(level, maps, height, width, origin, device)


def _hashed(
    level: int, maps: int, height: int, width: int, origin: tuple[int, int], device: torch.device | str | None
) -> Tensor:
    number = torch.arange(maps, dtype=torch.int64, device=device)[:, None, None]
    rows = torch.arange(origin[0], origin[0] + height, dtype=torch.int64, device=device)[:, None]
    columns = torch.arange(origin[1], origin[1] + width, dtype=torch.int64, device=device)
    key = _mix(_mix(number + 1000 * (level + 1)) + rows & _BITS)
    bits = _mix(key * 3 + columns & _BITS)
    return (bits.to(torch.float64) * (2 / 2**32) - 1).mul(_SQRT_3).float()
