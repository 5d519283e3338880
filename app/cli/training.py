"""`train`, `train-details`, `train-controls`, `fit-prior`, `fit-colours` and, for the parser, `train-parser`,
`pseudo-label` and `check-data`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import Device
from model.errors import UserError

if TYPE_CHECKING:
    from model.checkpoints import Bundle
    from model.training.data import Pair

DataOption = Annotated[Path, typer.Option("--data", help="Folder with images/, labels/ and classes.json.")]
BundleOutput = Annotated[Path, typer.Option("--output", "-o", help="Folder of the new bundle.")]
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
    extra_data: Annotated[
        Path | None, typer.Option(help="A second folder of pairs, for training alone (see pseudo-label).")
    ] = None,
    adversarial_start: Annotated[int | None, typer.Option(min=0, help="First step with the GAN loss.")] = None,
    frozen_levels: Annotated[
        int | None, typer.Option(min=0, help="Train only the levels after so many first ones.")
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(min=0, help="Of the generator; the discriminator's is 4 times that, on crops 10 times."),
    ] = None,
    crop_size: Annotated[
        int | None, typer.Option(min=0, help="Learn detail from crops of so many pixels (128, say); 0: whole pictures.")
    ] = None,
    face_share: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of the crops around faces; the others by what matters.")
    ] = None,
    classifier_scale: Annotated[
        int | None, typer.Option(min=1, help="Enlarge crops so many times for the classifier (2 for crops of 64).")
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
                extra_data=extra_data,
                adversarial_start=adversarial_start,
                frozen_levels=frozen_levels,
                learning_rate=learning_rate,
                crop_size=crop_size,
                face_share=face_share,
                classifier_scale=classifier_scale,
                sample_every=sample_every,
                checkpoint_every=checkpoint_every,
                seed=seed,
                minutes=minutes,
                vgg_weights=vgg_weights,
                check=check,
            )
        )
    print(bundle)


class DetailSubject(StrEnum):
    faces = "faces"
    clothes = "clothes"
    leaks = "leaks"


def train_details(
    data: DataOption,
    output: RunOption,
    subject: Annotated[DetailSubject, typer.Option(help="What is trained; all else stays as it was.")],
    bundle: Annotated[
        str, typer.Option(help="Bundle whose details are trained; it stays as it is.")
    ] = "street-fashion",
    extra_data: Annotated[
        Path | None, typer.Option(help="A second folder of pairs, for training alone (see pseudo-label).")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Step at which the run ends.")] = 4000,
    minutes: Annotated[float | None, typer.Option(help="End the run after so many minutes.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in the output folder.")] = False,
    checkpoint_every: Annotated[int, typer.Option(min=1, help="Steps between checkpoints and sample grids.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 0,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Check all data before the first step.")] = True,
) -> None:
    """Train the faces or the clothes of a bundle alone, or away what one class changes in others, on the CPU.

    Ends with a bundle in its folder.
    """
    with training_packages():
        from model.checkpoints import find_bundle
        from model.training.detail_recipe import Subject
        from model.training.detail_run import DetailOptions
        from model.training.detail_run import train_details as run_training

        trained = run_training(
            DetailOptions(
                data=data,
                out=output,
                bundle=Path(bundle) if Path(bundle).is_dir() else find_bundle(bundle),
                subject=Subject(subject.value),
                extra_data=extra_data,
                steps=steps,
                minutes=minutes,
                resume=resume,
                seed=seed,
                checkpoint_every=checkpoint_every,
                check=check,
            )
        )
    print(trained)


def fit_prior(
    bundle: Annotated[str, typer.Option(help="Bundle whose codes are fitted; it stays as it is.")],
    data: DataOption,
    output: BundleOutput,
) -> None:
    """Make N(0, 1) what the codes of the training photos are distributed like; pictures of photos' codes stay."""
    with training_packages():
        from model.checkpoints import save_bundle
        from model.training.prior import fit_prior as fit

        start, pairs = _bundle_and_pairs(bundle, data)
        fit(start, pairs)
        save_bundle(start, output)
    print(output)


def fit_colours(
    bundle: Annotated[str, typer.Option(help="Bundle whose colours are fitted; it stays as it is.")],
    data: DataOption,
    output: BundleOutput,
) -> None:
    """Make classes that are drawn too pale, or all too much alike, follow the colours of the training photos."""
    with training_packages():
        from model.checkpoints import save_bundle
        from model.training.colour_fit import fit_bundle_colours

        start, pairs = _bundle_and_pairs(bundle, data)
        gaps = fit_bundle_colours(start, pairs)
        save_bundle(start, output)
    if gaps:
        print(f"mean gap of a class's colour, of 255: {127.5 * gaps[0]:.1f} before, {127.5 * gaps[-1]:.1f} now")
    print(output)


