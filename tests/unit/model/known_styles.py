"""A network whose styles are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from model.checkpoints import Bundle
from model.labels import ClassInfo, LabelSet
from model.styles.encoding import labels_to_tensor, tensor_to_picture

CHANNELS = 8


class KnownGenerator(nn.Module):
    """A network whose styles are known: each quantity is a mixture of the code's numbers, and they are entangled."""

    def __init__(self, mean: Tensor, std: Tensor) -> None:
        super().__init__()
        self.mean, self.std = mean, std
        self.config = SimpleNamespace(prior_map=False, ground=None, controls=0)
        turn = np.linalg.qr(np.random.default_rng(0).standard_normal((CHANNELS, CHANNELS)))[0]
        # What makes it lighter also makes it warmer, as in real clothes.
        turn[1] = 0.8 * turn[1] + 0.5 * turn[0]
        self.turn = torch.from_numpy(turn[:5]).float()

    def forward(self, labels: Tensor, codes: Tensor) -> Tensor:
        """labels int64 (1, H, W), codes (1, 2, K, 1, 1) -> (1, 3, H, W) in [-1, 1]."""
        y, x = (torch.from_numpy(grid).float() for grid in np.mgrid[: labels.shape[1], : labels.shape[2]])
        lab = torch.zeros(3, *labels.shape[1:])
        for index in range(2):
            z = ((codes[0, index] - self.mean[index]) / self.std[index]).flatten()
            light, warm, strong, rough, wide = torch.tanh(self.turn @ z / 3)
            share, chroma = 0.8 * warm, 26 + 10 * strong
            waves = torch.sin(x / (1 + 1.2 * (1 + wide))) * torch.sin(y / (1 + 1.2 * (1 + wide)))
            drawn = torch.stack(
                [
                    55 + 20 * light + (8 + 6 * rough) * waves,
                    (-chroma * (1 - share.square()).sqrt()).expand_as(waves),
                    (chroma * share).expand_as(waves),
                ]
            )
            lab = torch.where(labels == index, drawn, lab)
        return rgb_of(lab)[None] * 2 - 1


def rgb_of(lab: Tensor) -> Tensor:
    """CIE L*a*b* (D65), (3, H, W), as sRGB 0..1."""
    fy = (lab[0] + 16) / 116
    roots = torch.stack([fy + lab[1] / 500, fy, fy - lab[2] / 200])
    scaled = torch.where(roots > 6 / 29, roots**3, (roots - 16 / 116) / 7.787)
    xyz = scaled * torch.tensor([0.950456, 1.0, 1.088754])[:, None, None]
    matrix = torch.tensor(
        [[3.240479, -1.53715, -0.498535], [-0.969256, 1.875991, 0.041556], [0.055648, -0.204043, 1.057311]]
    )
    linear = torch.einsum("ij,jhw->ihw", matrix, xyz).clamp(1e-6, 1)
    return torch.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def known_bundle_of(tiny_bundle: Bundle) -> Bundle:
    """Two classes with codes of 8 numbers, drawn by `KnownGenerator`."""
    label_set = LabelSet("known", (ClassInfo("ground", (0, 0, 0)), ClassInfo("coat", (255, 0, 0))))
    shape = (2, CHANNELS, 1, 1)
    mean = torch.linspace(-1, 1, 2 * CHANNELS).reshape(shape)
    std = torch.linspace(0.2, 2, 2 * CHANNELS).reshape(shape)
    return replace(
        tiny_bundle,
        label_set=label_set,
        generator=KnownGenerator(mean, std),
        code_mean=mean,
        code_std=std,
        background=None,
        height=64,
        width=64,
    )


def network_draw(bundle: Bundle) -> Callable[[NDArray[np.uint8], Tensor], NDArray[np.uint8]]:
    def draw(labels: NDArray[np.uint8], codes: Tensor) -> NDArray[np.uint8]:
        with torch.inference_mode():
            return tensor_to_picture(bundle.generator(labels_to_tensor(labels), codes[None])[0])

    return draw
