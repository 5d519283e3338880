"""The bar over the canvas while a copied region is being placed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget


class PlacingBar(QFrame):
    """Says what can be done with the region.

    Signals:
        flipped(), abandoned(), stamped(): the button that was pressed.
    """

    flipped = Signal()
    abandoned = Signal()
    stamped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reviewBar")
        self.setAccessibleName(self.tr("Place the region"))
        self._title = QLabel()
        self._title.setProperty("heading", True)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setProperty("muted", True)
        self.flip = QPushButton(self.tr("Flip"))
        self.flip.setToolTip(self.tr("Turn the region over, left to right"))
        self.abandon = QPushButton(self.tr("Cancel"))
        self.abandon.setToolTip(self.tr("Take the region away (Esc)"))
        self.stamp = QPushButton(self.tr("Stamp"))
        self.stamp.setProperty("primary", True)
        self.stamp.setToolTip(self.tr("Leave the region where it is (Enter)"))
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._title)
        texts.addWidget(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 12, 10)
        row.setSpacing(12)
        row.addLayout(texts, 1)
        for button in (self.flip, self.abandon, self.stamp):
            row.addWidget(button)
        self.flip.clicked.connect(self.flipped)
        self.abandon.clicked.connect(self.abandoned)
        self.stamp.clicked.connect(self.stamped)
        self.hide()

    def show_region(self, name: str, shared: Sequence[str] = ()) -> None:
        """Show the bar for a region; `shared`: its classes that the map shows already."""
        self._title.setText(name)
        text = self.tr("Drag it, or a corner to scale it (Shift: freely). Its classes take their style along.")
        if shared:
            # A class has one style: the bag that is there becomes like the one that is placed.
            text = self.tr("Its classes take their style along, and what is there of {0} takes it, too.")
            text = text.format(", ".join(shared))
        self._text.setText(text)
        self.show()
