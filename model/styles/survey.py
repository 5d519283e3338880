"""Rendering many random styles and measuring every class in every picture.

All classes get new codes in every picture, so one rendering is a sample of each class in its map.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.fitting import Fit
from model.images import Photo
from model.labels import LabelMap, read_label_map
from model.styles.measure import MIN_PIXELS, appearance, class_pixels, measure, to_lab
from model.styles.sampling import sample_codes

Draw = Callable[[LabelMap, Tensor], Photo]
"""Renders a map of the native size, uint8 (H, W), with codes float32 (C, K, h, w)."""

EXAMPLES = Path(__file__).resolve().parents[2] / "assets" / "examples"
#: Pixels of a library picture's side.
THUMBNAIL = 96

#: Classes that are worn with anything, and that can be put on any example.
ACCESSORIES = ("bag", "scarf", "hat", "eyewear")

#: Codes are drawn a little wider than the training photos', and never beyond this many deviations.
SPREAD, LIMIT = 1.2, 2.75

#: How far codes go in deviations where sliders are looked for: a little further than sliders do.
WIDE = 3.5


@dataclass
class ClassSamples:
    """The samples of one class: z (N, n) codes in deviations from the mean, what was measured, small pictures."""

    z: list[NDArray[np.float64]] = field(default_factory=list)
    quantities: list[NDArray[np.float64]] = field(default_factory=list)
    appearance: list[NDArray[np.float64]] = field(default_factory=list)
    colors: list[NDArray[np.float64]] = field(default_factory=list)
    thumbnails: list[Photo] = field(default_factory=list)
    maps: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.z)


def survey_maps(bundle: Bundle) -> list[LabelMap]:
    """Maps of the native size in which every class stands somewhere: the bundled examples, and boards for the rest."""
    maps: list[LabelMap] = []
    for path in sorted(EXAMPLES.glob("*.png")) if bundle.label_set.name == "street-fashion" else []:
        labels = read_label_map(path, bundle.label_set)
        fit = Fit.into(labels.shape[0], labels.shape[1], bundle.height, bundle.width)
        maps.append(fit.labels(labels, bundle.label_set.background))
    maps = [_with_accessories(labels, maps, bundle) for labels in maps]
    shown = {index for labels in maps for index in large_classes(labels)}
    missing = [index for index in range(bundle.classes) if index not in shown]
    boards = [missing[start : start + 12] for start in range(0, len(missing), 12)]
    return maps + [_board(board, bundle.height, bundle.width, bundle.label_set.background) for board in boards]


def _with_accessories(labels: LabelMap, others: list[LabelMap], bundle: Bundle) -> LabelMap:
    """The map with what it lacks of the small things that a person may wear, from the others, at the same place by the
    face: what few maps show would be measured in few pictures."""
    names = bundle.label_set.names
    face = bundle.label_set.index_of("face")
    dressed = labels.copy()
    for index in (names.index(name) for name in ACCESSORIES if name in names):
        donors = [other for other in others if (other == index).sum() >= MIN_PIXELS and (other == face).any()]
        if (labels == index).any() or not donors or not (labels == face).any():
            continue
        (y, x), (from_y, from_x) = (np.argwhere(each == face).mean(axis=0) for each in (labels, donors[0]))
        shift = np.array([[1, 0, x - from_x], [0, 1, y - from_y]], np.float32)
        size = labels.shape[1], labels.shape[0]
        moved = cv2.warpAffine((donors[0] == index).astype(np.uint8), shift, size, flags=cv2.INTER_NEAREST) > 0
        dressed[moved] = index
    return dressed


def map_turns(maps: list[LabelMap], count: int) -> list[int]:
    """The map of each of `count` pictures, map by map: maps with classes that few others show come oftener."""
    classes = [large_classes(labels) for labels in maps]
    seen = dict.fromkeys({index for found in classes for index in found}, 0)
    turns: list[int] = []
    for _ in range(count):
        worth = [sum(1 / (1 + seen[index]) ** 4 for index in found) for found in classes]
        place = int(np.argmax(worth))
        turns.append(place)
        for index in classes[place]:
            seen[index] += 1
    # A renderer that remembers the last map has less to do.
    return sorted(turns)


def large_classes(labels: LabelMap) -> list[int]:
    """Classes with enough pixels to be measured."""
    return np.flatnonzero(np.bincount(labels.ravel(), minlength=1) >= MIN_PIXELS).tolist()


def _board(classes: list[int], height: int, width: int, background: int) -> LabelMap:
    """Rectangles of the given classes in a grid, with background between them."""
    labels = np.full((height, width), background, np.uint8)
    across = max(1, int(np.ceil(np.sqrt(len(classes) * width / height))))
    down = -(-len(classes) // across)
    for place, index in enumerate(classes):
        y, x = divmod(place, across)
        top, bottom = (height * y) // down, (height * (y + 1)) // down
        left, right = (width * x) // across, (width * (x + 1)) // across
        rim = min(bottom - top, right - left) // 10
        labels[top + rim : bottom - rim, left + rim : right - rim] = index
    return labels


def codeless_class(bundle: Bundle) -> int | None:
    """The class whose code does nothing: the ground behind people, where the network draws it plain."""
    return None if bundle.background is None else bundle.label_set.background


def deviations(bundle: Bundle) -> Tensor:
    """What steps in codes are measured in, (C, K, h, w).

    Their standard deviations, floored so that a collapsed number does not divide by zero. Behind a map of the prior it
    is the prior's, 1: photos hardly vary along most directions there, and a slider needs to go further.
    """
    if bundle.generator.config.prior_map:
        return torch.ones_like(bundle.code_std)
    return bundle.code_std.clamp_min(1e-4)


def random_codes(bundle: Bundle, generator: torch.Generator) -> Tensor:
    """Codes as people see them, without outliers; float32 (C, K, h, w).

    Around training photos' codes where the bundle has them (`sample_codes`), else from the codes' own spread, a little
    widened.
    """
    if bundle.code_bank is not None:
        drawn = sample_codes(bundle, int(torch.randint(2**31, (1,), generator=generator)))
        noise = (drawn - bundle.code_mean) / deviations(bundle)
    else:
        noise = torch.randn(bundle.code_shape, generator=generator) * SPREAD
    return bundle.code_mean + deviations(bundle) * noise.clamp(-LIMIT, LIMIT)


def wide_codes(bundle: Bundle, generator: torch.Generator) -> Tensor:
    """Codes as sliders may move them, float32 (C, K, h, w): of each class either as people see them, or moved along a
    random direction, or from a wide normal."""
    std = deviations(bundle)
    flat = ((random_codes(bundle, generator) - bundle.code_mean) / std).flatten(1)
    kind = torch.randint(0, 3, (bundle.classes, 1), generator=generator)
    unit = torch.nn.functional.normalize(torch.randn(flat.shape, generator=generator))
    to = (2 * torch.rand((bundle.classes, 1), generator=generator) - 1) * WIDE
    moved = flat + (to - (flat * unit).sum(1, keepdim=True)) * unit
    wide = 1.5 * torch.randn(flat.shape, generator=generator)
    z = torch.where(kind == 0, flat, torch.where(kind == 1, moved, wide)).clamp(-WIDE, WIDE)
    return bundle.code_mean + std * z.view_as(std)


class Survey:
    """Collects samples per class."""

    def __init__(self, bundle: Bundle, maps: list[LabelMap], thumbnails: bool = True) -> None:
        self.bundle = bundle
        self.maps = maps
        self.samples = [ClassSamples() for _ in range(bundle.classes)]
        self._thumbnails = thumbnails
        self._masks = [{index: class_pixels(labels, index) for index in large_classes(labels)} for labels in maps]
        self._boxes = [{index: swatch_box(labels, index) for index in large_classes(labels)} for labels in maps]

    def add(self, map_index: int, codes: Tensor, picture: Photo) -> None:
        """Measure every class of one rendering."""
        lab = to_lab(picture)
        z = ((codes - self.bundle.code_mean) / deviations(self.bundle)).flatten(1).double().numpy()
        for index, mask in self._masks[map_index].items():
            sample = self.samples[index]
            sample.z.append(z[index])
            sample.quantities.append(measure(lab, mask))
            sample.maps.append(map_index)
            if self._thumbnails:
                sample.appearance.append(appearance(lab, mask))
                sample.colors.append(picture[mask].mean(axis=0))
                pale = among_pale(picture, self.maps[map_index] == index)
                sample.thumbnails.append(cut_thumbnail(pale, self._boxes[map_index][index]))


def thumbnail_box(labels: LabelMap, class_index: int) -> tuple[int, int, int, int]:
    """A square around a class with some room, moved into the map where it fits: top, left, bottom, right."""
    rows, columns = np.nonzero(labels == class_index)
    top, bottom, left, right = int(rows.min()), int(rows.max()) + 1, int(columns.min()), int(columns.max()) + 1
    side = min(max(int(1.2 * max(bottom - top, right - left)), 16), *labels.shape)
    y = min(max((top + bottom - side) // 2, 0), labels.shape[0] - side)
    x = min(max((left + right - side) // 2, 0), labels.shape[1] - side)
    return y, x, y + side, x + side


def swatch_box(labels: LabelMap, class_index: int) -> tuple[int, int, int, int]:
    """A square in which a class fills much of the picture: of what is long and narrow only the widest part."""
    mask = labels == class_index
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    height, width = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    side = int(min(max(1.1 * min(height, width), 0.55 * max(height, width), 40), *labels.shape))
    # Where a square of that side covers most of the class, nearest to its middle among equals.
    covered = cv2.blur(mask.astype(np.float32), (side, side), borderType=cv2.BORDER_CONSTANT)
    y, x = np.mgrid[: labels.shape[0], : labels.shape[1]]
    away = np.hypot(y - (rows[0] + rows[-1]) / 2, x - (columns[0] + columns[-1]) / 2)
    middle_y, middle_x = np.unravel_index(int(np.argmax(covered - 1e-4 * away)), mask.shape)
    top = min(max(int(middle_y) - side // 2, 0), labels.shape[0] - side)
    left = min(max(int(middle_x) - side // 2, 0), labels.shape[1] - side)
    return top, left, top + side, left + side


def among_pale(picture: Photo, mask: NDArray[np.bool_]) -> Photo:
    """The picture with all but the mask pale and grey: what surrounds a style in its thumbnail is none of it."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)[..., None]
    pale = np.clip(196 + 0.22 * grey, 0, 255)
    share = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)[..., None]
    return np.asarray((share * picture + (1 - share) * pale).round(), np.uint8)


