"""Compare ways of blending new pixels into a photo on a scene whose right answer is known.

    python scripts/compare_blending.py [OUT.png]

A coat is recoloured. The label map misses the coat's outermost pixels, as parsed maps do; the model draws the new coat
right, but the ground and the skin a little off, and its ground has a studio's colour. docs/decisions/0011 quotes the
table that this prints: mean absolute differences (0..255) to the truth in a rim of 8 pixels around the coat and inside
it, photo pixels beyond 4 pixels that changed, and milliseconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from model.compositing import Compositor
from model.images import write_picture

Picture = NDArray[np.uint8]
HEIGHT, WIDTH, SEAM = 384, 256, 4


def scene() -> dict[str, Any]:
    """Photo, truth (the photo with a yellow coat), the model's two pictures and the map."""
    rng = np.random.default_rng(4)
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    ground = np.stack([190 + 40 * x / WIDTH, 180 + 30 * y / HEIGHT, np.full_like(x, 170)], -1)
    ground += cv2.GaussianBlur(rng.normal(0, 60, ground.shape).astype(np.float32), (0, 0), 8)
    edge = cv2.GaussianBlur(rng.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), 10) * 60
    coat = ((x - 128) / 62) ** 4 + ((y - 200) / 120) ** 4 < 1 + 0.2 * edge
    head = ((x - 128) / 26) ** 2 + ((y - 60) / 34) ** 2 < 1
    folds = 22 * np.sin(x / 9 + np.sin(y / 30))[..., None]

    def dressed(back: NDArray, skin: tuple[int, ...], cloth: tuple[int, ...]) -> NDArray:
        picture = back.copy()
        picture[head] = skin
        picture[coat] = (np.array(cloth) + folds)[coat]
        return cv2.GaussianBlur(picture, (0, 0), 0.8)

    studio = np.full_like(ground, 128)
    parsed = np.zeros((HEIGHT, WIDTH), np.uint8)
    parsed[head] = 1
    parsed[cv2.erode(coat.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0] = 2

    def whole(picture: NDArray) -> Picture:
        return picture.round().clip(0, 255).astype(np.uint8)

    return {
        "photo": whole(dressed(ground, (205, 160, 140), (45, 45, 60))),
        "truth": whole(dressed(ground, (205, 160, 140), (215, 180, 60))),
        "picture": whole(dressed(studio, (190, 150, 135), (215, 180, 60))),
        "reference": whole(dressed(studio, (190, 150, 135), (52, 45, 60))),
        "labels": parsed,
        "coat": coat,
    }


def feather(photo: Picture, picture: Picture, mask: NDArray[np.bool_]) -> Picture:
    """A ramp centred on the outline, SEAM pixels to either side."""
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    alpha = ((inside - outside + SEAM) / (2 * SEAM)).clip(0, 1)[..., None]
    return (photo + alpha * (picture.astype(np.float32) - photo)).round().astype(np.uint8)


def multi_band(photo: Picture, picture: Picture, mask: NDArray[np.bool_]) -> Picture:
    """Burt and Adelson (1983), 5 bands."""
    first: Any = photo.astype(np.float32)
    second: Any = picture.astype(np.float32)
    weight: Any = mask.astype(np.float32)
    bands = []
    for _ in range(4):
        size = (first.shape[1], first.shape[0])
        low_first, low_second = cv2.pyrDown(first), cv2.pyrDown(second)
        high_first, high_second = (
            first - cv2.pyrUp(low_first, dstsize=size),
            second - cv2.pyrUp(low_second, dstsize=size),
        )
        bands.append(high_first + weight[..., None] * (high_second - high_first))
        first, second, weight = low_first, low_second, cv2.pyrDown(weight)
    result = first + weight[..., None] * (second - first)
    for band in reversed(bands):
        result = cv2.pyrUp(result, dstsize=(band.shape[1], band.shape[0])) + band
    return result.round().clip(0, 255).astype(np.uint8)


def poisson(photo: Picture, picture: Picture, mask: NDArray[np.bool_]) -> Picture:
    """Perez et al. (2003), OpenCV's seamlessClone; it places by the centre of the mask's box."""
    wide = cv2.dilate(mask.astype(np.uint8), np.ones((2 * SEAM + 1, 2 * SEAM + 1), np.uint8)) * 255
    left, top, width, height = cv2.boundingRect(wide)
    centre = (left + width // 2, top + height // 2)
    return np.asarray(cv2.seamlessClone(picture, photo, wide, centre, cv2.NORMAL_CLONE), np.uint8)


def main() -> None:
    parts = scene()
    photo, picture, truth, labels = parts["photo"], parts["picture"], parts["truth"], parts["labels"]
    mask = labels == 2
    compositor = Compositor(photo, labels, parts["reference"])
    compositor.compose(labels, picture, (2,))  # the plate and the colour matching are made once per photo
    methods: dict[str, Callable[[], Picture]] = {
        "hard cut": lambda: np.where(mask[..., None], picture, photo).astype(np.uint8),
        "feather": lambda: feather(photo, picture, mask),
        "multi-band": lambda: multi_band(photo, picture, mask),
        "Poisson": lambda: poisson(photo, picture, mask),
        "matched, outward seam": lambda: compositor.compose(labels, picture, (2,)),
    }
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    rim, core = (inside + outside) <= 8, inside > 8
    print("| method | rim | inside | changed beyond | ms |\n|---|---|---|---|---|")
    shown = [photo, truth]
    for name, method in methods.items():
        start = time.perf_counter()
        result = method()
        spent = 1000 * (time.perf_counter() - start)
        wrong = np.abs(result.astype(int) - truth).mean(axis=2)
        beyond = int(((result != photo).any(axis=2) & (outside > SEAM + 1)).sum())
        print(f"| {name} | {wrong[rim].mean():.1f} | {wrong[core].mean():.1f} | {beyond} | {spent:.0f} |")
        shown.append(result)
    if len(sys.argv) > 1:
        write_picture(sys.argv[1], np.ascontiguousarray(np.concatenate(shown, axis=1)))


if __name__ == "__main__":
    main()
