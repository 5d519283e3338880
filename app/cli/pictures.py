"""`render`, `encode` and `parse`: pictures from label maps, styles and label maps from photos."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import BundleOption, Device, PersonOption, check_output, open_bundle

if TYPE_CHECKING:
    from torch import Tensor

    from model.checkpoints import Bundle
    from model.images import Photo
    from model.labels import LabelMap

OutputOption = typer.Option("--output", "-o", help="File to write; an old one is replaced.")


def render(
    labels: Annotated[Path, typer.Argument(help="Label map: palette, grey or coloured PNG, any size.")],
    output: Annotated[Path, OutputOption],
    bundle: BundleOption = None,
    style_from: Annotated[Path | None, typer.Option(help="Photo whose class styles to use.")] = None,
    style_labels: Annotated[Path | None, typer.Option(help="Label map of that photo; parsed where not given.")] = None,
    person: PersonOption = 1,
    styles: Annotated[Path | None, typer.Option(help="Styles written by encode.")] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Draw random styles for the classes that no photo or file gives; without it their mean."),
    ] = None,
    instances: Annotated[
        Path | None, typer.Option(help="Instance map (grey 8 or 16 bits) for networks with instance edges.")
    ] = None,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.auto,
) -> None:
    """Make a picture of a label map."""
    from app.cli.drawing import render_map
    from model.errors import UserError
    from model.images import PICTURE_SUFFIXES, write_picture
    from model.labels import read_instance_map, read_label_map

    check_output(output, *PICTURE_SUFFIXES)
    if style_from is not None and styles is not None:
        raise UserError("--style-from and --styles exclude each other")
    if style_labels is not None and style_from is None:
        raise UserError("--style-labels is the label map of the photo given by --style-from, which is missing")
    opened = open_bundle(bundle)
    label_map = read_label_map(labels, opened.label_set)
    codes = _codes(opened, style_from, style_labels, styles, seed, person)
    instance_map = None if instances is None else read_instance_map(instances)
    write_picture(output, render_map(opened, label_map, codes, instances=instance_map, device=device.value))


def _codes(
    bundle: Bundle,
    style_from: Path | None,
    style_labels: Path | None,
    styles: Path | None,
    seed: int | None,
    person: int = 1,
) -> Tensor:
    """Codes from a photo or a file; a seed draws the others, or all."""
    import numpy as np

    from model.images import read_photo
    from model.styles import encode_photo, read_styles, sample_codes

    if styles is not None:
        return read_styles(styles, bundle)
    drawn = bundle.code_mean if seed is None else sample_codes(bundle, seed)
    if style_from is None:
        return drawn
    photo = read_photo(style_from)
    label_map = _labels_of(bundle, photo, style_from, style_labels, person)
    codes = encode_photo(bundle, photo, label_map)
    absent = np.setdiff1d(np.arange(bundle.classes), label_map)
    codes[absent] = drawn[absent]
    return codes


def _labels_of(bundle: Bundle, photo: Photo, photo_path: Path, labels_path: Path | None, person: int) -> LabelMap:
    """The photo's label map: the given one, or parsed."""
    from model.errors import UserError
    from model.fitting import check_same_size
    from model.labels import read_label_map
    from model.parsing import parse_photo

    if labels_path is None:
        parsed = parse_photo(bundle, photo, person=person - 1)
        if (parsed == bundle.label_set.background).all():
            raise UserError(f"{photo_path} shows no person that could be found")
        return parsed
    label_map = read_label_map(labels_path, bundle.label_set)
    check_same_size(photo, label_map, str(photo_path), str(labels_path))
    return label_map


def encode(
    photo: Annotated[Path, typer.Argument(help="Photo to take the class styles of.")],
    output: Annotated[Path, OutputOption],
    bundle: BundleOption = None,
    labels: Annotated[Path | None, typer.Option(help="Its label map; parsed where not given.")] = None,
    person: PersonOption = 1,
) -> None:
    """Write the class styles of a photo as a .safetensors file."""
    from model.images import read_photo
    from model.styles import encode_photo, write_styles

    check_output(output, ".safetensors")
    opened = open_bundle(bundle)
    pixels = read_photo(photo)
    label_map = _labels_of(opened, pixels, photo, labels, person)
    write_styles(output, encode_photo(opened, pixels, label_map), opened)


def parse(
    photo: Annotated[Path, typer.Argument(help="Photo to find the classes of.")],
    output: Annotated[Path, OutputOption],
    bundle: BundleOption = None,
    person: PersonOption = 1,
) -> None:
    """Write the label map of a photo as a palette PNG of the photo's size."""
    from model.images import read_photo
    from model.labels import write_label_map
    from model.parsing import Doubt, doubt, parse_photo

    check_output(output, ".png")
    opened = open_bundle(bundle)
    pixels = read_photo(photo)
    labels = parse_photo(opened, pixels, person=person - 1)
    write_label_map(output, labels, opened.label_set)
    if (labels == opened.label_set.background).all():
        print(f"{photo} shows no person that could be found: the map is all background", file=sys.stderr)
    elif doubted := doubt(opened, pixels, labels, opened.label_set.background):
        drawing = doubted is Doubt.DRAWING
        what = "looks like a drawing" if drawing else "may show no person"
        print(f"{photo} {what}: look at the map before it is used", file=sys.stderr)


def people(
    photo: Annotated[Path, typer.Argument(help="Photo to look for people in.")], bundle: BundleOption = None
) -> None:
    """List the people of a photo, largest first: number for --person, place and size in pixels."""
    from model.errors import UserError
    from model.images import read_photo
    from model.parsing import find_people

    found = find_people(open_bundle(bundle), read_photo(photo))
    if not found:
        raise UserError(f"{photo} shows no person that could be found")
    for number, person in enumerate(found, 1):
        top, left, _, _ = person.box
        print(f"{number}: {person.width} x {person.height} at {left}, {top}; {100 * person.share:.1f} % of the photo")


COMMANDS = {"render": render, "encode": encode, "parse": parse, "people": people}
