"""Other outlines for a class of the map: what the Shape dock wants, computed in the job thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from model.labels import LabelMap

if TYPE_CHECKING:
    from app.rendering.requests import ModelFacts
    from model.shapes import ShapeModel

PlainTool = Literal["grow", "shrink", "smooth"]


@dataclass(frozen=True)
class Pose:
    """An outline as seen from the one that the map had when the first control was picked up.

    Attributes:
        values: the positions of the class's sliders, in the order of `ShapeModel.directions`; missing ones are 0.
        seed: number of the dice; None starts from the map's own outline.
        strength: how far the dice goes, 0 nowhere to 1 as far as outlines still look like real ones.
    """

    values: tuple[float, ...] = ()
    seed: int | None = None
    strength: float = 0.0

    @property
    def at_rest(self) -> bool:
        """It is the map's own outline."""
        return self.seed is None and not any(self.values)

    def moved(self, place: int, value: float) -> Pose:
        """With one slider elsewhere."""
        values = list(self.values) + [0.0] * (place + 1 - len(self.values))
        values[place] = value
        return Pose(tuple(values), self.seed, self.strength)


def read_shapes(facts: ModelFacts) -> ShapeModel | None:
    """The shape model of a loaded network, or None where its bundle has none.

    Raises:
        UserError: the file is damaged or for other classes.
    """
    from model.shapes import load_shape_model

    return load_shape_model(facts.bundle)


def posed(model: ShapeModel, labels: LabelMap, class_index: int, pose: Pose, protect: Iterable[int]) -> LabelMap:
    """The map with the class's outline in a pose, uint8 (H, W); `labels` is the map that the pose is seen from."""
    if pose.at_rest:
        return labels.copy()
    kept = tuple(protect)
    if pose.seed is None:
        code = model.encode(labels, class_index, kept)
    else:
        code = model.dice(labels, class_index, pose.seed, pose.strength, kept)
    for slider, value in zip(model.directions(class_index), pose.values, strict=False):
        code = code + np.float32(value) * slider.vector
    return model.vary(labels, class_index, code, kept)


def reworked(tool: PlainTool, labels: LabelMap, class_index: int, pixels: float, protect: Iterable[int]) -> LabelMap:
    """The map with a class grown, shrunk or smoothed by so many pixels, uint8 (H, W)."""
    from model.shapes import grow, shrink, smooth

    return {"grow": grow, "shrink": shrink, "smooth": smooth}[tool](labels, class_index, pixels, protect)
