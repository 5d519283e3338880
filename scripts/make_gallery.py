"""Make the pictures of the three applications for the README, with the commands that anybody can type.

    python scripts/make_gallery.py [-b BUNDLE] [-o docs/gallery]        (make gallery)

No photo of anybody is needed or shown: the people are the bundled example maps, drawn by the network in random styles.
The script prints every command it runs.

    mixture.png     one map, its hair, top, coat and trousers from three other pictures
    semantic.png    one picture, repainted: without the bag and tights, then with a skirt down to the ankles
    morph.webp      all classes travel between two styles; morph.png shows five of its frames
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
from model.checkpoints import default_bundle_name, load_bundle
from model.images import read_photo, write_picture
from model.labels import builtin_label_set, colorize, read_label_map, write_label_map
from model.styles.files import write_styles
from model.styles.sampling import sample_codes

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "assets" / "examples"
FASHION = builtin_label_set("street-fashion")
GAP = 12

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


def mixture(bundle: list[str], work: Path, output: Path) -> None:
    """Styles of three pictures in one."""
    sources = ("long-coat", "skirt-and-tights", "scarf-and-glasses")
    files = []
    for seed, name in zip((20, 5, 9), sources, strict=True):
        picture, styles = work / f"{name}.png", work / f"{name}.safetensors"
        call("render", example(name), "-o", picture, "--seed", seed, *bundle)
        call("encode", picture, "-o", styles, "--labels", example(name), *bundle)
        files.append((picture, styles))
    target, own, mixed = example("long-coat"), work / "own.png", work / "mixed.png"
    call("render", target, "-o", own, "--seed", 5, *bundle)
    taken = [
        ("hair", files[0][1]),
        ("top", files[2][1]),
        ("outerwear", files[0][1]),
        ("trousers", files[2][1]),
        ("shoes", files[1][1]),
    ]
    options = [word for name, file in taken for word in ("--style", f"{name}={file}")]
    call("mix", "--labels", target, *options, "--seed", 5, "-o", mixed, *bundle)
    write_picture(
        output / "mixture.png",
        row(shown(target), read_photo(own), *(read_photo(picture) for picture, _ in files), read_photo(mixed)),
    )


def without(labels: Picture, class_index: int, hand: int) -> Picture:
    """A map in which a class is taken away and its neighbours close over it, except for the hand that held it."""
    gone = labels == class_index
    open_to = gone | (labels == hand)
    _, nearest = cv2.distanceTransformWithLabels(
        open_to.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    classes = np.zeros(int(nearest.max()) + 1, np.uint8)
    classes[nearest[~open_to]] = labels[~open_to]
    return np.where(gone, classes[nearest], labels).astype(np.uint8)


def lengthened(labels: Picture, cloth: int, legs: int) -> Picture:
    """A map in which a skirt goes on from where it is widest down to the ankles."""
    long = labels.copy()
    widths = (labels == cloth).sum(axis=1)
    widest = int(widths.argmax())
    across = np.flatnonzero(labels[widest] == cloth)
    rows = np.flatnonzero((labels == legs).any(axis=1))
    hem = int(rows[0] + 0.8 * (rows[-1] - rows[0]))
    for y in range(widest, hem):
        wider = round(8 * (y - widest) / (hem - widest))
        long[y, max(0, across[0] - wider) : across[-1] + 1 + wider] = cloth
    return long


def semantic(bundle: list[str], work: Path, output: Path) -> None:
    """The same styles under painted maps: bag away, bare legs, a long skirt."""
    labels = read_label_map(example("skirt-and-tights"), FASHION)
    bag, legwear, skin, skirt = (FASHION.index_of(name) for name in ("bag", "legwear", "skin", "skirt"))
    bare = without(labels, bag, skin)
    bare[bare == legwear] = skin
    maps = {"whole": labels, "bare": bare, "long": lengthened(without(labels, bag, skin), skirt, legwear)}
    pictures: list[Picture] = []
    for name, edited in maps.items():
        file, picture = work / f"semantic-{name}.png", work / f"drawn-{name}.png"
        write_label_map(file, edited, FASHION)
        call("render", file, "-o", picture, "--seed", 8, *bundle)
        pictures += [shown(file), read_photo(picture)]
    write_picture(output / "semantic.png", row(*pictures))


def morph(bundle: list[str], work: Path, output: Path) -> None:
    """A film, and five of its frames."""
    target = example("jacket-over-dress")
    # Codes drawn from seeds, not encoded from pictures of them: a film between two draws of the dice.
    drawn = load_bundle(bundle[-1] if bundle else default_bundle_name())
    styles = []
    for seed in (1, 7):
        styles.append(work / f"morph-{seed}.safetensors")
        write_styles(styles[-1], sample_codes(drawn, seed), drawn)
    frames = work / "frames"
    common = ["--labels", target, "--from", styles[0], "--to", styles[1], *bundle]
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
    with tempfile.TemporaryDirectory() as folder:
        for make in (mixture, semantic, morph):
            make(bundle, Path(folder), chosen.output)
    print(f"written to {chosen.output}")


if __name__ == "__main__":
    main()
