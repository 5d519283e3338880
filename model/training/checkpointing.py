"""Checkpoints of a run: everything that a later process needs to go on as if it had never stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from model.errors import UserError

NAME = "checkpoint.pt"


def save_checkpoint(run: Path, state: dict[str, Any]) -> None:
    """Write RUN/checkpoint.pt (temporary file, then rename): a crash while writing leaves the old one."""
    run.mkdir(parents=True, exist_ok=True)
    temporary = run / f".{NAME}.tmp"
    torch.save(state, temporary)
    temporary.replace(run / NAME)


def load_checkpoint(run: Path) -> dict[str, Any]:
    """Read RUN/checkpoint.pt with weights_only. Raises UserError where there is none or it cannot be read."""
    path = run / NAME
    if not path.is_file():
        raise UserError(f"{run} holds no {NAME} to resume from.")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise UserError(f"{path} cannot be read as a checkpoint: {error}") from error
    if not isinstance(state, dict) or "step" not in state:
        raise UserError(f"{path} is not a checkpoint of this trainer.")
    return state
