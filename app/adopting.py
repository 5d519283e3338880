"""Making a document one that a network can render: its classes, its size, codes of its shape."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from app.document import styling
from app.document.document import Document
from app.document.mapping import map_by_name, refitted
from app.naming import class_text
from app.rendering.requests import ModelFacts

#: Seed of the first picture that is seen: a quiet one of the bundled network's.
_FIRST = 10


def _tr(text: str) -> str:
    return QCoreApplication.translate("Session", text)


def adopted(document: Document, facts: ModelFacts, say: Callable[[str, str], None]) -> Document:
    """The document, or another one in its place where the network has other classes or another size.

    Args:
        say: tells the user a text of some kind ("info", "warning").
    """
    made = document
    if made.label_set.names != facts.label_set.names:
        made, lost = map_by_name(made, facts.label_set)
        if lost:
            text = _tr("{0} has no class for {1}; they became {2}.")
            background = facts.label_set.names[facts.label_set.background]
            say(text.format(facts.name, ", ".join(map(class_text, lost)), class_text(background)), "warning")
    native = (facts.height, facts.width)
    if (made.height, made.width) != native and not made.free_size and not made.history.steps:
        made = refitted(made, *native)
    if made.bundle == facts.name:
        # Saved when the network had no controls: as it was, with all of them at rest.
        made.add_controls(facts.controls, facts.code_mean.shape)
    if made.codes is None or made.codes.shape != facts.code_mean.shape or made.bundle != facts.name:
        if made.codes is not None and made.bundle != facts.name and not made.had_network(facts.name):
            say(_tr("The styles belong to another network; {0} drew new ones.").format(facts.name), "info")
        made.install_codes(first_codes(facts), facts.name)
    if made is not document and document.modified:
        # What was not saved before is not saved now.
        made.mark_unsaved()
    return made


def first_codes(facts: ModelFacts) -> NDArray[np.float32]:
    """Codes for a document that has none: drawn, the same ones at every start."""
    return styling.drawn(facts.code_mean, facts.code_spread, np.random.default_rng(_FIRST), facts.code_bank)
