"""Named sliders and the style library, on networks whose styles are known, and on a real tiny one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn

from model.checkpoints import Bundle, load_bundle, save_bundle
from model.errors import UserError
from model.labels import ClassInfo, LabelSet
from model.styles.checking import SliderFigures, offered, table_text
from model.styles.directions import (
    Direction,
    axis_directions,
    class_directions,
    corrected,
    rank,
    spearman,
    steady_directions,
)
from model.styles.encoding import labels_to_tensor, tensor_to_picture
from model.styles.library import (
    LibraryStyle,
    choose_library,
    class_library,
    decode_thumbnails,
    encode_thumbnails,
    farthest_points,
    search_by_color,
)
from model.styles.measure import QUANTITIES, class_pixels, measure, to_lab
from model.styles.sensitivity import ClassMeter, lab_of, take_jacobians
from model.styles.store import (
    NamedStyles,
    install_named_styles,
    name_styles,
    read_named_styles,
    write_named_styles,
)
from model.styles.survey import Survey, large_classes, map_turns, random_codes, survey_maps, take_survey

CHANNELS = 8


class KnownGenerator(nn.Module):
    """A network whose styles are known: each quantity is a mixture of the code's numbers, and they are entangled."""

    def __init__(self, mean: Tensor, std: Tensor) -> None:
        super().__init__()
        self.mean, self.std = mean, std
        turn = np.linalg.qr(np.random.default_rng(0).standard_normal((CHANNELS, CHANNELS)))[0]
        # What makes it lighter also makes it warmer, as in real clothes.
        turn[1] = 0.8 * turn[1] + 0.5 * turn[0]
        self.turn = torch.from_numpy(turn[:5]).float()

    def forward(self, labels: Tensor, codes: Tensor) -> Tensor:
        """labels int64 (1, H, W), codes (1, 2, K, 1, 1) -> (1, 3, H, W) in [-1, 1]."""
        y, x = (torch.from_numpy(grid).float() for grid in np.mgrid[: labels.shape[1], : labels.shape[2]])
        lab = torch.zeros(3, *labels.shape[1:])
        for index in range(2):
            z = ((codes[0, index] - self.mean[index]) / self.std[index]).flatten()
            light, warm, strong, rough, wide = torch.tanh(self.turn @ z / 3)
            share, chroma = 0.8 * warm, 26 + 10 * strong
            waves = torch.sin(x / (1 + 1.2 * (1 + wide))) * torch.sin(y / (1 + 1.2 * (1 + wide)))
            drawn = torch.stack(
                [
                    55 + 20 * light + (8 + 6 * rough) * waves,
                    (-chroma * (1 - share.square()).sqrt()).expand_as(waves),
                    (chroma * share).expand_as(waves),
                ]
            )
            lab = torch.where(labels == index, drawn, lab)
        return rgb_of(lab)[None] * 2 - 1


def rgb_of(lab: Tensor) -> Tensor:
    """CIE L*a*b* (D65), (3, H, W), as sRGB 0..1."""
    fy = (lab[0] + 16) / 116
    roots = torch.stack([fy + lab[1] / 500, fy, fy - lab[2] / 200])
    scaled = torch.where(roots > 6 / 29, roots**3, (roots - 16 / 116) / 7.787)
    xyz = scaled * torch.tensor([0.950456, 1.0, 1.088754])[:, None, None]
    matrix = torch.tensor(
        [[3.240479, -1.53715, -0.498535], [-0.969256, 1.875991, 0.041556], [0.055648, -0.204043, 1.057311]]
    )
    linear = torch.einsum("ij,jhw->ihw", matrix, xyz).clamp(1e-6, 1)
    return torch.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


@pytest.fixture
def known_bundle(tiny_bundle: Bundle) -> Bundle:
    """Two classes with codes of 8 numbers, drawn by `KnownGenerator`."""
    label_set = LabelSet("known", (ClassInfo("ground", (0, 0, 0)), ClassInfo("coat", (255, 0, 0))))
    shape = (2, CHANNELS, 1, 1)
    mean = torch.linspace(-1, 1, 2 * CHANNELS).reshape(shape)
    std = torch.linspace(0.2, 2, 2 * CHANNELS).reshape(shape)
    return replace(
        tiny_bundle,
        label_set=label_set,
        generator=KnownGenerator(mean, std),
        code_mean=mean,
        code_std=std,
        height=64,
        width=64,
    )


