"""How well an edited class meets the photo around it, on photos whose right answer is known.

    python scripts/measure_seam.py DATA [--bundle NAME] [--photos 18]

A person of DATA (images/ and labels/ of one size) is cut out with a soft outline and put before the ground of another
photo, with grain and JPEG; the shipped parser reads the result. Then the largest garment, or the hair, takes another
colour, which is known to the pixel: the network's two pictures are the person before its studio, before and after. So
what is measured is the blending and the parser, not the network. docs/decisions/0011 quotes what this prints: mean
absolute differences (0..255) to the truth by distance from the true outline where the class ends before the ground,
once with the ground that was found in the photo and once with the true one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from model.checkpoints import load_bundle
from model.colour import to_lab
from model.compositing import Compositor, Plate
from model.compositing.inpainting import inpaint_background
from model.framing import fit_labels, fit_photo, person_crop
from model.images import read_photo
from model.labels import read_label_map
from model.parsing import parse_photo

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]

#: Deviation in pixels of the cut-out's outline, of the grain in levels, and the quality of the JPEG.
SOFT, GRAIN, QUALITY = 0.8, 2.0, 90
#: Bands by distance from the true outline: inside, right outside, farther outside.
BANDS = (("inside, 0 to 4", -4, 0), ("outside, 0 to 4", 0, 4), ("outside, 4 to 10", 4, 10))
#: Where the parse is farther off than this, the parser is what one sees.
FARTHEST = 8


class _TrueGround(Compositor):
    """A compositor that knows what lies behind the person."""

    ground: Picture

    @property
    def beside(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return self.ground.astype(np.float32), np.zeros(self.labels.shape, np.float32)

    @property
    def plate(self) -> Plate:
        return Plate(self.ground, np.zeros((*self.labels.shape, 2), np.int32))


def soft(mask: Mask) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), SOFT), np.float32)[..., None]


def recoloured(photo: Picture, rng: np.random.Generator) -> NDArray[np.float32]:
    """The photo in another colour: as light as before, give or take, and turned in the plane of a*b*."""
    lab = to_lab(photo)
    angle = rng.uniform(0.5 * np.pi, 1.5 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    lab[..., 1:] = lab[..., 1:] @ turn.T.astype(np.float32) + rng.uniform(-40, 40, 2).astype(np.float32)
    lab[..., 0] = np.clip(lab[..., 0] + rng.choice([-25, 25]), 5, 95)
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB).clip(0, 1) * 255, np.float32)


def whole(picture: NDArray[np.float32]) -> Picture:
    return np.asarray(np.rint(picture).clip(0, 255), np.uint8)


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("data", type=Path)
    reader.add_argument("--bundle", default="street-fashion")
    reader.add_argument("--photos", type=int, default=18)
    asked = reader.parse_args()
    bundle = load_bundle(asked.bundle)
    names, size = bundle.label_set.names, (bundle.height, bundle.width)
    files = sorted((asked.data / "labels").glob("*.png"))
    files = files[:: max(1, len(files) // (3 * asked.photos))]
    rng = np.random.default_rng(0)
    rows: list[list[float]] = []
    for number, file in enumerate(files):
        if len(rows) == asked.photos:
            break
        frames = []
        for path in (file, files[(number + 1) % len(files)]):
            photo = read_photo(next((asked.data / "images").glob(path.stem + ".*")))
            labels = read_label_map(path, bundle.label_set)
            crop = person_crop(labels, *size)
            frames.append((fit_photo(photo, crop, *size), fit_labels(labels, crop, *size, 0)))
        (photo, truth), (other, others) = frames
        shares = np.bincount(truth.ravel(), minlength=len(names))
        wanted = [i for i, name in enumerate(names) if name not in ("background", "face", "skin")]
        index = names.index("hair") if number % 3 == 2 else max(wanted, key=lambda i: shares[i])
        if shares[index] < 300:
            continue
        ground = inpaint_background(other, cv2.dilate((others != 0).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0)
        person, part = soft(truth != 0), truth == index
        fresh = photo + soft(part) * (recoloured(photo, rng) - photo)
        old, new = (ground.pixels + person * (each - ground.pixels) for each in (photo.astype(np.float32), fresh))
        grain = rng.normal(0, GRAIN, photo.shape).astype(np.float32)
        _, data = cv2.imencode(".jpg", whole(old + grain)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        again = cv2.imdecode(data, cv2.IMREAD_COLOR)
        assert again is not None
        seen = np.ascontiguousarray(again[..., ::-1], np.uint8)
        parsed = parse_photo(bundle, seen)
        studio = np.array(bundle.background or (128, 128, 128), np.float32)
        reference, picture = (whole(studio + person * (each - studio)) for each in (photo.astype(np.float32), fresh))
        depth = cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 5)
        away = cv2.distanceTransform((~part).astype(np.uint8), cv2.DIST_L2, 5)
        signed = np.where(part, -depth, away)
        found = parsed == index
        wrong = cv2.dilate(((found != part) & (np.abs(signed) > FARTHEST)).astype(np.uint8), np.ones((9, 9), np.uint8))
        # Where the class ends before the ground, not before another class.
        open_side = cv2.dilate((truth == 0).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        others_side = (truth != 0) & ~part
        row = []
        for kind in (Compositor, _TrueGround):
            compositor = kind(seen, parsed, reference)
            if isinstance(compositor, _TrueGround):
                compositor.ground = ground.pixels
            error = np.abs(compositor.compose(parsed, picture, (index,)) - new).mean(axis=2)
            for _, near, far in BANDS:
                band = (signed > near) & (signed <= far) & open_side & ~others_side & (wrong == 0)
                row.append(float(error[band].mean()) if band.any() else float("nan"))
        rows.append(row)
    means = np.nanmean(np.array(rows), axis=0)
    print(f"{len(rows)} photos", *(f"{name:>18}" for name, _, _ in BANDS))
    for line, name in enumerate(("as it is", "the true ground")):
        print(f"{name:>15}", *(f"{value:18.1f}" for value in means[line * len(BANDS) : (line + 1) * len(BANDS)]))


if __name__ == "__main__":
    main()
