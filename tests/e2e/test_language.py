"""The window in another language: every text of menus, docks and bars can be translated, and German is."""

from __future__ import annotations

import ast
import importlib.util
import string
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDockWidget,
    QLabel,
    QLineEdit,
    QMenu,
    QTabBar,
    QToolBar,
    QWidget,
)

from app import language
from app.dialogs.batch import BatchDialog
from app.dialogs.help import KeysDialog
from app.dialogs.new import NewDialog
from app.dialogs.official import OfficialDialog
from app.dialogs.settings import SettingsDialog
from app.dialogs.shortcuts import ShortcutsDialog
from app.document.project import read_project
from app.examples import example_paths, title_of
from app.naming import in_words, slider_text
from app.settings import settings_path
from app.shortcuts import key_text
from app.telling import told
from model.errors import Phrase, UserError
from model.files import reason
from model.labels import builtin_label_set

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"SMIS Studio", "English", "Deutsch", "deepfashion", "cityscapes", "ade20k", "latest_net_G.pth"}
NAMES |= {"CPU", "CUDA", "float32", "float16", "bfloat16"}
"""Not translated: names of programs, networks, files and types, and what every language calls itself."""


class Marking(QTranslator):
    """Puts brackets around everything that was asked for."""

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        return f"⟦{source}⟧"


@pytest.fixture
def translators(qapp: QApplication) -> Iterator[QApplication]:
    """Whatever a test installs is gone after it."""
    locale = QLocale()
    yield qapp
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(locale)


def texts_of(widget: QWidget) -> Iterator[str]:
    """Everything that a person reads or hears of one widget."""
    yield from (widget.toolTip(), widget.accessibleName(), widget.statusTip())
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    if isinstance(widget, QMenu):
        yield widget.title()
    if isinstance(widget, QDockWidget | QToolBar):
        yield widget.windowTitle()
    if isinstance(widget, QTabBar):
        yield from (widget.tabText(place) for place in range(widget.count()))
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(place) for place in range(widget.count()))
    for action in widget.actions():
        yield from (action.text(), action.toolTip())


def untranslated(top: QWidget, data: set[str]) -> set[str]:
    """Texts with words in them that never went through a translation function."""
    found = set()
    for widget in (top, *top.findChildren(QWidget)):
        if type(widget).__module__.startswith("PySide6") and widget.objectName().startswith("qt_"):
            continue
        for text in texts_of(widget):
            words = [word for word in text.replace("&", "").split() if sum(map(str.isalpha, word)) >= 2]
            if words and "⟦" not in text and text.replace("&", "") not in data:
                found.add(text)
    return found


def test_no_text_of_the_window_bypasses_translation(translators: QApplication, open_studio) -> None:
    mark = Marking(translators)
    translators.installTranslator(mark)
    studio = open_studio(start=False)
    data = NAMES | set(studio.session.label_set.names) | {title_of(path) for path in example_paths()}
    data.add(str(settings_path()))
    assert untranslated(studio.window, data) == set()
    table = studio.window.actions_table
    dialogs = (
        NewDialog(studio.session, studio.window),
        BatchDialog(studio.session, studio.window),
        ShortcutsDialog(table, {}, studio.window),
        SettingsDialog(studio.session.settings, studio.window),
        KeysDialog(table, studio.window),
        OfficialDialog(studio.window),
    )
    for dialog in dialogs:
        # Qt knows what keys are called.
        keys = {key_text(name) for name in (*(table.shortcut(id_) for id_ in table.specs), "Esc", "Enter", "Backspace")}
        assert untranslated(dialog, data | keys) == set(), type(dialog).__name__
        assert "⟦" in dialog.windowTitle()


def test_the_window_speaks_german(translators: QApplication, open_studio) -> None:
    assert language.install(translators, "de") == "de"
    studio = open_studio(start=False, language="de")
    assert [action.text() for action in studio.window.menuBar().actions()][:2] == ["Datei", "Bearbeiten"]
    assert studio.window.docks["history"].windowTitle() == "Verlauf"
    assert studio.window.actions_table["language.de"].isChecked()
    studio.tool("brush")
    studio.drag((4, 4), (9, 9))
    assert studio.document.history.steps[0].text.startswith("Pinsel")


def test_the_language_of_the_system_is_used_where_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for spoken, expected in (("de-AT", "de"), ("fr-FR", "en"), ("en-GB", "en")):
        monkeypatch.setattr(QLocale, "uiLanguages", lambda _, spoken=spoken: [spoken])
        assert language.chosen("system") == expected
    assert language.chosen("de") == "de" and language.chosen("en") == "en"


