"""Pseudo-labels (Lee, ICML workshop 2013): a data set for training, made from photos without label maps by a parser.

Class names that are known of a photo (its tags) make the maps better than the parser alone could: only these classes
and the background can win, and a rare class that is known to be there is given the share it has where it is there.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from model.boxes import Box
from model.errors import UserError
from model.files import reason, replacing
from model.images import Photo, read_photo, write_picture
from model.labels import LabelMap, LabelSet, write_label_map
from model.parsing.inference import enlarge_and_decide, find_people, without_specks
from model.parsing.network import Parser
from model.training.data import PHOTO_SUFFIXES
from model.training.parser.loading import ParserOf

_PRIOR_STRENGTH = 0.8  # measured on labelled photos: 0.614 mean IoU at 0, 0.636 at 0.6 to 1, 0.626 at 1.4
_SURE = 0.9  # probability above which the parser's own class counts as an objection to the tags
_SMALLEST_FRAME = 0.25  # of the training pictures' height: what is smaller is too blurred to train on

Tags = Mapping[str, Sequence[int]]
"""Class indices known to be in a photo, by the photo's stem."""


@dataclass
class PseudoLabelResult:
    """How many pairs were written, how many were there already, photos left out with the cause, and bad files."""

    written: int = 0
    kept: int = 0
    left_out: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PseudoLabel:
    """A picture in the frame of the training pictures, its map, and how far to trust it.

    Attributes:
        photo: uint8 ``(H, W, 3)``.
        labels: uint8 ``(H, W)``.
        confidence: mean probability of the decided class over the person's pixels, 0..1.
        objection: share of the person on which the parser was sure of a class that the tags exclude, 0..1.
    """

    photo: Photo
    labels: LabelMap
    confidence: float
    objection: float