def network_draw(bundle: Bundle) -> Callable[[NDArray[np.uint8], Tensor], NDArray[np.uint8]]:
    def draw(labels: NDArray[np.uint8], codes: Tensor) -> NDArray[np.uint8]:
        with torch.inference_mode():
            return tensor_to_picture(bundle.generator(labels_to_tensor(labels), codes[None])[0])

    return draw


class TestMeasuring:
    def flat(self, rgb: tuple[int, int, int]) -> NDArray[np.float64]:
        picture = np.full((20, 20, 3), rgb, np.uint8)
        return measure(to_lab(picture), np.ones((20, 20), np.bool_))

    def test_flat_colours(self) -> None:
        white, orange, blue, gray = (
            self.flat(rgb) for rgb in ((255, 255, 255), (255, 150, 40), (40, 90, 255), (120, 120, 120))
        )
        assert white[0] == pytest.approx(100, abs=0.1)
        assert orange[1] > 30 > 0 > blue[1]
        assert orange[2] > 50 > gray[2]
        assert gray[3] == pytest.approx(0, abs=1e-3)

    def test_contrast_and_pattern_scale(self) -> None:
        x = np.mgrid[:64, :64][1]
        mask = np.ones((64, 64), np.bool_)

        def stripes(period: int, amplitude: int) -> NDArray[np.float64]:
            value = (128 + amplitude * np.sign(np.sin(2 * np.pi * (x + 0.5) / period))).astype(np.uint8)
            return measure(to_lab(np.repeat(value[..., None], 3, axis=2)), mask)

        assert stripes(8, 60)[3] > stripes(8, 20)[3] > 3
        assert stripes(24, 40)[4] > stripes(8, 40)[4] > stripes(2, 40)[4]

    def test_what_surrounds_a_class_does_not_count(self) -> None:
        rng = np.random.default_rng(0)
        mask = np.zeros((30, 30), np.bool_)
        mask[8:20, 6:25] = True
        first, second = (rng.integers(0, 255, (30, 30, 3)).astype(np.uint8) for _ in range(2))
        second[mask] = first[mask]
        assert measure(to_lab(first), mask) == pytest.approx(measure(to_lab(second), mask), abs=1e-3)


class TestRanks:
    @given(st.lists(st.integers(-50, 50), min_size=2, max_size=40))
    def test_ranks_are_a_permutation_or_shared(self, values: list[int]) -> None:
        ranks = rank(np.array(values, float))
        assert ranks.sum() == pytest.approx(len(values) * (len(values) - 1) / 2)
        order = np.argsort(values, kind="stable")
        assert (np.diff(ranks[order]) >= 0).all()

    @given(st.integers(0, 1000))
    def test_spearman_sees_only_order(self, seed: int) -> None:
        values = np.random.default_rng(seed).standard_normal(20)
        assert spearman(values, np.exp(3 * values)) == pytest.approx(1)
        assert spearman(values, -(values**3)) == pytest.approx(-1)
        assert spearman(values, np.zeros(20)) == 0


