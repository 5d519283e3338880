"""`import-official` and `check-official`: the authors' released checkpoints."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class OfficialName(StrEnum):
    """The networks that the authors released."""

    deepfashion = "deepfashion"
    ade20k = "ade20k"
    cityscapes = "cityscapes"


def import_official(
    network: Annotated[OfficialName, typer.Option(help="Which of the released networks it is.")],
    generator: Annotated[Path, typer.Option(help="latest_net_G.pth")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the bundle, such as weights/NAME.")],
    encoder: Annotated[Path | None, typer.Option(help="latest_net_E.pth; without it photos give no styles.")] = None,
    options: Annotated[
        Path | None, typer.Option(help="options.json, for networks of other sizes than the released ones.")
    ] = None,
) -> None:
    """Make a bundle of the authors' released checkpoints."""
    from model.checkpoints.importer import import_official as run_import

    bundle = run_import(network.value, generator, output, encoder, options)
    print(f"{output}: {bundle.classes} classes ({bundle.label_set.name}), {bundle.width} x {bundle.height} pixels")


def check_official(
    directory: Annotated[
        Path, typer.Argument(help="Folder with latest_net_G.pth, latest_net_E.pth, options.json and reference.npz.")
    ],
) -> None:
    """Compare both networks with recorded numbers of the authors' code; exit 0 only within tolerance."""
    from model.checkpoints.official import check_official as run_check
    from model.checkpoints.official import faults

    result = run_check(directory)
    print(json.dumps(result))
    wrong = faults(result)
    if wrong:
        typer.echo(f"smis-studio: {directory}: {'; '.join(wrong)}", err=True)
        raise typer.Exit(1)


COMMANDS = {"import-official": import_official, "check-official": check_official}
