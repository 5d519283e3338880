"""Finding the named sliders and the style library of a network: render, learn from it, search, correct, choose, judge.

Sliders are searched for on fitted responses (model.styles.responses, model.styles.search) and moved in rendered
pictures, each a little beside itself, which tells what sliders near it do; with that the responses are fitted further
and searched again. Then what the responses still miss along the very sliders is added to them, search after search,
and of all sliders that were rendered the best is taken. They are judged on other random styles than those that they
were found, corrected and chosen on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.labels import LabelMap
from model.styles.checking import (
    OTHER,
    OWN,
    SliderFigures,
    Sweeps,
    Table,
    figures_of,
    joined,
    offered,
    sweep,
    table_of,
)
from model.styles.directions import Direction, named_direction, variations
from model.styles.library import choose_library
from model.styles.measure import QUANTITIES, VISIBLE
from model.styles.responses import Observations, Responses, fit_responses, misses
from model.styles.search import EFFECT, Sliders, search_sliders
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
_SAMPLES_A_BASE, _BASES = 3, 96
#: Classes that are fitted and searched for at once.
_CHUNK = 16
#: Of classes seen in fewer pictures nothing is learned.
_FEWEST = 24
#: How far sliders lean in the pictures that they are corrected by (`sweep`).
_TILT = 0.1
#: Rounds in which they do.
_TILTED = 2
#: How often sliders are moved that lack something, but less than the second, beside all others.
_HOPEFUL, _HOPELESS, _OTHERWISE = 1.0, 0.6, 0.3
#: Sliders that turned by more than this cosine since are others: what was missed along them says nothing.
_SAME = 0.85
#: And up to this one, with ends that differ by little, they do the same.
_NEARLY = 0.97
#: What sliders of controls should change, if they can, in steps that are seen.
WIDE_EFFECT = 4.5
#: What chosen sliders should have to spare, so that other pictures show the same.
_SPARE = 0.08

Offer = dict[int, list[Direction]]
"""The five named sliders of classes, by class index."""


def name_styles(
    bundle: Bundle,
    draw: Draw,
    *,
    samples: int = 300,
    trials: int = 1200,
    corrections: int = 50,
    rounds: int = 8,
    checks: int = 150,
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

    def find(effect: float) -> Offer:
        asked = tell(f"correcting the sliders ({effect:g} steps)")
        return find_sliders(
            bundle, draw, [survey, trial], maps, classes, corrections, rounds, seed, asked, effect=effect
        )

    sliders = find(EFFECT)
    if bundle.generator.config.controls:
        # Numbers that do what sliders are called after can do more of it.
        several = [find(WIDE_EFFECT), sliders]
        sliders = widest(bundle, draw, maps, several, 2 * corrections, seed + 10, tell("choosing the sliders"))
    # Judged on other styles than those that they were found, corrected and chosen on.
    table = table_of(bundle, sweep(bundle, sliders, draw, maps, checks, seed + 20, tell("measuring the sliders")))
    directions, library = {}, {}
    for index, named in sliders.items():
        kept = offered(named, table.get(bundle.label_set.names[index], {}))
        directions[index] = kept + variations(bundle, survey, index, named)
    for index in range(bundle.classes):
        if index != ground and (styles := choose_library(bundle, survey, index)):
            library[index] = styles
    return NamedStyles(directions, library), table


def find_sliders(
    bundle: Bundle,
    draw: Draw,
    surveys: Sequence[Survey],
    maps: list[LabelMap],
    classes: list[int],
    corrections: int,
    rounds: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
    effect: float = EFFECT,
) -> dict[int, list[Direction]]:
    """The five named sliders of every class; see `name_styles`. Reports the share done (0..1).

    Args:
        effect: how much they should change what they name, in steps that are seen.
    """
    searches = _Searches(bundle, surveys, maps, classes, seed, effect)
    sliders = searches.run(anew=True)
    tried: dict[tuple[int, int], list[tuple[Direction, Sweeps]]] = {}
    best: dict[tuple[int, int], tuple[float, Direction]] = {}
    for number in range(rounds):
        # First about them, to learn; then along the very sliders, to correct them and to choose.
        tilt = _TILT if number < min(_TILTED, rounds - 1) else 0.0

        def tell(share: float, number: int = number) -> None:
            if progress is not None:
                progress((number + share) / rounds)

        need = _need(best, classes)
        moved = sweep(bundle, sliders, draw, maps, corrections, seed + 100 + number, tell, tilt=tilt, need=need)
        if not tilt:
            for (index, place), sweeps in moved.items():
                tried.setdefault((index, place), []).append((sliders[index][place], sweeps))
                best[index, place] = _best(tried[index, place], place)
        searches.see(moved, straight=not tilt)
        if number < rounds - 1:
            sliders = searches.run(anew=number == 0)
    for (index, place), (_, slider) in best.items():
        sliders[index][place] = slider
    return sliders


def widest(
    bundle: Bundle,
    draw: Draw,
    maps: list[LabelMap],
    several: Sequence[Offer],
    count: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> Offer:
    """Of sliders that were found for changes of several sizes, largest first: the first that lacks nothing, else the
    one that lacks least, each judged in ``count`` pictures."""
    judged = [sweep(bundle, sliders, draw, maps, count, seed, progress) for sliders in several]
    chosen = {index: list(named) for index, named in several[0].items()}
    for index, place in judged[0]:
        lacks = [shortfall(figures_of(found[index, place], place)) for found in judged]
        chosen[index][place] = several[int(np.argmin(lacks))][index][place]
    return chosen


def _best(tried: list[tuple[Direction, Sweeps]], quantity: int) -> tuple[float, Direction]:
    """What the slider that lacks least lacks, and that slider; the newer one of two that lack as much.

    All pictures of sliders that are nearly the same count for each of them: few pictures choose by chance.
    """
    found: tuple[float, Direction] | None = None
    for slider, _ in tried:
        lack = shortfall(figures_of(joined([each for other, each in tried if _alike(slider, other)]), quantity))
        if found is None or lack <= found[0]:
            found = lack, slider
    assert found is not None
    return found


def _alike(one: Direction, other: Direction) -> bool:
    length = float(one.vector.norm() * other.vector.norm())
    apart = abs(one.low - other.low) + abs(one.high - other.high)
    turned = float((one.vector * other.vector).sum()) < _NEARLY * length
    return not turned and apart <= (1 - _NEARLY) * 5 * (one.high - one.low)


def _need(best: dict[tuple[int, int], tuple[float, Direction]], classes: list[int]) -> dict[int, list[float]] | None:
    """How often sliders are worth moving: those that lack a little most; None where nothing is known yet."""
    if not best:
        return None
    need = {}
    for index in classes:
        lacks = [best[index, place][0] if (index, place) in best else 0.0 for place in range(len(QUANTITIES))]
        need[index] = [_HOPEFUL if 0 < lack < _HOPELESS else _OTHERWISE for lack in lacks]
    return need


def shortfall(figures: SliderFigures) -> float:
    """How much a slider lacks of what is asked of it, with something to spare; 0: nothing."""
    seen = figures.change / VISIBLE[figures.quantity]
    short, astray = max(OWN + _SPARE / 2 - figures.own, 0.0), max(figures.other - OTHER + _SPARE, 0.0)
    return short + astray + max(1.1 - seen, 0.0)


@dataclass
class _Found:
    """What was searched for in one chunk of classes."""

    classes: list[int]
    responses: Responses | None = None
    noise: Tensor | None = None
    sliders: Sliders | None = None
    straight: list[tuple[Sliders, dict[tuple[int, int], Sweeps]]] = field(default_factory=list)


class _Searches:
    """Sliders of all classes by all that was seen up to now."""

    def __init__(
        self,
        bundle: Bundle,
        surveys: Sequence[Survey],
        maps: list[LabelMap],
        classes: list[int],
        seed: int,
        effect: float,
    ) -> None:
        self._bundle, self._surveys, self._maps, self._effect = bundle, surveys, maps, effect
        self._chunks = [_Found(classes[start : start + _CHUNK]) for start in range(0, len(classes), _CHUNK)]
        self._seen: dict[tuple[int, int], list[Sweeps]] = {}
        self._seed = seed
        self._bases = min(max(len(surveys[0].samples[classes[0]]) // _SAMPLES_A_BASE, 1), _BASES) if classes else 1
        self._shown = [large_classes(labels) for labels in maps]
        self._runs = 0

    def see(self, moved: dict[tuple[int, int], Sweeps], *, straight: bool) -> None:
        """Learn from rendered sweeps, first of all how far off the responses were.

        Args:
            straight: they are of the very sliders of the last run; what is missed along them is added to the responses.
        """
        for chunk in self._chunks:
            if chunk.responses is not None:
                chunk.noise = _noise(chunk, moved)
            if straight and chunk.sliders is not None:
                chunk.straight.append((chunk.sliders, moved))
        for key, sweeps in moved.items():
            self._seen.setdefault(key, []).append(sweeps)

    def run(self, *, anew: bool) -> Offer:
        """Fit and search once more.

        Args:
            anew: start from what is best by the responses, too.
        """
        weights = deviations(self._bundle).flatten(1).square()
        bases = _bases(self._bundle, self._bases, self._seed + self._runs)
        found: Offer = {}
        for chunk in self._chunks:
            observed = [
                _observations([survey.samples[index] for survey in self._surveys], self._seen, index)
                for index in chunk.classes
            ]
            chunk.responses = fit_responses(observed, len(self._maps), self._seed, before=chunk.responses)
            if chunk.noise is not None:
                # What networks leave of pictures that they were fitted to is less than what they miss of others.
                chunk.responses.noise.copy_(torch.maximum(chunk.responses.noise, chunk.noise))
            left = _left(chunk)
            chosen = chunk.classes
            chunk.sliders = search_sliders(
                chunk.responses,
                weights[chosen],
                bases[chosen],
                self._places(chosen),
                chunk.sliders,
                left,
                anew=anew,
                seed=self._seed + self._runs,
                among=_controls(self._bundle),
                effect=self._effect,
            )
            found |= {index: _directions(self._bundle, index, chunk.sliders, row) for row, index in enumerate(chosen)}
        self._runs += 1
        return found

    def _places(self, classes: list[int]) -> Tensor:
        """Where the styles of each class are seen: (C, B, maps), one of them 1 in a row."""
        places = torch.zeros(len(classes), self._bases, len(self._maps))
        for row, index in enumerate(classes):
            own = [place for place, large in enumerate(self._shown) if index in large]
            for number in range(self._bases):
                places[row, number, own[number % len(own)]] = 1
        return places


def _controls(bundle: Bundle) -> Tensor | None:
    """1 for the numbers of a code (n,) that are there for sliders, 0 for those of photos; None where none are."""
    controls = bundle.generator.config.controls
    if not controls:
        return None
    among = torch.zeros(bundle.code_shape[1:])
    among[-controls:] = 1
    return among.flatten()


def _noise(chunk: _Found, moved: dict[tuple[int, int], Sweeps]) -> Tensor:
    """What the responses miss of sweeps that they never saw: (C, quantities), root mean square."""
    assert chunk.responses is not None
    noise = chunk.responses.noise.clone()
    for row, index in enumerate(chunk.classes):
        found = [moved[index, place] for place in range(len(QUANTITIES)) if (index, place) in moved]
        if found:
            missed = torch.cat([misses(chunk.responses, each.z, each.values, each.maps, row) for each in found])
            noise[row] = (missed.square().sum(1) / max(missed.shape[1] - 1, 1)).mean(0).sqrt()
    return noise


def _left(chunk: _Found) -> Tensor | None:
    """What the responses miss along the sliders of the last run: (C, quantities, 3, quantities); None: not known yet.

    The mean over all pictures of sliders that were nearly the same. What is missed grows with their length.
    """
    if not chunk.straight:
        return None
    assert chunk.responses is not None and chunk.sliders is not None
    count, now = len(QUANTITIES), chunk.sliders
    left = torch.zeros(len(chunk.classes), count, 3, count)
    for row, index in enumerate(chunk.classes):
        for place in range(count):
            missed = []
            for then, moved in chunk.straight:
                sweeps = moved.get((index, place))
                alike = float(then.units[row, place] @ now.units[row, place])
                if sweeps is None or alike < _SAME:
                    continue
                each = sweeps.sorted()
                span = (now.high - now.low)[row, place] / (then.high - then.low)[row, place]
                missed.append(span * misses(chunk.responses, each.z, each.values, each.maps, row))
            if missed:
                left[row, place] = torch.cat(missed).mean(0)
    return left


def _bases(bundle: Bundle, count: int, seed: int) -> Tensor:
    """Random styles as people have them, (C, count, n) in deviations."""
    generator = torch.Generator().manual_seed(seed)
    drawn = [(random_codes(bundle, generator) - bundle.code_mean) / deviations(bundle) for _ in range(count)]
    return torch.stack(drawn, dim=1).flatten(2)


def _observations(
    samples: Sequence[ClassSamples], seen: dict[tuple[int, int], list[Sweeps]], index: int
) -> Observations:
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
