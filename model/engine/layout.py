"""How the matrices that compiled kernels multiply by lie in memory."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

# Outputs that kernels compute at once, a register of AVX2; columns of a matrix that lie together.
LANES, SLAB = 8, 16
# Rows that kernels multiply by a matrix at once.
BATCH_STEP = 6
# The 27 values that the nine taps of a convolution to RGB make of a pixel take so many.
RGB_WIDTH = 32


def rounded_up(columns: int) -> int:
    """So many columns rounded up to whole vectors."""
    return -(-columns // LANES) * LANES


def in_slabs(matrices: Tensor) -> Tensor:
    """Matrices (..., inner, columns) as slabs (..., inner * columns rounded up): (inner, SLAB) one behind the other.

    The last is (inner, LANES) where there are no more columns. A slab stays in the first cache while many rows are
    multiplied by it.
    """
    columns = matrices.shape[-1]
    padded = F.pad(matrices, (0, rounded_up(columns) - columns))
    return torch.cat([slab.flatten(-2) for slab in padded.split(SLAB, -1)], -1)


def from_slabs(packed: Tensor, columns: int) -> Tensor:
    """The matrices (..., inner, columns) that ``in_slabs`` was given."""
    inner = packed.shape[-1] // rounded_up(columns)
    return torch.cat([slab.unflatten(-1, (inner, -1)) for slab in packed.split(SLAB * inner, -1)], -1)[..., :columns]
