"""Before and after: how much closer fitted styles come to the photo."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QWidget

from app.rendering.fitting import FittedStyles


class FittedDialog(QDialog):
    """The photo, the network's picture before, and after."""

    def __init__(self, fitted: FittedStyles, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Styles fitted to the photo"))
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 16, 16, 16)
        grid.setSpacing(8)
        height, width = fitted.figure.shape[0], fitted.figure.shape[1] // 3
        names = (
            self.tr("Photo"),
            self.tr("Before: {0} off").format(f"{fitted.error_before:.1f}"),
            self.tr("After: {0} off").format(f"{fitted.error_after:.1f}"),
        )
        for place, name in enumerate(names):
            part = fitted.figure[:, place * width : (place + 1) * width].tobytes()
            picture = QLabel()
            picture.setPixmap(QPixmap.fromImage(QImage(part, width, height, width * 3, QImage.Format.Format_RGB888)))
            picture.setAccessibleName(name)
            grid.addWidget(picture, 0, place)
            grid.addWidget(QLabel(name), 1, place, Qt.AlignmentFlag.AlignHCenter)
        note = QLabel(self.tr("Mean difference of colour over the person, 0 to 255. Undo takes the fitting back."))
        note.setProperty("muted", True)
        note.setWordWrap(True)
        grid.addWidget(note, 2, 0, 1, 3)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        grid.addWidget(buttons, 3, 0, 1, 3)
