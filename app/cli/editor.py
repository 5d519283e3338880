"""`edit`: the one command that opens a window."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import Device
from app.cli.start import open_editor


def edit(
    file: Annotated[Path | None, typer.Argument(help="A project, photo or label map to open.")] = None,
    bundle: Annotated[str | None, typer.Option(help="Bundle of weights, by name or folder.")] = None,
    device: Annotated[Device | None, typer.Option(help="Where to compute.")] = None,
) -> None:
    """Open the editor."""
    arguments = [] if file is None else [str(file)]
    if bundle is not None:
        arguments += ["--bundle", bundle]
    if device is not None:
        arguments += ["--device", device.value]
    raise typer.Exit(open_editor(arguments))


COMMANDS = {"edit": edit}
