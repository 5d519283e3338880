"""`evaluate`: what a bundle is worth, in figures and on a page of pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.options import Device, check_output
from app.cli.training import DataOption, training_packages
from model.errors import UserError

if TYPE_CHECKING:
    from rich.table import Table

    from model.parsing import Parser

_ROWS = {
    "photos": "photos",
    "photos_on_ground": "photos on the studio ground",
    "flat": "flat colours",
    "blurred": "blurred photos",
    "reconstructions": "reconstructions",
    "samples": "samples",
    "prior_samples": "samples from N(0, 1)",
}


def evaluate(
    bundle: Annotated[str, typer.Option("--bundle", "-b", help="Bundle of weights, by name or folder.")],
    data: DataOption,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures to this file.")] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Write a page of the best, median and worst reconstructions.")
    ] = None,
    parser: Annotated[
        str | None,
        typer.Option(help="Judge the layout by the parser of this bundle or train-parser run, not by the bundle's."),
    ] = None,
    validation: Annotated[
        bool, typer.Option("--validation", help="Only every 10th pair by name, which training leaves out.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=4, help="At most so many pairs, evenly spread.")] = None,
    diversity_maps: Annotated[int, typer.Option(min=0, help="Label maps for mCSD and mOCD; 0 leaves them out.")] = 6,
    seed: Annotated[int, typer.Option(min=0, max=10**9, help="Seed of everything random.")] = 0,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.auto,
    inception_weights: Annotated[
        Path | None, typer.Option(help="torch-fidelity's Inception weights, for FID proper.")
    ] = None,
    vgg_weights: Annotated[Path | None, typer.Option(help="torchvision's VGG-16 weights, for LPIPS proper.")] = None,
) -> None:
    """Measure a bundle on photos with label maps: layout, realism, diversity and reconstruction."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from model.images import PICTURE_SUFFIXES, write_picture

    if json_file is not None:
        check_output(json_file, ".json")
    if pictures is not None:
        check_output(pictures, *PICTURE_SUFFIXES)
    with training_packages():
        from model.checkpoints import load_bundle
        from model.evaluation.report import EvaluateOptions
        from model.evaluation.report import evaluate as run
        from model.training.parser.loop import pick_device

        options = EvaluateOptions(
            data=data,
            parser=None if parser is None else _open_parser(parser),
            seed=seed,
            device=pick_device(device.value),
            limit=limit,
            validation=validation,
            diversity_maps=diversity_maps,
            inception_weights=inception_weights,
            vgg_weights=vgg_weights,
            page=pictures is not None,
        )
        opened = load_bundle(bundle)
        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        tasks: dict[str, Any] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done)

        with progress:
            result = run(opened, options, show)
    if json_file is not None:
        from model.files import replacing

        with replacing(json_file) as temporary:
            temporary.write_text(json.dumps(result.figures, indent=1) + "\n", encoding="utf-8")
    if pictures is not None and result.page is not None:
        write_picture(pictures, result.page)
    console = Console()
    for table in _tables(result.figures):
        console.print(table)
    for sentence in result.figures["left_out"]:
        console.print(f"Left out: {sentence}")


def _open_parser(name: str) -> Parser:
    """The parser of a train-parser run, or of a bundle."""
    from model.checkpoints import load_bundle
    from model.parsing import Parser
    from model.training.parser.loop import REPORT, load_trained_parser

    if (Path(name) / REPORT).is_file():
        return load_trained_parser(name)
    found = load_bundle(name).parser
    if not isinstance(found, Parser):
        raise UserError(f"the bundle {name} has no parser")
    return found


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _table(title: str, *columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=number == 0)
    return table


def _tables(figures: dict[str, Any]) -> list[Table]:
    """The report for people."""
    tables = []
    judge = figures["judge"]
    if "layout" in figures:
        table = _table("Layout, by the parser", "", "mean IoU", "pixel accuracy")
        for row, values in figures["layout"].items():
            table.add_row(_ROWS[row], _number(values["mean_iou"], 3), _number(values["pixel_accuracy"], 3))
        tables.append(table)
    has_fid = any("fid" in values for values in figures["realism"].values())
    table = _table(
        "Realism on the person, one half of the data against the other's photos",
        "",
        f"KID-{judge} x 1000",
        f"FD-{judge}",
        *(["FID"] if has_fid else []),
    )
    for row, values in figures["realism"].items():
        name = "photos (the floor)" if row == "photos" else _ROWS[row]
        measured = [value for key, value in values.items() if key != "fid"]
        extra = [_number(values.get("fid"), 1)] if has_fid else []
        table.add_row(name, *(_number(value, 1) for value in measured), *extra)
    tables.append(table)
    if "diversity" in figures:
        found = figures["diversity"]
        table = _table(
            f"Diversity, {found['maps']} maps x {found['draws']} draws",
            "",
            "mCSD x 1000",
            "mOCD x 1000",
            "mOCD / mCSD",
            "ground x 1000",
        )
        ground = None if found["ground"] is None else 1000 * found["ground"]
        changes = (1000 * found["mcsd"], 1000 * found["mocd"])
        table.add_row(
            "samples", *(_number(value, 2) for value in changes), _number(found["ratio"], 4), _number(ground, 2)
        )
        tables.append(table)
    if "reconstruction" in figures or "diversity" in figures or "layout" in figures:
        tables.append(_class_table(figures))
    return tables


def _class_table(figures: dict[str, Any]) -> Table:
    """Every class's figures side by side, after those of the whole person."""
    reconstruction = figures.get("reconstruction", {})
    diversity = figures.get("diversity", {}).get("classes", {})
    layout = figures.get("layout", {})
    short = {"photos": "photos", "photos_on_ground": "on ground", "reconstructions": "recon.", "samples": "samples"}
    table = _table(
        "By class: PSNR in dB and perceptual distance of the reconstruction, diversity x 1000, IoU of the parser",
        "",
        "PSNR",
        "dist.",
        "CSD",
        "OCD",
        *(f"IoU {short[row]}" for row in layout),
    )
    table.add_row(
        "person" + (f" (LPIPS {reconstruction['lpips']:.3f})" if "lpips" in reconstruction else ""),
        _number(reconstruction.get("psnr"), 1),
        _number(reconstruction.get("distance"), 3),
    )
    names: dict[str, None] = dict.fromkeys(reconstruction.get("classes", {}))
    names |= dict.fromkeys(diversity)
    for values in layout.values():
        names |= dict.fromkeys(values["class_iou"])
    for name in names:
        drawn = reconstruction.get("classes", {}).get(name, {})
        varied = diversity.get(name, {})
        table.add_row(
            name,
            _number(drawn.get("psnr"), 1),
            _number(drawn.get("distance"), 3),
            _number(1000 * varied["csd"] if varied else None, 1),
            _number(1000 * varied["ocd"] if varied else None, 1),
            *(_number(values["class_iou"].get(name), 2) for values in layout.values()),
        )
    return table


COMMANDS = {"evaluate": evaluate}
