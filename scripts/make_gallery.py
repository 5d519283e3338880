"""Make the pictures of the three applications for the README, with the commands that anybody can type.

    python scripts/make_gallery.py [-b BUNDLE] [-o docs/gallery]        (make gallery)

No photo of anybody is needed or shown: the people are the bundled example maps, drawn by the network in random styles.
The script prints every command it runs.

    mixture.png     one map, its top, trousers, scarf, hair and shoes from three other pictures
    semantic.png    one picture, repainted: a dress down to the ankles, then with long sleeves
    sliders.png     one dress with each of its named sliders at the lower (above) and the upper end
    morph.webp      all classes travel between two styles; morph.png shows five of its frames

Which random styles are shown is decided by the colours that the network gives them: those that differ most.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.cli.application import run
from model.checkpoints import Bundle, default_bundle_name, load_bundle
from model.colour import to_lab
from model.engine import Renderer
from model.images import read_photo, write_picture
from model.labels import builtin_label_set, colorize, read_label_map, write_label_map
from model.styles.files import write_styles
from model.styles.sampling import sample_codes

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "assets" / "examples"
FASHION = builtin_label_set("street-fashion")
CLOTHES = tuple(FASHION.index_of(name) for name in ("top", "outerwear", "dress", "skirt", "trousers", "scarf"))
CANDIDATES = 16
GAP, SIGN = 12, 40
#: A style of middling colours: its sliders have room to both sides.
PLAIN_SEED = 23

Picture = NDArray[np.uint8]


def call(*arguments: object) -> None:
    """Run one command of the program, and stop where it fails."""
    words = [str(word) for word in arguments]
    print("python main.py " + shlex.join(words), flush=True)
    code = run(words)
    if code:
        raise SystemExit(code)


def row(*pictures: Picture) -> Picture:
    """Pictures of equal height beside each other, with white gaps."""
    gap = np.full((pictures[0].shape[0], GAP, 3), 255, np.uint8)
    parts: list[Picture] = []
    for picture in pictures:
        parts += [picture, gap]
    return np.ascontiguousarray(np.concatenate(parts[:-1], axis=1))


def example(name: str) -> Path:
    return EXAMPLES / f"{name}.png"


def shown(path: Path) -> Picture:
    """A label map in its display colours."""
    return colorize(read_label_map(path, FASHION), FASHION)


def contrasting(bundle: Bundle, name: str, count: int) -> list[int]:
    """Seeds whose pictures of an example differ most in the colours of the clothes, the two farthest apart first."""
    labels = read_label_map(example(name), FASHION)
    renderer = Renderer(bundle, precision="float32")
    garments = [index for index in CLOTHES if (labels == index).mean() > 0.01]
    colors = []
    for seed in range(CANDIDATES):
        picture = renderer.render(labels, sample_codes(bundle, seed)).pixels
        lab = to_lab(picture)
        # Hue and saturation say more than black beside white.
        colors.append(np.concatenate([lab[labels == index].mean(axis=0) * (0.5, 1, 1) for index in garments]))
    apart = np.linalg.norm(np.array(colors)[:, None] - np.array(colors), axis=2)
    chosen = [int(place) for place in np.unravel_index(apart.argmax(), apart.shape)]
    while len(chosen) < count:
        chosen.append(int(apart[:, chosen].min(axis=1).argmax()))
    return chosen[:count]


def sign(rows: int, *bars: tuple[int, int, int, int]) -> Picture:
    """A sign between pictures: bars (top, left, height, width) around the middle of a white column."""
    column = np.full((rows, SIGN, 3), 255, np.uint8)
    for top, left, height, width in bars:
        column[rows // 2 + top : rows // 2 + top + height, SIGN // 2 + left : SIGN // 2 + left + width] = 96
    return column


def plus(rows: int) -> Picture:
    return sign(rows, (-1, -8, 3, 17), (-8, -1, 17, 3))


def equals(rows: int) -> Picture:
    return sign(rows, (-5, -8, 3, 17), (4, -8, 3, 17))


def picked_out(picture: Picture, labels: Picture, classes: list[str]) -> Picture:
    """A picture in which everything but some classes steps back."""
    taken = np.isin(labels, [FASHION.index_of(name) for name in classes])
    pale = (255 - (255 - picture.astype(np.float32)) * 0.22).round().astype(np.uint8)
    return np.where(taken[..., None], picture, pale).astype(np.uint8)


def mixture(bundle: list[str], loaded: Bundle, work: Path, output: Path) -> None:
    """Styles of three pictures in one: what is taken of them stands out."""
    target = "scarf-and-glasses"
    first, *others = contrasting(loaded, target, 4)
    sources = {
        "shorts-and-socks": ["top"],
        "scarf-and-glasses": ["trousers", "scarf"],
        "skirt-and-tights": ["hair", "shoes"],
    }
    options: list[str] = []
    shown_sources: list[Picture] = []
    for seed, (name, classes) in zip(others, sources.items(), strict=True):
        picture, styles = work / f"{name}.png", work / f"{name}.safetensors"
        call("render", example(name), "-o", picture, "--seed", seed, *bundle)
        call("encode", picture, "-o", styles, "--labels", example(name), *bundle)
        shown_sources.append(picked_out(read_photo(picture), read_label_map(example(name), FASHION), classes))
        options += [word for index in classes for word in ("--style", f"{index}={styles}")]
    own, mixed = work / "own.png", work / "mixed.png"
    call("render", example(target), "-o", own, "--seed", first, *bundle)
    call("mix", "--labels", example(target), *options, "--seed", first, "-o", mixed, *bundle)
    start, end = read_photo(own), read_photo(mixed)
    rows = start.shape[0]
    write_picture(
        output / "mixture.png",
        np.ascontiguousarray(
            np.concatenate(
                [row(shown(example(target)), start), plus(rows), row(*shown_sources), equals(rows), end], axis=1
            )
        ),
    )


def lengthened(labels: Picture, cloth: int, legs: int) -> Picture:
    """A map in which a dress goes on from its hem down to the ankles, a little wider still."""
    long = labels.copy()
    hem = int((labels == cloth).sum(axis=1).argmax())
    across = np.flatnonzero(labels[hem] == cloth)
    ankles = int(np.flatnonzero((labels == legs).any(axis=1))[-1]) - 8
    for y in range(hem, ankles):
        wider = round(8 * (y - hem) / (ankles - hem))
        long[y, max(0, across[0] - wider) : across[-1] + 1 + wider] = cloth
    return long


def sleeved(labels: Picture, cloth: int, skin: int) -> Picture:
    """A map in which the arms beside a dress are covered down to the wrists."""
    rows = np.flatnonzero((labels == cloth).any(axis=1))
    _, parts, stats, _ = cv2.connectedComponentsWithStats((labels == skin).astype(np.uint8))
    covered = labels.copy()
    for part, (_, top, _, height, area) in enumerate(stats[1:].tolist(), start=1):
        if area > 80 and rows[0] + 10 < top < rows[0] + (rows[-1] - rows[0]) // 4:
            down_to_the_wrist = np.arange(len(labels))[:, None] < top + 0.8 * height
            covered[(parts == part) & down_to_the_wrist] = cloth
    return covered


def semantic(bundle: list[str], loaded: Bundle, work: Path, output: Path) -> None:
    """The same styles under painted maps: a dress down to the ankles, then with long sleeves."""
    name = "hat-and-dress"
    labels = read_label_map(example(name), FASHION)
    dress, skin = FASHION.index_of("dress"), FASHION.index_of("skin")
    long = lengthened(labels, dress, skin)
    seed = contrasting(loaded, name, 2)[0]
    pictures: list[Picture] = []
    for step, edited in {"whole": labels, "long": long, "sleeves": sleeved(long, dress, skin)}.items():
        file, picture = work / f"semantic-{step}.png", work / f"drawn-{step}.png"
        write_label_map(file, edited, FASHION)
        call("render", file, "-o", picture, "--seed", seed, *bundle)
        pictures += [shown(file), read_photo(picture)]
    write_picture(output / "semantic.png", row(*pictures))


def sliders(bundle: list[str], loaded: Bundle, work: Path, output: Path) -> None:
    """A dress as its style is, and with each named slider at either end."""
    name, quantities = "hat-and-dress", ("lightness", "warmth", "saturation", "contrast", "pattern scale")
    plain = work / "plain.png"
    call("render", example(name), "-o", plain, "--seed", PLAIN_SEED, *bundle)
    columns: list[Picture] = []
    for quantity in quantities:
        column: list[Picture] = []
        for end in (-1, 1):
            file = work / f"{quantity}{end}.png"
            moved = ("--adjust", f"dress:{quantity}={end}")
            call("mix", "--labels", example(name), "--seed", PLAIN_SEED, *moved, "-o", file, *bundle)
            column.append(_narrow(read_photo(file)))
        columns.append(np.concatenate(column, axis=0))
    middle = _narrow(read_photo(plain))
    space = np.full((middle.shape[0] // 2, middle.shape[1], 3), 255, np.uint8)
    write_picture(output / "sliders.png", row(np.concatenate([space, middle, space], axis=0), *columns))


def _narrow(picture: Picture) -> Picture:
    """A picture without the ground to either side of the person."""
    aside = picture.shape[1] * 3 // 20
    return picture[:, aside:-aside]


def morph(bundle: list[str], loaded: Bundle, work: Path, output: Path) -> None:
    """A film, and five of its frames."""
    name = "shorts-and-socks"
    # Codes drawn from seeds, not encoded from pictures of them: a film between two draws of the dice.
    styles = []
    for seed in contrasting(loaded, name, 2):
        styles.append(work / f"morph-{seed}.safetensors")
        write_styles(styles[-1], sample_codes(loaded, seed), loaded)
    frames = work / "frames"
    common = ["--labels", example(name), "--from", styles[0], "--to", styles[1], *bundle]
    call("morph", *common, "--frames", 5, "--easing", "none", "-o", frames)
    write_picture(output / "morph.png", row(*(read_photo(path) for path in sorted(frames.iterdir()))))
    call("morph", *common, "--frames", 24, "--rate", 12, "--loop", "-o", output / "morph.webp")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-b", "--bundle", help="bundle of weights, by name or folder")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs" / "gallery")
    chosen = parser.parse_args()
    bundle = [] if chosen.bundle is None else ["--bundle", str(chosen.bundle)]
    chosen.output.mkdir(parents=True, exist_ok=True)
    loaded = load_bundle(chosen.bundle or default_bundle_name())
    with tempfile.TemporaryDirectory() as folder:
        for make in (mixture, semantic, sliders, morph):
            make(bundle, loaded, Path(folder), chosen.output)
    print(f"written to {chosen.output}")


if __name__ == "__main__":
    main()
