"""Where styles came from: remembered by the code, through undo, save and reopen."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.document.box import Box
from app.document.document import Document
from app.document.origins import KINDS, StyleOrigin
from app.document.project import read_project, snapshot, write_project
from app.panels.origins import origin_text
from model.labels import builtin_label_set

LABEL_SET = builtin_label_set("street-fashion")
CODES = np.random.default_rng(0).normal(size=(16, 4, 1, 1)).astype(np.float32)

origins = st.builds(
    StyleOrigin,
    st.sampled_from(KINDS),
    st.text(max_size=9),
    st.floats(0, 1),
    st.none() | st.integers(0, 2**31),
    st.lists(st.tuples(st.text(max_size=5), st.floats(-9, 9)), max_size=3).map(tuple),
)


def make() -> Document:
    return Document(np.full((8, 6), 6, np.uint8), LABEL_SET, codes=CODES)


@given(origins)
def test_an_origin_survives_json_and_has_words(origin: StyleOrigin) -> None:
    assert StyleOrigin.from_json(json.loads(json.dumps(origin.to_json()))) == origin
    assert origin_text(origin)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner)
    )
)
def test_anything_else_is_no_origin(data: object) -> None:
    assert StyleOrigin.from_json(data) is None


def test_undo_brings_the_origin_back_with_the_style() -> None:
    document = make()
    assert document.origin(6) is None and origin_text(document.origin(6)) == ""
    photo, dice = StyleOrigin("photo", "anna", 0.6), StyleOrigin("dice", seed=7)
    document.set_codes([6], CODES[[6]] + 1, "top from anna", origin=photo)
    document.set_codes([6, 7], CODES[[6, 7]] + 2, "dice", origin=[dice, None])
    assert document.origin(6) == dice and document.origin(7) is None
    document.undo()
    assert document.origin(6) == photo
    document.undo()
    assert document.origin(6) is None
    document.redo()
    assert origin_text(document.origin(6)) == "From anna, 60 %"
    assert photo.moved("Lightness", 1).moved("Warmth", 2).moved("Lightness", 3).sliders == (
        ("Warmth", 2.0),
        ("Lightness", 3.0),
    )


def test_projects_keep_origins_and_older_ones_open(tmp_path: Path) -> None:
    document = make()
    document.set_codes([6], CODES[[6]] + 1, "top", origin=StyleOrigin("photo", "anna", 0.6, sliders=(("Warmth", 1.5),)))
    document.set_codes([2], CODES[[2]] + 1, "face", origin=StyleOrigin("dice", seed=11))
    path = tmp_path / "work.smis"
    write_project(path, snapshot(document))
    again = read_project(path)
    assert [again.origin(index) for index in range(16)] == [document.origin(index) for index in range(16)]
    assert again.origin(6) is not None and again.origin(1) is None

    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    manifest["origins"] = {"top": {"kind": "telepathy"}, "nothing": {"kind": "dice"}, "face": 3}
    for known in (True, False):
        if not known:
            del manifest["origins"]
        files["manifest.json"] = json.dumps(manifest).encode()
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        assert read_project(path).origin(6) is None


def test_styles_come_with_a_stroke_and_go_with_it() -> None:
    document = make()
    box, mask, new = Box(1, 1, 4, 4), np.ones((3, 3), bool), CODES[[7]] + 3
    for end, stays in (("abandon_stroke", False), ("undo", False), ("commit_stroke", True)):
        document.begin_stroke("Stamp", classes=[7], codes=new)
        assert np.array_equal(document.codes[7], new[0])
        document.paint(box, mask, 7)
        document.restore_stroke()
        document.paint(Box(3, 3, 6, 6), mask, 7)
        getattr(document, end)()
        assert np.array_equal(document.codes[7], new[0] if stays else CODES[7])
        assert bool((document.labels == 7).any()) == stays
    assert len(document.history.steps) == 1
    document.undo()
    assert np.array_equal(document.codes, CODES) and (document.labels == 6).all()
    # Nothing painted: nothing recorded, and the style goes back.
    document.begin_stroke("Stamp", classes=[7], codes=new)
    assert not document.commit_stroke() and np.array_equal(document.codes, CODES)
    document.set_flag("locked", [7], True)
    document.begin_stroke("Stamp", classes=[7], codes=new)
    document.paint(box, mask, 7)
    assert document.commit_stroke() and np.array_equal(document.codes, CODES)
