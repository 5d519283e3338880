"""The settings: look, computing and safety of the work. A change holds at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.settings import LIMITS, Settings, settings_path
from app.widgets.fields import ChoiceField, WholeField

GIB = 1024
DEVICES = {"cpu": "CPU", "cuda": "CUDA"}
PRECISIONS = ("float32", "bfloat16", "float16")
Choices = Sequence[tuple[str, str]]
"""Values of a setting, and how a person reads them."""


def device_choices() -> Choices:
    """Where a network can compute."""
    return (("auto", _automatic()), *DEVICES.items())


def precision_choices() -> Choices:
    """What numbers a network can compute with."""
    return (("auto", _automatic()), *((name, name) for name in PRECISIONS))


def fill(field: QComboBox, choices: Choices, value: str) -> None:
    """Offer choices in a field, and show one; a value that is not offered is shown as the first."""
    for known, text in choices:
        field.addItem(text, known)
    field.setCurrentIndex(max(0, field.findData(value)))


def _automatic() -> str:
    return QCoreApplication.translate("SettingsDialog", "Automatic")


class SettingsDialog(QDialog):
    """Writes into the settings as soon as something is chosen; whoever opens it puts that to use.

    Signals:
        changed(str): the setting of this name has another value.
    """

    changed = Signal(str)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self.setMinimumWidth(500)
        self._settings = settings
        self.fields: dict[str, QComboBox | QSpinBox] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        form = QFormLayout()
        form.setSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for title, add in (
            (self.tr("Look"), self._add_look),
            (self.tr("Computing"), self._add_computing),
            (self.tr("Work"), self._add_work),
        ):
            heading = QLabel(title)
            heading.setProperty("heading", True)
            heading.setContentsMargins(0, 12 if form.rowCount() else 0, 0, 0)
            form.addRow(heading)
            add(form)
        layout.addLayout(form)
        layout.addSpacing(12)
        layout.addLayout(self._place_row())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.defaults = buttons.addButton(self.tr("Reset to defaults"), QDialogButtonBox.ButtonRole.ResetRole)
        self.defaults.setAutoDefault(False)
        self.defaults.clicked.connect(self.reset)
        buttons.rejected.connect(self.reject)
        layout.addSpacing(4)
        layout.addWidget(buttons)
        self._show_resettable()

    def reset(self) -> None:
        """Give every setting of this dialog its default; the others (keys, colours, docks) stay."""
        standard = Settings()
        for name, field in self.fields.items():
            value = getattr(standard, name)
            if value != getattr(self._settings, name):
                with QSignalBlocker(field):
                    _show(field, value)
                self._take(name, value)

    # Building --------------------------------------------------------------------------------------

    def _add_look(self, form: QFormLayout) -> None:
        as_system = self.tr("As the system")
        themes = (("system", as_system), ("light", self.tr("Light")), ("dark", self.tr("Dark")))
        self._add_choice(form, "theme", self.tr("Theme"), themes)
        languages = (("system", as_system), ("en", "English"), ("de", "Deutsch"))
        tip = self.tr("The language changes when the program is started again.")
        self._add_choice(form, "language", self.tr("Language"), languages, tip)

    def _add_computing(self, form: QFormLayout) -> None:
        by_itself = _automatic()
        self._add_choice(form, "device", self.tr("Device"), device_choices())
        tip = self.tr("Automatic is the quickest: float32 on a processor, float16 on a graphics card.")
        self._add_choice(form, "precision", self.tr("Precision"), precision_choices(), tip)
        threads = self._add_number(form, "threads", self.tr("Processor cores"), 1, "", by_itself)
        threads.setMaximum(max(os.cpu_count() or 1, self._settings.threads))
        threads.setToolTip(self.tr("How many cores may compute a picture; fewer leave more to other programs."))
        cache = self._add_number(form, "cache_mb", self.tr("Memory for pictures"), GIB // 4, self.tr(" MB"), by_itself)
        cache.setToolTip(self.tr("What the network may keep of earlier pictures to make the next one sooner."))

    def _add_work(self, form: QFormLayout) -> None:
        seconds = self._add_number(form, "autosave_seconds", self.tr("Recovery file every"), 10, self.tr(" s"))
        seconds.setToolTip(self.tr("Unsaved work is written there, and offered again after a crash."))
        history = self._add_number(form, "history_mb", self.tr("Memory for undo"), 64, self.tr(" MB"))
        history.setToolTip(self.tr("When the steps take more, the oldest are forgotten."))

    def _add_choice(self, form: QFormLayout, name: str, title: str, choices: Choices, tip: str = "") -> None:
        field = ChoiceField()
        fill(field, choices, getattr(self._settings, name))
        field.currentIndexChanged.connect(lambda _place: self._take(name, field.currentData()))
        field.setToolTip(tip)
        self._add_row(form, name, title, field)

    def _add_number(
        self, form: QFormLayout, name: str, title: str, step: int, suffix: str, least: str = ""
    ) -> QSpinBox:
        """A field for a number; `least` is shown instead of 0."""
        field = WholeField()
        field.setRange(*LIMITS[name])
        field.setSingleStep(step)
        field.setSuffix(suffix)
        field.setSpecialValueText(least)
        field.setProperty("steps", True)
        # Neither 1 nor 12 is meant while 128 is typed.
        field.setKeyboardTracking(False)
        _show(field, getattr(self._settings, name))
        field.valueChanged.connect(partial(self._take, name))
        self._add_row(form, name, title, field)
        return field

    def _add_row(self, form: QFormLayout, name: str, title: str, field: QComboBox | QSpinBox) -> None:
        field.setAccessibleName(title)
        field.setMinimumWidth(240)
        self.fields[name] = field
        form.addRow(title, field)

    def _place_row(self) -> QHBoxLayout:
        path = settings_path()
        self.place = QLineEdit(str(path))
        self.place.setReadOnly(True)
        self.place.setCursorPosition(0)
        self.place.setAccessibleName(self.tr("Kept in"))
        self.place.setToolTip(str(path))
        folder = QPushButton(self.tr("Open folder"))
        folder.setAutoDefault(False)
        folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))))
        row = QHBoxLayout()
        row.setSpacing(8)
        label = QLabel(self.tr("Kept in"))
        label.setProperty("muted", True)
        row.addWidget(label, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.place, 1)
        row.addWidget(folder)
        return row

    # What the hand does ----------------------------------------------------------------------------

    def _take(self, name: str, value: str | int) -> None:
        setattr(self._settings, name, value)
        self._show_resettable()
        self.changed.emit(name)

    def _show_resettable(self) -> None:
        standard = Settings()
        self.defaults.setEnabled(any(getattr(self._settings, name) != getattr(standard, name) for name in self.fields))


def _show(field: QComboBox | QSpinBox, value: str | int) -> None:
    """Show a value; a name that is not offered is shown as the first one."""
    if isinstance(field, QSpinBox):
        field.setValue(int(value))
    else:
        field.setCurrentIndex(max(0, field.findData(value)))
