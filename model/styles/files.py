"""Style files: the codes of one picture as safetensors, with the names of their classes."""

from __future__ import annotations

import json
from pathlib import Path

import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.checkpoints.state import write_tensors
from model.errors import Phrase, UserError
from model.files import reason, replacing

_FORMAT = "smis-styles-1"


def write_styles(path: str | Path, codes: Tensor, bundle: Bundle) -> None:
    """Write codes (C, K, h, w) with the bundle's name and class names. A failure keeps the old file.

    Raises:
        UserError: the suffix is not .safetensors, or the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() != ".safetensors":
        raise UserError("{target} must end in .safetensors to be written as styles", target=target)
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
    if source.is_dir():
        raise UserError("{source} is a folder, not a style file", source=source)
    if not source.exists():
        raise UserError("{source} does not exist", source=source)
    try:
        with safe_open(source, framework="pt") as file:
            metadata = file.metadata() or {}
            if "codes" not in file.keys():  # noqa: SIM118 - not a mapping
                raise UserError("{source} is no style file: it holds no codes", source=source)
            codes: Tensor = file.get_tensor("codes").float()
    except SafetensorError as error:
        raise UserError(
            "{source} is no safetensors file, or is cut short: {error}", source=source, error=error
        ) from error
    except OSError as error:
        raise UserError("{source} cannot be read: {reason}", source=source, reason=reason(error)) from error
    if codes.ndim != 4 or not bool(codes.isfinite().all()):
        raise UserError("{source} is no style file: its codes are damaged", source=source)
    if bundle is not None:
        label_set = metadata.get("label_set", bundle.label_set.name)
        codes = _with_controls(codes, bundle)
        if tuple(codes.shape) != bundle.code_shape or label_set != bundle.label_set.name:
            made = metadata.get("bundle") or Phrase("another bundle")
            raise UserError(
                "{source} was made with {made} ({label_set}, codes {shape}) and does not fit {bundle} "
                "({bundle_set}, codes {wanted})",
                source=source,
                made=made,
                label_set=label_set,
                shape=tuple(codes.shape),
                bundle=bundle.name,
                bundle_set=bundle.label_set.name,
                wanted=bundle.code_shape,
            )
    return codes


def _with_controls(codes: Tensor, bundle: Bundle) -> Tensor:
    """Codes that were written before the bundle's network had controls, with these at 0; others as they are."""
    classes, channels, *sides = bundle.code_shape
    controls = bundle.generator.config.controls
    if not controls or tuple(codes.shape) != (classes, channels - controls, *sides):
        return codes
    return F.pad(codes, (0, 0, 0, 0, 0, controls))
