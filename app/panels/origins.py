"""In words: where the style of a class came from."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.document.origins import StyleOrigin
from app.naming import slider_text


def origin_text(origin: StyleOrigin | None) -> str:
    """One line for tooltips and labels; empty where nobody knows."""
    if origin is None:
        return ""
    translate = QCoreApplication.translate
    texts = {
        "photo": translate("Origins", "From {0}").format(origin.source),
        "own photo": translate("Origins", "As in the photo {0}").format(origin.source),
        "refined": translate("Origins", "Fitted to the photo {0}").format(origin.source),
        "dice": translate("Origins", "Dice number {0}").format(origin.seed),
        "variation": translate("Origins", "Variation of another style"),
        "library": translate("Origins", "From the style library"),
        "average": translate("Origins", "The average style"),
        "pasted": translate("Origins", "Pasted"),
        "morph": translate("Origins", "From a morph"),
    }
    text = texts[origin.kind]
    if origin.kind == "photo" and origin.strength < 1:
        text = f"{text}, {round(100 * origin.strength)} %"
    if origin.sliders:
        names = ", ".join(slider_text(name) for name, _position in origin.sliders)
        text = translate("Origins", "{0}; moved: {1}").format(text, names)
    return text
