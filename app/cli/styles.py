"""`mix`, `morph`, `refine` and `name-styles`: what can be done with the styles of photos."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import BundleOption, Device, PersonOption, check_output, open_bundle

if TYPE_CHECKING:
    from torch import Tensor

    from app.cli.scenes import Scene
    from model.checkpoints import Bundle
    from model.images import Photo
    from model.styles.mixture import CodeCache
    from model.styles.morphing import Morph

LabelsOption = Annotated[Path | None, typer.Option("--labels", help="Label map to draw; the network makes all of it.")]
PhotoOption = Annotated[Path | None, typer.Option("--photo", help="Photo to restyle; the rest of it stays.")]
PhotoLabelsOption = Annotated[
    Path | None, typer.Option("--photo-labels", help="Label map of the photo given by --photo; parsed where not given.")
]
SeamOption = Annotated[int, typer.Option(min=0, max=64, help="Width in pixels in which edits fade into the photo.")]
CacheOption = Annotated[bool, typer.Option("--cache/--no-cache", help="Remember the styles of photos on disk.")]


def mix(
    output: Annotated[Path, typer.Option("--output", "-o", help="Picture to write.")],
    style: Annotated[
        list[str] | None,
        typer.Option(
            help="CLASS=FILE or CLASS=FILE@STRENGTH, such as hair=A.jpg@0.6; CLASS may be all. FILE#2 means the second "
            "largest person of a photo."
        ),
    ] = None,
    adjust: Annotated[
        list[str] | None,
        typer.Option(help="CLASS:SLIDER=AMOUNT, such as top:lightness=0.5; -1 and 1 are the slider's ends."),
    ] = None,
    labels: LabelsOption = None,
    photo: PhotoOption = None,
    photo_labels: PhotoLabelsOption = None,
    person: PersonOption = 1,
    bundle: BundleOption = None,
    seed: Annotated[
        int | None, typer.Option(help="With --labels: draw random styles for the other classes; else their mean.")
    ] = None,
    seam: SeamOption = 4,
    cache: CacheOption = True,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.auto,
) -> None:
    """Give classes the styles that they have in other photos, and move their sliders."""
    from model.errors import UserError
    from model.images import PICTURE_SUFFIXES, write_picture
    from model.styles.adjusting import Adjustment
    from model.styles.adjusting import adjust as move_sliders
    from model.styles.mixture import StyleSource, mix_sources

    check_output(output, *PICTURE_SUFFIXES)
    if not style and not adjust:
        raise UserError("give --style (a class's style in a photo) or --adjust (a slider), or both")
    sources = [StyleSource.parse(text) for text in style or []]
    moves = [Adjustment.parse(text) for text in adjust or []]
    opened = open_bundle(bundle)
    store = _cache(cache)
    scene = _scene(opened, labels, photo, photo_labels, person, seed, store, seam, device)
    codes, _ = mix_sources(opened, scene.own, sources, store)
    write_picture(output, scene.still(move_sliders(opened, codes, moves)))


def morph(
    output: Annotated[Path, typer.Option("--output", "-o", help=".mp4, .webp, .gif, or a folder for numbered PNGs.")],
    labels: LabelsOption = None,
    photo: PhotoOption = None,
    photo_labels: PhotoLabelsOption = None,
    person: PersonOption = 1,
    start: Annotated[
        Path | None,
        typer.Option("--from", help="Photo or .safetensors styles at the start; by default --photo itself."),
    ] = None,
    end: Annotated[Path | None, typer.Option("--to", help="Photo or styles at the end.")] = None,
    via: Annotated[list[Path] | None, typer.Option(help="Photos or styles between, in order.")] = None,
    frames: Annotated[int, typer.Option(min=1, max=100_000, help="How many frames.")] = 48,
    classes: Annotated[
        str | None, typer.Option(help="Classes that change, with commas between; by default all.")
    ] = None,
    route: Annotated[str, typer.Option(help="linear or spherical.")] = "linear",
    easing: Annotated[str, typer.Option(help="in-out (slow at both ends) or none.")] = "in-out",
    loop: Annotated[bool, typer.Option("--loop", help="Come back to the start, to play for ever.")] = False,
    delay: Annotated[
        list[str] | None, typer.Option(help="CLASS=SHARE: the class waits for that share of the time (0 to 1).")
    ] = None,
    rate: Annotated[float, typer.Option(help="Frames a second.")] = 24.0,
    size: Annotated[str | None, typer.Option(help="WIDTHxHEIGHT of the frames; by default the map's.")] = None,
    bundle: BundleOption = None,
    seam: SeamOption = 4,
    cache: CacheOption = True,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.auto,
) -> None:
    """Make a film in which classes travel from one style to another."""
    from model.errors import UserError
    from model.styles.animation import check_film, export

    wanted_size = _parse_size(size)
    check_film(output, wanted_size, rate)
    if end is None:
        raise UserError("--to is missing: the photo or styles at the end")
    if start is None and photo is None:
        raise UserError("--from is missing: the photo or styles at the start")
    opened = open_bundle(bundle)
    store = _cache(cache)
    chosen = _parse_classes(opened, classes)
    delays = _parse_delays(opened, delay or [])
    scene = _scene(opened, labels, photo, photo_labels, person, None, store, seam, device)
    files = [*([] if start is None else [start]), *(via or []), end]
    line = _time_line(opened, scene, files, start is None, chosen, route, easing, loop, delays, store)
    times = line.frame_times(frames)
    with _progress("Frames", frames) as tell:
        what = export(_film(scene, line, times), frames, output, rate=rate, size=wanted_size, loop=loop, progress=tell)
    print(f"{output}: {what}")


def refine(
    photo: Annotated[Path, typer.Argument(help="Photo to fit styles to.")],
    output: Annotated[Path, typer.Option("--output", "-o", help=".safetensors file of the styles.")],
    labels: Annotated[Path | None, typer.Option(help="Its label map; parsed where not given.")] = None,
    person: PersonOption = 1,
    figure: Annotated[Path | None, typer.Option(help="Picture of photo, before and after, side by side.")] = None,
    bundle: BundleOption = None,
    steps: Annotated[int, typer.Option(min=1, max=1000, help="At most so many optimiser steps.")] = 8,
    seconds: Annotated[float, typer.Option(min=0.1, help="Stop after so many seconds.")] = 16.0,
    cache: CacheOption = True,
) -> None:
    """Fit the class styles of a photo more closely than encode does."""
    from model.images import PICTURE_SUFFIXES, read_photo, write_picture
    from model.styles import write_styles
    from model.styles.mixture import encode_file
    from model.styles.refine import refine_codes

    check_output(output, ".safetensors")
    if figure is not None:
        check_output(figure, *PICTURE_SUFFIXES)
    opened = open_bundle(bundle)
    own = encode_file(opened, photo, labels, _cache(cache), person - 1)
    pixels = read_photo(photo)
    with _progress("Refining", steps) as tell:
        found = refine_codes(opened, pixels, own.labels, own.codes, steps=steps, seconds=seconds, progress=tell)
    write_styles(output, found.codes, opened)
    if figure is not None:
        write_picture(figure, found.figure())
    print(f"{output}: difference {found.error_before:.2f} -> {found.error_after:.2f} of 255 in {found.steps} steps")


def name_styles(
    bundle: BundleOption = None,
    samples: Annotated[int | None, typer.Option(min=48, help="Renderings that the library is chosen from.")] = None,
    trials: Annotated[int | None, typer.Option(min=48, help="Renderings that the sliders are found from.")] = None,
    corrections: Annotated[int | None, typer.Option(min=6, help="Pictures in which each slider is corrected.")] = None,
    rounds: Annotated[int | None, typer.Option(min=0, help="How often the sliders are corrected.")] = None,
    checks: Annotated[int | None, typer.Option(min=6, help="Pictures in which each slider is measured.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the random styles.")] = None,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.auto,
) -> None:
    """Find the named style sliders and the style library of a bundle and put them into its folder.

    What is left out is as model.styles.naming has it, which made the styles of the shipped weights.
    """
    from model.engine import Renderer
    from model.styles.checking import table_text
    from model.styles.naming import name_styles as run_naming
    from model.styles.store import install_named_styles

    opened = open_bundle(bundle)
    renderer = Renderer(opened, device=device.value, precision="float32", compiled="first")
    last = ""

    def tell(text: str, share: float) -> None:
        nonlocal last
        line = f"{text} {100 * share:.0f} %"
        if line != last and sys.stderr.isatty():
            print(f"\r{line:40s}", end="", file=sys.stderr, flush=True)
        last = line

    asked = {
        "samples": samples,
        "trials": trials,
        "corrections": corrections,
        "rounds": rounds,
        "checks": checks,
        "seed": seed,
    }
    named, table = run_naming(
        opened,
        lambda labels, codes: renderer.render(labels, codes).pixels,
        **{name: value for name, value in asked.items() if value is not None},
        progress=tell,
    )
    install_named_styles(opened, named, table)
    print(table_text(table))
    sliders = sum(len(found) for found in named.directions.values())
    styles = sum(len(found) for found in named.library.values())
    print(f"{opened.path}: {sliders} sliders, {styles} styles")


def _cache(wanted: bool) -> CodeCache | None:
    from model.styles.mixture import CodeCache

    return CodeCache() if wanted else None


def _scene(
    bundle: Bundle,
    labels: Path | None,
    photo: Path | None,
    photo_labels: Path | None,
    person: int,
    seed: int | None,
    cache: CodeCache | None,
    seam: int,
    device: Device,
) -> Scene:
    from app.cli.scenes import MapScene, open_photo_scene
    from model.errors import UserError
    from model.labels import read_label_map
    from model.styles import sample_codes

    if (labels is None) == (photo is None):
        raise UserError("give either --labels (a label map) or --photo")
    if photo is not None:
        return open_photo_scene(bundle, photo, photo_labels, cache, seam, device.value, person - 1)
    if photo_labels is not None:
        raise UserError("--photo-labels is the label map of the photo given by --photo, which is missing")
    assert labels is not None
    own = bundle.code_mean.clone() if seed is None else sample_codes(bundle, seed)
    return MapScene(bundle, read_label_map(labels, bundle.label_set), own, device.value)


def _time_line(
    bundle: Bundle,
    scene: Scene,
    files: list[Path],
    own_first: bool,
    chosen: frozenset[int] | None,
    route: str,
    easing: str,
    loop: bool,
    delays: dict[int, float],
    cache: CodeCache | None,
) -> Morph:
    """Keys at equal distances. A class that was asked for and that a file does not show has no key there."""
    from model.errors import UserError
    from model.styles.mixture import load_styles, photo_of_person
    from model.styles.morphing import Easing, KeyStyle, Morph, Route

    try:
        way, pace = Route(route), Easing(easing)
    except ValueError:
        raise UserError(
            f"--route is linear or spherical and --easing none or in-out, not {route!r} and {easing!r}"
        ) from None
    found: list[tuple[Tensor, frozenset[int] | None]] = [(scene.own, None)] if own_first else []
    for file in files:
        path, person = photo_of_person(file)
        codes, present = load_styles(bundle, path, cache, person)
        absent = frozenset() if chosen is None else chosen - present
        if absent:
            names = ", ".join(bundle.label_set.names[index] for index in sorted(absent))
            print(f"smis-studio: {path} shows no {names}", file=sys.stderr)
        found.append((codes, frozenset(range(bundle.classes)) - absent if absent else None))
    last = max(len(found) - 1, 1)
    keys = [KeyStyle(place / last, codes, of) for place, (codes, of) in enumerate(found)]
    return Morph(keys, bundle.code_mean, way, pace, chosen, loop, delays)


def _film(scene: Scene, line: Morph, times: list[float]) -> Iterator[Photo]:
    """Frames of a time line; frames alike are rendered once."""
    before: Tensor | None = None
    picture: Photo | None = None
    for place, time in enumerate(times):
        codes = line.codes_at(time)
        if picture is None or before is None or place == len(times) - 1 or not bool((codes == before).all()):
            draw = scene.film_still if place in (0, len(times) - 1) else scene.frame
            picture = draw(codes)
        before = codes
        yield picture


def _parse_size(text: str | None) -> tuple[int, int] | None:
    """WIDTHxHEIGHT as (height, width)."""
    from model.errors import UserError

    if text is None:
        return None
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise UserError(f"--size is WIDTHxHEIGHT, such as 256x384, not {text!r}")
    return int(height), int(width)


def _parse_classes(bundle: Bundle, text: str | None) -> frozenset[int] | None:
    if text is None or text.strip() == "all":
        return None
    return frozenset(bundle.label_set.index_of(name.strip()) for name in text.split(",") if name.strip())


def _parse_delays(bundle: Bundle, texts: list[str]) -> dict[int, float]:
    from model.errors import UserError

    delays = {}
    for text in texts:
        name, _, share = text.partition("=")
        try:
            value = float(share)
        except ValueError:
            value = -1.0
        if not 0 <= value < 1:
            raise UserError(f"--delay is CLASS=SHARE with a share from 0 to below 1, not {text!r}")
        delays[bundle.label_set.index_of(name.strip())] = value
    return delays


@contextmanager
def _progress(label: str, length: int) -> Iterator[Callable[[float], None]]:
    """A bar on stderr where a person looks at it."""
    if not sys.stderr.isatty():
        yield lambda share: None
        return
    with typer.progressbar(length=length, label=label, file=sys.stderr) as bar:
        done = 0

        def tell(share: float) -> None:
            nonlocal done
            steps = round(share * length) - done
            bar.update(steps)
            done += steps

        yield tell


COMMANDS = {"mix": mix, "morph": morph, "refine": refine, "name-styles": name_styles}