def read_tags(path: str | Path, label_set: LabelSet) -> dict[str, tuple[int, ...]]:
    """Read a JSON object of photo stem -> list of class names.

    Raises:
        UserError: the file cannot be read, has another form, or names a class that the label set lacks.
    """
    source = Path(path)
    try:
        data = json.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{source} cannot be read: {reason(error)}") from error
    except ValueError as error:
        raise UserError(f"{source} is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise UserError(f"{source} must hold an object of photo name -> list of class names")
    indices = {name: index for index, name in enumerate(label_set.names)}
    tags = {}
    for stem, names in data.items():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise UserError(f"{source}: {stem!r} must be followed by a list of class names")
        unknown = [name for name in names if name not in indices]
        if unknown:
            raise UserError(f"{source}: {stem!r} names {unknown[0]!r}, which is no class of {label_set.name}")
        tags[stem] = tuple(sorted({indices[name] for name in names}))
    return tags


def tag_biases(tags: Tags, classes: int, background: int = 0) -> dict[str, NDArray[np.float32]]:
    """What a photo's tags add to its logits: ``(classes,)`` by stem, -inf for the classes that are not tagged.

    A parser that was not told the tags keeps to how often a class is there at all. Given that it is, its odds rise by
    one over the share of photos that have it (Bayes' rule), taken here to the power 0.8.
    """
    counts = np.bincount([index for found in tags.values() for index in found], minlength=classes)
    biases = {}
    for stem, found in tags.items():
        bias = np.full(classes, -np.inf, np.float32)
        bias[background] = 0
        for index in set(found) - {background}:
            bias[index] = -_PRIOR_STRENGTH * math.log(counts[index] / len(tags))
        biases[stem] = bias
    return biases


def training_frame(person: Box, height: int, width: int, person_height: float, aspect: float) -> Box:
    """The box of ``aspect`` (width over height) in which a person fills ``person_height`` of the height.

    It lies inside the photo, moved or made smaller where it would not.
    """
    top, left, bottom, right = person
    tall = max((bottom - top) / person_height, (right - left) / person_height / aspect)
    tall = min(tall, height, width / aspect)
    wide = tall * aspect
    y = min(max((top + bottom) / 2 - tall / 2, 0), height - tall)
    x = min(max((left + right) / 2 - wide / 2, 0), width - wide)
    return round(y), round(x), round(y + tall), round(x + wide)


def pseudo_label(source: ParserOf, photo: Photo, bias: NDArray[np.float32] | None = None) -> PseudoLabel | str:
    """Cut the largest person out in the training pictures' frame and parse them, averaged with the mirrored picture.

    Args:
        photo: uint8 ``(H, W, 3)`` of any size.
        bias: added to the logits, ``(classes,)``, see :func:`tag_biases`.

    Returns:
        The pseudo-label, or why there is none.
    """
    config = source.parser.config
    height, width = photo.shape[:2]
    people = find_people(source, photo)
    if not people:
        return "nobody was found"
    box = training_frame(people[0].box, height, width, config.person_height, config.width / config.height)
    top, left, bottom, right = box
    if bottom - top < _SMALLEST_FRAME * config.height:
        return "the person is too small"
    interpolation = cv2.INTER_AREA if bottom - top > config.height else cv2.INTER_CUBIC
    crop = cv2.resize(photo[top:bottom, left:right], (config.width, config.height), interpolation=interpolation)
    picture = np.asarray(crop, np.uint8)
    logits = _averaged_logits(source.parser, picture)
    biased = logits if bias is None else logits + np.maximum(bias, -1e4)[:, None, None]
    biased = without_specks(biased)
    decided = biased.argmax(axis=0)
    on_person = decided != 0
    if not on_person.any():
        return "nobody was found"
    sure = _softmax(biased).max(axis=0)[on_person]
    own = _softmax(logits)[:, on_person]
    excluded = np.zeros(len(logits), bool) if bias is None else np.isneginf(bias)
    objection = excluded[own.argmax(axis=0)] & (own.max(axis=0) > _SURE)
    labels = enlarge_and_decide(biased, config.height, config.width)
    return PseudoLabel(picture, labels, float(sure.mean()), float(objection.mean()))


def find_photos(folder: str | Path) -> list[Path]:
    """The photos of a folder, by name. Raises UserError where there are none, or two with one stem."""
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder of photos")
    photos = sorted(p for p in folder.iterdir() if p.suffix.lower() in PHOTO_SUFFIXES and not p.name.startswith("."))
    if not photos:
        raise UserError(f"{folder} holds no photo ({', '.join(sorted(PHOTO_SUFFIXES))})")
    stems: dict[str, Path] = {}
    for path in photos:
        if path.stem in stems:
            raise UserError(f"{path} and {stems[path.stem].name} would become the same pair")
        stems[path.stem] = path
    return photos


def write_pseudo_labels(
    source: ParserOf,
    photos: Sequence[Path],
    output: str | Path,
    *,
    tags: Tags | None = None,
    min_confidence: float = 0.6,
    max_objection: float = 0.25,
    progress: Callable[[str | None], None] = lambda message: None,
) -> PseudoLabelResult:
    """Make a data set (``images/``, ``labels/``, ``classes.json``) of photos, for ``train-parser --extra-data``.

    Pairs that are there already are kept, so a run that was stopped goes on where it was. Bad files and photos whose
    map cannot be trusted are left out and told of.

    Args:
        tags: photos without tags are parsed without any restriction.
        min_confidence, max_objection: see :class:`PseudoLabel`; what lies beyond is left out.
        progress: called after each photo, with what is wrong where it is not used.

    Raises:
        UserError: the folder holds a data set of other classes, or cannot be written to.
    """
    folder = Path(output)
    label_set = source.label_set
    _prepare(folder, label_set)
    biases = {} if tags is None else tag_biases(tags, len(label_set), label_set.background)
    result = PseudoLabelResult()
    for path in photos:
        picture, labels = folder / "images" / f"{path.stem}.jpg", folder / "labels" / f"{path.stem}.png"
        message: str | None = None
        if picture.is_file() and labels.is_file():
            result.kept += 1
            progress(None)
            continue
        try:
            found = pseudo_label(source, read_photo(path), biases.get(path.stem))
        except UserError as error:
            message = str(error)
            result.faults.append(message)
            progress(message)
            continue
        if isinstance(found, PseudoLabel):
            if found.objection > max_objection:
                found = f"on {found.objection:.0%} of the person the parser is sure of other classes than the tags"
            elif found.confidence < min_confidence:
                found = f"the parser's confidence is only {found.confidence:.2f}"
        if isinstance(found, str):
            message = f"{path} is left out: {found}"
            result.left_out.append(message)
        else:
            write_label_map(labels, found.labels, label_set)
            write_picture(picture, found.photo)
            result.written += 1
        progress(message)
    _remove_partnerless(folder)
    return result


def _prepare(folder: Path, label_set: LabelSet) -> None:
    try:
        for part in ("images", "labels"):
            (folder / part).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be made: {reason(error)}") from error
    description = json.dumps(label_set.to_json(), indent=2) + "\n"
    classes = folder / "classes.json"
    if classes.is_file():
        if classes.read_text(encoding="utf-8", errors="replace") != description:
            raise UserError(f"{folder} holds a data set of other classes; choose another folder")
        return
    with replacing(classes) as temporary:
        temporary.write_text(description, encoding="utf-8")


def _remove_partnerless(folder: Path) -> None:
    """A run that was cut off between the two files of a pair has left a map without a photo."""
    for labels in (folder / "labels").glob("*.png"):
        if not labels.name.startswith(".") and not (folder / "images" / f"{labels.stem}.jpg").is_file():
            labels.unlink()


def _averaged_logits(parser: Parser, picture: Photo) -> NDArray[np.float32]:
    """Logits ``(C, h, w)`` at stride 4 of a picture in the training size, averaged with its mirror image's."""
    with torch.inference_mode():
        batch = torch.from_numpy(picture.copy())[None].permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
        batch = batch.to(parser.classify.weight.device).contiguous(memory_format=torch.channels_last)
        logits = parser.coarse_logits(batch) + parser.coarse_logits(batch.flip(3)).flip(3)
        return np.ascontiguousarray(logits[0].div_(2).cpu().numpy())


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=0))
    return np.asarray(powers / powers.sum(axis=0), np.float32)
