"""Appearance mixture: one person's classes in the styles of several photos (paper section 4.3)."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.checkpoints.state import read_tensors, write_tensors
from model.errors import Phrase, UserError
from model.files import replacing
from model.fitting import check_same_size
from model.images import Photo, read_photo
from model.labels import LabelMap, read_label_map
from model.styles.encoding import encode_photo
from model.styles.files import read_styles
from model.styles.store import fingerprint

#: What the cache of encoded photos may take on disk before its oldest files go.
CACHE_BYTES = 256 << 20
ALL_CLASSES = "all"

#: Goes into the keys of the cache; another number whenever photos are parsed or encoded in another way.
_METHOD = 3


@dataclass(frozen=True)
class StyleSource:
    """Where classes take their style from: `class=file[#person][@strength]` on the command line.

    Attributes:
        class_name: the class, or "all" for every class that the file shows.
        path: a photo, or styles written by encode (.safetensors).
        strength: 0 keeps the class's own style, 1 takes the file's.
        person: which of the photo's people, 0 the largest.
    """

    class_name: str
    path: Path
    strength: float = 1.0
    person: int = 0

    @staticmethod
    def parse(text: str) -> StyleSource:
        """Read `hair=A.jpg`, `top=B.jpg@0.6` or, of the second largest person, `top=B.jpg#2`. Raises UserError."""
        class_name, equals, rest = text.partition("=")
        if not equals or not class_name.strip() or not rest:
            raise UserError(
                "{text!r} is no style; write CLASS=FILE or CLASS=FILE@STRENGTH, such as hair=A.jpg@0.6", text=text
            )
        path, strength = Path(rest), 1.0
        found = re.fullmatch(r"(.+)@([^@/\\]*)", rest)
        # A file may have an @ in its name: what exists as it stands is a file.
        if found and not path.exists():
            path = Path(found[1])
            try:
                strength = float(found[2])
            except ValueError:
                raise UserError(
                    "{text!r}: the strength {strength!r} is no number", text=text, strength=found[2]
                ) from None
            if not 0 <= strength <= 1:
                raise UserError("{text!r}: the strength {strength} is outside 0 to 1", text=text, strength=found[2])
        return StyleSource(class_name.strip(), *_person_of(path, strength))


def photo_of_person(text: str | Path) -> tuple[Path, int]:
    """A photo and which of its people, counted from 0: `A.jpg#2` means the second largest. Raises UserError."""
    path = Path(text)
    found = re.fullmatch(r"(.+)#(\d+)", str(path))
    # A file may have a # in its name: what exists as it stands is a file.
    if found is None or path.exists():
        return path, 0
    if int(found[2]) < 1:
        raise UserError("{text}: people are counted from 1, the largest", text=text)
    return Path(found[1]), int(found[2]) - 1


def _person_of(path: Path, strength: float) -> tuple[Path, float, int]:
    file, person = photo_of_person(path)
    return file, strength, person


@dataclass(frozen=True)
class EncodedPhoto:
    """A photo's classes and their codes.

    Attributes:
        labels: uint8 (H, W), its map.
        codes: float32 (C, K, h, w); the bundle's mean for classes that it does not show.
        present: the classes that have a style of their own in it.
    """

    labels: LabelMap
    codes: Tensor
    present: frozenset[int]


class CodeCache:
    """Encoded photos on disk, found by content: a photo that was moved or renamed is not encoded again."""

    def __init__(self, folder: Path | None = None, limit: int = CACHE_BYTES) -> None:
        """
        Args:
            folder: by default "codes" in the user's cache folder of this program.
            limit: bytes; the files not used for longest go first.
        """
        if folder is None:
            import platformdirs

            folder = platformdirs.user_cache_path("smis-studio") / "codes"
        self.folder = folder
        self.limit = limit

    def key(self, bundle: Bundle, photo: Photo, labels: LabelMap | None, person: int = 0) -> str:
        """The same for the same pixels, map (None: of that person, to be parsed) and networks."""
        digest = hashlib.sha256(f"{_METHOD} {_networks(bundle)} {photo.shape} {person}".encode())
        digest.update(np.ascontiguousarray(photo).data)
        if labels is not None:
            digest.update(np.ascontiguousarray(labels).data)
        return digest.hexdigest()

    def get(self, key: str, bundle: Bundle) -> EncodedPhoto | None:
        """What was put under `key`; None where there is nothing or it is damaged."""
        path = self.folder / f"{key}.safetensors"
        if not path.is_file():
            return None
        try:
            tensors = read_tensors(path)
            labels = cv2.imdecode(tensors["labels"].numpy(), cv2.IMREAD_GRAYSCALE)
            codes = tensors["codes"]
            present = frozenset(int(index) for index in tensors["present"].tolist())
        except (UserError, KeyError, ValueError, cv2.error):
            return None
        if labels is None or tuple(codes.shape) != bundle.code_shape:
            return None
        with contextlib.suppress(OSError):
            path.touch()  # used now: the oldest go first
        return EncodedPhoto(np.ascontiguousarray(labels, np.uint8), codes, present)

    def put(self, key: str, encoded: EncodedPhoto) -> None:
        """Remember; a folder that cannot be written is no error, only slower the next time."""
        written, data = cv2.imencode(".png", encoded.labels, [cv2.IMWRITE_PNG_COMPRESSION, 3])
        if not written:
            return
        tensors = {
            "labels": torch.from_numpy(np.array(data, np.uint8).ravel()),
            "codes": encoded.codes.detach().float().cpu(),
            "present": torch.tensor(sorted(encoded.present), dtype=torch.int64),
        }
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with replacing(self.folder / f"{key}.safetensors") as temporary:
                write_tensors(temporary, tensors)
            self._prune()
        except (OSError, UserError):
            return

    def _prune(self) -> None:
        files = sorted(self.folder.glob("*.safetensors"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        total = 0
        for path in files:
            total += path.stat().st_size
            if total > self.limit:
                path.unlink(missing_ok=True)


def _networks(bundle: Bundle) -> str:
    """Tells apart encoders and parsers, which can be replaced without the codes' statistics changing."""
    parts = [bundle.name, fingerprint(bundle), json.dumps([bundle.height, bundle.width, bundle.background])]
    for network in (bundle.encoder, bundle.parser):
        if network is not None:
            sums = [float(value.double().sum()) for value in network.state_dict().values() if value.is_floating_point()]
            parts.append(hashlib.sha256(repr(sums).encode()).hexdigest()[:16])
    return " ".join(parts)


