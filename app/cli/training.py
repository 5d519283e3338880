"""`train`, `train-parser` and `check-data`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import Device
from model.errors import UserError

DataOption = Annotated[Path, typer.Option("--data", help="Folder with images/, labels/ and classes.json.")]
RunOption = Annotated[Path, typer.Option("--output", "-o", help="Folder of the run.")]


@contextmanager
def training_packages() -> Iterator[None]:
    """Name the way to the packages that only training needs, where one of them is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".")[0]
        if package in ("app", "model"):
            raise
        raise UserError(f"training needs the package {package}; install it with: pip install -e '.[train]'") from error


def train(
    data: DataOption,
    output: RunOption,
    config: Annotated[str, typer.Option(help="Training recipe.")] = "street-fashion",
    steps: Annotated[int, typer.Option(min=1, help="Step at which the run ends.")] = 20000,
    levels: Annotated[int, typer.Option(min=4, max=7, help="7 is 384 x 256, 6 is 192 x 128, 5 is 96 x 64.")] = 7,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Photos a step and device; the recipe's.")] = None,
    devices: Annotated[int, typer.Option(min=1, help="Devices on each machine.")] = 1,
    nodes: Annotated[int, typer.Option(min=1, help="Machines.")] = 1,
    device: Annotated[Device, typer.Option(help="Kind of device.")] = Device.auto,
    precision: Annotated[str, typer.Option(help="32-true, bf16-mixed or 16-mixed.")] = "32-true",
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in the output folder.")] = False,
    init_from: Annotated[str | None, typer.Option(help="Start from the weights of a bundle or of a run.")] = None,
    adversarial_start: Annotated[int | None, typer.Option(min=0, help="First step with the GAN loss.")] = None,
    frozen_levels: Annotated[
        int | None, typer.Option(min=0, help="Train only the levels after so many first ones.")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(min=0, help="Of the generator; the discriminator's is four times that.")
    ] = None,
    sample_every: Annotated[int, typer.Option(min=1, help="Steps between sample grids.")] = 500,
    checkpoint_every: Annotated[int, typer.Option(min=1, help="Steps between checkpoints.")] = 500,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 0,
    minutes: Annotated[float | None, typer.Option(help="End the run after so many minutes.")] = None,
    vgg_weights: Annotated[
        Path | None, typer.Option(help="torchvision's VGG-19 weights, for the paper's perceptual loss.")
    ] = None,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Check all data before the first step.")] = True,
) -> None:
    """Train the networks on photos with label maps; the run ends with a bundle in its folder."""
    with training_packages():
        from model.checkpoints import find_bundle
        from model.training.run import TrainOptions
        from model.training.run import train as run_training

        if precision not in ("32-true", "bf16-mixed", "16-mixed"):
            raise UserError(f"--precision must be 32-true, bf16-mixed or 16-mixed, not {precision!r}")
        start = None
        if init_from is not None:
            start = Path(init_from) if Path(init_from).is_dir() else find_bundle(init_from)
        bundle = run_training(
            TrainOptions(
                data=data,
                out=output,
                config=config,
                steps=steps,
                levels=levels,
                batch_size=batch_size,
                devices=devices,
                nodes=nodes,
                accelerator=device.value,
                precision=precision,
                resume=resume,
                init_from=start,
                adversarial_start=adversarial_start,
                frozen_levels=frozen_levels,
                learning_rate=learning_rate,
                sample_every=sample_every,
                checkpoint_every=checkpoint_every,
                seed=seed,
                minutes=minutes,
                vgg_weights=vgg_weights,
                check=check,
            )
        )
    print(bundle)


def train_parser(
    data: DataOption,
    output: RunOption,
    steps: Annotated[int | None, typer.Option(min=1, help="End after so many steps.")] = None,
    epochs: Annotated[float | None, typer.Option(help="End after so many epochs [default: 12].")] = None,
    minutes: Annotated[float | None, typer.Option(help="End after so many minutes.")] = None,
    batch_size: Annotated[int, typer.Option(min=2, help="Photos a step.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 0,
    extra_data: Annotated[Path | None, typer.Option(help="Second data set, for training alone.")] = None,
    device: Annotated[Device, typer.Option(help="Where to train.")] = Device.auto,
    precision: Annotated[str, typer.Option(help="auto, 32-true or bf16-mixed.")] = "auto",
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in the output folder.")] = False,
    bundle: Annotated[str | None, typer.Option(help="Put the trained parser into this bundle.")] = None,
) -> None:
    """Train the parser, which finds the classes of a photo; optionally put it into a bundle."""
    from model.checkpoints import load_bundle, save_bundle

    opened = None if bundle is None else load_bundle(bundle)
    with training_packages():
        from model.training.parser.loop import load_trained_parser
        from model.training.parser.loop import train_parser as run_training
        from model.training.parser.recipe import ParserRecipe

        if steps is None and epochs is None and minutes is None:
            epochs = 12.0
        recipe = ParserRecipe(steps=steps, epochs=epochs, minutes=minutes, batch_size=batch_size, seed=seed)
        run_training(
            data,
            output,
            recipe,
            resume=resume,
            device=device.value,
            precision=precision,
            extra_data=extra_data,
        )
        if opened is not None and opened.path is not None:
            opened.parser = load_trained_parser(output)
            save_bundle(opened, opened.path)


def check_data(
    directory: Annotated[Path, typer.Argument(help="Folder with images/, labels/ and classes.json.")],
) -> None:
    """Print every fault of a data set at once, one a line; exit 2 where there is any."""
    from rich.console import Console
    from rich.progress import Progress

    with training_packages():
        from model.training.data import check_data as find_faults

        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("Checking", total=None)
            found = find_faults(directory, lambda done, total: progress.update(task, completed=done, total=total))
    for fault in found:
        print(" ".join(fault.split()))
    if found:
        raise UserError(f"{directory} has {len(found)} fault{'s' if len(found) > 1 else ''} and cannot be trained on")
    print(f"{directory}: no faults")


COMMANDS = {"train": train, "train-parser": train_parser, "check-data": check_data}
