"""Closed-form fit of the style weights to the colours of the training photos.

The codes hold the mean colour of their class nearly linearly (R squared 0.8 to 1.0 over the training photos), but
gradient steps are slow to carry it through: after thousands of them vivid skirts, hats and shoes were drawn at half of
their chroma. Here each class's shift in the last modulations gets a linear function of its code that makes up for what
is missing in its mean colour, found by ridge regression; since the network in between is not linear, a few rounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.errors import UserError
from model.groupdnet.class_encoder import present_classes
from model.groupdnet.generator import Generator
from model.groupdnet.modulation import ConditionalGroupNorm
from model.training.augment import as_input
from model.training.data import load_arrays
from model.training.losses import LEAST_SHARE, class_colours

#: Of what the regression asks for, how much one round does.
STEP = 0.8
#: Ridge: share of the codes' own size (their variance is about 1), and as many pictures' worth on top.
RIDGE, RIDGE_PICTURES = 0.02, 1.0
#: Classes seen in fewer pictures stay as they are, and so do those drawn with this share of the photos' chroma and of
#: their differences in lightness: faces have both, and a shift that a uniform garment takes well burns out a face's
#: highlights.
LEAST_PICTURES = 16
ENOUGH = 0.9
#: Batches that the effect of a shift on the colours is averaged over.
SLOPE_BATCHES = 8

#: Pictures that a bundle's colours are fitted to, how many of every class at least, and how many times.
PICTURES, LEAST_OF_A_CLASS, ROUNDS = 320, 40, 3

Batch = tuple[Tensor, Tensor]


def fit_bundle_colours(bundle: Bundle, pairs: Any, rounds: int = ROUNDS) -> list[float]:
    """``fit_colours`` of a bundle, in place, to the photos and label maps ``pairs`` (see find_pairs in training.data).

    Raises UserError for a bundle without encoder or with codes that have places.
    """
    if bundle.encoder is None or not bundle.generator.config.pooled_codes:
        raise UserError(f"{bundle.path or bundle.name} has no encoder of one code a class.")
    photos, maps = load_arrays(pairs, bundle.height, bundle.width)
    chosen = of_all_classes(torch.cat([present_classes(part.long(), bundle.classes) for part in maps.split(64)]))
    parts = zip(photos[chosen].split(4), maps[chosen].long().split(4), strict=True)
    batches = [(as_input(photo, labels, bundle), labels) for photo, labels in parts]
    model = SimpleNamespace(
        generator=bundle.generator, encoder=bundle.encoder, codeless=None if bundle.background is None else 0
    )
    return fit_colours(model, batches, rounds)


def evenly(items: Tensor, count: int) -> Tensor:
    """``count`` of the items (n,), or all if they are fewer, spread evenly over them."""
    return items[torch.linspace(0, len(items) - 1, max(0, min(len(items), count))).long()]


def of_all_classes(present: Tensor, least: int = LEAST_OF_A_CLASS, count: int = PICTURES) -> Tensor:
    """Which of the pictures to take, bool (P,): ``least`` that have each class, bool (P, C), then evenly spread."""
    everything = torch.arange(len(present))
    chosen = torch.zeros(len(present), dtype=torch.bool)
    for index in present.sum(0).argsort().tolist():
        own = present[:, index]
        chosen[evenly(everything[own & ~chosen], least - int(chosen[own].sum()))] = True
    chosen[evenly(everything[~chosen], count - int(chosen.sum()))] = True
    return chosen


def last_modulations(generator: Generator) -> list[ConditionalGroupNorm]:
    """The normalisations before the last convolution of every level that draws RGB, as far as they carry style."""
    first = len(generator.blocks) - len(generator.to_rgb)
    norms: list[Any] = [block.norm_1 for block in list(generator.blocks)[first:]]
    return [norm for norm in norms if norm.style is not None]


@contextmanager
def _shifted(norms: list[ConditionalGroupNorm], shifts: list[Tensor]) -> Iterator[None]:
    """Add a shift (classes, channels) to what each normalisation gives where the code of each class counts."""

    def hook(inside: bool, shift: Tensor) -> Any:
        def add(_: Any, arguments: tuple[Any, ...], out: Tensor) -> Tensor:
            where = arguments[1].styled(*out.shape[-2:], inside, shift.dtype)
            return out + torch.einsum("bchw,cn->bnhw", where, shift)

        return add

    hooks = [hook(norm.config.inside, shift) for norm, shift in zip(norms, shifts, strict=True)]
    handles = [norm.register_forward_hook(own) for norm, own in zip(norms, hooks, strict=True)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def colour_slopes(model: Any, norms: list[ConditionalGroupNorm], batches: list[Batch]) -> Tensor:
    """How the mean colour of each class moves with a shift of its features: (classes, 3, channels of all norms)."""
    generator: Generator = model.generator
    classes = generator.config.classes
    first = len(generator.blocks) - len(generator.to_rgb)
    slopes = torch.zeros(classes, 3, sum(norm.channels for norm in norms))
    seen = torch.zeros(classes)
    for photo, labels in batches:
        with torch.no_grad():
            codes = generator.from_prior(model.encoder(photo, labels)[0].float())
            pyramid = generator.pyramid(labels)
            features = generator.lay_features(pyramid, codes, first)
        shifts = [torch.zeros(classes, norm.channels, requires_grad=True) for norm in norms]
        with _shifted(norms, shifts):
            colours, shares = class_colours(generator.draw(features, pyramid, codes, first), labels, classes)
        counted = (shares >= LEAST_SHARE).to(colours.dtype)
        seen += counted.sum(0)
        for channel in range(3):
            # A shift of one class hardly moves the colour of another, so all classes share one pass back.
            total = (colours[..., channel] * counted).sum()
            slopes[:, channel] += torch.cat(torch.autograd.grad(total, shifts, retain_graph=True), 1)
    rare = seen < 4
    mean = slopes.sum(0) / seen.sum().clamp(min=1)
    slopes = slopes / seen.clamp(min=1)[:, None, None]
    slopes[rare] = mean
    return slopes


@torch.no_grad()
def colour_gaps(model: Any, batches: list[Batch]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Codes (P, C, K), colours in the photos and in their reconstructions (P, C, 3), and which of them count (P, C)."""
    codes, colours, reconstructed, counted = [], [], [], []
    for photo, labels in batches:
        mean = model.encoder(photo, labels)[0].float()
        classes = mean.shape[1]
        wanted, shares = class_colours(photo.float(), labels, classes)
        drawn, _ = class_colours(model.generator(labels, mean).float(), labels, classes)
        codes.append(model.generator.from_prior(mean).flatten(2))
        colours.append(wanted)
        reconstructed.append(drawn)
        counted.append(shares >= LEAST_SHARE)
    return torch.cat(codes), torch.cat(colours), torch.cat(reconstructed), torch.cat(counted)


