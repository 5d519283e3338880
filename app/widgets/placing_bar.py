"""The bar over the canvas while a copied region is being placed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.widgets.stage_bar import StageBar


class PlacingBar(StageBar):
    """Says what can be done with the region.

    Signals:
        flipped(), abandoned(), stamped(): the button that was pressed.
    """

    flipped = Signal()
    abandoned = Signal()
    stamped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("PlacingBar", "Place the region"), parent)
        self.flip = QPushButton(self.tr("Flip"))
        self.flip.setToolTip(self.tr("Turn the region over, left to right"))
        self.abandon = QPushButton(self.tr("Cancel"))
        self.abandon.setToolTip(self.tr("Take the region away (Esc)"))
        self.stamp = QPushButton(self.tr("Stamp"))
        self.stamp.setToolTip(self.tr("Leave the region where it is (Enter)"))
        self._add_buttons(self.flip, self.abandon, self.stamp)
        self.flip.clicked.connect(self.flipped)
        self.abandon.clicked.connect(self.abandoned)
        self.stamp.clicked.connect(self.stamped)

    def show_region(self, name: str, shared: Sequence[str] = (), own: bool = False) -> None:
        """Show the bar for a region.

        Args:
            shared: its classes that the map shows already and that take its style.
            own: it is shown in its photo's own pixels.
        """
        self._title.setText(name)
        text = self.tr("Drag it, or a corner to scale it (Shift: freely). Its classes take their style along.")
        if own:
            text = self.tr("Drag it, or a corner to scale it (Shift: freely). It stays as its photo shows it.")
        if shared:
            # A class has one style: the bag that is there becomes like the one that is placed.
            text = self.tr("Its classes take their style along, and what is there of {0} takes it, too.")
            text = text.format(", ".join(shared))
        self._text.setText(text)
        self.show()