def cut_thumbnail(picture: Photo, box: tuple[int, int, int, int], side: int = THUMBNAIL) -> Photo:
    """The box of a picture, uint8 (side, side, 3)."""
    part = np.ascontiguousarray(picture[box[0] : box[2], box[1] : box[3]])
    method = cv2.INTER_AREA if part.shape[0] > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (side, side), interpolation=method), np.uint8)


def take_survey(
    bundle: Bundle,
    draw: Draw,
    count: int,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    *,
    wide: bool = False,
) -> Survey:
    """Render `count` pictures of random styles and measure them; reports the share done (0..1).

    Args:
        wide: codes of `wide_codes` in maps of `map_turns`, and no small pictures: to learn how classes answer.
    """
    survey = Survey(bundle, survey_maps(bundle), thumbnails=not wide)
    generator = torch.Generator().manual_seed(seed)
    # Map by map: a renderer that remembers the last map has less to do.
    turns = map_turns(survey.maps, count) if wide else [number * len(survey.maps) // count for number in range(count)]
    for number, map_index in enumerate(turns):
        codes = wide_codes(bundle, generator) if wide else random_codes(bundle, generator)
        survey.add(map_index, codes, draw(survey.maps[map_index], codes))
        if progress is not None:
            progress((number + 1) / count)
    return survey
