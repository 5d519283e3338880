"""Where on a person an added thing sits: outlines of the shape model, moved to where real maps show such things.

The network draws a hat, glasses or a scarf where they may be; on a body a few pixels decide whether they are worn.
Distances are in widths of the face, or its heights, from its lower edge without the neck; they are medians over the
training maps (97 hats, 274 pairs of glasses, 65 scarves).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from model.boxes import Box, bounding_box
from model.labels import LabelMap
from model.shapes.holes import Mask, without_necks

#: Glasses lie so far below the face's top, and so far above its centre, in roots of its area; the mean of the two is
#: right within a tenth on half of the maps. They are so wide and so tall, in widths.
_BELOW_TOP, _ABOVE_CENTRE, _GLASSES = 0.32, 0.25, (0.75, 0.95)
_LENSES = (0.28, 0.4)
#: A hat ends so far above the face's lower edge, by the face's height; it is hair or face below.
_BROW = 0.72
#: A scarf begins a little above the face's lower edge and lies beneath it; so wide and so tall it may be.
_SCARF_TOP, _SCARF_WIDE, _SCARF_TALL = -0.05, (1.3, 2.0), (0.9, 2.2)
#: Hands hang in these shares of a figure's height, and so far from its middle line, in its widths.
_HANDS, _ASIDE = (0.38, 0.62), 0.18


def seated(labels: LabelMap, added: Mask, name: str, names: Sequence[str], background: int = 0) -> Mask:
    """An added thing where it is worn, bool (H, W): moved and trimmed; as it was where the map shows nothing to go by.

    Args:
        labels: uint8 (H, W), the map before; added: bool (H, W), what was drawn.
        name: the class that is added; names: of all classes.
    """
    if not added.any():
        return added
    if name == "bag":
        return _in_hand(labels, added, names, background)
    face = _face(labels, names, background)
    if face is None or name not in ("hat", "eyewear", "scarf"):
        return added
    top, left, bottom, right = face
    tall, wide, middle = bottom - top, right - left, (left + right) / 2
    if name == "eyewear":
        rows = np.nonzero(without_necks(labels, names.index("face"), background) == names.index("face"))[0]
        unit = float(np.sqrt(len(rows)))
        row = 0.5 * (top + _BELOW_TOP * unit + float(rows.mean()) - _ABOVE_CENTRE * unit)
        return _glasses(added, row, middle, wide)
    rows, columns = np.mgrid[: labels.shape[0], : labels.shape[1]]
    if name == "hat":
        # A brim is lowest in its middle: straight ends look cut off.
        curve = 0.10 * tall * (1 - np.square((columns + 0.5 - middle) / max(wide, 1)))
        return _largest(added & (rows + 0.5 < bottom - _BROW * tall + curve))
    here = _box(added)
    width = float(np.clip(here[3] - here[1], _SCARF_WIDE[0] * wide, _SCARF_WIDE[1] * wide))
    height = float(np.clip(here[2] - here[0], _SCARF_TALL[0] * wide, _SCARF_TALL[1] * wide))
    scale = (height / (here[2] - here[0]), width / (here[3] - here[1]))
    return _placed(added, (bottom + _SCARF_TOP * wide + height / 2, middle), scale) >= 0.5


def dressed(
    labels: LabelMap,
    drawn: LabelMap,
    class_index: int,
    names: Sequence[str],
    kept: Iterable[int],
    protect: Iterable[int],
    background: int = 0,
) -> LabelMap:
    """The map with what was drawn where it is worn (`seated`), uint8 (H, W).

    Args:
        labels: the map before; drawn: with the class added; kept: classes that are worn over it; protect: classes that
            lose no pixel.
    """
    added = drawn == class_index
    place = seated(labels, added, names[class_index], names, background)
    seen = labels
    if names[class_index] == "scarf" and "face" in names:
        # A neck is of the face's class, and scarves lie before it.
        seen = without_necks(labels, names.index("face"), background)
    place &= ~np.isin(seen, [index for index in kept if index != background]) & ~np.isin(labels, list(protect))
    if not place.any() or (place == added).all():
        return drawn
    result = labels.copy()
    result[place] = class_index
    return result


def worn(added: Mask, name: str) -> float:
    """How much an outline looks like what it is, from 0: a bag's fills its box, a scarf's is as wide as the neck."""
    if not added.any():
        return -1.0
    top, left, bottom, right = _box(added)
    inside = added[top:bottom, left:right]
    fills = float(inside.mean())
    if name == "bag":
        return fills + 0.5 * min(inside.shape) / max(inside.shape)
    return fills * 0.5 + float((inside == inside[:, ::-1]).mean())


def _face(labels: LabelMap, names: Sequence[str], background: int) -> Box | None:
    if "face" not in names:
        return None
    face = names.index("face")
    found = bounding_box(without_necks(labels, face, background) == face)
    return found if found is not None and found[3] - found[1] >= 4 else None


def _glasses(added: Mask, row: float, middle: float, wide: float) -> Mask:
    """Glasses are as wide as faces are, and alike on both sides."""
    top, left, bottom, right = _box(added)
    width = float(np.clip(right - left, _GLASSES[0] * wide, _GLASSES[1] * wide))
    height = float(np.clip(bottom - top, _LENSES[0] * wide, _LENSES[1] * wide))
    plane = _placed(added, (row, middle), (height / (bottom - top), width / (right - left)))
    # Turned over at its middle column.
    over = np.array([[-1, 0, 2 * middle - 1], [0, 1, 0]], np.float64)
    size = (added.shape[1], added.shape[0])
    return np.asarray(np.maximum(plane, cv2.warpAffine(plane, over, size, flags=cv2.INTER_LINEAR)) >= 0.5, np.bool_)


def _placed(mask: Mask, middle: tuple[float, float], scale: tuple[float, float]) -> NDArray[np.float32]:
    """How much of each pixel it covers, scaled (down, across) and with its box around another middle (row, column)."""
    top, left, bottom, right = _box(mask)
    across = [scale[1], 0, middle[1] - scale[1] * (left + right) / 2 + (scale[1] - 1) / 2]
    down = [0, scale[0], middle[0] - scale[0] * (top + bottom) / 2 + (scale[0] - 1) / 2]
    size = (mask.shape[1], mask.shape[0])
    plane = mask.astype(np.float32)
    return np.asarray(cv2.warpAffine(plane, np.array([across, down]), size, flags=cv2.INTER_LINEAR), np.float32)


def _in_hand(labels: LabelMap, added: Mask, names: Sequence[str], background: int) -> Mask:
    """A bag hangs from a hand, the nearer one, where the map shows one."""
    figure = bounding_box(labels != background)
    if figure is None or "skin" not in names:
        return added
    top, left, bottom, right = figure
    tall, wide, middle = bottom - top, right - left, (left + right) / 2
    skin = labels == names.index("skin")
    skin[: round(top + _HANDS[0] * tall)] = False
    skin[round(top + _HANDS[1] * tall) :] = False
    here = _box(added)
    count, _, boxes, centres = cv2.connectedComponentsWithStats(skin.astype(np.uint8), connectivity=8)
    hands = [
        (float(centres[number][0]), int(boxes[number][1] + boxes[number][3]))
        for number in range(1, count)
        if boxes[number][4] >= 0.0006 * tall * tall and abs(centres[number][0] - middle) > _ASIDE * wide
    ]
    if not hands:
        return added
    column, low = min(hands, key=lambda hand: abs(hand[0] - (here[1] + here[3]) / 2))
    return _moved(added, round(low - 0.06 * (here[2] - here[0]) - here[0]), round(column - (here[1] + here[3]) / 2))


def _moved(mask: Mask, down: int, across: int) -> Mask:
    matrix = np.array([[1, 0, across], [0, 1, down]], np.float64)
    size = (mask.shape[1], mask.shape[0])
    return np.asarray(cv2.warpAffine(mask.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST) > 0, np.bool_)


def _largest(mask: Mask) -> Mask:
    count, numbered, boxes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count <= 2:
        return mask
    return np.asarray(numbered == 1 + int(boxes[1:, 4].argmax()), np.bool_)


def _box(mask: Mask) -> Box:
    found = bounding_box(mask)
    assert found is not None
    return found
