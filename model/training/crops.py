"""Training on crops at full size: the coarse levels see the whole map, the fine ones only a crop of it.

A face is a hundredth of a picture, and a step on whole pictures spends the rest of its time on cloth and ground. Here
every picture of a batch is encoded whole, the first levels of the generator lay out the whole map, and the finer ones
draw a square of it, which is drawn from the places that matter. Every crop is drawn twice: with the photo's codes, and
with the codes of some classes replaced. Outside those classes both drawings must agree, which is what the paper's mOCD
measures (section 4.1). Batch norm is fixed to the statistics of whole pictures, since those of crops are others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.groupdnet.class_encoder import present_classes
from model.groupdnet.class_frame import class_frames
from model.groupdnet.generator import Generator
from model.groupdnet.label_pyramid import LabelPyramid
from model.training.config import TrainConfig
from model.training.losses import (
    LEAST_INNER,
    PerceptualLoss,
    class_colour_loss,
    class_colours,
    class_texture,
    class_texture_loss,
    feature_matching,
    hinge_discriminator,
    hinge_generator,
    kl_divergence,
    low_resolution_l1,
)
from model.training.networks import ImageModel
from model.training.steps import Networks, draw_augmentation

#: Pixels a coarse cell covers where crops begin; corners lie on this grid.
STRIDE = 16
#: Pixels drawn around a crop and cut off, so that losses do not see the edge, where convolutions are padded with zeros.
MARGIN = STRIDE // 2
#: Pixels of the field that crops take their texture noise from, to a side.
NOISE_FIELD = 4096

#: How often a crop is drawn around a class that the picture has, by name; all others count 1.
FOCUS = {
    "background": 0.0,
    "face": 8.0,
    "eyewear": 4.0,
    "hat": 2.0,
    "skin": 2.0,
    "shoes": 2.0,
    "scarf": 2.0,
    "bag": 1.5,
}


@dataclass(frozen=True)
class Focus:
    """What crops are drawn around: ``weights`` float (C,), how often each class; ``face``, the number of that class."""

    weights: Tensor
    face: int | None = None


def focus_of(names: list[str] | tuple[str, ...]) -> Focus:
    """The focus for classes of these names."""
    weights = torch.tensor([FOCUS.get(name, 1.0) for name in names])
    return Focus(weights, names.index("face") if "face" in names else None)


def draw_corners(labels: Tensor, size: int, focus: Focus, face_share: float = 0.0) -> Tensor:
    """Top-left corners int64 (B, 2) of squares of ``size`` pixels, on the grid of STRIDE, inside the maps (B, H, W).

    Each is drawn around a random pixel of a random class, classes by the focus as far as the map has them;
    ``face_share`` of them around the face, where the map has one.
    """
    batch, height, width = labels.shape
    seen = present_classes(labels, len(focus.weights)).float()
    present = seen * focus.weights.to(labels.device)
    if focus.face is not None and face_share > 0:
        faced = (torch.rand(batch, device=labels.device) < face_share) & (seen[:, focus.face] > 0)
        only = F.one_hot(torch.tensor(focus.face, device=labels.device), len(focus.weights)).float()
        present = torch.where(faced[:, None], only, present)
    present = torch.where(present.sum(1, keepdim=True) > 0, present, torch.ones_like(present))
    chosen = torch.multinomial(present, 1)[:, 0]
    candidates = (labels == chosen[:, None, None]).flatten(1).float()
    candidates = torch.where(candidates.sum(1, keepdim=True) > 0, candidates, torch.ones_like(candidates))
    pixel = torch.multinomial(candidates, 1)[:, 0]
    middle = torch.stack([pixel // width, pixel % width], 1).float()
    jitter = (torch.rand(batch, 2, device=labels.device) - 0.5) * size / 2
    corner = ((middle + jitter - size / 2) / STRIDE).round().long() * STRIDE
    limit = torch.tensor([height - size, width - size], device=labels.device) // STRIDE * STRIDE
    return torch.minimum(corner.clamp(min=0), limit)


def cut(grid: Tensor, corners: Tensor, size: int) -> Tensor:
    """Squares of ``size`` cells out of (B, ..., H, W), each from its own corner (B, 2): (B, ..., size, size)."""
    pieces = [
        piece[..., top : top + size, left : left + size]
        for piece, (top, left) in zip(grid, corners.tolist(), strict=True)
    ]
    return torch.stack(pieces)


def draw_cropped(generator: Generator, labels: Tensor, codes: Tensor, corners: Tensor, size: int) -> Tensor:
    """What ``generator(labels, codes)`` shows in the squares, up to the padding at their edges: (B, 3, size, size)."""
    levels = coarse_levels(generator)
    codes = generator.from_prior(codes)
    piece, part = lay_crops(generator, labels, codes, corners, size)
    return generator.draw(piece, part, codes, levels)


def lay_crops(
    generator: Generator, labels: Tensor, codes: Tensor, corners: Tensor, size: int
) -> tuple[Tensor, LabelPyramid]:
    """What the fine levels draw the squares from: the features that the coarse ones lay out there, and their labels.

    Codes as ``Generator.from_prior`` gives them.
    """
    piece = coarse_piece(generator, labels, codes, corners, size)
    # Crops of all places meet all places of the noise, the same for all pictures of a batch, so that two drawings of
    # one crop can be compared.
    row, column = (STRIDE * torch.randint(NOISE_FIELD // STRIDE, (2,))).tolist()
    # Where a crop's pixels lie in a face is told by the whole face.
    frames = class_frames(labels, generator.config.framed_classes)
    frames[:, :2] -= corners
    return piece, generator.pyramid(cut(labels, corners, size), origin=(row, column), frames=frames)


def coarse_piece(generator: Generator, labels: Tensor, codes: Tensor, corners: Tensor, size: int) -> Tensor:
    """What the coarse levels lay out in the squares, (B, F, size / STRIDE, size / STRIDE); see ``lay_crops``."""
    features = generator.lay_features(generator.pyramid(labels), codes, coarse_levels(generator))
    assert labels.shape[-2] // features.shape[-2] == STRIDE
    return cut(features, corners // STRIDE, size // STRIDE)


def inner(pictures: Tensor) -> Tensor:
    """Crops (B, 3, S, S) without their margins."""
    return pictures[..., MARGIN:-MARGIN, MARGIN:-MARGIN]


def sound_pixels(corners: Tensor, size: int, height: int, width: int) -> Tensor:
    """Which pixels of squares at ``corners`` (B, 2) are drawn much as in the whole picture: bool (B, size, size).

    All but the margins, and of those the ones at the picture's own borders, where both are padded alike.
    """
    places = torch.arange(size, device=corners.device)
    sides = []
    for first, length in zip(corners.T, (height, width), strict=True):
        begins = (places >= MARGIN) | (first == 0)[:, None]
        sides.append(begins & ((places < size - MARGIN) | (first + size == length)[:, None]))
    return sides[0][:, :, None] & sides[1][:, None]


def coarse_levels(generator: Generator) -> int:
    """The levels up to the grid of STRIDE, which see the whole map."""
    return len(generator.blocks) - generator_levels_in(STRIDE)


def generator_levels_in(stride: int) -> int:
    """Levels, each doubling the size, between a grid of ``stride`` pixels a cell and the picture."""
    return stride.bit_length() - 1


def fix_batch_norm(model: nn.Module) -> None:
    """Normalise with the running statistics from now on, in training as well."""
    for part in model.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.eval()


@dataclass(frozen=True)
class Drawing:
    """Crops of a batch of B: ``own`` with the photo's codes and ``other`` with some replaced, (B, 3, s, s) each.

    ``changed`` bool (B, C): the classes whose codes were replaced; ``taken`` bool (B, C): those whose new code is
    that of the photo before, which has the class; the rest as ``ImageModel.forward`` gives it.
    """

    own: Tensor
    other: Tensor
    changed: Tensor
    taken: Tensor
    mean: Tensor
    logvar: Tensor
    present: Tensor


class CropModel(ImageModel):
    """An ``ImageModel`` that also draws crops."""

    def draw_crops(self, photo: Tensor, labels: Tensor, corners: Tensor, size: int) -> Drawing:
        """Encode whole pictures and draw the squares at ``corners`` twice (see ``Drawing``)."""
        drawn, mean, logvar, present = self.draw_codes(photo, labels)
        changed = choose_changed(cut(labels, corners, size), self.encoder.config.classes)
        # Half of the replacements are N(0, 1), half those of the photo before; where that lacks the class, noise too.
        noise = torch.rand(len(drawn), 1, 1, 1, 1, device=drawn.device) < 0.5
        replacement = torch.where(noise, torch.randn_like(drawn), drawn.detach().roll(1, 0))
        swapped = torch.where(changed[:, :, None, None, None], replacement, drawn.detach())
        pictures = draw_cropped(
            self.generator,
            torch.cat([labels, labels]),
            torch.cat([drawn, swapped]),
            torch.cat([corners, corners]),
            size,
        )
        own, other = inner(pictures).float().chunk(2)
        taken = changed & ~noise[:, :, 0, 0, 0] & present.roll(1, 0)
        return Drawing(own, other, changed, taken, mean, logvar, present)


def choose_changed(labels: Tensor, classes: int) -> Tensor:
    """Which classes of each crop (B, h, w) get another code: all, one of those in sight, or each by a coin; (B, C)."""
    batch, device = labels.shape[0], labels.device
    seen = present_classes(labels, classes)
    one = F.one_hot(torch.multinomial(seen.float(), 1)[:, 0], classes).bool()
    some = torch.rand(batch, classes, device=device) < 0.5
    kind = torch.rand(batch, 1, device=device)
    return torch.where(kind < 0.35, True, torch.where(kind < 0.75, one, some))


def crop_step(
    networks: Networks, fabric: Any, config: TrainConfig, step: int, photo: Tensor, labels: Tensor, focus: Focus
) -> dict[str, Tensor]:
    """One step of both players on crops. Returns the loss terms as tensors that nothing has waited for."""
    size = config.crop_size + 2 * MARGIN
    corners = draw_corners(labels, size, focus, config.face_share)
    drawing: Drawing = networks.model.draw_crops(photo, labels, corners, size)  # type: ignore[operator]
    places = corners + MARGIN
    target, crop_labels = cut(photo, places, config.crop_size), cut(labels, places, config.crop_size)
    target = target.contiguous(memory_format=torch.channels_last)
    semantics = F.one_hot(crop_labels, config.generator.classes).permute(0, 3, 1, 2).to(photo.dtype)
    terms: dict[str, Tensor] = {}

    # The photo and its own drawing share one augmentation, so that their features can be compared.
    draw, draw_other = draw_augmentation(target, config), draw_augmentation(target, config)
    pair, pair_other = draw.semantics(semantics), draw_other.semantics(semantics)
    real = draw.picture(target)
    count = len(target)
    pictures = torch.cat([draw.picture(drawing.own), draw_other.picture(drawing.other)])
    adversarial = step >= config.adversarial_start
    if adversarial:
        with torch.no_grad(), fabric.autocast():
            real_levels = judged_levels(networks.perceptual, real, config.classifier_scale)
        with fabric.autocast():
            fake_levels = judged_levels(networks.perceptual, pictures, config.classifier_scale)
        patch_scores = networks.discriminator(torch.cat([pair, pair]), torch.cat([real, pictures[:count].detach()]))
        level_scores = networks.discriminator.judge_features(  # type: ignore[operator]
            [torch.cat([r, f.detach()]) for r, f in zip(real_levels, fake_levels, strict=True)],
            torch.cat([pair, pair, pair_other]),
        )
        loss_d = hinge_discriminator(*_split(patch_scores, count)) + config.lambda_critic * hinge_discriminator(
            *_split([[scores] for scores in level_scores], count)
        )
        networks.optimizer_d.zero_grad(set_to_none=True)
        fabric.backward(loss_d)
        networks.optimizer_d.step()
        terms["discriminator"] = loss_d.detach()

    warmup = min(1.0, (step + 1) / config.kl_warmup) if config.kl_warmup else 1.0
    kl = kl_divergence(drawing.mean, drawing.logvar, drawing.present, config.free_bits)
    scale = config.classifier_scale
    perceptual = networks.perceptual(enlarged(drawing.own, scale), enlarged(target, scale))
    colour = low_resolution_l1(drawing.own, target)
    outside = difference_outside(drawing, crop_labels)
    loss_g = config.lambda_perceptual * perceptual + warmup * config.lambda_kl * kl
    loss_g = loss_g + config.lambda_colour * colour + config.lambda_outside * outside
    if config.lambda_class_colour:
        hue = difference_in_colour(drawing, crop_labels, target, photo, labels)
        loss_g = loss_g + config.lambda_class_colour * hue
        terms["class_colour"] = hue.detach()
    if config.lambda_class_texture:
        texture = difference_in_texture(drawing, crop_labels, target, photo, labels)
        loss_g = loss_g + config.lambda_class_texture * texture
        terms["class_texture"] = texture.detach()
    terms |= {
        "perceptual": perceptual.detach(),
        "kl": kl.detach() / count,
        "colour": colour.detach(),
        "outside": outside.detach(),
    }
    if adversarial:
        judges = networks.bare_discriminator
        judges.requires_grad_(False)
        with torch.no_grad(), fabric.autocast():
            real_features = judges(pair, real)
        with fabric.autocast():
            fake_features = judges(pair, pictures[:count])
            fake_scores = judges.judge_features(fake_levels, torch.cat([pair, pair_other]))  # type: ignore[operator]
        judges.requires_grad_(True)
        gan = hinge_generator(fake_features)
        critic = hinge_generator([[scores] for scores in fake_scores])
        matching = feature_matching(real_features, fake_features)
        loss_g = loss_g + gan + config.lambda_critic * critic + config.lambda_feature * matching
        terms |= {"gan": gan.detach(), "critic": critic.detach(), "feature": matching.detach()}
    networks.optimizer_g.zero_grad(set_to_none=True)
    fabric.backward(loss_g)
    networks.optimizer_g.step()
    return terms


def difference_outside(drawing: Drawing, labels: Tensor) -> Tensor:
    """Mean absolute difference of the two drawings where the class's code is the same; labels int64 (B, s, s).

    The drawing with the photo's own codes is held to the photo by the other losses, so it does not move.
    """
    same = ~torch.gather(drawing.changed, 1, labels.flatten(1)).view_as(labels)[:, None]
    difference = (drawing.other - drawing.own.detach()).abs() * same
    return difference.sum() / (3 * same.sum()).clamp(min=1)


def difference_in_colour(
    drawing: Drawing, crop_labels: Tensor, target: Tensor, photo: Tensor, labels: Tensor
) -> Tensor:
    """How far each class is from the colour that its code comes from, in both drawings (see ``class_colour_loss``).

    In the first that is its colour in the same crop of the photo; in the second, for codes of other photos, its colour
    in the whole of that photo.
    """
    classes = drawing.present.shape[1]
    own, _ = class_colours(target.float(), crop_labels, classes)
    others, _ = class_colours(photo.float(), labels, classes)
    return _in_both(class_colour_loss, drawing, crop_labels, own, others, drawing.taken)


def difference_in_texture(
    drawing: Drawing, crop_labels: Tensor, target: Tensor, photo: Tensor, labels: Tensor
) -> Tensor:
    """How far the strength of detail in each class is from that where its code comes from, in both drawings.

    As in ``difference_in_colour``; see ``class_texture``.
    """
    classes = drawing.present.shape[1]
    own, _ = class_texture(target.float(), crop_labels, classes)
    others, inner = class_texture(photo.float(), labels, classes)
    measured = drawing.taken & (inner >= LEAST_INNER).roll(1, 0)
    return _in_both(class_texture_loss, drawing, crop_labels, own, others, measured)


def _in_both(
    loss: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor],
    drawing: Drawing,
    labels: Tensor,
    own: Tensor,
    others: Tensor,
    taken: Tensor,
) -> Tensor:
    """``loss`` of the first drawing against ``own`` and, at half the weight, of the second against what the photo
    before had (``others`` are of the photos in their own order), for the classes ``taken`` from it."""
    return loss(drawing.own, labels, own, drawing.present) + 0.5 * loss(drawing.other, labels, others.roll(1, 0), taken)


def enlarged(pictures: Tensor, scale: int) -> Tensor:
    """Pictures as large as the classifier should see them, ``scale`` times."""
    if scale == 1:
        return pictures
    return F.interpolate(pictures, scale_factor=scale, mode="bilinear", align_corners=False)


def judged_levels(perceptual: PerceptualLoss, pictures: Tensor, scale: int) -> list[Tensor]:
    """The classifier's features of enlarged pictures, without those levels that this brought down to single pixels."""
    levels: list[Tensor] = perceptual.features(enlarged(pictures, scale))
    return levels[scale.bit_length() - 1 :]


def _split(outputs: Sequence[list[Tensor]], count: int) -> tuple[list[list[Tensor]], list[list[Tensor]]]:
    """Scores of the first ``count`` pictures (the photos) and of the others, in the form of the hinge loss."""
    return [[scores[-1][:count]] for scores in outputs], [[scores[-1][count:]] for scores in outputs]
