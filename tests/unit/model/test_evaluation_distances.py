"""Distances between sets and between pictures, and the reference rows, against what can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from model.backbones import LiteClassifierFeatures
from model.evaluation.distance import (
    GROUND,
    Features,
    Judge,
    distance_maps,
    masked_distance,
    on_ground,
    perceptual_distance,
    unit_length,
)
from model.evaluation.distributions import draw_halvings, frechet_distance, halved, kernel_distance
from model.evaluation.references import blurred, flat_colours


def with_moments(mean: Tensor, root: Tensor, count: int, seed: int) -> Tensor:
    """``count`` vectors whose sample mean is ``mean`` and whose sample covariance is root^T root, exactly."""
    generator = torch.Generator().manual_seed(seed)
    raw = torch.randn(count, len(mean), generator=generator, dtype=torch.float64)
    raw = raw - raw.mean(0)
    white = raw @ torch.linalg.inv(torch.linalg.cholesky(raw.T @ raw / (count - 1))).T
    return white @ root + mean


# Frechet distance ----------------------------------------------------------------------------------------------------


def test_frechet_distance_of_diagonal_gaussians_is_the_closed_form() -> None:
    means = torch.tensor([[0.0, 1.0, -2.0], [1.0, 1.0, 0.5]], dtype=torch.float64)
    spreads = torch.tensor([[1.0, 2.0, 0.5], [3.0, 0.1, 0.5]], dtype=torch.float64)
    sets = [with_moments(m, torch.diag(s), 40, seed) for seed, (m, s) in enumerate(zip(means, spreads, strict=True))]
    expected = (means[0] - means[1]).square().sum() + (spreads[0] - spreads[1]).square().sum()
    assert frechet_distance(*sets) == pytest.approx(float(expected), rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), first=st.integers(3, 30), second=st.integers(3, 30), size=st.integers(1, 12))
def test_frechet_distance_is_that_of_the_covariances_whether_or_not_they_are_singular(
    seed: int, first: int, second: int, size: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    a = torch.randn(first, size, generator=generator, dtype=torch.float64)
    b = torch.randn(second, size, generator=generator, dtype=torch.float64) * 2 + 1
    cov_a, cov_b = torch.from_numpy(np.cov(a.T).reshape(size, size)), torch.from_numpy(np.cov(b.T).reshape(size, size))
    values, vectors = torch.linalg.eigh(cov_a)
    root = vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).clamp(min=0).sqrt().sum()
    expected = (a.mean(0) - b.mean(0)).square().sum() + cov_a.trace() + cov_b.trace() - 2 * cross
    # Roots of eigenvalues that are zero but for rounding limit the reference, not the distance.
    assert frechet_distance(a, b) == pytest.approx(float(expected), rel=1e-5, abs=1e-5)
    assert frechet_distance(b, a) == pytest.approx(frechet_distance(a, b), rel=1e-9)


def test_frechet_distance_of_a_set_to_itself_is_zero_with_fewer_vectors_than_dimensions() -> None:
    vectors = torch.randn(6, 50)
    assert frechet_distance(vectors, vectors) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(vectors, vectors + 2) == pytest.approx(4 * 50, rel=1e-6)


# Kernel distance -----------------------------------------------------------------------------------------------------


def test_kernel_distance_of_one_dimension_is_that_of_the_first_three_moments() -> None:
    # (xy + 1)^3 = 1 + 3xy + 3(xy)^2 + (xy)^3, so the squared discrepancy is the sum over k of binom(3, k) times the
    # squared gap of the k-th moments; N(0, 1) and N(1, 1) have (0, 1, 0) and (1, 2, 4).
    generator = torch.Generator().manual_seed(0)
    a = torch.randn(4000, 1, generator=generator, dtype=torch.float64)
    b = torch.randn(4000, 1, generator=generator, dtype=torch.float64) + 1
    assert kernel_distance(a, b) == pytest.approx(3 * 1 + 3 * 1 + 16, rel=0.1)


def test_kernel_distance_is_unbiased() -> None:
    # The mean over all disjoint pairs of halves of one set is zero; a biased estimate would be positive throughout.
    generator = torch.Generator().manual_seed(1)
    values = [kernel_distance(*torch.randn(2, 6, 4, generator=generator)) for _ in range(800)]
    assert abs(np.mean(values)) < 3 * np.std(values) / len(values) ** 0.5
    assert min(values) < 0


def test_halved_compares_disjoint_halves() -> None:
    # Were row i ever compared with row i, the distance of far-apart rows to themselves would be zero.
    real = torch.arange(8, dtype=torch.float64)[:, None] * 100
    closest: list[float] = []

    def nearest(first: Tensor, second: Tensor) -> float:
        assert len(first) == len(second) == 4
        closest.append(float((first - second.T).abs().min()))
        return closest[-1]

    halved(nearest, real, real + 1, draw_halvings(8, 0, 5))
    assert len(closest) == 5
    assert min(closest) > 50


@pytest.mark.parametrize("distance", [frechet_distance, kernel_distance])
def test_sets_that_cannot_be_compared_are_refused(distance: object) -> None:
    assert callable(distance)
    with pytest.raises(ValueError, match="cannot be compared"):
        distance(torch.zeros(4, 3), torch.zeros(4, 2))
    with pytest.raises(ValueError, match="at least two"):
        distance(torch.zeros(1, 3), torch.zeros(4, 3))


# Perceptual distance -------------------------------------------------------------------------------------------------


def test_masks_that_part_a_picture_part_its_distance() -> None:
    generator = torch.Generator().manual_seed(0)
    levels = [torch.randn(2, 2, 5, h, w, generator=generator) for h, w in ((8, 8), (4, 4), (2, 2))]
    first, second = (Features(torch.zeros(2, 1), [unit_length(level[i]) for level in levels]) for i in range(2))
    mask = torch.rand(2, 16, 16, generator=generator) < 0.3
    maps = distance_maps(first, second)
    parts = [masked_distance(maps, part) for part in (mask, ~mask)]
    whole, weight = masked_distance(maps, torch.ones(2, 16, 16, dtype=torch.bool))
    assert torch.allclose(parts[0][1] + parts[1][1], weight)
    assert torch.allclose(parts[0][0] + parts[1][0], whole, atol=1e-5)
    assert torch.allclose(whole, perceptual_distance(first, second), atol=1e-5)


@pytest.fixture(scope="module")
def untrained_judge() -> Judge:
    torch.manual_seed(0)
    return Judge(LiteClassifierFeatures(0))


def test_the_judge_finds_no_distance_between_equal_pictures_and_some_between_others(untrained_judge: Judge) -> None:
    pictures = torch.randint(0, 256, (3, 3, 32, 32), dtype=torch.uint8)
    pictures[1] = pictures[0]
    features = untrained_judge(pictures)
    found = perceptual_distance(features.take([0, 0]), features.take([1, 2]))
    assert features.pooled.shape == (3, 1280)
    assert float(found[0]) == pytest.approx(0, abs=1e-6)
    assert float(found[1]) > 1e-3


def test_what_lies_outside_is_the_grounds_grey() -> None:
    pictures = torch.randint(0, 100, (1, 3, 4, 4), dtype=torch.uint8)
    keep = torch.zeros(1, 4, 4, dtype=torch.bool)
    keep[:, 1:3] = True
    shown = on_ground(pictures, keep)
    assert torch.equal(shown[:, :, 1:3], pictures[:, :, 1:3])
    assert (shown[:, :, [0, 3]] == GROUND).all()


# Reference rows ------------------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), classes=st.integers(1, 5))
def test_flat_colours_are_the_means_of_each_class_of_each_photo(seed: int, classes: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    photos = torch.randint(0, 256, (2, 3, 6, 5), generator=generator, dtype=torch.uint8)
    maps = torch.randint(0, classes, (2, 6, 5), generator=generator, dtype=torch.uint8)
    flat = flat_colours(photos, maps, classes)
    for photo, map_, drawn in zip(photos, maps, flat, strict=True):
        for index in map_.unique():
            mean = photo[:, map_ == index].float().mean(1)
            assert (drawn[:, map_ == index].float() - mean[:, None]).abs().max() <= 0.5001


def test_blurring_keeps_flat_pictures_and_spreads_a_point_by_sigma() -> None:
    assert (blurred(torch.full((1, 3, 20, 20), 77, dtype=torch.uint8)) == 77).all()
    point = torch.zeros(1, 3, 41, 41, dtype=torch.uint8)
    point[:, :, 18:23, 18:23] = 255
    spread = blurred(point, 3.0)[0, 0].double()
    offsets = torch.arange(41, dtype=torch.float64) - 20
    variance = (spread.sum(1) * offsets.square()).sum() / spread.sum()
    # The variances of the kernel (9) and of the 5-pixel square (2) add up; rounding to bytes trims the tails.
    assert float(variance) == pytest.approx(11, rel=0.1)
