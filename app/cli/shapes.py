"""`train-shapes`, `check-shapes` and `vary-shape`: other plausible outlines of one class."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.options import BundleOption, Device, check_output, open_bundle
from app.cli.training import DataOption, RunOption, training_packages
from model.errors import UserError

if TYPE_CHECKING:
    from model.checkpoints import Bundle
    from model.labels import LabelMap
    from model.shapes import ShapeModel


def train_shapes(
    data: DataOption,
    output: RunOption,
    minutes: Annotated[float | None, typer.Option(help="End after so many minutes [default: 20].")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="End after so many steps.")] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Examples a step.")] = 8,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="Seed of everything random.")] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in the output folder.")] = False,
    init_from: Annotated[
        Path | None, typer.Option(help="Start from a shapes.safetensors, or from the run or bundle that holds one.")
    ] = None,
    bundle: Annotated[str | None, typer.Option(help="Put the trained model into this bundle.")] = None,
) -> None:
    """Train the shape model, which draws other outlines for a class, on label maps; the photos are not read."""
    from model.checkpoints import find_bundle, load_bundle

    target = None if bundle is None else find_bundle(bundle)
    if target is not None:
        load_bundle(target)
    with training_packages():
        from model.files import replacing
        from model.shapes.files import FILE_NAME
        from model.training.shapes import ShapeRecipe
        from model.training.shapes import train_shapes as run_training

        if minutes is None and steps is None:
            minutes = 20.0
        recipe = ShapeRecipe(steps=steps, minutes=minutes, batch_size=batch_size, seed=seed)
        report = run_training(data, output, recipe, resume=resume, init_from=init_from)
    if report and target is not None:
        with replacing(target / FILE_NAME) as temporary:
            temporary.write_bytes((output / FILE_NAME).read_bytes())
    if report:
        print(output / FILE_NAME)


def check_shapes(
    data: DataOption,
    bundle: BundleOption = None,
    model: Annotated[Path | None, typer.Option(help="A shapes.safetensors in place of the bundle's.")] = None,
    read: Annotated[
        bool, typer.Option("--read/--no-read", help="Also render varied maps and let the parser read the pictures.")
    ] = True,
    samples: Annotated[int, typer.Option(min=1, help="Pictures to read.")] = 200,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="Seed of everything random.")] = 0,
    device: Annotated[Device, typer.Option(help="Where to render.")] = Device.auto,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures to this file.")] = None,
    card: Annotated[bool, typer.Option("--card", help="Put the figures into the bundle's model card.")] = False,
    refit: Annotated[
        bool,
        typer.Option("--refit", help="Find sliders and range of the dice anew first, and store them in the model."),
    ] = False,
) -> None:
    """Measure a shape model on the validation maps (every 10th): variety, validity, sliders, readability."""
    from rich.console import Console
    from rich.progress import Progress

    if json_file is not None:
        check_output(json_file, ".json")
    opened = open_bundle(bundle) if read or card or model is None else None
    shapes = _shape_model(opened, model)
    console = Console(stderr=True)
    with training_packages():
        from model.labels import read_label_map
        from model.shapes.measure import measure_samples
        from model.training.data import find_pairs, load_label_set, split_pairs

        label_set = load_label_set(data)
        if label_set.names != shapes.class_names:
            raise UserError(f"{data} has other classes than the shape model")
        trained_on, held = split_pairs(find_pairs(data, label_set))
        if refit:
            shapes = _refit(shapes, [read_label_map(pair.labels_path, label_set) for pair in trained_on])
            _store(shapes, opened, model)
        maps = [read_label_map(pair.labels_path, label_set) for pair in held]
        figures = measure_samples(shapes, maps, seed)
        if read and opened is not None:
            from model.evaluation.shapes import measure_readability

            with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
                task = bar.add_task("Reading pictures", total=samples)
                figures["readability"] = measure_readability(
                    opened,
                    shapes,
                    maps,
                    samples,
                    seed,
                    device.value,
                    lambda done, total: bar.update(task, completed=done, total=total),
                )
    _print_figures(figures)
    if json_file is not None:
        from model.files import replacing

        with replacing(json_file) as temporary:
            temporary.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if card and opened is not None and opened.path is not None:
        from model.checkpoints import save_bundle

        opened.card["shape model"] = _card_section(figures)
        save_bundle(opened, opened.path)


def vary_shape(
    labels: Annotated[Path, typer.Argument(help="Label map: palette, grey or coloured PNG, any size.")],
    class_name: Annotated[str, typer.Option("--class", help="Class whose outline changes, or that is added.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="PNG to write; an old one is replaced.")],
    bundle: BundleOption = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**31, help="Another outline for every seed.")] = None,
    slide: Annotated[
        list[str] | None, typer.Option(help="Move a slider, such as longer=1.5 (may be given several times).")
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take the class away; what lies behind it comes in its place.")
    ] = False,
    protect: Annotated[list[str] | None, typer.Option(help="Class that keeps every pixel (several times).")] = None,
) -> None:
    """Give a class of a label map another plausible outline, or take it away."""
    import numpy as np

    from model.labels import read_label_map, write_label_map

    check_output(output, ".png")
    opened = open_bundle(bundle)
    shapes = _shape_model(opened, None)
    label_map = read_label_map(labels, opened.label_set)
    index = opened.label_set.index_of(class_name)
    protected = [opened.label_set.index_of(name) for name in protect or []]
    if remove:
        if seed is not None or slide:
            raise UserError("--remove takes the class away, so there is nothing for --seed or --slide to do")
        write_label_map(output, shapes.remove(label_map, index, protected), opened.label_set)
        return
    code = shapes.encode(label_map, index) if seed is None else shapes.dice(label_map, index, seed)
    sliders = {slider.name: slider for slider in shapes.directions(index)}
    for entry in slide or []:
        name, _, amount = entry.rpartition("=")
        try:
            slider, value = sliders[name], float(amount)
        except (KeyError, ValueError):
            raise UserError(f"--slide {entry!r} is no slider=number; {class_name} has {', '.join(sliders)}") from None
        code = code + np.float32(np.clip(value, slider.low, slider.high)) * slider.vector
    write_label_map(output, shapes.vary(label_map, index, code, protected), opened.label_set)


def _shape_model(bundle: Bundle | None, path: Path | None) -> ShapeModel:
    from model.shapes import load_shape_model, read_shape_model

    if path is not None:
        return read_shape_model(path)
    found = None if bundle is None else load_shape_model(bundle)
    if found is None:
        raise UserError(f"the bundle {bundle.name if bundle else ''} has no shape model (shapes.safetensors)")
    return found


def _refit(shapes: ShapeModel, maps: list[LabelMap]) -> ShapeModel:
    """With sliders and limits of the dice found from the maps that it was trained on."""
    import numpy as np

    from model.shapes.directions import find_directions
    from model.shapes.limits import find_limits

    chosen = [maps[int(place)] for place in np.random.default_rng(0).permutation(len(maps))]
    return shapes.with_sliders(find_directions(shapes, chosen)).with_limits(find_limits(shapes, chosen))


def _store(shapes: ShapeModel, bundle: Bundle | None, path: Path | None) -> None:
    from model.shapes.files import FILE_NAME, write_shape_model

    target = path if path is not None else bundle.path / FILE_NAME if bundle is not None and bundle.path else None
    if target is not None:
        write_shape_model(target, shapes)


def _print_figures(figures: dict[str, Any]) -> None:
    for name, row in figures["classes"].items():
        print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in row.items()))
    print(f"variety {figures['variety']}, valid {figures['valid']}, {figures['milliseconds']} ms a draw")
    if "readability" in figures:
        row = figures["readability"]
        print(
            f"read as the map says: {row['pixels']:.1%} of all pixels, {row['figure']:.1%} of the figure "
            f"({row['samples']} samples; {row['unvaried']:.1%} of all pixels before the outline was varied)"
        )


def _card_section(figures: dict[str, Any]) -> dict[str, Any]:
    section = {
        "mean IoU between samples of one class": figures["variety"],
        "samples with at most as many components as real maps": figures["valid"],
        "milliseconds a draw": figures["milliseconds"],
    }
    for name, row in figures["classes"].items():
        section[name] = ", ".join(f"{key} {value}" for key, value in row.items())
    if "readability" in figures:
        section["pixels of varied pictures that the parser reads as the map says"] = figures["readability"]["pixels"]
    return section


COMMANDS = {"train-shapes": train_shapes, "check-shapes": check_shapes, "vary-shape": vary_shape}
