"""The slider: where a value stands on it, and what its handle means."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.widgets.slider import STEPS, Slider


@pytest.fixture
def slider(qtbot: QtBot) -> Slider:
    made = Slider(-3.0, 1.0, 0.0)
    qtbot.addWidget(made)
    return made


def test_a_slider_that_rests_at_0_has_it_in_its_middle(slider: Slider) -> None:
    places = []
    for value in (-9.0, -3.0, -1.5, 0.0, 0.5, 1.0, 9.0):
        slider.set_real(value)
        places.append(slider.value() / STEPS)
    assert places == [0, 0, 0.25, 0.5, 0.75, 1, 1]
    slider.set_ends(0.05, 1.0, 0.4)
    slider.set_real(0.525)
    assert slider.value() == STEPS // 2, "others are straight from end to end"


def test_a_slider_without_length_stands_at_its_only_value(slider: Slider) -> None:
    slider.set_ends(2.0, 2.0, 2.0)
    slider.set_real(2.0)
    assert slider.real() == 2.0


@given(
    low=st.floats(-10, 9), span=st.floats(0.1, 20), at=st.floats(0, 1), rest=st.sampled_from(["low", "zero", "between"])
)
@settings(max_examples=60)
def test_values_come_back(qapp: QApplication, low: float, span: float, at: float, rest: str) -> None:
    high, value = low + span, low + at * span
    slider = Slider(low, high, {"low": low, "zero": 0.0, "between": low + 0.3 * span}[rest])
    slider.set_real(value)
    assert slider.real() == pytest.approx(value, abs=2 * span / STEPS)
    slider.deleteLater()
