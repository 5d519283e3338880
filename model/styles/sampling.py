"""Drawing class codes at random."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.errors import UserError


def sample_codes(bundle: Bundle, seed: int, classes: Iterable[int] | None = None, base: Tensor | None = None) -> Tensor:
    """Draw codes from the bundle's own spread: code_mean + code_std * N(0, 1).

    For the authors' networks that is the prior N(0, 1) of the paper (section 3.1); a trained posterior can be narrower
    than its prior, and codes outside it give broken pictures. A class's code depends on the seed and on the class
    alone, so drawing one class or all gives that class the same code.

    Args:
        seed: 0 or more; the same seed always gives the same codes.
        classes: the classes to draw; None means all.
        base: codes of the other classes, (C, K, h, w); the bundle's mean where None. Not changed.

    Returns:
        float32 (C, K, h, w).
    """
    if not 0 <= seed < 2**63:
        raise UserError(f"a seed must be a whole number from 0 up to 2^63, not {seed}")
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(bundle.code_shape, generator=generator)
    drawn = bundle.code_mean + bundle.code_std * noise
    if classes is None:
        return drawn
    codes = (bundle.code_mean if base is None else base).clone()
    for index in classes:
        if not 0 <= index < bundle.classes:
            raise ValueError(f"class {index} is outside 0 to {bundle.classes - 1}")
        codes[index] = drawn[index]
    return codes
