"""Tensors in and out of files and networks, with every fault named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.utils import parametrize

from model.errors import Phrase, UserError
from model.files import reason

#: How many keys a message names before it only counts them.
NAMED_KEYS = 4


def name_keys(keys: Iterable[str]) -> str:
    """The first few keys and how many more there are."""
    listed = list(keys)
    text = ", ".join(listed[:NAMED_KEYS])
    more = len(listed) - NAMED_KEYS
    return Phrase("{keys} and {more} more", keys=text, more=more) if more > 0 else text


def check_keys(found: Mapping[str, Tensor], wanted: Mapping[str, tuple[int, ...]], source: str | Path) -> None:
    """Raise a UserError that names the keys of `found` which are missing, unknown or of another shape than wanted."""
    faults = []
    missing = [key for key in wanted if key not in found]
    if missing:
        faults.append(Phrase("it lacks {keys}", keys=name_keys(missing)))
    unknown = [key for key in found if key not in wanted]
    if unknown:
        faults.append(Phrase("it has the unknown {keys}", keys=name_keys(unknown)))
    shapes = [
        f"{key} with {shape_text(found[key].shape)} in place of {shape_text(shape)}"
        for key, shape in wanted.items()
        if key in found and tuple(found[key].shape) != tuple(shape)
    ]
    if shapes:
        faults.append(Phrase("it has {keys}", keys=name_keys(shapes)))
    if faults:
        told = reduce(lambda first, second: Phrase("{first}; {second}", first=first, second=second), faults)
        raise UserError("{source} does not fit the network: {faults}", source=source, faults=told)


def shape_text(shape: Iterable[int]) -> str:
    return "x".join(str(side) for side in shape) or "a single number"


def load_state(network: nn.Module, tensors: Mapping[str, Tensor], source: str | Path) -> None:
    """Make `tensors` the weights of `network`, which may be on the meta device.

    A UserError names the file and every key that does not fit.

    Counters of batch norm (num_batches_tracked) play no part in inference and may be missing.
    """
    wanted = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    counters = {key: torch.zeros((), dtype=torch.long) for key in wanted if key.endswith("num_batches_tracked")}
    complete = {**counters, **tensors}
    check_keys(complete, wanted, source)
    bad = [key for key, value in tensors.items() if value.is_floating_point() and not bool(value.isfinite().all())]
    if bad:
        raise UserError("{source} holds numbers that are not finite in {keys}", source=source, keys=name_keys(bad))
    network.load_state_dict(complete, assign=True)


def folded_state(network: nn.Module) -> dict[str, Tensor]:
    """State of `network` in evaluation, with spectral norm folded into plain weights: float32 on the CPU.

    The keys are those of the same network built with ``spectral_norm=False``. Counters of batch norm are left out. Each
    sigma is u' W v with the stored u and v, as in evaluation; the network itself is not changed.
    """
    folded: dict[str, Tensor] = {}
    was_training = network.training
    network.eval()
    try:
        with torch.no_grad():
            for name, module in network.named_modules():
                prefix = f"{name}." if name else ""
                if ".parametrizations" in f".{name}":
                    continue
                for key, parameter in module.named_parameters(recurse=False):
                    folded[prefix + key] = parameter
                for key, buffer in module.named_buffers(recurse=False):
                    if key != "num_batches_tracked" and key not in module._non_persistent_buffers_set:
                        folded[prefix + key] = buffer
                if parametrize.is_parametrized(module):
                    for key in module.parametrizations:  # type: ignore[union-attr]
                        folded[prefix + key] = getattr(module, key)
            return {key: value.detach().to("cpu", torch.float32).clone().contiguous() for key, value in folded.items()}
    finally:
        network.train(was_training)


def to_half(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """float16 for storage, except batch-norm statistics and tensors whose largest numbers float16 cannot hold."""
    stored = {}
    for key, value in tensors.items():
        half = value.to(torch.float16)
        keep = key.endswith(("running_mean", "running_var")) or not bool(half.isfinite().all())
        stored[key] = (value if keep else half).contiguous()
    return stored


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file; floating point numbers become float32. Raises UserError."""
    try:
        tensors = load_file(path)
    except FileNotFoundError:
        raise UserError("{path} does not exist", path=path) from None
    except SafetensorError as error:
        raise UserError("{path} is no safetensors file, or is cut short: {error}", path=path, error=error) from error
    except OSError as error:
        raise UserError("{path} cannot be read: {reason}", path=path, reason=reason(error)) from error
    return {key: value.float() if value.is_floating_point() else value for key, value in tensors.items()}


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: dict[str, str] | None = None) -> None:
    """Write a safetensors file in place; callers that overwrite give a temporary path."""
    try:
        save_file({key: value.contiguous() for key, value in tensors.items()}, path, metadata)
    except SafetensorError as error:
        raise OSError(str(error)) from error
    path.chmod(0o644)  # safetensors keeps its files to their owner, which a shared machine has no use for.
