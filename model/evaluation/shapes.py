"""Whether varied outlines still make pictures that read as their maps say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from model.checkpoints import Bundle
from model.engine import Renderer
from model.errors import UserError
from model.labels import LabelMap, resize_labels
from model.parsing import parse_photo
from model.shapes import ShapeModel
from model.styles import sample_codes


def measure_readability(
    bundle: Bundle,
    model: ShapeModel,
    maps: Sequence[LabelMap],
    samples: int = 200,
    seed: int = 0,
    device: str = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Vary one class of a map, render the map in random styles, parse the picture and compare.

    Classes and maps take turns; every sample has codes of its own.

    Args:
        maps: uint8 (H, W) of any size; brought to the bundle's.
        progress: called as ``progress(done, total)``.

    Returns:
        ``samples``; ``pixels``, the mean share of pixels that the parser reads as the varied map says; ``figure``, the
        same over what the map does not call background; ``unvaried``, as ``pixels`` for the same maps in the same
        styles before they were varied, of every fifth sample; ``classes``, ``pixels`` by the class that was varied.

    Raises:
        UserError: the bundle has no parser, or no map shows a class that the model varies.
    """
    if bundle.parser is None:
        raise UserError(f"the bundle {bundle.name} has no parser to read pictures with")
    fitted = [resize_labels(labels, bundle.height, bundle.width) for labels in maps]
    turns = {index: [m for m in fitted if (m == index).mean() >= 5e-4] for index in model.classes}
    classes = [index for index, having in turns.items() if having]
    if not classes:
        raise UserError("none of the label maps shows a class that the shape model varies")
    renderer = Renderer(bundle, device=device)

    def read(labels: LabelMap, number: int) -> LabelMap:
        codes = sample_codes(bundle, seed + number)
        return parse_photo(bundle, renderer.render(labels, codes).pixels, thorough=False)

    pixels: dict[int, list[float]] = {}
    figure: list[float] = []
    unvaried: list[float] = []
    for number in range(samples):
        index = classes[number % len(classes)]
        having = turns[index]
        labels = having[(number // len(classes)) % len(having)]
        varied = model.vary(labels, index, model.dice(labels, index, seed + number))
        right = read(varied, number) == varied
        pixels.setdefault(index, []).append(float(right.mean()))
        shown = varied != bundle.label_set.background
        if shown.any():
            figure.append(float(right[shown].mean()))
        if number % 5 == 0:
            unvaried.append(float((read(labels, number) == labels).mean()))
        if progress is not None:
            progress(number + 1, samples)
    return {
        "samples": samples,
        "pixels": round(float(np.mean([share for shares in pixels.values() for share in shares])), 4),
        "figure": round(float(np.mean(figure)), 4),
        "unvaried": round(float(np.mean(unvaried)), 4),
        "classes": {model.class_names[index]: round(float(np.mean(shares)), 4) for index, shares in pixels.items()},
    }
