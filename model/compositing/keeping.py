"""How much of a photo stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from model.labels import LabelSet

#: Classes that are a person: what they show but for its colour is theirs, not a style.
_PERSONAL = ("face", "skin")

#: Classes that hang in folds, and hang alike where one takes another's place.
_CLOTH = ("top", "outerwear", "dress", "skirt", "trousers")
#: What is drawn without glitter where it is new.
_CALM = (*_CLOTH, "scarf", "hat", "bag", "shoes")


class Keep(StrEnum):
    """Whose pixels a class shows where nobody edited it."""

    PHOTO = "photo"
    MODEL = "model"


@dataclass(frozen=True)
class KeepSettings:
    """How much of the photo stays.

    Attributes:
        mode: for all classes.
        classes: for single classes, over `mode`.
        seam: width in frame pixels of the band around edits in which model and photo are blended; 0 cuts hard.
    """

    mode: Keep = Keep.PHOTO
    classes: Mapping[int, Keep] = field(default_factory=lambda: MappingProxyType({}))
    seam: int = 4

    def __post_init__(self) -> None:
        if not 0 <= self.seam <= 64:
            raise ValueError(f"a seam of {self.seam} pixels is outside 0 to 64")

    def of(self, class_index: int) -> Keep:
        return self.classes.get(class_index, self.mode)


def personal_classes(label_set: LabelSet) -> frozenset[int]:
    """Classes whose features stay when they take another style: faces, and skin with its hands."""
    return frozenset(index for index, name in enumerate(label_set.names) if name in _PERSONAL)


def cloth_classes(label_set: LabelSet) -> frozenset[int]:
    """Garments whose folds stay where one takes the place of another."""
    return frozenset(index for index, name in enumerate(label_set.names) if name in _CLOTH)


def calm_classes(label_set: LabelSet) -> frozenset[int]:
    """Garments and what is worn with them: drawn without glitter where they are new in a photo."""
    return frozenset(index for index, name in enumerate(label_set.names) if name in _CALM)
