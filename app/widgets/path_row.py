"""A field for a file or a folder, with a button that opens the system's dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton


class PathRow(QHBoxLayout):
    """`field` holds the path as typed or chosen."""

    def __init__(self, name: str, choose: Callable[[str], str], hint: str = "") -> None:
        """
        Args:
            name: what a screen reader calls the field.
            choose: asks for a path, given the present one; empty where nothing was chosen.
            hint: what the empty field says.
        """
        super().__init__()
        self.setSpacing(8)
        self.field = QLineEdit()
        self.field.setPlaceholderText(hint)
        self.field.setAccessibleName(name)
        button = QPushButton(QCoreApplication.translate("PathRow", "Choose..."))
        # Else Enter in a field would press it.
        button.setAutoDefault(False)
        self.addWidget(self.field, 1)
        self.addWidget(button)

        def ask() -> None:
            path = choose(self.field.text())
            if path:
                self.field.setText(path)

        button.clicked.connect(ask)
