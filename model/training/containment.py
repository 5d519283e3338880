"""A bundle whose codes enter at the base, made one whose codes act nowhere but inside their class (decision 0018)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.errors import UserError
from model.groupdnet.config import BlockConfig, GeneratorConfig
from model.groupdnet.generator import Generator
from model.groupdnet.presets import INSIDE_LEVELS
from model.styles.sampling import sample_codes
from model.training.crops import coarse_levels

_LEARNING_RATE = 1e-3


def contained_config(config: GeneratorConfig, coarse: int) -> GeneratorConfig:
    """The same network with no code at the base or in the first ``coarse`` blocks, and inside classes in the next."""

    def block(number: int, before: BlockConfig) -> BlockConfig:
        style = number >= coarse and before.modulation.style
        inside = style and number < coarse + len(INSIDE_LEVELS)
        return replace(before, modulation=replace(before.modulation, style=style, inside=inside))

    blocks = tuple(block(number, before) for number, before in enumerate(config.blocks))
    return replace(config, base_codes=False, blocks=blocks)


def contain(
    bundle: Bundle,
    maps: Tensor,
    steps: int = 600,
    batch: int = 8,
    seed: int = 0,
    tell: Callable[[int, float], None] | None = None,
) -> Generator:
    """The bundle's generator, contained; its coarse levels learn what to lay out from the bundle's own, by regression.

    Codes of any styles are drawn for the bundle's, so the new ones learn the mean of what they lay out for a map.

    Args:
        maps: uint8 (N, H, W) label maps of the bundle's size.
        tell: called with the number of a step and its loss, the mean square in deviations of each feature.

    Returns the generator, in evaluation. Raises UserError where codes enter by the base alone.
    """
    old = bundle.generator.eval().requires_grad_(False)
    coarse = coarse_levels(old)
    if not any(block.modulation.style for block in old.config.blocks[coarse:]):
        raise UserError(f"{bundle.path or bundle.name} has no style modulation, so its codes must enter at the base.")
    made = Generator(contained_config(old.config, coarse))
    made.load_state_dict(old.state_dict(), strict=False)
    made.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    assert made.base is not None
    random = torch.Generator().manual_seed(seed)
    made.requires_grad_(False)
    learned = [made.base, *(values for block in made.blocks[:coarse] for values in block.parameters())]
    for values in learned:
        values.requires_grad_(True)
    with torch.no_grad():
        codes, labels = _drawn(bundle, maps, batch, random)
        made.base.copy_(old.lay_base(codes, old.base_grid(*labels.shape[-2:])).mean((0, 2, 3)))
        deviation = old.lay_features(old.pyramid(labels), codes, coarse).std((0, 2, 3), keepdim=True).clamp(min=1e-3)
    optimizer = torch.optim.Adam(learned, _LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in range(steps):
        with torch.no_grad():
            codes, labels = _drawn(bundle, maps, batch, random)
            wanted = old.lay_features(old.pyramid(labels), codes, coarse)
        found = made.lay_features(made.pyramid(labels), codes, coarse)
        loss = ((found - wanted) / deviation).square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        if tell is not None:
            tell(step + 1, float(loss.detach()))
    return made.requires_grad_(False)


def _drawn(bundle: Bundle, maps: Tensor, count: int, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """Codes (count, classes, K, 1, 1) behind the map of the prior, and labels int64 (count, H, W), half mirrored."""
    chosen = torch.randint(len(maps), (count,), generator=random)
    seeds = torch.randint(1 << 30, (count,), generator=random).tolist()
    labels = maps[chosen].long()
    labels = torch.where(torch.rand(count, generator=random)[:, None, None] < 0.5, labels.flip(-1), labels)
    codes = torch.stack([sample_codes(bundle, seed) for seed in seeds])
    return bundle.generator.from_prior(codes), labels
