"""Drawing class codes at random."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.code_spread import CodeBank, spread_out
from model.errors import UserError


def code_bank(bundle: Bundle) -> CodeBank | None:
    """What the bundle's codes are drawn around, None where it has no bank; what its label set links is one person's."""
    if bundle.code_bank is None:
        return None
    return CodeBank(bundle.code_bank.float().cpu().numpy(), linked=bundle.label_set.linked)


def encoded_noise(bundle: Bundle, generator: torch.Generator) -> Tensor:
    """Standard normal numbers of every class's code, (C, K, h, w); 0 for the controls, which no photo moves."""
    classes, channels, *sides = bundle.code_shape
    encoded = channels - bundle.generator.config.controls
    noise = torch.zeros(bundle.code_shape)
    noise[:, :encoded] = torch.randn(classes, encoded, *sides, generator=generator)
    return noise


def sample_codes(bundle: Bundle, seed: int, classes: Iterable[int] | None = None, base: Tensor | None = None) -> Tensor:
    """Draw codes from the bundle's own spread.

    For the authors' networks that is the prior N(0, 1) of the paper (section 3.1). A trained posterior fills its prior
    unevenly, and codes in the gaps give broken pictures. So a bundle with a bank draws from a density fitted to the
    training photos' codes afterwards (ex-post density estimation, Ghosh et al., ICLR 2020): one of them, moved at
    random with the covariance of all (`CodeBank.around`); linked classes (`LabelSet.linked`) are drawn around codes of
    the same photo. A class's code depends on the seed and on the class alone, so drawing one class or all gives it the
    same code.

    Args:
        seed: 0 or more; the same seed always gives the same codes.
        classes: the classes to draw; None means all.
        base: codes of the other classes, (C, K, h, w); the bundle's mean where None. Not changed.

    Returns:
        float32 (C, K, h, w).
    """
    if not 0 <= seed < 2**63:
        raise UserError("a seed must be a whole number from 0 up to 2^63, not {seed}", seed=seed)
    generator = torch.Generator().manual_seed(seed)
    noise = encoded_noise(bundle, generator)
    bank = code_bank(bundle)
    mean, factor = bundle.code_mean.numpy(), bundle.code_factor
    moved = spread_out(noise.numpy(), bundle.code_std.numpy() if factor is None else factor.numpy())
    if bank is None or factor is None:
        drawn = bundle.code_mean + torch.from_numpy(moved).float()
    else:
        places = torch.randint(bank.codes.shape[1], (bundle.classes,), generator=generator).numpy()
        drawn = torch.from_numpy(bank.around(mean, moved, bank.joined(places)))
    if classes is None:
        return drawn
    codes = (bundle.code_mean if base is None else base).clone()
    for index in classes:
        if not 0 <= index < bundle.classes:
            raise ValueError(f"class {index} is outside 0 to {bundle.classes - 1}")
        codes[index] = drawn[index]
    return codes
