"""Label sets and label maps: reading, checking, converting, writing.

A label map is `numpy.uint8 (H, W)`, C-contiguous: the class index of each pixel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.errors import UserError
from model.files import read_json, replacing
from model.images import load_pixels, open_image

LabelMap = NDArray[np.uint8]
Color = tuple[int, int, int]

LABEL_SET_FOLDER = Path(__file__).resolve().parent.parent / "assets" / "label_sets"


@dataclass(frozen=True)
class ClassInfo:
    """One class: its name and display colour (red, green, blue, each 0..255)."""

    name: str
    color: Color


@dataclass(frozen=True)
class LabelSet:
    """An ordered list of classes; a class's place is its value in label maps.

    Attributes:
        name: short name, such as "street-fashion".
        classes: at least one and at most 256 classes.
        background: the class that the eraser paints and that fills what lies outside a map.
        file_values: values that files of this set carry for a class beside its index, such as 255 for "unknown".
        linked: groups of classes that one person has alike, such as face and skin: new random styles of one group come
            from the same photo. No class is in two.
    """

    name: str
    classes: tuple[ClassInfo, ...]
    background: int = 0
    file_values: Mapping[int, int] = field(default_factory=dict)
    linked: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.classes) <= 256:
            raise UserError(
                "label set {label_set!r} has {count} classes; 1 to 256 are possible",
                label_set=self.name,
                count=len(self.classes),
            )
        seen: set[str] = set()
        for info in self.classes:
            if info.name in seen:
                raise UserError(
                    "label set {label_set!r} names the class {name!r} twice", label_set=self.name, name=info.name
                )
            seen.add(info.name)
        if not 0 <= self.background < len(self.classes):
            raise UserError(
                "label set {label_set!r} has no class {background} for its background",
                label_set=self.name,
                background=self.background,
            )
        for value, index in self.file_values.items():
            if not 0 <= value <= 255 or not 0 <= index < len(self.classes):
                raise UserError(
                    "label set {label_set!r} maps the value {value} to {index}, which is no class",
                    label_set=self.name,
                    value=value,
                    index=index,
                )
        members = [index for group in self.linked for index in group]
        if len(set(members)) < len(members) or not all(0 <= index < len(self.classes) for index in members):
            raise UserError(
                "label set {label_set!r} links a class twice, or links what is no class", label_set=self.name
            )
        if not all(self.linked):
            raise UserError("label set {label_set!r} has a group of linked classes without any", label_set=self.name)

    def __len__(self) -> int:
        return len(self.classes)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(info.name for info in self.classes)

    def index_of(self, name: str) -> int:
        """The value of class `name`; a UserError lists the classes there are."""
        try:
            return self.names.index(name)
        except ValueError:
            raise UserError(
                "{name!r} is no class of {label_set}; it has {names}",
                name=name,
                label_set=self.name,
                names=", ".join(self.names),
            ) from None

    def palette(self) -> NDArray[np.uint8]:
        """Display colours, uint8 (N, 3)."""
        return np.array([info.color for info in self.classes], dtype=np.uint8)

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "name": self.name,
            "background": self.background,
            "classes": [{"name": info.name, "color": hex_color(info.color)} for info in self.classes],
        }
        if self.file_values:
            data["file_values"] = {str(value): index for value, index in self.file_values.items()}
        if self.linked:
            data["linked"] = [[self.names[index] for index in group] for group in self.linked]
        return data

    @staticmethod
    def from_json(data: Any, source: str = "label set") -> LabelSet:
        """Build from what `to_json` gives, or from a data set's classes.json (a list of {index, name, color}).

        Raises:
            UserError: naming `source` and what is missing or wrong.
        """
        if isinstance(data, list):
            data = {"name": "custom", "classes": data}
        if not isinstance(data, dict) or not isinstance(data.get("classes"), list):
            raise UserError("{source} holds no list of classes", source=source)
        classes = []
        for position, entry in enumerate(data["classes"]):
            if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
                raise UserError("{source}: class {position} has no name", source=source, position=position)
            if entry.get("index", position) != position:
                raise UserError(
                    "{source}: class {position} ({name!r}) has the index {index}",
                    source=source,
                    position=position,
                    name=entry["name"],
                    index=entry["index"],
                )
            color = _parse_color(entry.get("color"), f"{source}: class {entry['name']!r}")
            classes.append(ClassInfo(entry["name"], color))
        try:
            file_values = {int(value): int(index) for value, index in dict(data.get("file_values", {})).items()}
            background = int(data.get("background", 0))
        except (TypeError, ValueError):
            raise UserError("{source}: background and file_values must be whole numbers", source=source) from None
        label_set = LabelSet(str(data.get("name", "custom")), tuple(classes), background, file_values)
        groups = data.get("linked", [])
        if not isinstance(groups, list) or not all(isinstance(group, list) for group in groups):
            raise UserError("{source}: linked must hold lists of class names", source=source)
        return replace(label_set, linked=tuple(tuple(map(label_set.index_of, group)) for group in groups))


def hex_color(color: Sequence[int] | NDArray[np.uint8]) -> str:
    """Red, green, blue (0..255 each) as #rrggbb."""
    red, green, blue = (int(value) for value in color)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _parse_color(value: Any, source: str) -> Color:
    if isinstance(value, str) and len(value) == 7 and value.startswith("#"):
        try:
            return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)
        except ValueError:
            pass
    if isinstance(value, list) and len(value) == 3 and all(isinstance(v, int) and 0 <= v <= 255 for v in value):
        return value[0], value[1], value[2]
    raise UserError("{source} has no colour of the form #rrggbb", source=source)


