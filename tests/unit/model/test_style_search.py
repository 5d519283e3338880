"""What named sliders are found from: renderings, responses fitted to them, and the search on those."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.checkpoints import Bundle
from model.styles.checking import Sweeps, figures_of, sweep
from model.styles.directions import Direction
from model.styles.measure import QUANTITIES, VISIBLE
from model.styles.responses import Observations, Responses, fit_responses, misses
from model.styles.search import REACH, raising, search_sliders, soft_correlations
from model.styles.survey import WIDE, Survey, bare_maps, large_classes, map_turns, random_codes, survey_maps, wide_codes
from tests.unit.model.known_styles import known_bundle_of, network_draw

MIDDLE = np.array([50.0, 5.0, 40.0, 10.0, 1.5])


@pytest.fixture
def known_bundle(tiny_bundle: Bundle) -> Bundle:
    return known_bundle_of(tiny_bundle)


def entangled(z: NDArray[np.float64], slopes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantities (..., 5) of codes (..., n): curved, in their own units, around those of a colour that there is."""
    straight = z @ slopes.T
    return MIDDLE + np.array([VISIBLE[name] for name in QUANTITIES]) * (straight + 0.08 * straight**2)


@pytest.fixture(scope="module")
def slopes() -> NDArray[np.float64]:
    slopes = np.linalg.qr(np.random.default_rng(3).standard_normal((10, 10)))[0][:5]
    slopes[1] += 0.7 * slopes[0]
    return np.asarray(slopes)


@pytest.fixture(scope="module")
def responses(slopes: NDArray[np.float64]) -> Responses:
    rng = np.random.default_rng(4)
    z, sweep_z = 1.5 * rng.standard_normal((300, 10)), 1.5 * rng.standard_normal((20, 3, 10))
    offset = np.arange(2)[:, None] * np.ones(5)  # maps differ
    maps, sweep_maps = [place % 2 for place in range(300)], [place % 2 for place in range(20)]
    seen = Observations(
        z,
        entangled(z, slopes) + offset[maps],
        maps,
        sweep_z,
        entangled(sweep_z, slopes) + offset[sweep_maps][:, None],
        sweep_maps,
    )
    none = replace(seen, sweep_z=np.zeros((0, 3, 10)), sweep_values=np.zeros((0, 3, 5)), sweep_maps=[])
    return fit_responses([seen, none], 2, seed=0)


