"""Project files (.smis): a zip of manifest.json, labels.png, original.png, photo.png, styles.safetensors and more."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from app.document.content import ClassFlags
from app.document.document import Document
from app.document.origins import StyleOrigin
from app.document.photo import Crop, PhotoLayer
from model.compositing import Keep, KeepSettings, Pasted
from model.compositing.pasting import FINENESS
from model.errors import UserError
from model.files import replacing
from model.fitting import Fit
from model.labels import LabelSet, check_label_map

SUFFIX = ".smis"
VERSION = 1
THUMBNAIL = 256
"""Longest side of the thumbnail in pixels."""

_DAMAGE = (OSError, ValueError, KeyError, TypeError, SyntaxError, EOFError, zipfile.BadZipFile, SafetensorError)


@dataclass(frozen=True)
class Snapshot:
    """Everything a project file holds, frozen, so that it can be written outside the GUI thread."""

    labels: NDArray[np.uint8]
    original: NDArray[np.uint8]
    label_set: LabelSet
    codes: NDArray[np.float32] | None
    photo: PhotoLayer | None
    bundle: str
    title: str
    hidden: tuple[int, ...]
    protected: tuple[int, ...]
    locked: tuple[int, ...]
    paint_only_over: int | None
    picture: NDArray[np.uint8] | None = None
    fit: Fit | None = None
    free_size: bool = False
    reviewing: bool = False
    photo_codes: NDArray[np.float32] | None = None
    keep: KeepSettings = field(default_factory=KeepSettings)
    pasted: Pasted | None = None
    origins: dict[int, StyleOrigin] = field(default_factory=dict)


def snapshot(document: Document, picture: NDArray[np.uint8] | None = None) -> Snapshot:
    """Copy a document; `picture` (uint8 (H, W, 3)) becomes the thumbnail."""
    flags = document.flags
    return Snapshot(
        labels=document.labels.copy(),
        original=document.original.copy(),
        label_set=document.label_set,
        codes=None if document.codes is None else document.codes.copy(),
        photo=document.photo,
        bundle=document.bundle,
        title=document.title,
        hidden=tuple(sorted(flags.hidden)),
        protected=tuple(sorted(flags.protected)),
        locked=tuple(sorted(flags.locked)),
        paint_only_over=flags.paint_only_over,
        picture=None if picture is None else picture.copy(),
        fit=document.fit,
        free_size=document.free_size,
        reviewing=document.reviewing,
        photo_codes=None if document.photo_codes is None else document.photo_codes.copy(),
        keep=document.keep,
        pasted=document.pasted,
        origins=_origins(document),
    )


def write_project(path: str | Path, content: Snapshot) -> None:
    """Write a project file; a failure raises UserError and keeps the old file."""
    manifest: dict[str, Any] = {
        "format": "smis-project",
        "version": VERSION,
        "title": content.title,
        "bundle": content.bundle,
        "free_size": content.free_size,
        "label_set": content.label_set.to_json(),
        "flags": {
            "hidden": content.hidden,
            "protected": content.protected,
            "locked": content.locked,
            "paint_only_over": content.paint_only_over,
        },
    }
    if content.reviewing:
        manifest["reviewing"] = True
    if content.origins:
        names = content.label_set.names
        manifest["origins"] = {names[index]: origin.to_json() for index, origin in content.origins.items()}
    if content.fit is not None:
        manifest["source_size"] = [content.fit.source_height, content.fit.source_width]
    if content.photo is not None:
        manifest["photo"] = {"name": content.photo.name, "crop": asdict(content.photo.crop)}
        manifest["keep"] = _keep_json(content.keep)
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("labels.png", _map_png(content.labels, content.label_set))
        archive.writestr("original.png", _map_png(content.original, content.label_set))
        if content.codes is not None:
            tensors = {"codes": np.ascontiguousarray(content.codes)}
            if content.photo_codes is not None:
                tensors["photo_codes"] = np.ascontiguousarray(content.photo_codes)
            if content.pasted is not None:
                tensors["pasted_codes"] = np.ascontiguousarray(content.pasted.codes)
                archive.writestr("pasted.png", _png(Image.fromarray(content.pasted.pixels)))
                archive.writestr("pasted_labels.png", _png(Image.fromarray(content.pasted.labels)))
            archive.writestr("styles.safetensors", save_tensors(tensors))
        if content.photo is not None:
            archive.writestr("photo.png", content.photo.encoded)
        if content.picture is not None:
            thumbnail = Image.fromarray(content.picture)
            thumbnail.thumbnail((THUMBNAIL, THUMBNAIL))
            archive.writestr("thumbnail.png", _png(thumbnail))
        archive.writestr("manifest.json", json.dumps(manifest, indent=1), zipfile.ZIP_DEFLATED)


def read_project(path: str | Path) -> Document:
    """Open a project file.

    Raises:
        UserError: the file is missing, is no project, is damaged, or comes from a later version of the program.
    """
    source = Path(path)
    try:
        with zipfile.ZipFile(source) as archive:
            document = _from_archive(archive, source)
    except FileNotFoundError:
        raise UserError("{source} does not exist", source=source) from None
    except UserError:
        raise
    except _DAMAGE as error:
        raise UserError(
            "{source} is not a readable project file: {error}", source=source, error=_first_line(error)
        ) from error
    document.path = source
    return document


def read_thumbnail(path: str | Path) -> NDArray[np.uint8] | None:
    """The thumbnail of a project file, uint8 (H, W, 3), or None where there is none to be had."""
    try:
        with zipfile.ZipFile(path) as archive:
            return np.asarray(Image.open(io.BytesIO(archive.read("thumbnail.png"))).convert("RGB"))
    except _DAMAGE:
        return None


def read_title(path: str | Path) -> str:
    """The title of a project file, empty where there is none to be had."""
    try:
        with zipfile.ZipFile(path) as archive:
            return str(json.loads(archive.read("manifest.json"))["title"])
    except _DAMAGE:
        return ""


def _from_archive(archive: zipfile.ZipFile, source: Path) -> Document:
    manifest = json.loads(archive.read("manifest.json"))
    if not isinstance(manifest, dict) or manifest.get("format") != "smis-project":
        raise UserError("{source} is a zip file but not a project of this program", source=source)
    if int(manifest.get("version", 0)) > VERSION:
        raise UserError(
            "{source} was written by a later version of this program (format {version})",
            source=source,
            version=manifest["version"],
        )
    names = set(archive.namelist())
    label_set = LabelSet.from_json(manifest["label_set"], str(source))
    labels = _read_map(archive, "labels.png", label_set, source)
    original = _read_map(archive, "original.png", label_set, source) if "original.png" in names else labels
    if original.shape != labels.shape:
        raise UserError("{source} holds two label maps of different sizes", source=source)
    codes = photo_codes = None
    if "styles.safetensors" in names:
        tensors = load_tensors(archive.read("styles.safetensors"))
        codes = np.asarray(tensors["codes"], dtype=np.float32)
        if codes.ndim != 4 or len(codes) != len(label_set):
            raise UserError(
                "{source} holds styles of shape {shape}, which do not fit its {count} classes",
                source=source,
                shape=codes.shape,
                count=len(label_set),
            )
        if "photo_codes" in tensors and tensors["photo_codes"].shape == codes.shape:
            photo_codes = np.asarray(tensors["photo_codes"], dtype=np.float32)
    photo = None
    if "photo.png" in names and "photo" in manifest:
        pixels = np.array(Image.open(io.BytesIO(archive.read("photo.png"))).convert("RGB"))
        crop = Crop(**{key: float(manifest["photo"]["crop"][key]) for key in ("top", "left", "height", "width")})
        photo = PhotoLayer(pixels, crop, labels.shape[0], labels.shape[1], str(manifest["photo"].get("name", "photo")))
    pasted = None
    if photo is not None and codes is not None and "pasted.png" in names and "pasted_codes" in tensors:
        pasted = Pasted(_image(archive, "pasted.png"), _image(archive, "pasted_labels.png"), tensors["pasted_codes"])
        fine = tuple(FINENESS * side for side in labels.shape)
        if not pasted.fits(labels, codes) or pasted.pixels.shape != (*fine, 3):
            raise UserError("{source} holds copied regions of another size than its map", source=source)
    document = Document(
        labels,
        label_set,
        codes=codes,
        photo=photo,
        photo_codes=photo_codes,
        keep=None if photo is None else _keep(manifest.get("keep"), len(label_set)),
        pasted=pasted,
        original=original,
        fit=_fit(manifest.get("source_size"), labels.shape),
        bundle=str(manifest.get("bundle", "")),
        title=str(manifest.get("title", source.stem)),
    )
    if codes is not None:
        _note_origins(document, codes, manifest.get("origins"))
    document.free_size = bool(manifest.get("free_size", False))
    document.reviewing = photo is not None and bool(manifest.get("reviewing", False))
    document.flags = _flags(manifest.get("flags", {}), len(label_set))
    return document


def _origins(document: Document) -> dict[int, StyleOrigin]:
    """Where the present styles came from, for the classes of which it is known."""
    found = {index: document.origin(index) for index in range(len(document.label_set))}
    return {index: origin for index, origin in found.items() if origin is not None}


def _note_origins(document: Document, codes: NDArray[np.float32], data: Any) -> None:
    """Older projects have none, and what a damaged or later one says in another way is left out."""
    for name, entry in data.items() if isinstance(data, dict) else ():
        origin = StyleOrigin.from_json(entry)
        if name in document.label_set.names and origin is not None:
            index = document.label_set.names.index(name)
            document.origins.note([index], codes[[index]], origin)


def _fit(source_size: Any, shape: tuple[int, ...]) -> Fit | None:
    return None if source_size is None else Fit.into(int(source_size[0]), int(source_size[1]), shape[0], shape[1])


def _keep_json(keep: KeepSettings) -> dict[str, Any]:
    classes = {str(index): mode.value for index, mode in sorted(keep.classes.items())}
    return {"mode": keep.mode.value, "classes": classes, "seam": keep.seam}


def _keep(data: Any, classes: int) -> KeepSettings:
    """Projects from before photos were kept show the network's picture: they go on doing so."""
    if data is None:
        return KeepSettings(Keep.MODEL)
    own = {int(index): Keep(mode) for index, mode in data.get("classes", {}).items() if 0 <= int(index) < classes}
    return KeepSettings(Keep(data["mode"]), own, int(data["seam"]))


def _flags(data: dict[str, Any], classes: int) -> ClassFlags:
    def members(key: str) -> set[int]:
        return {int(value) for value in data.get(key, ()) if 0 <= int(value) < classes}

    only = data.get("paint_only_over")
    only = int(only) if only is not None and 0 <= int(only) < classes else None
    return ClassFlags(members("hidden"), members("protected"), members("locked"), only)


def _read_map(archive: zipfile.ZipFile, name: str, label_set: LabelSet, source: Path) -> NDArray[np.uint8]:
    labels = np.array(Image.open(io.BytesIO(archive.read(name))))
    check_label_map(labels, label_set, f"{source} ({name})")
    return labels.astype(np.uint8)


def _image(archive: zipfile.ZipFile, name: str) -> NDArray[np.uint8]:
    return np.array(Image.open(io.BytesIO(archive.read(name))))


def _map_png(labels: NDArray[np.uint8], label_set: LabelSet) -> bytes:
    image = Image.fromarray(labels)
    image.putpalette(label_set.palette().tobytes())
    return _png(image)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
