"""3 x 3 convolutions with many channels by Winograd's minimal filtering: 4 multiplications an output instead of 9.

F(2 x 2, 3 x 3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (CVPR 2016), section 4.1. Every
4 x 4 patch makes 2 x 2 outputs. Its sums cost memory traffic that only many channels are worth, and its rounding errors
are of the size of the direct convolution's own (unlike those of larger patches).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

# With fewer channels a group than this the direct convolution is faster (docs/performance.md).
LEAST_INPUTS, LEAST_OUTPUTS = 96, 64

Take = Callable[..., Tensor]


def pays(inputs: int, outputs: int) -> bool:
    """Whether a group of so many inputs and outputs is faster this way, at every size of picture."""
    return inputs >= LEAST_INPUTS and outputs >= LEAST_OUTPUTS


def room(size: int) -> int:
    """A side rounded up to whole patches."""
    return size + size % 2


def transform_weight(weight: Tensor, groups: int) -> Tensor:
    """(outputs, inputs per group, 3, 3) -> (16, groups, inputs per group, outputs per group) float32."""
    matrix = torch.tensor([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], dtype=torch.float64)
    patches = torch.einsum("ar,oirs,bs->abio", matrix, weight.double(), matrix).flatten(0, 1)
    return patches.unflatten(-1, (groups, -1)).permute(0, 2, 1, 3).float().contiguous()


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None, take: Take) -> Tensor:
    """x (h + 2, w + 2, groups * inputs), weight from ``transform_weight`` -> (h, w, groups * outputs).

    ``take(name, *shape)`` gives scratch buffers; the result lies in one of them.
    """
    groups, inputs, outputs = weight.shape[1:]
    height, width = x.shape[0] - 2, x.shape[1] - 2
    rows, columns = -(-height // 2), -(-width // 2)
    if height % 2 or width % 2:
        x = F.pad(x, (0, 0, 0, width % 2, 0, height % 2))
    half = take("winograd rows", 4, rows, 2 * columns + 2, groups * inputs)
    _input_sums([x[tap : tap + 2 * rows : 2] for tap in range(4)], [half[tap] for tap in range(4)])
    patches = take("winograd patches", 4, 4, groups, rows, columns, inputs)
    for row in range(4):
        taps = [half[row, :, tap : tap + 2 * columns : 2].unflatten(-1, (groups, inputs)) for tap in range(4)]
        _input_sums(taps, [patches[row, tap].permute(1, 2, 0, 3) for tap in range(4)])
    products = take("winograd products", 16 * groups, rows * columns, outputs)
    torch.bmm(
        patches.view(16 * groups, rows * columns, inputs), weight.reshape(16 * groups, inputs, outputs), out=products
    )
    grid = products.view(4, 4, groups, rows, columns, outputs)
    sums = take("winograd sums", 2, 4, groups, rows, columns, outputs)
    _output_sums([grid[tap] for tap in range(4)], [sums[0], sums[1]])
    result = take("winograd result", rows, 2, columns, 2, groups, outputs)
    for row in range(2):
        into = [result[:, row, :, column].permute(2, 0, 1, 3) for column in range(2)]
        _output_sums([sums[row, tap] for tap in range(4)], into)
    flat = result.view(2 * rows, 2 * columns, groups * outputs)
    if bias is not None:
        flat += bias
    return flat[:height, :width]


def _input_sums(taps: list[Tensor], into: list[Tensor]) -> None:
    """B^T d along one axis."""
    torch.sub(taps[0], taps[2], out=into[0])
    torch.add(taps[1], taps[2], out=into[1])
    torch.sub(taps[2], taps[1], out=into[2])
    torch.sub(taps[1], taps[3], out=into[3])


def _output_sums(products: list[Tensor], into: list[Tensor]) -> None:
    """A^T m along one axis."""
    torch.add(products[0], products[1], out=into[0]).add_(products[2])
    torch.sub(products[1], products[2], out=into[1]).sub_(products[3])