class TestSearch:
    def test_fitted_responses_predict_changes(self, responses: Responses, slopes: NDArray[np.float64]) -> None:
        z = np.random.default_rng(9).standard_normal((200, 10))
        maps = torch.zeros(2, 200, 2)
        maps[:, :, 0] = 1
        told = responses(torch.from_numpy(z).float().expand(2, 200, 10), maps).mean(0).numpy()
        wanted = entangled(z, slopes) / np.array([VISIBLE[name] for name in QUANTITIES])
        left = told - told.mean(1, keepdims=True) - (wanted - wanted.mean(0))
        assert np.square(left).mean() < 0.1 * wanted.var()
        assert responses(torch.zeros(2, 4, 10), maps[:, :4], 1).shape == (2, 4, 5)

    def test_what_is_missed_of_sweeps(self, responses: Responses, slopes: NDArray[np.float64]) -> None:
        z = 1.5 * np.random.default_rng(5).standard_normal((30, 3, 10))
        values = entangled(z, slopes)
        known = misses(responses, z, values, [0] * 30, 0)
        assert known.shape == (30, 3, 5)
        assert float(known.square().mean()) < 0.2
        values[:, 2, 3] += 3 * VISIBLE["contrast"]
        off = (misses(responses, z, values, [0] * 30, 0) - known).mean(0)
        assert off[:, 3].tolist() == pytest.approx([-1, -1, 2], abs=1e-3)
        assert float(off[:, :3].abs().max()) < 1e-3

    def test_found_sliders_move_their_own_and_hold_what_is_entangled(
        self, responses: Responses, slopes: NDArray[np.float64]
    ) -> None:
        generator = torch.Generator().manual_seed(0)
        maps = torch.zeros(2, 24, 2)
        maps[:, :, 1] = 1
        found = search_sliders(responses, torch.ones(2, 10), torch.randn((2, 24, 10), generator=generator), maps)
        assert torch.allclose(found.units.norm(dim=2), torch.ones(2, 5), atol=1e-5)
        assert bool((found.low < 0).all()) and bool((found.high > 0).all())
        for index in range(2):
            moved = found.units[index].numpy() @ slopes.T
            own = np.diagonal(moved)
            assert (own > 0.4).all()
            assert (np.abs(moved - np.diag(own)).max(axis=1) < 0.35 * own).all()
        again = search_sliders(responses, torch.ones(2, 10), torch.zeros(2, 24, 10), maps, found, anew=False)
        assert (again.units * found.units).sum(2).min() > 0.7

    def test_what_the_responses_missed_is_held_against_the_sliders_before(
        self, responses: Responses, slopes: NDArray[np.float64]
    ) -> None:
        generator = torch.Generator().manual_seed(0)
        maps = torch.zeros(2, 24, 2)
        maps[:, :, 1] = 1
        bases = torch.randn((2, 24, 10), generator=generator)
        before = search_sliders(responses, torch.ones(2, 10), bases, maps)
        # In pictures the slider of lightness moved contrast, too.
        left = torch.zeros(2, 5, 3, 5)
        left[:, 0, :, 3] = torch.tensor([-0.6, 0.0, 0.6])
        after = search_sliders(responses, torch.ones(2, 10), bases, maps, before, left, anew=False)
        for index in range(2):
            contrast = [float(each.units[index, 0].numpy() @ slopes[3]) for each in (before, after)]
            assert contrast[1] < contrast[0] - 0.05

    @given(st.integers(0, 1000), st.sampled_from([0.3, 1.0, 3.0, 10.0]), st.sampled_from([0.2, 0.5]))
    @settings(max_examples=25, deadline=None)
    def test_soft_correlations_are_those_that_sliders_are_judged_by(self, seed: int, size: float, noise: float) -> None:
        rng = np.random.default_rng(seed)
        pictures = 400
        moved = size * rng.normal(1, 0.5, (pictures, 1, 5)) * np.array([-1.0, 0.0, 1.0])[:, None]
        moved[..., 1:] *= np.array([0.0, 0.3, -0.5, 1.0])
        soft = soft_correlations(
            torch.from_numpy(moved).float(), torch.tensor(noise), torch.tensor([-1.0, 0.0, 1.0])[:, None]
        ).numpy()
        seen = moved + rng.normal(0, noise, moved.shape)
        seen = np.array([VISIBLE[name] for name in QUANTITIES]) * seen
        positions = np.tile([-1.0, 0.0, 1.0], (pictures, 1))
        judged = figures_of(Sweeps(positions, seen, [0] * pictures, np.zeros((pictures, 3, 2))), 0)
        assert np.abs(soft - [judged.correlations[name] for name in QUANTITIES]).max() < 0.16

    def test_a_direction_to_start_from_leaves_the_others(self) -> None:
        rng = np.random.default_rng(1)
        means = rng.standard_normal((5, 12))
        slopes = means + 0.2 * rng.standard_normal((60, 5, 12))
        held = slopes.mean(axis=0) @ raising(slopes, 2, 1.0, 100.0)
        free = slopes.mean(axis=0) @ raising(slopes, 2, 1.0, 0.0)
        assert np.abs(np.delete(held, 2)).max() < 0.2 * held[2]
        assert free[2] > held[2] > 0
        slopes[:, 2] = 0
        assert not raising(slopes, 2, 1.0, 1.0).any()


class TestSweeps:
    def test_tilted_sweeps_lie_beside_the_sliders(self, known_bundle: Bundle) -> None:
        maps = survey_maps(known_bundle)
        vector = torch.zeros_like(known_bundle.code_std[1])
        vector[0] = known_bundle.code_std[1, 0]
        sliders = {1: [Direction(name, vector, -1.0, 2.0) for name in QUANTITIES]}
        draw = network_draw(known_bundle)
        straight = sweep(known_bundle, sliders, draw, maps, 6, 0)[1, 0].sorted()
        assert np.allclose(straight.positions, [-1, 0.5, 2])
        assert np.allclose(np.diff(straight.z, axis=1)[..., 1:], 0, atol=1e-5)
        leant = sweep(known_bundle, sliders, draw, maps, 6, 0, tilt=0.2)[1, 0].sorted()
        steps = leant.z[:, 2] - leant.z[:, 0]
        cosines = steps[:, 0] / np.linalg.norm(steps, axis=1)
        assert (cosines > 0.9).all() and (cosines < 0.9999).all()
        assert len(np.unique(leant.positions[:, 0].round(4))) > 1

    def test_sliders_that_need_it_are_moved_oftener_and_never_twice_in_one_style(self, known_bundle: Bundle) -> None:
        maps = survey_maps(known_bundle)
        vector = torch.zeros_like(known_bundle.code_std[1])
        vector[0] = known_bundle.code_std[1, 0]
        sliders = {1: [Direction(name, vector, -1.0, 2.0) for name in QUANTITIES]}
        need = {1: [0.2, 0.2, 1.0, 0.2, 0.2]}
        found = sweep(known_bundle, sliders, network_draw(known_bundle), maps, 6, 0, need=need)
        pictures = [len(found[1, place].maps) for place in range(len(QUANTITIES))]
        assert sum(pictures) == 6 * len(QUANTITIES)
        assert pictures[2] > 2 * max(np.delete(pictures, 2))
        assert min(pictures) > 0
        assert len(np.unique(found[1, 2].z[:, 0, 1].round(6))) == pictures[2]


