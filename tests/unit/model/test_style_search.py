"""What named sliders are found from: renderings, responses fitted to them, and the search on those."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from model.checkpoints import Bundle
from model.styles.measure import QUANTITIES, VISIBLE
from model.styles.responses import Observations, Responses, fit_responses
from model.styles.search import REACH, raising, search_sliders
from model.styles.survey import WIDE, Survey, bare_maps, large_classes, map_turns, random_codes, survey_maps, wide_codes
from tests.unit.model.known_styles import known_bundle_of, network_draw


@pytest.fixture
def known_bundle(tiny_bundle: Bundle) -> Bundle:
    return known_bundle_of(tiny_bundle)


def entangled(z: NDArray[np.float64], slopes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantities (..., 5) of codes (..., n): curved, in their own units."""
    straight = z @ slopes.T
    return np.array([VISIBLE[name] for name in QUANTITIES]) * (straight + 0.08 * straight**2)


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
        again = search_sliders(responses, torch.ones(2, 10), torch.zeros(2, 24, 10), maps, found)
        assert (again.units * found.units).sum(2).min() > 0.7

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
            int(index in large_classes(maps[0])) for index in range(tiny_bundle.classes)
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
