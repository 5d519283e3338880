"""The bar over the canvas while a copied region is being placed."""

from __future__ import annotations

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
        text = QLabel(self.tr("Drag it, or a corner to scale it (Shift: freely). Its classes take their style along."))
        text.setWordWrap(True)
        text.setProperty("muted", True)
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
        texts.addWidget(text)
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

    def show_region(self, name: str) -> None:
        """Show the bar for a region."""
        self._title.setText(name)
        self.show()
