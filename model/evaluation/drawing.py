"""What a bundle draws of a data set, at the one size that all bundles are judged at."""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.groupdnet.class_encoder import present_classes
from model.styles.sampling import encoded_noise, sample_codes

#: Bundles are judged at their native size enlarged by the power of two that brings it to at least so many rows.
JUDGED_HEIGHT = 384


def judged_size(bundle: Bundle, least: int = JUDGED_HEIGHT) -> tuple[int, int]:
    """Height and width at which a bundle's pictures are judged: bundles of one shape of picture get one size.

    A small network's picture is enlarged (bicubic) and compared with the photo at full size, so what it cannot draw
    counts against it.
    """
    scale = 1
    while bundle.height * scale < least:
        scale *= 2
    return bundle.height * scale, bundle.width * scale


class Artist:
    """A bundle's networks on a device, drawing batches without gradients.

    Photos are uint8 (B, 3, H, W) and maps uint8 (B, H, W), both of the judged size.
    """

    def __init__(self, bundle: Bundle, device: torch.device, least_height: int = JUDGED_HEIGHT) -> None:
        self.bundle = bundle
        self.device = device
        self.height, self.width = judged_size(bundle, least_height)
        self.scale = self.height // bundle.height
        self._generator = copy.deepcopy(bundle.generator).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._encoder = None if bundle.encoder is None else copy.deepcopy(bundle.encoder).to(device)

    @property
    def one_code(self) -> bool:
        """Whether one code stands for the whole picture (SPADE with a VAE), so that no class has a code of its own."""
        return self.bundle.encoder is not None and self.bundle.encoder.config.whole_picture

    def native_maps(self, maps: Tensor) -> Tensor:
        """The maps as the network reads them: int64 (B, h, w), the top-left pixel of every block."""
        return maps[:, :: self.scale, :: self.scale].long().to(self.device)

    def targets(self, photos: Tensor, maps: Tensor) -> Tensor:
        """The photos as the networks were trained to draw them: before the bundle's studio ground, where it has one."""
        ground = self.bundle.background
        if ground is None:
            return photos
        colour = torch.tensor(ground, dtype=torch.uint8, device=photos.device)[None, :, None, None]
        return torch.where((maps == self.bundle.label_set.background)[:, None], colour, photos)

    @torch.inference_mode()
    def encode(self, photos: Tensor, maps: Tensor) -> Tensor:
        """Posterior means (B, C, K, h, w); classes that a map lacks get the bundle's mean code."""
        if self._encoder is None:
            raise ValueError("this bundle has no encoder")
        pixels = self.targets(photos, maps).to(self.device).float() / 127.5 - 1
        labels = self.native_maps(maps)
        mean, _ = self._encoder(F.avg_pool2d(pixels, self.scale), labels)
        if self.one_code:
            return mean
        present = present_classes(labels, self.bundle.classes)[:, :, None, None, None]
        return torch.where(present, mean, self.bundle.code_mean.to(mean))

    def sample(self, seeds: list[int]) -> Tensor:
        """Codes as the editor draws them, from the spread of the training photos' codes: (B, C, K, h, w)."""
        return torch.stack([sample_codes(self.bundle, seed) for seed in seeds]).to(self.device)

    def prior(self, seeds: list[int]) -> Tensor:
        """Codes from N(0, 1), the paper's prior, without controls: (B, C, K, h, w)."""
        draws = [encoded_noise(self.bundle, torch.Generator().manual_seed(seed)) for seed in seeds]
        return torch.stack(draws).to(self.device)

    @torch.inference_mode()
    def draw(self, maps: Tensor, codes: Tensor) -> Tensor:
        """Pictures uint8 (B, 3, H, W) on the CPU, of the judged size."""
        picture = self._generator(self.native_maps(maps), codes).float()
        if self.scale > 1:
            picture = F.interpolate(picture, size=(self.height, self.width), mode="bicubic", align_corners=False)
        return ((picture.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).cpu()
