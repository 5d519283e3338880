"""How the measured quantities of a rendered class answer to its code: Jacobians through the generator.

The quantities are those of model.styles.measure, written once more so that gradients flow through them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.labels import LabelMap
from model.styles.encoding import labels_to_tensor
from model.styles.measure import GREY, QUANTITIES, SCALES, class_pixels
from model.styles.survey import deviations, large_classes, map_turns, random_codes

# sRGB to XYZ over the white point D65, as OpenCV has it.
_TO_XYZ = torch.tensor(
    [
        [0.412453 / 0.950456, 0.357580 / 0.950456, 0.180423 / 0.950456],
        [0.212671, 0.715160, 0.072169],
        [0.019334 / 1.088754, 0.119193 / 1.088754, 0.950227 / 1.088754],
    ]
)


def lab_of(picture: Tensor) -> Tensor:
    """CIE L*a*b* (D65) of an sRGB picture (3, H, W) in [-1, 1]; the same numbers as `measure.to_lab`."""
    rgb = ((picture + 1) / 2).clamp(0, 1)
    linear = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb.clamp_min(0.04045) + 0.055) / 1.055) ** 2.4)
    x, y, z = torch.einsum("ij,jhw->ihw", _TO_XYZ, linear)

    def root(value: Tensor) -> Tensor:
        return torch.where(value > 0.008856, value.clamp_min(0.008856) ** (1 / 3), 7.787 * value + 16 / 116)

    fx, fy, fz = root(x), root(y), root(z)
    return torch.stack([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


class ClassMeter:
    """The five quantities of one class of one map, differentiable; equal to `measure.measure` for the same pixels.

    Args:
        mask: bool (H, W), the pixels that are measured.
    """

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        self._part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        self._inside = torch.from_numpy(mask[self._part])
        self._weight = self._inside.float()[None, None]
        self._kernels = [_gaussian(sigma) for sigma in SCALES]
        self._shares = [_blur(self._weight, kernel).clamp_min(1e-4) for kernel in self._kernels]

    def __call__(self, lab: Tensor) -> Tensor:
        """(5,) from L*a*b* (3, H, W)."""
        part = lab[:, self._part[0], self._part[1]]
        light, a, b = part[:, self._inside]
        # The root is not differentiable at grey.
        chroma = (a.square() + b.square() + 1e-6).sqrt().mean()
        spread = (light - light.mean()).square().mean().add(1e-6).sqrt()
        warmth = 100 * b.mean() / (chroma + GREY)
        return torch.stack([light.mean(), warmth, chroma, spread, self._pattern_scale(part[0])])

    def _pattern_scale(self, light: Tensor) -> Tensor:
        levels = [light]
        masked = light[None, None] * self._weight
        for kernel, share in zip(self._kernels, self._shares, strict=True):
            levels.append((_blur(masked, kernel) / share)[0, 0])
        energies = torch.stack([(fine - coarse)[self._inside].square().mean() for fine, coarse in pairwise(levels)])
        return (energies * torch.arange(len(energies))).sum() / energies.sum().clamp_min(1e-9)


def _gaussian(sigma: float) -> Tensor:
    """OpenCV's kernel for floats: four deviations to either side."""
    size = round(sigma * 8 + 1) | 1
    x = torch.arange(size, dtype=torch.float64) - size // 2
    kernel = torch.exp(-0.5 * (x / sigma) ** 2)
    return (kernel / kernel.sum()).float()


def _blur(image: Tensor, kernel: Tensor) -> Tensor:
    pad = len(kernel) // 2
    across = F.conv2d(image, kernel.reshape(1, 1, 1, -1), padding=(0, pad))
    return F.conv2d(across, kernel.reshape(1, 1, -1, 1), padding=(pad, 0))


@dataclass
class Sensitivity:
    """Of one class: codes z (n,) in deviations from the mean, what was measured (5,), Jacobians (5, n) by z."""

    z: list[NDArray[np.float64]] = field(default_factory=list)
    quantities: list[NDArray[np.float64]] = field(default_factory=list)
    jacobians: list[NDArray[np.float64]] = field(default_factory=list)
    maps: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.z)


def take_jacobians(
    bundle: Bundle,
    maps: list[LabelMap],
    count: int,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> list[Sensitivity]:
    """Draw `count` random styles in the maps (`map_turns`) and differentiate every class's quantities by its own code.

    One backward pass a quantity serves all classes: the quantities are added up with random signs, so that what a code
    does to its neighbours cancels over the samples.

    Returns:
        one for each class; empty where no map shows the class large enough.
    """
    found = [Sensitivity() for _ in range(bundle.classes)]
    meters = [{index: ClassMeter(class_pixels(labels, index)) for index in large_classes(labels)} for labels in maps]
    device = next((parameter.device for parameter in bundle.generator.parameters()), torch.device("cpu"))
    grids = [labels_to_tensor(labels).to(device) for labels in maps]
    std = deviations(bundle)
    generator = torch.Generator().manual_seed(seed)
    for number, place in enumerate(map_turns(maps, count)):
        codes = random_codes(bundle, generator)
        signs = torch.randint(0, 2, (bundle.classes,), generator=generator).float() * 2 - 1
        z = ((codes - bundle.code_mean) / std).requires_grad_(True)
        with torch.enable_grad():
            drawn = bundle.generator(grids[place], (bundle.code_mean + std * z)[None].to(device))[0]
            lab = lab_of(drawn.cpu().float())
            classes = list(meters[place])
            values = torch.stack([meters[place][index](lab) for index in classes])
            signed = values * signs[classes, None]
            rows = [
                torch.autograd.grad(signed[:, quantity].sum(), z, retain_graph=quantity + 1 < len(QUANTITIES))[0]
                for quantity in range(len(QUANTITIES))
            ]
        jacobians = (torch.stack(rows) * signs[:, None, None, None]).flatten(2).double().numpy()
        flat = z.detach().flatten(1).double().numpy()
        measured = values.detach().double().numpy()
        for row, index in enumerate(classes):
            sample = found[index]
            sample.z.append(flat[index])
            sample.quantities.append(measured[row])
            sample.jacobians.append(jacobians[:, index])
            sample.maps.append(place)
        if progress is not None:
            progress((number + 1) / count)
    return found
