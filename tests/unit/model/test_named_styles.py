"""Named sliders: what is measured and found, on a network whose styles are known; their file and the library."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.checkpoints import Bundle, load_bundle, save_bundle
from model.colour import to_lab
from model.errors import UserError
from model.styles.checking import SliderFigures, offered
from model.styles.directions import (
    Direction,
    axis_directions,
    class_directions,
    independent,
    rank,
    spearman,
    variations,
)
from model.styles.library import (
    LibraryStyle,
    choose_library,
    class_library,
    decode_thumbnails,
    encode_thumbnails,
    farthest_points,
    order_by_color,
)
from model.styles.measure import QUANTITIES, measure
from model.styles.naming import name_styles
from model.styles.search import REACH
from model.styles.store import NamedStyles, install_named_styles, read_named_styles, write_named_styles
from model.styles.survey import take_survey
from tests.unit.model.known_styles import known_bundle_of, network_draw


@pytest.fixture
def known_bundle(tiny_bundle: Bundle) -> Bundle:
    return known_bundle_of(tiny_bundle)


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

    @given(st.integers(0, 100))
    @settings(max_examples=30)
    def test_independent_sliders_leave_each_other_where_they_are(self, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        vectors, (mean, code) = (torch.randn((n, 6, 1, 1), generator=generator) for n in (4, 2))
        sliders = independent([Direction(f"{number}", vector, -3, 3) for number, vector in enumerate(vectors)])
        before = [slider.position(code, mean) for slider in sliders]
        moved = sliders[1].moved(code, mean, 2.5)
        after = [slider.position(moved, mean) for slider in sliders]
        assert after == pytest.approx([before[0], 2.5, *before[2:]], abs=1e-3)
        left = (moved - code).flatten()
        assert torch.allclose(
            left, left @ vectors[1].flatten() / vectors[1].square().sum() * vectors[1].flatten(), atol=1e-3
        )

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
        draw = network_draw(known_bundle)
        named, table = name_styles(known_bundle, draw, samples=60, trials=100, corrections=6, rounds=1, checks=12)
        for index, name in enumerate(known_bundle.label_set.names):
            for quantity in QUANTITIES:
                row = table[name][quantity]
                assert row.own >= 0.8, (name, quantity)
                others = [abs(value) for key, value in row.correlations.items() if key != quantity]
                assert np.mean(others) <= 0.3, (name, quantity)
            names = [direction.name for direction in named.directions[index]]
            kept = [each.capitalize() for each in QUANTITIES if table[name][each].offered]
            assert [each for each in names if not each.startswith("Variation")] == kept
            assert len(kept) >= 4
            assert all(-REACH <= each.low < 0 < each.high <= REACH for each in named.directions[index])

    def test_sliders_move_controls_alone_where_there_are_any(self, known_bundle: Bundle) -> None:
        known_bundle.generator.config.controls = 5
        named, _ = name_styles(
            known_bundle, network_draw(known_bundle), samples=60, trials=60, corrections=6, rounds=2, checks=6
        )
        found = [each for each in named.directions[1] if each.name.lower() in QUANTITIES]
        assert found
        assert all(not each.vector[:-5].any() and each.vector[-5:].any() for each in found)
        # What photos differ by is left to the others.
        others = [each for each in named.directions[1] if each not in found]
        assert all(each.vector[:-5].abs().max() > each.vector[-5:].abs().max() for each in others)
        assert all(not style.code[-5:].sub(known_bundle.code_mean[1, -5:]).any() for style in named.library[1])

    def test_what_has_no_code_gets_no_sliders(self, known_bundle: Bundle, tmp_path: Path) -> None:
        plain = replace(known_bundle, background=(200, 200, 200))
        draw = network_draw(plain)
        named, table = name_styles(plain, draw, samples=48, trials=48, rounds=0, checks=6)
        assert set(named.directions) == set(named.library) == {1}
        assert list(table) == ["coat"]
        assert class_directions(plain, 0) == []
        assert class_directions(known_bundle, 0) != []

    def test_what_nobody_sees_is_no_variation(self, known_bundle: Bundle) -> None:
        survey = take_survey(known_bundle, network_draw(known_bundle), 40)
        assert len(variations(known_bundle, survey, 1, [])) == 3
        flat = np.full((64, 64, 3), 128, np.uint8)
        survey = take_survey(known_bundle, lambda labels, codes: flat, 40)
        assert variations(known_bundle, survey, 1, []) == []

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
            # The ground behind people has no code, whatever a file says.
            wanted = [] if index == 0 else named.directions.get(index, [])
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
            class_directions(saved, 1)

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
        found = order_by_color([style.color for style in styles], styles[7].color)
        assert found[0] == 7 and sorted(found) == list(range(24))
        assert order_by_color([], (1, 2, 3)) == []

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
