"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import UserError

if TYPE_CHECKING:
    from model.checkpoints import Bundle

BundleOption = Annotated[
    str | None, typer.Option("--bundle", "-b", help="Bundle of weights, by name or folder [default: street-fashion].")
]
PersonOption = Annotated[
    int, typer.Option("--person", min=1, help="Of several people in the photo: 1 the largest, 2 the next; see people.")
]


class Device(StrEnum):
    """Where the networks run."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


def open_bundle(name: str | None) -> Bundle:
    """The bundle that was named, or the default one."""
    from model.checkpoints import default_bundle_name, load_bundle

    return load_bundle(name if name is not None else default_bundle_name())


def check_output(path: Path, *suffixes: str) -> None:
    """Raise a UserError at once, not after minutes of work, where `path` cannot become the output."""
    if suffixes and path.suffix.lower() not in suffixes:
        raise UserError(f"{path} must end in {' or '.join(suffixes)}")
    if path.is_dir():
        raise UserError(f"{path} is a folder, not a file to write to")
    if not path.parent.is_dir():
        raise UserError(f"{path} cannot be written: the folder {path.parent} does not exist")
