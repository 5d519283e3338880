"""Whole frames for CUDA: every modulation by convolution, in half precision, everything channels last.

On a GPU a whole frame takes a few milliseconds and launching its kernels takes longer than running them, so nothing is
tracked here but whether the label map changed: if not, its modulation maps are used again (see `captured`). The same
code runs on any device, which is how its numbers are tested. Nothing in ``maps`` and ``draw`` waits for the device,
copies from the host or has a shape that depends on values: both are recorded as CUDA graphs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.engine.grouped_conv import GroupedConv, pixels
from model.groupdnet import Generator
from model.groupdnet.class_frame import ACROSS, DOWN, class_frames, frame_functions, in_classes
from model.groupdnet.generator import ConditionalGroupBlock, noise_features
from model.groupdnet.label_pyramid import inside_classes, resize_nearest
from model.groupdnet.modulation import ConditionalGroupNorm
from model.groupdnet.plain_ground import lay_ground
from model.groupdnet.texture_noise import texture_noise


class _Norm:
    """Scale and shift maps of one normalisation, batch norm folded in (see tables.FoldedNorm).

    ``added``: what is added to its input without being computed: the bias of the convolution before it.
    """

    def __init__(
        self, norm: ConditionalGroupNorm, added: Tensor | None, device: torch.device, dtype: torch.dtype
    ) -> None:
        mean, variance = norm.norm.running_mean, norm.norm.running_var
        assert mean is not None and variance is not None and norm.gamma.bias is not None and norm.beta.bias is not None
        mean = mean.float() if added is None else mean.float() - added.detach().float()
        inverse = (variance.float() + norm.norm.eps).rsqrt()
        scale, scale_bias = norm.gamma.weight.float() * inverse[:, None, None, None], (norm.gamma.bias + 1) * inverse
        shift = norm.beta.weight.float() - mean[:, None, None, None] * scale
        groups = norm.config.gamma_beta_groups
        self.shared = norm.shared
        self.hidden = norm.config.hidden
        self._scale = GroupedConv(scale, scale_bias, groups, device, dtype)
        self._shift = GroupedConv(shift, norm.beta.bias - mean * scale_bias, groups, device, dtype)
        #: float32 (classes, K, 2 * channels), what codes add to scale and shift, where they do.
        self.style: Tensor | None = None
        if norm.style is not None:
            gamma, beta = norm.style.detach().float().chunk(2, -1)
            self.style = torch.cat([gamma * inverse, beta - mean * gamma * inverse], -1)

    def maps(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Scale and shift, each (1, channels, h, w), as far as the label map makes them."""
        return self._scale(hidden), self._shift(hidden)


def modulated(x: Tensor, maps: tuple[Tensor, Tensor], styled: Tensor, rows: Tensor | None) -> Tensor:
    """x * scale + shift; ``rows`` (classes, 2 * channels): what codes add to both, where ``styled`` (h * w, classes)
    is 1."""
    scale, shift = maps
    if rows is not None:
        # Sums in float32, whatever the format: one rounding less than of a product and a sum.
        more_scale, more_shift = rows.chunk(2, 1)
        height, width = x.shape[-2:]
        scale = pixels(torch.addmm(_rows(scale), styled, more_scale), height, width)
        shift = pixels(torch.addmm(_rows(shift), styled, more_shift), height, width)
    return torch.addcmul(shift, x, scale)


def _rows(x: Tensor) -> Tensor:
    """(1, c, h, w), channels last, as (h * w, c)."""
    return x.permute(0, 2, 3, 1).flatten(0, 2)