def encode_with_cache(
    bundle: Bundle,
    photo: Photo,
    labels: LabelMap | None = None,
    *,
    name: str = "the photo",
    cache: CodeCache | None = None,
    person: int = 0,
) -> EncodedPhoto:
    """Parse a photo (where no map is given) and encode its classes, or take both from the cache.

    Args:
        photo: uint8 (H, W, 3); labels: uint8 (H, W), its corrected map.
        name: of the file, for messages.
        person: whom to parse, 0 the largest (`model.parsing.find_people`).

    Raises:
        UserError: nobody is in the photo, or the bundle has no parser or encoder.
    """
    key = "" if cache is None else cache.key(bundle, photo, labels, person)
    found = None if cache is None else cache.get(key, bundle)
    if found is None:
        found = _encode(bundle, photo, labels, name, person)
        if cache is not None:
            cache.put(key, found)
    return found


def _encode(bundle: Bundle, photo: Photo, labels: LabelMap | None, name: str, person: int) -> EncodedPhoto:
    from model.parsing import parse_photo

    if labels is None:
        try:
            labels = parse_photo(bundle, photo, person=person)
        except UserError as error:
            raise UserError("{name}: {error}", name=name, error=error) from None
        if (labels == bundle.label_set.background).all():
            raise UserError("{name} shows no person that could be found", name=name)
    codes = encode_photo(bundle, photo, labels)
    # A class that vanished when the map was fitted was given the mean code: it has no style of its own.
    own = (codes != bundle.code_mean).flatten(1).any(dim=1).numpy()
    return EncodedPhoto(labels, codes, frozenset(int(index) for index in np.unique(labels) if own[index]))


