"""The language of the window: the texts of assets/translations, and Qt's own for its buttons and dialogs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "translations"
SOURCE = "en"
"""The language that the texts in the program are written in."""


def languages() -> tuple[str, ...]:
    """Codes of the languages that the window can speak."""
    return (SOURCE, *sorted(path.stem.removeprefix("smis_") for path in FOLDER.glob("smis_*.qm")))


def chosen(setting: str) -> str:
    """The language to use: the one of the setting, or for "system" the first of the user's that is there."""
    there = languages()
    if setting in there:
        return setting
    for name in QLocale.system().uiLanguages():
        code = name.replace("_", "-").split("-")[0].lower()
        if code in there:
            return code
    return SOURCE


def install(app: QCoreApplication, setting: str) -> str:
    """Make the application speak a language; returns its code. Widgets made before keep their texts."""
    code = chosen(setting)
    if code == SOURCE:
        return code
    QLocale.setDefault(QLocale(code))
    for path in (Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)) / f"qtbase_{code}.qm",):
        _load(app, path)
    _load(app, FOLDER / f"smis_{code}.qm")
    return code


def _load(app: QCoreApplication, path: Path) -> None:
    translator = QTranslator(app)
    if path.is_file() and translator.load(str(path)):
        app.installTranslator(translator)
