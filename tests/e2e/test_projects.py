"""Projects in the real window: saved, listed, reopened, and recovered after a crash."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from app.document import recovery
from app.document.document import Document
from app.document.project import read_project, snapshot
from app.welcome import offer_recovery
from model.images import write_picture
from model.labels import builtin_label_set, write_label_map

LABEL_SET = builtin_label_set("street-fashion")


def test_recent_files_are_listed_and_reopen(studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    studio.settle()
    studio.drag((4, 4), (9, 9))
    answers.save = tmp_path / "one.smis"
    studio.trigger("file.save")
    studio.saved(tmp_path / "one.smis")
    saved = studio.document.labels.copy()
    action = studio.window.recent_menu.actions()[0]
    studio.window.recent_menu.aboutToShow.emit()
    assert action.text() == "one.smis" and not action.icon().isNull()
    studio.drag((20, 40), (25, 45))
    studio.document.mark_saved(None)
    action.trigger()
    assert np.array_equal(studio.document.labels, saved)


def test_recent_files_have_pictures_and_those_that_are_gone_leave_the_list(studio, tmp_path: Path) -> None:
    files, menu = studio.window.files, studio.window.recent_menu
    (tmp_path / "b").mkdir()
    write_picture(tmp_path / "me & you.jpg", np.full((96, 64, 3), 120, np.uint8))
    write_label_map(tmp_path / "map.png", np.full((48, 32), 6, np.uint8), LABEL_SET)
    write_label_map(tmp_path / "b" / "map.png", np.full((48, 32), 7, np.uint8), LABEL_SET)
    (tmp_path / "shapes.json").write_text("{}")
    for name in ("me & you.jpg", "map.png", "b/map.png", "shapes.json"):
        files._remember(tmp_path / name)
    menu.aboutToShow.emit()
    shown = {action.text(): action for action in menu.actions() if action.data()}
    assert list(shown) == ["shapes.json", "map.png  –  b", f"map.png  –  {tmp_path.name}", "me && you.jpg"]
    assert [action.icon().isNull() for action in shown.values()] == [True, False, False, False]
    (tmp_path / "map.png").unlink()
    shown[f"map.png  –  {tmp_path.name}"].trigger()
    assert "map.png" in studio.window.messages.text
    assert [Path(name).name for name in studio.window.settings.recent] == ["shapes.json", "map.png", "me & you.jpg"]
    next(action for action in menu.actions() if action.text() == "map.png").trigger()
    assert (studio.document.labels == 7).all()
    menu.actions()[-1].trigger()
    assert studio.window.settings.recent == [] and not menu.isEnabled()


def test_a_large_project_is_read_in_the_background(studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.settle()
    studio.drag((4, 4), (9, 9))
    studio.window.files.save_to(tmp_path / "large.smis")
    studio.saved(tmp_path / "large.smis")
    saved = studio.document
    monkeypatch.setattr("app.commands.file.LARGE", 1)
    studio.window.files.open_path(tmp_path / "large.smis")
    assert studio.document is saved
    studio.wait(lambda: studio.document is not saved)
    assert np.array_equal(studio.document.labels, saved.labels) and not studio.document.modified
    assert studio.document.thread() is studio.window.thread()
    studio.settle()
    studio.drag((20, 40), (25, 45))
    assert studio.document.modified
    (tmp_path / "broken.smis").write_bytes(b"PK no more")
    studio.document.mark_saved(None)
    studio.window.files.open_path(tmp_path / "broken.smis")
    studio.wait(lambda: "broken.smis" in studio.window.messages.text)


def test_autosave_and_recovery(studio, tmp_path: Path) -> None:
    studio.settle()
    mine = recovery.recovery_path(studio.window.autosaver.folder)
    studio.tool("brush")
    for number in range(20):
        studio.pick("bag" if number % 2 else "hat")
        studio.drag((4 + number, 4))
    studio.wait(mine.is_file)
    studio.document.mark_saved(None)
    studio.wait(lambda: not mine.exists())

    lost = Document(np.full((48, 32), 3, dtype=np.uint8), LABEL_SET, title="lost")
    recovery.write_recovery(studio.window.autosaver.folder, snapshot(lost))
    mine.rename(mine.with_name("recovery-newer.smis"))
    recovery.write_recovery(studio.window.autosaver.folder, snapshot(studio.document))
    older = mine.rename(mine.with_name("recovery-older.smis"))
    os.utime(older, (1, 1))
    offer_recovery(studio.window)
    offered = studio.window.messages.text
    studio.session.say("nothing was written", "error")
    assert studio.window.messages.text == "Nothing was written."
    # What is said meanwhile does not cost the offer.
    studio.window.messages._close.click()
    assert studio.window.messages.text == offered != ""
    studio.window.messages.answers[0].click()
    assert (studio.document.labels == 3).all() and studio.document.modified
    assert studio.document.path is None
    studio.wait(mine.is_file)
    # The work of another crash is offered next, and lost only when it has been taken over.
    assert older.is_file() and studio.window.messages.text
    studio.document.mark_saved(None)
    studio.window.messages.answers[0].click()
    assert not (studio.document.labels == 3).all()
    studio.wait(lambda: not older.exists())


def test_what_was_left_behind_can_wait_or_be_discarded_and_come_back(studio) -> None:
    studio.settle()
    folder, messages = studio.window.autosaver.folder, studio.window.messages
    mine = recovery.recovery_path(folder)
    left = []
    for number, title in enumerate(("first", "second")):
        lost = Document(np.full((48, 32), number + 1, dtype=np.uint8), LABEL_SET, title=title)
        recovery.write_recovery(folder, snapshot(lost, np.zeros((48, 32, 3), dtype=np.uint8)))
        left.append(mine.rename(mine.with_name(f"recovery-{title}.smis")))
        os.utime(left[-1], (number + 1, number + 1))
    before = studio.document.labels.copy()

    offer_recovery(studio.window)
    later = messages.answers[2]
    assert "“second”" in messages.text
    later.click()
    assert not messages.text and all(path.is_file() for path in left)

    offer_recovery(studio.window)
    messages.answers[1].click()
    assert not left[1].exists()
    (undo,) = messages.answers
    undo.click()
    assert left[1].is_file() and "“second”" in messages.text
    messages.answers[1].click()
    # The note of what was done lies over the question for the other one.
    messages._close.click()
    assert "“first”" in messages.text
    messages.answers[1].click()
    messages._close.click()
    assert not messages.text and not recovery.left_behind(folder)
    assert np.array_equal(studio.document.labels, before)
    # On the disk both are as they were.
    kept = sorted(folder.glob("recovery-*.smis.discarded-*"))
    assert [read_project(path).title for path in kept] == ["first", "second"]


def test_nothing_piles_up_among_recovery_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document(np.zeros((48, 32), dtype=np.uint8), LABEL_SET)
    recovery.write_recovery(tmp_path, snapshot(document))
    mine = recovery.recovery_path(tmp_path)
    crashed = tmp_path / "recovery-crashed.smis"
    crashed.write_bytes(mine.read_bytes())
    crashed.with_name(f"{crashed.name}.lock").touch()
    mine.unlink()
    discarded = recovery.discard(crashed)
    for name in ("recovery-gone.smis.lock", ".recovery-gone.0123abcd.smis"):
        (tmp_path / name).touch()
    recovery.tidy(tmp_path)
    assert len(list(tmp_path.iterdir())) == 4
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 2 * 24 * 3600)
    recovery.tidy(tmp_path)
    # A lock that somebody holds stays.
    assert sorted(tmp_path.iterdir()) == sorted((discarded, mine.with_name(f"{mine.name}.lock")))
    monkeypatch.setattr(time, "time", lambda: now + (recovery.KEPT_DAYS + 1) * 24 * 3600)
    recovery.tidy(tmp_path)
    recovery.leave_folder(tmp_path)
    assert not list(tmp_path.iterdir())