def train_controls(
    bundle: Annotated[str, typer.Option(help="Bundle whose styles get sliders; it stays as it is.")],
    data: DataOption,
    output: BundleOutput,
    steps: Annotated[int, typer.Option(min=1, help="Maps that are drawn.")] = 3000,
    seed: Annotated[int, typer.Option(min=0, help="Of maps and styles.")] = 0,
) -> None:
    """Teach a network lightness, warmth, saturation, contrast and pattern scale; what it draws by itself stays.

    Run name-styles afterwards, which makes the named sliders of them. Only the label maps of the data are used.
    """
    with training_packages():
        from model.checkpoints import save_bundle
        from model.training.controls import train_controls as run
        from model.training.data import load_arrays

        start, pairs = _bundle_and_pairs(bundle, data)
        _, maps = load_arrays(pairs, start.height, start.width)

        def tell(step: int, missed: float, picture: float) -> None:
            if step % 50 == 0 or step == steps:
                print(f"step {step}/{steps}  missed {missed:.2f}, pictures {picture:.2f}", flush=True)

        save_bundle(run(start, maps, steps, seed, tell), output)
    print(output)


def _bundle_and_pairs(bundle: str, data: Path) -> tuple[Bundle, list[Pair]]:
    """A bundle and the training split of data with the same classes."""
    from model.checkpoints import find_bundle, load_bundle
    from model.training.data import find_pairs, load_label_set, split_pairs

    start = load_bundle(Path(bundle) if Path(bundle).is_dir() else find_bundle(bundle))
    label_set = load_label_set(data)
    if label_set.names != start.label_set.names:
        raise UserError(f"{data} and the bundle {start.name} have different classes")
    return start, split_pairs(find_pairs(data, label_set))[0]


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
    init_from: Annotated[
        str | None, typer.Option(help="Start from the parser of a run of train-parser or of a bundle.")
    ] = None,
    learning_rate: Annotated[
        float, typer.Option(min=1e-6, help="Peak learning rate; that of the backbone is 4/15 of it.")
    ] = 1.5e-3,
    frozen_stages: Annotated[
        int, typer.Option(min=0, max=7, help="First stages of the backbone that stay as they are; a step is faster.")
    ] = 0,
    bundle: Annotated[str | None, typer.Option(help="Put the trained parser into this bundle.")] = None,
) -> None:
    """Train the parser, which finds the classes of a photo; optionally put it into a bundle."""
    from model.checkpoints import load_bundle, save_bundle

    opened = None if bundle is None else load_bundle(bundle)
    with training_packages():
        from model.training.parser.loading import load_trained_parser
        from model.training.parser.loop import train_parser as run_training
        from model.training.parser.recipe import ParserRecipe

        if steps is None and epochs is None and minutes is None:
            epochs = 12.0
        recipe = ParserRecipe(
            steps=steps,
            epochs=epochs,
            minutes=minutes,
            batch_size=batch_size,
            learning_rate=learning_rate,
            backbone_learning_rate=learning_rate * 4 / 15,
            frozen_stages=frozen_stages,
            seed=seed,
        )
        run_training(
            data,
            output,
            recipe,
            resume=resume,
            device=device.value,
            precision=precision,
            extra_data=extra_data,
            init_from=init_from,
        )
        if opened is not None and opened.path is not None:
            opened.parser = load_trained_parser(output)
            save_bundle(opened, opened.path)


def pseudo_label(
    photos: Annotated[Path, typer.Argument(metavar="PHOTOS_DIR", help="Folder of photos without label maps.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the data set; made where it is missing.")],
    tags: Annotated[
        Path | None, typer.Option(help="JSON of photo name -> class names: only these can win in the photo.")
    ] = None,
    parser: Annotated[
        str | None, typer.Option(help="Run of train-parser, or a bundle [default: street-fashion].")
    ] = None,
    min_confidence: Annotated[
        float, typer.Option(min=0, max=1, help="Leave photos out of whose person the parser is less sure.")
    ] = 0.6,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.auto,
) -> None:
    """Make a data set for `train-parser --extra-data` of photos without label maps; a stopped run goes on."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    from model.checkpoints import default_bundle_name

    with training_packages():
        from model.training.parser.loading import open_parser
        from model.training.parser.loop import pick_device
        from model.training.pseudo_labels import find_photos, read_tags, write_pseudo_labels

        found = find_photos(photos)
        source = open_parser(parser if parser is not None else default_bundle_name())
        known = None if tags is None else read_tags(tags, source.label_set)
        source.parser.to(pick_device(device.value)).prepare_for_inference()
        console = Console(stderr=True)
        columns = (*Progress.get_default_columns()[:-1], MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task("Parsing", total=len(found))

            def tell(message: str | None) -> None:
                if message is not None:
                    console.print(" ".join(message.split()), soft_wrap=True, markup=False, highlight=False)
                progress.advance(task)

            result = write_pseudo_labels(
                source, found, output, tags=known, min_confidence=min_confidence, progress=tell
            )
    print(
        f"{result.written} pairs written, {result.kept} there already, {len(result.left_out)} left out, "
        f"{len(result.faults)} bad"
    )
    if result.faults:
        raise UserError(f"{len(result.faults)} of {len(found)} photos of {photos} could not be read")


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


COMMANDS = {
    "train": train,
    "train-details": train_details,
    "fit-prior": fit_prior,
    "fit-colours": fit_colours,
    "train-controls": train_controls,
    "train-parser": train_parser,
    "pseudo-label": pseudo_label,
    "check-data": check_data,
}
