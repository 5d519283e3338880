"""The bar over the canvas while the outlines found in a photo wait for approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app import theme
from app.icons import pixmap
from app.widgets.stage_bar import StageBar

if TYPE_CHECKING:
    from model.parsing import Doubt


class ReviewBar(StageBar):
    """Says what was found and asks what to do; everything else of the window can be used meanwhile.

    Signals:
        accepted(), cancelled(): the outlines are right, or the photo is not wanted after all.
        other_wanted(): open another photo instead; next_wanted(): the next of several people in this one.
    """

    accepted = Signal()
    cancelled = Signal()
    other_wanted = Signal()
    next_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("ReviewBar", "Check the outlines"), parent)
        self._icon = QLabel()
        self.next = QPushButton()
        self.next.setToolTip(self.tr("There are several people in this photo: show the next one"))
        self.other = QPushButton(self.tr("Another photo..."))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setToolTip(self.tr("Back to what was open before (Esc)"))
        self.accept = QPushButton(self.tr("Accept"))
        self.accept.setShortcut(QKeySequence("Ctrl+Return"))
        self.accept.setToolTip(self.tr("Take these outlines and read the styles (Ctrl+Enter)"))
        self._row.insertWidget(0, self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._add_buttons(self.next, self.other, self.cancel, self.accept)
        self.accept.clicked.connect(self.accepted)
        self.cancel.clicked.connect(self.cancelled)
        self.other.clicked.connect(self.other_wanted)
        self.next.clicked.connect(self.next_wanted)
        self._kind = "info"
        self._busy = False
        self._acceptable = True
        self.show_people(0, 1)

    @property
    def text(self) -> str:
        """What is said, empty when the bar is hidden."""
        return f"{self._title.text()} {self._text.text()}" if self.isVisible() else ""

    def show_photo(
        self,
        name: str,
        person: bool,
        full_size: tuple[int, int] | None,
        size: tuple[int, int],
        doubt: Doubt | None = None,
    ) -> None:
        """Ask about a photo.

        Args:
            person: somebody was found in it; doubt: what speaks against that.
            full_size: height and width of the file where it was too large and was scaled to `size`, else None.
        """
        if person and doubt is not None:
            self._kind = "warning"
            if doubt.value == "drawing":
                self._title.setText(self.tr("“{0}” looks like a drawing").format(name))
                text = self.tr("Only photos are read well. Correct the outlines and accept them, or go back.")
            else:
                self._title.setText(self.tr("There may be no person in “{0}”").format(name))
                text = self.tr("Correct the outlines and accept them, open another photo, or go back.")
        elif person:
            self._kind = "info"
            self._title.setText(self.tr("This is how “{0}” was read").format(name))
            text = self.tr("Correct the outlines with the tools where they are wrong, then accept them.")
        else:
            self._kind = "warning"
            self._title.setText(self.tr("No person was found in “{0}”").format(name))
            text = self.tr("Paint the outlines yourself and accept them, open another photo, or go back.")
        if full_size is not None:
            note = self.tr("The photo of {0} × {1} pixels was scaled to {2} × {3}.")
            text += " " + note.format(full_size[1], full_size[0], size[1], size[0])
        self._text.setText(text)
        self.other.setVisible(self._kind == "warning")
        self.retheme()
        self.show()

    def show_people(self, number: int, count: int) -> None:
        """Which of several people is shown, from 0."""
        self.next.setText(self.tr("Person {0} of {1}").format(number + 1, count) + " ›")
        self.next.setVisible(count > 1)

    def set_acceptable(self, on: bool) -> None:
        """Whether there is anything to accept."""
        self._acceptable = on
        self.accept.setEnabled(on and not self._busy)

    def set_busy(self, busy: bool) -> None:
        """The styles are being read."""
        self._busy = busy
        self.accept.setText(self.tr("Reading the styles...") if busy else self.tr("Accept"))
        self.accept.setShortcut(QKeySequence("Ctrl+Return"))
        self.accept.setEnabled(self._acceptable and not busy)

    def retheme(self) -> None:
        """Draw the icon again in the theme's colours."""
        self._icon.setPixmap(pixmap(self._kind, getattr(theme.current(), self._kind), 20, self.devicePixelRatioF()))
