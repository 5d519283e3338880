"""`edit`: the one command that opens a window."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import Device
from model.errors import UserError


def open_editor(arguments: list[str]) -> int:
    """Open the window and return its exit code when it is closed.

    Raises:
        UserError: there is no display to open it on.
    """
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        raise UserError(
            "there is no display (DISPLAY and WAYLAND_DISPLAY are unset); without a screen, use: "
            "python main.py render LABELS.png -o OUT.png"
        )
    from app.launch import main

    return main(arguments)


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
