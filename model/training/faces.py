"""A training of faces alone, for a bundle whose faces are worse than the rest of its pictures.

A face is a hundredth of a picture and gets a hundredth of what training on whole pictures teaches. Here the encoder and
the coarse levels stay as they are, so codes, styles and named sliders keep their meaning; the fine levels draw small
crops around faces, eight times as many a second as training on crops does. Discriminators judge the cells that lie on
a face, and nothing else. Everything that is no face is held to what the bundle drew before.

A network that was not told places before (see class_frame) first learns to use them by regression alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.errors import UserError
from model.groupdnet.class_encoder import present_classes
from model.groupdnet.class_frame import class_frames, in_classes
from model.groupdnet.config import DiscriminatorConfig
from model.groupdnet.generator import Generator
from model.groupdnet.presets import FRAMED_LEVELS
from model.training.augment import PairAugment, studio
from model.training.critic import CropDiscriminator, feature_channels
from model.training.crops import (
    MARGIN,
    STRIDE,
    Focus,
    coarse_levels,
    cut,
    draw_corners,
    enlarged,
    focus_of,
    judged_levels,
    lay_crops,
)
from model.training.data import load_arrays
from model.training.losses import PerceptualLoss, class_colour_loss, class_colours, low_resolution_l1
from model.training.networks import Ema, initialise

#: Classes of the street-fashion set that make a head; their codes are exchanged together.
HEAD = ("hair", "face", "skin", "hat", "eyewear")
FACE = ("face", "eyewear")


@dataclass(frozen=True)
class FaceRecipe:
    """Sizes, rates and weights of the losses."""

    #: Pixels of a crop to a side, crops around faces in a step, and crops of other places, which are only held.
    size: int = 48
    faces: int = 12
    others: int = 4
    #: Fewest pixels of a face that is learned from.
    least_pixels: int = 150
    #: Steps in which places alone are learned, by regression.
    warm_up: int = 200
    rate_generator: float = 2e-4
    rate_places: float = 1e-3
    rate_warm_up: float = 1e-2
    rate_discriminator: float = 6e-4
    ema_decay: float = 0.995
    #: Crops are enlarged so many times for the classifier.
    scale: int = 2
    lambda_patch: float = 1.0
    lambda_critic: float = 2.0
    lambda_perceptual: float = 3.0
    lambda_colour: float = 20.0
    lambda_class_colour: float = 50.0
    lambda_hold: float = 30.0
    augment_colour: float = 0.3
    augment_translation: float = 0.125


def framed_generator(generator: Generator, framed: tuple[int, ...]) -> Generator:
    """The same network, folded, told where pixels lie in the classes ``framed``; what that does is still to learn."""
    config = generator.config
    blocks = tuple(replace(b, framed=b.framed or i in FRAMED_LEVELS) for i, b in enumerate(config.blocks))
    made = Generator(replace(config, blocks=blocks, framed_classes=framed, spectral_norm=False))
    made.load_state_dict(generator.state_dict(), strict=False)
    return made.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]


@dataclass
class Faces:
    """Photos in memory and what is measured of them once: photos (N, 3, H, W) and maps (N, H, W) uint8, mean and spread
    of the codes (N, C, K), present bool (N, C), mean colours of the classes (N, C, 3) in [-1, 1], and the middle (row,
    column) of each face (N, 2)."""

    photos: Tensor
    maps: Tensor
    mean: Tensor
    spread: Tensor
    present: Tensor
    colours: Tensor
    middle: Tensor

    def __len__(self) -> int:
        return len(self.maps)


@torch.no_grad()
def read_faces(pairs: Any, bundle: Bundle, recipe: FaceRecipe, face: int, framed: tuple[int, ...]) -> Faces:
    """Pairs with a face, in memory, encoded by the bundle. Raises UserError where there are none."""
    assert bundle.encoder is not None
    photos, maps = load_arrays(pairs, bundle.height, bundle.width)
    seen = (maps == face).sum((1, 2)) >= recipe.least_pixels
    photos, maps = photos[seen], maps[seen]
    if not len(maps):
        raise UserError(f"None of the photos shows a face of {recipe.least_pixels} pixels or more.")
    means, spreads, colours = [], [], []
    for photo, labels in zip(photos.split(8), maps.long().split(8), strict=True):
        pictures = _as_input(photo, labels, bundle)
        mean, logvar = bundle.encoder(pictures, labels)
        colours.append(class_colours(pictures, labels, bundle.classes)[0])
        means.append(mean.flatten(2))
        spreads.append((0.5 * logvar.clamp(-10, 10)).exp().flatten(2))
    present = present_classes(maps.long(), bundle.classes)
    middle = class_frames(maps, framed)[:, :2]
    return Faces(photos, maps, torch.cat(means), torch.cat(spreads), present, torch.cat(colours), middle)


def _as_input(photo: Tensor, labels: Tensor, bundle: Bundle) -> Tensor:
    """uint8 photos as the networks see them, on the bundle's ground."""
    pictures = photo.float() / 127.5 - 1
    return pictures if bundle.background is None else studio(pictures, labels, bundle.background[0])


