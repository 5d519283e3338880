"""Morph dock: key styles on a time line, scrubbed live, exported as a film."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app import theme
from app.document import styling
from app.document.origins import StyleOrigin
from app.rendering.filming import MorphPlan, shoot
from app.rendering.jobs import Progress
from app.widgets.fields import ChoiceField, WholeField
from app.widgets.slider import SliderRow

if TYPE_CHECKING:
    from app.session import Session

KEY_PICTURE = 72
FILM_TYPES = "MP4 (*.mp4);;WebP (*.webp);;GIF (*.gif)"


class MorphPanel(QWidget):
    """The keys, the way between them, and the export."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.session = session
        self.keys: list[NDArray[np.float32]] = []
        self.delays: dict[int, float] = {}
        self._export: Progress | None = None
        self._document = session.document
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addLayout(self._key_buttons())
        layout.addWidget(self._key_list())
        self.hint = QLabel(self.tr("Add the present styles as a key, change them, and add the next."))
        self.hint.setProperty("muted", True)
        self.hint.setWordWrap(True)
        layout.addWidget(self.hint)
        self.time = SliderRow(self.tr("Time"), 0.0, 1.0, 0.0, name_width=116)
        self.time.moved.connect(self.scrub)
        self.time.let_go.connect(lambda: self.session.document.end_gesture())
        layout.addWidget(self.time)
        self.delay = SliderRow(self.tr("Delay"), 0.0, 0.9, 0.0, name_width=116)
        self.delay.moved.connect(self._delay_moved)
        layout.addWidget(self.delay)
        layout.addLayout(self._way())
        layout.addLayout(self._export_row())
        layout.addStretch(1)
        session.document_changed.connect(self._document_changed)
        session.model_changed.connect(self._model_changed)
        session.class_picked.connect(self._class_picked)
        self._class_picked(session.tools.class_index)
        self._refresh()

    # Building --------------------------------------------------------------------------------------

    def _key_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        self.add = QPushButton(self.tr("Add key"))
        self.add.setToolTip(self.tr("Remember the styles as they are now"))
        self.add.clicked.connect(self.add_key)
        self.dice = QPushButton(self.tr("Add random"))
        self.dice.setToolTip(self.tr("A key with new styles for all classes that are not locked"))
        self.dice.clicked.connect(self.add_random_key)
        self.remove = QPushButton(self.tr("Remove"))
        self.remove.setToolTip(self.tr("Remove the chosen key"))
        self.remove.clicked.connect(self.remove_key)
        for button in (self.add, self.dice, self.remove):
            row.addWidget(button, 1)
        return row

    def _key_list(self) -> QListWidget:
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Key styles"))
        self.list.setFlow(QListWidget.Flow.LeftToRight)
        self.list.setViewMode(QListWidget.ViewMode.IconMode)
        self.list.setMovement(QListWidget.Movement.Static)
        self.list.setWrapping(False)
        self.list.setIconSize(QSize(KEY_PICTURE * 2 // 3, KEY_PICTURE))
        self.list.setFixedHeight(KEY_PICTURE + 44)
        self.list.itemClicked.connect(lambda item: self.go_to_key(self.list.row(item)))
        return self.list

    def _way(self) -> QFormLayout:
        form = QFormLayout()
        form.setSpacing(6)
        self.route = ChoiceField()
        self.route.addItem(self.tr("Straight"), "linear")
        self.route.addItem(self.tr("Around the average style"), "spherical")
        self.route.setAccessibleName(self.tr("Way"))
        self.easing = QCheckBox(self.tr("Ease in and out"))
        self.easing.setChecked(True)
        self.loop = QCheckBox(self.tr("Loop"))
        both = QHBoxLayout()
        both.addWidget(self.easing)
        both.addWidget(self.loop)
        form.addRow(self.tr("Way"), self.route)
        form.addRow("", both)
        for signal in (self.route.currentIndexChanged, self.easing.toggled, self.loop.toggled):
            signal.connect(self._refresh)
        return form

    def _export_row(self) -> QVBoxLayout:
        column = QVBoxLayout()
        numbers = QHBoxLayout()
        self.frames = self._number(2, 10_000, 48, self.tr("Frames"))
        self.rate = self._number(1, 120, 24, self.tr("Frames a second"))
        self.zoom = self._number(1, 4, 1, self.tr("Enlarged"))
        self.frames.setSuffix(self.tr(" frames"))
        self.rate.setSuffix(self.tr(" fps"))
        self.zoom.setSuffix("×")
        for field, stretch in ((self.frames, 3), (self.rate, 2), (self.zoom, 1)):
            field.setToolTip(field.accessibleName())
            numbers.addWidget(field, stretch)
        column.addLayout(numbers)
        buttons = QHBoxLayout()
        self.export = QPushButton(self.tr("Export film..."))
        self.export.clicked.connect(self._ask)
        self.export_folder = QPushButton(self.tr("Export frames..."))
        self.export_folder.setToolTip(self.tr("Numbered PNGs in a folder"))
        self.export_folder.clicked.connect(self._ask_folder)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self.cancel_export)
        for button in (self.export, self.export_folder, self.cancel):
            buttons.addWidget(button, 1)
        column.addLayout(buttons)
        return column

    def _number(self, low: int, high: int, value: int, name: str) -> QSpinBox:
        field = WholeField()
        field.setRange(low, high)
        field.setValue(value)
        field.setAccessibleName(name)
        return field

    # Keys ------------------------------------------------------------------------------------------

    def add_key(self) -> None:
        """Remember the present styles as the next key."""
        codes = self.session.document.codes
        if codes is not None:
            self._append(codes.copy())

    def add_random_key(self) -> None:
        """Add a key of drawn styles; locked classes keep theirs."""
        facts, codes = self.session.facts, self.session.document.codes
        if facts is None or codes is None:
            return
        drawn = styling.drawn(facts.code_mean, facts.code_spread, self.session.rng, facts.code_bank)
        for index in self.session.document.flags.locked:
            drawn[index] = codes[index]
        self._append(drawn)

    def _append(self, codes: NDArray[np.float32]) -> None:
        self.keys.append(codes)
        item = QListWidgetItem(QIcon(theme.themed("style")), str(len(self.keys)))
        item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
        item.setToolTip(self.tr("Key {0}: click to see it").format(len(self.keys)))
        self.list.addItem(item)
        self._draw_key(item, codes)
        self._refresh()

    def _draw_key(self, item: QListWidgetItem, codes: NDArray[np.float32]) -> None:
        from app.document.box import Box
        from app.rendering.jobs import LATER
        from app.rendering.thumbnails import render_thumbnail

        facts, labels, photo = self.session.facts, self.session.document.labels.copy(), self.session.composition
        if facts is None:
            return
        box = Box(0, 0, *labels.shape)
        size = round(KEY_PICTURE * self.devicePixelRatioF())

        def show(pixels: NDArray[np.uint8]) -> None:
            # Another document, or the trash, may have taken the key away meanwhile.
            if isValid(item) and self.list.row(item) >= 0:
                height, width = pixels.shape[:2]
                image = QImage(pixels.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888)
                item.setIcon(QIcon(QPixmap.fromImage(image)))

        self.session.jobs.add(
            "", lambda progress: render_thumbnail(facts, labels, codes, box, size, photo), show, priority=LATER
        )

    def remove_key(self) -> None:
        """Remove the chosen key, or the last one."""
        if not self.keys:
            return
        row = self.list.currentRow() if self.list.currentRow() >= 0 else len(self.keys) - 1
        del self.keys[row]
        self.list.takeItem(row)
        for place in range(self.list.count()):
            self.list.item(place).setText(str(place + 1))
        self._refresh()

    def go_to_key(self, row: int) -> None:
        """Show the styles of a key."""
        last = max(1, len(self.keys) - (0 if self.loop.isChecked() else 1))
        self.time.set_value(row / last)
        self.session.document.set_codes(
            list(range(len(self.keys[row]))), self.keys[row], self.tr("Key style {0}").format(row + 1), icon="style"
        )

    # Time ------------------------------------------------------------------------------------------

    def plan(self) -> MorphPlan | None:
        """The morph as it is set; None without a network or with fewer than two keys."""
        facts = self.session.facts
        if facts is None or len(self.keys) < 2:
            return None
        return MorphPlan(
            tuple(self.keys),
            facts.code_mean,
            self.route.currentData(),
            "in-out" if self.easing.isChecked() else "none",
            self.loop.isChecked(),
            {index: delay for index, delay in self.delays.items() if delay > 0},
        )

    def scrub(self, time: float) -> None:
        """Show the styles at a time from 0 to 1, live; one step of the history for a whole drag."""
        plan = self.plan()
        if plan is not None:
            codes = plan.codes_at(min(1.0, max(0.0, time)))
            self.session.document.set_codes(
                list(range(len(codes))),
                codes,
                self.tr("Morph"),
                merge="morph",
                icon="style",
                origin=StyleOrigin("morph"),
            )

    def _delay_moved(self, value: float) -> None:
        self.delays[self.session.tools.class_index] = min(0.9, max(0.0, value))

    def _class_picked(self, index: int) -> None:
        names = self.session.label_set.names
        if index < len(names):
            self.delay.label.setText(self.tr("Delay: {0}").format(names[index]))
            self.delay.setToolTip(self.tr("For what share of the time {0} waits").format(names[index]))
            self.delay.set_value(self.delays.get(index, 0.0))

    # Export ----------------------------------------------------------------------------------------

    def _ask(self) -> None:
        name = self.session.document.name or "morph"
        chosen, kind = QFileDialog.getSaveFileName(
            self, self.tr("Export film"), str(self.session.save_folder() / f"{name}.mp4"), FILM_TYPES
        )
        if chosen:
            path = Path(chosen)
            self.export_film(path if path.suffix else path.with_suffix(kind.partition("*")[2].rstrip(")") or ".mp4"))

    def _ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self, self.tr("Folder for the frames"), str(self.session.save_folder())
        )
        if chosen:
            self.export_film(Path(chosen))

    def export_film(self, path: Path) -> None:
        """Render all frames in the background and write them to a file, or as PNGs into a folder."""
        facts, plan = self.session.facts, self.plan()
        if facts is None or plan is None or self._export is not None:
            return
        labels, photo = self.session.document.labels.copy(), self.session.composition
        count, rate, zoom = self.frames.value(), float(self.rate.value()), self.zoom.value()
        size = None if zoom == 1 else (labels.shape[0] * zoom, labels.shape[1] * zoom)

        def work(progress: Progress) -> str:
            return shoot(facts, labels, plan, path, count, rate, progress, size, photo)

        def done(what: str) -> None:
            self._finished()
            self.session.say(self.tr("{0} written: {1}.").format(path.name, what), "success")

        def failed(text: str, details: str) -> None:
            self._finished()
            self.session.say(text, "error", details)

        self._export = self.session.jobs.add(
            self.tr("Rendering the film"), work, done, failed=failed, key="film", long=True
        )
        self._refresh()

    def cancel_export(self) -> None:
        """Stop the export; no file is left of it."""
        if self._export is not None:
            self._export.cancel()
            self._finished()
            self.session.say(self.tr("Export cancelled."))

    def _finished(self) -> None:
        self._export = None
        self._refresh()

    # Showing ---------------------------------------------------------------------------------------

    def _document_changed(self, *_: object) -> None:
        """Keys belong to a document; one that waits while a photo is reviewed comes back to them."""
        document = self.session.document
        if document.reviewing or document is self._document:
            self._refresh()
            return
        self._document = document
        self._forget()

    def _forget(self, *_: object) -> None:
        self.keys, self.delays = [], {}
        self.list.clear()
        self._refresh()

    def _model_changed(self, *_: object) -> None:
        facts = self.session.facts
        if facts is not None and any(key.shape != facts.code_mean.shape for key in self.keys):
            self._forget()
        self._refresh()

    def _refresh(self, *_: object) -> None:
        ready = self.session.facts is not None
        usable = ready and len(self.keys) >= 2
        busy = self._export is not None
        self.add.setEnabled(ready)
        self.dice.setEnabled(ready)
        self.remove.setEnabled(bool(self.keys))
        for widget in (self.time, self.delay, self.route, self.easing, self.loop, self.frames, self.rate, self.zoom):
            widget.setEnabled(usable)
        self.export.setEnabled(usable and not busy)
        self.export_folder.setEnabled(usable and not busy)
        # Three buttons are wider than the dock.
        self.export.setVisible(not busy)
        self.export_folder.setVisible(not busy)
        self.cancel.setVisible(busy)
        self.hint.setVisible(len(self.keys) < 2)
        self.list.setVisible(bool(self.keys))

    def retheme(self) -> None:
        """Nothing here has icons of its own."""
        self._refresh()
