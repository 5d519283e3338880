"""The style library in the Style dock of the real window, with styles of known colours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QColorDialog

from model.checkpoints import load_bundle
from model.images import write_picture
from model.styles.library import LibraryStyle
from model.styles.store import NamedStyles, write_named_styles

TOP, TROUSERS = 6, 10
COLORS = [(20, 20, 22), (200, 40, 45), (60, 110, 180), (240, 240, 238), (80, 130, 70), (225, 200, 60)]


@pytest.fixture
def librarian(open_studio: Callable, tiny_bundle_path: Path):
    """A window whose network brings six styles for the top and none for trousers."""
    bundle = load_bundle(tiny_bundle_path)
    random = torch.Generator().manual_seed(0)
    _, *shape = bundle.code_shape
    styles = [
        LibraryStyle(torch.randn(shape, generator=random), color, np.full((96, 96, 3), color, np.uint8))
        for color in COLORS
    ]
    write_named_styles(tiny_bundle_path / "styles.safetensors", NamedStyles({}, {TOP: styles}), bundle)
    studio = open_studio()
    studio.pick("top")
    panel = studio.window.show_panel("styles")
    studio.wait(lambda: panel.library.cards.rowCount() == len(COLORS))
    return studio, panel.library, styles


def click(library, row: int) -> None:
    tiles = library.tiles
    place = tiles.visualRect(library.cards.index(row)).center()
    QTest.mouseClick(tiles.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_click_gives_the_class_the_style_and_undo_takes_it_back(librarian) -> None:
    studio, library, styles = librarian
    studio.settle()
    before = studio.document.codes.copy()
    click(library, 2)
    np.testing.assert_array_equal(studio.document.codes[TOP], styles[2].code.numpy())
    np.testing.assert_array_equal(np.delete(studio.document.codes, TOP, 0), np.delete(before, TOP, 0))
    assert library.cards.worn == 2
    assert studio.document.history.steps[-1].text == "top: style from the library"
    studio.trigger("edit.undo")
    np.testing.assert_array_equal(studio.document.codes, before)
    assert library.cards.worn is None


def test_colours_sort_and_the_keyboard_chooses(librarian, monkeypatch: pytest.MonkeyPatch) -> None:
    studio, library, styles = librarian
    chip = next(chip for chip in library.chips if "red" in chip.toolTip())
    chip.click()
    assert library.cards.order[0] == 1
    assert sorted(library.cards.order) == list(range(len(COLORS)))
    library.tiles.setFocus()
    QTest.keyClick(library.tiles, Qt.Key.Key_Return)
    np.testing.assert_array_equal(studio.document.codes[TOP], styles[1].code.numpy())
    QTest.keyClick(library.tiles, Qt.Key.Key_Right)
    QTest.keyClick(library.tiles, Qt.Key.Key_Space)
    np.testing.assert_array_equal(studio.document.codes[TOP], styles[library.cards.order[1]].code.numpy())
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor(70, 125, 60))
    library.any_color.click()
    assert library.cards.order[0] == 4
    assert not chip.isChecked()
    library.any_color.click()
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor())
    library.any_color.click()
    assert library.cards.order == list(range(len(COLORS)))


def test_styles_are_drawn_on_the_picture(librarian) -> None:
    studio, library, _ = librarian
    before = library.cards.picture(0).toImage().copy()
    library.here.click()
    studio.wait(lambda: all(library.cards.picture(number).toImage() != before for number in (0, len(COLORS) - 1)))


def test_a_class_without_styles_and_a_locked_one(librarian) -> None:
    studio, library, _ = librarian
    studio.document.set_flag("locked", [TOP], True)
    assert not library.isEnabled()
    studio.pick("trousers")
    assert library.cards.rowCount() == 0
    assert library.isEnabled()
    studio.wait(lambda: library.empty.isVisibleTo(library))
    assert not library.chips[0].isEnabled()
    studio.pick("top")
    studio.wait(lambda: library.cards.rowCount() == len(COLORS))


def test_what_a_photo_lacks_is_added_in_a_style_of_the_library(
    open_studio: Callable, tiny_bundle_path: Path, tmp_path: Path
) -> None:
    bundle = load_bundle(tiny_bundle_path)
    random = torch.Generator().manual_seed(1)
    _, *shape = bundle.code_shape
    library = {
        index: [
            LibraryStyle(torch.randn(shape, generator=random), color, np.full((96, 96, 3), color, np.uint8))
            for color in COLORS[:2]
        ]
        for index in range(1, len(bundle.label_set))
    }
    write_named_styles(tiny_bundle_path / "styles.safetensors", NamedStyles({}, library), bundle)
    studio = open_studio()
    write_picture(tmp_path / "one.png", np.random.default_rng(3).integers(0, 255, (96, 64, 3), dtype=np.uint8))
    studio.settle()
    studio.window.files.open_path(tmp_path / "one.png")
    studio.accept_photo()
    own = studio.settle()
    document = studio.document
    missing = [index for index in library if not (document.labels == index).any()]
    assert missing
    for index in library:
        if index not in missing:
            np.testing.assert_array_equal(document.codes[index], document.photo_codes[index])
            continue
        # One that takes another garment's place is moved on to its colour, but not far.
        spread = bundle.code_std[index].numpy()
        steps = [(document.codes[index] - style.code.numpy()) / spread for style in library[index]]
        assert min(np.sqrt(np.square(step).mean()) for step in steps) < 0.81
        assert document.origin(index).kind == "library"
    studio.tool("brush")
    studio.session.pick_class(missing[0])
    studio.drag((10, 20), (16, 24))
    assert (studio.document.labels == missing[0]).any()
    assert len(document.history.steps) == 1
    studio.trigger("edit.undo")
    np.testing.assert_array_equal(studio.settle(), own)
