"""Importing the authors' released checkpoints: latest_net_G.pth and latest_net_E.pth to networks and bundles.

Only numbers are read from these files (`weights_only=True`): no pickled code ever runs. Layers of the generator are
`fc`, the blocks `head_0`, `G_middle_*`, `up_*` and `conv_img`; of the encoder `layer1.0` to `layer6.0`, `fc_mu` and
`fc_var`. Spectrally normalised layers carry `weight_orig`, `weight_u` and `weight_v`.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from model.checkpoints.bundle import Bundle, save_bundle
from model.checkpoints.official_config import (
    OfficialConfig,
    config_from_options,
    config_from_tensors,
    official_network,
)
from model.checkpoints.state import check_keys, load_state
from model.errors import UserError
from model.files import read_json, reason
from model.groupdnet import ClassEncoder, EncoderConfig, Generator
from model.labels import ClassInfo, LabelSet, builtin_label_set


def read_checkpoint(path: str | Path) -> dict[str, Tensor]:
    """Read the tensors of a .pth file without running anything in it.

    Raises:
        UserError: the file is missing, damaged, needs more than tensors, or holds something else than tensors.
    """
    source = Path(path)
    if source.is_dir():
        raise UserError("{source} is a folder, not a checkpoint", source=source)
    if not source.exists():
        raise UserError("{source} does not exist", source=source)
    try:
        content = torch.load(source, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise _refusal(source, str(error)) from error
    except OSError as error:
        raise UserError("{source} cannot be read: {reason}", source=source, reason=reason(error)) from error
    except (RuntimeError, EOFError, zipfile.BadZipFile, ValueError, KeyError, IndexError, TypeError) as error:
        raise UserError("{source} is damaged or cut short: {error}", source=source, error=_first_line(error)) from error
    if isinstance(content, Mapping) and isinstance(content.get("state_dict"), Mapping):
        content = content["state_dict"]
    if not isinstance(content, Mapping) or not content:
        raise UserError(
            "{source} holds a {kind}, not the tensors of a network", source=source, kind=type(content).__name__
        )
    wrong = [str(key) for key, value in content.items() if not isinstance(key, str) or not isinstance(value, Tensor)]
    if wrong:
        raise UserError(
            "{source} holds something else than a tensor under {wrong}", source=source, wrong=", ".join(wrong[:3])
        )
    # Training on several GPUs puts "module." before every key.
    prefix = "module." if all(key.startswith("module.") for key in content) else ""
    return {key.removeprefix(prefix): value.detach() for key, value in content.items()}


def _refusal(source: Path, message: str) -> UserError:
    marker = "GLOBAL "
    if marker in message:
        wanted = message.split(marker, 1)[1].split()[0].rstrip(".,`")
        return UserError(
            "{source} is refused: besides tensors it needs {wanted}, and reading that could run code "
            "that the file brings along",
            source=source,
            wanted=wanted,
        )
    return UserError(
        "{source} is refused: it is damaged or holds more than tensors ({error})",
        source=source,
        error=_first_line(message),
    )


def _first_line(text: object) -> str:
    lines = [line.strip() for line in str(text).splitlines() if line.strip()]
    return lines[0] if lines else type(text).__name__


def read_options(path: str | Path) -> dict[str, Any]:
    """Read an options.json; raises UserError."""
    options = read_json(path)
    if not isinstance(options, dict):
        raise UserError("{path} holds no options", path=path)
    return options


def folded_weight(tensors: Mapping[str, Tensor], layer: str, source: str) -> Tensor:
    """The weight of a spectrally normalised layer as it acts in evaluation: W / (u' W v) with the stored u and v.

    Computed in float64. Files of old PyTorch versions carry `weight` and no `weight_v`: that weight was normalised when
    it was stored and is used as it is.

    Raises:
        UserError: a tensor is missing, has another shape than the weight asks for, or sigma is zero.
    """
    original, u, v = (tensors.get(f"{layer}.weight_{part}") for part in ("orig", "u", "v"))
    plain = tensors.get(f"{layer}.weight")
    if original is None or v is None:
        if plain is None:
            raise UserError(
                "{source} lacks {layer}.{missing}",
                source=source,
                layer=layer,
                missing="weight_orig" if original is None else "weight_v",
            )
        return plain.float()
    if u is None:
        raise UserError("{source} lacks {layer}.weight_u", source=source, layer=layer)
    matrix = original.double().flatten(1)
    if tuple(u.shape) != matrix.shape[:1] or tuple(v.shape) != matrix.shape[1:]:
        raise UserError(
            "{source} has {layer}.weight_u and weight_v of {first} and {second} numbers, but its "
            "weight needs {rows} and {columns}",
            source=source,
            layer=layer,
            first=u.numel(),
            second=v.numel(),
            rows=matrix.shape[0],
            columns=matrix.shape[1],
        )
    sigma = u.double() @ matrix @ v.double()
    if not bool(sigma.isfinite()) or float(sigma) == 0.0:
        raise UserError(
            "{source}: the spectral norm of {layer} is {sigma}, which nothing can be divided by",
            source=source,
            layer=layer,
            sigma=float(sigma),
        )
    return (original.double() / sigma).float()


@dataclass(frozen=True)
class KeyMap:
    """Where the tensors of a file go: `normalised` maps layers with spectral norm, `plain` single keys, theirs to ours.

    Keys below the layers named in `unused` are left out.
    """

    normalised: dict[str, str]
    plain: dict[str, str]
    unused: tuple[str, ...] = ()

    def translate(self, tensors: Mapping[str, Tensor], network: nn.Module, source: str) -> dict[str, Tensor]:
        """State for `network`; a UserError names the file's own keys that are missing, unknown or mis-shaped."""
        shapes = {key: tuple(value.shape) for key, value in network.state_dict().items()}
        wanted = {theirs: shapes[ours] for theirs, ours in self.plain.items()}
        vectors: set[str] = set()
        for theirs, ours in self.normalised.items():
            stored = (
                "weight" if f"{theirs}.weight_orig" not in tensors and f"{theirs}.weight" in tensors else "weight_orig"
            )
            wanted[f"{theirs}.{stored}"] = shapes[f"{ours}.weight"]
            vectors.update(f"{theirs}.{part}" for part in ("weight", "weight_u", "weight_v") if part != stored)
        unused = tuple(f"{layer}." for layer in self.unused)
        found = {
            key: value
            for key, value in tensors.items()
            if key not in vectors and not key.startswith(unused) and not key.endswith("num_batches_tracked")
        }
        check_keys(found, wanted, source)
        state = {ours: tensors[theirs].float() for theirs, ours in self.plain.items()}
        for theirs, ours in self.normalised.items():
            state[f"{ours}.weight"] = folded_weight(tensors, theirs, source)
        return state


def generator_keys(config: OfficialConfig) -> KeyMap:
    """The authors' generator keys and those of `Generator`."""
    normalised: dict[str, str] = {}
    plain = _layer("fc", "fc") | _layer("conv_img", "to_rgb.0")
    for number, (name, block) in enumerate(zip(config.block_names, config.generator.blocks, strict=True)):
        for suffix in ("0", "1", "s") if block.learned_shortcut else ("0", "1"):
            conv, norm = f"{name}.conv_{suffix}", f"{name}.norm_{suffix}"
            our_conv, our_norm = f"blocks.{number}.conv_{suffix}", f"blocks.{number}.norm_{suffix}"
            normalised[conv] = our_conv
            if suffix != "s":
                plain[f"{conv}.bias"] = f"{our_conv}.bias"
            for statistic in ("running_mean", "running_var"):
                plain[f"{norm}.param_free_norm.{statistic}"] = f"{our_norm}.norm.{statistic}"
            for theirs, ours in (("mlp_shared.0", "shared"), ("mlp_gamma", "gamma"), ("mlp_beta", "beta")):
                plain |= _layer(f"{norm}.{theirs}", f"{our_norm}.{ours}")
    return KeyMap(normalised, plain, config.unused_blocks)


def encoder_keys(config: EncoderConfig) -> KeyMap:
    """The authors' encoder keys and those of `ClassEncoder`."""
    normalised = {f"layer{number + 1}.0": f"layers.{number}" for number in range(len(config.widths))}
    return KeyMap(normalised, _layer("fc_mu", "mean") | _layer("fc_var", "logvar"))


def _layer(theirs: str, ours: str) -> dict[str, str]:
    return {f"{theirs}.{part}": f"{ours}.{part}" for part in ("weight", "bias")}


def build_networks(
    config: OfficialConfig,
    generator_tensors: Mapping[str, Tensor],
    encoder_tensors: Mapping[str, Tensor] | None,
    generator_source: str,
    encoder_source: str,
) -> tuple[Generator, ClassEncoder | None]:
    """Both networks in evaluation, spectral norm folded, with the authors' weights; a UserError names wrong keys."""
    with torch.device("meta"):
        generator = Generator(replace(config.generator, spectral_norm=False))
    state = generator_keys(config).translate(generator_tensors, generator, generator_source)
    load_state(generator, state, generator_source)
    generator.eval().requires_grad_(False)
    if encoder_tensors is None:
        return generator, None
    if config.encoder is None:
        raise UserError("the options describe no encoder, so {source} cannot be read", source=encoder_source)
    with torch.device("meta"):
        encoder = ClassEncoder(replace(config.encoder, spectral_norm=False))
    state = encoder_keys(config.encoder).translate(encoder_tensors, encoder, encoder_source)
    load_state(encoder, state, encoder_source)
    return generator, encoder.eval().requires_grad_(False)


def official_label_set(network: str, classes: int) -> LabelSet:
    """The released network's label set; for another number of classes (a network trained elsewhere) numbered ones."""
    released = builtin_label_set(network)
    if len(released) == classes:
        return released
    wheel = [((c * 67) % 200 + 40, (c * 131) % 200 + 40, (c * 29) % 200 + 40) for c in range(1, classes)]
    named = [ClassInfo("class 0", (0, 0, 0))]
    named += [ClassInfo(f"class {number}", color) for number, color in enumerate(wheel, start=1)]
    return LabelSet(f"{network}-{classes}", tuple(named))


def import_official(
    network: str,
    generator: str | Path,
    output: str | Path,
    encoder: str | Path | None = None,
    options: str | Path | None = None,
) -> Bundle:
    """Turn released checkpoints into a bundle folder `output` and return the bundle.

    Args:
        network: deepfashion, ade20k or cityscapes.
        generator: latest_net_G.pth.
        encoder: latest_net_E.pth; without it no styles can be taken from photos.
        options: options.json where the networks have other widths or classes than the released ones; without it every
            width and group number is read off the tensors.

    Raises:
        UserError: a file is missing, damaged, refused, or does not fit the network; `output` cannot be written.
    """
    released = official_network(network)
    generator_tensors = read_checkpoint(generator)
    encoder_tensors = read_checkpoint(encoder) if encoder is not None else None
    if options is not None:
        config = config_from_options(read_options(options), str(options))
        if config.network.name != released.name:
            raise UserError(
                "{options} describes the network {described}, not {wanted}",
                options=options,
                described=config.network.name,
                wanted=released.name,
            )
    else:
        config = config_from_tensors(released, generator_tensors, encoder_tensors, str(generator), str(encoder))
    built, built_encoder = build_networks(config, generator_tensors, encoder_tensors, str(generator), str(encoder))
    channels = config.generator.code_channels
    shape = (config.network.classes, channels, config.network.base_height, config.network.base_width)
    bundle = Bundle(
        name=Path(output).name,
        label_set=official_label_set(released.name, config.network.classes),
        generator=built,
        encoder=built_encoder,
        height=config.height,
        width=config.width,
        # The prior of the paper: codes of a class that no photo shows.
        code_mean=torch.zeros(shape),
        code_std=torch.ones(shape),
        card={
            "model": f"GroupDNet for {released.name}, imported from the authors' checkpoints ({Path(generator).name}).",
            "source": "Zhu, Xu, You, Bai: Semantically Multi-modal Image Synthesis, CVPR 2020.",
            "licence": "The weights keep their authors' licence (CC BY-NC-SA 4.0 for the released ones).",
        },
    )
    # Not halved: what was released is kept exactly.
    save_bundle(bundle, output, half=False)
    return bundle
