"""A page of pictures: best, median and worst reconstructions of a data set, with sampled pictures beside them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from model.images import Photo

_GAP = 8
_PAPER = (250, 250, 250)
_INK = (40, 40, 40)


def pick_rows(distances: list[float], each: int = 3) -> list[tuple[str, int]]:
    """(caption, index) of the ``each`` best, median and worst pictures, fewer where there are fewer, none twice."""
    order = sorted(range(len(distances)), key=lambda index: distances[index])
    each = max(1, min(each, len(order) // 3))
    middle = (len(order) - each) // 2
    parts = {"best": order[:each], "median": order[middle : middle + each], "worst": order[-each:]}
    rows: dict[int, str] = {}
    for caption, members in parts.items():
        for index in members:
            rows.setdefault(index, f"{caption}  {distances[index]:.3f}")
    return [(caption, index) for index, caption in rows.items()]


def compose_page(columns: list[str], rows: list[tuple[str, list[Photo]]], title: str) -> NDArray[np.uint8]:
    """Pictures in rows under the names of their columns: uint8 (H, W, 3).

    Args:
        rows: caption and one picture for each column, all pictures of one size.
    """
    height, width = rows[0][1][0].shape[:2]
    size = max(11, min(18, width // 12))
    font = ImageFont.load_default(size)
    line = size + _GAP
    page_width = _GAP + len(columns) * (width + _GAP)
    top = _GAP + 2 * line
    page = Image.new("RGB", (page_width, top + len(rows) * (line + height + _GAP)), _PAPER)
    draw = ImageDraw.Draw(page)
    draw.text((_GAP, _GAP), title, _INK, font)
    for number, name in enumerate(columns):
        draw.text((_GAP + number * (width + _GAP), _GAP + line), name, _INK, font)
    for number, (caption, pictures) in enumerate(rows):
        y = top + number * (line + height + _GAP)
        draw.text((_GAP, y), caption, _INK, font)
        for column, picture in enumerate(pictures):
            page.paste(Image.fromarray(picture), (_GAP + column * (width + _GAP), y + line))
    return np.asarray(page, np.uint8)