class _Block:
    def __init__(
        self, block: ConditionalGroupBlock, rgb: nn.Module | None, device: torch.device, dtype: torch.dtype
    ) -> None:
        def conv(layer: nn.Module, bias: bool = True) -> GroupedConv:
            assert isinstance(layer, nn.Conv2d)
            return GroupedConv(layer.weight, layer.bias if bias else None, layer.groups, device, dtype)

        self.up, self.inside = block.config.upsample, block.config.modulation.inside
        assert isinstance(block.conv_0, nn.Conv2d)
        self.norms = [_Norm(block.norm_0, None, device, dtype), _Norm(block.norm_1, block.conv_0.bias, device, dtype)]
        if block.norm_s is not None:
            self.norms.append(_Norm(block.norm_s, None, device, dtype))
        # All hidden values by one convolution, where those behind it can read a part of its outputs.
        shared = [norm.shared for norm in self.norms]
        self._merged = all(norm.config.kernel == 1 for norm in (block.norm_0, block.norm_1)) and all(
            layer.groups == 1 for layer in shared
        )
        if self._merged:
            biases = [layer.bias for layer in shared if layer.bias is not None]
            weight = torch.cat([layer.weight for layer in shared])
            self._shared = [GroupedConv(weight, torch.cat(biases), 1, device, dtype)]
        else:
            self._shared = [conv(layer) for layer in shared]
        self._conv_0 = conv(block.conv_0, bias=False)
        self._conv_1 = conv(block.conv_1)
        self._conv_s = None if block.conv_s is None else conv(block.conv_s)
        self.to_rgb = None if rgb is None else conv(rgb)
        self.number = block.number
        self.middle = block.config.middle_channels
        self.noise = None if block.noise is None else block.noise.detach().float().cpu()
        self.place: Tensor | None = None
        if block.place is not None:
            # (channels, rows' functions, columns') -> (rows', columns' * channels), for products from the right.
            functions = block.place.detach().float().unflatten(1, (DOWN, ACROSS))
            self.place = functions.permute(1, 2, 0).flatten(1).to(device)

    def maps(self, semantic: Tensor) -> tuple[tuple[Tensor, Tensor], ...]:
        """(scale, shift) of every normalisation from the map (1, semantic channels, h, w)."""
        hidden = [F.relu_(conv(semantic)) for conv in self._shared]
        if self._merged:
            hidden = list(hidden[0].split([norm.hidden for norm in self.norms], 1))
        return tuple(norm.maps(own) for norm, own in zip(self.norms, hidden, strict=True))

    def places(self, frames: Tensor, own: Tensor, framed: tuple[int, ...], stride: int) -> Tensor:
        """What places add behind the first convolution, float32 (h, w, channels); see class_frame.place_features."""
        assert self.place is not None
        height, width = own.shape
        down, across = frame_functions(frames, height, width, stride)
        of_rows = (down[0].t() @ self.place).view(height, ACROSS, self.middle)
        mixed = torch.bmm(across[0].t().expand(height, -1, -1), of_rows)
        return mixed.mul_(in_classes(own, framed)[..., None])

    def run(self, x: Tensor, level: LevelMaps, rows: list[Tensor | None]) -> Tensor:
        """x (1, channels, h, w) -> the same of the next level; ``rows``: what codes add to each normalisation."""

        def enlarge(grid: Tensor) -> Tensor:
            return F.interpolate(grid, scale_factor=2, mode="nearest") if self.up else grid

        def modulate(number: int, grid: Tensor) -> Tensor:
            return modulated(grid, level.maps[number], level.styled, rows[number])

        large = enlarge(x)
        if self._conv_s is None:
            shortcut = large
        elif len(self.norms) == 3:
            shortcut = self._conv_s(modulate(2, large))
        else:
            shortcut = enlarge(self._conv_s(x))
        middle = self._conv_0(F.leaky_relu_(modulate(0, large), 0.2))
        if level.added is not None:
            middle += level.added
        return self._conv_1(F.leaky_relu_(modulate(1, middle), 0.2)).add_(shortcut)


@dataclass(frozen=True)
class LevelMaps:
    """Where a class's code counts on a level, 1 or 0, (h * w, classes); (scale, shift) of each of its normalisations;
    and what is added behind its first convolution: noise, and where pixels lie in their class."""

    styled: Tensor
    maps: tuple[tuple[Tensor, Tensor], ...]
    added: Tensor | None


class Drawn(NamedTuple):
    """The picture float32 (3, H, W) in [-1, 1], and a bool () on the device: whether every number was finite."""

    picture: Tensor
    finite: Tensor


