"""Whole frames for CUDA: every modulation by convolution, in half precision, replayed from captured graphs.

On a GPU a whole frame takes a few milliseconds and launching its kernels takes longer than running them, so nothing is
tracked here but whether the label map changed: if not, its modulation maps are used again. The same code runs without
graphs on any device, which is how its numbers are tested.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from model.engine.boxes import Box, boxes_of
from model.groupdnet import Generator
from model.groupdnet.class_frame import class_frames, place_features
from model.groupdnet.generator import ConditionalGroupBlock, noise_features
from model.groupdnet.label_pyramid import resize_nearest
from model.groupdnet.modulation import ConditionalGroupNorm
from model.groupdnet.plain_ground import lay_ground
from model.groupdnet.texture_noise import texture_noise

WARM_UPS = 3


class _Conv:
    """A convolution's weights on the device, in the chosen format and layout."""

    def __init__(
        self, weight: Tensor, bias: Tensor | None, groups: int, device: torch.device, dtype: torch.dtype
    ) -> None:
        self._weight = weight.detach().to(device, dtype).contiguous(memory_format=torch.channels_last)
        self._bias = None if bias is None else bias.detach().to(device, dtype)
        self._groups, self._padding = groups, weight.shape[-1] // 2

    @staticmethod
    def of(conv: nn.Module, device: torch.device, dtype: torch.dtype) -> _Conv:
        assert isinstance(conv, nn.Conv2d)
        return _Conv(conv.weight, conv.bias, conv.groups, device, dtype)

    def __call__(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self._weight, self._bias, padding=self._padding, groups=self._groups)


class _Norm:
    """Scale and shift maps of one normalisation, batch norm folded in (see tables.FoldedNorm)."""

    def __init__(self, norm: ConditionalGroupNorm, device: torch.device, dtype: torch.dtype) -> None:
        mean, variance = norm.norm.running_mean, norm.norm.running_var
        assert mean is not None and variance is not None and norm.gamma.bias is not None and norm.beta.bias is not None
        inverse = (variance.float() + norm.norm.eps).rsqrt()
        scale, scale_bias = norm.gamma.weight.float() * inverse[:, None, None, None], (norm.gamma.bias + 1) * inverse
        shift = norm.beta.weight.float() - mean[:, None, None, None] * scale
        groups = norm.config.gamma_beta_groups
        self._shared = _Conv.of(norm.shared, device, dtype)
        self._scale = _Conv(scale, scale_bias, groups, device, dtype)
        self._shift = _Conv(shift, norm.beta.bias - mean * scale_bias, groups, device, dtype)
        self._style: Tensor | None = None
        if norm.style is not None:
            gamma, beta = norm.style.detach().float().chunk(2, -1)
            style = torch.cat([gamma * inverse, beta - mean * gamma * inverse], -1)
            self._style = style.to(device)

    def maps(self, one_hot: Tensor) -> tuple[Tensor, Tensor]:
        """Scale and shift, each (1, channels, h, w), as far as the label map makes them."""
        hidden = F.relu(self._shared(one_hot))
        return self._scale(hidden), self._shift(hidden)

    def apply(self, x: Tensor, maps: tuple[Tensor, Tensor], classes: Tensor, codes: Tensor) -> Tensor:
        """x * scale + shift; ``classes`` one-hot (1, classes, h, w), codes float32 (classes, K)."""
        scale, shift = maps
        if self._style is not None:
            rows = torch.bmm(codes[:, None], self._style)[:, 0].to(x.dtype)
            added = F.conv2d(classes, rows.t()[:, :, None, None])
            more_scale, more_shift = added.chunk(2, 1)
            scale, shift = scale + more_scale, shift + more_shift
        return torch.addcmul(shift, x, scale)