@pytest.fixture(scope="module")
def translations() -> ModuleType:
    """scripts/translations.py."""
    spec = importlib.util.spec_from_file_location("translations", ROOT / "scripts" / "translations.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def places(text: str) -> set[str]:
    """The names of what is filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_german_is_complete(translations: ModuleType) -> None:
    """A new text is translated with the change that brings it; `make translations` collects it."""
    texts = translations.collect()
    known = translations.read_translations(language.FOLDER / "smis_de.ts")
    missing = [text for text in texts if text not in known]
    assert len(missing) <= 0.05 * len(texts), missing
    for (context, text), translated in known.items():
        if "{" in text:
            # One may be said twice; where there are no names, the numbers are what counts.
            assert places(text) == places(translated), (context, text)


def test_every_error_that_the_window_can_show_can_be_translated(translations: ModuleType) -> None:
    """Sentences are literals, filled in afterwards: what is put together on the spot, no translator ever sees."""
    bare = []
    for path in translations.sources():
        name = path.relative_to(ROOT).as_posix()
        # What only a mistake of the program or a configuration written by hand brings about.
        if name.startswith(("model/groupdnet/", "model/engine/")) or name == "model/errors.py":
            continue
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "UserError":
                told = call.args[0]
                if not (isinstance(told, ast.Constant) and isinstance(told.value, str)):
                    bare.append(f"{name}:{call.lineno}")
    assert bare == []


def test_errors_are_told_in_german(translators: QApplication, open_studio, tmp_path: Path) -> None:
    assert language.install(translators, "de") == "de"
    studio = open_studio(start=False, language="de")
    damaged = tmp_path / "torn.png"
    damaged.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    studio.window.files.open_path(damaged)
    assert studio.window.messages.text == (
        f"{damaged} ist kein Bild, das sich lesen lässt (PNG, JPEG, WebP, TIFF, BMP, GIF)."
    )
    studio.window.commands["export"].labels_to(tmp_path / "nowhere" / "map.png")
    assert studio.window.messages.text.endswith(f"Den Ordner {tmp_path / 'nowhere'} gibt es nicht.")
    # Faults inside of faults, and words that the system said, are translated too; the command line reads English.
    faults = Phrase(
        "{first}; {second}", first=Phrase("it lacks {keys}", keys="a, b"), second=Phrase("it has {keys}", keys="c")
    )
    error = UserError("{source} does not fit the network: {faults}", source=Path("net.pth"), faults=faults)
    assert told(error) == "net.pth passt nicht zum Netz: es fehlt a, b; anders ist c"
    assert str(error) == "net.pth does not fit the network: it lacks a, b; it has c"
    refused = UserError(
        "{target} cannot be written: {reason}", target="x", reason=reason(PermissionError(13, "Permission denied"))
    )
    assert told(refused) == "x kann nicht geschrieben werden: keine Berechtigung"


def test_class_and_slider_names_are_german_where_they_are_read(
    translators: QApplication, open_studio, tmp_path: Path
) -> None:
    assert language.install(translators, "de") == "de"
    studio = open_studio(start=False, language="de")
    names = studio.session.label_set.names
    assert names[6] == "Oberteil" and len(set(names)) == len(names)
    studio.session.pick_class(6)
    assert studio.window.panels["styles"].name.text() == "Oberteil"
    assert studio.window.panels["classes"].proxy.index(6, 0).data() == "Oberteil"
    studio.tool("brush")
    studio.drag((4, 4), (10, 12))
    assert studio.document.history.steps[-1].text == "Pinsel: Oberteil"
    assert slider_text("Lightness") == "Helligkeit" and slider_text("Variation 2") == "Variante 2"
    # Files and networks go by their own names.
    assert studio.document.label_set.names[6] == "top"
    studio.session.set_class_color(6, "#123456")
    assert studio.session.settings.class_colors == {"top": "#123456"}
    path = tmp_path / "one.smis"
    studio.window.files.save_to(path)
    assert read_project(studio.saved(path)).label_set.names[6] == "top"


@pytest.mark.parametrize("name", ["street-fashion", "deepfashion", "ade20k", "cityscapes"])
def test_german_has_a_word_of_its_own_for_every_class(translators: QApplication, name: str) -> None:
    assert language.install(translators, "de") == "de"
    label_set = builtin_label_set(name)
    named = in_words(label_set).names
    assert len(set(named)) == len(named)
    assert named != label_set.names
    # A few words are the same in both languages.
    assert sum(ours == theirs for ours, theirs in zip(named, label_set.names, strict=True)) <= 6
