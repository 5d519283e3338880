"""Photos of a training of details, in memory, and the crops of a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.errors import UserError
from model.groupdnet.class_encoder import present_classes
from model.groupdnet.class_frame import class_frames, in_classes
from model.training.augment import as_input
from model.training.crops import MARGIN, STRIDE, cut, draw_corners
from model.training.data import load_arrays
from model.training.detail_recipe import DetailRecipe, Scope
from model.training.grain import Grain
from model.training.losses import LEAST_INNER, class_colours, class_texture

#: Photos whose detail says how directions are spread.
GRAIN_PHOTOS = 200
#: Codes behind a map of the prior get at most so much noise, of a spread of 1 between photos. The encoder tells the
#: variance of each number alone, and as numbers of their own they are several times what they are together: with it,
#: 1,700 steps taught a network that skirts and belts have no colour to speak of.
MOST_NOISE = 0.3


@dataclass
class Photos:
    """Photos in memory and what is measured of them once.

    photos (N, 3, H, W) and maps (N, H, W) uint8; mean and spread of the codes (N, C, K); present bool (N, C); mean
    colours of the classes (N, C, 3) in [-1, 1]; the middle (row, column) of each face (N, 2); strength of detail in
    every class (N, C, bands), see ``known_textures``; and how detail is spread over directions, see ``Grain.shares``,
    in photos and their mirrored pictures alike.
    """

    photos: Tensor
    maps: Tensor
    mean: Tensor
    spread: Tensor
    present: Tensor
    colours: Tensor
    middle: Tensor
    textures: Tensor
    shares: Tensor

    def __len__(self) -> int:
        return len(self.maps)


@torch.no_grad()
def read_photos(pairs: Any, bundle: Bundle, recipe: DetailRecipe, scope: Scope) -> Photos:
    """Pairs that show the subject, in memory, encoded by the bundle. Raises UserError where there are none."""
    assert bundle.encoder is not None
    photos, maps = load_arrays(pairs, bundle.height, bundle.width)
    seen = in_classes(maps, scope.main).sum((1, 2)) >= recipe.least_pixels
    photos, maps = photos[seen], maps[seen]
    if not len(maps):
        missing = "a face" if scope.around is None else "clothes"
        raise UserError(f"None of the photos shows {missing} of {recipe.least_pixels} pixels or more.")
    counted = torch.zeros(bundle.classes, dtype=torch.bool).index_fill(0, torch.tensor(scope.main), True)
    means, spreads, colours, textures, grains = [], [], [], [], []
    grain, shares = Grain(), torch.zeros(0)
    most = MOST_NOISE if bundle.generator.prior is not None else torch.inf
    for number, (photo, labels) in enumerate(zip(photos.split(8), maps.long().split(8), strict=True)):
        pictures = as_input(photo, labels, bundle)
        mean, logvar = bundle.encoder(pictures, labels)
        colours.append(class_colours(pictures, labels, bundle.classes)[0])
        textures.append(known_textures(pictures, labels, bundle.classes))
        means.append(mean.flatten(2))
        spreads.append((0.5 * logvar.clamp(-10, 10)).exp().clamp(max=most).flatten(2))
        if recipe.lambda_grain and 8 * number < GRAIN_PHOTOS:
            grains.append(grain.shares(pictures, labels, counted))
    if grains:
        weights = torch.stack([count for _, count in grains])
        shares = (torch.stack([share for share, _ in grains]) * weights[:, None, None]).sum(0) / weights.sum().clamp(
            min=1
        )
    present = present_classes(maps.long(), bundle.classes)
    middle = class_frames(maps, scope.framed)[:, :2]
    measured = (torch.cat(means), torch.cat(spreads), present, torch.cat(colours), middle, torch.cat(textures), shares)
    return Photos(photos, maps, *measured)


def known_textures(pictures: Tensor, labels: Tensor, classes: int) -> Tensor:
    """``class_texture`` of pictures (B, 3, H, W), (B, C, bands), NaN for classes of which too little is seen."""
    strength, counts = class_texture(pictures, labels, classes)
    return strength.masked_fill((counts < LEAST_INNER)[..., None], torch.nan)


@dataclass(frozen=True)
class Crops:
    """What one step draws.

    codes (B, C, K, 1, 1), what they were before classes took others', and which classes did, bool (B, C); labels
    (B, H, W) whole, corners (B, 2) with the margin, photo crops (B, 3, s, s) and their labels (B, s, s); of the whole
    photos that the codes come from the class colours (B, C, 3) and textures (B, C, bands).
    """

    codes: Tensor
    own_codes: Tensor
    taken: Tensor
    labels: Tensor
    corners: Tensor
    photo: Tensor
    crop_labels: Tensor
    colours: Tensor
    textures: Tensor


def draw_crops(photos: Photos, bundle: Bundle, recipe: DetailRecipe, scope: Scope) -> Crops:
    """Crops around the subject, half of them with their own codes and half with some of the one before; then others."""
    total, count = recipe.crops + recipe.others, recipe.crops
    index = torch.randint(len(photos), (total,))
    photo, labels = photos.photos[index], photos.maps[index].long()
    middle = photos.middle[index].clone()
    flip = torch.rand(total) < 0.5
    photo = torch.where(flip[:, None, None, None], photo.flip(-1), photo)
    labels = torch.where(flip[:, None, None], labels.flip(-1), labels)
    height, width = labels.shape[-2:]
    size = recipe.size + 2 * MARGIN
    if scope.around is None:
        middle[:, 1] = torch.where(flip, width - 1 - middle[:, 1], middle[:, 1])
        around = middle[:count] + (torch.rand(count, 2) - 0.5) * STRIDE / 2 - size / 2
        limit = torch.tensor([height - size, width - size]) // STRIDE * STRIDE
        corners = torch.minimum(((around / STRIDE).round().long() * STRIDE).clamp(min=0), limit)
    else:
        corners = draw_corners(labels[:count], size, scope.around)
    corners = torch.cat([corners, draw_corners(labels[count:], size, scope.elsewhere)])
    noise = torch.randn_like(photos.mean[index])
    codes = torch.where(photos.present[index][..., None], photos.mean[index] + noise * photos.spread[index], noise)
    others = photos.present[index].roll(1, 0)
    taken = torch.zeros(total, bundle.classes, dtype=torch.bool)
    taken[count // 2 : count, scope.exchanged] = others[count // 2 : count, scope.exchanged]
    first = scope.first_alone(recipe)
    seen = present_classes(cut(labels[first:], corners[first:], size), bundle.classes) & others[first:]
    chance = torch.rand(seen.shape).masked_fill(~seen, -1.0)
    taken[first:] = seen & (chance == chance.amax(1, keepdim=True))
    own_codes = codes
    codes = torch.where(taken[..., None], codes.roll(1, 0), codes)
    colours = photos.colours[index]
    colours = torch.where(taken[..., None], colours.roll(1, 0), colours)
    textures = photos.textures[index]
    textures = torch.where(taken[..., None], textures.roll(1, 0), textures)
    inner = corners + MARGIN
    crop_labels = cut(labels, inner, recipe.size)
    crops = as_input(cut(photo, inner, recipe.size), crop_labels, bundle).contiguous(memory_format=torch.channels_last)
    return Crops(
        codes[..., None, None],
        own_codes[..., None, None],
        taken,
        labels,
        corners,
        crops,
        crop_labels,
        colours,
        textures,
    )
