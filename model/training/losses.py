"""The paper's losses: hinge GAN, feature matching, perceptual and KL (section 3.4, equations 6 to 9)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.errors import UserError

CHROMA_WEIGHT = 3.0
LEAST_SHARE = 0.005
TEXTURE_BOXES = (3, 5, 7)
#: Side of the square around a pixel that all boxes together see.
TEXTURE_REACH = 1 + sum(size - 1 for size in TEXTURE_BOXES)
#: Strength that counts as none, and the fewest inner pixels that say something about a class.
FAINTEST = 0.01
LEAST_INNER = 48


def hinge_discriminator(real: Sequence[list[Tensor]], fake: Sequence[list[Tensor]]) -> Tensor:
    """Hinge loss of the discriminator, mean over scales: E[max(0, 1 - D(real))] + E[max(0, 1 + D(fake))]."""
    losses = [F.relu(1 - r[-1]).mean() + F.relu(1 + f[-1]).mean() for r, f in zip(real, fake, strict=True)]
    return torch.stack(losses).mean()


def hinge_generator(fake: Sequence[list[Tensor]]) -> Tensor:
    """Hinge loss of the generator, mean over scales: -E[D(fake)]."""
    return torch.stack([-features[-1].mean() for features in fake]).mean()


def feature_matching(real: Sequence[list[Tensor]], fake: Sequence[list[Tensor]]) -> Tensor:
    """L1 between the discriminator's features of real and fake, summed over layers, mean over scales (pix2pixHD)."""
    losses = []
    for real_features, fake_features in zip(real, fake, strict=True):
        layers = zip(real_features[:-1], fake_features[:-1], strict=True)
        losses.append(torch.stack([F.l1_loss(f, r.detach()) for r, f in layers]).sum())
    return torch.stack(losses).mean()


def kl_divergence(mean: Tensor, logvar: Tensor, present: Tensor, free_bits: float = 0.0) -> Tensor:
    """KL of N(mean, exp(logvar)) from N(0, 1), SUMMED over the batch, the classes and the numbers of each code.

    This is how the authors sum it, so lambda 0.05 means what it does in the paper, and grows with the batch size.
    mean, logvar (B, C, K, h, w); present bool (B, C): only classes that a photo has count. With ``free_bits`` the mean
    over the photos of each (class, number) counts only above that many nats (Kingma et al., 2016).
    """
    kl = -0.5 * (1 + logvar - mean.square() - logvar.exp())
    kl = kl * present[:, :, None, None, None].to(kl.dtype)
    if free_bits <= 0:
        return kl.sum()
    photos = present.sum(0).clamp(min=1).to(kl.dtype)[:, None, None, None]
    per_photo = kl.sum(0) / photos
    occurs = present.any(0).to(kl.dtype)[:, None, None, None]
    return ((per_photo.clamp(min=free_bits)) * photos * occurs).sum()


def low_resolution_l1(fake: Tensor, real: Tensor, size: int = 8) -> Tensor:
    """L1 between pictures (B, 3, H, W) averaged over ``size`` x ``size`` pixels."""
    return F.l1_loss(F.avg_pool2d(fake, size), F.avg_pool2d(real, size))


