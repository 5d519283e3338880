"""Numbers of a code that do what named sliders are called after, learned beside a finished network (decision 0019).

Codes get one more number for each named quantity, which is 0 for every photo. Only what the style modulation adds for
these numbers is learned, so with zeros the network draws what it drew before, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.boxes import Box, bounding_box
from model.checkpoints.bundle import Bundle
from model.errors import UserError
from model.groupdnet.class_encoder import ClassEncoder
from model.groupdnet.class_frame import class_frames
from model.groupdnet.config import EncoderConfig
from model.groupdnet.generator import Generator
from model.groupdnet.modulation import ConditionalGroupNorm
from model.styles.measure import GREY, MIN_PIXELS, QUANTITIES, VISIBLE
from model.styles.sampling import sample_codes
from model.training.crops import MARGIN, STRIDE, coarse_levels
from model.training.quantities import ClassQuantities, to_lab

COUNT = len(QUANTITIES)
#: A control stands at this many deviations of the prior where it does all that it was taught.
REACH = 4.0
#: Log-variance of the posterior of a number that is 0 for every photo.
_CERTAIN = -8.0
_LIGHTNESS, _WARMTH, _CHROMA, _CONTRAST, _SCALE = range(COUNT)
_SEEN = torch.tensor([VISIBLE[name] for name in QUANTITIES])


def with_controls(bundle: Bundle) -> Bundle:
    """The same bundle with codes of `COUNT` more numbers that do nothing yet, 0 for every photo.

    Raises UserError where codes enter at the base, too, or have controls already.
    """
    old = bundle.generator.config
    if old.base_codes:
        raise UserError(f"{bundle.path or bundle.name} has codes at its base, so it can have no controls.")
    if old.controls:
        raise UserError(f"{bundle.path or bundle.name} has controls already.")
    made = Generator(
        replace(old, code_channels=old.code_channels + COUNT, controls=COUNT, prior_map=True, spectral_norm=False)
    )
    wanted = made.state_dict()
    state = {name: _widened(name, values, wanted[name]) for name, values in bundle.generator.state_dict().items()}
    made.load_state_dict(state, strict=False)
    assert made.prior is not None
    if bundle.generator.prior is None:
        made.prior.factor.diagonal(dim1=1, dim2=2)[:, : old.code_channels] = 1
    made.prior.factor.diagonal(dim1=1, dim2=2)[:, old.code_channels :] = 1 / REACH

    def grown(values: Tensor | None, *sides: int) -> Tensor | None:
        for side in sides:
            values = None if values is None else F.pad(values, (0, 0) * (values.dim() - 1 - side) + (0, COUNT))
        return values

    return replace(
        bundle,
        generator=made.eval().requires_grad_(False),
        encoder=None if bundle.encoder is None else _encoder_with(bundle.encoder),
        code_mean=F.pad(bundle.code_mean, (0, 0, 0, 0, 0, COUNT)),
        code_std=F.pad(bundle.code_std, (0, 0, 0, 0, 0, COUNT), value=1.0),
        code_factor=grown(bundle.code_factor, 1, 2),
        code_bank=grown(bundle.code_bank, 2),
    )


def _widened(name: str, values: Tensor, wanted: Tensor) -> Tensor:
    """Weights of a generator, with zeros for the new numbers of every class's code."""
    if values.shape == wanted.shape:
        return values
    made = torch.zeros_like(wanted)
    made[tuple(slice(0, side) for side in values.shape)] = values
    return made


def _encoder_with(encoder: ClassEncoder) -> ClassEncoder:
    config: EncoderConfig = replace(
        encoder.config, code_channels=encoder.config.code_channels + COUNT, spectral_norm=False
    )
    made = ClassEncoder(config)
    wanted = made.state_dict()
    classes, numbers = config.classes, encoder.config.code_channels
    for name, values in encoder.state_dict().items():
        if values.shape != wanted[name].shape:
            rows = torch.zeros_like(wanted[name]).view(classes, config.code_channels, -1)
            if name == "logvar.bias":
                rows.fill_(_CERTAIN)
            rows[:, :numbers] = values.reshape(classes, numbers, -1)
            values = rows
        wanted[name].copy_(values.view_as(wanted[name]))
    made.load_state_dict(wanted)
    return made.eval().requires_grad_(False)


@dataclass(frozen=True)
class _Scene:
    """One map with one style a class, cut to the people: what is drawn again with controls moved.

    ``features`` (1, F, h, w) that enter the fine levels; ``labels`` (1, H, W); ``codes`` behind the map of the prior.
    """

    features: Tensor
    labels: Tensor
    codes: Tensor
    frames: Tensor
    origin: tuple[int, int]
    rulers: ClassQuantities


