"""How good a shape model is: variety, validity, what its sliders move, and how fast it draws."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from model.labels import LabelMap
from model.shapes.extent import NAMED, slider_correlation
from model.shapes.holes import Mask
from model.shapes.model import ShapeModel
from model.shapes.outline import count_components

_MAPS = 10
_SAMPLES = 6
_SLIDER_MAPS = 4
_SMALLEST = 5e-4  # of the map


def intersection_over_union(first: Mask, second: Mask) -> float:
    """IoU of two masks; 1 for two empty ones."""
    union = int((first | second).sum())
    return float((first & second).sum() / union) if union else 1.0


def measure_samples(model: ShapeModel, maps: Sequence[LabelMap], seed: int = 0) -> dict[str, Any]:
    """Figures of a model on maps it was not trained on.

    Returns:
        ``classes``: for every class that the maps show, ``maps`` (how many were used), ``variety`` (mean IoU between
        samples of one map: lower is more varied), ``valid`` (share of samples with at most as many components as real
        maps usually have), ``strength`` (limit of the dice, where one is known), ``likeness`` (IoU with the map's own
        outline when it is drawn from its code alone) and, for every named slider, its rank correlation with what it is
        named after. ``variety`` and ``valid``: over all classes. ``milliseconds``: median CPU time of a draw in a map
        seen before; ``first_milliseconds``: in a new one.
    """
    classes: dict[str, dict[str, Any]] = {}
    again: list[float] = []
    first: list[float] = []
    for index in model.classes:
        chosen = [labels for labels in maps if (labels == index).mean() >= _SMALLEST][:_MAPS]
        overlaps: list[float] = []
        valid: list[bool] = []
        likeness: list[float] = []
        for number, labels in enumerate(chosen):
            began = time.process_time()
            model.encode(labels, index)
            masks = []
            for sample in range(_SAMPLES):
                began = began if sample == 0 else time.process_time()
                varied = model.vary(labels, index, model.dice(labels, index, seed + 1000 * number + sample))
                (first if sample == 0 else again).append(1000 * (time.process_time() - began))
                masks.append(varied == index)
            valid.extend(0 < count_components(mask) <= model.statistics.components[index] for mask in masks)
            overlaps.extend(intersection_over_union(a, b) for a, b in combinations(masks, 2))
            likeness.append(_likeness(model, labels, index))
        if chosen:
            row: dict[str, Any] = {"maps": len(chosen), "variety": round(float(np.mean(overlaps)), 3)}
            row["valid"] = round(float(np.mean(valid)), 3)
            row["likeness"] = round(float(np.mean(likeness)), 3)
            if index in model.limits:
                row["strength"] = model.limits[index]
            for slider in model.directions(index):
                if slider.name in NAMED:
                    figure = slider_correlation(model, chosen[:_SLIDER_MAPS], index, slider)
                    row[slider.name] = round(figure, 2)
            classes[model.class_names[index]] = row
    return {
        "classes": classes,
        "variety": round(float(np.mean([row["variety"] for row in classes.values()])), 3) if classes else None,
        "valid": round(float(np.mean([row["valid"] for row in classes.values()])), 3) if classes else None,
        "milliseconds": round(float(np.median(again)), 1) if again else None,
        "first_milliseconds": round(float(np.median(first)), 1) if first else None,
    }


def _likeness(model: ShapeModel, labels: LabelMap, class_index: int) -> float:
    code = model.encode(labels, class_index)
    drawn = model.outline_logits(labels, class_index, code[None])[0] > 0
    return intersection_over_union(drawn, model.outline_shares(labels, class_index) > 0.5)
