"""Remapping of keys, with a check for keys given twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.shortcuts import FIXED, conflicts, portable
from app.widgets.icon_button import retheme_buttons

if TYPE_CHECKING:
    from app.actions import ActionTable


class ShortcutsDialog(QDialog):
    """A table of all actions; typing into a field sets the key."""

    def __init__(self, table: ActionTable, overrides: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.resize(560, 620)
        self._table = table
        self._keys = {spec.id: overrides.get(spec.id, spec.shortcut) for spec in table.specs.values()}
        self._editors: dict[str, QKeySequenceEdit] = {}
        search = QLineEdit()
        search.setPlaceholderText(self.tr("Search actions"))
        search.setAccessibleName(self.tr("Search actions"))
        self._rows = QTableWidget(len(self._keys), 2)
        self._rows.setHorizontalHeaderLabels([self.tr("Action"), self.tr("Key")])
        self._rows.setAccessibleName(self.tr("Keyboard shortcuts"))
        self._rows.verticalHeader().hide()
        self._rows.setShowGrid(False)
        self._rows.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._rows.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._rows.setColumnWidth(1, 180)
        for row, spec in enumerate(table.specs.values()):
            menu = QCoreApplication.translate("Menus", spec.menu)
            item = QTableWidgetItem(f"{menu}: {table.text(spec.id)}" if spec.menu else table.text(spec.id))
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self._rows.setItem(row, 0, item)
            editor = QKeySequenceEdit(QKeySequence(self._keys[spec.id]))
            editor.setMaximumSequenceLength(1)
            editor.setClearButtonEnabled(True)
            for part in (editor, *editor.findChildren(QLineEdit)):
                part.setAccessibleName(self.tr("Key for {0}").format(table.text(spec.id)))
                if isinstance(part, QLineEdit):
                    part.setPlaceholderText(self.tr("none"))
            editor.keySequenceChanged.connect(lambda keys, action_id=spec.id: self._typed(action_id, keys))
            self._editors[spec.id] = editor
            self._rows.setCellWidget(row, 1, editor)
            self._rows.setRowHeight(row, 36)
        self._note = QLabel()
        self._note.setWordWrap(True)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok
            | QDialogButtonBox.StandardButton.Cancel
            | QDialogButtonBox.StandardButton.RestoreDefaults
        )
        self._ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).clicked.connect(self.restore)
        search.textChanged.connect(self._filter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        for widget in (search, self._rows, self._note, buttons):
            layout.addWidget(widget)
        retheme_buttons(self)
        self._check()

    def overrides(self) -> dict[str, str]:
        """The keys that differ from the defaults, by action id."""
        return {key: value for key, value in self._keys.items() if value != self._table.specs[key].shortcut}

    def set_key(self, action_id: str, sequence: str) -> None:
        """Give an action a key, as typing into its field does."""
        self._editors[action_id].setKeySequence(QKeySequence(sequence))

    def restore(self) -> None:
        """All keys back to the defaults."""
        for spec in self._table.specs.values():
            self.set_key(spec.id, spec.shortcut)

    @property
    def acceptable(self) -> bool:
        return not conflicts(self._all_keys())

    def _typed(self, action_id: str, keys: QKeySequence) -> None:
        typed = portable(keys)
        default = self._table.specs[action_id].shortcut
        same = portable(default) == typed
        self._keys[action_id] = default if same else typed
        self._check()

    def _check(self) -> None:
        found = conflicts(self._all_keys())
        self._ok.setEnabled(not found)
        texts = [
            self.tr("{0} is given to both “{1}” and “{2}”.").format(key, self._name(first), self._name(second))
            for first, second, key in found
        ]
        self._note.setText("\n".join(texts))

    def _all_keys(self) -> dict[str, str]:
        """Key by action id, and the fixed keys of the canvas under their own name."""
        return {**{key: key for key in FIXED}, **self._keys}

    def _name(self, action_id: str) -> str:
        if action_id in FIXED:
            return QCoreApplication.translate("KeysDialog", FIXED[action_id])
        return self._table.text(action_id)

    def _filter(self, text: str) -> None:
        for row in range(self._rows.rowCount()):
            item = self._rows.item(row, 0)
            self._rows.setRowHidden(row, item is not None and text.lower() not in item.text().lower())
