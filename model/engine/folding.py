"""A generator's weights, copied and made ready for the renderer: batch norm folded, layouts chosen, nothing shared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.engine import winograd
from model.engine.boxes import Channels
from model.engine.layout import RGB_WIDTH, from_slabs, in_slabs
from model.engine.modulation_weights import FoldedModulation
from model.engine.winograd import Take
from model.engine.workspace import rounded
from model.groupdnet import BlockConfig, Generator
from model.groupdnet.class_frame import frame_functions
from model.groupdnet.generator import ConditionalGroupBlock, noise_features
from model.groupdnet.texture_noise import texture_noise

# Of a network's multiplications, how many of the lowest levels' are made in float32 where the rest is in bfloat16.
FLOAT32_SHARE = 1 / 8
# The side of the larger patches of minimal filtering.
LARGE_TILE = 4


class FoldedConv:
    """A grouped convolution without padding over (h, w, channels) tensors; any run of its groups can be run alone.

    ``macs_per_pixel``: multiplications of one output pixel, as it is computed here. ``tile``: the side of the patches
    of minimal filtering, 0 where the direct method is used.
    """

    def __init__(self, conv: nn.Module, dtype: torch.dtype, stride: int) -> None:
        """``stride``: how many pixels of the picture a value of its grid stands for."""
        assert isinstance(conv, nn.Conv2d)
        # Reading .weight through a spectral-norm parametrisation gives the divided weight.
        self.groups = conv.groups
        self.inputs, self.outputs = conv.in_channels, conv.out_channels
        self.kernel = int(conv.kernel_size[0])
        weight = conv.weight.detach().to(dtype)
        self._bias = None if conv.bias is None else conv.bias.detach().to(dtype).clone()
        self.macs_per_pixel: float = weight.numel()
        per_group = self.inputs // self.groups, self.outputs // self.groups
        filtered = self.kernel == 3 and dtype == torch.float32 and winograd.pays(*per_group)
        self.tile = winograd.tile_for(stride) if filtered else 0
        if self.kernel == 1:
            # (groups, inputs, outputs) of one group: torch runs a 1 x 1 convolution slower than a product of matrices.
            self._weight = weight.flatten(1).unflatten(0, (self.groups, -1)).transpose(1, 2).contiguous()
        elif self.tile:
            self._weight = winograd.transform_weight(weight, self.groups, self.tile)
            self.macs_per_pixel = self._weight.numel() / self.tile**2
        else:
            self._weight = weight.clone(memory_format=torch.channels_last)

    def makes(self, inputs: Channels) -> Channels:
        """The outputs that depend on these inputs."""
        return inputs.through(self.groups, self.inputs, self.outputs)

    def needs(self, outputs: Channels) -> Channels:
        """The inputs that these outputs depend on."""
        return outputs.through(self.groups, self.outputs, self.inputs)

    def whole(self, outputs: Channels) -> Channels:
        """These outputs rounded outward to whole groups."""
        return self.makes(self.needs(outputs))

    def room(self, height: int, width: int, whole: bool) -> tuple[int, int]:
        """Rows and columns of outputs to compute where so many are wanted; ``whole``: bands of the whole grid.

        Those always have the same shapes; boxes have a new one each time.
        """
        if self.tile:
            return winograd.room(height, self.tile), winograd.room(width, self.tile)
        if self.kernel == 1 or whole:
            return height, width
        return rounded(height), rounded(width)

    def __call__(self, x: Tensor, outputs: Channels, take: Take) -> Tensor:
        """x (h, w, the inputs these outputs need), contiguous -> (h - kernel + 1, w - kernel + 1, outputs).

        ``take(name, *shape)`` gives scratch buffers; the result may lie in one of them until the next call.
        """
        rows = slice(outputs.first, outputs.last)
        groups = (outputs.last - outputs.first) * self.groups // self.outputs
        first = outputs.first * self.groups // self.outputs
        if self.kernel == 1:
            return self._product(x, first, groups)
        bias = None if self._bias is None else self._bias[rows]
        if self.tile:
            return winograd.convolve(x, self._unpacked(first, groups), bias, take)
        result = F.conv2d(x.permute(2, 0, 1)[None], self._weight[rows], bias, groups=groups)
        return result[0].permute(1, 2, 0)

    @cached_property
    def products(self) -> Tensor:
        """The weights of a 1 x 1 convolution, (groups, inputs, outputs) of a group."""
        assert self.kernel == 1
        return self._weight

    @cached_property
    def product_slabs(self) -> Tensor:
        """The same for compiled kernels, each group's matrix in slabs: (groups, slabs)."""
        return in_slabs(self.products)

    @property
    def patch_tile(self) -> int:
        """The side of the patches of outputs of compiled kernels."""
        return self.tile or LARGE_TILE

    @cached_property
    def patch_weights(self) -> Tensor:
        """For compiled kernels: float32 (groups, taps, slabs), the matrices (inputs, outputs) of a group in slabs.

        Where the convolution has such weights itself, they are from now on kept in this order alone.
        """
        if not self.tile:
            return in_slabs(winograd.transform_weight(self._weight, self.groups, LARGE_TILE))
        self._weight = in_slabs(self._weight)
        return self._weight

    def _unpacked(self, first: int, groups: int) -> Tensor:
        """The weights of patches of some groups, (groups, taps, inputs, outputs) of a group, for torch."""
        weight = self._weight[first : first + groups]
        return weight if weight.dim() == 4 else from_slabs(weight, self.outputs // self.groups)

    @cached_property
    def bias(self) -> Tensor:
        """float32 (outputs,); zeros where there is none."""
        return torch.zeros(self.outputs) if self._bias is None else self._bias

    def _product(self, x: Tensor, first: int, groups: int) -> Tensor:
        """The 1 x 1 convolution of ``groups`` groups from number ``first`` on, for convolutions without bias."""
        height, width, _ = x.shape
        if groups == 1:
            return torch.mm(x.reshape(height * width, -1), self._weight[first]).view(height, width, -1)
        grouped = x.reshape(height * width, groups, -1).transpose(0, 1)
        product = torch.bmm(grouped, self._weight[first : first + groups])
        return product.transpose(0, 1).reshape(height, width, -1)


class RgbConv:
    """The 3 x 3 convolution to RGB, as far as it is a product of matrices.

    Three outputs leave most of a vector register empty. So all nine taps are made by one product, 27 outputs a pixel;
    the planes are then shifted and added, and ``bias`` float32 (3,) with them (see Elementwise.draw).
    """

    def __init__(self, conv: nn.Module, dtype: torch.dtype) -> None:
        assert isinstance(conv, nn.Conv2d) and conv.bias is not None
        self.inputs = conv.in_channels
        # (3, inputs, 3, 3) -> (tap, color, inputs)
        weight = conv.weight.detach().to(dtype).permute(2, 3, 0, 1).reshape(27, self.inputs)
        self._weight = weight.contiguous()
        self.bias = conv.bias.detach().float().clone()
        self.dtype = dtype

    @cached_property
    def columns(self) -> Tensor:
        """float32 (inputs, RGB_WIDTH): the weights for products from the right, tap by tap three colors, then zeros."""
        return F.pad(self._weight.float().t(), (0, RGB_WIDTH - 27)).contiguous()

    @property
    def macs_per_pixel(self) -> int:
        return self._weight.numel()

    def __call__(self, x: Tensor, take: Take) -> Tensor:
        """x (h, w, inputs), contiguous -> planes (9 taps, 3, h, w), in a scratch buffer of ``take(name, *shape)``."""
        height, width, _ = x.shape
        planes = take("planes", 27, height * width)
        torch.mm(self._weight, x.view(height * width, self.inputs).t(), out=planes)
        return planes.view(9, 3, height, width)


@dataclass(frozen=True)
class FoldedBlock:
    """One conditional group block, and the RGB convolution behind it where it draws.

    ``dtype``: what it computes in; ``out_dtype``: what it hands on, which is what the next block computes in.
    """

    dtype: torch.dtype
    out_dtype: torch.dtype
    config: BlockConfig
    modulation: FoldedModulation
    conv_0: FoldedConv
    conv_1: FoldedConv
    conv_s: FoldedConv | None
    to_rgb: RgbConv | None
    number: int
    noise: Tensor | None
    place: Tensor | None
    stride: int

    def noise_grid(self, height: int, width: int) -> Tensor | None:
        """What the noise adds behind the first convolution, (height, width, middle channels), where there is any."""
        if self.noise is None:
            return None
        noise = texture_noise(self.number, self.noise.shape[1], height, width)
        return noise_features(self.noise, noise)[0].permute(1, 2, 0).to(self.dtype).contiguous()

    def place_functions(self, frames: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """What places add there at a pixel is the sum of products of these: of its row and of its column.

        float32 (rows, functions, middle channels) and (columns, functions); frames (1, 4): see class_frame.
        """
        assert self.place is not None
        down, across = frame_functions(frames, *grid, self.stride)
        weights = self.place.unflatten(1, (down.shape[1], across.shape[1]))
        return torch.einsum("cij,ir->rjc", weights, down[0]).contiguous(), across[0].t().contiguous()

    @property
    def shortcut_norm(self) -> bool:
        """Whether the shortcut's input is modulated; its normalisation is then the third."""
        return len(self.modulation.norms) == 3

    @property
    def macs_per_pixel(self) -> float:
        """Multiplications of the convolutions for one pixel of the level, modulations aside."""
        total = float(self.conv_0.macs_per_pixel + self.conv_1.macs_per_pixel)
        if self.conv_s is not None:
            quarter = not self.shortcut_norm and self.config.upsample
            total += self.conv_s.macs_per_pixel * (0.25 if quarter else 1.0)
        return total + (0 if self.to_rgb is None else self.to_rgb.macs_per_pixel)


def _formats(generator: Generator, dtype: torch.dtype) -> list[torch.dtype]:
    """What each block computes in, and once more what the last one hands on.

    In bfloat16 the low levels stay float32 as long as they take at most FLOAT32_SHARE of all multiplications: their
    rounding errors are carried through all levels above.
    """
    area, work = 1, []
    for block in generator.blocks:
        assert isinstance(block, ConditionalGroupBlock)
        area *= 4 if block.config.upsample else 1
        convs = (block.conv_0, block.conv_1, block.conv_s)
        work.append(area * sum(conv.weight.numel() for conv in convs if isinstance(conv, nn.Conv2d)))
    if dtype == torch.float32:
        return [dtype] * (len(work) + 1)
    low = [total <= FLOAT32_SHARE * sum(work) for total in accumulate(work)]
    return [torch.float32 if is_low else dtype for is_low in low] + [dtype]


class Ground(NamedTuple):
    """Symbols ``first`` to ``last`` are ground of one colour (see `model.groupdnet.plain_ground`)."""

    first: int
    last: int
    colour: tuple[int, int, int]


class FoldedGenerator:
    """Everything the renderer keeps of a generator. The generator itself is not needed any more afterwards."""

    def __init__(self, generator: Generator, dtype: torch.dtype = torch.float32) -> None:
        if generator.training:
            raise ValueError("The renderer needs a generator in evaluation mode: call generator.eval() first.")
        self.config = generator.config
        self.dtype = dtype
        drawing = len(generator.to_rgb)
        self.blocks: list[FoldedBlock] = []
        with torch.no_grad():
            fc = generator.fc
            self._fc_weight = None if fc is None else fc.weight.detach().float().clone()
            self._fc_bias = None if fc is None or fc.bias is None else fc.bias.detach().float().clone()
            self._learned_base = None if generator.base is None else generator.base.detach().float().clone()
            self._formats = _formats(generator, dtype)
            for number, block in enumerate(generator.blocks):
                first_rgb = len(generator.blocks) - drawing
                rgb = generator.to_rgb[number - first_rgb] if number >= first_rgb else None
                assert isinstance(block, ConditionalGroupBlock)
                stride = 2 ** sum(later.upsample for later in self.config.blocks[number + 1 :])
                self.blocks.append(self._fold(block, rgb, stride, *self._formats[number : number + 2]))
        self._generator = generator

    def _fold(
        self,
        block: ConditionalGroupBlock,
        rgb: nn.Module | None,
        stride: int,
        dtype: torch.dtype,
        out_dtype: torch.dtype,
    ) -> FoldedBlock:
        edges = self.config.instance_edges

        def conv(layer: nn.Module | None) -> FoldedConv | None:
            return None if layer is None else FoldedConv(layer, dtype, stride)

        conv_0, conv_1 = conv(block.conv_0), conv(block.conv_1)
        assert conv_0 is not None and conv_1 is not None
        return FoldedBlock(
            dtype,
            out_dtype,
            block.config,
            FoldedModulation([norm for norm in (block.norm_0, block.norm_1, block.norm_s) if norm is not None], edges),
            conv_0,
            conv_1,
            conv(block.conv_s),
            None if rgb is None else RgbConv(rgb, dtype),
            block.number,
            None if block.noise is None else block.noise.detach().float().clone(),
            None if block.place is None else block.place.detach().float().clone(),
            stride,
        )

    @property
    def symbols(self) -> int:
        """How many different entries a label level has: classes, doubled by instance edges."""
        return self.config.semantic_channels

    @property
    def ground(self) -> Ground | None:
        """Which symbols are ground of one colour."""
        ground = self.config.ground
        if ground is None:
            return None
        per_class = 2 if self.config.instance_edges else 1
        return Ground(per_class * ground.label, per_class * ground.label + per_class - 1, ground.colour)

    def grid(self, height: int, width: int) -> tuple[int, int]:
        """The base grid of a picture; raises UserError where it does not fit (see Generator.base_grid)."""
        return self._generator.base_grid(height, width)

    def new_base(self, grid: tuple[int, int]) -> Tensor:
        """What enters the first block, (grid h, grid w, base_channels), or room for it where codes make it."""
        if self._learned_base is not None:
            return self._learned_base.expand(*grid, -1).to(self._formats[0]).contiguous()
        return torch.empty(*grid, self.config.base_channels, dtype=self._formats[0])

    def base(self, codes: Tensor, grid: tuple[int, int], channels: Channels) -> Tensor:
        """Codes float32 (1, classes, K, h, w) -> what enters the first block, (grid h, grid w, channels).

        ``channels``: whole groups of the base, as ``base_channels_of`` gives them. For networks with ``base_codes``.
        """
        assert self._fc_weight is not None
        groups, outputs = self.config.base_groups, self.config.base_channels
        laid_out = self._generator.lay_out(codes, grid)
        needed = channels.through(groups, outputs, laid_out.shape[1])
        some = slice(channels.first, channels.last)
        bias = None if self._fc_bias is None else self._fc_bias[some]
        count = (channels.last - channels.first) * groups // outputs
        inputs = laid_out[:, needed.first : needed.last]
        base = F.conv2d(inputs, self._fc_weight[some], bias, padding=1, groups=count)
        return base[0].permute(1, 2, 0).to(self._formats[0])

    def base_channels_of(self, first: int, last: int) -> Channels:
        """The base channels that the codes of classes ``first`` to ``last`` - 1 reach."""
        config = self.config
        inputs = Channels(first * config.code_channels, last * config.code_channels)
        return inputs.through(config.base_groups, config.classes * config.code_channels, config.base_channels)
