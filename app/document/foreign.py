"""Label maps made by other programs: labelme and COCO polygons, id images, images in any colours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import UserError
from model.files import read_json
from model.images import load_pixels, open_image
from model.labels import LabelSet, builtin_label_set

MAX_KINDS = 256
"""More kinds of pixels than this are a photo, not a label map."""


USUAL_WORDS = {
    "outerwear": ("coat", "jacket", "blazer", "cardigan", "parka", "vest"),
    "top": ("shirt", "blouse", "sweater", "jumper", "pullover", "hoodie", "top"),
    "trousers": ("pants", "jeans", "shorts", "trouser", "leggings"),
    "dress": ("dress", "gown", "romper"),
    "skirt": ("skirt",),
    "legwear": ("socks", "sock", "tights", "stockings", "stocking", "leggings"),
    "shoes": ("shoe", "shoes", "boots", "boot", "sneakers", "sandals", "footwear", "heels"),
    "bag": ("bag", "backpack", "purse", "clutch"),
    "hat": ("hat", "cap", "beanie", "headwear", "helmet"),
    "eyewear": ("glasses",),
    "scarf": ("scarf", "shawl"),
    "accessory": ("belt", "necklace", "bracelet", "watch", "tie", "gloves", "earrings", "jewelry"),
    "skin": ("arm", "leg", "arms", "legs", "hand", "hands", "body", "neck"),
}
"""What data sets of clothes call a class of ours, by the ends of the words."""


@dataclass(frozen=True)
class Foreign:
    """A map whose values still have to be given classes.

    Attributes:
        values: int32 (H, W), places in `names`.
        names: what the file calls each kind of pixel: a class name, a number or "#rrggbb".
        colors: a colour to show for each kind, (red, green, blue).
    """

    values: NDArray[np.int32]
    names: tuple[str, ...]
    colors: tuple[tuple[int, int, int], ...]

    def guess(self, label_set: LabelSet) -> list[int | None]:
        """The class of each kind by its name or colour; None where there is none."""
        by_name = {_plain(name): index for index, name in enumerate(label_set.names)}
        by_color = {"#{:02x}{:02x}{:02x}".format(*info.color): index for index, info in enumerate(label_set.classes)}
        return [by_name.get(_plain(name), by_color.get(name)) for name in self.names]

    def suggest(self, label_set: LabelSet) -> list[int]:
        """A class for each kind, for a person to correct: the one it is called by, a usual word for one, background."""
        by_name = {_plain(name): index for index, name in enumerate(label_set.names)}
        found = []
        for name, sure in zip(self.names, self.guess(label_set), strict=True):
            plain = _plain(name)
            usual = (klass for klass, words in USUAL_WORDS.items() if any(plain.endswith(word) for word in words))
            likely = next((by_name[klass] for klass in usual if klass in by_name), label_set.background)
            found.append(likely if sure is None else sure)
        return found

    def mapped(self, classes: Iterable[int]) -> NDArray[np.uint8]:
        """The label map after every kind was given a class; uint8 (H, W)."""
        table = np.array(list(classes), dtype=np.uint8)
        return np.ascontiguousarray(table[self.values])


def read_foreign(path: str | Path) -> Foreign:
    """Read a labelme or COCO file, or an image of ids or colours.

    Raises:
        UserError: the file is missing or damaged, or is no label map at all.
    """
    source = Path(path)
    if source.suffix.lower() == ".json":
        return _from_json(source)
    return _from_image(source)


def data_set_of(path: Path) -> str | None:
    """The label set whose ids an image holds, where its name gives that away: "cityscapes", "ade20k" or None."""
    name = path.name.lower()
    if any(word in name for word in ("labelids", "gtfine", "instanceids")):
        return "cityscapes"
    return "ade20k" if name.startswith("ade_") else None


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-]+", " ", name.lower()).strip()


def _from_image(source: Path) -> Foreign:
    image = load_pixels(open_image(source), source)
    if image.mode in ("L", "1", "P") or image.mode.startswith("I"):
        numbers = np.asarray(image.convert("L") if image.mode == "1" else image).astype(np.int64)
        found, values = np.unique(numbers, return_inverse=True)
        _check_kinds(len(found), source)
        names = _id_names(source, [int(number) for number in found])
        return Foreign(values.reshape(numbers.shape).astype(np.int32), names, tuple(_wheel(len(found))))
    rgb = np.asarray(image.convert("RGB")).astype(np.int64)
    packed = rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2]
    found, values = np.unique(packed, return_inverse=True)
    _check_kinds(len(found), source)
    colors = tuple((int(v) >> 16, int(v) >> 8 & 255, int(v) & 255) for v in found)
    names = tuple("#{:02x}{:02x}{:02x}".format(*color) for color in colors)
    return Foreign(values.reshape(packed.shape).astype(np.int32), names, colors)


def _check_kinds(count: int, source: Path) -> None:
    if count > MAX_KINDS:
        raise UserError(
            "{source} has {count} different values, which is more than a label map has", source=source, count=count
        )


def _id_names(source: Path, numbers: list[int]) -> tuple[str, ...]:
    data_set = data_set_of(source)
    known: Mapping[int, str] = {} if data_set is None else dict(enumerate(builtin_label_set(data_set).names))
    return tuple(known.get(number, str(number)) for number in numbers)


def _from_json(source: Path) -> Foreign:
    data = read_json(source)
    try:
        if isinstance(data, dict) and "shapes" in data:
            return _labelme(data)
        if isinstance(data, dict) and "annotations" in data:
            return _coco(data, source)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise UserError("{source} is damaged: {error!r}", source=source, error=error) from error
    raise UserError("{source} is neither a labelme nor a COCO file", source=source)


def _labelme(data: dict[str, Any]) -> Foreign:
    height, width = int(data["imageHeight"]), int(data["imageWidth"])
    shapes = []
    for shape in data["shapes"]:
        points = np.asarray(shape["points"], dtype=np.float64)
        kind = shape.get("shape_type", "polygon")
        if kind == "rectangle":
            (x0, y0), (x1, y1) = points[:2]
            points = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        elif kind == "circle":
            radius = float(np.hypot(*(points[1] - points[0])))
            turn = np.linspace(0, 2 * np.pi, 90, endpoint=False)
            points = points[0] + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        elif kind != "polygon":
            continue
        shapes.append((str(shape["label"]), [points]))
    return _paint(height, width, shapes)


def _coco(data: dict[str, Any], source: Path) -> Foreign:
    image = data["images"][0]
    names = {int(entry["id"]): str(entry["name"]) for entry in data.get("categories", [])}
    shapes = []
    for entry in data["annotations"]:
        if entry.get("image_id", image["id"]) != image["id"]:
            continue
        rings = entry["segmentation"]
        if not isinstance(rings, list):
            raise UserError("{source} holds run-length masks; only COCO polygons can be read", source=source)
        polygons = [np.asarray(ring, dtype=np.float64).reshape(-1, 2) for ring in rings]
        shapes.append((names.get(int(entry["category_id"]), str(entry["category_id"])), polygons))
    # Large shapes first, so that a small one on top of them stays visible.
    shapes.sort(key=lambda shape: -sum(_area(ring) for ring in shape[1]))
    return _paint(int(image["height"]), int(image["width"]), shapes)


def _area(ring: NDArray[np.float64]) -> float:
    return float(cv2.contourArea(ring.astype(np.float32)))


def _paint(height: int, width: int, shapes: list[tuple[str, list[NDArray[np.float64]]]]) -> Foreign:
    if not 1 <= height * width <= 1 << 27:
        raise ValueError(f"a size of {width} x {height}")
    names = ["background", *dict.fromkeys(name for name, _ in shapes if _plain(name) != "background")]
    places = {name: place for place, name in enumerate(names)}
    values = np.zeros((height, width), dtype=np.int32)
    for name, rings in shapes:
        place = places.get(name, 0)
        cv2.fillPoly(values, [np.round(ring).astype(np.int32) for ring in rings], place)
    return Foreign(values, tuple(names), tuple(_wheel(len(names))))


def _wheel(count: int) -> list[tuple[int, int, int]]:
    """Colours that can be told apart; the first is black."""
    hues = np.array([[(place * 67) % 180, 170, 230] for place in range(max(count, 1))], dtype=np.uint8)[None]
    rgb = cv2.cvtColor(hues, cv2.COLOR_HSV2RGB)[0].tolist()
    return [(0, 0, 0), *((int(r), int(g), int(b)) for r, g, b in rgb[1:])][:count]
