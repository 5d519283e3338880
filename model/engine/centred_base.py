"""A learned base without what its normalisation takes away again, so that folding loses nothing there.

Where codes do not enter at the base, what enters the first block is the same at every pixel: its variance is nothing,
batch norm multiplies it by up to 316, and folded as ``x * scale + shift`` the two parts are large and nearly cancel.
The rounding that is left of that the next normalisation, of small values as well, multiplies once more; in half nothing
else is left. The same network with the mean taken out of the base has nothing to cancel.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from model.groupdnet import Generator
from model.groupdnet.generator import ConditionalGroupBlock


def with_centred_base(generator: Generator) -> Generator:
    """The same network with a base around 0, a copy; the generator itself where it has no learned base."""
    if generator.base is None:
        return generator
    made = copy.deepcopy(generator)
    block = made.blocks[0]
    assert made.base is not None and isinstance(block, ConditionalGroupBlock) and isinstance(block.conv_1, nn.Conv2d)
    mean = block.norm_0.norm.running_mean
    assert mean is not None
    taken = mean.clone()
    with torch.no_grad():
        made.base.sub_(taken)
        for norm in (block.norm_0, block.norm_s):
            if norm is not None and norm.norm.running_mean is not None:
                norm.norm.running_mean -= taken
        # A shortcut that is not normalised brings the mean to the outputs; it has no zero border to be lost at.
        if block.norm_s is None and block.conv_1.bias is not None:
            block.conv_1.bias += taken if block.conv_s is None else _convolved(block.conv_s, taken)
    return made


def _convolved(conv: nn.Module, values: Tensor) -> Tensor:
    """A 1 x 1 convolution of one value a channel, (inputs,) -> (outputs,)."""
    made: Tensor = conv(values[None, :, None, None])
    return made[0, :, 0, 0]
