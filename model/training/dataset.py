"""The pairs of one run in memory: photos and maps on the device that trains, split for training and validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from model.errors import UserError
from model.labels import LabelSet
from model.training.config import TrainConfig
from model.training.data import (
    find_extra_pairs,
    find_pairs,
    load_arrays,
    load_label_set,
    require_sound_data,
    split_pairs,
)

if TYPE_CHECKING:
    from model.training.run import TrainOptions


@dataclass
class Dataset:
    """A split in memory on the training device: uint8 photos (N, 3, H, W) and maps (N, H, W)."""

    photos: Tensor
    maps: Tensor

    def __len__(self) -> int:
        return len(self.maps)

    def take(self, index: Tensor) -> tuple[Tensor, Tensor]:
        return self.photos[index], self.maps[index]


def read_data(options: TrainOptions, config: TrainConfig, device: torch.device) -> tuple[LabelSet, Dataset, Dataset]:
    """(label set, training split, validation split: every 10th stem). Raises UserError for any fault of the data."""
    label_set = load_label_set(options.data)
    if len(label_set) != config.generator.classes:
        raise UserError(
            f"{options.data} has {len(label_set)} classes, but the recipe {config.name} is for "
            f"{config.generator.classes}."
        )
    if options.check:
        require_sound_data(options.data)
    training, validation = split_pairs(find_pairs(options.data, label_set))
    if not training:
        raise UserError(f"{options.data} has too few pairs to train on: at least 2 are needed.")

    def load(pairs: Any) -> Dataset:
        photos, maps = load_arrays(pairs, config.height, config.width)
        return Dataset(photos.to(device), maps.to(device))

    return label_set, load(training), load(validation)


def read_extra(options: TrainOptions, config: TrainConfig, label_set: LabelSet, training: Dataset) -> Dataset:
    """The training split with the pairs of ``options.extra_data`` behind it. Raises UserError for any fault of them."""
    folder = options.extra_data
    if folder is None:
        return training
    pairs = find_extra_pairs(folder, options.data, label_set, options.check)
    photos, maps = load_arrays(pairs, config.height, config.width)
    device = training.maps.device
    return Dataset(torch.cat([training.photos, photos.to(device)]), torch.cat([training.maps, maps.to(device)]))
