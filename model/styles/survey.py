"""Rendering many random styles and measuring every class in every picture.

All classes get new codes in every picture, so one rendering is a sample of each class in its map.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.colour import to_lab
from model.fitting import Fit
from model.images import Photo
from model.labels import LabelMap, read_label_map
from model.styles.measure import MIN_PIXELS, Ruler, appearance, class_pixels
from model.styles.sampling import encoded_noise, sample_codes
from model.styles.thumbnails import ACCESSORIES, among_pale, bare_map, cut_thumbnail, shown_bare, swatch_box

Draw = Callable[[LabelMap, Tensor], Photo]
"""Renders a map of the native size, uint8 (H, W), with codes float32 (C, K, h, w)."""

EXAMPLES = Path(__file__).resolve().parents[2] / "assets" / "examples"
#: Codes are drawn a little wider than the training photos', and never beyond this many deviations.
SPREAD, LIMIT = 1.2, 2.75

#: How far codes go in deviations where sliders are looked for: a little further than sliders do.
WIDE = 4.0


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
    maps = _examples(bundle)
    maps = [_with_accessories(labels, maps, bundle) for labels in maps]
    shown = {index for labels in maps for index in large_classes(labels)}
    missing = [index for index in range(bundle.classes) if index not in shown]
    boards = [missing[start : start + 12] for start in range(0, len(missing), 12)]
    return maps + [_board(board, bundle.height, bundle.width, bundle.label_set.background) for board in boards]


def _examples(bundle: Bundle) -> list[LabelMap]:
    maps: list[LabelMap] = []
    for path in sorted(EXAMPLES.glob("*.png")) if bundle.label_set.name == "street-fashion" else []:
        labels = read_label_map(path, bundle.label_set)
        fit = Fit.into(labels.shape[0], labels.shape[1], bundle.height, bundle.width)
        maps.append(fit.labels(labels, bundle.label_set.background))
    return maps


def bare_maps(bundle: Bundle) -> list[LabelMap]:
    """What small pictures are taken from in place of `survey_maps`: as many of the first of them, see `bare_map`."""
    return [bare_map(labels, bundle.label_set) for labels in _examples(bundle)]


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


def map_turns(maps: list[LabelMap], count: int, need: Mapping[int, float] | None = None) -> list[int]:
    """The map of each of `count` pictures, map by map: maps with classes that few others show come oftener.

    Args:
        need: how many times as many pictures of a class as of the others are wanted, where that is not 1.
    """
    classes = [large_classes(labels) for labels in maps]
    seen = dict.fromkeys({index for found in classes for index in found}, 0)
    wanted = {index: 1.0 if need is None else need.get(index, 1.0) for index in seen}
    turns: list[int] = []
    for _ in range(count):
        worth = [sum((wanted[index] / (1 + seen[index])) ** 4 for index in found) for found in classes]
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


def rulers(bundle: Bundle, maps: list[LabelMap]) -> list[dict[int, Ruler]]:
    """For every map what measures its large classes, by class index; the ground without a code needs none."""
    ground = codeless_class(bundle)
    return [
        {index: Ruler(class_pixels(labels, index)) for index in large_classes(labels) if index != ground}
        for labels in maps
    ]


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
        noise = encoded_noise(bundle, generator) * SPREAD
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
    """Collects samples per class.

    Attributes:
        samples: by class index; maps: what was rendered; bare: what small pictures are taken from, if any.
    """

    def __init__(self, bundle: Bundle, maps: list[LabelMap], bare: list[LabelMap] | None = None) -> None:
        """`bare`: maps to take small pictures from in place of the first, as `bare_maps`; None: no small pictures."""
        self.bundle = bundle
        self.maps = maps
        self.bare = bare
        self.samples = [ClassSamples() for _ in range(bundle.classes)]
        self._rulers = rulers(bundle, maps)

    def pictured(self, map_index: int, class_index: int) -> LabelMap:
        """The map that a class's small pictures are taken from, where it stands in map number `map_index`."""
        if self.bare and map_index < len(self.bare) and shown_bare(self.bundle.label_set, class_index):
            labels = self.bare[map_index]
            if (labels == class_index).any():
                return labels
        return self.maps[map_index]

    def add(self, map_index: int, codes: Tensor, picture: Photo, bare: Photo | None = None) -> None:
        """Measure every class of one rendering; `bare`: that of the bare map with the same codes."""
        lab = to_lab(picture)
        z = ((codes - self.bundle.code_mean) / deviations(self.bundle)).flatten(1).double().numpy()
        for index, ruler in self._rulers[map_index].items():
            sample = self.samples[index]
            sample.z.append(z[index])
            sample.quantities.append(ruler.measure(lab))
            sample.maps.append(map_index)
            if self.bare is not None:
                sample.appearance.append(appearance(lab, ruler))
                sample.colors.append(picture[ruler.mask].mean(axis=0))
                shown = self.pictured(map_index, index)
                drawn = picture if shown is self.maps[map_index] or bare is None else bare
                box = swatch_box(shown, index)
                sample.thumbnails.append(cut_thumbnail(among_pale(drawn, shown == index), box))


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
    survey = Survey(bundle, survey_maps(bundle), None if wide else bare_maps(bundle))
    generator = torch.Generator().manual_seed(seed)
    # Map by map: a renderer that remembers the last map has less to do.
    turns = map_turns(survey.maps, count) if wide else [number * len(survey.maps) // count for number in range(count)]
    for number, map_index in enumerate(turns):
        codes = wide_codes(bundle, generator) if wide else random_codes(bundle, generator)
        picture, bare = draw(survey.maps[map_index], codes), None
        if survey.bare and map_index < len(survey.bare):
            bare = draw(survey.bare[map_index], codes)
        survey.add(map_index, codes, picture, bare)
        if progress is not None:
            progress((number + 1) / count)
    return survey
