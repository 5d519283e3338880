"""What can be done with one of the photos of the Photos dock."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app import theme
from app.rendering.mixing import MixPhoto
from app.widgets.icon_button import icon_button


class PhotoBar(QWidget):
    """Name and buttons of the photo whose column was clicked last.

    Signals:
        next_wanted(): the next of several people in it.
        correction_wanted(): correct its outlines; region_wanted(): copy a region of it; removal_wanted().
    """

    next_wanted = Signal()
    correction_wanted = Signal()
    region_wanted = Signal()
    removal_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = QLabel()
        self.next = QPushButton(self.tr("Person {0} of {1}").format(1, 1) + " ›")
        self.next.setToolTip(self.tr("There are several people in this photo: take the styles of the next one"))
        self.correct = icon_button("edit", self.tr("Correct the outlines that were read off this photo"))
        self.region = icon_button("lasso", self.tr("Copy a region of this photo, with its style"))
        self.remove = icon_button("delete", self.tr("Remove this photo; styles stay as they are"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.name, 1)
        for button in (self.next, self.correct, self.region, self.remove):
            row.addWidget(button)
        self.next.clicked.connect(self.next_wanted)
        self.correct.clicked.connect(self.correction_wanted)
        self.region.clicked.connect(self.region_wanted)
        self.remove.clicked.connect(self.removal_wanted)
        self.hide()

    def show_photo(self, photo: MixPhoto | None) -> None:
        """Offer what can be done with a photo; None hides the bar."""
        self.setVisible(photo is not None)
        if photo is not None:
            self.name.setText(photo.name)
            self.name.setToolTip(str(photo.path))
            self.next.setVisible(photo.people > 1)
            self.next.setText(self.tr("Person {0} of {1}").format(photo.number + 1, photo.people) + " ›")

    def retheme(self) -> None:
        """Draw the icons again in the theme's colours."""
        for button in (self.correct, self.region, self.remove):
            button.setIcon(theme.themed(button.property("icon-name")))