def load_label_set(path: str | Path) -> LabelSet:
    """Read a label set from JSON (see `LabelSet.from_json`); raises UserError."""
    source = Path(path)
    data = read_json(source)
    if isinstance(data, list):
        data = {"name": source.parent.name or "custom", "classes": data}
    return LabelSet.from_json(data, str(source))


def builtin_label_set(name: str) -> LabelSet:
    """One of the label sets in assets/label_sets: street-fashion, deepfashion, ade20k, cityscapes."""
    path = LABEL_SET_FOLDER / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in LABEL_SET_FOLDER.glob("*.json")))
        raise UserError("{name!r} is no built-in label set; there are {known}", name=name, known=known)
    return load_label_set(path)


def with_builtin_links(label_set: LabelSet) -> LabelSet:
    """The set with the links of the built-in set of the same name and classes, where it has none of its own."""
    path = LABEL_SET_FOLDER / f"{label_set.name}.json"
    if label_set.linked or not path.is_file():
        return label_set
    builtin = load_label_set(path)
    return replace(label_set, linked=builtin.linked) if builtin.names == label_set.names else label_set


def read_label_map(path: str | Path, label_set: LabelSet) -> LabelMap:
    """Read a label map from an image file.

    Palette and grey images hold class indices (grey may have 16 bits). A palette image whose colours are all display
    colours of the set but stand at other places was re-indexed by a paint program: it is read by colour. RGB images are
    read by colour; transparency is ignored. An RGB image without any colour is taken as a grey one.

    Returns:
        uint8 (H, W), every value a class of `label_set`.

    Raises:
        UserError: naming the file, and the value or colour at fault and where it first stands.
    """
    source = str(path)
    image = load_pixels(open_image(path), path)
    if image.format == "JPEG":
        raise UserError(
            "{source} is a JPEG, whose compression alters class values; a label map must be a PNG", source=source
        )
    if image.mode == "P":
        labels = _from_palette(image, label_set)
    elif image.mode in ("L", "LA", "1") or image.mode.startswith("I"):
        band = image.getchannel(0) if image.mode == "LA" else image
        labels = np.asarray(band.convert("L") if band.mode == "1" else band)
    else:
        labels = _from_colors(np.asarray(image.convert("RGB")), label_set, source)
    if label_set.file_values:
        labels = labels.copy()
        for value, index in label_set.file_values.items():
            labels[labels == value] = index
    check_label_map(labels, label_set, source)
    return np.ascontiguousarray(labels, dtype=np.uint8)


def read_instance_map(path: str | Path) -> NDArray[np.int32]:
    """Read an instance map: int32 (H, W), equal numbers for the pixels of one object.

    Grey and palette images of 8 or 16 bits hold the numbers; of RGB images every colour is an object.
    """
    image = load_pixels(open_image(path), path)
    if image.mode in ("L", "P", "1") or image.mode.startswith("I"):
        return np.ascontiguousarray(np.asarray(image), dtype=np.int32)
    return _pack(np.asarray(image.convert("RGB"))).astype(np.int32)


