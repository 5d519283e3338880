"""The settings: opened by a key, in use at once, kept, and back to their defaults."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import theme
from app.dialogs.settings import SettingsDialog
from app.settings import Settings, load_settings, settings_path


@pytest.fixture
def dialog(studio, monkeypatch: pytest.MonkeyPatch) -> SettingsDialog:
    """The dialog as Ctrl+, opens it, shown but not waited for."""
    studio.settle()
    opened: list[SettingsDialog] = []

    def show(dialog: SettingsDialog) -> int:
        opened.append(dialog)
        dialog.show()
        return 0

    monkeypatch.setattr(SettingsDialog, "exec", show)
    studio.key(Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert len(opened) == 1
    return opened[0]


def test_what_is_set_is_used_at_once_and_kept(studio, dialog: SettingsDialog) -> None:
    window, fields = studio.window, dialog.fields
    assert dialog.place.text() == str(settings_path())
    # By the keyboard alone: the first field has the focus, Up chooses the entry above "dark".
    QTest.keyClick(fields["theme"], Qt.Key.Key_Up)
    assert window.settings.theme == "light" and window.actions_table["theme.light"].isChecked()
    fields["language"].setCurrentIndex(fields["language"].findData("de"))
    assert window.actions_table["language.de"].isChecked()
    fields["autosave_seconds"].setValue(30)
    assert window.autosaver.seconds == 30
    fields["history_mb"].setValue(64)
    assert studio.document.history.max_bytes == 64 << 20
    stored = load_settings()
    assert (stored.theme, stored.language, stored.autosave_seconds, stored.history_mb) == ("light", "de", 30, 64)


def test_a_setting_of_the_network_loads_it_again(studio, dialog: SettingsDialog) -> None:
    before = studio.session.facts
    dialog.fields["cache_mb"].setValue(512)
    dialog.fields["threads"].setValue(1)
    studio.wait(lambda: studio.session.facts is not None and studio.session.facts is not before)
    studio.settle()
    assert studio.session.worker._renderer.budget_bytes == 512 << 20
    assert load_settings().cache_mb == 512


def test_defaults_come_back_for_what_the_dialog_shows(studio, dialog: SettingsDialog) -> None:
    window = studio.window
    window.settings.class_colors["hat"] = "#123456"
    window.settings.add_recent(settings_path())
    dialog.fields["history_mb"].setValue(64)
    dialog.fields["autosave_seconds"].setValue(600)
    assert dialog.defaults.isEnabled()
    dialog.defaults.click()
    assert not dialog.defaults.isEnabled()
    now, standard = asdict(window.settings), asdict(Settings())
    assert {name: now[name] for name in dialog.fields} == {name: standard[name] for name in dialog.fields}
    assert dialog.fields["history_mb"].value() == 256 and studio.document.history.max_bytes == 256 << 20
    assert window.autosaver.seconds == 60 and window.actions_table["theme.system"].isChecked()
    assert window.settings.class_colors and window.settings.recent


def test_nonsense_in_the_file_becomes_something_that_works() -> None:
    settings = Settings(history_mb=-5, autosave_seconds=0, threads=-1, cache_mb=10**9)
    settings.save()
    read = load_settings()
    assert (read.history_mb, read.autosave_seconds, read.threads, read.cache_mb) == (16, 10, 0, 65536)


def test_a_theme_leaves_no_files_behind_but_those_that_the_next_run_takes(
    qapp: QApplication, own_settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    for name in ("dark", "light", "dark"):
        theme.apply(qapp, name)
    kept = sorted((own_settings / "icons").iterdir())
    theme.apply(qapp, "light")
    assert kept and sorted((own_settings / "icons").iterdir()) == kept
    assert not list(temporary.iterdir())
    # Where nothing can be kept, the icons are there all the same.
    occupied = tmp_path / "occupied"
    occupied.touch()
    monkeypatch.setenv("SMIS_CONFIG_DIR", str(occupied))
    theme.apply(qapp, "dark")
    (folder,) = temporary.iterdir()
    assert list(folder.iterdir())
