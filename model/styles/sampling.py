"""Drawing class codes at random."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.errors import UserError

#: How far a drawn code lies from the training photo's code it is drawn around, in standard deviations of all codes.
SMOOTHING = 0.3


def sample_codes(bundle: Bundle, seed: int, classes: Iterable[int] | None = None, base: Tensor | None = None) -> Tensor:
    """Draw codes from the bundle's own spread.

    For the authors' networks that is the prior N(0, 1) of the paper (section 3.1). A trained posterior fills its prior
    unevenly, and codes in the gaps give broken pictures. So a bundle with a bank draws from a density fitted to the
    training photos' codes afterwards (ex-post density estimation, Ghosh et al., ICLR 2020): one of them, moved at
    random with the covariance of all (the smoothed bootstrap of Silverman, 1986, which keeps mean and covariance). A
    class's code depends on the seed and on the class alone, so drawing one class or all gives it the same code.

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
    if bundle.code_factor is None or bundle.code_bank is None:
        drawn = bundle.code_mean + bundle.code_std * noise
    else:
        place = torch.randint(bundle.code_bank.shape[1], (bundle.classes,), generator=generator)
        near = bundle.code_bank[torch.arange(bundle.classes), place].view_as(noise) - bundle.code_mean
        moved = torch.einsum("cij,cj->ci", bundle.code_factor, noise.flatten(1)).view_as(noise)
        drawn = bundle.code_mean + (1 - SMOOTHING**2) ** 0.5 * near + SMOOTHING * moved
    if classes is None:
        return drawn
    codes = (bundle.code_mean if base is None else base).clone()
    for index in classes:
        if not 0 <= index < bundle.classes:
            raise ValueError(f"class {index} is outside 0 to {bundle.classes - 1}")
        codes[index] = drawn[index]
    return codes
