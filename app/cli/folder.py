"""`render-folder`: many label maps, on many devices and machines."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import BundleOption, Device, PersonOption, open_bundle
from model.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor


def render_folder(
    maps: Annotated[Path, typer.Argument(metavar="LABELS_DIR", help="Folder of label maps.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the pictures; made where it is missing.")],
    bundle: BundleOption = None,
    style_from: Annotated[Path | None, typer.Option(help="Photo whose class styles all pictures get.")] = None,
    style_labels: Annotated[Path | None, typer.Option(help="Label map of that photo; parsed where not given.")] = None,
    person: PersonOption = 1,
    styles: Annotated[Path | None, typer.Option(help="Styles written by encode.")] = None,
    seed: Annotated[int | None, typer.Option(help="Draw random styles, others for every map.")] = None,
    instances: Annotated[
        Path | None, typer.Option(help="Folder of instance maps of the same names, for networks with instance edges.")
    ] = None,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.auto,
    precision: Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.")] = "auto",
    devices: Annotated[int, typer.Option(min=1, help="Devices (or CPU processes) on each machine.")] = 1,
    nodes: Annotated[int, typer.Option(min=1, help="Machines.")] = 1,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Draw again what is there already.")] = False,
) -> None:
    """Draw every label map of a folder; a stopped run goes on where it was, a bad file is told of and skipped."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    from app.cli.pictures import _codes as chosen_codes
    from model.engine import Renderer
    from model.engine.folder import find_maps
    from model.engine.folder import render_folder as run
    from model.styles import sample_codes

    if style_from is not None and styles is not None:
        raise UserError("--style-from and --styles exclude each other")
    if style_labels is not None and style_from is None:
        raise UserError("--style-labels is the label map of the photo given by --style-from, which is missing")
    if instances is not None and not instances.is_dir():
        raise UserError(f"{instances} is not a folder of instance maps")
    found = find_maps(maps)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{output} cannot be made: {error.strerror}") from error
    if output.resolve() == maps.resolve():
        raise UserError(f"{output} holds the label maps themselves; choose another folder for the pictures")

    place, rank, world = _launch(device, devices, nodes)
    opened = open_bundle(bundle)
    fixed = chosen_codes(opened, style_from, style_labels, styles, None, person)
    given = style_from is not None or styles is not None

    def codes(path: Path) -> Tensor:
        if seed is None or given:
            return fixed
        # By name, so that a map gets the same styles whichever process draws it and whatever else is in the folder.
        name = int.from_bytes(hashlib.sha256(f"{seed}/{path.stem}".encode()).digest()[:6], "big")
        return sample_codes(opened, name)

    console = Console(stderr=True)
    columns = (*Progress.get_default_columns()[:-1], MofNCompleteColumn(), TimeRemainingColumn())
    own = found[rank::world]
    with Progress(*columns, console=console, disable=rank > 0 or not console.is_terminal) as progress:
        task = progress.add_task("Drawing", total=len(own))

        def tell(fault: str | None) -> None:
            if fault is not None:
                console.print(" ".join(fault.split()), soft_wrap=True, markup=False, highlight=False)
            progress.advance(task)

        renderer = Renderer(opened, place, precision, compiled="first")
        result = run(opened, renderer, own, output, codes, instances=instances, overwrite=overwrite, progress=tell)
        if renderer.notice:
            console.print(renderer.notice, soft_wrap=True, markup=False, highlight=False)
    drawn, kept, bad = _total(result.drawn, result.kept, len(result.faults))
    if rank > 0:
        # The launcher takes another exit code of a helper process for a crash and kills the first one.
        return
    print(f"{drawn} drawn, {kept} there already, {bad} bad")
    if bad:
        raise UserError(f"{bad} of {len(found)} label maps of {maps} could not be drawn")


def _launch(device: Device, devices: int, nodes: int) -> tuple[str, int, int]:
    """Start the other processes; returns this one's device, number and the number of all."""
    if devices * nodes == 1:
        return device.value, 0, 1
    try:
        from lightning.fabric import Fabric
    except ModuleNotFoundError as error:
        raise UserError("--devices and --nodes need lightning; install it with: pip install -e '.[train]'") from error
    fabric = Fabric(accelerator=device.value, devices=devices, num_nodes=nodes, strategy="ddp")
    fabric.launch()
    return str(fabric.device), fabric.global_rank, fabric.world_size


def _total(*counts: int) -> list[int]:
    """The counts of all processes, added up."""
    import torch
    import torch.distributed as distributed

    if not (distributed.is_available() and distributed.is_initialized()):
        return list(counts)
    total = torch.tensor(counts)
    if distributed.get_backend() == "nccl":
        total = total.cuda()
    distributed.all_reduce(total)
    distributed.destroy_process_group()
    return [int(value) for value in total]


COMMANDS = {"render-folder": render_folder}
