"""Every tool without a window."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from app.actions import ACTIONS
from app.canvas.tools.base import Pointer, Tool, ToolContext, ToolSettings
from app.canvas.tools.brush import BrushTool, EraserTool
from app.canvas.tools.catalog import TOOLS
from app.canvas.tools.outlines import LassoTool, PolygonTool
from app.canvas.tools.regions import EyedropperTool, FillTool, WandTool
from app.canvas.tools.shapes import EllipseTool, LineTool, RectangleTool, snapped
from app.canvas.tools.smooth import SmoothTool
from app.canvas.tools.transform import TransformTool
from app.document.box import Box
from app.document.document import Document
from model.labels import builtin_label_set

PAINT = 9


@pytest.fixture
def document() -> Document:
    labels = np.zeros((40, 30), dtype=np.uint8)
    labels[5:15, 5:15] = 6
    labels[25:30, 5:15] = 6
    return Document(labels, builtin_label_set("street-fashion"))


@pytest.fixture
def make(document: Document) -> Callable[..., Tool]:
    def build(kind: type[Tool], **settings: object) -> Tool:
        chosen = ToolSettings(class_index=PAINT, **settings)  # type: ignore[arg-type]
        context = ToolContext(document, chosen)
        context.pick_class = lambda index: setattr(chosen, "class_index", index)
        context.image = lambda: np.repeat(document.labels[..., None] * 20, 3, axis=2)
        return kind(context)

    return build


def drag(tool: Tool, *places: tuple[float, float], **held: bool) -> None:
    tool.press(Pointer(*places[0], **held))  # type: ignore[arg-type]
    for place in places[1:]:
        tool.move(Pointer(*place, **held))  # type: ignore[arg-type]
    tool.release(Pointer(*places[-1], **held))  # type: ignore[arg-type]


def test_brush_paints_a_round_stroke_in_one_step(make, document) -> None:
    drag(make(BrushTool, size=6), (10.5, 20.5), (15, 20.5), (20.5, 20.5))
    assert (document.labels[20, 8:24] == PAINT).all()
    assert document.labels[20, 6] == 0 and document.labels[24, 15] == 0
    assert len(document.history.steps) == 1


def test_pen_pressure_makes_the_stroke_thinner(make, document) -> None:
    tool = make(BrushTool, size=12)
    tool.press(Pointer(15, 20, pressure=0.25))
    tool.release(Pointer(15, 20, pressure=0.25))
    thin = int((document.labels == PAINT).sum())
    tool.press(Pointer(15, 20, pressure=1.0))
    tool.release(Pointer(15, 20, pressure=1.0))
    assert thin < int((document.labels == PAINT).sum()) / 8


def test_shift_draws_a_straight_line_from_the_last_point(make, document) -> None:
    tool = make(BrushTool, size=1)
    drag(tool, (2.5, 35.5))
    drag(tool, (20.5, 35.5), shift=True)
    assert (document.labels[35, 2:21] == PAINT).all()


def test_escape_abandons_the_stroke(make, document) -> None:
    before = document.labels.copy()
    for kind in (BrushTool, RectangleTool, TransformTool, LassoTool):
        tool = make(kind)
        tool.press(Pointer(8, 8))
        tool.move(Pointer(20, 20))
        tool.cancel()
        tool.release(Pointer(20, 20))
        assert np.array_equal(document.labels, before), kind
        assert not document.history.steps
        assert not tool.active


def test_eraser_to_background_and_to_the_map_before_editing(make, document) -> None:
    drag(make(EraserTool, size=4), (10, 10))
    assert document.labels[10, 10] == 0
    drag(make(BrushTool, size=30), (10, 10))
    drag(make(EraserTool, size=30, erase_to_original=True), (10, 10))
    assert np.array_equal(document.labels, document.original)


def test_fill_contiguous_and_everywhere(make, document) -> None:
    make(FillTool).press(Pointer(10, 10))
    assert (document.labels[5:15, 5:15] == PAINT).all()
    assert (document.labels[25:30, 5:15] == 6).all()
    document.undo()
    make(FillTool, contiguous=False).press(Pointer(10, 10))
    assert not (document.labels == 6).any()
    document.undo()
    make(FillTool).press(Pointer(10, 10, shift=True))
    assert not (document.labels == 6).any()


def test_wand_takes_similar_colours(make, document) -> None:
    make(WandTool, tolerance=10).press(Pointer(10, 27))
    assert (document.labels[25:30, 5:15] == PAINT).all() and (document.labels[5:15, 5:15] == 6).all()
    document.undo()
    make(WandTool, tolerance=255, contiguous=False).press(Pointer(10, 27))
    assert (document.labels == PAINT).all()


def test_lasso_fills_what_it_goes_around(make, document) -> None:
    tool = make(LassoTool)
    drag(tool, (16, 16), (28, 16), (28, 24), (16, 24))
    assert (document.labels[16:24, 16:28] == PAINT).all()
    assert (document.labels == PAINT).sum() == 8 * 12
    assert not tool.guides()


def test_polygon_backspace_enter_snap_and_closing(make, document) -> None:
    tool = make(PolygonTool, scale=1.0)
    tool.press(Pointer(2, 20))
    tool.press(Pointer(12, 20.6, shift=True))
    assert tool.guides()[1].points[1] == pytest.approx((12.018, 20), abs=0.02)
    tool.press(Pointer(29, 39))
    assert tool.key("backspace")
    tool.press(Pointer(12, 24))
    assert tool.key("enter")
    assert (document.labels == PAINT).sum() == pytest.approx(20, abs=6)
    assert not tool.key("enter")
    for place in ((0, 30), (20, 30), (20, 39), (1, 31)):
        tool.press(Pointer(*place))
    assert not tool.active and document.labels[31, 15] == PAINT


def test_rectangle_square_and_from_the_centre(make, document) -> None:
    drag(make(RectangleTool), (20, 20), (24, 30))
    assert (document.labels == PAINT).sum() == 4 * 10
    document.undo()
    drag(make(RectangleTool), (20, 20), (24, 26), shift=True)
    assert (document.labels == PAINT).sum() == 36
    document.undo()
    drag(make(RectangleTool), (20, 20), (23, 22), alt=True)
    assert (document.labels[18:22, 17:23] == PAINT).all() and (document.labels == PAINT).sum() == 24


def test_ellipse_and_line(make, document) -> None:
    drag(make(EllipseTool), (16, 18), (28, 24), (28, 24))
    assert document.labels[21, 22] == PAINT and document.labels[18, 16] == 0
    document.undo()
    drag(make(LineTool, size=2), (2, 36), (20, 37.5), shift=True)
    assert (document.labels[35:37, 2:20] == PAINT).all()
    assert len(document.history.steps) == 1


def test_snapping_keeps_the_distance() -> None:
    x, y = snapped((0, 0), (10, 9))
    assert x == pytest.approx(y)
    assert np.hypot(x, y) == pytest.approx(np.hypot(10, 9))


def test_smooth_rounds_a_notch_and_brings_no_new_class(make, document) -> None:
    document.replace_labels(np.where(np.indices((40, 30)).sum(axis=0) % 2, document.labels, document.labels), "same")
    labels = document.labels.copy()
    labels[9, 14] = 0
    labels[9, 15] = 6
    document.replace_labels(labels, "notch")
    drag(make(SmoothTool, size=12), (15, 9))
    assert document.labels[9, 15] == 0
    assert document.labels[9, 13] == 6
    assert set(np.unique(document.labels)) <= {0, 6}


def test_eyedropper_picks(make) -> None:
    tool = make(EyedropperTool)
    tool.press(Pointer(10, 10))
    assert tool.settings.class_index == 6
    tool.press(Pointer(-5, 10))
    assert tool.settings.class_index == 6


def test_transform_moves_a_region_and_uncovers_what_was_below(make, document) -> None:
    tool = make(TransformTool)
    drag(tool, (10, 10), (20, 14))
    assert (document.labels[9:19, 15:25] == 6).all()
    assert (document.labels[5:9, 5:15] == 0).all()
    assert (document.labels == 6).sum() == 150
    assert tool.settings.class_index == 6
    assert len(document.history.steps) == 1


def test_transform_scales_by_a_corner(make, document) -> None:
    tool = make(TransformTool, scale=1.0)
    drag(tool, (10, 10))
    assert len(tool.guides()) == 2
    drag(tool, (15, 15), (25, 25))
    assert (document.labels[5:25, 5:25] == 6).all()
    document.undo()
    assert not tool.guides(), "the region that was picked up is gone"


def test_transform_moves_a_region_that_is_smaller_than_its_corners(make, document) -> None:
    document.replace_labels(np.zeros_like(document.labels), "empty")
    document.begin_stroke("small")
    document.paint(Box(10, 10, 14, 14), np.ones((4, 4), dtype=bool), 6)
    document.commit_stroke()
    tool = make(TransformTool, scale=1.0)
    drag(tool, (12, 12), (15, 12))
    drag(tool, (15, 12), (18, 12))
    assert (document.labels[10:14, 16:20] == 6).all() and (document.labels == 6).sum() == 16


def test_transform_does_not_pick_up_background(make, document) -> None:
    drag(make(TransformTool), (28, 38), (10, 10))
    assert not document.history.steps


@pytest.mark.parametrize("kind", TOOLS, ids=lambda kind: kind.id)
def test_every_tool_survives_gestures_beyond_the_map(kind, make, document) -> None:
    tool = make(kind, size=9)
    drag(tool, (-50, -50), (-10, 200), (500, 60))
    tool.hover(Pointer(-3, 900))
    tool.key("enter")
    tool.cancel()
    assert not document.in_stroke
    assert document.labels.max() < len(document.label_set)


def test_every_tool_has_an_action_with_a_key_and_an_icon() -> None:
    actions = {spec.id: spec for spec in ACTIONS}
    for kind in TOOLS:
        assert actions[f"tool.{kind.id}"].shortcut and actions[f"tool.{kind.id}"].icon


def both_sides(labels: np.ndarray, axis: float) -> bool:
    """Whether what was painted lies alike on both sides of a line."""
    columns = np.arange(labels.shape[1])
    other = round(2 * axis) - 1 - columns
    there = (other >= 0) & (other < labels.shape[1])
    painted = labels == PAINT
    return bool((painted[:, columns[there]] == painted[:, other[there]]).all())


@pytest.mark.parametrize("axis", [15.0, 12.5, 29.0])
@pytest.mark.parametrize("kind", [BrushTool, LassoTool, RectangleTool, EllipseTool, LineTool])
def test_mirrored_strokes_are_one_step_alike_on_both_sides(kind, axis: float, make, document) -> None:
    before = document.labels.copy()
    drag(make(kind, size=5, mirror=axis), (3.0, 4.0), (9.0, 12.0), (4.0, 20.0))
    assert both_sides(document.labels, axis) and (document.labels == PAINT).any()
    assert len(document.history.steps) == 1
    document.undo()
    assert np.array_equal(document.labels, before)


def test_mirrored_erasing_brings_back_what_was_there_on_each_side(make, document) -> None:
    before = document.labels.copy()
    drag(make(RectangleTool), (0.0, 0.0), (30.0, 40.0))
    drag(make(EraserTool, size=6, mirror=15.0, erase_to_original=True), (7.0, 8.0), (9.0, 20.0))
    erased = document.labels != PAINT
    assert erased[:, :15].any() and np.array_equal(erased, erased[:, ::-1])
    assert np.array_equal(document.labels[erased], before[erased])


def test_regions_are_never_mirrored(make, document) -> None:
    for kind in (FillTool, WandTool, TransformTool, EyedropperTool):
        assert not make(kind, mirror=15.0).mirrors
