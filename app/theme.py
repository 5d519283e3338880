"""Colours, spacing and the style sheet. Class colours never depend on the theme."""
# ruff: noqa: E501 - one rule of the style sheet is one line

from __future__ import annotations

import atexit
import shutil
import tempfile
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from app.icons import FOLDER, icon
from app.settings import cache_folder
from model.errors import UserError
from model.files import replacing


@dataclass(frozen=True)
class Theme:
    """One set of colours ("#rrggbb")."""

    name: str
    window: str
    panel: str
    raised: str
    hover: str
    field: str
    border: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_text: str
    selected: str
    canvas: str
    info: str
    success: str
    warning: str
    error: str


DARK = Theme(
    name="dark",
    window="#1d1e21",
    panel="#242529",
    raised="#2f3136",
    hover="#383a40",
    field="#1a1b1e",
    border="#35373d",
    text="#dddfe3",
    muted="#a0a4ab",
    faint="#6a6e76",
    accent="#5b9bff",
    accent_text="#0d1526",
    selected="#2b3b55",
    canvas="#161719",
    info="#5b9bff",
    success="#5cc48a",
    warning="#e8b04a",
    error="#f0716b",
)

LIGHT = Theme(
    name="light",
    window="#eceef1",
    panel="#f8f9fa",
    raised="#ffffff",
    hover="#e4e7eb",
    field="#ffffff",
    border="#d3d7dd",
    text="#1f2328",
    muted="#5b626c",
    faint="#9aa1ab",
    accent="#1f6feb",
    accent_text="#ffffff",
    selected="#d8e6fd",
    canvas="#cfd3d9",
    info="#1f6feb",
    success="#1a7f4b",
    warning="#9a6400",
    error="#c62f2a",
)

_current = DARK
_APPLIED = "smis-theme"


def current() -> Theme:
    """The theme in use."""
    return _current


def themed(name: str) -> QIcon:
    """An icon in the colours of the theme in use."""
    return icon(name, _current.muted, _current.accent, _current.faint)


def strong(name: str) -> QIcon:
    """An icon as dark as text."""
    return icon(name, _current.text, _current.accent, _current.faint)


def apply(app: QApplication, choice: str) -> Theme:
    """Use "dark", "light" or what the system has ("system")."""
    global _current
    if choice == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        _current = LIGHT if scheme == Qt.ColorScheme.Light else DARK
    else:
        _current = LIGHT if choice == "light" else DARK
    if app.property(_APPLIED) == _current.name:
        # Once more, with a window in place, it would go through every widget for nothing.
        return _current
    if app.style().objectName().lower() != "fusion":
        app.setStyle("Fusion")
    app.setFont(_font())
    app.setPalette(_palette(_current))
    app.setStyleSheet(_sheet(_current))
    app.setProperty(_APPLIED, _current.name)
    return _current


def _font() -> QFont:
    families = set(QFontDatabase.families())
    preferred = ("Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "Cantarell", "Ubuntu", "DejaVu Sans")
    font = QFont(next((name for name in preferred if name in families), QFont().family()))
    font.setPixelSize(13)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    colors = {
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.panel,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.accent_text,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.faint,
        role.Link: theme.accent,
        role.Dark: theme.canvas,
        role.Mid: theme.border,
        role.Midlight: theme.hover,
        role.Light: theme.raised,
        role.Shadow: "#000000",
        role.Accent: theme.accent,
    }
    for which, color in colors.items():
        palette.setColor(which, QColor(color))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.faint))
    return palette


def _colored(name: str, color: str) -> str:
    """Path of an icon file in one colour: style sheets know neither currentColor nor data in the sheet itself.

    It stays for the next run: what would be removed at the end is left behind by every run that is killed.
    """
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", color)
    # A later version may draw it otherwise.
    file = f"{name}-{color[1:]}-{zlib.crc32(text.encode()):08x}.svg"
    target = cache_folder() / "icons" / file
    if not target.is_file():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with replacing(target) as temporary:
                temporary.write_text(text, encoding="utf-8")
        except (OSError, UserError):
            target = _passing_folder() / file
            target.write_text(text, encoding="utf-8")
    return target.as_posix()