def class_colours(pictures: Tensor, labels: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """Mean colour of every class, (B, C, 3), and its share of the pixels, (B, C).

    pictures (B, 3, H, W), labels int64 (B, H, W); the colour of a class that is not there is 0.
    """
    pixels = pictures.flatten(2)
    sums, counts = _class_sums(pixels, torch.ones_like(pixels[:, 0]), labels, classes)
    return sums / counts.clamp(min=1)[..., None], counts / pixels.shape[2]


def _class_sums(values: Tensor, weights: Tensor, labels: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """Sums over the pixels of each class of values (B, K, N) and weights (B, N): (B, C, K) and (B, C)."""
    index = labels.flatten(1)[:, None]
    sums = values.new_zeros(len(values), values.shape[1], classes)
    sums = sums.scatter_add(2, index.expand(-1, values.shape[1], -1), values)
    counts = weights.new_zeros(len(weights), 1, classes).scatter_add(2, index, weights[:, None])
    return sums.transpose(1, 2), counts[:, 0]


def colour_distance(first: Tensor, second: Tensor) -> Tensor:
    """Squared difference of colours (..., 3) in [-1, 1]: in lightness, plus CHROMA_WEIGHT times that in chroma.

    Squared, since most cloth is nearly grey and L1 goes to the median: with it vivid colours come out halved.
    """
    difference = first - second
    lightness = difference.mean(-1)
    chroma = difference - lightness[..., None]
    return lightness.square() + CHROMA_WEIGHT * chroma.square().mean(-1)


def class_colour_loss(drawn: Tensor, labels: Tensor, wanted: Tensor, counted: Tensor) -> Tensor:
    """Mean ``colour_distance`` between what each class was drawn in and what it should be; every class weighs the same.

    drawn (B, 3, H, W), labels int64 (B, H, W), wanted (B, C, 3), counted bool (B, C): which of them to compare. Classes
    under LEAST_SHARE of the picture are left out.
    """
    colours, shares = class_colours(drawn.float(), labels, wanted.shape[1])
    weights = (counted & (shares >= LEAST_SHARE)).to(colours.dtype)
    return (colour_distance(colours, wanted) * weights).sum() / weights.sum().clamp(min=1)


def class_texture(pictures: Tensor, labels: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """Logarithm of how strong detail is inside every class, (B, C, bands), and its pixels that were looked at, (B, C).

    pictures (B, 3, H, W) in [-1, 1], labels int64 (B, H, W). The lightness is split into bands by boxes of
    TEXTURE_BOXES pixels; a band's strength is the mean absolute value over the pixels of a class that are so far inside
    that no box reaches an outline.
    """
    rest = pictures.mean(1, keepdim=True)
    bands = []
    for size in TEXTURE_BOXES:
        smooth = _box_mean(rest, size)
        bands.append((rest - smooth).abs())
        rest = smooth
    inner = interior(labels).to(pictures.dtype).flatten(1)
    sums, counts = _class_sums(torch.cat(bands, 1).flatten(2) * inner[:, None], inner, labels, classes)
    return torch.log(sums / counts.clamp(min=1)[..., None] + FAINTEST), counts


def interior(labels: Tensor) -> Tensor:
    """1 where the square of TEXTURE_REACH pixels around a pixel has one class, else 0: (B, H, W) -> (B, 1, H, W)."""
    numbers = labels[:, None].float()
    return (_highest(numbers) == -_highest(-numbers)).float()


def _box_mean(grid: Tensor, size: int) -> Tensor:
    return F.avg_pool2d(F.pad(grid, (size // 2,) * 4, mode="replicate"), size, 1)


def _highest(grid: Tensor) -> Tensor:
    """The largest number in the square of TEXTURE_REACH pixels around each pixel, rows first, which is much faster."""
    reach = TEXTURE_REACH // 2
    rows = F.max_pool2d(grid, (TEXTURE_REACH, 1), 1, (reach, 0))
    return F.max_pool2d(rows, (1, TEXTURE_REACH), 1, (0, reach))


def class_texture_loss(drawn: Tensor, labels: Tensor, wanted: Tensor, counted: Tensor) -> Tensor:
    """Mean difference of ``class_texture`` between what was drawn and what should be; every class weighs the same.

    drawn (B, 3, H, W), labels int64 (B, H, W), wanted (B, C, bands), counted bool (B, C): which of them to compare.
    """
    strength, counts = class_texture(drawn.float(), labels, wanted.shape[1])
    weights = (counted & (counts >= LEAST_INNER)).to(strength.dtype)
    return ((strength - wanted).abs().mean(-1) * weights).sum() / weights.sum().clamp(min=1)


class PerceptualLoss(nn.Module):
    """L1 between frozen features of a classifier, each level divided by the mean size of the real picture's features.

    ``features`` maps pictures (B, 3, H, W) in [-1, 1] to a list of feature maps; ``weights`` are normalised to sum 1.
    """

    def __init__(self, features: nn.Module, weights: Sequence[float]) -> None:
        super().__init__()
        self.features = features.eval().requires_grad_(False)
        total = sum(weights)
        self.weights = [weight / total for weight in weights]

    def train(self, mode: bool = True) -> PerceptualLoss:
        """The features stay in evaluation mode whatever the trainer does."""
        return super().train(False)

    def forward(self, fake: Tensor, real: Tensor) -> Tensor:
        with torch.no_grad():
            targets = self.features(real)
        losses = []
        for weight, target, feature in zip(self.weights, targets, self.features(fake), strict=True):
            scale = target.float().abs().mean().clamp(min=1e-6)
            losses.append(weight * F.l1_loss(feature.float(), target.float()) / scale)
        return torch.stack(losses).sum()


class Vgg19Features(nn.Module):
    """The five ReLU levels of VGG-19 that SPADE's perceptual loss compares, from a torchvision weight file.

    The file is torchvision's ``vgg19-*.pth`` (its ``features.N.weight`` entries); it is read with weights_only.
    """

    mean: Tensor
    std: Tensor
    _WIDTHS = ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,))

    def __init__(self, weights: Path) -> None:
        super().__init__()
        try:
            state = torch.load(weights, map_location="cpu", weights_only=True)
        except Exception as error:
            raise UserError(f"{weights} cannot be read as a VGG-19 weight file: {error}") from error
        convolutions: list[nn.Conv2d] = []
        inputs, index = 3, 0
        self.stages = nn.ModuleList()
        for widths in self._WIDTHS:
            stage = nn.ModuleList()
            for width in widths:
                conv = nn.Conv2d(inputs, width, 3, padding=1)
                names = (f"features.{index}.weight", f"features.{index}.bias")
                missing = [name for name in names if name not in state]
                if missing:
                    raise UserError(f"{weights} is not a torchvision VGG-19 weight file: {missing[0]} is missing.")
                conv.load_state_dict({"weight": state[names[0]], "bias": state[names[1]]})
                convolutions.append(conv)
                stage.append(conv)
                inputs, index = width, index + 2
            self.stages.append(stage)
            index += 1
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))

    def forward(self, picture: Tensor) -> list[Tensor]:
        x = ((picture + 1) / 2 - self.mean) / self.std
        features = []
        for number, stage in enumerate(self.stages):
            if number:
                x = F.max_pool2d(x, 2)
            for position, conv in enumerate(stage.children()):
                x = F.relu(conv(x))
                # The level compared is the first ReLU of each stage.
                if position == 0:
                    features.append(x)
        return features


def perceptual_loss(vgg_weights: Path | None = None) -> PerceptualLoss:
    """EfficientNet-Lite0 features by default; VGG-19 with SPADE's weights where a torchvision file is given."""
    if vgg_weights is not None:
        return PerceptualLoss(Vgg19Features(vgg_weights), (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1))
    from model.backbones import fold_batch_norms, load_imagenet_lite0

    return PerceptualLoss(fold_batch_norms(load_imagenet_lite0()), (1, 1, 1, 1, 1))
