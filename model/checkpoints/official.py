"""Checking the networks against numbers that the authors' own code computed with the same weights."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.checkpoints.importer import build_networks, read_checkpoint, read_options
from model.checkpoints.official_config import OfficialConfig, config_from_options
from model.errors import UserError
from model.files import reason
from model.groupdnet import ClassEncoder, Generator

#: Largest absolute difference allowed for each figure of `check_official`.
TOLERANCES = {"image": 1e-4, "mu": 2e-4, "logvar": 2e-4, "crops": 1e-6}

Arrays = dict[str, NDArray[Any]]


def check_official(directory: str | Path) -> dict[str, float]:
    """Run both networks of a folder of recorded numbers and compare.

    The folder holds latest_net_G.pth, latest_net_E.pth, options.json and reference.npz (arrays label, z, image, photo,
    enc_label, trans, mu, logvar; instance, enc_instance and image1_s2 for networks with instance edges).

    Returns:
        The largest absolute difference of "image", "mu", "logvar" and "crops" (what feeds the encoder).

    Raises:
        UserError: a file or array is missing, damaged, or of a shape that does not fit the others.
    """
    folder = Path(directory)
    if not folder.is_dir():
        raise UserError(f"{folder} {'is not a folder' if folder.exists() else 'does not exist'}")
    paths = [folder / name for name in ("latest_net_G.pth", "latest_net_E.pth", "options.json", "reference.npz")]
    for path in paths:
        if not path.is_file():
            raise UserError(f"{path} does not exist")
    g_path, e_path, options_path, reference_path = paths
    options = read_options(options_path)
    config = config_from_options(options, str(options_path))
    generator, encoder = build_networks(
        config, read_checkpoint(g_path), read_checkpoint(e_path), str(g_path), str(e_path)
    )
    if encoder is None:
        raise UserError(f"{options_path} describes no encoder")
    reference = _read_reference(reference_path)
    ignored = (
        int(options.get("label_nc", config.network.classes - 1)) if options.get("contain_dontcare_label") else None
    )
    try:
        with torch.inference_mode():
            result = {"image": _image_error(generator, config, reference, ignored, str(reference_path))}
            result |= _encoder_errors(encoder, config, reference, ignored, str(reference_path))
    except KeyError as error:
        raise UserError(f"{reference_path} holds no array {error}") from None
    return result


def faults(result: dict[str, float]) -> list[str]:
    """One phrase for every figure that is over its tolerance or not a number; none where all is well."""
    return [
        f"{name} differs by {result[name]:.2g}, more than {limit:g}"
        for name, limit in TOLERANCES.items()
        if not result[name] <= limit
    ]


def _read_reference(path: Path) -> Arrays:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except OSError as error:
        raise UserError(f"{path} cannot be read: {reason(error)}") from error
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(f"{path} is damaged or no .npz file: {error}") from error


def _labels(array: NDArray[Any], config: OfficialConfig, ignored: int | None, name: str, source: str) -> Tensor:
    labels = torch.from_numpy(array.astype(np.int64))
    if ignored is not None:
        labels[labels == 255] = ignored
    if labels.ndim != 3 or labels.numel() == 0 or int(labels.min()) < 0 or int(labels.max()) >= config.network.classes:
        raise UserError(f"{source}: {name} is no batch of label maps of {config.network.classes} classes")
    return labels


def _difference(ours: Tensor, recorded: NDArray[Any], name: str, source: str) -> float:
    theirs = torch.from_numpy(recorded.astype(np.float32))
    if theirs.shape != ours.shape:
        raise UserError(f"{source}: {name} has the shape {tuple(theirs.shape)}, but {tuple(ours.shape)} was computed")
    return float((ours - theirs).abs().max())


def _codes(array: NDArray[Any], config: OfficialConfig, name: str, source: str) -> Tensor:
    network = config.generator
    if array.ndim != 4 or array.shape[1] != network.classes * network.code_channels:
        raise UserError(f"{source}: {name} has the shape {array.shape}, which holds no codes of this network")
    codes = torch.from_numpy(array.astype(np.float32))
    return codes.view(len(codes), network.classes, network.code_channels, *codes.shape[-2:])


def _image_error(
    generator: Generator, config: OfficialConfig, reference: Arrays, ignored: int | None, source: str
) -> float:
    labels = _labels(reference["label"], config, ignored, "label", source)
    codes = _codes(reference["z"], config, "z", source)
    if len(codes) != len(labels):
        raise UserError(f"{source}: label holds {len(labels)} samples, z {len(codes)}")
    instances = None
    if config.network.instance_edges:
        instances = torch.from_numpy(reference["instance"].astype(np.int64))
    image = reference["image"]
    errors = []
    for number in range(len(labels)):
        one = slice(number, number + 1)
        inputs = (labels[one], codes[one], None if instances is None else instances[one])
        if number < len(image):
            errors.append(_difference(generator(*inputs), image[one], "image", source))
        elif f"image{number}_s2" in reference:
            # Recorded as every second pixel only.
            drawn = generator(*inputs)[0, :, ::2, ::2]
            errors.append(_difference(drawn, reference[f"image{number}_s2"], f"image{number}_s2", source))
    if not errors:
        raise UserError(f"{source}: image holds no sample")
    # Unlike max, this passes a difference that is not a number on.
    return float(torch.tensor(errors).max())


def _encoder_errors(
    encoder: ClassEncoder, config: OfficialConfig, reference: Arrays, ignored: int | None, source: str
) -> dict[str, float]:
    labels = _labels(reference["enc_label"], config, ignored, "enc_label", source)
    photo = torch.from_numpy(reference["photo"].astype(np.float32))
    if photo.ndim != 4 or photo.shape[1] != 3 or photo.shape[2:] != labels.shape[1:] or len(photo) != len(labels):
        raise UserError(f"{source}: photo {tuple(photo.shape)} and enc_label {tuple(labels.shape)} do not fit")
    crops = encoder.crops(photo, labels)
    mean, logvar = encoder.encode_crops(crops)
    return {
        "mu": _difference(mean.flatten(1, 2), reference["mu"], "mu", source),
        "logvar": _difference(logvar.flatten(1, 2), reference["logvar"], "logvar", source),
        "crops": _difference(crops, reference["trans"], "trans", source),
    }