class TestDirections:
    @given(st.floats(-3, 3), st.integers(0, 100))
    @settings(max_examples=30)
    def test_moving_sets_the_position_and_nothing_else(self, to: float, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        vector, mean, code = torch.randn((3, 4, 2, 2), generator=generator)
        slider = Direction("x", vector, -3, 3)
        moved = slider.moved(code, mean, to)
        assert slider.position(moved, mean) == pytest.approx(to, abs=1e-4)
        left = moved - code
        assert torch.allclose(left - (left * vector).sum() / vector.square().sum() * vector, torch.zeros(()), atol=1e-5)

    def test_without_names_the_axes_that_vary_most(self, tiny_bundle: Bundle) -> None:
        found = class_directions(tiny_bundle, 3)
        assert [direction.name for direction in found] == [f"Variation {n}" for n in range(1, 5)]
        sizes = [float(direction.vector.norm()) for direction in found]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[0] == pytest.approx(float(tiny_bundle.code_std[3].max()))

    def test_axes_of_codes_with_place(self, tiny_spatial_bundle: Bundle) -> None:
        found = axis_directions(tiny_spatial_bundle, 1)
        assert len(found) == 2
        assert found[0].vector.shape == (2, 2, 4)

    def test_sliders_move_what_they_name_and_little_else(self, known_bundle: Bundle) -> None:
        named, table = name_styles(known_bundle, network_draw(known_bundle), samples=48, jacobians=60, checks=40)
        for index, name in enumerate(known_bundle.label_set.names):
            for quantity in QUANTITIES:
                row = table[name][quantity]
                assert row.own >= 0.8, (name, quantity)
                others = [abs(value) for key, value in row.correlations.items() if key != quantity]
                assert np.mean(others) <= 0.45, (name, quantity)
            names = [direction.name for direction in named.directions[index]]
            kept = [each.capitalize() for each in QUANTITIES if table[name][each].offered]
            assert names[:-3] == kept
            assert names[-3:] == ["Variation 1", "Variation 2", "Variation 3"]
        assert "coat" in table_text(table)

    @given(st.integers(0, 200))
    @settings(max_examples=8, deadline=None)
    def test_directions_move_their_own_and_hold_what_is_entangled(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        means = rng.standard_normal((5, 12))
        means[1] += 0.7 * means[0]
        jacobians = means + 0.3 * rng.standard_normal((60, 5, 12))
        units = steady_directions(jacobians)
        assert np.linalg.norm(units, axis=1) == pytest.approx(1)
        for own, unit in enumerate(units):
            slopes = jacobians @ unit
            steadiness = slopes.mean(axis=0) / np.sqrt(np.square(slopes).mean(axis=0))
            assert steadiness[own] > 0.75
            assert np.abs(np.delete(steadiness, own)).max() < 0.4

    def test_a_quantity_that_nothing_moves_has_a_direction_all_the_same(self) -> None:
        jacobians = np.random.default_rng(0).standard_normal((20, 5, 6))
        jacobians[:, 3] = 0
        assert np.linalg.norm(steady_directions(jacobians)[3]) == pytest.approx(1)

    def test_what_is_seen_over_the_whole_range_corrects_a_direction(self) -> None:
        rng = np.random.default_rng(2)
        means = rng.standard_normal((5, 12))
        jacobians = means + 0.1 * rng.standard_normal((40, 5, 12))
        std = torch.linspace(0.5, 2, 12).reshape(12, 1, 1)
        unit = steady_directions(jacobians)[0]
        slider = Direction("Lightness", torch.from_numpy(unit).float().reshape(12, 1, 1) * std, -2.5, 2.5)
        # Over its range it also warms, which the Jacobians did not tell.
        seen = jacobians[:10] @ unit + np.array([0, 0.4, 0, 0, 0])
        found = corrected(slider, std, jacobians, seen, 0)
        moved = (found.vector / std).double().numpy().ravel()
        assert np.linalg.norm(moved) == pytest.approx(1, abs=1e-5)
        assert (means @ moved)[1] == pytest.approx((means @ unit)[1] - 0.4, abs=0.15)
        assert (means @ moved)[0] == pytest.approx((means @ unit)[0], rel=0.2)

    def test_only_sliders_that_do_what_they_say_are_offered(self) -> None:
        def figures(quantity: str, own: float, other: float, change: float) -> SliderFigures:
            rest = {each: other for each in QUANTITIES if each != quantity}
            return SliderFigures(quantity, {quantity: own, **rest}, change, own)

        slider = [Direction(name.capitalize(), torch.ones(1), -1, 1) for name in (*QUANTITIES, "variation 1")]
        rows = {
            "lightness": figures("lightness", 0.9, 0.1, 20.0),
            "warmth": figures("warmth", 0.7, 0.1, 20.0),
            "saturation": figures("saturation", 0.9, -0.5, 20.0),
            "pattern scale": figures("pattern scale", 0.9, -0.4, 20.0),
            "contrast": figures("contrast", 0.9, -0.2, 0.1),
        }
        assert [direction.name for direction in offered(slider, rows)] == ["Lightness", "Pattern scale", "Variation 1"]
        assert rows["lightness"].reached
        # Of use, but short of what was asked.
        assert not rows["pattern scale"].reached


class TestSensitivity:
    def test_what_is_differentiated_is_what_is_measured(self) -> None:
        rng = np.random.default_rng(1)
        rough = cv2.GaussianBlur(rng.random((40, 32, 3), np.float32), (0, 0), 1.5)
        picture = torch.from_numpy(np.clip(2.5 * (rough - 0.5) + 0.5, 0, 1)).permute(2, 0, 1) * 2 - 1
        mask = np.zeros((40, 32), np.bool_)
        mask[5:33, 3:30] = True
        mask[12:16, 10:20] = False
        shown = np.ascontiguousarray(((picture + 1) / 2).permute(1, 2, 0).numpy())
        wanted = measure(cv2.cvtColor(shown, cv2.COLOR_RGB2Lab), mask)
        assert ClassMeter(mask)(lab_of(picture)).numpy() == pytest.approx(wanted, rel=5e-3, abs=0.02)

    def test_jacobians_tell_what_a_small_step_does(self, known_bundle: Bundle) -> None:
        maps = survey_maps(known_bundle)
        (sample,) = (found for found in take_jacobians(known_bundle, maps, 2)[1:] if len(found))
        step, mask = 1e-2, maps[0] == 1
        z = sample.z[0]
        measured = []
        for sign in (1, -1):
            codes = known_bundle.code_mean.clone()
            moved = torch.from_numpy(z + sign * step * np.eye(CHANNELS)[2]).float().reshape(CHANNELS, 1, 1)
            codes[1] += known_bundle.code_std[1] * moved
            picture = known_bundle.generator(labels_to_tensor(maps[0]), codes[None])[0]
            measured.append(ClassMeter(class_pixels(maps[0], 1))(lab_of(picture)).numpy())
        assert mask.any()
        found = (measured[0] - measured[1]) / (2 * step)
        assert found == pytest.approx(sample.jacobians[0][:, 2], rel=0.05, abs=0.02)

    def test_a_network_without_large_classes_gives_nothing(self, known_bundle: Bundle) -> None:
        empty = np.zeros((64, 64), np.uint8)
        assert [len(found) for found in take_jacobians(known_bundle, [empty], 1)] == [1, 0]


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

    def test_samples_are_counted_by_class(self, tiny_bundle: Bundle) -> None:
        maps = survey_maps(tiny_bundle)
        survey = Survey(tiny_bundle, maps)
        codes = random_codes(tiny_bundle, torch.Generator().manual_seed(0))
        survey.add(0, codes, network_draw(tiny_bundle)(maps[0], codes))
        assert [len(samples) for samples in survey.samples] == [
            int(index in large_classes(maps[0])) for index in range(tiny_bundle.classes)
        ]


class TestFile:
    @pytest.fixture
    def saved(self, tmp_path: Path, tiny_bundle: Bundle) -> Bundle:
        save_bundle(tiny_bundle, tmp_path / "tiny")
        return tiny_bundle

    def test_a_bundle_carries_its_named_styles(self, saved: Bundle, tmp_path: Path) -> None:
        random = torch.Generator().manual_seed(0)
        names = [*(quantity.capitalize() for quantity in QUANTITIES), "Variation 1"]
        named = NamedStyles(
            {
                index: [Direction(name, torch.randn((4, 1, 1), generator=random), -2.0, 2.5) for name in names]
                for index in (0, 3, 15)
            },
            {
                index: [
                    LibraryStyle(code, (index, place, 9), np.full((64, 64, 3), place, np.uint8))
                    for place, code in enumerate(torch.randn((24, 4, 1, 1), generator=random))
                ]
                for index in range(saved.classes)
            },
        )
        figures = SliderFigures("lightness", dict.fromkeys(QUANTITIES, 0.25), 7.0, 0.2)
        install_named_styles(saved, named, {"hair": {"lightness": figures}})
        save_bundle(load_bundle(tmp_path / "tiny"), tmp_path / "copy")
        loaded = load_bundle(tmp_path / "copy")
        for index in range(saved.classes):
            wanted = named.directions.get(index) or axis_directions(saved, index)
            found = class_directions(loaded, index)
            assert [direction.name for direction in found] == [direction.name for direction in wanted]
            assert all(torch.equal(a.vector, b.vector) for a, b in zip(found, wanted, strict=True))
            assert [(a.low, a.high) for a in found] == [(b.low, b.high) for b in wanted]
            styles = class_library(loaded, index)
            assert [style.color for style in styles] == [style.color for style in named.library[index]]
            assert all(torch.equal(a.code, b.code) for a, b in zip(styles, named.library[index], strict=True))
        assert "named_sliders" in loaded.card
        assert "| hair | 0.25 / 0.25, +7 |" in (tmp_path / "copy" / "MODEL_CARD.md").read_text()

    def test_names_of_other_weights_are_not_used(self, saved: Bundle) -> None:
        write_named_styles(
            saved.path / "styles.safetensors",
            NamedStyles({1: [Direction("Lightness", torch.ones(4, 1, 1), -1, 1)]}),
            saved,
        )
        assert [direction.name for direction in class_directions(saved, 1)] == ["Lightness"]
        trained = replace(saved, code_mean=saved.code_mean + 0.1)
        assert class_directions(trained, 1)[0].name == "Variation 1"

    @pytest.mark.parametrize("fault", ["cut", "other"])
    def test_damage_is_told(self, saved: Bundle, fault: str) -> None:
        path = saved.path / "styles.safetensors"
        if fault == "cut":
            write_named_styles(path, NamedStyles(), saved)
            path.write_bytes(path.read_bytes()[:40])
        else:
            path.write_bytes((saved.path / "codes.safetensors").read_bytes())
        with pytest.raises(UserError, match=r"styles\.safetensors"):
            class_directions(saved, 0)

    def test_reading_checks_the_shape(self, saved: Bundle, tmp_path: Path) -> None:
        from model.styles.store import fingerprint

        named = NamedStyles({0: [Direction("Lightness", torch.ones(4, 1, 1), -1, 1)]})
        write_named_styles(tmp_path / "styles.safetensors", named, saved)
        with pytest.raises(UserError, match="another shape"):
            read_named_styles(tmp_path / "styles.safetensors", fingerprint(saved), (16, 9, 1, 1))

    def test_an_unsaved_bundle_cannot_hold_them(self, tiny_bundle: Bundle) -> None:
        with pytest.raises(UserError, match="no folder"):
            install_named_styles(tiny_bundle, NamedStyles(), {})


class TestLibrary:
    def test_a_library_is_various_and_searched_by_colour(self, known_bundle: Bundle) -> None:
        survey = take_survey(known_bundle, network_draw(known_bundle), 60)
        styles = choose_library(known_bundle, survey, 1)
        assert len(styles) == 24
        assert len({style.color for style in styles}) == 24
        assert all(style.thumbnail.shape == (96, 96, 3) for style in styles)
        z = (torch.stack([style.code for style in styles]) - known_bundle.code_mean[1]) / known_bundle.code_std[1]
        assert float(z.abs().max()) < 2.76
        found = search_by_color(styles, styles[7].color)
        assert found[0] is styles[7]
        assert sorted(map(id, found)) == sorted(map(id, styles))
        assert search_by_color([], (1, 2, 3)) == []

    @given(st.integers(1, 30), st.integers(0, 50))
    @settings(max_examples=30)
    def test_farthest_points_are_distinct(self, count: int, seed: int) -> None:
        points = np.random.default_rng(seed).standard_normal((20, 3))
        chosen = farthest_points(points, count)
        assert len(chosen) == len(set(chosen)) == min(count, 20)

    def test_thumbnails_survive(self) -> None:
        pictures = [np.full((64, 64, 3), value, np.uint8) for value in (10, 120, 240)]
        back = decode_thumbnails(encode_thumbnails(pictures), 3)
        assert all(np.abs(a.astype(int) - b).max() < 6 for a, b in zip(pictures, back, strict=True))
        with pytest.raises(ValueError, match="damaged"):
            decode_thumbnails(b"nothing", 3)
