"""Style files: the codes of one picture as safetensors, with the names of their classes."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.checkpoints.state import write_tensors
from model.errors import UserError
from model.files import reason, replacing

_FORMAT = "smis-styles-1"


def write_styles(path: str | Path, codes: Tensor, bundle: Bundle) -> None:
    """Write codes (C, K, h, w) with the bundle's name and class names. A failure keeps the old file.

    Raises:
        UserError: the suffix is not .safetensors, or the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() != ".safetensors":
        raise UserError(f"{target} must end in .safetensors to be written as styles")
    if tuple(codes.shape) != bundle.code_shape:
        raise ValueError(f"codes of shape {tuple(codes.shape)} are not {bundle.code_shape}")
    metadata = {
        "format": _FORMAT,
        "bundle": bundle.name,
        "label_set": bundle.label_set.name,
        "classes": json.dumps(bundle.label_set.names),
    }
    with replacing(target) as temporary:
        write_tensors(temporary, {"codes": codes.detach().float().cpu()}, metadata)


def read_styles(path: str | Path, bundle: Bundle | None = None) -> Tensor:
    """Read codes that `write_styles` wrote: float32 (C, K, h, w).

    Args:
        bundle: where given, the codes must be of its label set and shape.

    Raises:
        UserError: the file is missing, damaged or no style file, or its codes do not fit the bundle.
    """
    source = Path(path)
    if not source.is_file():
        raise UserError(f"{source} {'is a folder, not a style file' if source.exists() else 'does not exist'}")
    try:
        with safe_open(source, framework="pt") as file:
            metadata = file.metadata() or {}
            if "codes" not in file.keys():  # noqa: SIM118 - not a mapping
                raise UserError(f"{source} is no style file: it holds no codes")
            codes: Tensor = file.get_tensor("codes").float()
    except SafetensorError as error:
        raise UserError(f"{source} is no safetensors file, or is cut short: {error}") from error
    except OSError as error:
        raise UserError(f"{source} cannot be read: {reason(error)}") from error
    if codes.ndim != 4 or not bool(codes.isfinite().all()):
        raise UserError(f"{source} is no style file: its codes are damaged")
    if bundle is not None:
        label_set = metadata.get("label_set", bundle.label_set.name)
        if tuple(codes.shape) != bundle.code_shape or label_set != bundle.label_set.name:
            made = metadata.get("bundle", "another bundle")
            raise UserError(
                f"{source} was made with {made} ({label_set}, codes {tuple(codes.shape)}) and does not fit "
                f"{bundle.name} ({bundle.label_set.name}, codes {bundle.code_shape})"
            )
    return codes
