"""The document: strokes, codes, protection, and a history that restores every state exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.document.box import Box
from app.document.document import Document
from app.document.edits import CodesDelta, LabelsDelta
from app.document.origins import StyleOrigin
from model.labels import builtin_label_set

LABEL_SET = builtin_label_set("street-fashion")
HEIGHT, WIDTH = 12, 9


def make(max_bytes: int = 1 << 20, labels: np.ndarray | None = None) -> Document:
    if labels is None:
        labels = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    return Document(labels, LABEL_SET, codes=np.zeros((16, 3, 1, 1), dtype=np.float32), max_bytes=max_bytes)


def paint(document: Document, top: int, left: int, bottom: int, right: int, value: int) -> bool:
    document.begin_stroke("paint")
    box = Box(top, left, bottom, right)
    document.paint(box, np.ones((box.height, box.width), dtype=bool), value)
    return document.commit_stroke()


def state(document: Document) -> tuple[bytes, bytes]:
    assert document.codes is not None
    return document.labels.tobytes(), document.codes.tobytes()


strokes = st.tuples(
    st.just("stroke"),
    st.integers(-3, 14),
    st.integers(-3, 14),
    st.integers(1, 8),
    st.integers(1, 8),
    st.integers(0, 15),
)
codes = st.tuples(st.just("codes"), st.integers(0, 15), st.floats(-3, 3, width=32), st.booleans())
moves = st.sampled_from([("undo",), ("redo",)])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(strokes, codes, moves), max_size=25))
def test_every_position_of_the_history_restores_its_state(edits: list[tuple]) -> None:
    document = make()
    seen = {document.history.state_id: state(document)}
    for edit in edits:
        if edit[0] == "stroke":
            _, top, left, height, width, value = edit
            paint(document, top, left, top + height, left + width, value)
        elif edit[0] == "codes":
            _, index, value, merged = edit
            code = np.full((1, 3, 1, 1), value, dtype=np.float32)
            document.set_codes([index], code, "slide", merge=f"s{index}" if merged else None)
        elif edit[0] == "undo":
            document.undo()
        else:
            document.redo()
        seen.setdefault(document.history.state_id, state(document))
        assert state(document) == seen[document.history.state_id]
    for position in (0, len(document.history.steps), len(document.history.steps) // 2):
        document.go_to(position)
        assert state(document) == seen[document.history.state_id]


def test_a_stroke_is_one_step_over_the_smallest_box() -> None:
    document = make()
    document.begin_stroke("brush")
    for place in range(3):
        document.paint(Box(place, place, place + 2, place + 2), np.ones((2, 2), dtype=bool), 5)
    assert document.commit_stroke()
    (step,) = document.history.steps
    (delta,) = step.deltas
    assert isinstance(delta, LabelsDelta)
    assert delta.box == Box(0, 0, 4, 4)
    document.undo()
    assert not document.labels.any()
    assert not document.modified


def test_a_stroke_that_changes_nothing_is_no_step() -> None:
    document = make()
    assert not paint(document, 0, 0, 4, 4, 0)
    assert document.history.steps == ()


def test_abandoned_stroke_leaves_no_trace() -> None:
    document = make()
    paint(document, 0, 0, 4, 4, 3)
    before = document.labels.copy()
    document.begin_stroke("brush")
    document.paint(Box(2, 2, 9, 9), np.ones((7, 7), dtype=bool), 8)
    document.abandon_stroke()
    assert np.array_equal(document.labels, before)
    assert len(document.history.steps) == 1


def test_undo_during_a_stroke_abandons_it() -> None:
    document = make()
    document.begin_stroke("brush")
    document.paint(Box(0, 0, 3, 3), np.ones((3, 3), dtype=bool), 8)
    document.undo()
    assert not document.in_stroke
    assert not document.labels.any()


def test_protected_classes_stay_and_a_stroke_may_cross_itself() -> None:
    labels = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    labels[:, 4] = 2
    document = make(labels=labels)
    document.set_flag("protected", [2], True)
    paint(document, 0, 0, HEIGHT, WIDTH, 7)
    assert (document.labels[:, 4] == 2).all()
    assert (np.delete(document.labels, 4, axis=1) == 7).all()


def test_paint_only_over_one_class() -> None:
    labels = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    labels[3:6] = 6
    document = make(labels=labels)
    document.set_paint_only_over(6)
    paint(document, 0, 0, HEIGHT, WIDTH, 9)
    assert (document.labels[3:6] == 9).all()
    assert not document.labels[:3].any()


def test_a_slider_drag_is_one_step_and_the_next_drag_another() -> None:
    document = make()
    for value in (0.1, 0.2, 0.3):
        document.set_codes([3], np.full((1, 3, 1, 1), value, np.float32), "slide", merge="slider:3")
    document.end_gesture()
    document.set_codes([3], np.full((1, 3, 1, 1), 0.5, np.float32), "slide", merge="slider:3")
    assert len(document.history.steps) == 2
    document.undo()
    assert document.codes is not None
    assert document.codes[3, 0, 0, 0] == pytest.approx(0.3)
    document.undo()
    assert document.codes[3, 0, 0, 0] == 0


def test_locked_styles_are_left_alone() -> None:
    document = make()
    document.set_flag("locked", [2], True)
    document.set_codes([1, 2], np.ones((2, 3, 1, 1), np.float32), "dice")
    assert document.codes is not None
    assert document.codes[1].all() and not document.codes[2].any()
    (delta,) = document.history.steps[0].deltas
    assert isinstance(delta, CodesDelta) and delta.classes == (1,)


def test_the_history_is_bounded_in_bytes_and_forgets_the_oldest() -> None:
    document = make(max_bytes=6 * 2 * 16)
    for value in range(1, 12):
        paint(document, 0, 0, 4, 4, value)
    assert document.history.nbytes <= 6 * 2 * 16
    assert len(document.history.steps) == 6
    assert document.history.forgotten
    while document.undo() is not None:
        pass
    assert (document.labels[:4, :4] == 5).all()
    assert document.modified


def test_saved_state_is_found_again_by_undo() -> None:
    document = make()
    told: list[bool] = []
    document.modified_changed.connect(told.append)
    paint(document, 0, 0, 2, 2, 1)
    document.mark_saved(None)
    paint(document, 0, 0, 2, 2, 2)
    document.undo()
    assert told == [True, False, True, False]
    document.undo()
    paint(document, 5, 5, 7, 7, 1)
    assert document.modified


def test_a_photos_styles_and_outlines_are_one_step_and_locked_classes_keep_theirs() -> None:
    document = make()
    paint(document, 0, 0, 2, 2, 3)
    corrected, before = document.labels.copy(), document.codes.copy()
    document.set_flag("locked", [5], True)
    own = np.ones((16, 3, 1, 1), np.float32)
    document.take_photo_codes([3, 5], own, "photo", outlines=corrected)
    assert len(document.history.steps) == 2
    assert np.array_equal(document.original, corrected) and np.array_equal(document.photo_codes, own)
    assert (document.codes[3] == 1).all() and np.array_equal(document.codes[[0, 5]], before[[0, 5]])
    document.undo()
    assert document.photo_codes is None and not document.original.any()
    assert np.array_equal(document.codes, before) and np.array_equal(document.labels, corrected)
    document.redo()
    assert np.array_equal(document.original, corrected) and (document.codes[3] == 1).all()


def test_codes_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        make().set_codes([1], np.zeros((1, 4, 1, 1), np.float32), "wrong")


def test_a_network_that_comes_back_finds_its_styles_again() -> None:
    document = make()
    document.install_codes(np.ones((16, 3, 1, 1), np.float32), "one")
    document.set_codes([2], np.full((1, 3, 1, 1), 7, np.float32), "style")
    own = document.codes.copy()
    document.install_codes(np.zeros((16, 3, 1, 1), np.float32), "other")
    assert document.bundle == "other" and not document.codes.any() and document.had_network("one")
    document.install_codes(np.ones((16, 3, 1, 1), np.float32), "one")
    assert np.array_equal(document.codes, own)
    # Trained further it may have another code.
    document.install_codes(np.zeros((16, 4, 1, 1), np.float32), "other")
    assert document.codes.shape == (16, 4, 1, 1)


def test_a_network_that_gained_controls_keeps_the_styles_that_were_saved() -> None:
    own = np.random.default_rng(0).normal(size=(16, 3, 1, 1)).astype(np.float32)
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    document = Document(labels, LABEL_SET, codes=own, photo_codes=2 * own)
    document.origins.note([4], own[[4]], StyleOrigin("own photo", "a.jpg"))
    document.add_controls(2, (16, 6, 1, 1))
    assert np.array_equal(document.codes, own), "codes of another network stay as they are"
    document.add_controls(2, (16, 5, 1, 1))
    assert np.array_equal(document.codes[:, :3], own) and not document.codes[:, 3:].any()
    assert np.array_equal(document.photo_codes[:, :3], 2 * own) and document.photo_codes.shape == (16, 5, 1, 1)
    assert document.origins.of(4, document.codes[4]) == StyleOrigin("own photo", "a.jpg")
    document.set_codes([1], np.ones((1, 5, 1, 1), np.float32), "style")
    document.add_controls(1, (16, 6, 1, 1))
    assert document.codes.shape == (16, 5, 1, 1), "steps that can be undone hold codes of that shape"
