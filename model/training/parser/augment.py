"""Random changes of photos and their label maps, as batched tensor operations on any device."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

# RGB -> luma and two colour axes (ITU-R BT.601, scaled to be orthogonal enough for turning the hue).
_TO_YIQ = ((0.299, 0.587, 0.114), (0.596, -0.274, -0.322), (0.211, -0.523, 0.312))


@dataclass(frozen=True)
class Augmentation:
    """How far photos are changed. Lengths are shares of the picture's height, angles are in degrees."""

    rotation: float = 8.0
    aspect: float = 0.1
    warp: float = 0.012
    hue: float = 12.0
    saturation: float = 0.4
    brightness: float = 0.25
    contrast: float = 0.3
    gamma: float = 0.25
    grey: float = 0.05
    noise: float = 0.04
    blur: float = 0.2


def augment(
    photos: Tensor,
    labels: Tensor,
    height: int,
    width: int,
    scales: tuple[float, float],
    generator: torch.Generator,
    strength: Augmentation = Augmentation(),
) -> tuple[Tensor, Tensor]:
    """Flip, scale, turn, warp and crop photos with their maps; change colours of the photos alone.

    Args:
        photos: uint8 ``(B, 3, H, W)``.
        labels: uint8 ``(B, H, W)``.
        height, width: size of the crops, in pixels after scaling.
        scales: range of the scale factor (1 keeps the size).
        generator: a CPU generator; all random numbers are drawn from it, so runs can be repeated.

    Returns:
        photos float32 ``(B, 3, height, width)`` in [-1, 1], mirrored beyond the picture's border, and maps int64
        ``(B, height / 2, width / 2)`` sampled at the centres of 2 x 2 blocks, -1 beyond the border.
    """
    batch, _, full_height, full_width = photos.shape
    device = photos.device

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return torch.rand((batch, *shape), generator=generator).to(device) * (high - low) + low

    # The matrix takes crop pixels (from the crop's centre) to photo pixels.
    scale = torch.exp(uniform(math.log(scales[0]), math.log(scales[1])))
    stretch = torch.exp(uniform(-strength.aspect, strength.aspect))
    angle = torch.deg2rad(uniform(-strength.rotation, strength.rotation))
    flip = torch.where(uniform(0, 1) < 0.5, -1.0, 1.0)
    cosine, sine = torch.cos(angle), torch.sin(angle)
    x_step, y_step = flip * stretch / scale, 1 / scale
    # The crop's centre roams where the crop stays inside the photo, or a little about its middle if it is larger.
    slack_x = ((full_width - width / scale).abs() / 2).clamp(min=0.03 * full_width)
    slack_y = ((full_height - height / scale).abs() / 2).clamp(min=0.03 * full_height)
    centre_x = full_width / 2 + uniform(-1, 1) * slack_x
    centre_y = full_height / 2 + uniform(-1, 1) * slack_y

    knots = (torch.rand((batch, 2, 7, 5), generator=generator) * 2 - 1).to(device) * (strength.warp * full_height)

    def grid(rows: int, columns: int) -> Tensor:
        y = ((torch.arange(rows, device=device) + 0.5) / rows - 0.5) * height
        x = ((torch.arange(columns, device=device) + 0.5) / columns - 0.5) * width
        y, x = torch.meshgrid(y, x, indexing="ij")
        shift = F.interpolate(knots, size=(rows, columns), mode="bicubic", align_corners=False)
        x, y = x * x_step[:, None, None], y * y_step[:, None, None]
        turned_x = cosine[:, None, None] * x - sine[:, None, None] * y + shift[:, 0] + centre_x[:, None, None]
        turned_y = sine[:, None, None] * x + cosine[:, None, None] * y + shift[:, 1] + centre_y[:, None, None]
        return torch.stack([turned_x * (2 / full_width) - 1, turned_y * (2 / full_height) - 1], dim=-1)

    pictures = photos.float().div_(127.5).sub_(1)
    pictures = F.grid_sample(pictures, grid(height, width), padding_mode="reflection", align_corners=False)
    # One is added so that what grid_sample fills in beyond the border (0) becomes -1.
    shifted = labels[:, None].float() + 1
    maps = F.grid_sample(shifted, grid(height // 2, width // 2), mode="nearest", align_corners=False)
    return change_colors(pictures, generator, strength), maps[:, 0].round_().long() - 1


def change_colors(pictures: Tensor, generator: torch.Generator, strength: Augmentation) -> Tensor:
    """Hue, saturation, brightness, contrast, gamma, blur and noise of ``(B, 3, H, W)`` pictures in [-1, 1]."""
    batch = len(pictures)
    device = pictures.device

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(batch, generator=generator).to(device) * (high - low) + low

    to_yiq = torch.tensor(_TO_YIQ, device=device)
    hue = torch.deg2rad(uniform(-strength.hue, strength.hue))
    saturation = uniform(1 - strength.saturation, 1 + strength.saturation)
    saturation = torch.where(uniform(0, 1) < strength.grey, 0.0, saturation)
    contrast = uniform(1 - strength.contrast, 1 + strength.contrast)
    turn = torch.zeros(batch, 3, 3, device=device)
    turn[:, 0, 0] = 1
    turn[:, 1, 1] = turn[:, 2, 2] = saturation * torch.cos(hue)
    turn[:, 1, 2] = -saturation * torch.sin(hue)
    turn[:, 2, 1] = saturation * torch.sin(hue)
    matrix = contrast[:, None, None] * (torch.linalg.inv(to_yiq) @ turn @ to_yiq)
    pictures = torch.einsum("bij,bjhw->bihw", matrix, pictures)
    pictures = (pictures + uniform(-strength.brightness, strength.brightness)[:, None, None, None]).clamp_(-1, 1)
    gamma = torch.exp(uniform(-strength.gamma, strength.gamma))[:, None, None, None]
    pictures = (pictures * 0.5 + 0.5).clamp_(min=1e-4).pow(gamma) * 2 - 1
    blurred = F.avg_pool2d(pictures, 3, stride=1, padding=1, count_include_pad=False)
    pictures = torch.where((uniform(0, 1) < strength.blur)[:, None, None, None], blurred, pictures)
    # The grain is drawn on the device: its values do not matter, and drawing it on the CPU would cost more than a step.
    grain = torch.randn_like(pictures) * uniform(0, strength.noise)[:, None, None, None]
    return (pictures + grain).clamp_(-1, 1)
