"""The style library: two dozen codes a class that look different, with a small picture and a colour each.

Every code is drawn from the model's own spread and rendered; none comes from a training photo.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.colour import to_lab
from model.images import Photo
from model.styles.survey import Survey, deviations

#: Codes a class.
SIZE = 24

# How much one unit of each quantity counts beside one unit of colour difference, when styles are chosen to differ.
_WEIGHTS = np.array([1.0, 0.4, 0.5, 1.5, 8.0])


@dataclass(frozen=True)
class LibraryStyle:
    """One style of one class.

    Attributes:
        code: float32 (K, h, w).
        color: its mean colour when rendered, RGB 0..255.
        thumbnail: uint8 (96, 96, 3), all but the class pale.
    """

    code: Tensor
    color: tuple[int, int, int]
    thumbnail: Photo


def class_library(bundle: Bundle, class_index: int) -> list[LibraryStyle]:
    """The styles of a class, most typical first; empty where the bundle has no library.

    Raises:
        UserError: styles.safetensors is damaged.
    """
    from model.styles.store import named_styles_of

    named = named_styles_of(bundle)
    return [] if named is None else list(named.library.get(class_index, ()))


def order_by_color(colors: list[tuple[int, int, int]], wanted: tuple[int, int, int]) -> list[int]:
    """Places of the colours, nearest to `wanted` first (CIE76 difference); RGB, 0..255."""
    if not colors:
        return []
    lab = to_lab(np.array([[wanted, *colors]], np.uint8))[0].astype(np.float64)
    distance = np.linalg.norm(lab[1:] - lab[0], axis=1)
    return [int(place) for place in np.argsort(distance, kind="stable")]


def choose_library(bundle: Bundle, survey: Survey, class_index: int, size: int = SIZE) -> list[LibraryStyle]:
    """Pick the samples of a survey that differ most (farthest point first), starting from the most typical one."""
    samples = survey.samples[class_index]
    if not len(samples):
        return []
    # The map in which the class is largest shows it best; maps differ by shape, so only one is compared.
    places = np.array(samples.maps)
    pixels = [int((survey.pictured(place, class_index) == class_index).sum()) for place in range(len(survey.maps))]
    order = sorted(set(samples.maps), key=lambda place: -pixels[place])
    candidates: list[int] = []
    for place in order:
        candidates += np.flatnonzero(places == place).tolist()
        if len(candidates) >= 2 * size:
            break
    looks = np.concatenate(
        [
            to_lab(np.array([[samples.colors[number] for number in candidates]]).round().astype(np.uint8))[0],
            np.stack([samples.quantities[number] for number in candidates]) * _WEIGHTS,
        ],
        axis=1,
    ).astype(np.float64)
    chosen = farthest_points(looks, size)
    mean, std = bundle.code_mean[class_index], deviations(bundle)[class_index]
    styles = []
    for number in (candidates[place] for place in chosen):
        code = mean + std * torch.from_numpy(samples.z[number]).float().reshape(mean.shape)
        red, green, blue = samples.colors[number].round().astype(int).tolist()
        styles.append(LibraryStyle(code, (red, green, blue), samples.thumbnails[number]))
    return styles


def farthest_points(points: NDArray[np.float64], count: int) -> list[int]:
    """Greedy farthest-point order (Gonzalez 1985), from the point nearest to the median; at most `count` places."""
    first = int(np.linalg.norm(points - np.median(points, axis=0), axis=1).argmin())
    chosen = [first]
    nearest = np.linalg.norm(points - points[first], axis=1)
    while len(chosen) < min(count, len(points)):
        nearest[chosen] = -1.0
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return chosen


def sheet(styles: list[LibraryStyle], columns: int = 8) -> Photo:
    """All thumbnails as one picture, uint8 (rows * side, columns * side, 3), row by row."""
    if not styles:
        return np.full((1, 1, 3), 255, np.uint8)
    side = styles[0].thumbnail.shape[0]
    rows = -(-len(styles) // columns)
    picture = np.full((rows * side, columns * side, 3), 255, np.uint8)
    for number, style in enumerate(styles):
        y, x = divmod(number, columns)
        picture[y * side : (y + 1) * side, x * side : (x + 1) * side] = style.thumbnail
    return picture


def encode_thumbnails(thumbnails: list[Photo]) -> bytes:
    """Thumbnails of equal size below each other as one WebP."""
    strip = np.concatenate(thumbnails)
    written, data = cv2.imencode(".webp", cv2.cvtColor(strip, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_WEBP_QUALITY, 88])
    if not written:
        raise OSError("the thumbnails could not be written as WebP")
    return bytes(np.asarray(data, np.uint8))


def decode_thumbnails(data: bytes, count: int) -> list[Photo]:
    """What `encode_thumbnails` wrote. Raises ValueError where it is damaged."""
    strip = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if strip is None or count < 1 or strip.shape[0] % count:
        raise ValueError("the thumbnails are damaged")
    pictures = np.asarray(cv2.cvtColor(strip, cv2.COLOR_BGR2RGB), np.uint8)
    return [np.ascontiguousarray(part) for part in np.split(pictures, count)]
