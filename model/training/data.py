"""Datasets of photos with label maps: discovery, checks, and reading into memory.

A dataset is a folder with ``images/`` (photos), ``labels/`` (label maps, one per photo and of its size, with the
same stem) and ``classes.json`` (in the folder itself or in the one above it, so that several splits can share it).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch

from model import labels
from model.errors import UserError
from model.images import Photo, read_photo
from model.labels import LabelMap, LabelSet, read_label_map, resize_labels

PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
LABEL_SUFFIXES = frozenset({".png", ".bmp", ".tif", ".tiff"})

Progress = Callable[[int, int], None]
"""Called as ``progress(done, total)`` after each file or pair."""


@dataclass(frozen=True)
class Pair:
    """A photo and its label map, which is read with ``label_set``."""

    stem: str
    image_path: Path
    labels_path: Path
    label_set: LabelSet


def load_label_set(directory: str | Path) -> LabelSet:
    """Read the label set of a dataset from its ``classes.json``.

    See :meth:`LabelSet.from_json` for the forms that are read. A plain list of classes is named after its folder. Where
    the file links no classes, those links hold that the built-in set of the same name and classes has.

    Raises:
        UserError: no ``classes.json`` in the folder or in its parent, or one that does not describe a label set.
    """
    directory = Path(directory)
    candidates = [directory / "classes.json", directory.resolve().parent / "classes.json"]
    path = next((candidate for candidate in candidates if candidate.is_file()), None)
    if path is None:
        raise UserError(f"{directory} has no classes.json, neither in the folder nor in the one above it")
    label_set = labels.load_label_set(path)
    return labels.with_builtin_links(replace(label_set, name=label_set.name.replace("_", "-")))


def find_pairs(directory: str | Path, label_set: LabelSet) -> list[Pair]:
    """All photos of ``directory/images`` with their maps in ``directory/labels``, in the order of their stems.

    Only names are looked at; :func:`check_data` reads the files.

    Raises:
        UserError: a folder is missing or empty, or a photo or a map has no partner.
    """
    pairs, faults = _pair_up(Path(directory), label_set)
    if faults:
        raise UserError(_summary(faults, Path(directory)))
    return pairs


def find_extra_pairs(extra: str | Path, beside: str | Path, label_set: LabelSet, check: bool = False) -> list[Pair]:
    """The pairs of a second dataset with the classes of the one ``beside`` it, whose label set this is.

    Raises:
        UserError: its classes are others, a photo or a map has no partner, or with ``check`` any fault of its files.
    """
    if load_label_set(extra).names != label_set.names:
        raise UserError(f"{extra} and {beside} have different classes")
    if check:
        require_sound_data(extra)
    return find_pairs(extra, label_set)


def check_data(directory: str | Path, progress: Progress | None = None) -> list[str]:
    """Find every fault of a dataset by reading all of it.

    Returns:
        One sentence per fault, each naming the file: unreadable photos and maps, maps of another size than their photo,
        label values or colours outside the label set, 0/255 masks, photos without a map, maps without a photo, empty
        folders. An empty list means that the dataset can be trained on.
    """
    directory = Path(directory)
    try:
        label_set = load_label_set(directory)
    except UserError as error:
        return [str(error)]
    pairs, faults = _pair_up(directory, label_set)
    for done, pair in enumerate(pairs, start=1):
        faults.extend(_pair_faults(pair))
        if progress is not None:
            progress(done, len(pairs))
    return faults


def require_sound_data(directory: str | Path, progress: Progress | None = None) -> None:
    """Raise :class:`UserError` with the first fault of a dataset (and the number of others) if it has any."""
    faults = check_data(directory, progress)
    if faults:
        raise UserError(_summary(faults, Path(directory)))


def split_pairs(pairs: Sequence[Pair], every: int = 10) -> tuple[list[Pair], list[Pair]]:
    """Split into ``(train, validation)``: every ``every``-th pair, from the first on, goes to validation.

    The order of the stems decides, so the split is the same on every machine and in every run.
    """
    if every < 2:
        raise ValueError(f"every must be at least 2, found {every}")
    ordered = sorted(pairs, key=lambda pair: pair.stem)
    train = [pair for index, pair in enumerate(ordered) if index % every != 0]
    return train, ordered[::every]


def load_arrays(
    pairs: Sequence[Pair], height: int, width: int, progress: Progress | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Read all pairs into memory at one size.

    Photos are shrunk by area averaging (enlarged by cubic interpolation); of a block of labels the top-left one stays,
    which is how the generator's levels shrink a map.

    Returns:
        photos uint8 ``(N, 3, height, width)`` RGB in 0..255, and label maps uint8 ``(N, height, width)``.

    Raises:
        UserError: a file cannot be read or does not fit the label set.
    """
    photos = torch.empty((len(pairs), 3, height, width), dtype=torch.uint8)
    maps = torch.empty((len(pairs), height, width), dtype=torch.uint8)
    for index, pair in enumerate(pairs):
        photo = _resize_photo(read_photo(pair.image_path), height, width)
        label_map = read_label_map(pair.labels_path, pair.label_set)
        photos[index] = torch.from_numpy(photo.copy()).permute(2, 0, 1)
        maps[index] = torch.from_numpy(resize_labels(label_map, height, width))
        if progress is not None:
            progress(index + 1, len(pairs))
    return photos, maps


