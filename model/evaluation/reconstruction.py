"""Reconstruction: a photo against what the generator makes of its own codes, over the person and class by class.

The person is everything but the label set's background class, which is left out here as in all figures of realism.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from model.evaluation.distance import Features, distance_maps, masked_distance
from model.labels import LabelSet


class ReconstructionFigures:
    """PSNR and perceptual distance, gathered batch by batch.

    PSNR is that of the squared error summed over all pixels of a class (or of the person) in all pictures, peak 255.
    The perceptual distance is that of the judge (`model.evaluation.distance`), averaged over the class's share of each
    picture's feature positions, pictures weighted by the class's area in them.
    """

    def __init__(self, label_set: LabelSet) -> None:
        self.label_set = label_set
        count = len(label_set)
        self._error = torch.zeros(count, dtype=torch.float64)
        self._pixels = torch.zeros(count, dtype=torch.float64)
        self._distance = torch.zeros(count, dtype=torch.float64)
        self._weight = torch.zeros(count, dtype=torch.float64)
        #: Perceptual distance of each picture over the person, in the order they were added.
        self.per_picture: list[float] = []

    def add(self, photos: Tensor, pictures: Tensor, maps: Tensor, real: Features, drawn: Features) -> None:
        """Count a batch: uint8 photos and pictures (B, 3, H, W), maps (B, H, W), and the judge's features of both."""
        squared = (photos.float() - pictures.float()).square().mean(1)
        distances = distance_maps(real, drawn)
        for index in maps.unique().tolist():
            if index == self.label_set.background:
                continue
            mask = maps == index
            self._error[index] += float(squared[mask].double().sum())
            self._pixels[index] += int(mask.sum())
            total, weight = masked_distance(distances, mask.to(distances[0].device))
            self._distance[index] += float(total.sum())
            self._weight[index] += float(weight.sum())
        person = (maps != self.label_set.background).to(distances[0].device)
        total, weight = masked_distance(distances, person)
        self.per_picture += (total / weight.clamp(min=1e-12)).tolist()

    def figures(self) -> dict[str, Any]:
        """``psnr`` in dB and ``distance`` over the person, and per class with its number of pixels."""
        every = torch.arange(len(self.label_set))
        return {
            **self._row(every),
            "classes": {
                name: self._row(every[index : index + 1])
                for index, name in enumerate(self.label_set.names)
                if self._pixels[index] > 0
            },
        }

    def _row(self, chosen: Tensor) -> dict[str, Any]:
        pixels, weight = float(self._pixels[chosen].sum()), float(self._weight[chosen].sum())
        error = float(self._error[chosen].sum()) / max(pixels, 1)
        psnr = 10 * math.log10(255**2 / error) if error > 0 and pixels > 0 else None
        distance = float(self._distance[chosen].sum()) / weight if weight > 0 else None
        return {"psnr": psnr, "distance": distance, "pixels": int(pixels)}
