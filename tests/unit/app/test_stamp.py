"""Placing a copied region: moved, scaled, turned over, stamped as one step or taken away without a trace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.canvas.tools.base import Pointer, ToolContext
from app.canvas.tools.stamp import StampTool
from app.document.document import Document
from app.document.origins import StyleOrigin
from app.document.photo import PhotoLayer, whole_crop
from app.document.project import read_project, snapshot, write_project
from app.document.stamp import Stamp, cut_pixels, cut_region
from model.compositing import Keep, KeepSettings
from model.compositing.pasting import FINENESS, NOTHING
from model.labels import builtin_label_set

CODES = np.random.default_rng(0).normal(size=(16, 4, 1, 1)).astype(np.float32)
ORIGIN = StyleOrigin("photo", "anna")


@pytest.fixture
def document() -> Document:
    return Document(np.zeros((60, 40), np.uint8), builtin_label_set("street-fashion"), codes=CODES)


def stamp() -> Stamp:
    """Six by four: a bag with a skirt in its right half, one corner left out."""
    labels = np.full((6, 4), 13, np.uint8)
    labels[:, 2:] = 9
    mask = np.ones((6, 4), bool)
    mask[0, 0] = False
    return Stamp("bag, skirt from anna", labels, mask, CODES + 1, ORIGIN, (20.0, 30.0))


def test_it_is_moved_scaled_flipped_and_stamped_as_one_step(document: Document) -> None:
    ended: list[bool] = []
    tool = StampTool(ToolContext(document), lambda: ended.append(True))
    tool.begin(stamp())
    assert tool.active and len(tool.guides()) == 2 and not document.history.steps
    assert (document.labels[27:33, 20:22] == 9).all() and document.labels[27, 18] == 0 and document.labels[28, 18] == 13
    assert np.array_equal(document.codes[[9, 13]], CODES[[9, 13]] + 1)

    tool.press(Pointer(20, 30))
    tool.move(Pointer(17, 20))
    tool.move(Pointer(15, 20))
    tool.release(Pointer(15, 20))
    assert (document.labels[17:23, 15:17] == 9).all() and (document.labels != 0).sum() == 23

    tool.press(Pointer(17, 23))
    tool.move(Pointer(21, 29))
    tool.release(Pointer(21, 29))
    assert (document.labels[17:29, 17:21] == 9).all() and (document.labels[19:29, 13:17] == 13).all()
    assert (document.labels != 0).sum() == 4 * 23

    tool.flip()
    assert (document.labels[17:29, 13:17] == 9).all() and (document.labels[19:29, 17:21] == 13).all()
    assert tool.key("enter") and ended == [True] and not tool.active
    assert [step.text for step in document.history.steps] == ["bag, skirt from anna"]
    assert document.origin(9) == ORIGIN and document.origin(2) is None
    document.undo()
    assert not document.labels.any() and np.array_equal(document.codes, CODES)
    document.redo()
    assert (document.labels != 0).sum() == 4 * 23 and document.origin(13) == ORIGIN


def test_taken_away_by_escape_undo_or_a_move_beyond_the_map(document: Document) -> None:
    ended: list[bool] = []
    tool = StampTool(ToolContext(document), lambda: ended.append(True))
    for leave in (tool.cancel, lambda: tool.key("backspace"), document.undo):
        tool.begin(stamp())
        leave()
        tool.check()
        assert not tool.active and not tool.guides() and not document.history.steps
        assert not document.labels.any() and np.array_equal(document.codes, CODES)
    assert ended == [True] * 3
    tool.begin(stamp())
    tool.press(Pointer(20, 30))
    tool.move(Pointer(500, 30))
    assert not document.labels.any()
    tool.stamp()
    assert not document.history.steps and np.array_equal(document.codes, CODES)


def test_another_edit_of_styles_stamps_first(document: Document) -> None:
    tool = StampTool(ToolContext(document))
    tool.begin(stamp())
    document.set_codes([9], CODES[[9]] + 5, "dice")
    tool.flip()
    assert not tool.active and len(document.history.steps) == 2
    document.undo()
    assert np.array_equal(document.codes[9], CODES[9] + 1)
    document.undo()
    assert np.array_equal(document.codes, CODES) and not document.labels.any()


def test_protected_classes_are_not_covered(document: Document) -> None:
    document.replace_labels(np.full((60, 40), 6, np.uint8), "all top")
    document.set_flag("protected", [6], True)
    tool = StampTool(ToolContext(document))
    tool.begin(stamp())
    tool.stamp()
    assert (document.labels == 6).all()


def test_a_region_is_cut_out_without_background() -> None:
    labels = np.zeros((10, 12), np.uint8)
    labels[2:5, 3:9] = 6
    mask = np.zeros((10, 12), bool)
    mask[4:9, 5:12] = True
    cut = cut_region(labels, mask, 0)
    assert cut is not None
    part, inside, middle = cut
    assert part.shape == inside.shape == (1, 4) and inside.all() and (part == 6).all() and middle == (7.0, 4.5)
    assert cut_region(labels, ~mask & (labels == 0), 0) is None


class TestOwnPixels:
    """A region of a photo is placed in another photo: it brings its pixels along."""

    @pytest.fixture
    def document(self) -> Document:
        labels = np.zeros((60, 40), np.uint8)
        labels[40:44, 2:6] = 13
        photo = PhotoLayer(np.full((60, 40, 3), 90, np.uint8), whole_crop(60, 40, 60, 40), 60, 40)
        return Document(labels, builtin_label_set("street-fashion"), codes=CODES, photo=photo, photo_codes=CODES)

    def region(self) -> Stamp:
        pixels = np.arange(12 * 8 * 3, dtype=np.uint8).reshape(12, 8, 3)
        return replace(stamp(), pixels=pixels)

    def test_they_move_and_turn_with_it_and_are_one_step(self, document: Document) -> None:
        tool = StampTool(ToolContext(document))
        tool.begin(self.region())
        pasted = document.pasted
        assert pasted is not None and (pasted.labels[27:33, 20:22] == 9).all() and pasted.labels[27, 18] == NOTHING
        assert np.array_equal(pasted.pixels[54:66, 36:44], self.region().pixels)
        tool.press(Pointer(20, 30))
        tool.move(Pointer(15, 20))
        tool.release(Pointer(15, 20))
        tool.flip()
        assert document.pasted is not None and (document.pasted.labels == NOTHING).sum() == 60 * 40 - 23
        assert np.array_equal(document.pasted.pixels[34:46, 26:34], self.region().pixels[:, ::-1])
        tool.stamp()
        after = document.pasted
        assert len(document.history.steps) == 1
        document.undo()
        assert document.pasted is None
        document.redo()
        assert document.pasted is after

    def test_abandoned_they_are_gone(self, document: Document) -> None:
        tool = StampTool(ToolContext(document))
        tool.begin(self.region())
        tool.cancel()
        assert document.pasted is None and not document.history.steps

    def test_what_the_photo_shows_already_keeps_its_style(self, document: Document) -> None:
        tool = StampTool(ToolContext(document))
        tool.begin(self.region())
        assert document.codes is not None and np.array_equal(document.codes[13], CODES[13])
        assert np.array_equal(document.codes[9], CODES[9] + 1)

    def test_classes_from_the_network_take_the_style_alone(self, document: Document) -> None:
        document.set_keep(KeepSettings(classes={13: Keep.MODEL}), "the network's bag")
        tool = StampTool(ToolContext(document))
        tool.begin(self.region())
        assert document.pasted is not None and not (document.pasted.labels == 13).any()
        assert document.codes is not None and np.array_equal(document.codes[13], CODES[13] + 1)

    def test_a_project_keeps_them(self, document: Document, tmp_path: Path) -> None:
        tool = StampTool(ToolContext(document))
        tool.begin(self.region())
        tool.stamp()
        write_project(tmp_path / "it.smis", snapshot(document))
        found, pasted = read_project(tmp_path / "it.smis").pasted, document.pasted
        assert found is not None and pasted is not None
        for name in ("pixels", "labels", "codes"):
            np.testing.assert_array_equal(getattr(found, name), getattr(pasted, name))

    def test_a_region_is_cut_as_fine_as_its_photo(self) -> None:
        fine = np.random.default_rng(2).integers(0, 256, (FINENESS * 10, FINENESS * 12, 3), dtype=np.uint8)
        labels = np.zeros((10, 12), np.uint8)
        labels[2:5, 3:9] = 6
        found = cut_pixels(fine, labels, labels > 0, 0)
        assert found is not None and np.array_equal(found, fine[4:10, 6:18])
        assert cut_pixels(fine, labels, labels == 7, 0) is None