class _Block:
    def __init__(
        self, block: ConditionalGroupBlock, rgb: nn.Module | None, device: torch.device, dtype: torch.dtype
    ) -> None:
        self.up = block.config.upsample
        self.norms = [_Norm(n, device, dtype) for n in (block.norm_0, block.norm_1, block.norm_s) if n is not None]
        self._conv_0 = _Conv.of(block.conv_0, device, dtype)
        self._conv_1 = _Conv.of(block.conv_1, device, dtype)
        self._conv_s = None if block.conv_s is None else _Conv.of(block.conv_s, device, dtype)
        self.to_rgb = None if rgb is None else _Conv.of(rgb, device, dtype)
        self.number = block.number
        self.noise = None if block.noise is None else block.noise.detach().float().to(device)
        self.place = None if block.place is None else block.place.detach().float().to(device)

    def run(self, x: Tensor, level: _LevelMaps, codes: Tensor) -> Tensor:
        def enlarge(grid: Tensor) -> Tensor:
            return F.interpolate(grid, scale_factor=2, mode="nearest") if self.up else grid

        def modulate(number: int, grid: Tensor) -> Tensor:
            return self.norms[number].apply(grid, level.maps[number], level.classes, codes)

        large = enlarge(x)
        if self._conv_s is None:
            shortcut = large
        elif len(self.norms) == 3:
            shortcut = self._conv_s(modulate(2, large))
        else:
            shortcut = enlarge(self._conv_s(x))
        middle = self._conv_0(F.leaky_relu(modulate(0, large), 0.2))
        if level.added is not None:
            middle = middle + level.added
        return shortcut + self._conv_1(F.leaky_relu(modulate(1, middle), 0.2))


