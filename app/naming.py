"""Names that come with a network, in the user's language: those of the usual classes and sliders.

What is stored, compared or mapped by name keeps the network's own names; only what a person reads is translated.
"""

from __future__ import annotations

import re
from dataclasses import replace

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from model.labels import LabelSet


def _class(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Classes", text))


def _slider(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Sliders", text))


FASHION = (
    _class("background"),
    _class("hair"),
    _class("face"),
    _class("skin"),
    _class("hat"),
    _class("eyewear"),
    _class("top"),
    _class("outerwear"),
    _class("dress"),
    _class("skirt"),
    _class("trousers"),
    _class("legwear"),
    _class("shoes"),
    _class("bag"),
    _class("scarf"),
    _class("accessory"),
    _class("top clothes"),
    _class("bottom clothes"),
    _class("socks"),
)
STREET = (
    _class("unlabeled"),
    _class("ego vehicle"),
    _class("rectification border"),
    _class("out of roi"),
    _class("static"),
    _class("dynamic"),
    _class("ground"),
    _class("road"),
    _class("sidewalk"),
    _class("parking"),
    _class("rail track"),
    _class("building"),
    _class("wall"),
    _class("fence"),
    _class("guard rail"),
    _class("bridge"),
    _class("tunnel"),
    _class("pole"),
    _class("polegroup"),
    _class("traffic light"),
    _class("traffic sign"),
    _class("vegetation"),
    _class("terrain"),
    _class("sky"),
    _class("person"),
    _class("rider"),
    _class("car"),
    _class("truck"),
    _class("bus"),
    _class("caravan"),
    _class("trailer"),
    _class("train"),
    _class("motorcycle"),
    _class("bicycle"),
    _class("license plate"),
)
SLIDERS = (
    _slider("Lightness"),
    _slider("Warmth"),
    _slider("Saturation"),
    _slider("Contrast"),
    _slider("Pattern scale"),
    _slider("Longer"),
    _slider("Wider"),
    _slider("Fuller"),
    _slider("Variation {0}"),
)
_NUMBERED = re.compile(r"Variation (\d+)")


def class_text(name: str) -> str:
    """A class's name for a person to read; the network's own where nobody translated it."""
    return QCoreApplication.translate("Classes", name)


def slider_text(name: str) -> str:
    """A slider's name for a person to read."""
    numbered = _NUMBERED.fullmatch(name)
    if numbered is not None:
        return QCoreApplication.translate("Sliders", "Variation {0}").format(numbered[1])
    return QCoreApplication.translate("Sliders", name)


def slider_hint(name: str) -> str:
    """What a slider's name leaves unsaid, or nothing."""
    if _NUMBERED.fullmatch(name) is None:
        return ""
    return QCoreApplication.translate("Sliders", "Something else that varies much: watch the picture while you drag")


def in_words(label_set: LabelSet) -> LabelSet:
    """The same classes under the names that a person reads.

    Where a language has one word for two of them, all keep their own names, which tell them apart.
    """
    named = tuple(replace(info, name=class_text(info.name)) for info in label_set.classes)
    if len({info.name for info in named}) < len(named):
        return label_set
    return replace(label_set, classes=named)
