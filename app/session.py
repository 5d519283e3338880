"""The running editor without its widgets: document, picked class, tool settings, threads, picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QTimer, Signal

from app.adopting import adopted
from app.canvas.tools.base import ToolContext, ToolSettings
from app.document.document import Document
from app.naming import in_words
from app.rendering.finish import FinishedFrame
from app.rendering.jobs import JobQueue
from app.rendering.requests import (
    Composition,
    ModelFacts,
    ModelRequest,
    PhotoBase,
    RenderRequest,
    RenderResult,
)
from app.rendering.worker import RenderWorker
from app.saving import Saver
from app.settings import Settings
from app.style_session import StyleSession
from app.telling import as_sentence
from model.labels import LabelSet


@dataclass(frozen=True)
class Message:
    """A note for the message bar: `kind` is "info", "success", "warning" or "error"."""

    text: str
    kind: str = "info"
    details: str = ""


class Session(StyleSession):
    """Holds what panels, canvas and commands share, and turns edits into render requests.

    Signals:
        document_changed(Document): another document was opened.
        model_changed(ModelFacts | None): another network is ready; None while one is loading.
        picture_changed(RenderResult): a newer frame of the present document.
        class_picked(int): another class was picked.
        message(Message): something to tell the user.
        palette_changed(): the user coloured a class otherwise.
        region_wanted(int): the region of this class is to be picked up by the move tool.
        stamp_wanted(Stamp): a region copied from a photo is to be placed.
        correction_wanted(Correction): the outlines read off another photo are to be shown for correction.
    """

    document_changed = Signal(object)
    model_changed = Signal(object)
    picture_changed = Signal(object)
    class_picked = Signal(int)
    message = Signal(object)
    palette_changed = Signal()
    region_wanted = Signal(int)
    stamp_wanted = Signal(object)
    correction_wanted = Signal(object)

    def __init__(self, document: Document, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.facts: ModelFacts | None = None
        self.picture: NDArray[np.uint8] | None = None
        self.picture_exact = False
        self.composition: Composition | None = None
        self.rng = np.random.default_rng()
        self.tools = ToolSettings(
            class_index=largest_class(document.labels, document.label_set),
            size=settings.brush_size,
            pressure_size=settings.pressure_size,
            tolerance=settings.tolerance,
        )
        self.worker = RenderWorker()
        self.jobs = JobQueue()
        self.saver = Saver()
        self._label_sets: tuple[LabelSet, LabelSet] | None = None
        # A document, and what became of it when a network with other classes was chosen.
        self._former: tuple[Document, Document] | None = None
        self._request_id = 0
        self._oldest_id = 0
        self._exact_id = -1
        self._waiting_model: list[Callable[[], None]] = []
        self._waiting_exact: list[Callable[[], None]] = []
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._submit)
        self.worker.model_ready.connect(self._adopt_model)
        self.worker.rendered.connect(self._take_result)
        self.worker.moved.connect(lambda _, reason: self.say(as_sentence(reason), "warning"))
        self.jobs.failed.connect(lambda text, details: self.say(text, "error", details))
        self.saver.failed.connect(lambda text, details: self.say(text, "error", details))
        self.document = document
        self.context = ToolContext(document, self.tools, image=self.wand_image, pick_class=self.pick_class)
        self._listen(document)

    # Life ------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start both threads and load the network of the settings."""
        self.worker.start()
        self.jobs.start()
        self.open_model(self.settings.bundle)

    def stop(self) -> None:
        """End all threads; returns when they have ended."""
        self._timer.stop()
        self.worker.stop()
        self.jobs.stop()
        self.saver.wait()
        self.saver.stop()

    def open_model(self, bundle: str) -> None:
        """Load a network by name or folder (empty: the default one)."""
        self.facts = None
        self.model_changed.emit(None)
        settings = self.settings
        self.worker.open_model(
            ModelRequest(
                bundle,
                settings.device,
                settings.precision,
                settings.threads,
                settings.cache_mb << 20 or None,
            )
        )

    # Document and classes --------------------------------------------------------------------------

    def open_document(self, document: Document, *, keep_old: bool = False) -> None:
        """Work on another document from now on.

        Args:
            keep_old: the present document will be opened again; else it is gone.
        """
        old = self.document
        self.document = document
        self.context.document = document
        self._listen(document)
        self.picture = None
        self.picture_exact = False
        self.composition = None
        self._oldest_id = self._request_id + 1
        # A class that is not there has nothing to show in the docks.
        if not (document.labels == self.tools.class_index).any():
            self.tools.class_index = largest_class(document.labels, document.label_set, self.tools.class_index)
        self.tools.previous_class = min(self.tools.previous_class, len(document.label_set) - 1)
        if self.facts is not None:
            self._fit_to_model(self.facts)
        self.document_changed.emit(self.document)
        self.class_picked.emit(self.tools.class_index)
        self.request_picture()
        old.drop_listeners()
        if not keep_old:
            old.deleteLater()

    def pick_class(self, index: int) -> None:
        """Make a class the one that tools paint and the styles dock shows."""
        if index != self.tools.class_index and 0 <= index < len(self.document.label_set):
            self.tools.previous_class = self.tools.class_index
            self.tools.class_index = index
            self.class_picked.emit(index)

    @property
    def label_set(self) -> LabelSet:
        """The document's classes under the names that a person reads; files and networks know only their own."""
        own = self.document.label_set
        if self._label_sets is None or self._label_sets[0] is not own:
            self._label_sets = own, in_words(own)
        return self._label_sets[1]

    def palette(self) -> NDArray[np.uint8]:
        """Display colours with the user's own in place, uint8 (classes, 3)."""
        colors = self.label_set.palette()
        for index in range(len(colors)):
            own = self.class_color(index)
            colors[index] = [int(own[place : place + 2], 16) for place in (1, 3, 5)]
        return colors

    def class_color(self, index: int) -> str:
        """The display colour of a class, "#rrggbb": the user's own, or the label set's."""
        info = self.document.label_set.classes[index]
        own = self.settings.class_colors.get(info.name, "")
        if len(own) == 7 and own.startswith("#"):
            return own
        return "#{:02x}{:02x}{:02x}".format(*info.color)

    def set_class_color(self, index: int, color: str | None) -> None:
        """Show a class in another colour ("#rrggbb"), or again in its own (None)."""
        name = self.document.label_set.names[index]
        if color is None:
            self.settings.class_colors.pop(name, None)
        else:
            self.settings.class_colors[name] = color
        self.settings.save()
        self.palette_changed.emit()

    def wand_image(self) -> NDArray[np.uint8] | None:
        """What the magic wand looks at: the photo, or the picture where there is none."""
        photo = self.document.photo
        return photo.frame if photo is not None else self.picture

    def say(self, text: str, kind: str = "info", details: str = "") -> None:
        """Show a note in the message bar; errors come as they were raised, and are shown as sentences."""
        if kind == "error":
            text = as_sentence(text)
        self.message.emit(Message(text, kind, details))

    # Picture ---------------------------------------------------------------------------------------

    def request_picture(self, *_: object) -> None:
        """Ask for a new picture as soon as the present events are handled."""
        # Started anew by every mouse move, the timer would never fire while the hand is fast.
        if not self._timer.isActive():
            self._timer.start()

    @property
    def picture_pending(self) -> bool:
        """The picture shown is not yet the exact one of the document as it stands."""
        return self._timer.isActive() or self._exact_id != self._request_id

    def when_model_ready(self, run: Callable[[], None]) -> None:
        """Call now, or as soon as a network is loaded."""
        if self.facts is not None:
            run()
        else:
            self._waiting_model.append(run)
            self.say(self.tr("This goes on as soon as the network is loaded."))

    def when_exact(self, run: Callable[[], None]) -> None:
        """Call now, or as soon as the exact picture of the document is there."""
        if self.picture is not None and not self.picture_pending:
            run()
        else:
            self._waiting_exact.append(run)
            self.request_picture()
            if self.facts is None:
                self.say(self.tr("This goes on as soon as the network is loaded."))

    def finished_frame(self) -> FinishedFrame | None:
        """What an export needs, frozen; None until there is a picture."""
        if self.picture is None:
            return None
        document = self.document
        return FinishedFrame(
            self.picture,
            document.labels.copy(),
            document.original.copy(),
            document.photo,
            document.fit,
            self.composition,
        )

    def _submit(self) -> None:
        document, facts = self.document, self.facts
        if facts is None or document.codes is None or document.codes.shape != facts.code_mean.shape:
            return
        if document.height % facts.divisor or document.width % facts.divisor:
            self.say(
                self.tr("This map is {0} x {1}; the network needs multiples of {2}.").format(
                    document.width, document.height, facts.divisor
                ),
                "warning",
            )
            return
        self._request_id += 1
        self.worker.submit(
            RenderRequest(self._request_id, document.labels.copy(), document.codes.copy(), self._photo_base())
        )

    def _photo_base(self) -> PhotoBase | None:
        """The photo that the next picture goes into, frozen; None where there is none."""
        document, photo = self.document, self.document.photo
        if photo is None or document.codes is None or (photo.height, photo.width) != document.labels.shape:
            return None
        own = document.photo_codes
        if own is not None:
            own = own.copy() if own.shape == document.codes.shape else None
        return PhotoBase(photo, document.original.copy(), own, document.keep, document.pasted)

    def _take_result(self, result: RenderResult) -> None:
        if result.error:
            self._waiting_exact.clear()
            if result.id < 0:
                self._waiting_model.clear()
            self.say(result.error, "error", result.details)
            return
        if result.id < self._oldest_id or result.pixels is None:
            return
        self.picture = result.pixels
        self.picture_exact = result.exact
        self.composition = result.composition
        if result.exact:
            self._exact_id = result.id
        self.picture_changed.emit(result)
        if not self.picture_pending:
            waiting, self._waiting_exact = self._waiting_exact, []
            for run in waiting:
                run()

    def _adopt_model(self, facts: ModelFacts) -> None:
        self.facts = facts
        before = self.document
        self._fit_to_model(facts)
        # The picture is rendered while the docks take over what is new.
        self._timer.stop()
        self._submit()
        self.model_changed.emit(facts)
        if self.document is not before:
            self.document_changed.emit(self.document)
            self.class_picked.emit(self.tools.class_index)
        waiting, self._waiting_model = self._waiting_model, []
        for run in waiting:
            run()

    def _fit_to_model(self, facts: ModelFacts) -> None:
        """Put a document in place that the network can render."""
        before = self.document
        if before.reviewing:
            return
        former, self._former = self._former, None
        untouched = former is not None and former[1] is before and not before.history.steps
        back = former[0] if former is not None and untouched and former[0].bundle == facts.name else None
        if back is not None:
            # The wrong network was chosen, and now the right one again.
            document = back
            document.drop_listeners()
        else:
            document = adopted(before, facts, self.say)
            if former is not None:
                former[0].deleteLater()
        if document is before:
            return
        if document.label_set.names != before.label_set.names:
            self.tools.class_index = min(1, len(document.label_set) - 1)
            self.tools.previous_class = facts.label_set.background
        self.document = self.context.document = document
        self._listen(document)
        if back is not None or before.label_set.names == document.label_set.names:
            before.deleteLater()
        else:
            self._former = before, document

    def _listen(self, document: Document) -> None:
        document.setParent(self)
        document.history.max_bytes = self.settings.history_mb << 20
        document.labels_changed.connect(self.request_picture)
        document.codes_changed.connect(self.request_picture)
        document.photo_changed.connect(self.request_picture)

    def tr(self, text: str) -> str:  # type: ignore[override]
        """Translate a text of this class."""
        return QCoreApplication.translate("Session", text)

    def save_folder(self) -> Path:
        """Where file dialogs start."""
        folder = Path(self.settings.open_folder)
        return folder if self.settings.open_folder and folder.is_dir() else Path.home()


def largest_class(labels: NDArray[np.uint8], label_set: LabelSet, otherwise: int = 1) -> int:
    """The class with the most pixels of a label map (H, W), without the background; `otherwise` where it is alone."""
    shares = np.bincount(labels.ravel(), minlength=len(label_set))
    shares[label_set.background] = 0
    return int(shares.argmax()) if shares.any() else min(otherwise, len(label_set) - 1)
