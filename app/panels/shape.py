"""Shape dock: other outlines for the picked class by dice and named sliders; grow, shrink and smooth."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
)

from app.document.document import Document
from app.panels.class_panel import ClassPanel, thin_line
from app.rendering.gestures import Gesture, GestureQueue, Work
from app.rendering.jobs import LATER
from app.rendering.requests import ModelFacts
from app.rendering.shaping import PlainTool, Pose, posed, read_shapes, reworked
from app.widgets.fields import WholeField
from app.widgets.slider import SliderRow
from model.labels import LabelMap

if TYPE_CHECKING:
    from app.session import Session
    from model.shapes import ShapeModel

STRENGTH = 0.6


@dataclass
class _Base:
    """Attributes:
    labels: the map that dice and sliders start from; None: the one that the next work finds.
    poses: by the digest of the map that it made.
    """

    labels: LabelMap | None = None
    poses: dict[bytes, Pose] = field(default_factory=dict)


def _digest(labels: LabelMap) -> bytes:
    return hashlib.blake2b(labels.tobytes(), digest_size=16).digest()


class ShapePanel(ClassPanel):
    """Everything about the outline of one class.

    Sliders and dice start from the map as it was when the first of them was picked up, until something else changes
    the map; so they do not add up, and all sliders at rest give that map back.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session, spacing=6)
        self.model: ShapeModel | None = None
        self.queue = GestureQueue(session)
        self._loading = True
        self._document: Document | None = None
        self._gesture: Gesture | None = None
        self._pose = Pose()
        self._base = _Base()
        self._protect: tuple[int, ...] = ()
        self.dice = self.add_button("dice", self.tr("Draw a new outline near the present one"), self.draw)
        tip = self.tr("Back to the outline before dice and sliders")
        self.reset = self.add_button("reset", tip, self.reset_outline)
        self.add = QPushButton()
        self.add.clicked.connect(self.add_class)
        self.body.addWidget(self.add)
        self.remove = QPushButton()
        self.remove.clicked.connect(self.remove_class)
        self.body.addLayout(self.sliders)
        self.strength = SliderRow(self.tr("Dice strength"), 0.05, 1.0, STRENGTH)
        self.strength.setToolTip(self.tr("How far a new outline may go from the present one"))
        self.strength.moved.connect(self.strength.set_value)
        self.body.addWidget(self.strength)
        self.line = thin_line()
        self.body.addSpacing(4)
        self.body.addWidget(self.line)
        self.body.addSpacing(4)
        self.body.addLayout(self._plain_tools())
        self.body.addWidget(self.remove)
        self.body.addStretch(1)
        self.queue.dropped.connect(self._start_over)
        session.class_picked.connect(self._class_picked)
        session.model_changed.connect(self._model_changed)
        session.document_changed.connect(self._document_changed)
        session.palette_changed.connect(self.refresh)
        self._document_changed()

    # Building --------------------------------------------------------------------------------------

    def _plain_tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        tools: tuple[tuple[PlainTool, str, str], ...] = (
            ("grow", self.tr("Grow"), self.tr("Grow on all sides, over every class that is not protected")),
            ("shrink", self.tr("Shrink"), self.tr("Take pixels off on all sides; the neighbours fill in")),
            ("smooth", self.tr("Smooth"), self.tr("Round the outline: narrower details go")),
        )
        self.tools: dict[PlainTool, QPushButton] = {}
        for tool, text, tip in tools:
            button = QPushButton(text)
            button.setToolTip(tip)
            button.clicked.connect(partial(self._use_tool, tool))
            row.addWidget(button, 1)
            self.tools[tool] = button
        self.pixels = WholeField()
        self.pixels.setRange(1, 64)
        self.pixels.setValue(4)
        self.pixels.setSuffix(self.tr(" px"))
        self.pixels.setFixedWidth(56)
        self.pixels.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.pixels.setToolTip(self.tr("By how many pixels"))
        self.pixels.setAccessibleName(self.pixels.toolTip())
        row.addWidget(self.pixels)
        return row

    # What the hand does ----------------------------------------------------------------------------

    def draw(self) -> None:
        """Another outline near the one that the map had."""
        gesture = self._begin(self.tr("new outline"), "dice")
        if gesture is not None:
            self._pose = Pose(seed=int(self.session.rng.integers(2**31)), strength=self.strength.value())
            self._want_pose(gesture)
            self.let_go()

    def reset_outline(self) -> None:
        """The outline that the map had before dice and sliders."""
        gesture = self._begin(self.tr("reset outline"), "reset")
        if gesture is not None:
            self._pose = Pose()
            self._want_pose(gesture)
            self.let_go()

    def add_class(self) -> None:
        """Add the picked class to a map that does not show it."""
        model, index, protect = self.model, self.class_index, self._protect
        gesture = None if model is None else self._begin(self.tr("added"), "reshape")
        if gesture is None or model is None:
            return
        seed = int(self.session.rng.integers(2**31))
        self._want(gesture, lambda labels: model.add(labels, index, seed, protect))
        self.let_go()

    def remove_class(self) -> None:
        """Take the picked class out of the map; what lies behind it comes to light."""
        model, index, protect = self.model, self.class_index, self._protect
        gesture = None if model is None else self._begin(self.tr("removed"), "delete")
        if gesture is None or model is None:
            return
        self._want(gesture, lambda labels: model.remove(labels, index, protect))
        self.let_go()

    def _use_tool(self, tool: PlainTool, *_: object) -> None:
        pixels, index, protect = self.pixels.value(), self.class_index, self._protect
        gesture = self._begin(self.tr("{0} by {1} px").format(self.tools[tool].text().lower(), pixels), "reshape")
        if gesture is not None:
            self._want(gesture, lambda labels: reworked(tool, labels, index, pixels, protect))
            self.let_go()

    def slide(self, place: int, value: float) -> None:
        if self.waiting:
            return
        gesture = self._gesture or self._begin(self._rows[place].label.text().lower(), "reshape")
        if gesture is not None:
            self._pose = self._pose.moved(place, value)
            # A double click asks for the rest position without moving the handle.
            self._rows[place].set_value(value)
            self._want_pose(gesture)

    def let_go(self) -> None:
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            self.queue.end(gesture)

    # Gestures --------------------------------------------------------------------------------------

    def _begin(self, what: str, icon: str) -> Gesture | None:
        """A new gesture; None while a stroke on the canvas is not finished."""
        self.let_go()
        document = self.session.document
        if document.in_stroke and not self.queue.busy:
            self.session.say(self.tr("Finish the change on the canvas first."), "warning")
            self._start_over()
            return None
        name = self.session.label_set.names[self.class_index]
        self._gesture = gesture = Gesture(document, f"{name}: {what}", icon, self._committed)
        return gesture

    def _want(self, gesture: Gesture, work: Work) -> None:
        self._pose, self._base = Pose(), _Base()
        self.queue.want(gesture, work)

    def _want_pose(self, gesture: Gesture) -> None:
        model, index, protect, pose = self.model, self.class_index, self._protect, self._pose
        if model is None:
            return
        base = self._base

        def work(labels: LabelMap) -> LabelMap:
            # Not from the present map: changes would add up.
            if base.labels is None:
                base.labels = labels
            return posed(model, base.labels, index, pose, protect)

        gesture.committed = partial(self._committed, base=base, pose=pose)
        self.queue.want(gesture, work)

    def _committed(self, changed: bool, base: _Base | None = None, pose: Pose | None = None) -> None:
        """A gesture is over; `pose` is where dice and sliders left the outline, None for the other tools."""
        if base is not None and pose is not None:
            if base.labels is not None:
                base.poses[_digest(self.session.document.labels)] = pose
                base.poses[_digest(base.labels)] = Pose()
        elif not changed:
            self.session.say(self.tr("Nothing to change: the outline stays as it is."))
        self._recognize()

    def _recognize(self) -> None:
        """Show where the sliders stand: undo and redo move them, any other change puts them to rest."""
        if self._gesture is not None or self.queue.busy or self.waiting or self.put_off():
            return
        labels = self.session.document.labels
        digest = _digest(labels)
        if digest not in self._base.poses:
            self._base = _Base(labels.copy(), {digest: Pose()})
        self._pose = self._base.poses[digest]
        self.refresh()

    def _start_over(self) -> None:
        """Whatever was under way is over; the map as it is now is where sliders and dice start."""
        self._gesture = None
        self._pose, self._base = Pose(), _Base()
        self._recognize()

    # Showing ---------------------------------------------------------------------------------------

    def _document_changed(self, *_: object) -> None:
        self.queue.drop()
        document = self.session.document
        if document is not self._document:
            self._document = document
            document.history_changed.connect(self._edited)
            document.labels_changed.connect(self.refresh)
            document.flags_changed.connect(self._flags_changed)
        self._protect = self._protected()
        self._forget_class()
        self.rebuild()

    def _edited(self) -> None:
        if not self.queue.applying:
            self.queue.drop()
            self._gesture = None
            self._recognize()

    def _flags_changed(self) -> None:
        protect = self._protected()
        if protect != self._protect:
            self._protect = protect
            self._pose, self._base = Pose(), _Base()
            self._recognize()
        self.refresh()

    def _protected(self) -> tuple[int, ...]:
        flags, classes = self.session.document.flags, range(len(self.session.label_set))
        if flags.paint_only_over is not None:
            return tuple(index for index in classes if index != flags.paint_only_over)
        return tuple(sorted(flags.protected))

    def _model_changed(self, facts: ModelFacts | None) -> None:
        self.model, self._loading = None, True
        self.rebuild()
        if facts is None:
            return

        def done(model: ShapeModel | None) -> None:
            if self.session.facts is facts:
                self.model, self._loading = model, False
                self.rebuild()

        def failed(text: str, details: str) -> None:
            self.session.say(text, "error", details)
            done(None)

        self.session.jobs.add("", lambda progress: read_shapes(facts), done, failed=failed, priority=LATER)

    def _class_picked(self, *_: object) -> None:
        self._forget_class()
        self.rebuild_soon()

    def _forget_class(self) -> None:
        self.let_go()
        self._pose, self._base = Pose(), _Base()

    def rebuild(self, *_: object) -> None:
        """Make the sliders of the picked class."""
        if self.put_off():
            return
        self._soon.stop()
        model, index = self.model, self.class_index
        found = model.directions(index) if model is not None and index in model.classes else []
        self.show_rows([(slider.name[:1].upper() + slider.name[1:], slider.low, slider.high) for slider in found])
        self._recognize()
        self.refresh()

    def refresh(self, *_: object) -> None:
        session, index = self.session, self.class_index
        names = session.label_set.names
        if index >= len(names) or self.waiting or self.put_off():
            return
        present = bool((session.document.labels == index).any())
        protected = index in session.document.flags.protected
        varied = self.model is not None and index in self.model.classes
        free = present and not protected
        self.show_class(self._reason(names[index], present, protected, varied))
        self.add.setText(self.tr("Add {0}").format(names[index]))
        self.add.setVisible(varied and not present)
        self.add.setEnabled(not protected)
        self.remove.setText(self.tr("Remove {0}").format(names[index]))
        self.remove.setToolTip(self.tr("Take it away; what lies behind it is drawn in its place"))
        self.remove.setVisible(varied and present)
        self.remove.setEnabled(free)
        for widget in (*self._rows, self.strength):
            widget.setVisible(varied and present)
            widget.setEnabled(free)
        self.line.setVisible(varied and present)
        self.dice.setEnabled(varied and free)
        self.reset.setEnabled(varied and free and not self._pose.at_rest)
        for button in self.tools.values():
            button.setEnabled(free)
        self.pixels.setEnabled(free)
        for place, row in enumerate(self._rows):
            row.set_value(self._pose.values[place] if place < len(self._pose.values) else 0.0)

    def _reason(self, name: str, present: bool, protected: bool, varied: bool) -> str:
        """Why not everything can be used; empty where it can."""
        if protected:
            return self.tr("{0} is protected: its outline stays as it is.").format(name)
        if self._loading:
            return self.tr("Dice and sliders appear when a network is loaded.")
        if self.model is None:
            return self.tr("This network brings no shape model, so there are no dice and sliders for outlines.")
        if not varied:
            return self.tr("The shape model has no other outlines for {0}.").format(name)
        if not present:
            return self.tr("The map shows no {0} yet.").format(name)
        return ""
