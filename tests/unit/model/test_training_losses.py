"""Losses against their closed forms, and augmentation's promise that pairs stay pairs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from model.errors import UserError
from model.training.augment import (
    PairAugment,
    elastic_warp,
    random_crop_columns,
    random_flip,
    smooth_outlines,
)
from model.training.losses import (
    PerceptualLoss,
    Vgg19Features,
    feature_matching,
    hinge_discriminator,
    hinge_generator,
    kl_divergence,
)


def test_hinge_counts_only_scores_on_the_wrong_side_of_the_margin() -> None:
    confident = [[torch.full((1, 1, 2, 2), 2.0)]]
    wrong = [[torch.full((1, 1, 2, 2), -0.5)]]
    assert hinge_discriminator(confident, [[-confident[0][0]]]).item() == 0
    assert hinge_discriminator(wrong, [[-wrong[0][0]]]).item() == pytest.approx(3.0)
    assert hinge_generator(wrong).item() == pytest.approx(0.5)


def test_feature_matching_ignores_the_scores_and_the_real_side_gets_no_gradient() -> None:
    real = [[torch.zeros(1, 2, 2, 2, requires_grad=True), torch.zeros(1, 1, 2, 2)]]
    fake = [[torch.ones(1, 2, 2, 2, requires_grad=True), torch.full((1, 1, 2, 2), 9.0)]]
    loss = feature_matching(real, fake)
    loss.backward()
    assert loss.item() == pytest.approx(1.0)
    assert real[0][0].grad is None


def test_kl_is_the_sum_over_everything_and_matches_torch() -> None:
    mean, logvar = torch.randn(2, 3, 4, 1, 1), torch.randn(2, 3, 4, 1, 1)
    present = torch.tensor([[True, True, False], [True, False, False]])
    posterior = torch.distributions.Normal(mean, (0.5 * logvar).exp())
    expected = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0.0, 1.0))
    expected = (expected * present[:, :, None, None, None]).sum()
    assert torch.allclose(kl_divergence(mean, logvar, present), expected, rtol=1e-5)


def test_free_bits_leave_small_divergences_without_gradient() -> None:
    mean = torch.full((2, 1, 2, 1, 1), 0.1, requires_grad=True)
    kl_divergence(mean, torch.zeros(2, 1, 2, 1, 1), torch.ones(2, 1, dtype=torch.bool), free_bits=0.5).backward()
    assert mean.grad is not None
    assert mean.grad.abs().max() == 0


def test_perceptual_loss_is_zero_for_equal_pictures_and_never_trains_its_features() -> None:
    loss = PerceptualLoss(nn.ModuleList([nn.Conv2d(3, 4, 3)]).append(nn.Identity()), (1,))
    loss.features = _OneLevel()
    loss.train()
    picture = torch.rand(1, 3, 8, 8)
    assert loss(picture, picture).item() == 0
    assert not loss.training
    assert not any(parameter.requires_grad for parameter in loss.features.parameters() if loss.features.training)


class _OneLevel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, picture: torch.Tensor) -> list[torch.Tensor]:
        return [self.conv(picture)]


def test_a_file_that_is_not_vgg_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    torch.save({"something": torch.zeros(1)}, path)
    with pytest.raises(UserError, match=r"weights\.pth is not a torchvision VGG-19"):
        Vgg19Features(path)


def _pair(seed: int, batch: int = 3, height: int = 24, width: int = 16) -> tuple[torch.Tensor, torch.Tensor]:
    """A pair in which the photo's red channel repeats the label, so that any misalignment shows."""
    torch.manual_seed(seed)
    coarse = torch.randint(0, 5, (batch, height // 4, width // 4))
    labels = coarse.repeat_interleave(4, 1).repeat_interleave(4, 2)
    photo = torch.rand(batch, 3, height, width)
    photo[:, 0] = labels / 4
    return photo, labels


@given(st.integers(0, 2**20))
@settings(max_examples=25, deadline=None)
def test_flip_and_crop_keep_photo_and_labels_together(seed: int) -> None:
    photo, labels = random_crop_columns(*random_flip(*_pair(seed)), 8)
    assert photo.shape == (3, 3, 24, 8)
    assert torch.equal((photo[:, 0] * 4).round().long(), labels)


def test_the_crop_keeps_a_person_that_fits() -> None:
    labels = torch.zeros(20, 8, 16, dtype=torch.long)
    labels[:, :, 9:14] = 3
    photo = torch.zeros(20, 3, 8, 16)
    for _ in range(5):
        _, cropped = random_crop_columns(photo, labels, 8)
        assert ((cropped == 3).sum((1, 2)) == 5 * 8).all()


def test_warping_moves_photo_and_labels_through_the_same_field() -> None:
    torch.manual_seed(3)
    labels = torch.zeros(4, 64, 48, dtype=torch.long)
    labels[:, 16:48, 12:36] = 1
    photo = labels[:, None].float().repeat(1, 3, 1, 1)
    warped, moved = elastic_warp(photo, labels, 0.03)
    assert not torch.equal(moved, labels)
    assert ((warped[:, 0] > 0.5) != (moved == 1)).float().mean() < 0.02


def test_smoothing_removes_a_spike_and_keeps_the_classes() -> None:
    labels = torch.zeros(1, 24, 24, dtype=torch.long)
    labels[:, 8:20, 4:20] = 2
    labels[:, 4:8, 11] = 2
    smoothed = smooth_outlines(labels, 4, 1.0)
    assert (smoothed[0, 4:6, 11] == 0).all()
    assert set(smoothed.unique().tolist()) == {0, 2}
    assert torch.equal(smooth_outlines(labels, 4, 0.0), labels)


@given(st.integers(0, 2**20))
@settings(max_examples=25, deadline=None)
def test_diffaugment_moves_pictures_and_label_maps_alike(seed: int) -> None:
    _, labels = _pair(seed)
    grid = nn.functional.one_hot(labels, 5).permute(0, 3, 1, 2).float()
    torch.manual_seed(seed)
    draw = PairAugment.draw(3, 24, 16, grid.device, colour=0.0, translation=0.25, cutout=0.3)
    as_picture = draw.picture(grid[:, 1:4])
    as_semantics = draw.semantics(grid)
    # Without colour the picture's path is geometry alone, up to rounding.
    assert torch.allclose(as_picture, as_semantics[:, 1:4], atol=1e-5)
    assert as_semantics.sum() <= grid.sum()


def test_diffaugment_passes_gradients_to_the_picture() -> None:
    picture = torch.rand(2, 3, 16, 8, requires_grad=True)
    draw = PairAugment.draw(2, 16, 8, picture.device, colour=1.0, translation=0.125, cutout=0.3)
    draw.picture(picture).square().sum().backward()
    assert picture.grad is not None
    assert picture.grad.abs().sum() > 0
