"""3 x 3 convolutions with many channels by Winograd's minimal filtering: 4, 2.25 or 1.78 multiplications an output.

F(2 x 2, 3 x 3) and F(4 x 4, 3 x 3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (CVPR 2016),
section 4, and F(6 x 6, 3 x 3). A patch of 4 x 4 inputs makes 2 x 2 outputs, one of 6 x 6 makes 4 x 4, one of 8 x 8
makes 6 x 6. Their sums cost memory traffic that only many channels are worth.

Patches of 4 x 4 outputs are interpolated at 0, 3/4, -3/4, 3/2, -3/2 and infinity and not at Lavin and Gray's whole
numbers: the errors are a quarter, as small as the direct convolution's own (Barabasz et al., "Error Analysis and
Improving the Accuracy of Winograd Convolution for Deep Neural Networks", TOMS 2020, choose points by the same measure).
Those of 6 x 6 outputs at 0, 1, -1, 1/2, -1/2, 2, -2 and infinity: of all that were tried the smallest errors, four
times the direct convolution's. At -1 the sum of inputs that are equal in pairs, as upsampled ones are, is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

# With fewer channels a group than this the direct convolution is faster (docs/performance.md).
LEAST_INPUTS, LEAST_OUTPUTS = 96, 64
# On grids coarser than every so many pixels of the picture, reading the 36 matrices of a large patch takes longer than
# it saves: a wide network has few pixels there and most of its weights.
MOST_STRIDE = 16
# On grids at most so coarse patches of 6 x 6 outputs are worth their larger matrices and their rims.
MOST_STRIDE_LARGEST = 4

Take = Callable[..., Tensor]

# The interpolation points of patches of 4 x 4 outputs, beside 0 and infinity: A, -A, B and -B.
POINTS = 0.75, 1.5
_A, _B = POINTS
# Of 6 x 6 outputs, each with its negative. The first must be 1 for VANISHING.
LARGEST_POINTS = 1.0, 0.5, 2.0
_C, _D, _E = (point * point for point in LARGEST_POINTS)
# (x - C)(x - D)(x - E) = x^3 - CUBIC[0] x^2 + CUBIC[1] x - CUBIC[2], C, D and E their squares; and for each point, the
# point and the same two numbers of the quadratic without it.
CUBIC = _C + _D + _E, _C * _D + _C * _E + _D * _E, _C * _D * _E
QUADRATICS = tuple(zip(LARGEST_POINTS, (_D + _E, _C + _E, _C + _D), (_D * _E, _C * _E, _C * _D), strict=True))
# The side of such patches' outputs; the number of the sum, along one axis of 8, that vanishes where the inputs between
# the first and the last are pairs.
PAIRED, VANISHING = 6, 2


def pays(inputs: int, outputs: int) -> bool:
    """Whether a group of so many inputs and outputs is faster this way, at every size of picture."""
    return inputs >= LEAST_INPUTS and outputs >= LEAST_OUTPUTS


def tile_for(stride: int) -> int:
    """The side of a patch's outputs, 2, 4 or 6, on a grid with a value for every ``stride`` pixels of the picture."""
    if stride <= MOST_STRIDE_LARGEST:
        return 6
    return 4 if stride <= MOST_STRIDE else 2