@cache
def _passing_folder() -> Path:
    """Where nothing can be kept: a folder that is removed at the end of this run."""
    folder = tempfile.mkdtemp(prefix="smis-icons-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _sheet(t: Theme) -> str:
    chevron, check = _colored("chevron-down", t.muted), _colored("check", t.accent_text)
    tick, less = _colored("check", t.accent), _colored("chevron-up", t.muted)
    return f"""
QMainWindow, QDialog {{ background: {t.window}; }}
QMainWindow::separator {{ background: {t.window}; width: 4px; height: 4px; }}
QMainWindow::separator:hover {{ background: {t.accent}; }}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.border}; padding: 4px 8px; }}

QMenuBar {{ background: {t.window}; padding: 2px 4px; }}
QMenuBar::item {{ padding: 4px 8px; border-radius: 4px; color: {t.text}; background: transparent; }}
QMenuBar::item:selected {{ background: {t.hover}; }}
QMenu {{ background: {t.raised}; border: 1px solid {t.border}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 8px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.selected}; color: {t.text}; }}
QMenu::item:disabled {{ color: {t.faint}; }}
QMenu::separator {{ height: 1px; background: {t.border}; margin: 4px 8px; }}
QMenu::icon {{ padding-left: 8px; }}
#recentMenu {{ icon-size: 40px; }}
QMenu::indicator {{ width: 14px; height: 14px; left: 6px; }}
QMenu::indicator:checked {{ image: url("{tick}"); }}

QToolBar {{ background: {t.window}; border: none; padding: 4px; spacing: 2px; }}
QToolBar::separator {{ background: {t.border}; width: 1px; height: 1px; margin: 4px; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px; color: {t.text}; }}
QToolButton:hover {{ background: {t.hover}; }}
QToolButton:pressed {{ background: {t.raised}; }}
QToolButton:checked {{ background: {t.selected}; color: {t.accent}; }}
QToolButton:focus {{ border-color: {t.accent}; }}
QToolButton::menu-indicator {{ image: none; }}

QDockWidget {{ color: {t.muted}; }}
QDockWidget > QWidget {{ background: {t.panel}; }}
#dockTitle {{ background: {t.panel}; border-bottom: 1px solid {t.border}; }}
#dockTitle QLabel {{ color: {t.text}; font-weight: 600; font-size: 12px; }}
#panel {{ background: {t.panel}; }}
QTabBar {{ background: transparent; }}
QTabBar::tab {{ background: transparent; color: {t.muted}; padding: 6px 8px; border: none; border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.accent}; }}
QTabBar::tab:hover {{ color: {t.text}; }}
QTabBar::tab:selected:focus {{ color: {t.accent}; }}
QTabWidget::pane {{ border: 1px solid {t.border}; border-radius: 6px; }}

QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QPushButton {{ background: {t.raised}; border: 1px solid {t.border}; border-radius: 6px; padding: 5px 12px; color: {t.text}; }}
QPushButton:hover {{ background: {t.hover}; }}
QPushButton:checked {{ background: {t.selected}; color: {t.accent}; }}
QPushButton:pressed {{ background: {t.field}; }}
QPushButton:disabled {{ color: {t.faint}; }}
QPushButton:focus {{ border-color: {t.accent}; }}
QPushButton[primary="true"], QPushButton:default {{ background: {t.accent}; border-color: {t.accent}; color: {t.accent_text}; }}
QPushButton[primary="true"]:focus, QPushButton:default:focus {{ border-color: {t.text}; }}
QPushButton[primary="true"]:disabled, QPushButton:default:disabled {{ background: {t.raised}; border-color: {t.border};
    color: {t.faint}; }}

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit, QKeySequenceEdit {{
    background: {t.field}; border: 1px solid {t.border}; border-radius: 6px; padding: 3px 8px; color: {t.text};
    selection-background-color: {t.accent}; selection-color: {t.accent_text}; }}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {{ border-color: {t.accent}; }}
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {{ color: {t.faint}; }}
QSpinBox, QDoubleSpinBox {{ padding: 3px 4px 3px 6px; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {{ width: 0; border: none; }}
QSpinBox[steps="true"] {{ padding-right: 22px; }}
QSpinBox[steps="true"]::up-button {{ subcontrol-origin: border; subcontrol-position: top right; width: 22px; }}
QSpinBox[steps="true"]::down-button {{ subcontrol-origin: border; subcontrol-position: bottom right; width: 22px; }}
QSpinBox[steps="true"]::up-arrow {{ image: url("{less}"); width: 11px; height: 11px; }}
QSpinBox[steps="true"]::down-arrow {{ image: url("{chevron}"); width: 11px; height: 11px; }}
QComboBox {{ min-height: 21px; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: url("{chevron}"); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ background: {t.raised}; border: 1px solid {t.border}; outline: none; padding: 4px; }}

QListView, QTreeView, QTableView {{ background: {t.panel}; border: 1px solid transparent; border-radius: 4px; outline: none; }}
QListView:focus, QTreeView:focus, QTableView:focus {{ border-color: {t.accent}; }}
QComboBox QListView:focus {{ border-color: {t.border}; }}
QListView::item {{ padding: 4px 8px; border-radius: 4px; }}
QListView::item:hover {{ background: {t.hover}; }}
QListView::item:selected {{ background: {t.selected}; color: {t.text}; }}
QTableView {{ gridline-color: {t.border}; selection-background-color: {t.selected}; selection-color: {t.text}; }}
QTableView::item {{ padding: 0 8px; }}
QHeaderView::section {{ background: {t.panel}; color: {t.muted}; border: none; border-bottom: 1px solid {t.border}; padding: 6px 8px; }}

QSlider {{ min-height: 20px; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {t.border}; }}
QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {t.faint}; }}
QSlider::sub-page:horizontal:enabled {{ background: {t.accent}; }}
QSlider[centred="true"]::sub-page:horizontal:enabled {{ background: {t.border}; }}
QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -5px 0; border-radius: 7px; background: {t.text};
    border: 1px solid {t.panel}; }}
QSlider::handle:horizontal:hover {{ background: {t.accent}; }}
QSlider::handle:horizontal:focus {{ background: {t.accent}; }}
QSlider::handle:horizontal:disabled {{ background: {t.faint}; }}

QCheckBox {{ spacing: 6px; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {t.faint}; border-radius: 4px; background: {t.field}; }}
QCheckBox::indicator:hover, QCheckBox::indicator:focus {{ border-color: {t.accent}; }}
QCheckBox::indicator:checked {{ background: {t.accent}; border-color: {t.accent}; image: url("{check}"); }}
QCheckBox::indicator:checked:focus {{ border-color: {t.text}; }}
QCheckBox::indicator:checked:disabled {{ background: {t.faint}; border-color: {t.faint}; }}

QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {t.border}; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }}
QScrollBar::handle:hover {{ background: {t.faint}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QScrollArea {{ background: transparent; border: none; }}

QStatusBar {{ background: {t.window}; color: {t.muted}; font-size: 12px; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel {{ color: {t.muted}; font-size: 12px; padding: 0 6px; }}
QProgressBar {{ background: {t.border}; border: none; border-radius: 2px; max-height: 4px; text-align: center; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 2px; }}
QLabel[muted="true"] {{ color: {t.muted}; }}
QLabel[muted="true"]:disabled {{ color: {t.faint}; }}
QLabel[caption="true"] {{ color: {t.muted}; font-size: 11px; font-weight: 600; }}
QLabel[heading="true"] {{ font-size: 15px; font-weight: 600; }}
#stageBar {{ background: {t.panel}; border-bottom: 1px solid {t.border}; }}
#messageBar {{ border-radius: 8px; background: {t.raised}; border: 1px solid {t.border}; }}
#messageBar QLabel {{ color: {t.text}; }}
"""
