"""The Shape dock in the real window, with an untrained shape model at a tiny width."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from model.labels import builtin_label_set
from model.shapes import ShapeConfig, ShapeModel, ShapeNetwork, Slider, write_shape_model
from model.training.shape_data import measure_statistics

FACE, TOP, TROUSERS = 2, 6, 10


def shape_model() -> ShapeModel:
    """Outlines are blobs that depend on the code."""
    torch.manual_seed(0)
    label_set = builtin_label_set("street-fashion")
    hat = label_set.index_of("hat")
    config = ShapeConfig(
        len(label_set), (TOP, TROUSERS, hat), height=32, width=32, code_size=4, channels=(8, 8, 16, 16)
    )
    network = ShapeNetwork(config)
    with torch.no_grad():
        network.finish.weight.mul_(20)
        network.posterior.weight.mul_(3)
    maps = []
    for width in range(8, 16):
        labels = np.zeros((48, 32), np.uint8)
        labels[4:10, 13:19], labels[2:4, 12:20] = FACE, hat
        labels[10:24, 16 - width // 2 : 16 + width // 2] = TOP
        labels[24:44, 11:21] = TROUSERS
        maps.append(labels)
    sliders = {
        TOP: (
            Slider("longer", np.array([1, 0, 0, 0], np.float32), -3.0, 3.0),
            Slider("wider", np.array([0, 1, 0, 0], np.float32), -3.0, 3.0),
        )
    }
    return ShapeModel(network, measure_statistics(maps, label_set, config.varied), label_set.names, sliders=sliders)


@pytest.fixture
def shapely(open_studio: Callable, tiny_bundle_path: Path):
    """A window whose network brings a shape model."""
    write_shape_model(tiny_bundle_path / "shapes.safetensors", shape_model())
    studio = open_studio()
    # Of an untrained network some dice change nothing.
    studio.session.rng = np.random.default_rng(0)
    panel = studio.window.show_panel("shape")
    studio.wait(lambda: panel.model is not None)
    return studio, panel


def quiet(studio, panel) -> np.ndarray:
    """Wait until nothing is under way in the dock; returns a copy of the map."""
    studio.wait(lambda: not panel.queue.busy)
    return studio.document.labels.copy()


def steps(studio) -> int:
    return len(studio.document.history.steps)


def test_plain_tools_work_without_a_shape_model(studio) -> None:
    panel = studio.window.show_panel("shape")
    studio.settle()
    studio.wait(lambda: not panel._loading)
    studio.pick("face")
    before = studio.document.labels.copy()
    assert not panel._rows
    assert not panel.dice.isEnabled()
    assert "no shape model" in panel.hint.text()
    panel.pixels.setValue(2)
    panel.tools["grow"].click()
    grown = quiet(studio, panel)
    assert (grown == FACE).sum() > (before == FACE).sum()
    assert ((grown == FACE) | (before != FACE)).all()
    assert steps(studio) == 1
    # Two quick clicks are two steps, the second on what the first has made.
    panel.tools["shrink"].click()
    panel.tools["smooth"].click()
    quiet(studio, panel)
    assert steps(studio) == 3
    for _ in range(3):
        studio.trigger("edit.undo")
    np.testing.assert_array_equal(studio.document.labels, before)


def test_a_drag_is_one_step_and_sliders_do_not_add_up(shapely) -> None:
    studio, panel = shapely
    studio.pick("top")
    before = studio.document.labels.copy()
    longer, wider = panel._rows
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(longer.slider, left, none, QPoint(longer.slider.width() // 2, 8))
    for share in (0.6, 0.8, 1.0):
        QTest.mouseMove(longer.slider, QPoint(int(share * longer.slider.width()) - 1, 8))
    # Shown while the hand still holds the slider.
    studio.wait(lambda: not np.array_equal(studio.document.labels, before))
    assert steps(studio) == 0
    QTest.mouseRelease(longer.slider, left, none, QPoint(longer.slider.width() - 1, 8))
    first = quiet(studio, panel)
    assert steps(studio) == 1
    assert longer.value() == pytest.approx(3.0)

    wider.field.setValue(2.0)
    both = quiet(studio, panel)
    assert steps(studio) == 2
    wider.field.setValue(0.0)
    np.testing.assert_array_equal(quiet(studio, panel), first)
    panel.reset.click()
    np.testing.assert_array_equal(quiet(studio, panel), before)
    assert not panel.reset.isEnabled()
    assert longer.value() == 0

    # Undo moves the sliders too.
    studio.trigger("edit.undo")
    studio.trigger("edit.undo")
    np.testing.assert_array_equal(studio.document.labels, both)
    assert (longer.value(), wider.value()) == (pytest.approx(3.0), pytest.approx(2.0))
    studio.trigger("edit.undo")
    studio.trigger("edit.undo")
    np.testing.assert_array_equal(studio.document.labels, before)


def test_protected_classes_keep_every_pixel(shapely) -> None:
    studio, panel = shapely
    studio.pick("top")
    before = studio.document.labels.copy()
    studio.document.set_flag("protected", [TROUSERS], True)
    panel.pixels.setValue(6)
    panel.tools["grow"].click()
    after = quiet(studio, panel)
    assert (after != before).any()
    np.testing.assert_array_equal(after == TROUSERS, before == TROUSERS)
    # The trousers may go on where an outline leaves, but lose nothing.
    panel._rows[0].field.setValue(3.0)
    panel.dice.click()
    outlined = quiet(studio, panel)
    assert (outlined != after).any()
    assert (outlined[before == TROUSERS] == TROUSERS).all()
    studio.pick("trousers")
    assert not panel.tools["grow"].isEnabled()
    assert not panel.dice.isEnabled()
    assert "protected" in panel.hint.text()


def test_dice_changes_the_class_and_add_puts_it_there(shapely) -> None:
    studio, panel = shapely
    top = studio.pick("top")
    before = studio.document.labels.copy()
    panel.strength.set_value(1.0)
    panel.dice.click()
    after = quiet(studio, panel)
    assert ((after == top) != (before == top)).any()
    assert steps(studio) == 1
    hat = studio.pick("hat")
    assert not panel.dice.isEnabled()
    assert not panel.add.isHidden()
    panel.add.click()
    added = quiet(studio, panel)
    assert (added == hat).any()
    assert steps(studio) == 2
    assert panel.add.isHidden()
    studio.trigger("edit.undo")
    np.testing.assert_array_equal(studio.document.labels, after)


def test_a_class_is_taken_away_and_undo_brings_it_back(shapely) -> None:
    studio, panel = shapely
    top = studio.pick("top")
    before = studio.document.labels.copy()
    assert panel.remove.text() == "Remove top"
    panel.remove.click()
    bare = quiet(studio, panel)
    assert not (bare == top).any()
    np.testing.assert_array_equal(bare[before != top], before[before != top])
    assert steps(studio) == 1
    assert panel.remove.isHidden()
    studio.trigger("edit.undo")
    np.testing.assert_array_equal(studio.document.labels, before)
    studio.document.set_flag("protected", [top], True)
    assert not panel.remove.isEnabled()


def test_a_brush_stroke_wins_over_an_outline_under_way(shapely) -> None:
    studio, panel = shapely
    studio.pick("top")
    panel.dice.click()
    studio.tool("brush")
    studio.drag((4, 40), (8, 40))
    painted = studio.document.labels.copy()
    assert painted[40, 6] == TOP
    after = quiet(studio, panel)
    np.testing.assert_array_equal(after, painted)
    assert steps(studio) == 1
