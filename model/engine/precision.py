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
    """Whether this CPU multiplies bfloat16 itself (AVX512-BF16 or AMX); without, it is many times slower."""
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
    """ "auto" is the quickest: float16 on CUDA with tensor cores, else float32.

    On CPUs too that have instructions for bfloat16: minimal filtering in float32 takes half the time (0020).
    """
    if precision not in PRECISIONS:
        raise UserError(
            "The precision must be one of {precisions}, not {precision}.",
            precisions=", ".join(PRECISIONS),
            precision=precision,
        )
    if precision == "auto":
        half = device.type == "cuda" and torch.cuda.get_device_capability(device) >= TENSOR_CORES
        return torch.float16 if half else torch.float32
    if precision == "float16" and device.type == "cpu":
        raise UserError("The precision float16 needs a CUDA device; use float32 or bfloat16 on the CPU.")
    return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[precision]


def precision_name(precision: torch.dtype, device: torch.device) -> str:
    """How a precision is shown, and whether the CPU lacks the instructions for it."""
    name = str(precision).removeprefix("torch.")
    emulated = precision == torch.bfloat16 and device.type == "cpu" and not cpu_has_bfloat16()
    return f"{name} in software" if emulated else name
