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
from torch import Tensor

from model.checkpoints import Bundle, load_bundle, save_bundle
from model.errors import UserError
from model.labels import ClassInfo, LabelSet
from model.styles.directions import Direction, axis_directions, class_directions, offered, rank, spearman
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
from model.styles.measure import QUANTITIES, measure, to_lab
from model.styles.store import (
    NamedStyles,
    install_named_styles,
    name_styles,
    own_and_others,
    read_named_styles,
    table_text,
    write_named_styles,
)
from model.styles.survey import Survey, large_classes, random_codes, survey_maps, take_survey

CHANNELS = 8


@pytest.fixture
def known_bundle(tiny_bundle: Bundle) -> Bundle:
    """Two classes with codes of 8 numbers; `paint` says what they mean."""
    label_set = LabelSet("known", (ClassInfo("ground", (0, 0, 0)), ClassInfo("coat", (255, 0, 0))))
    shape = (2, CHANNELS, 1, 1)
    mean = torch.linspace(-1, 1, 2 * CHANNELS).reshape(shape)
    std = torch.linspace(0.2, 2, 2 * CHANNELS).reshape(shape)
    return replace(tiny_bundle, label_set=label_set, code_mean=mean, code_std=std, height=64, width=64)


def paint(bundle: Bundle) -> Callable[[NDArray[np.uint8], Tensor], NDArray[np.uint8]]:
    """A renderer whose styles are known: each quantity is a mixture of the code's numbers, and they are entangled."""
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((CHANNELS, CHANNELS)))[0]
    # Entangled: what makes it lighter also makes it warmer, as in real clothes.
    turn[1] = 0.8 * turn[1] + 0.5 * turn[0]
    y, x = np.mgrid[: bundle.height, : bundle.width]

    def draw(labels: NDArray[np.uint8], codes: Tensor) -> NDArray[np.uint8]:
        lab = np.zeros((*labels.shape, 3), np.float32)
        for index in range(2):
            z = ((codes[index] - bundle.code_mean[index]) / bundle.code_std[index]).flatten().double().numpy()
            light, warm, strong, rough, wide = np.tanh(turn[:5] @ z / 3)
            angle = np.deg2rad(60)
            hue, chroma = 18 * warm, 22 + 10 * strong
            waves = np.sin(x / (1 + 1.2 * (1 + wide))) * np.sin(y / (1 + 1.2 * (1 + wide)))
            inside = labels == index
            lab[..., 0][inside] = (55 + 20 * light + (8 + 6 * rough) * waves)[inside]
            across = np.sqrt(max(chroma**2 - hue**2, 0))
            lab[..., 1][inside] = hue * np.cos(angle) - across * np.sin(angle)
            lab[..., 2][inside] = hue * np.sin(angle) + across * np.cos(angle)
        return np.asarray(np.clip(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB) * 255, 0, 255), np.uint8)

    return draw


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
        named, table = name_styles(known_bundle, paint(known_bundle), samples=150, checks=40)
        for index, name in enumerate(known_bundle.label_set.names):
            for quantity in QUANTITIES:
                own, others = own_and_others(table[name][quantity], quantity)
                assert own >= 0.8, (name, quantity)
                assert others <= 0.35, (name, quantity)  # 0.3 and what 40 samples scatter by
            names = [direction.name for direction in named.directions[index]]
            assert names[:5] == ["Lightness", "Warmth", "Saturation", "Contrast", "Pattern scale"]
            assert names[5:] == ["Variation 1", "Variation 2", "Variation 3"]
        assert "coat" in table_text(table)

    def test_sliders_that_fail_are_not_offered(self) -> None:
        slider = [Direction(name, torch.ones(1), -1, 1) for name in ("Lightness", "Warmth", "Variation 1")]
        rows = {"lightness": {"lightness": 0.9}, "warmth": {"warmth": 0.2}}
        assert [direction.name for direction in offered(slider, rows)] == ["Lightness", "Variation 1"]


class TestSurvey:
    def test_every_class_of_ours_is_seen(self, tiny_bundle: Bundle) -> None:
        maps = survey_maps(tiny_bundle)
        seen = {index for labels in maps for index in large_classes(labels)}
        assert seen == set(range(tiny_bundle.classes))
        assert all(labels.shape == (tiny_bundle.height, tiny_bundle.width) for labels in maps)

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
        install_named_styles(saved, named, {"hair": {"lightness": dict.fromkeys(QUANTITIES, 0.25)}})
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
        assert "| hair | 0.25 / 0.25 |" in (tmp_path / "copy" / "MODEL_CARD.md").read_text()

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
        survey = take_survey(known_bundle, paint(known_bundle), 60)
        styles = choose_library(known_bundle, survey, 1)
        assert len(styles) == 24
        assert len({style.color for style in styles}) == 24
        assert all(style.thumbnail.shape == (64, 64, 3) for style in styles)
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
