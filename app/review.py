"""A photo's outlines are shown for correction before they count: accepted, they become a document; or nothing happened.

While the review lasts, the session works on a document that has the photo and its parsed map but no styles. The
document that was there before waits, with its history, and comes back when the photo is not taken.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from app import theme
from app.canvas.surface import ViewMode
from app.document.document import Document
from app.document.origins import StyleOrigin
from app.icons import pixmap
from app.rendering.mixing import Correction
from app.rendering.photos import ParsedPhoto, first_styles, parse_file
from app.widgets.review_bar import ReviewBar

if TYPE_CHECKING:
    from app.rendering.requests import ModelFacts
    from app.window import MainWindow


NEEDS_STYLES = ("file.save", "file.save_as", "export.", "style.", "model.")
"""Actions that have to wait until the outlines are accepted."""


class PhotoReview(QObject):
    """From a photo to a document, with the user's approval in between."""

    def __init__(self, window: MainWindow, bar: ReviewBar) -> None:
        super().__init__(window)
        self.window, self.session, self.bar = window, window.session, bar
        self._before: Document | None = None
        self._path: Path | None = None
        self._parsed: ParsedPhoto | None = None
        self._correction: Correction | None = None
        self._mode = ViewMode.OVERLAY
        bar.accepted.connect(self.accept)
        bar.cancelled.connect(self.give_up)
        bar.other_wanted.connect(window.files.open_photo)
        bar.next_wanted.connect(self.next_person)
        self.session.correction_wanted.connect(self.correct)

    @property
    def active(self) -> bool:
        """A photo's outlines are being shown for correction."""
        return self._before is not None

    def open(self, source: Path | NDArray[np.uint8], name: str = "", number: int = 0) -> None:
        """Parse a photo in the background, then show what was found.

        Args:
            source: a file, or the pixels, uint8 (H, W, 3).
            number: which of several people in it, 0 the largest.
        """
        session = self.session

        def with_model() -> None:
            facts = session.facts
            if facts is None:
                return
            session.jobs.add(
                self.tr("Opening the photo"),
                lambda progress: parse_file(facts, source, progress, name, number),
                lambda parsed: self._show(parsed, facts, source),
                failed=lambda text, details: session.say(text, "error", details),
                key="open-photo",
            )

        self.session.when_model_ready(with_model)

    def correct(self, correction: Correction) -> None:
        """Show the outlines of a photo that only gives styles; accepted, the present document is there again."""
        facts = self.session.facts
        if facts is None or (self.active and not self.may_replace()):
            return
        self._show(ParsedPhoto(correction.layer, correction.labels, True), facts, correction.layer.pixels)
        self._correction = correction

    def resume(self, document: Document, done: Callable[[], None]) -> None:
        """Go on with a photo whose review a crash ended; then call `done`."""

        def with_model() -> None:
            facts, photo = self.session.facts, document.photo
            if facts is None or photo is None:
                return
            same = document.label_set.names == facts.label_set.names
            if same and (document.height, document.width) == (facts.height, facts.width):
                self._show(ParsedPhoto(photo, document.labels.copy(), True), facts, photo.pixels, unsaved=True)
            else:
                # The outlines are those of another network.
                document.reviewing = False
                self.session.open_document(document)
            done()

        self.session.when_model_ready(with_model)

    def next_person(self) -> None:
        """Show how the next of several people was read."""
        parsed = self._parsed
        if parsed is not None and self.may_replace():
            source = self._path or parsed.layer.pixels
            self.open(source, parsed.layer.name, (parsed.number + 1) % parsed.people)

    def accept(self) -> None:
        """The outlines are right: read the styles under them, then open the document."""
        session, document = self.session, self.session.document
        facts, photo = session.facts, document.photo
        if not self.active or facts is None or photo is None:
            return
        document.commit_stroke()
        labels = document.labels.copy()
        self.bar.set_busy(True)

        def done(found: tuple[NDArray[np.float32], dict[int, NDArray[np.float32]]]) -> None:
            own, missing = found
            if session.document is not document:
                return
            if not np.array_equal(document.labels, labels):
                # Painted on meanwhile.
                self.accept()
                return
            correction = self._correction
            if correction is not None:
                before = self._before
                assert before is not None
                self._over()
                session.open_document(before)
                correction.done(labels, own)
                return
            codes = own.copy()
            for index, code in missing.items():
                codes[index] = code
            made = Document(
                labels,
                document.label_set,
                codes=codes,
                photo=photo,
                photo_codes=own,
                bundle=facts.name,
                title=document.title,
            )
            # What is added to the photo later looks like something at once.
            made.origins.note(list(missing), codes[list(missing)], StyleOrigin("library"))
            made.flags = document.flags
            if document.modified:
                # The corrections are nowhere on disk.
                made.mark_unsaved()
            before, path = self._before, self._path
            self._over()
            self.window.files.show(made, path)
            if before is not None:
                before.deleteLater()

        def failed(text: str, details: str) -> None:
            self.bar.set_busy(False)
            session.say(text, "error", details)

        session.jobs.add(
            self.tr("Reading the styles of the photo"),
            lambda progress: first_styles(facts, photo.frame, labels),
            done,
            failed=failed,
            key="encode",
        )

    def give_up(self) -> bool:
        """Go back to the document that was there before; False where corrections would be lost and the user stays."""
        before = self._before
        if before is None:
            return True
        if not self.may_replace():
            return False
        self._over()
        self.window.canvas.cancel_gesture()
        self.session.open_document(before)
        return True

    def may_replace(self) -> bool:
        """Another photo may take the place of the one under review; asks where corrections would be lost."""
        return not self.session.document.modified or self._lose_corrections()

    def _show(
        self, parsed: ParsedPhoto, facts: ModelFacts, source: Path | NDArray[np.uint8], unsaved: bool = False
    ) -> None:
        session = self.session
        document = Document(parsed.labels, facts.label_set, photo=parsed.layer, title=parsed.layer.name)
        document.reviewing = True
        if unsaved:
            document.mark_unsaved()
        self._path = source if isinstance(source, Path) else None
        self._correction = None
        self._parsed = parsed
        self.window.canvas.cancel_gesture()
        if self.active:
            # Another photo takes the place of the one under review.
            session.open_document(document)
        else:
            self._before = session.document
            self._mode = self.window.canvas.mode
            session.open_document(document, keep_old=True)
        # Not the user's choice: it is not remembered.
        self.window.canvas.set_mode(ViewMode.OVERLAY)
        self._enable(False)
        document.labels_changed.connect(self._painted)
        height, width = parsed.layer.pixels.shape[:2]
        self.bar.show_photo(document.name, parsed.person, parsed.full_size, (height, width), parsed.doubt)
        self.bar.show_people(parsed.number, parsed.people if parsed.person else 1)
        self._painted()
        self.window.canvas.setFocus()

    def _painted(self, *_: object) -> None:
        document = self.session.document
        self.bar.set_acceptable(bool((document.labels != document.label_set.background).any()))

    def _over(self) -> None:
        self._before = self._path = self._parsed = self._correction = None
        self.bar.hide()
        self.bar.set_busy(False)
        self.window.canvas.set_mode(self._mode)
        self._enable(True)

    def _enable(self, on: bool) -> None:
        for action_id, action in self.window.actions_table.actions.items():
            if action_id.startswith(NEEDS_STYLES):
                action.setEnabled(on)

    def _lose_corrections(self) -> bool:
        box = QMessageBox(self.window)
        box.setIconPixmap(pixmap("help", theme.current().accent, 32, box.devicePixelRatioF()))
        box.setText(self.tr("Give up the photo “{0}” and your corrections?").format(self.session.document.name))
        box.setStandardButtons(QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        return bool(box.exec() == QMessageBox.StandardButton.Discard)
