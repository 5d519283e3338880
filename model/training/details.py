"""A training of details alone: of faces, of clothes, or of leaks, where a bundle draws them worse than the rest.

A face is a hundredth of a picture and gets a hundredth of what training on whole pictures teaches. Here the encoder and
the coarse levels stay as they are, so codes, styles and named sliders keep their meaning; the fine levels draw small
crops around the subject, eight times as many a second as training on crops does. Discriminators judge the cells that
lie on the subject, and nothing else. Everything that is not the subject is held to what the bundle drew before.

Faces: a network that was not told places before (see class_frame) first learns to use them by regression alone.
Clothes: the detail inside them must run in all directions as often as in photos (see grain).
In crops of other places one class takes another code, and all others are held to what they were with its old one: the
network cannot know that, so it learns to draw every class as it is in the middle of all codes that others may have.
Leaks: nothing is judged, and all crops are such.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.errors import UserError
from model.groupdnet.class_frame import in_classes
from model.groupdnet.config import DiscriminatorConfig
from model.groupdnet.generator import Generator
from model.groupdnet.plain_ground import lay_ground
from model.groupdnet.presets import FRAMED_LEVELS
from model.training.augment import PairAugment
from model.training.critic import CropDiscriminator, feature_channels
from model.training.crops import (
    MARGIN,
    STRIDE,
    coarse_levels,
    coarse_piece,
    cut,
    enlarged,
    inner,
    judged_levels,
    lay_crops,
    sound_pixels,
)
from model.training.detail_crops import Crops, Photos, draw_crops
from model.training.detail_recipe import DetailRecipe, Subject, scope_of
from model.training.grain import EdgeLines, Grain, grid_share
from model.training.losses import PerceptualLoss, class_colour_loss, class_texture_loss, low_resolution_l1
from model.training.networks import Ema, initialise


def framed_generator(generator: Generator, framed: tuple[int, ...]) -> Generator:
    """The same network, folded, told where pixels lie in the classes ``framed``; what that does is still to learn."""
    config = generator.config
    levels = FRAMED_LEVELS if framed else ()
    blocks = tuple(replace(b, framed=b.framed or i in levels) for i, b in enumerate(config.blocks))
    made = Generator(replace(config, blocks=blocks, framed_classes=framed, spectral_norm=False))
    made.load_state_dict(generator.state_dict(), strict=False)
    return made.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]


class Drawing(NamedTuple):
    """Crops with their margins, (B, 3, S, S) each.

    ``drawn``: by the learning network. ``old``: as they should stay where the subject is not, which is as the bundle
    drew them, before one class alone took another code. Of the crops where one does, ``own``: drawn with its own,
    where that is asked for; ``outside``: where that class is not, bool (b, 1, S, S).
    """

    drawn: Tensor
    old: Tensor
    own: Tensor | None
    outside: Tensor


class DetailTrainer:
    """The networks of a run and one step of it."""

    def __init__(self, bundle: Bundle, subject: Subject, recipe: DetailRecipe, perceptual: PerceptualLoss) -> None:
        if bundle.encoder is None:
            raise UserError(f"{bundle.path or bundle.name} has no encoder.")
        self.bundle, self.recipe, self.perceptual = bundle, recipe, perceptual
        self.scope = scope_of(subject, bundle)
        self.counted = torch.zeros(bundle.classes, dtype=torch.bool)
        self.counted[list(self.scope.main)] = True
        self.grain = Grain() if recipe.lambda_grain else None
        self.edges = EdgeLines()
        self.before = bundle.generator.eval()
        self.generator = framed_generator(bundle.generator, self.scope.framed)
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

    def draw(self, crops: Crops, generator: Generator | None = None) -> Drawing:
        """The crops as ``generator`` or else the learning one draws them, and what they are compared with."""
        generator = self.generator if generator is None else generator
        with torch.no_grad():
            size = self.recipe.size + 2 * MARGIN
            codes = generator.from_prior(crops.codes)
            piece, part = lay_crops(generator, crops.labels, codes, crops.corners, size)
            old = self.before.draw(piece, part, codes, self.levels)
            first = self.scope.first_alone(self.recipe)
            labels, corners = crops.labels[first:], crops.corners[first:]
            own = generator.from_prior(crops.own_codes[first:])
            own_piece = coarse_piece(generator, labels, own, corners, size)
            alone = part.without_first(first)
            own_old = self.before.draw(own_piece, alone, own, self.levels)
            shown = cut(labels, corners, size)
            changed = torch.gather(crops.taken[first:], 1, shown.flatten(1)).view_as(shown)[:, None]
            old = torch.cat([old[:first], torch.where(changed, old[first:], own_old)])
            own_drawn = generator.draw(own_piece, alone, own, self.levels) if self.recipe.lambda_outside else None
        return Drawing(generator.draw(piece, part, codes, self.levels), old, own_drawn, ~changed)

    def _outside(self, drawing: Drawing, crops: Crops) -> Tensor:
        """L1 between the drawings of a crop with two codes of one class, where that class is not."""
        assert drawing.own is not None
        first = self.scope.first_alone(self.recipe)
        sound = sound_pixels(crops.corners[first:], drawing.own.shape[-1], *crops.labels.shape[-2:])
        outside = drawing.outside * sound[:, None]
        apart = (drawing.drawn[first:] - drawing.own).abs() * outside
        return apart.sum() / (3 * outside.sum()).clamp(min=1)

    def _differences_elsewhere(self, drawn: Tensor, old: Tensor, crops: Crops) -> tuple[Tensor, Tensor]:
        """L1 between what is drawn and what should stay, (B, 3, S, S) both, where the subject is not; and the squared
        difference of the studio ground from what it is by definition, which the bundle may miss."""
        labels = cut(crops.labels, crops.corners, drawn.shape[-1])
        sound = sound_pixels(crops.corners, drawn.shape[-1], *crops.labels.shape[-2:])
        held = sound & ~in_classes(labels, self.scope.judged)
        plain = torch.zeros_like(held)
        if self.bundle.background is not None:
            old = lay_ground(old, labels, self.bundle.ground)
            plain = held & (labels == 0)
        count = 3 * sound.sum()
        apart = drawn - old
        return (apart.abs() * held[:, None]).sum() / count, (apart.square() * plain[:, None]).sum() / count

    def step(self, photos: Photos) -> dict[str, Tensor]:
        """One step of both players; returns the loss terms."""
        recipe, count = self.recipe, self.recipe.crops
        adversarial = self.step_number >= recipe.warm_up
        self.optimizer_g.param_groups[0]["lr"] = recipe.rate_generator if adversarial else 0.0
        self.optimizer_g.param_groups[1]["lr"] = recipe.rate_places if adversarial else recipe.rate_warm_up
        crops = draw_crops(photos, self.bundle, recipe, self.scope)
        drawing = self.draw(crops)
        hold, ground = self._differences_elsewhere(drawing.drawn, drawing.old, crops)
        drawn = inner(drawing.drawn)
        loss = recipe.lambda_hold * hold + recipe.lambda_ground * ground
        terms = {"hold": hold, "ground": ground}
        if drawing.own is not None:
            terms["outside"] = self._outside(drawing, crops)
            loss = loss + recipe.lambda_outside * terms["outside"]
        if self.scope.judged:
            likeness, found = self._likeness(drawn, crops, photos)
            loss = loss + likeness
            terms |= found
        if self.scope.judged and adversarial:
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

    def _likeness(self, drawn: Tensor, crops: Crops, photos: Photos) -> tuple[Tensor, dict[str, Tensor]]:
        """How far the subject is from the photos that it should look like: the weighted sum, and its terms."""
        recipe, count = self.recipe, self.recipe.crops
        mask = in_classes(crops.crop_labels, self.scope.judged)[:, None].float()
        own = slice(0, count // 2)
        # All else is the photo's own here: only the subject is compared.
        joined = drawn[own] * mask[own] + crops.photo[own] * (1 - mask[own])
        perceptual = self.perceptual(enlarged(joined, recipe.scale), enlarged(crops.photo[own], recipe.scale))
        colour = low_resolution_l1(joined, crops.photo[own]) / mask[own].mean().clamp(min=1e-3)
        labels, counted = crops.crop_labels[:count], self.counted.expand(count, -1)
        hue = class_colour_loss(drawn[:count], labels, crops.colours[:count], counted)
        loss = recipe.lambda_perceptual * perceptual + recipe.lambda_colour * colour
        loss = loss + recipe.lambda_class_colour * hue
        terms = {"perceptual": perceptual, "colour": colour, "class_colour": hue}
        if recipe.lambda_texture:
            wanted = crops.textures[:count]
            known = counted & ~wanted[..., 0].isnan()
            terms["texture"] = class_texture_loss(drawn[:count], labels, wanted.nan_to_num(), known)
            loss = loss + recipe.lambda_texture * terms["texture"]
        if self.grain is not None:
            shares, seen = self.grain.shares(drawn[:count], labels, self.counted)
            terms["grain"] = (shares - photos.shares).square().mean() * (seen > 0)
            terms["grid"] = grid_share(drawn[:count], labels, self.counted)
            terms["edges"] = self.edges.unevenness(drawn[:count], labels, self.counted)
            loss = loss + recipe.lambda_grain * terms["grain"] + recipe.lambda_grid * terms["grid"]
            loss = loss + recipe.lambda_edges * terms["edges"]
        return loss, terms

    def _scores(self, semantics: Tensor, pictures: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Scores after DiffAugment and the subject's share under each: the patch discriminator's, then each head's."""
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
        subject = semantics[:, list(self.scope.judged)].sum(1, keepdim=True)
        levels = judged_levels(self.perceptual, pictures, recipe.scale)
        scores = [self.judges(semantics, pictures)[0][-1], *self.judges.judge_features(levels, semantics)]
        for score in scores:
            yield score, F.adaptive_avg_pool2d(subject, (score.shape[-2], score.shape[-1]))

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
            "edges": (self.edges.sums, self.edges.counts),
        }

    def load(self, state: dict[str, Any]) -> None:
        self.step_number = int(state["step"])
        for name in ("generator", "average", "judges", "optimizer_g", "optimizer_d"):
            getattr(self, name).load_state_dict(state[name])
        if "edges" in state:  # Runs from before have none.
            self.edges.sums, self.edges.counts = state["edges"]


def _mean_on(values: Tensor, weights: Tensor) -> Tensor:
    """Mean of scores (B, 1, h, w) by the share of the subject under each."""
    return (values * weights).sum() / weights.sum().clamp(min=1e-3)