def room(size: int, tile: int) -> int:
    """A side rounded up to whole patches."""
    return -(-size // tile) * tile


def _weight_sums(tile: int) -> Tensor:
    """G, (tile + 2, 3) float64: the weights at every interpolation point, with the factors that save multiplications
    elsewhere."""
    if tile == 2:
        return torch.tensor([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], dtype=torch.float64)
    if tile == 6:
        rows = [[-1 / CUBIC[2], 0.0, 0.0]]
        for point, total, product in QUADRATICS:
            square = point * point
            scale = 1 / (2 * square * (square * square - total * square + product))
            rows += [[scale, sign * scale * point, scale * square] for sign in (1, -1)]
        return torch.tensor([*rows, [0.0, 0.0, 1.0]], dtype=torch.float64)
    rows = [[1 / (_A * _A * _B * _B), 0.0, 0.0]]
    for point, other, factor in ((_A, _B, _A), (-_A, _B, _A), (_B, _A, _B * _B), (-_B, _A, _B * _B)):
        # The product of the distances to the other points.
        scale = factor / (2 * point * point * (point * point - other * other))
        rows.append([scale, scale * point, scale * point * point])
    rows.append([0.0, 0.0, 1.0])
    return torch.tensor(rows, dtype=torch.float64)


def transform_weight(weight: Tensor, groups: int, tile: int) -> Tensor:
    """(outputs, inputs per group, 3, 3) -> (groups, (tile + 2)^2, inputs per group, outputs per group) float32."""
    matrix = _weight_sums(tile)
    patches = torch.einsum("ar,oirs,bs->abio", matrix, weight.double(), matrix).flatten(0, 1)
    return patches.unflatten(-1, (groups, -1)).permute(2, 0, 1, 3).float().contiguous()


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None, take: Take) -> Tensor:
    """x (h + 2, w + 2, groups * inputs), weight from ``transform_weight`` -> (h, w, groups * outputs).

    ``take(name, *shape)`` gives scratch buffers; the result lies in one of them.
    """
    groups, taps, inputs, outputs = weight.shape
    side = int(taps**0.5)
    tile = side - 2
    height, width = x.shape[0] - 2, x.shape[1] - 2
    rows, columns = -(-height // tile), -(-width // tile)
    if height % tile or width % tile:
        x = F.pad(x, (0, 0, 0, columns * tile - width, 0, rows * tile - height))
    lines = tile * columns + 2
    # First along the columns of every patch, then along its rows, all of one number at once.
    half = take("winograd rows", side, rows, lines, groups * inputs)
    spare = take("winograd spare", 4, rows, lines, groups * inputs)
    _input_sums([x[tap : tap + tile * rows : tile] for tap in range(side)], list(half), spare)
    patches = take("winograd patches", groups, side, side, rows, columns, inputs)
    parted = half.unflatten(-1, (groups, inputs))
    into = [patches[:, :, tap].permute(1, 2, 3, 0, 4) for tap in range(side)]
    spare = take("winograd spare", 4, side, rows, columns, groups, inputs)
    _input_sums([parted[:, :, tap : tap + tile * columns : tile] for tap in range(side)], into, spare)
    products = take("winograd products", groups * taps, rows * columns, outputs)
    torch.bmm(patches.view(groups * taps, rows * columns, inputs), weight.reshape(-1, inputs, outputs), out=products)
    sums = take("winograd sums", tile, groups, side, rows, columns, outputs)
    spare = take("winograd spare", 4, groups, side, rows, columns, outputs)
    _output_sums(list(products.view(groups, side, side, rows, columns, outputs).unbind(1)), list(sums), spare)
    result = take("winograd result", rows, tile, columns, tile, groups, outputs)
    into = [result[:, :, :, column].permute(1, 3, 0, 2, 4) for column in range(tile)]
    spare = take("winograd spare", 4, tile, groups, rows, columns, outputs)
    _output_sums([sums[:, :, tap] for tap in range(side)], into, spare)
    flat = result.view(tile * rows, tile * columns, groups * outputs)
    if bias is not None:
        flat += bias
    return flat[:height, :width]


def _input_sums(d: Sequence[Tensor], into: Sequence[Tensor], spare: Tensor) -> None:
    """B^T d along one axis."""
    if len(d) == 4:
        torch.sub(d[0], d[2], out=into[0])
        torch.add(d[1], d[2], out=into[1])
        torch.sub(d[2], d[1], out=into[2])
        torch.sub(d[1], d[3], out=into[3])
        return
    if len(d) == 8:
        for first, sums in ((0, into[0]), (1, into[7])):
            torch.sub(d[first + 6], d[first + 4], alpha=CUBIC[0], out=sums)
            sums.add_(d[first + 2], alpha=CUBIC[1]).sub_(d[first], alpha=CUBIC[2])
        for number, (point, total, product) in enumerate(QUADRATICS):
            even = torch.sub(d[6], d[4], alpha=total, out=spare[0]).add_(d[2], alpha=product)
            odd = torch.sub(d[5], d[3], alpha=total, out=spare[1]).add_(d[1], alpha=product)
            torch.add(even, odd, alpha=point, out=into[2 * number + 1])
            torch.sub(even, odd, alpha=point, out=into[2 * number + 2])
        return
    a2, b2 = _A * _A, _B * _B
    # For the points +-A and 0 and infinity: without the factor (x^2 - B^2) of the others.
    even, odd = torch.sub(d[4], d[2], alpha=b2, out=spare[0]), torch.sub(d[3], d[1], alpha=b2, out=spare[1])
    torch.add(even, odd, alpha=_A, out=into[1])
    torch.sub(even, odd, alpha=_A, out=into[2])
    torch.sub(even, torch.sub(d[2], d[0], alpha=b2, out=spare[2]), alpha=a2, out=into[0])
    torch.sub(torch.sub(d[5], d[3], alpha=b2, out=spare[2]), odd, alpha=a2, out=into[5])
    even, odd = torch.sub(d[4], d[2], alpha=a2, out=spare[0]), torch.sub(d[3], d[1], alpha=a2, out=spare[1])
    torch.add(even, odd, alpha=_B, out=into[3])
    torch.sub(even, odd, alpha=_B, out=into[4])


def _output_sums(m: Sequence[Tensor], into: Sequence[Tensor], spare: Tensor) -> None:
    """A^T m along one axis."""
    if len(m) == 4:
        torch.add(m[0], m[1], out=into[0]).add_(m[2])
        torch.sub(m[1], m[2], out=into[1]).sub_(m[3])
        return
    if len(m) == 8:
        for power, sums in enumerate(into):
            # Infinity reaches the highest power alone, and 0 the lowest.
            sums.copy_(m[0] if power == 0 else m[7]).mul_(power in (0, 5))
        for number, point in enumerate(LARGEST_POINTS):
            even = torch.add(m[2 * number + 1], m[2 * number + 2], out=spare[0])
            odd = torch.sub(m[2 * number + 1], m[2 * number + 2], out=spare[1])
            for power, sums in enumerate(into):
                sums.add_(odd if power % 2 else even, alpha=point**power)
        return
    # Products 1 and 2 carry a factor of A, 3 and 4 one of B^2 (see _weight_sums).
    even_a, odd_a = torch.add(m[1], m[2], out=spare[0]), torch.sub(m[1], m[2], out=spare[1])
    even_b, odd_b = torch.add(m[3], m[4], out=spare[2]), torch.sub(m[3], m[4], out=spare[3])
    torch.add(even_b, even_a, alpha=_A, out=into[2])
    torch.add(odd_a, odd_b, alpha=1 / _B, out=into[1])
    torch.add(torch.add(m[0], even_a, alpha=1 / _A, out=even_a), even_b, alpha=1 / (_B * _B), out=into[0])
    torch.add(torch.add(m[5], odd_a, alpha=_A * _A, out=odd_a), odd_b, alpha=_B, out=into[3])
