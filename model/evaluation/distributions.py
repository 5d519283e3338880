"""Distances between two sets of feature vectors: Frechet distance and kernel distance."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

SetDistance = Callable[[Tensor, Tensor], float]


def frechet_distance(first: Tensor, second: Tensor) -> float:
    """Frechet distance between the normal distributions fitted to two sets (Heusel et al., NeurIPS 2017, equation 6).

    |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)). With centred vectors X1 and X2 as rows, S = X^T X / (n - 1), the trace
    of the root is the nuclear norm of X1 X2^T / sqrt((n1 - 1)(n2 - 1)): exact, without the root of a matrix that is
    singular wherever there are fewer vectors than dimensions. With so few vectors the distance itself is biased upward
    and falls as their number grows, so only figures of equal numbers compare.

    Args:
        first: (N, D), at least two vectors.
        second: (M, D).

    Returns:
        At least 0, computed in float64.
    """
    _check(first, second)
    first, second = first.double(), second.double()
    gap = (first.mean(0) - second.mean(0)).square().sum()
    a, b = _scatter_root(first), _scatter_root(second)
    cross = torch.linalg.svdvals(a @ b.T).sum()
    return max(0.0, float(gap + a.square().sum() + b.square().sum() - 2 * cross))


def kernel_distance(first: Tensor, second: Tensor) -> float:
    """Unbiased squared maximum mean discrepancy with the kernel (x . y / D + 1)^3: KID (Binkowski et al., ICLR 2018).

    Zero on average for two sets of one distribution whatever their sizes, and therefore sometimes below zero.

    Args:
        first: (N, D), at least two vectors.
        second: (M, D).
    """
    _check(first, second)
    first, second = first.double(), second.double()
    within = _mean_of_pairs(first) + _mean_of_pairs(second)
    return float(within - 2 * _kernel(first, second).mean())


def halved(distance: SetDistance, real: Tensor, other: Tensor, halvings: Tensor) -> float:
    """Mean distance between one half of the real set and the other half's counterparts in ``other``.

    Row i of ``other`` belongs to row i of ``real`` (same label map). Taken over disjoint halves no picture is compared
    with its own photo, and ``halved(distance, real, real, ...)`` is the floor that a perfect model would reach: equal
    numbers of vectors, equal bias.

    Args:
        real, other: (N, D).
        halvings: int64 (S, N) permutations of the rows; the first N // 2 are one half, the next N // 2 the other.
    """
    half = real.shape[0] // 2
    values = [distance(other[order[:half]], real[order[half : 2 * half]]) for order in halvings]
    return sum(values) / len(values)


def draw_halvings(count: int, seed: int, splits: int = 10) -> Tensor:
    """``splits`` random permutations of ``count`` rows, int64 (splits, count)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.stack([torch.randperm(count, generator=generator) for _ in range(splits)])


def _check(first: Tensor, second: Tensor) -> None:
    if first.dim() != 2 or second.dim() != 2 or first.shape[1] != second.shape[1]:
        raise ValueError(f"feature sets of shapes {tuple(first.shape)} and {tuple(second.shape)} cannot be compared")
    if min(first.shape[0], second.shape[0]) < 2:
        raise ValueError("a set needs at least two vectors to be compared")


def _scatter_root(vectors: Tensor) -> Tensor:
    """R with R^T R the covariance of the rows; at most D rows."""
    centred = (vectors - vectors.mean(0)) / (vectors.shape[0] - 1) ** 0.5
    if centred.shape[0] <= centred.shape[1]:
        return centred
    root: Tensor = torch.linalg.qr(centred, mode="r").R
    return root


def _kernel(first: Tensor, second: Tensor) -> Tensor:
    return (first @ second.T / first.shape[1] + 1) ** 3


def _mean_of_pairs(vectors: Tensor) -> Tensor:
    """Mean of the kernel over pairs of different vectors."""
    count = vectors.shape[0]
    gram = _kernel(vectors, vectors)
    return (gram.sum() - gram.diagonal().sum()) / (count * (count - 1))