class ControlTrainer:
    """Teaches the last numbers of a bundle of `with_controls` what they are called after."""

    def __init__(self, bundle: Bundle, maps: Tensor, seed: int = 0, learning_rate: float = 0.01) -> None:
        """``maps``: uint8 (N, H, W) label maps of the bundle's size."""
        self.bundle, self.maps = bundle, maps
        self.generator = bundle.generator.eval().requires_grad_(False)
        self.generator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.levels = coarse_levels(self.generator)
        self.random = torch.Generator().manual_seed(seed)
        self.ground = () if bundle.ground is None else (bundle.ground.label,)
        self.styles = _styles(self.generator)
        for style in self.styles:
            style.requires_grad_(True)
        self.optimizer = torch.optim.Adam(self.styles, learning_rate, betas=(0.9, 0.99))
        counts = torch.stack([torch.bincount(each.long().flatten(), minlength=bundle.classes) for each in maps])
        seen = (counts >= MIN_PIXELS).float()
        seen[:, list(self.ground)] = 0
        # As often as the rarest of its classes is seldom.
        self.weights = (seen / seen.sum(0).clamp(min=1)).amax(1)

    def step(self, variants: int = 3) -> tuple[float, float]:
        """Learn from one picture, drawn with controls moved in so many ways. Returns two losses: how far what was
        asked for is off, in steps that a person sees, and how far the pictures are, in L*a*b*."""
        scene = self._scene()
        count = len(scene.rulers.indices)
        if count == 0:
            return 0.0, 0.0
        controls = draw_controls(variants, count, self.random)
        with torch.no_grad():
            before = to_lab(self._draw(scene, torch.zeros(1, count, COUNT)))
            figures = scene.rulers.measure(before)
        wanted = wanted_figures(figures, controls)
        lab = to_lab(self._draw(scene, controls))
        off = (scene.rulers.measure(lab) - wanted) / _SEEN
        missed = F.huber_loss(off, torch.zeros_like(off), delta=2.0)
        picture = picture_loss(lab, before, figures, wanted, controls, scene.rulers.masks(*lab.shape[-2:]))
        loss = missed + 0.1 * picture
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        for style in self.styles:
            assert style.grad is not None
            style.grad[:, :-COUNT] = 0
        self.optimizer.step()
        return float(missed.detach()), float(picture.detach())

    def _scene(self) -> _Scene:
        chosen = int(torch.multinomial(self.weights, 1, generator=self.random))
        labels = self.maps[chosen].long()[None]
        if torch.rand(1, generator=self.random) < 0.5:
            labels = labels.flip(-1)
        seed = int(torch.randint(1 << 30, (1,), generator=self.random))
        with torch.no_grad():
            codes = self.generator.from_prior(sample_codes(self.bundle, seed)[None])
            features = self.generator.lay_features(self.generator.pyramid(labels), codes, self.levels)
        top, left, bottom, right = self._box(labels[0])
        frames = class_frames(labels, self.generator.config.framed_classes)
        frames[:, :2] -= torch.tensor([top, left])
        cells = (slice(top // STRIDE, bottom // STRIDE), slice(left // STRIDE, right // STRIDE))
        part = labels[:, top:bottom, left:right].contiguous()
        rulers = ClassQuantities(part[0], MIN_PIXELS, self.ground)
        return _Scene(features[(..., *cells)], part, codes, frames, (top, left), rulers)

    def _box(self, labels: Tensor) -> Box:
        """The part of a map with anything but ground and a margin around it, on the grid of the coarse levels."""
        height, width = labels.shape
        box = bounding_box(~np.isin(labels.numpy(), self.ground)) or (0, 0, height, width)
        top, left = (max(side - MARGIN, 0) // STRIDE * STRIDE for side in box[:2])
        bottom, right = (
            -(-min(side + MARGIN, length) // STRIDE) * STRIDE
            for side, length in zip(box[2:], (height, width), strict=True)
        )
        return top, left, bottom, right

    def _draw(self, scene: _Scene, controls: Tensor) -> Tensor:
        """The scene with the controls (V, N, COUNT) of its classes moved: (V, 3, H, W)."""
        count = len(controls)
        moved = torch.zeros(count, self.bundle.classes, COUNT)
        moved[:, scene.rulers.indices] = controls
        codes = scene.codes.repeat(count, 1, 1, 1, 1)
        codes[:, :, -COUNT:, 0, 0] = moved
        pyramid = self.generator.pyramid(
            scene.labels.expand(count, -1, -1), origin=scene.origin, frames=scene.frames.expand(count, -1)
        )
        return self.generator.draw(scene.features.expand(count, -1, -1, -1), pyramid, codes, self.levels)


def draw_controls(variants: int, count: int, random: torch.Generator) -> Tensor:
    """Where controls stand, -1 to 1: (variants, count, COUNT). Mostly one a class, at times all at once."""
    drawn = 2 * torch.rand(variants, count, COUNT, generator=random) - 1
    one = F.one_hot(torch.randint(COUNT, (variants, count), generator=random), COUNT)
    ends = torch.rand(variants, count, 1, generator=random) < 0.4
    alone = one * torch.where(ends, drawn.sign(), drawn)
    return torch.where(torch.rand(variants, count, 1, generator=random) < 0.75, alone, 0.6 * drawn)


def wanted_figures(figures: Tensor, controls: Tensor) -> Tensor:
    """What the quantities should be, (V, N, COUNT), of what they are, (1, N, COUNT), and the controls.

    As far as there are such colours: a class that is hardly coloured can be neither warm nor cool.
    """
    now = figures.expand_as(controls)
    lightness = _towards(now[..., _LIGHTNESS], 20 * controls[..., _LIGHTNESS], 12.0, 92.0)
    ratio = now[..., _WARMTH].abs() / 95
    least = (GREY * ratio / (1 - ratio).clamp(min=0.05)).clamp(max=now[..., _CHROMA])
    chroma = (now[..., _CHROMA] + 5) * 1.8 ** controls[..., _CHROMA] - 5
    chroma = torch.maximum(chroma, least).clamp(max=75.0).maximum(now[..., _CHROMA].clamp(max=0.5))
    limit = 97 * chroma / (chroma + GREY)
    warmth = now[..., _WARMTH] + 30 * controls[..., _WARMTH]
    warmth = torch.where(controls[..., _WARMTH] == 0, now[..., _WARMTH], warmth).clamp(-limit, limit)
    contrast = (now[..., _CONTRAST] + 0.8) * 1.7 ** controls[..., _CONTRAST] - 0.8
    scale = _towards(now[..., _SCALE], 0.3 * controls[..., _SCALE], 0.3, 2.7)
    return torch.stack([lightness, warmth, chroma, contrast.clamp(min=0.5), scale], -1)


def _towards(now: Tensor, change: Tensor, low: float, high: float) -> Tensor:
    """``now + change``, but not past the ends of a range, unless it is there already."""
    return torch.where(
        change > 0, (now + change).clamp(max=high).maximum(now), (now + change).clamp(min=low).minimum(now)
    )


def picture_loss(
    lab: Tensor, before: Tensor, figures: Tensor, wanted: Tensor, controls: Tensor, masks: Tensor
) -> Tensor:
    """Mean absolute difference in L*a*b* from the drawing of before with its colours moved to what is wanted.

    Where pattern scale is moved only the drawings' parts of 8 x 8 pixels are compared.

    Args:
        lab: (V, 3, H, W) as drawn now; before: (1, 3, H, W); figures, wanted, controls: (V or 1, N, COUNT).
        masks: float (N, H, W).
    """
    area = masks.sum((1, 2)).clamp(min=1)
    middle = torch.einsum("nhw,chw->nc", masks, before[0]) / area[:, None]
    gain = wanted[..., _CONTRAST] / figures[..., _CONTRAST].clamp(min=0.5)
    richer = wanted[..., _CHROMA] / figures[..., _CHROMA].clamp(min=0.5)
    from_angle = torch.atan2(middle[:, 2], middle[:, 1])
    sine = (wanted[..., _WARMTH] / 100 * (wanted[..., _CHROMA] + GREY) / wanted[..., _CHROMA].clamp(min=0.5)).clamp(
        -1, 1
    )
    cosine = (1 - sine.square()).sqrt() * torch.where(middle[:, 1] >= 0, 1.0, -1.0)
    turn = torch.where(controls[..., _WARMTH] == 0, torch.zeros_like(sine), torch.atan2(sine, cosine) - from_angle)

    def spread(values: Tensor) -> Tensor:
        return torch.einsum("vn,nhw->vhw", values, masks)

    lightness, a, b = before.unbind(1)
    own = torch.einsum("n,nhw->hw", middle[:, 0], masks)
    wanted_l = spread(wanted[..., _LIGHTNESS]) + spread(gain) * (lightness - own)
    cos, sin = spread(richer * turn.cos()), spread(richer * turn.sin())
    target = torch.stack([wanted_l, cos * a - sin * b, sin * a + cos * b], 1)
    inside = masks.sum(0)
    coarse = torch.einsum("vn,nhw->vhw", (controls[..., _SCALE] != 0).float(), masks)
    difference = (lab - target) * inside
    fine = (difference.abs().mean(1) * (1 - coarse)).sum()
    pooled = F.avg_pool2d(difference * coarse[:, None], 8, ceil_mode=True) * 64
    return (fine + pooled.abs().mean(1).sum()) / (inside.sum() * len(lab)).clamp(min=1)


def _styles(generator: Generator) -> list[nn.Parameter]:
    found = [part.style for part in generator.modules() if isinstance(part, ConditionalGroupNorm)]
    return [style for style in found if style is not None]


def train_controls(
    bundle: Bundle,
    maps: Tensor,
    steps: int = 1500,
    seed: int = 0,
    tell: Callable[[int, float, float], None] | None = None,
) -> Bundle:
    """The bundle with controls that were taught ``steps`` pictures; see the head of this file."""
    made = with_controls(bundle)
    trainer = ControlTrainer(made, maps, seed)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(trainer.optimizer, steps)
    for step in range(steps):
        losses = trainer.step()
        schedule.step()
        if tell is not None:
            tell(step + 1, *losses)
    made.generator.requires_grad_(False)
    return made
