"""The generator: class codes and a label map in, a picture out, with group numbers that decrease toward the output."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from model.errors import UserError
from model.groupdnet.class_frame import ACROSS, DOWN
from model.groupdnet.config import BlockConfig, GeneratorConfig
from model.groupdnet.label_pyramid import LabelPyramid, instance_edges
from model.groupdnet.modulation import ConditionalGroupNorm
from model.groupdnet.plain_ground import lay_ground


def _maybe_spectral(module: nn.Module, wanted: bool) -> nn.Module:
    return spectral_norm(module) if wanted else module


class ConditionalGroupBlock(nn.Module):
    """Residual block of two modulated 3 x 3 group convolutions (paper figure 3, CG-Block)."""

    def __init__(self, config: BlockConfig, network: GeneratorConfig, number: int = 0) -> None:
        """``number``: which block of the network this is; each has noise of its own."""
        super().__init__()
        self.config = config
        self.number = number
        semantic = network.semantic_channels

        def norm(channels: int) -> ConditionalGroupNorm:
            return ConditionalGroupNorm(channels, semantic, network.classes, network.code_channels, config.modulation)

        def conv(inputs: int, outputs: int, kernel: int, bias: bool) -> nn.Module:
            layer = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, groups=config.groups, bias=bias)
            return _maybe_spectral(layer, network.spectral_norm)

        middle = config.middle_channels
        self.norm_0 = norm(config.in_channels)
        self.conv_0 = conv(config.in_channels, middle, 3, True)
        # Silent at first: how much of it to use is learned.
        self.noise = nn.Parameter(torch.zeros(middle, config.noise)) if config.noise else None
        self.place = nn.Parameter(torch.zeros(middle, DOWN * ACROSS)) if config.framed else None
        self.norm_1 = norm(middle)
        self.conv_1 = conv(middle, config.out_channels, 3, True)
        self.norm_s = norm(config.in_channels) if config.learned_shortcut and config.shortcut_norm else None
        self.conv_s = conv(config.in_channels, config.out_channels, 1, False) if config.learned_shortcut else None

    def forward(self, x: Tensor, pyramid: LabelPyramid, codes: Tensor) -> Tensor:
        """x (B, in, h, w) -> (B, out, h, w), or (B, out, 2h, 2w) where the block upsamples."""
        up = self.config.upsample
        if self.conv_s is not None and self.norm_s is not None:
            shortcut = self.conv_s(self.norm_s(x, pyramid, codes, up))
        else:
            shortcut = x if self.conv_s is None else self.conv_s(x)
            if up:
                shortcut = F.interpolate(shortcut, scale_factor=2, mode="nearest")
        out = self.conv_0(F.leaky_relu(self.norm_0(x, pyramid, codes, up), 0.2))
        if self.noise is not None:
            out = out + noise_features(self.noise, pyramid.noise(self.number, self.config.noise, *out.shape[-2:]))
        if self.place is not None:
            out = out + pyramid.places(self.place, *out.shape[-2:]).to(out.dtype)
        out = self.conv_1(F.leaky_relu(self.norm_1(out, pyramid, codes), 0.2))
        return torch.add(shortcut, out)


def noise_features(weight: Tensor, noise: Tensor) -> Tensor:
    """Noise (maps, h, w), mixed by the weights (channels, maps) of a block: (1, channels, h, w)."""
    return torch.einsum("cm,mhw->chw", weight, noise.to(weight.dtype))[None]


class PriorMap(nn.Module):
    """An affine map of every class's code: from N(0, 1) to where the codes that the layers were trained with lie.

    A KL term leaves the prior unevenly filled: the codes of photos lie on a few directions, around a mean of their own.
    Fitted afterwards to mean and covariance of those codes, and its inverse folded into the encoder, this map changes
    no picture and makes N(0, 1) what codes are really distributed like (see model.training.prior).
    """

    factor: Tensor
    shift: Tensor

    def __init__(self, classes: int, code_channels: int) -> None:
        super().__init__()
        # Measured, not learned. Not torch.eye: on the meta device, where bundles make their networks, it imports all of
        # torch's compiler, which takes longer than anything else of the start.
        factor = torch.zeros(classes, code_channels, code_channels)
        factor.diagonal(dim1=1, dim2=2).fill_(1.0)
        self.register_buffer("factor", factor)
        self.register_buffer("shift", torch.zeros(classes, code_channels))

    def forward(self, codes: Tensor) -> Tensor:
        """Codes (B, classes, K, h, w) -> the same shape."""
        factor, shift = self.factor.to(codes.dtype), self.shift.to(codes.dtype)
        return torch.einsum("cij,bcjhw->bcihw", factor, codes) + shift[..., None, None]


class Generator(nn.Module):
    """Label map and class codes -> picture (paper section 3.2).

    ``forward(labels, codes, instances)``: labels int64 (B, H, W), H and W multiples of ``config.divisor``; codes float
    (B, classes, code_channels, h, w), resized bilinearly where h x w is not the base grid; instances int (B, H, W) for
    networks with instance edges. Returns (B, 3, H, W) in [-1, 1]. Raises UserError for sizes that do not fit.
    """

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        inputs = config.classes * config.code_channels
        self.prior = PriorMap(config.classes, config.code_channels) if config.prior_map else None
        self.fc: nn.Conv2d | None = None
        self.base: nn.Parameter | None = None
        if config.base_codes:
            self.fc = nn.Conv2d(inputs, config.base_channels, 3, padding=1, groups=config.base_groups)
        else:
            # As large as what a convolution over codes makes. Uniform: see ConditionalGroupNorm.
            self.base = nn.Parameter(torch.empty(config.base_channels).uniform_(-1.0, 1.0))
        self.blocks = nn.ModuleList(
            ConditionalGroupBlock(block, config, number) for number, block in enumerate(config.blocks)
        )
        drawing = config.blocks[len(config.blocks) - config.rgb_levels :]
        self.to_rgb = nn.ModuleList(nn.Conv2d(block.out_channels, 3, 3, padding=1) for block in drawing)

    def base_grid(self, height: int, width: int) -> tuple[int, int]:
        """Height and width of the grid the codes are laid out on. Raises UserError where the levels do not divide."""
        divisor = self.config.divisor
        if height < divisor or width < divisor or height % divisor or width % divisor:
            raise UserError(
                f"A label map of {width} x {height} pixels does not fit this network: "
                f"both sides must be multiples of {divisor}."
            )
        return height // divisor, width // divisor

    def from_prior(self, codes: Tensor) -> Tensor:
        """Codes as ``forward`` takes them -> codes as the layers do, both (B, classes, K, h, w); see PriorMap."""
        return codes if self.prior is None else self.prior(codes)

    def lay_out(self, codes: Tensor, grid: tuple[int, int]) -> Tensor:
        """Codes ``from_prior`` (B, classes, K, h, w) over the base grid: (B, classes * K, *grid), class by class."""
        config = self.config
        if codes.dim() != 5 or codes.shape[1:3] != (config.classes, config.code_channels):
            raise UserError(
                f"Class codes of shape {tuple(codes.shape)} do not fit this network: "
                f"{config.classes} classes of {config.code_channels} channels are needed."
            )
        flat = codes.flatten(1, 2)
        if flat.shape[-2:] == (1, 1):
            return flat.expand(-1, -1, *grid)
        if flat.shape[-2:] != grid:
            flat = F.interpolate(flat, size=grid, mode="bilinear", align_corners=False)
        return flat

    def lay_base(self, codes: Tensor, grid: tuple[int, int]) -> Tensor:
        """What enters the first block, (B, base_channels, *grid), of codes ``from_prior`` (B, classes, K, h, w)."""
        if self.fc is not None:
            made: Tensor = self.fc(self.lay_out(codes, grid))
            return made
        assert self.base is not None
        return self.base[:, None, None].expand(len(codes), -1, *grid)

    def pyramid(
        self,
        labels: Tensor,
        instances: Tensor | None = None,
        origin: tuple[int, int] = (0, 0),
        frames: Tensor | None = None,
    ) -> LabelPyramid:
        """The label pyramid this network reads; a missing instance map means no edges.

        ``origin`` and ``frames`` are those of ``LabelPyramid``, for a map that is a part of another.
        """
        edges = None
        if self.config.instance_edges:
            edges = torch.zeros_like(labels, dtype=torch.bool) if instances is None else instance_edges(instances)
        return LabelPyramid(labels, self.config.classes, edges, origin, self.config.framed_classes, frames)

    def forward(
        self, labels: Tensor, codes: Tensor, instances: Tensor | None = None, pyramid: LabelPyramid | None = None
    ) -> Tensor:
        if pyramid is None:
            pyramid = self.pyramid(labels, instances)
        codes = self.from_prior(codes)
        drawn = self.draw(self.lay_features(pyramid, codes, 0), pyramid, codes, 0)
        return lay_ground(drawn, pyramid.labels, self.config.ground)

    def lay_features(self, pyramid: LabelPyramid, codes: Tensor, levels: int) -> Tensor:
        """The features (B, C, h, w) that come out of the first ``levels`` blocks; codes ``from_prior``."""
        x = self.lay_base(codes, self.base_grid(*pyramid.labels.shape[-2:]))
        for block in self.blocks[:levels]:
            x = block(x, pyramid, codes)
        return x

    def draw(self, x: Tensor, pyramid: LabelPyramid, codes: Tensor, first: int) -> Tensor:
        """The picture from the features that came out of the first ``first`` blocks, none of which draws RGB; codes
        ``from_prior``. All of it is the network's: a plain ground is laid by ``forward``."""
        first_rgb = len(self.blocks) - len(self.to_rgb)
        rgb: Tensor | None = None
        for number in range(first, len(self.blocks)):
            x = self.blocks[number](x, pyramid, codes)
            if number >= first_rgb:
                drawn = self.to_rgb[number - first_rgb](F.leaky_relu(x, 0.2))
                if rgb is not None:
                    drawn = drawn + F.interpolate(rgb, scale_factor=2, mode="bilinear", align_corners=False)
                rgb = drawn
        assert rgb is not None
        return torch.tanh(rgb)