@dataclass(frozen=True)
class _LevelMaps:
    """One-hot classes (1, classes, h, w) of a level, (scale, shift) of each of its normalisations, and what is
    added behind its first convolution: noise, and where pixels lie in their class."""

    classes: Tensor
    maps: tuple[tuple[Tensor, Tensor], ...]
    added: Tensor | None


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
            self._fc = _Conv.of(generator.fc, device, dtype)
            for number, block in enumerate(generator.blocks):
                assert isinstance(block, ConditionalGroupBlock)
                rgb = generator.to_rgb[number - drawing] if number >= drawing else None
                self._blocks.append(_Block(block, rgb, device, dtype))

    def grid(self, height: int, width: int) -> tuple[int, int]:
        """The base grid of a picture; raises UserError where it does not fit (see Generator.base_grid)."""
        return self._generator.base_grid(height, width)

    def maps(self, labels: Tensor, edges: Tensor) -> list[_LevelMaps]:
        """labels int64 (H, W), edges bool (H, W) -> what every level needs of them. Never waits for the device."""
        rows, columns = self.grid(*labels.shape)
        numbers = torch.arange(self.config.classes, device=labels.device)[:, None, None]
        framed = self.config.framed_classes
        frames = class_frames(labels[None], framed)
        levels = []
        for block in self._blocks:
            if block.up:
                rows, columns = 2 * rows, 2 * columns
            own = resize_nearest(labels[None], rows, columns)
            classes = (own == numbers).to(self.dtype)[None]
            semantic = classes
            if self.config.instance_edges:
                edge = resize_nearest(edges[None], rows, columns).to(self.dtype)[:, None].expand_as(classes)
                semantic = torch.stack([classes, edge], 2).flatten(1, 2)
            semantic = semantic.contiguous(memory_format=torch.channels_last)
            added: Tensor | None = None
            if block.noise is not None:
                field = texture_noise(block.number, block.noise.shape[1], rows, columns, device=labels.device)
                added = noise_features(block.noise, field).to(self.dtype)
            if block.place is not None:
                placed = place_features(block.place, frames, own, framed, labels.shape[0] // rows).to(self.dtype)
                added = placed if added is None else added + placed
            levels.append(_LevelMaps(classes, tuple(norm.maps(semantic) for norm in block.norms), added))
        return levels

    def draw(self, levels: list[_LevelMaps], codes: Tensor, labels: Tensor) -> Tensor:
        """codes float32 (classes, K, h, w), labels int64 (H, W) -> the picture float32 (3, H, W) in [-1, 1]."""
        laid_out = self._generator.lay_out(codes[None], self.grid(*labels.shape))
        x = self._fc(laid_out.to(self.dtype).contiguous(memory_format=torch.channels_last))
        flat = codes.flatten(1)
        rgb: Tensor | None = None
        for block, level in zip(self._blocks, levels, strict=True):
            x = block.run(x, level, flat)
            if block.to_rgb is not None:
                drawn = block.to_rgb(F.leaky_relu(x, 0.2)).float()
                if rgb is not None:
                    drawn = drawn + F.interpolate(rgb, scale_factor=2, mode="bilinear", align_corners=False)
                rgb = drawn
        assert rgb is not None
        return lay_ground(rgb[0].tanh(), labels, self.config.ground)


class WholeFramePlan:
    """One picture size on one device: fixed input and output tensors, and the two graphs between them."""

    def __init__(self, network: WholeFrameNetwork, height: int, width: int) -> None:
        self.network, self.height, self.width = network, height, width
        network.grid(height, width)
        device = network.device
        self._labels = torch.zeros(height, width, dtype=torch.int64, device=device)
        self._edges = torch.zeros(height, width, dtype=torch.bool, device=device)
        self._codes: Tensor | None = None
        self._host_codes: Tensor | None = None
        self._levels: list[_LevelMaps] = []
        self._picture = self._bytes = torch.empty(0)
        self._draw_maps: Callable[[], None] | None = None
        self._draw_picture: Callable[[], None] = self._draw
        self._symbols: NDArray[np.int16] | None = None
        self._new_maps, self._new_codes = True, True
        self.pixels = np.zeros((height, width, 3), np.uint8)
        self._taken = 0

    @property
    def nbytes(self) -> int:
        """Bytes on the device that capturing took, or the host copy alone before that."""
        return self._taken + self.pixels.nbytes

    @property
    def is_current(self) -> bool:
        return not (self._new_maps or self._new_codes)

    def picture(self) -> Tensor:
        """float32 (3, H, W) in [-1, 1]: the picture before it is rounded to 8 bits."""
        return self._picture

    def take(self, labels: NDArray[np.uint8], edges: NDArray[np.bool_] | None, codes: Tensor) -> None:
        """Upload what differs from the request before."""
        symbols = 2 * labels.astype(np.int16) + (0 if edges is None else edges)
        if self._symbols is None or not np.array_equal(symbols, self._symbols):
            self._new_maps = True
            self._labels.copy_(torch.from_numpy(labels))
            if edges is not None:
                self._edges.copy_(torch.from_numpy(edges))
            else:
                self._edges.zero_()
            self._symbols = symbols
        if self._codes is None or codes.shape != self._codes.shape:
            # A graph reads one tensor, so codes of another size need other graphs.
            self._codes = codes.to(self.network.device, copy=True)
            self._draw_maps = None
        elif self._host_codes is not None and torch.equal(codes, self._host_codes):
            return
        self._codes.copy_(codes)
        self._host_codes = codes.clone()
        self._new_codes = True

    def preview(self) -> tuple[Box, ...] | None:
        """Nothing is faster than the exact frame here."""
        return None

    def exact(self, check: Callable[[], None]) -> tuple[Box, ...]:
        """Draw the frame; returns the boxes of the picture that changed."""
        check()
        if self._draw_maps is None:
            self._capture()
        assert self._draw_maps is not None
        if self._new_maps:
            self._draw_maps()
        if self._new_maps or self._new_codes:
            self._draw_picture()
        before, self.pixels = self.pixels, self._bytes.cpu().numpy()
        self._new_maps = self._new_codes = False
        return boxes_of((before != self.pixels).any(2))

    def _maps(self) -> None:
        self._levels = self.network.maps(self._labels, self._edges)

    def _draw(self) -> None:
        assert self._codes is not None
        self._picture = self.network.draw(self._levels, self._codes, self._labels)
        self._bytes = ((self._picture + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).contiguous()

    def _capture(self) -> None:
        """Run both steps a few times and record them as graphs; without CUDA they are simply run each time."""
        self._new_maps = True
        self._draw_maps, self._draw_picture = self._maps, self._draw
        device = self.network.device
        if device.type != "cuda":
            return
        before = torch.cuda.memory_reserved(device)
        stream = torch.cuda.Stream(device)
        stream.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(stream):
            for _ in range(WARM_UPS):
                self._maps()
                self._draw()
        torch.cuda.current_stream(device).wait_stream(stream)
        maps, picture = torch.cuda.CUDAGraph(), torch.cuda.CUDAGraph()
        with torch.cuda.graph(maps):
            self._maps()
        with torch.cuda.graph(picture):
            self._draw()
        self._draw_maps, self._draw_picture = maps.replay, picture.replay
        self._taken = max(0, torch.cuda.memory_reserved(device) - before)

    def convolutions(self) -> list[Callable[[], object]]:
        """The floor of this plan: the captured picture, whose maps are not drawn again."""

        def replay() -> Tensor:
            self._draw_picture()
            return self._bytes

        return [replay]
