"""The part of a session that changes styles: sliders, dice, the photo's own styles, and pictures of other styles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QObject

from app.document import styling
from app.document.document import Document
from app.document.origins import StyleOrigin
from app.naming import slider_text
from app.rendering.jobs import LATER, JobQueue
from app.rendering.photos import encode_frame
from app.rendering.requests import Composition, Direction, ModelFacts
from app.rendering.thumbnails import class_box, render_thumbnail
from model.labels import LabelSet


def _tr(text: str) -> str:
    return QCoreApplication.translate("Session", text)


class StyleSession(QObject):
    """Changes the codes of a document's classes, each change one step of its history."""

    document: Document
    facts: ModelFacts | None
    composition: Composition | None
    jobs: JobQueue
    rng: np.random.Generator

    @property
    def label_set(self) -> LabelSet:
        """The document's classes under the names that a person reads."""
        raise NotImplementedError

    def say(self, text: str, kind: str = "info", details: str = "") -> None:
        """Show a note in the message bar."""
        raise NotImplementedError

    def directions(self, class_index: int) -> tuple[Direction, ...]:
        """The sliders of a class; none until a network is loaded."""
        if self.facts is None or class_index >= len(self.facts.directions):
            return ()
        return self.facts.directions[class_index]

    def slider_position(self, class_index: int, direction: Direction) -> float:
        """Where a class's code stands on a slider."""
        codes = self.document.codes
        if codes is None or self.facts is None:
            return 0.0
        return styling.position(codes[class_index], self.facts.code_mean[class_index], direction.measure)

    def move_slider(self, class_index: int, direction: Direction, to: float) -> None:
        """Move a class's code along a direction; calls in a row are one step until `Document.end_gesture`."""
        codes = self.document.codes
        if codes is None or self.facts is None:
            return
        mean = self.facts.code_mean[class_index]
        code = styling.moved(codes[class_index], mean, direction.vector, direction.measure, to)
        text = f"{self.label_set.names[class_index]}: {slider_text(direction.name)}"
        before = self.document.origin(class_index)
        self.document.set_codes(
            [class_index],
            code[None],
            text,
            merge=f"slider:{class_index}:{direction.name}",
            origin=None if before is None else before.moved(direction.name, to),
        )

    def draw_styles(self, classes: list[int]) -> None:
        """Draw new codes for some classes at random, as one step; classes linked to them follow, unless locked."""
        if self.facts is None or self.document.codes is None:
            return
        mean, spread, bank = self.facts.code_mean, self.facts.code_spread, self.facts.code_bank
        linked = () if bank is None else bank.linked
        text = self._about(classes, _tr("new style"))
        free = [index for index in classes if index not in self.document.flags.locked]
        classes = styling.with_linked(free, linked)
        if not classes:
            return
        # One seed for what is linked: it draws the same row of the bank.
        leader = {index: group[0] for group in linked for index in group}
        by_leader = {leader.get(index, index): int(self.rng.integers(2**31)) for index in classes}
        seeds = [by_leader[leader.get(index, index)] for index in classes]
        drawn = [
            styling.drawn(
                mean[index], spread[index], np.random.default_rng(seed), None if bank is None else bank.of(index)
            )
            for index, seed in zip(classes, seeds, strict=True)
        ]
        origin = [StyleOrigin("dice", seed=seed) for seed in seeds]
        self.document.set_codes(classes, np.stack(drawn), text, icon="dice", origin=origin)

    def reset_styles(self, classes: list[int]) -> None:
        """Give some classes the code that they have in the photo that is edited, or else their mean code."""
        if self.facts is None:
            return
        mean, own = self.facts.code_mean, [self.document.photo_code(index) for index in classes]
        codes = [mean[index] if code is None else code for index, code in zip(classes, own, strict=True)]
        # Where the photo's own come from is known.
        origins = [StyleOrigin("average") if code is None else None for code in own]
        text = self._about(classes, _tr("reset style"))
        self.document.set_codes(classes, np.stack(codes), text, icon="reset", origin=origins)

    def take_photo_styles(self, outlines: bool) -> None:
        """Encode the photo in the background under the map as it stands now; its classes take the codes found.

        Args:
            outlines: the map counts as the photo's own from then on: what was corrected in it is no edit.
        """
        document, facts, photo = self.document, self.facts, self.document.photo
        if photo is None or facts is None or not facts.has_encoder:
            self.say(_tr("There is no photo to take styles from, or this network has no encoder."), "warning")
            return
        labels = document.labels.copy()

        def done(codes: NDArray[np.float32]) -> None:
            if self.document is document and document.codes is not None and codes.shape == document.codes.shape:
                present = np.unique(labels).tolist()
                document.take_photo_codes(
                    present, codes, _tr("Styles from the photo"), outlines=labels if outlines else None
                )

        self.jobs.add(
            _tr("Reading the styles of the photo"),
            lambda progress: encode_frame(facts, photo.frame, labels),
            done,
            key="encode",
        )

    def render_style(
        self,
        class_index: int,
        code: NDArray[np.float32],
        size: int,
        done: Callable[[NDArray[np.uint8]], None],
        key: str,
    ) -> None:
        """Render in the background how a class would look with another code; `done` gets uint8 (h, w, 3).

        Args:
            size: pixels of the longer side; key: a later call with the same key replaces this one.
        """
        facts, codes = self.facts, self.document.codes
        if facts is None or codes is None:
            return
        labels, trial, photo = self.document.labels.copy(), codes.copy(), self.composition
        trial[class_index] = code
        box = class_box(labels, class_index)
        self.jobs.add(
            _tr("Rendering variations"),
            lambda progress: render_thumbnail(facts, labels, trial, box, size, photo),
            done,
            priority=LATER,
            key=key,
        )

    def _about(self, classes: list[int], what: str) -> str:
        who = self.label_set.names[classes[0]] if len(classes) == 1 else _tr("all classes")
        return f"{who}: {what}"