@dataclass(frozen=True)
class Crops:
    """What one step draws: codes (B, C, K, 1, 1), labels (B, H, W) whole, corners (B, 2) with the margin, photo crops
    (B, 3, s, s) and their labels (B, s, s), and the whole photos' class colours that the codes come from (B, C, 3)."""

    codes: Tensor
    labels: Tensor
    corners: Tensor
    photo: Tensor
    crop_labels: Tensor
    colours: Tensor


def draw_crops(faces: Faces, bundle: Bundle, recipe: FaceRecipe, focus: Focus, head: list[int]) -> Crops:
    """Crops around faces, half of them with their own codes and half with the head of the one before; then others."""
    total, count = recipe.faces + recipe.others, recipe.faces
    index = torch.randint(len(faces), (total,))
    photo, labels = faces.photos[index], faces.maps[index].long()
    middle = faces.middle[index].clone()
    flip = torch.rand(total) < 0.5
    photo = torch.where(flip[:, None, None, None], photo.flip(-1), photo)
    labels = torch.where(flip[:, None, None], labels.flip(-1), labels)
    height, width = labels.shape[-2:]
    middle[:, 1] = torch.where(flip, width - 1 - middle[:, 1], middle[:, 1])
    size = recipe.size + 2 * MARGIN
    around = middle[:count] + (torch.rand(count, 2) - 0.5) * STRIDE / 2 - size / 2
    limit = torch.tensor([height - size, width - size]) // STRIDE * STRIDE
    corners = torch.minimum(((around / STRIDE).round().long() * STRIDE).clamp(min=0), limit)
    corners = torch.cat([corners, draw_corners(labels[count:], size, focus)])
    noise = torch.randn_like(faces.mean[index])
    codes = torch.where(faces.present[index][..., None], faces.mean[index] + noise * faces.spread[index], noise)
    # The others change their heads too: nothing outside faces may depend on what this training learns.
    half = torch.arange(total) >= count // 2
    taken = torch.zeros(total, bundle.classes, dtype=torch.bool)
    taken[:, head] = half[:, None] & faces.present[index].roll(1, 0)[:, head]
    codes = torch.where(taken[..., None], codes.roll(1, 0), codes)
    colours = faces.colours[index]
    colours = torch.where(taken[..., None], colours.roll(1, 0), colours)
    inner = corners + MARGIN
    crop_labels = cut(labels, inner, recipe.size)
    crops = _as_input(cut(photo, inner, recipe.size), crop_labels, bundle).contiguous(memory_format=torch.channels_last)
    return Crops(codes[..., None, None], labels, corners, crops, crop_labels, colours)


