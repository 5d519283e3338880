"""What the bars over the canvas have in common: a heading, a line under it, and buttons on the right."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget


class StageBar(QFrame):
    """Hidden until somebody shows it. The last button is what one usually wants."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name`: what a screen reader calls it."""
        super().__init__(parent)
        self.setObjectName("stageBar")
        self.setAccessibleName(name)
        self._title = QLabel()
        self._title.setProperty("heading", True)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setProperty("muted", True)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._title)
        texts.addWidget(self._text)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 10, 12, 10)
        self._row.setSpacing(12)
        self._row.addLayout(texts, 1)
        self.hide()

    def _add_buttons(self, *buttons: QPushButton) -> None:
        for button in buttons:
            self._row.addWidget(button)
        buttons[-1].setProperty("primary", True)
