"""Layered exports: the picture, and over it one layer per class, for Krita, GIMP and Photoshop."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.document.box import Box
from model.errors import UserError
from model.files import replacing
from model.labels import LabelSet, colorize

SUFFIXES = (".psd", ".ora")


@dataclass(frozen=True)
class Layer:
    """One layer: straight RGBA, uint8 (h, w, 4), with its top-left corner at (left, top)."""

    name: str
    pixels: NDArray[np.uint8]
    top: int
    left: int
    visible: bool = True


def class_layers(picture: NDArray[np.uint8], labels: NDArray[np.uint8], label_set: LabelSet) -> list[Layer]:
    """Bottom to top: the picture, every painted class cut out of it, the label map in colours (hidden).

    Args:
        picture: uint8 (H, W, 3); labels: uint8 (H, W) of the same size.
    """
    opaque = np.full((*labels.shape, 1), 255, dtype=np.uint8)
    layers = [Layer("picture", np.concatenate([picture, opaque], axis=2), 0, 0)]
    for index, name in enumerate(label_set.names):
        mask = labels == index
        box = Box.around(mask)
        if box.empty:
            continue
        alpha = (mask[box.slices] * np.uint8(255))[..., None]
        layers.append(Layer(name, np.concatenate([picture[box.slices], alpha], axis=2), box.top, box.left))
    colors = np.concatenate([colorize(labels, label_set), opaque], axis=2)
    layers.append(Layer("label map", colors, 0, 0, visible=False))
    return layers


def write_layers(path: str | Path, layers: list[Layer], height: int, width: int) -> None:
    """Write layers (bottom to top) as PSD or OpenRaster, by suffix. A failure keeps the old file.

    Raises:
        UserError: another suffix, or the file cannot be written.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError("{target} must end in .psd or .ora to be written as layers", target=target)
    with replacing(target) as temporary:
        if suffix == ".ora":
            _write_openraster(temporary, layers, height, width)
        else:
            _write_psd(temporary, layers, height, width)


def _flattened(layers: list[Layer], height: int, width: int) -> Image.Image:
    merged = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    for layer in layers:
        if layer.visible:
            merged.alpha_composite(Image.fromarray(layer.pixels), (layer.left, layer.top))
    return merged


def _write_openraster(path: Path, layers: list[Layer], height: int, width: int) -> None:
    """https://www.openraster.org/baseline/file-layout-spec.html: the mimetype comes first and is stored."""
    root = ElementTree.Element("image", {"version": "0.0.3", "w": str(width), "h": str(height)})
    stack = ElementTree.SubElement(root, "stack")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("mimetype", "image/openraster")
        # The specification lists layers from top to bottom.
        for number, layer in reversed(list(enumerate(layers))):
            source = f"data/layer{number:03d}.png"
            archive.writestr(source, _png(Image.fromarray(layer.pixels)))
            ElementTree.SubElement(
                stack,
                "layer",
                {
                    "name": layer.name,
                    "src": source,
                    "x": str(layer.left),
                    "y": str(layer.top),
                    "opacity": "1.0",
                    "visibility": "visible" if layer.visible else "hidden",
                    "composite-op": "svg:src-over",
                },
            )
        merged = _flattened(layers, height, width)
        archive.writestr("mergedimage.png", _png(merged))
        merged.thumbnail((256, 256))
        archive.writestr("Thumbnails/thumbnail.png", _png(merged))
        archive.writestr("stack.xml", ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _write_psd(path: Path, layers: list[Layer], height: int, width: int) -> None:
    from psd_tools import PSDImage

    document = PSDImage.new("RGB", (width, height), color=255)
    for layer in layers:
        made = document.create_pixel_layer(
            Image.fromarray(layer.pixels), name=layer.name, top=layer.top, left=layer.left
        )
        made.visible = layer.visible
    document.save(str(path))


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=3)
    return buffer.getvalue()