class FaceTrainer:
    """The networks of a run and one step of it."""

    def __init__(self, bundle: Bundle, recipe: FaceRecipe, perceptual: PerceptualLoss) -> None:
        names = list(bundle.label_set.names)
        if bundle.encoder is None or "face" not in names:
            raise UserError(f"{bundle.path or bundle.name} has no encoder or no class named face.")
        self.bundle, self.recipe, self.perceptual = bundle, recipe, perceptual
        self.face = names.index("face")
        self.framed = tuple(names.index(name) for name in FACE if name in names)
        self.head = [names.index(name) for name in HEAD if name in names]
        self.focus = focus_of(names)
        self.before = bundle.generator.eval()
        self.generator = framed_generator(bundle.generator, self.framed)
        self.levels = coarse_levels(self.generator)
        if self.levels < 1 or bundle.generator.config.blocks[0].upsample or bundle.height % STRIDE:
            raise UserError(f"{bundle.path or bundle.name} has too few levels for training on crops.")
        channels = feature_channels(perceptual.features)
        judge = DiscriminatorConfig(self.generator.config.semantic_channels, width=32, max_width=256, scales=1)
        self.judges = CropDiscriminator(judge, channels).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        initialise(self.judges)
        self.before.requires_grad_(False)
        self.generator.requires_grad_(False)
        places: list[Tensor] = []
        others: list[Tensor] = []
        for name, values in self.generator.named_parameters():
            if self._learns(name):
                values.requires_grad_(True)
                (places if name.endswith(".place") else others).append(values)
        groups: list[dict[str, Any]] = [{"params": others}, {"params": places}]
        self.optimizer_g = torch.optim.Adam(groups, recipe.rate_generator, (0.0, 0.9))
        self.optimizer_d = torch.optim.Adam(self.judges.parameters(), recipe.rate_discriminator, (0.0, 0.9))
        self._ema = Ema(self.generator, recipe.ema_decay)
        assert isinstance(self._ema.model, Generator)
        self.average = self._ema.model
        self.step_number = 0

    def _learns(self, name: str) -> bool:
        return name.startswith("to_rgb.") or (name.startswith("blocks.") and int(name.split(".")[1]) >= self.levels)

    def draw(self, crops: Crops, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
        """The crops as ``generator`` or else the learning one draws them, and as the bundle did, (B, 3, s, s) each."""
        generator = self.generator if generator is None else generator
        with torch.no_grad():
            size = self.recipe.size + 2 * MARGIN
            piece, part = lay_crops(generator, crops.labels, crops.codes, crops.corners, size)
            old = self.before.draw(piece, part, crops.codes, self.levels)
        new = generator.draw(piece, part, crops.codes, self.levels)
        return new[..., MARGIN:-MARGIN, MARGIN:-MARGIN], old[..., MARGIN:-MARGIN, MARGIN:-MARGIN]

    def step(self, faces: Faces) -> dict[str, Tensor]:
        """One step of both players; returns the loss terms."""
        recipe, count = self.recipe, self.recipe.faces
        adversarial = self.step_number >= recipe.warm_up
        self.optimizer_g.param_groups[0]["lr"] = recipe.rate_generator if adversarial else 0.0
        self.optimizer_g.param_groups[1]["lr"] = recipe.rate_places if adversarial else recipe.rate_warm_up
        crops = draw_crops(faces, self.bundle, recipe, self.focus, self.head)
        drawn, old = self.draw(crops)
        mask = in_classes(crops.crop_labels, self.framed)[:, None].float()
        hold = ((drawn - old).abs() * (1 - mask)).mean()
        own = slice(0, count // 2)
        # What is no face is the photo's own here: only the face is compared.
        joined = drawn[own] * mask[own] + crops.photo[own] * (1 - mask[own])
        perceptual = self.perceptual(enlarged(joined, recipe.scale), enlarged(crops.photo[own], recipe.scale))
        colour = low_resolution_l1(joined, crops.photo[own]) / mask[own].mean().clamp(min=1e-3)
        counted = torch.zeros(count, self.bundle.classes, dtype=torch.bool)
        counted[:, self.face] = True
        hue = class_colour_loss(drawn[:count], crops.crop_labels[:count], crops.colours[:count], counted)
        loss = recipe.lambda_hold * hold + recipe.lambda_perceptual * perceptual
        loss = loss + recipe.lambda_colour * colour + recipe.lambda_class_colour * hue
        terms = {"perceptual": perceptual, "colour": colour, "class_colour": hue, "hold": hold}
        if adversarial:
            real = crops.photo[:count]
            semantics = F.one_hot(crops.crop_labels[:count], self.bundle.classes).permute(0, 3, 1, 2).float()
            terms["discriminator"] = self._judge(semantics, real, drawn[:count].detach())
            patch, critic = self._persuade(semantics, drawn[:count])
            loss = loss + recipe.lambda_patch * patch + recipe.lambda_critic * critic
            terms |= {"patch": patch, "critic": critic}
        self.optimizer_g.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer_g.step()
        self.step_number += 1
        self._ema.update(self.generator, self.step_number)
        return {name: value.detach() for name, value in terms.items()}

    def _scores(self, semantics: Tensor, pictures: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Scores after DiffAugment and how much of a face lies under each: the patch discriminator's, each head's."""
        recipe = self.recipe
        augment = PairAugment.draw(
            len(pictures),
            recipe.size,
            recipe.size,
            pictures.device,
            recipe.augment_colour,
            recipe.augment_translation,
            0.0,
        )
        pictures, semantics = augment.picture(pictures), augment.semantics(semantics)
        face = semantics[:, list(self.framed)].sum(1, keepdim=True)
        levels = judged_levels(self.perceptual, pictures, recipe.scale)
        scores = [self.judges(semantics, pictures)[0][-1], *self.judges.judge_features(levels, semantics)]
        for score in scores:
            yield score, F.adaptive_avg_pool2d(face, (score.shape[-2], score.shape[-1]))

    def _judge(self, semantics: Tensor, real: Tensor, fake: Tensor) -> Tensor:
        losses = [
            _mean_on(F.relu(1 - r), at_r) + _mean_on(F.relu(1 + f), at_f)
            for (r, at_r), (f, at_f) in zip(self._scores(semantics, real), self._scores(semantics, fake), strict=True)
        ]
        loss = losses[0] + torch.stack(losses[1:]).mean()
        self.optimizer_d.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer_d.step()
        return loss

    def _persuade(self, semantics: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        self.judges.requires_grad_(False)
        losses = [-_mean_on(score, where) for score, where in self._scores(semantics, fake)]
        self.judges.requires_grad_(True)
        return losses[0], torch.stack(losses[1:]).mean()

    def state(self) -> dict[str, Any]:
        return {
            "step": self.step_number,
            "generator": self.generator.state_dict(),
            "average": self.average.state_dict(),
            "judges": self.judges.state_dict(),
            "optimizer_g": self.optimizer_g.state_dict(),
            "optimizer_d": self.optimizer_d.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        self.step_number = int(state["step"])
        for name in ("generator", "average", "judges", "optimizer_g", "optimizer_d"):
            getattr(self, name).load_state_dict(state[name])


def _mean_on(values: Tensor, weights: Tensor) -> Tensor:
    """Mean of scores (B, 1, h, w) by the share of face under each."""
    return (values * weights).sum() / weights.sum().clamp(min=1e-3)
