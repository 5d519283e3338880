"""Codes that fill their prior: an affine map of every class's code, fitted after training.

A posterior trained with a small KL weight leaves most of N(0, 1) empty. On the training photos nearly all variance of a
class's 16 numbers lies in one direction, around a mean far from 0, and codes drawn from N(0, 1) gave broken pictures.
Here mean and covariance of the photos' codes are measured (ex-post density estimation, Ghosh et al., ICLR 2020) and
made part of the networks: the generator maps N(0, 1) to them before anything else, and the encoder's last layer takes
the inverse. What is drawn from a photo's codes does not change; N(0, 1), distances and straight lines between codes
mean what the paper says they do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.errors import UserError
from model.groupdnet.class_encoder import ClassEncoder, present_classes
from model.groupdnet.generator import Generator
from model.training.augment import as_input
from model.training.data import load_arrays
from model.training.export import code_bank, code_statistics

#: Share of the features' own size that the regression of log-variances adds to their covariance.
RIDGE = 1e-3


def fit_prior(bundle: Bundle, pairs: Any) -> None:
    """Give the bundle a map of the prior, in place; photos without one class say nothing of its code.

    pairs: photos and label maps, as ``model.training.data.find_pairs`` gives them. The code statistics of the bundle
    are measured anew. Raises UserError for a bundle without encoder or with codes that have places.
    """
    if bundle.encoder is None or not bundle.generator.config.pooled_codes:
        raise UserError(f"{bundle.path or bundle.name} has no encoder of one code a class.")
    if bundle.generator.config.controls:
        raise UserError(f"{bundle.path or bundle.name} has controls, which no photo moves: fit the prior before them.")
    with torch.no_grad():
        means, logvars, features, present = _encode(bundle, pairs)
        shift, _, factor = code_statistics(means, present)
        shift, factor = shift.flatten(1).double(), factor.double()
        inverse = torch.linalg.inv(factor)
        bundle.generator = _mapped(bundle.generator, factor, shift)
        wanted = _moved_logvars(logvars.flatten(2), inverse)
        bundle.encoder = _unmapped(bundle.encoder, inverse, shift, features, wanted, present)
        moved = torch.einsum("cij,pcj->pci", inverse, means.flatten(2).double() - shift)
    codes = moved.float().view_as(means)
    bundle.code_mean, bundle.code_std, bundle.code_factor = code_statistics(codes, present)
    bundle.code_bank = code_bank(codes, present, bundle.code_mean, bundle.code_factor, linked=bundle.label_set.linked)


def _encode(bundle: Bundle, pairs: Any) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Means and log-variances (P, C, K, 1, 1), what the encoder's heads see (P, C, F), and which classes each photo has
    a code of (P, C)."""
    assert bundle.encoder is not None
    photos, maps = load_arrays(pairs, bundle.height, bundle.width)
    seen: list[Tensor] = []
    hook = bundle.encoder.mean.register_forward_pre_hook(lambda _, arguments: seen.append(arguments[0]))
    encoded = []
    try:
        for photo, labels in zip(photos.split(8), maps.long().split(8), strict=True):
            encoded.append(bundle.encoder(as_input(photo, labels, bundle), labels))
    finally:
        hook.remove()
    present = present_classes(maps.long(), bundle.classes)
    if bundle.background is not None:
        # The studio ground has no code: noise in training, so that the network ignores it.
        present[:, 0] = False
    mean, logvar = (torch.cat(parts) for parts in zip(*encoded, strict=True))
    return mean, logvar, torch.cat(seen).view(len(maps), bundle.classes, -1), present


def _mapped(generator: Generator, factor: Tensor, shift: Tensor) -> Generator:
    """The same generator behind ``factor @ code + shift`` of every class, (C, K, K) and (C, K)."""
    made = Generator(replace(generator.config, prior_map=True, spectral_norm=False))
    made.load_state_dict(generator.state_dict(), strict=False)
    assert made.prior is not None
    if generator.prior is not None:
        old = generator.prior.factor.double()
        factor, shift = old @ factor, (old @ shift[..., None])[..., 0] + generator.prior.shift.double()
    made.prior.factor.copy_(factor)
    made.prior.shift.copy_(shift)
    return made.eval().requires_grad_(False)


def _moved_logvars(logvars: Tensor, inverse: Tensor) -> Tensor:
    """The log of the diagonal of what ``inverse`` (C, K, K) makes of diagonal covariances; logvars (P, C, K)."""
    return torch.einsum("cij,pcj->pci", inverse.square(), logvars.double().clamp(-10, 10).exp()).log()


def _unmapped(
    encoder: ClassEncoder, inverse: Tensor, shift: Tensor, features: Tensor, logvars: Tensor, present: Tensor
) -> ClassEncoder:
    """The same encoder with ``inverse @ (mean - shift)`` for its means, and ``logvars`` (P, C, K) as far as its head
    can give them: they are no longer linear in the features (P, C, F), so their regression is taken."""
    made = ClassEncoder(encoder.config)
    made.load_state_dict(encoder.state_dict())
    classes, numbers = shift.shape
    assert made.mean.bias is not None and made.logvar.bias is not None
    weight = made.mean.weight.double().view(classes, numbers, -1)
    bias = made.mean.bias.double().view(classes, numbers)
    made.mean.weight.copy_((inverse @ weight).view_as(made.mean.weight))
    made.mean.bias.copy_((inverse @ (bias - shift)[..., None]).flatten())
    spread, offset = made.logvar.weight.view(classes, numbers, -1), made.logvar.bias.view(classes, numbers)
    for index in range(classes):
        own = present[:, index]
        if own.any():
            spread[index], offset[index] = _regression(features[own, index].double(), logvars[own, index])
    return made.eval().requires_grad_(False)


def _regression(inputs: Tensor, outputs: Tensor) -> tuple[Tensor, Tensor]:
    """Weights (K, F) and constants (K) that give outputs (P, K) from inputs (P, F) best, by ridge regression."""
    middle, height = inputs.mean(0), outputs.mean(0)
    centred = inputs - middle
    square = centred.T @ centred
    ridge = RIDGE * square.diagonal().mean().clamp(min=1e-6) * torch.eye(len(middle), dtype=square.dtype)
    weights = torch.linalg.solve(square + ridge, centred.T @ (outputs - height)).T
    return weights, height - weights @ middle