def encode_file(
    bundle: Bundle, path: Path, labels_path: Path | None = None, cache: CodeCache | None = None, person: int = 0
) -> EncodedPhoto:
    """`encode_with_cache` of a photo file, with its label map's file where there is one."""
    photo = read_photo(path)
    labels = None
    if labels_path is not None:
        labels = read_label_map(labels_path, bundle.label_set)
        check_same_size(photo, labels, str(path), str(labels_path))
    return encode_with_cache(bundle, photo, labels, name=str(path), cache=cache, person=person)


def mix(own: Tensor, taken: Mapping[int, tuple[Tensor, float]]) -> Tensor:
    """Codes with some classes on the way to other styles.

    Args:
        own: float32 (C, K, h, w), not changed.
        taken: class -> its other code (K, h, w), and the strength from 0 (own) to 1 (other), both met exactly.

    Returns:
        float32 (C, K, h, w).
    """
    codes = own.clone()
    for index, (code, strength) in taken.items():
        if not 0 <= strength <= 1:
            raise ValueError(f"a strength of {strength} is outside 0 to 1")
        codes[index] = code if strength == 1 else own[index] + strength * (code - own[index])
    return codes


def mix_sources(
    bundle: Bundle, own: Tensor, sources: Sequence[StyleSource], cache: CodeCache | None = None
) -> tuple[Tensor, frozenset[int]]:
    """Apply style sources in order; a later one for the same class works on the earlier one's result.

    Returns:
        the codes, and the classes that took a style.

    Raises:
        UserError: a class is unknown, or a photo does not show it.
    """
    codes, touched = own.clone(), set[int]()
    loaded: dict[tuple[Path, int], tuple[Tensor, frozenset[int]]] = {}
    for source in sources:
        wanted = None if source.class_name == ALL_CLASSES else bundle.label_set.index_of(source.class_name)
        place = (source.path, source.person)
        if place not in loaded:
            loaded[place] = load_styles(bundle, source.path, cache, source.person)
        found, present = loaded[place]
        if wanted is not None and wanted not in present:
            shown = ", ".join(bundle.label_set.names[index] for index in sorted(present)) or Phrase("nothing")
            raise UserError(
                "{path} shows no {name}; it shows {shown}", path=source.path, name=source.class_name, shown=shown
            )
        chosen = present if wanted is None else {wanted}
        codes = mix(codes, {index: (found[index], source.strength) for index in chosen})
        if source.strength > 0:
            touched |= chosen
    return codes, frozenset(touched)


def load_styles(
    bundle: Bundle, path: Path, cache: CodeCache | None = None, person: int = 0
) -> tuple[Tensor, frozenset[int]]:
    """Codes of a photo or a style file (.safetensors), and the classes it has styles for. Raises UserError."""
    if path.suffix.lower() == ".safetensors":
        return read_styles(path, bundle), frozenset(range(bundle.classes))
    encoded = encode_file(bundle, path, cache=cache, person=person)
    return encoded.codes, encoded.present


def shuffled(photos: Sequence[EncodedPhoto], classes: Sequence[int], seed: int) -> dict[int, int]:
    """For each class that any photo shows, the place of one of them in `photos`, at random."""
    random = np.random.default_rng(seed)
    chosen = {}
    for index in classes:
        showing = [place for place, photo in enumerate(photos) if index in photo.present]
        if showing:
            chosen[int(index)] = int(random.choice(showing))
    return chosen
