"""Style morphing: routes, easing, delays, loops."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from model.styles.morphing import Easing, KeyStyle, Morph, Route, evenly, spherical

SHAPE = (4, 6, 1, 1)


def codes(count: int, seed: int = 0) -> list[Tensor]:
    return list(torch.randn((count, *SHAPE), generator=torch.Generator().manual_seed(seed)))


def centre(seed: int = 9) -> Tensor:
    return codes(1, seed)[0]


morphs = st.builds(
    lambda count, seed, route, easing, loop, delay, classes: Morph(
        evenly(codes(count, seed)), centre(), route, easing, classes, loop, {1: delay}
    ),
    st.integers(1, 4),
    st.integers(0, 50),
    st.sampled_from(Route),
    st.sampled_from(Easing),
    st.booleans(),
    st.floats(0, 0.9),
    st.none() | st.sets(st.integers(0, 3)),
)


class TestMorph:
    @given(morphs)
    @settings(max_examples=80, deadline=None)
    def test_both_ends_are_the_keys_exactly(self, morph: Morph) -> None:
        first, last = morph.keys[0].codes, morph.keys[0 if morph.loop else -1].codes
        assert torch.equal(morph.codes_at(0), first)
        moving = range(4) if morph.classes is None else morph.classes
        end = morph.codes_at(1)
        for index in range(4):
            assert torch.equal(end[index], (last if index in moving else first)[index])

    @given(morphs, st.floats(0, 1))
    @settings(max_examples=80, deadline=None)
    def test_it_never_jumps(self, morph: Morph, t: float) -> None:
        step = 1e-4
        before, after = morph.codes_at(t), morph.codes_at(min(t + step, 1))
        longest = max(float(a.codes.sub(b.codes).abs().max()) for a in morph.keys for b in morph.keys)
        # Ten times the steepest a straight way could be, at the longest delay and with easing.
        assert float((after - before).abs().max()) <= step * 10 * 3 * 4 * (longest + 20)
        assert bool(after.isfinite().all())

    def test_every_key_is_met_on_the_way(self) -> None:
        keys = codes(5)
        morph = Morph(evenly(keys), centre(), Route.SPHERICAL)
        for place, code in enumerate(keys):
            assert torch.allclose(morph.codes_at(place / 4), code, atol=1e-6)

    def test_linear_without_easing_is_the_straight_way(self) -> None:
        a, b = codes(2)
        morph = Morph(evenly([a, b]), centre(), easing=Easing.NONE)
        assert torch.allclose(morph.codes_at(0.3), 0.7 * a + 0.3 * b, atol=1e-6)

    def test_easing_starts_and_ends_slowly(self) -> None:
        a, b = torch.zeros(SHAPE), torch.ones(SHAPE)
        morph = Morph(evenly([a, b]), centre())
        values = [float(morph.codes_at(t)[0, 0]) for t in (0.1, 0.5, 0.9)]
        assert values[0] < 0.05
        assert values[1] == pytest.approx(0.5)
        assert values[2] > 0.95

    def test_a_delayed_class_waits_and_still_arrives(self) -> None:
        a, b = torch.zeros(SHAPE), torch.ones(SHAPE)
        morph = Morph(evenly([a, b]), centre(), easing=Easing.NONE, delays={2: 0.5})
        assert float(morph.codes_at(0.5)[2].max()) == 0
        assert float(morph.codes_at(0.75)[2].max()) == pytest.approx(0.5)
        assert float(morph.codes_at(0.75)[0].max()) == pytest.approx(0.75)
        assert torch.equal(morph.codes_at(1), b)

    def test_classes_have_keys_of_their_own(self) -> None:
        a, b, c = codes(3)
        keys = [KeyStyle(0, a), KeyStyle(0.5, b, frozenset({1})), KeyStyle(1, c, frozenset({0, 1}))]
        morph = Morph(keys, centre(), easing=Easing.NONE)
        assert torch.equal(morph.codes_at(0.5)[1], b[1])
        assert torch.allclose(morph.codes_at(0.5)[0], (a[0] + c[0]) / 2, atol=1e-6)
        assert torch.equal(morph.codes_at(1)[2:], a[2:])

    def test_a_loop_closes_and_repeats_no_frame(self) -> None:
        a, b = codes(2)
        morph = Morph(evenly([a, b]), centre(), easing=Easing.NONE, loop=True)
        assert morph.frame_times(4) == [0, 0.25, 0.5, 0.75]
        assert torch.equal(morph.codes_at(0.5), b)
        assert torch.equal(morph.codes_at(1), a)

    def test_frame_times(self) -> None:
        morph = Morph(evenly(codes(2)), centre())
        assert morph.frame_times(5) == [0, 0.25, 0.5, 0.75, 1]
        assert morph.frame_times(1) == [0]
        with pytest.raises(ValueError, match="frame"):
            morph.frame_times(0)

    @pytest.mark.parametrize(
        "make",
        [
            lambda: Morph([], centre()),
            lambda: Morph([KeyStyle(1.5, centre())], centre()),
            lambda: Morph([KeyStyle(0, torch.zeros(1))], centre()),
            lambda: Morph([KeyStyle(0, centre())], centre(), delays={0: 1.0}),
        ],
    )
    def test_mistakes(self, make: object) -> None:
        with pytest.raises(ValueError, match=r"morph|key|codes|delay"):
            make()  # type: ignore[operator]


class TestSpherical:
    @given(st.integers(0, 200), st.floats(0, 1))
    @settings(max_examples=60, deadline=None)
    def test_it_keeps_the_distance_from_the_centre(self, seed: int, share: float) -> None:
        a, b = codes(2, seed)
        middle = centre()
        lengths = [float((code - middle).norm()) for code in (a, b)]
        found = spherical(a, b, share, middle)
        wanted = lengths[0] + share * (lengths[1] - lengths[0])
        assert float((found - middle).norm()) == pytest.approx(wanted, rel=1e-4)

    def test_where_there_is_no_plane_it_goes_straight(self) -> None:
        a, middle = codes(1)[0], centre()
        opposite = middle - (a - middle)
        assert torch.allclose(spherical(a, opposite, 0.5, middle), middle, atol=1e-5)
        assert torch.equal(spherical(a, a, 0.4, middle), a)
        assert torch.allclose(spherical(middle, a, 0.5, middle), (middle + a) / 2, atol=1e-6)