def chroma(colours: Tensor) -> Tensor:
    """How far colours (..., 3) are from grey (...)."""
    return (colours - colours.mean(-1, keepdim=True)).norm(dim=-1)


def chroma_share(drawn: Tensor, wanted: Tensor, counted: Tensor) -> Tensor:
    """Mean chroma of every class in the drawings as a share of that in the photos, (C,); arguments as colour_gaps."""
    return (chroma(drawn) * counted).sum(0) / (chroma(wanted) * counted).sum(0).clamp(min=1e-6)


def contrast(drawn: Tensor, wanted: Tensor, counted: Tensor) -> Tensor:
    """How much lighter every class is drawn where the photo's is lighter by 1, (C,): the slope of a regression."""
    light, own = drawn.mean(-1), wanted.mean(-1)
    count = counted.sum(0).clamp(min=1)
    light = (light - (light * counted).sum(0) / count) * counted
    own = (own - (own * counted).sum(0) / count) * counted
    return (light * own).sum(0) / own.square().sum(0).clamp(min=1e-6)


def fit_colours(model: Any, batches: list[Batch], rounds: int) -> list[float]:
    """Change the style weights of ``model.generator`` so that reconstructions have the photos' class colours.

    model: an ImageModel in evaluation, with pooled codes. batches: pictures (B, 3, H, W) in [-1, 1] and labels int64
    (B, H, W), without augmentation. Classes that have enough chroma and contrast stay as they are.

    Returns the mean absolute gap of a class's colour, in [-1, 1], before each round and after the last. Networks
    without style modulation stay as they are, and the list is empty.
    """
    norms = last_modulations(model.generator)
    if not norms:
        return []
    report = []
    for number in range(rounds + 1):
        codes, wanted, drawn, counted = colour_gaps(model, batches)
        if model.codeless is not None:
            counted[:, model.codeless] = False
        gaps = wanted - drawn
        report.append(gaps[counted].abs().mean().item())
        if number == 0:
            faithful = (chroma_share(drawn, wanted, counted) >= ENOUGH) & (contrast(drawn, wanted, counted) >= ENOUGH)
            pale = ~faithful & (counted.sum(0) >= LEAST_PICTURES)
        if number < rounds:
            slopes = colour_slopes(model, norms, batches[:: max(1, len(batches) // SLOPE_BATCHES)])
            _correct(norms, codes, gaps, counted & pale, slopes)
    return report


@torch.no_grad()
def _correct(norms: list[ConditionalGroupNorm], codes: Tensor, gaps: Tensor, counted: Tensor, slopes: Tensor) -> None:
    numbers = codes.shape[-1]
    for index in range(codes.shape[1]):
        own = counted[:, index]
        count = int(own.sum())
        if count == 0:
            continue
        code, gap = codes[own, index], gaps[own, index]
        ridge = (RIDGE * count + RIDGE_PICTURES) * torch.eye(numbers)
        wanted = torch.linalg.solve(code.T @ code + ridge, code.T @ gap)
        # The smallest shift that moves the colour so: the pseudo-inverse of the slopes.
        slope = slopes[index]
        square = slope @ slope.T
        square += 1e-3 * square.diagonal().mean() * torch.eye(3)
        change = STEP * wanted @ torch.linalg.solve(square, slope)
        for norm, part in zip(norms, change.split([norm.channels for norm in norms], 1), strict=True):
            assert norm.style is not None
            norm.style[index, :, norm.channels :] += part