class TestSurvey:
    def test_every_class_of_ours_is_seen(self, tiny_bundle: Bundle) -> None:
        maps = survey_maps(tiny_bundle)
        seen = {index for labels in maps for index in large_classes(labels)}
        assert seen == set(range(tiny_bundle.classes))
        assert all(labels.shape == (tiny_bundle.height, tiny_bundle.width) for labels in maps)

    def test_rare_classes_are_not_seen_less(self, tiny_bundle: Bundle) -> None:
        maps = survey_maps(tiny_bundle)
        turns = map_turns(maps, 60)
        assert turns == sorted(turns)
        seen = [sum(index in large_classes(maps[place]) for place in turns) for index in range(tiny_bundle.classes)]
        assert min(seen) >= 12

    def test_classes_that_need_it_are_seen_oftener(self, tiny_bundle: Bundle) -> None:
        maps = survey_maps(tiny_bundle)
        skirt = tiny_bundle.label_set.index_of("skirt")
        usual, oftener = (
            sum((maps[place] == skirt).any() for place in map_turns(maps, 60, need)) for need in (None, {skirt: 3.0})
        )
        assert oftener > 1.3 * usual

    def test_other_label_sets_get_boards(self, tiny_spatial_bundle: Bundle) -> None:
        (board,) = survey_maps(tiny_spatial_bundle)
        assert set(np.unique(board)) == {0, 1, 2, 3}

    def test_codes_stay_in_the_spread(self, tiny_bundle: Bundle) -> None:
        codes = random_codes(tiny_bundle, torch.Generator().manual_seed(0))
        z = (codes - tiny_bundle.code_mean) / tiny_bundle.code_std
        assert float(z.abs().max()) <= 2.7501

    def test_codes_to_learn_from_go_as_far_as_sliders(self, tiny_bundle: Bundle) -> None:
        generator = torch.Generator().manual_seed(0)
        codes = torch.stack([wide_codes(tiny_bundle, generator) for _ in range(40)])
        z = (codes - tiny_bundle.code_mean) / tiny_bundle.code_std
        assert REACH < float(z.abs().max()) <= WIDE + 1e-4

    def test_samples_are_counted_by_class(self, tiny_bundle: Bundle) -> None:
        maps = survey_maps(tiny_bundle)
        survey = Survey(tiny_bundle, maps, [])
        codes = random_codes(tiny_bundle, torch.Generator().manual_seed(0))
        survey.add(0, codes, network_draw(tiny_bundle)(maps[0], codes))
        assert [len(samples) for samples in survey.samples] == [
            # The plain ground has no style.
            int(index > 0 and index in large_classes(maps[0]))
            for index in range(tiny_bundle.classes)
        ]

    def test_small_pictures_show_faces_without_glasses_and_belts_wide(self, tiny_bundle: Bundle) -> None:
        names, maps, bare = tiny_bundle.label_set.names, survey_maps(tiny_bundle), bare_maps(tiny_bundle)
        face, eyewear, belt = (names.index(name) for name in ("face", "eyewear", "accessory"))
        survey = Survey(tiny_bundle, maps, bare)
        for place, labels in enumerate(bare):
            assert (labels == face).any() and not (labels == eyewear).any()
            assert survey.pictured(place, face) is labels
            assert survey.pictured(place, eyewear) is maps[place]
            assert (labels == belt).sum() > (maps[place] == belt).sum() or not (maps[place] == belt).any()
        white = np.full((*maps[0].shape, 3), 255, np.uint8)
        survey.add(0, random_codes(tiny_bundle, torch.Generator().manual_seed(0)), 0 * white, white)
        # White where the bare map was drawn, black where the dressed one was.
        seen = {index: samples.thumbnails[0] for index, samples in enumerate(survey.samples) if len(samples)}
        assert seen
        for index, picture in seen.items():
            assert (picture.min() > 190) == (survey.pictured(0, index) is bare[0])
