"""Keys at a glance, and about."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.shortcuts import key_text

if TYPE_CHECKING:
    from app.actions import ActionTable
    from app.session import Session

COLUMNS = 3
BESIDE = 56
"""Pixels beside the list of keys: margins and a scroll bar."""


class KeysDialog(QDialog):
    """All shortcuts on one page."""

    def __init__(self, table: ActionTable, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys at a glance"))
        held: dict[str, tuple[tuple[str, str], ...]] = {
            self.tr("Canvas"): (
                (self.tr("Pan"), self.tr("{0}, held, or middle button").format(key_text(table.shortcut("hold.pan")))),
                (self.tr("Zoom at the pointer"), self.tr("Wheel")),
                (self.tr("Pick the class under the pointer"), self.tr("Right button")),
                (self.tr("Size of the brush"), self.tr("Shift + right button, dragged")),
                (self.tr("Straight line from the last point"), self.tr("Shift + click")),
                (self.tr("Photo before editing"), self.tr("{0}, held").format(key_text(table.shortcut("hold.before")))),
                (self.tr("Abandon the stroke"), key_text("Esc")),
                (self.tr("Pick a class"), " ... ".join(key_text(table.shortcut(f"class.{n}")) for n in (1, 9))),
                (self.tr("Close the polygon"), key_text("Enter")),
                (self.tr("Take a corner back"), key_text("Backspace")),
            )
        }
        for menu in dict.fromkeys(spec.menu for spec in table.specs.values() if spec.menu):
            rows = tuple(
                (table.text(spec.id), key_text(table.shortcut(spec.id)))
                for spec in table.specs.values()
                if spec.menu == menu and table.shortcut(spec.id)
            )
            if rows:
                held[QCoreApplication.translate("Menus", menu)] = rows
        room = parent.screen().availableGeometry().width() - BESIDE
        # As many columns as the words of the language leave room for.
        for count in range(COLUMNS, 0, -1):
            body = self._page(held, count)
            if body.sizeHint().width() <= room:
                break
        scroll = QScrollArea()
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(scroll)
        layout.addWidget(buttons)
        # As high as the rows with the button under them; the title bar needs some of the screen.
        height = min(body.sizeHint().height() + BESIDE, parent.screen().availableGeometry().height() - BESIDE)
        self.resize(min(body.sizeHint().width(), room) + BESIDE, height)

    def _page(self, held: dict[str, tuple[tuple[str, str], ...]], count: int) -> QWidget:
        """All groups, in so many columns of much the same height."""
        columns = [QVBoxLayout() for _ in range(count)]
        heights = [0] * count
        for title, rows in held.items():
            shortest = heights.index(min(heights))
            heights[shortest] += len(rows) + 2
            columns[shortest].addLayout(self._group(title, rows))
            columns[shortest].addSpacing(12)
        body = QWidget()
        body.setObjectName("panel")
        row = QHBoxLayout(body)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(24)
        for column in columns:
            column.addStretch(1)
            row.addLayout(column, 1)
        return body

    def _group(self, title: str, rows: tuple[tuple[str, str], ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(4)
        heading = QLabel(title)
        heading.setProperty("heading", True)
        grid.addWidget(heading, 0, 0, 1, 2)
        for number, (text, key) in enumerate(rows, start=1):
            grid.addWidget(QLabel(text), number, 0)
            label = QLabel(key)
            label.setProperty("muted", True)
            grid.addWidget(label, number, 1, Qt.AlignmentFlag.AlignRight)
        return grid


class AboutDialog(QDialog):
    """What this is and what runs in it."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About SMIS Studio"))
        facts = session.facts
        lines = [
            self.tr("An editor for semantic images built on GroupDNet"),
            self.tr("(Zhu, Xu, You, Bai: “Semantically Multi-modal Image Synthesis”, CVPR 2020)."),
            "",
            self.tr("Network: {0}").format(facts.name if facts is not None else self.tr("none loaded")),
            *([facts.description] if facts is not None else []),
            "",
            self.tr("Free software under the Apache License 2.0; the file LICENSE has its terms."),
        ]
        heading = QLabel(f"SMIS Studio {_version()}".strip())
        heading.setProperty("heading", True)
        text = QLabel("\n".join(lines))
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        picture = QLabel()
        picture.setPixmap(parent.windowIcon().pixmap(QSize(56, 56), self.devicePixelRatioF()))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        words = QVBoxLayout()
        words.setSpacing(12)
        words.addWidget(heading)
        words.addWidget(text)
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(row)
        layout.addWidget(buttons)


def _version() -> str:
    """The installed version; empty where the program runs without being installed."""
    try:
        return version("smis-studio")
    except PackageNotFoundError:
        return ""
