"""Style menu: how much of the photo stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QInputDialog

from app.commands.base import Commands
from app.dialogs.fitted import FittedDialog
from app.document.document import Document
from app.document.origins import StyleOrigin
from app.rendering.fitting import FittedStyles, fit_styles
from app.rendering.jobs import Progress
from app.widgets.message_bar import Answer
from model.compositing import Keep

if TYPE_CHECKING:
    from app.window import MainWindow

MAX_SEAM = 64
IDS = (
    "style.from_photo",
    "photo.refine",
    "photo.outlines",
    "photo.keep",
    "photo.model",
    "photo.model_class",
    "photo.seam",
)
"""What there is nothing to do for without a photo."""


class PhotoCommands(Commands):
    """Handlers of "photo.*"."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._fitting: Progress | None = None
        self.session.document_changed.connect(self._listen)
        self.session.class_picked.connect(self._refresh)
        self._listen(self.session.document)
        # The groups of exclusive actions are made later than the commands.
        QTimer.singleShot(0, self, self._refresh)

    def outlines(self) -> None:
        """The map as it stands shows what the photo shows: encode under it, and nothing of it is an edit any more."""
        self.session.take_photo_styles(outlines=True)

    def refine(self) -> None:
        """Fit the styles to the photo in the background; asked again meanwhile, stop."""
        session, document = self.session, self.session.document
        if self._fitting is not None:
            self._fitting.cancel()
            self._fitting = None
            session.say(self.tr("Fitting stopped; the styles are as they were."))
            return
        facts, photo, codes = session.facts, document.photo, document.codes
        if facts is None or photo is None or codes is None or not facts.has_encoder:
            session.say(self.tr("There is no photo to take styles from, or this network has no encoder."), "warning")
            return
        labels, own = document.original.copy(), document.photo_codes
        start = (codes if own is None else own).copy()

        fitting = self.tr("Fitting the styles to the photo...")

        def done(fitted: FittedStyles) -> None:
            self._fitting = None
            self.window.messages.withdraw(fitting)
            if session.document is not document or document.codes is None or document.codes.shape != start.shape:
                return
            # Classes that were given another style keep it.
            shown = [
                index for index in np.unique(labels).tolist() if np.array_equal(document.codes[index], start[index])
            ]
            origin = StyleOrigin("refined", photo.name)
            document.take_photo_codes(shown, fitted.codes, self.tr("Styles fitted to the photo"), origin=origin)
            self.window.messages.show_message(
                self.tr("Styles fitted: {0} instead of {1} off the photo.").format(
                    f"{fitted.error_after:.1f}", f"{fitted.error_before:.1f}"
                ),
                "success",
                answers=[Answer(self.tr("Before and after"), lambda: FittedDialog(fitted, self.window).exec())],
            )

        def failed(text: str, details: str) -> None:
            self._fitting = None
            session.say(text, "error", details)

        self._fitting = session.jobs.add(
            self.tr("Fitting the styles to the photo"),
            lambda progress: fit_styles(facts, photo, labels, start, progress),
            done,
            failed=failed,
            key="refine",
            long=True,
        )
        self.window.messages.show_message(fitting, "info", answers=[Answer(self.tr("Stop"), self.refine)])

    def keep(self) -> None:
        self._set_mode(Keep.PHOTO, self.tr("Keep the photo"))

    def model(self) -> None:
        self._set_mode(Keep.MODEL, self.tr("Everything from the network"))

    def model_class(self) -> None:
        """Let the picked class come from the network, or again from where the others come from."""
        document, index = self.session.document, self.session.tools.class_index
        classes = dict(document.keep.classes)
        wanted = Keep.MODEL if document.keep.of(index) is Keep.PHOTO else Keep.PHOTO
        if wanted is document.keep.mode:
            classes.pop(index, None)
        else:
            classes[index] = wanted
        name = self.session.label_set.names[index]
        text = self.tr("{0}: from the network") if wanted is Keep.MODEL else self.tr("{0}: as in the photo")
        document.set_keep(replace(document.keep, classes=classes), text.format(name))
        self._refresh()

    def seam(self) -> None:
        seam, accepted = QInputDialog.getInt(
            self.window,
            self.tr("Width of the seam"),
            self.tr("Pixels in which an edit fades into the photo (0 cuts hard):"),
            self.session.document.keep.seam,
            0,
            MAX_SEAM,
        )
        if accepted:
            document = self.session.document
            document.set_keep(replace(document.keep, seam=seam), self.tr("Seam of {0} pixels").format(seam))

    def _set_mode(self, mode: Keep, text: str) -> None:
        document = self.session.document
        document.set_keep(replace(document.keep, mode=mode, classes={}), text)
        self._refresh()

    def _listen(self, document: Document) -> None:
        document.photo_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self, *_: object) -> None:
        """Ticks, and nothing to press where there is no photo."""
        table, document = self.window.actions_table, self.session.document
        for action_id in IDS:
            table[action_id].setEnabled(document.photo is not None and not document.reviewing)
        table["photo.keep"].setChecked(document.keep.mode is Keep.PHOTO)
        table["photo.model"].setChecked(document.keep.mode is Keep.MODEL)
        table["photo.model_class"].setChecked(document.keep.of(self.session.tools.class_index) is Keep.MODEL)
