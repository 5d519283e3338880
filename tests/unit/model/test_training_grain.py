"""Directions of detail: what is measured of a striped picture, and that the loss turns stripes."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from model.training.grain import DIRECTIONS, PERIOD, WAVELENGTHS, EdgeLines, Grain, edge_heights, grid_share, mirrored

CLASSES = torch.tensor([False, True, True])


def striped(direction: int, wavelength: float, size: int = 64) -> Tensor:
    """A grey wave that travels at ``direction`` of DIRECTIONS of half a turn, (1, 3, size, size)."""
    rows, columns = torch.meshgrid(*(torch.arange(float(size)),) * 2, indexing="ij")
    angle = math.pi * direction / DIRECTIONS
    wave = torch.sin(2 * math.pi / wavelength * (columns * math.cos(angle) + rows * math.sin(angle)))
    return (0.5 * wave).expand(1, 3, -1, -1)


@pytest.mark.parametrize("wavelength", WAVELENGTHS)
@pytest.mark.parametrize("direction", range(DIRECTIONS))
def test_stripes_are_strongest_in_their_own_direction_and_wavelength(direction: int, wavelength: float) -> None:
    labels = torch.ones(1, 64, 64, dtype=torch.long)
    grain = Grain()
    strengths, pixels = grain.strengths(striped(direction, wavelength), labels, CLASSES)
    band = WAVELENGTHS.index(wavelength)
    assert pixels.item() > 0
    assert strengths[0, band].argmax().item() == direction
    assert strengths[0, :, direction].argmax().item() == band
    shares, seen = grain.shares(striped(direction, wavelength), labels, CLASSES)
    assert seen.item() == 1
    turned, _ = grain.shares(striped(direction, wavelength).flip(3), labels, CLASSES)
    assert turned[band].argmax().item() == -direction % DIRECTIONS
    assert torch.allclose(mirrored(shares)[:, 1], mirrored(shares)[:, 5])


def test_outlines_and_other_classes_do_not_count() -> None:
    labels = torch.zeros(1, 64, 64, dtype=torch.long)
    labels[:, :, :32] = 1
    plain = torch.zeros(1, 3, 64, 64)
    plain[..., 40:] = striped(1, 5.0)[..., 40:]
    grain = Grain()
    _, pixels = grain.strengths(plain, labels, CLASSES)
    # Six columns along the outline are left out, and all of class 0.
    assert pixels.item() == 64 * 26
    quiet, _ = grain.shares(plain, labels, CLASSES)
    assert quiet.abs().max() < 0.05
    nothing, seen = grain.shares(plain, torch.zeros_like(labels), CLASSES)
    assert seen.item() == 0 and not nothing.any()


def test_a_mosaic_repeats_and_noise_does_not() -> None:
    torch.manual_seed(0)
    labels = torch.ones(1, 64, 64, dtype=torch.long)
    noise = 0.2 * torch.randn(1, 3, 64, 64)
    tile = 0.2 * torch.randn(1, 1, PERIOD, PERIOD).tile(1, 3, 64 // PERIOD, 64 // PERIOD)
    assert grid_share(tile, labels, CLASSES) > 0.9
    assert grid_share(noise, labels, CLASSES).abs() < 0.02
    assert 0.02 < grid_share(noise + 0.3 * tile, labels, CLASSES) < 0.5
    # Stripes of another period do not hang on the grid.
    assert grid_share(striped(0, 5.0), labels, CLASSES).abs() < 0.02
    assert grid_share(tile, torch.zeros_like(labels), CLASSES) == 0


def dented(seed: int) -> Tensor:
    """Squares of chance greys on the grid, each picture other ones, under fine noise, (4, 3, 64, 64)."""
    generator = torch.Generator().manual_seed(seed)
    dents = torch.randn(4, 1, 64 // PERIOD, 64 // PERIOD, generator=generator)
    grain = 0.02 * torch.randn(4, 1, 64, 64, generator=generator)
    return (0.2 * dents.repeat_interleave(PERIOD, 2).repeat_interleave(PERIOD, 3) + grain).expand(-1, 3, -1, -1)


def test_dents_repeat_nothing_but_their_edges_lie_on_the_grid() -> None:
    labels = torch.ones(4, 64, 64, dtype=torch.long)
    assert grid_share(dented(0), labels, CLASSES).abs() < 0.05
    heights, counts = edge_heights(dented(0), labels, CLASSES)
    assert counts.sum().item() == 2 * 4 * 64 * 63
    # Steps are between a line and the one before it: the first of each square.
    assert (heights.argmax(1) == 0).all() and (heights[:, 0] > 3 * heights[:, 1:].amax(1)).all()
    dents, noise = EdgeLines(), EdgeLines()
    for seed in range(8):
        uneven = dents.unevenness(dented(seed), labels, CLASSES)
        even = noise.unevenness(dented(seed).roll((seed, seed), (2, 3)), labels, CLASSES)
    assert uneven > 1.0 and even < 0.05
    nothing, none = edge_heights(dented(0), torch.zeros_like(labels), CLASSES)
    assert not nothing.any() and not none.any()


def test_the_gradient_of_unevenness_smooths_edges_on_the_grid() -> None:
    labels = torch.ones(4, 64, 64, dtype=torch.long)
    pictures = dented(3).clone().requires_grad_(True)
    lines = EdgeLines()
    before = lines.unevenness(pictures, labels, CLASSES)
    before.backward()  # type: ignore[no-untyped-call]
    assert pictures.grad is not None
    lower = (pictures - 0.05 * pictures.grad / pictures.grad.abs().max()).detach()
    assert EdgeLines().unevenness(lower, labels, CLASSES) < before


def test_following_the_shares_of_photos_takes_a_picture_s_only_direction_away() -> None:
    torch.manual_seed(0)
    labels = torch.ones(1, 64, 64, dtype=torch.long)
    grain = Grain()
    wanted, _ = grain.shares(torch.randn(1, 3, 64, 64) * 0.3, labels, CLASSES)
    picture = (striped(1, 5.0) + 0.05 * torch.randn(1, 3, 64, 64)).requires_grad_()
    optimizer = torch.optim.Adam([picture], 0.02)
    first = None
    for _ in range(40):
        loss = (grain.shares(picture, labels, CLASSES)[0] - wanted).square().mean()
        first = loss.item() if first is None else first
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert first is not None and loss.item() < 0.2 * first
