"""Finding the named sliders and the style library of a network: render, learn from it, search, correct, judge.

Sliders are searched for on fitted responses (model.styles.responses, model.styles.search), moved in rendered pictures,
and searched for again with what was seen, which is where the responses were believed too much. They are judged on other
random styles than those that they were found on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.labels import LabelMap
from model.styles.checking import Sweeps, Table, offered, sweep, table_of
from model.styles.directions import Direction, named_direction, variations
from model.styles.library import choose_library
from model.styles.measure import QUANTITIES
from model.styles.responses import Observations, fit_responses
from model.styles.search import Sliders, search_sliders
from model.styles.store import NamedStyles
from model.styles.survey import (
    ClassSamples,
    Draw,
    Survey,
    codeless_class,
    deviations,
    large_classes,
    random_codes,
    survey_maps,
    take_survey,
)

#: Styles that the search moves: one for so many samples, at most so many.
_SAMPLES_A_BASE, _BASES = 6, 40
#: Classes that are fitted and searched for at once.
_CHUNK = 16
#: Of classes seen in fewer pictures nothing is learned.
_FEWEST = 24

Seen = dict[tuple[int, int], list[Sweeps]]


def name_styles(
    bundle: Bundle,
    draw: Draw,
    *,
    samples: int = 300,
    trials: int = 1400,
    corrections: int = 80,
    rounds: int = 2,
    checks: int = 110,
    seed: int = 0,
    progress: Callable[[str, float], None] | None = None,
) -> tuple[NamedStyles, Table]:
    """Find directions, choose the library, and measure what the sliders do. The same seed gives the same styles.

    Args:
        draw: renders a map of the native size with codes.
        samples: renderings of styles as people have them, for the library; trials: of wider ones, for the sliders.
        corrections: pictures a round in which each of the five named sliders is moved to correct it; rounds: how often.
        checks: pictures in which each is moved to judge it.

    Returns:
        the styles (only sliders that do what they say), and the figures of all sliders.
    """

    def tell(text: str) -> Callable[[float], None] | None:
        return None if progress is None else lambda share: progress(text, share)

    maps = survey_maps(bundle)
    survey = take_survey(bundle, draw, samples, seed, tell("sampling styles"))
    trial = take_survey(bundle, draw, trials, seed + 1, tell("trying styles"), wide=True)
    ground = codeless_class(bundle)
    counts = [len(a) + len(b) for a, b in zip(survey.samples, trial.samples, strict=True)]
    classes = [index for index in range(bundle.classes) if index != ground and counts[index] >= _FEWEST]
    seen: Seen = {}
    found: dict[int, tuple[Sliders, int]] = {}
    for number in range(rounds + 1):
        bases = _bases(bundle, min(max(samples // _SAMPLES_A_BASE, 1), _BASES), seed + number)
        found = _search(bundle, [survey, trial], seen, maps, classes, bases, found, seed + number)
        sliders = {index: _directions(bundle, index, *found[index]) for index in classes}
        if number < rounds:
            text = tell("correcting the sliders")
            moved = sweep(bundle, sliders, draw, maps, corrections, seed + 10 + number, text)
            for key, sweeps in moved.items():
                seen.setdefault(key, []).append(sweeps)
    # Judged on other styles than those that they were found and corrected on.
    table = table_of(bundle, sweep(bundle, sliders, draw, maps, checks, seed + 20, tell("measuring the sliders")))
    directions, library = {}, {}
    for index, named in sliders.items():
        kept = offered(named, table.get(bundle.label_set.names[index], {}))
        directions[index] = kept + variations(bundle, survey, index, named)
    for index in range(bundle.classes):
        if index != ground and (styles := choose_library(bundle, survey, index)):
            library[index] = styles
    return NamedStyles(directions, library), table


def _search(
    bundle: Bundle,
    surveys: Sequence[Survey],
    seen: Seen,
    maps: list[LabelMap],
    classes: list[int],
    bases: Tensor,
    before: dict[int, tuple[Sliders, int]],
    seed: int,
) -> dict[int, tuple[Sliders, int]]:
    """The best sliders by what was seen up to now: for each class those of its chunk, and its place among them."""
    found = {}
    shown = [large_classes(labels) for labels in maps]
    weights = deviations(bundle).flatten(1).square()
    for start in range(0, len(classes), _CHUNK):
        chunk = classes[start : start + _CHUNK]
        observed = [_observations([survey.samples[index] for survey in surveys], seen, index) for index in chunk]
        responses = fit_responses(observed, len(maps), seed)
        places = torch.zeros(len(chunk), bases.shape[1], len(maps))
        for row, index in enumerate(chunk):
            own = [place for place, large in enumerate(shown) if index in large]
            for number in range(bases.shape[1]):
                places[row, number, own[number % len(own)]] = 1
        old = _gathered([before[index] for index in chunk]) if before else None
        sliders = search_sliders(responses, weights[chunk], bases[chunk], places, old)
        found.update({index: (sliders, row) for row, index in enumerate(chunk)})
    return found


def _bases(bundle: Bundle, count: int, seed: int) -> Tensor:
    """Random styles as people have them, (C, count, n) in deviations."""
    generator = torch.Generator().manual_seed(seed)
    drawn = [(random_codes(bundle, generator) - bundle.code_mean) / deviations(bundle) for _ in range(count)]
    return torch.stack(drawn, dim=1).flatten(2)


def _gathered(rows: Sequence[tuple[Sliders, int]]) -> Sliders:
    return Sliders(
        torch.stack([sliders.units[row] for sliders, row in rows]),
        torch.stack([sliders.low[row] for sliders, row in rows]),
        torch.stack([sliders.high[row] for sliders, row in rows]),
    )


def _observations(samples: Sequence[ClassSamples], seen: Seen, index: int) -> Observations:
    sweeps = [each for place in range(len(QUANTITIES)) for each in seen.get((index, place), ())]
    z = np.array([row for each in samples for row in each.z])
    values = np.array([row for each in samples for row in each.quantities])
    return Observations(
        z,
        values,
        [place for each in samples for place in each.maps],
        np.concatenate([each.z for each in sweeps]) if sweeps else np.zeros((0, 1, z.shape[1])),
        np.concatenate([each.values for each in sweeps]) if sweeps else np.zeros((0, 1, values.shape[1])),
        [place for each in sweeps for place in each.maps],
    )


def _directions(bundle: Bundle, index: int, sliders: Sliders, row: int) -> list[Direction]:
    std = deviations(bundle)[index]
    units, low, high = sliders.units[row], sliders.low[row].tolist(), sliders.high[row].tolist()
    return [named_direction(name, units[place], low[place], high[place], std) for place, name in enumerate(QUANTITIES)]
