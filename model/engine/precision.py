"""Which device and number format to compute in."""

from __future__ import annotations

from pathlib import Path

import torch

from model.engine.graphs import cuda_works
from model.errors import UserError

DEVICES = ("auto", "cpu", "cuda")
# From this compute capability on half is faster than float32; before, on most devices, many times slower.
TENSOR_CORES = (7, 0)
PRECISIONS = ("auto", "float32", "bfloat16", "float16")


def cpu_has_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 itself (AVX512-BF16 or AMX); without, float32 is several times faster."""
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        probe = getattr(torch.cpu, name, None)
        if probe is not None and probe():
            return True
    try:
        flags = Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def choose_device(device: str) -> torch.device:
    """ "auto" is CUDA where a device works. Raises UserError for an unknown name or a CUDA that is not there."""
    if device == "auto":
        return torch.device("cuda" if cuda_works() else "cpu")
    kind, _, number = device.partition(":")
    if kind not in ("cpu", "cuda") or (number and not number.isdigit()):
        raise UserError("The device must be one of {devices}, not {device}.", devices=", ".join(DEVICES), device=device)
    if kind == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if int(number or 0) >= count:
            raise UserError(
                "The device {device} was asked for, but this machine has {count} CUDA devices for torch.",
                device=device,
                count=count,
            )
    return torch.device(device)


def choose_precision(precision: str, device: torch.device) -> torch.dtype:
    """ "auto" is float16 on CUDA and bfloat16 on CPUs, where they have the instructions, and float32 on others."""
    if precision not in PRECISIONS:
        raise UserError(
            "The precision must be one of {precisions}, not {precision}.",
            precisions=", ".join(PRECISIONS),
            precision=precision,
        )
    if precision == "auto":
        if device.type == "cuda":
            return torch.float16 if torch.cuda.get_device_capability(device) >= TENSOR_CORES else torch.float32
        return torch.bfloat16 if cpu_has_bfloat16() else torch.float32
    if precision == "float16" and device.type == "cpu":
        raise UserError("The precision float16 needs a CUDA device; use float32 or bfloat16 on the CPU.")
    return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[precision]
