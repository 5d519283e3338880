"""A photo's class codes."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.errors import UserError
from model.fitting import Fit, check_same_size
from model.framing import fit_labels, fit_photo, person_crop, shows_people, whole_crop
from model.images import Photo
from model.labels import LabelMap, check_label_map


def encode_photo(bundle: Bundle, photo: Photo, labels: LabelMap) -> Tensor:
    """The posterior means of a photo's class codes (paper section 3.2); absent classes get the bundle's mean code.

    A bundle with one code for the whole picture (VSPADE) has no absent classes.

    What the encoder sees is the person at the size that it knows people in (`network_view`), however small they are in
    the photo.

    Args:
        photo: uint8 (H, W, 3).
        labels: uint8 (H, W), the photo's label map.

    Returns:
        float32 (C, K, h, w) on the CPU.

    Raises:
        UserError: the bundle has no encoder, or map and photo differ in size.
    """
    if bundle.encoder is None:
        raise UserError("the bundle {bundle} has no encoder, so it cannot take styles from a photo", bundle=bundle.name)
    check_label_map(labels, bundle.label_set, "the label map")
    check_same_size(photo, labels, "the photo", "the label map")
    fitted_photo, fitted_labels = network_view(bundle, photo, labels)
    weight = next(bundle.encoder.parameters())
    pixels = photo_to_tensor(fitted_photo).to(weight.device)
    with torch.inference_mode():
        mean, _ = bundle.encoder(pixels, labels_to_tensor(fitted_labels).to(weight.device))
    if bundle.encoder.config.whole_picture:
        # One code for the whole photo, cut up among the classes: none of its parts belongs to a class alone.
        return mean[0].float().cpu()
    codes = bundle.code_mean.clone()
    # Padding must not make a background out of nothing, nor scaling down a class that no pixel is left of.
    for index in np.intersect1d(labels, fitted_labels):
        codes[index] = mean[0, int(index)].float().cpu()
    return codes


def network_view(bundle: Bundle, photo: Photo, labels: LabelMap) -> tuple[Photo, LabelMap]:
    """A photo and its map as the networks see them, at the native size: uint8 (height, width, 3) and (height, width).

    People are framed as in training (`model.framing.person_crop`); anything else is scaled to fit (`model.fitting`).
    Where the networks were trained on people before a studio ground, that ground replaces the photo's background.
    """
    background, ground = bundle.label_set.background, bundle.background
    source, height, width = labels.shape, bundle.height, bundle.width
    crop = whole = whole_crop(source[0], source[1], height, width)
    # A map of a few pixels would fall between those of the frame; scaled to fit, each line of it is met.
    if shows_people(bundle.label_set) and min(source) > 4:
        crop = person_crop(labels, height, width, background)
    if crop == whole:
        fit = Fit.into(source[0], source[1], height, width)
        seen_labels, seen = fit.labels(labels, background), fit.photo(photo, ground or (255, 255, 255))
    else:
        seen_labels, seen = fit_labels(labels, crop, height, width, background), fit_photo(photo, crop, height, width)
        seen[fit_labels(np.zeros_like(labels), crop, height, width, 1) > 0] = ground or (255, 255, 255)
    if ground is not None:
        seen = seen.copy()
        seen[seen_labels == background] = ground
    return seen, seen_labels


def photo_to_tensor(photo: Photo) -> Tensor:
    """uint8 (H, W, 3) -> float32 (1, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(photo)).permute(2, 0, 1)[None].float() / 127.5 - 1


def labels_to_tensor(labels: LabelMap) -> Tensor:
    """uint8 (H, W) -> int64 (1, H, W)."""
    return torch.from_numpy(labels.astype(np.int64))[None]


def tensor_to_picture(image: Tensor) -> Photo:
    """float (3, H, W) in [-1, 1] -> uint8 (H, W, 3)."""
    scaled = ((image.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return np.ascontiguousarray(scaled.permute(1, 2, 0).cpu().numpy())