def _resize_photo(photo: Photo, height: int, width: int) -> Photo:
    if photo.shape[:2] == (height, width):
        return photo
    shrinks = photo.shape[0] >= height and photo.shape[1] >= width
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(photo, (width, height), interpolation=interpolation), np.uint8)


def _pair_up(directory: Path, label_set: LabelSet) -> tuple[list[Pair], list[str]]:
    images, image_faults = _files_by_stem(directory / "images", PHOTO_SUFFIXES, "photos")
    maps, map_faults = _files_by_stem(directory / "labels", LABEL_SUFFIXES, "label maps")
    faults = image_faults + map_faults
    if images and maps:
        faults += [
            f"{path} has no label map in {directory / 'labels'}" for stem, path in images.items() if stem not in maps
        ]
        faults += [
            f"{path} has no photo in {directory / 'images'}" for stem, path in maps.items() if stem not in images
        ]
    pairs = [Pair(stem, path, maps[stem], label_set) for stem, path in images.items() if stem in maps]
    return pairs, faults


def _files_by_stem(folder: Path, suffixes: frozenset[str], what: str) -> tuple[dict[str, Path], list[str]]:
    if not folder.is_dir():
        return {}, [f"{folder} is missing; it should hold the {what}"]
    by_stem: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in suffixes and not path.name.startswith(".") and path.is_file():
            by_stem[path.stem].append(path)
    if not by_stem:
        return {}, [f"{folder} is empty; it should hold the {what}"]
    faults = [
        f"{paths[1]} and {paths[0].name} share one name; which of the {what} counts cannot be told"
        for paths in by_stem.values()
        if len(paths) > 1
    ]
    return {stem: by_stem[stem][0] for stem in sorted(by_stem)}, faults


def _pair_faults(pair: Pair) -> list[str]:
    faults = []
    photo: Photo | None = None
    label_map: LabelMap | None = None
    try:
        photo = read_photo(pair.image_path)
    except UserError as error:
        faults.append(str(error))
    try:
        label_map = read_label_map(pair.labels_path, pair.label_set)
    except UserError as error:
        faults.append(str(error))
    if photo is not None and label_map is not None and photo.shape[:2] != label_map.shape:
        faults.append(
            f"{pair.labels_path} is {label_map.shape[1]} x {label_map.shape[0]} pixels (width x height), "
            f"but its photo {pair.image_path.name} is {photo.shape[1]} x {photo.shape[0]}"
        )
    return faults


def _summary(faults: Sequence[str], directory: Path) -> str:
    if len(faults) == 1:
        return faults[0]
    return f"{faults[0]} ({len(faults) - 1} more: python main.py check-data {directory})"