def _from_palette(image: Image.Image, label_set: LabelSet) -> NDArray[Any]:
    values: NDArray[Any] = np.asarray(image)
    colors = np.frombuffer(image.convert("RGB").tobytes(), np.uint8).reshape(*values.shape, 3)
    by_color = _match_colors(colors, label_set)
    return values if (by_color < 0).any() else by_color


def _pack(colors: NDArray[np.uint8]) -> NDArray[np.int64]:
    wide = colors.astype(np.int64)
    packed: NDArray[np.int64] = (wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2]
    return packed


def _match_colors(colors: NDArray[np.uint8], label_set: LabelSet) -> NDArray[np.int64]:
    """Class of each pixel by its colour, -1 where no class has it; int64 (H, W)."""
    known = _pack(label_set.palette())
    order = np.argsort(known, kind="stable")
    packed = _pack(colors)
    place = np.searchsorted(known[order], packed).clip(max=len(known) - 1)
    index = order[place]
    return np.where(known[index] == packed, index, -1)


def _from_colors(colors: NDArray[np.uint8], label_set: LabelSet, source: str) -> NDArray[Any]:
    labels = _match_colors(colors, label_set)
    unknown = labels < 0
    if not unknown.any():
        return labels
    if (colors[..., 0] == colors[..., 1]).all() and (colors[..., 0] == colors[..., 2]).all():
        return colors[..., 0]
    y, x = _first(unknown)
    raise UserError(
        "{source} has the colour {color} at x={x}, y={y} ({count} such pixels in all), which is "
        "no class colour of {label_set}",
        source=source,
        color=hex_color(colors[y, x]),
        x=x,
        y=y,
        count=int(unknown.sum()),
        label_set=label_set.name,
    )


def _first(mask: NDArray[np.bool_]) -> tuple[int, int]:
    y, x = np.unravel_index(int(mask.argmax()), mask.shape)
    return int(y), int(x)


def check_label_map(labels: NDArray[Any], label_set: LabelSet, source: str) -> None:
    """Raise a UserError naming `source` unless `labels` is a non-empty (H, W) array of class indices of the set."""
    if labels.ndim != 2 or labels.size == 0 or not np.issubdtype(labels.dtype, np.integer):
        raise UserError(
            "{source} is no label map: it has the shape {shape} and type {dtype}",
            source=source,
            shape=labels.shape,
            dtype=labels.dtype,
        )
    wrong = (labels < 0) | (labels >= len(label_set))
    if not wrong.any():
        return
    y, x = _first(wrong)
    if set(np.unique(labels).tolist()) <= {0, 255}:
        raise UserError(
            "{source} is a black and white mask (0 and 255), not a label map of {label_set}",
            source=source,
            label_set=label_set.name,
        )
    raise UserError(
        "{source} has the value {value} at x={x}, y={y} ({count} such pixels in all), but "
        "{label_set} has only the classes 0 to {last}",
        source=source,
        value=int(labels[y, x]),
        x=x,
        y=y,
        count=int(wrong.sum()),
        label_set=label_set.name,
        last=len(label_set) - 1,
    )


def write_label_map(path: str | Path, labels: LabelMap, label_set: LabelSet) -> None:
    """Write a palette PNG: value = class index, palette = display colours. A failure keeps the old file.

    Raises:
        UserError: the suffix is not .png, a value is no class, or the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() != ".png":
        raise UserError("{target} must end in .png to be written as a label map", target=target)
    check_label_map(labels, label_set, "the label map")
    image = Image.fromarray(np.ascontiguousarray(labels, dtype=np.uint8))
    image.putpalette(label_set.palette().tobytes())
    with replacing(target) as temporary:
        image.save(temporary, format="PNG", optimize=False)


def resize_labels(labels: LabelMap, height: int, width: int) -> LabelMap:
    """Nearest-neighbour resize that takes the top-left pixel of a block, as the networks do; uint8 (height, width)."""
    if height < 1 or width < 1:
        raise ValueError(f"cannot resize a label map to {height} x {width}")
    rows = np.arange(height) * labels.shape[0] // height
    columns = np.arange(width) * labels.shape[1] // width
    return np.ascontiguousarray(labels[rows[:, None], columns[None, :]])


def colorize(labels: LabelMap, label_set: LabelSet) -> NDArray[np.uint8]:
    """The map in display colours, uint8 (H, W, 3)."""
    return label_set.palette()[labels]