class WholeFrameNetwork:
    """A generator's weights on one device for whole frames."""

    def __init__(self, generator: Generator, device: torch.device, dtype: torch.dtype) -> None:
        if generator.training:
            raise ValueError("The renderer needs a generator in evaluation mode: call generator.eval() first.")
        self.config, self.device, self.dtype = generator.config, device, dtype
        self._generator = generator
        drawing = len(generator.blocks) - len(generator.to_rgb)
        self._blocks: list[_Block] = []
        with torch.no_grad():
            fc, base = generator.fc, generator.base
            self._fc = None if fc is None else GroupedConv(fc.weight, fc.bias, fc.groups, device, dtype)
            self._base = None if base is None else base.detach().to(device, dtype)
            for number, block in enumerate(generator.blocks):
                assert isinstance(block, ConditionalGroupBlock)
                rgb = generator.to_rgb[number - drawing] if number >= drawing else None
                self._blocks.append(_Block(block, rgb, device, dtype))
            self._numbers = torch.arange(self.config.classes, dtype=torch.uint8, device=device)
            # Those of all normalisations side by side: one product makes what codes add to each.
            styles = [norm.style for block in self._blocks for norm in block.norms if norm.style is not None]
            self._widths = [style.shape[-1] for style in styles]
            self._style = torch.cat(styles, -1).to(device) if styles else None

    def grid(self, height: int, width: int) -> tuple[int, int]:
        """The base grid of a picture; raises UserError where it does not fit (see Generator.base_grid)."""
        return self._generator.base_grid(height, width)

    def noise(self, height: int, width: int) -> list[Tensor | None]:
        """What noise adds behind the first convolution of every level, float32 (h, w, channels): always the same.

        Made once for a picture size and kept by its plan: a graph reads the memory it was captured with, so what it
        reads must live as long.
        """
        rows, columns = self.grid(height, width)
        made: list[Tensor | None] = []
        for block in self._blocks:
            if block.up:
                rows, columns = 2 * rows, 2 * columns
            if block.noise is None:
                made.append(None)
                continue
            field = texture_noise(block.number, block.noise.shape[1], rows, columns)
            features = noise_features(block.noise, field)[0].permute(1, 2, 0)
            made.append(features.contiguous().to(self.device))
        return made

    def maps(self, labels: Tensor, edges: Tensor, noise: list[Tensor | None]) -> list[LevelMaps]:
        """labels uint8 (H, W), edges bool (H, W), noise of ``noise`` -> what every level needs of them."""
        rows, columns = self.grid(*labels.shape)
        framed = self.config.framed_classes
        frames = class_frames(labels[None], framed) if framed else None
        levels = []
        for block, fixed in zip(self._blocks, noise, strict=True):
            if block.up:
                rows, columns = 2 * rows, 2 * columns
            own = resize_nearest(labels[None], rows, columns)[0]
            one_hot = (own[..., None] == self._numbers).to(self.dtype)
            semantic = one_hot
            if self.config.instance_edges:
                edge = resize_nearest(edges[None], rows, columns)[0].to(self.dtype)
                semantic = torch.stack([one_hot, edge[..., None].expand_as(one_hot)], -1).flatten(2)
            added = fixed
            if block.place is not None and frames is not None:
                placed = block.places(frames, own, framed, labels.shape[0] // rows)
                added = placed if fixed is None else placed.add_(fixed)
            if added is not None:
                added = pixels(added.to(self.dtype).flatten(0, 1), rows, columns)
            maps = block.maps(pixels(semantic.flatten(0, 1), rows, columns))
            styled = one_hot * inside_classes(own[None])[0, ..., None] if block.inside else one_hot
            levels.append(LevelMaps(styled.flatten(0, 1), maps, added))
        return levels

    def _lay_base(self, codes: Tensor, grid: tuple[int, int]) -> Tensor:
        """What enters the first block, (1, base_channels, *grid), channels last."""
        if self._fc is None:
            assert self._base is not None
            return pixels(self._base.repeat(grid[0] * grid[1], 1), *grid)
        laid_out = self._generator.lay_out(codes[None], grid)
        return self._fc(laid_out.to(self.dtype).contiguous(memory_format=torch.channels_last))

    def draw(self, levels: list[LevelMaps], codes: Tensor, labels: Tensor) -> Drawn:
        """codes float32 (classes, K, h, w), labels uint8 (H, W) -> the picture."""
        x = self._lay_base(codes, self.grid(*labels.shape))
        rows: list[Tensor] = []
        if self._style is not None:
            made = torch.bmm(codes.flatten(1)[:, None], self._style)[:, 0].to(self.dtype)
            rows = list(made.split(self._widths, 1))[::-1]
        rgb: Tensor | None = None
        for block, level in zip(self._blocks, levels, strict=True):
            x = block.run(x, level, [None if norm.style is None else rows.pop() for norm in block.norms])
            if block.to_rgb is not None:
                drawn = block.to_rgb(F.leaky_relu(x, 0.2)).float()
                if rgb is not None:
                    drawn += F.interpolate(rgb, scale_factor=2, mode="bilinear", align_corners=False)
                rgb = drawn
        assert rgb is not None
        return Drawn(lay_ground(rgb[0].tanh(), labels, self.config.ground), torch.isfinite(rgb).all())
