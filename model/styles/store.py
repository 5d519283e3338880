"""styles.safetensors of a bundle: named directions and the style library, made for exactly these weights."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from model.checkpoints.bundle import MANIFEST, Bundle
from model.checkpoints.card import card_text
from model.checkpoints.state import write_tensors
from model.errors import UserError
from model.files import reason, replacing
from model.styles.checking import OTHER, OWN, TOLERATED, Table, table_text
from model.styles.directions import Direction
from model.styles.library import LibraryStyle, decode_thumbnails, encode_thumbnails
from model.styles.measure import QUANTITIES, VISIBLE

STYLES = "styles.safetensors"
TABLE = "styles.json"
_FORMAT = "smis-named-styles-1"
# WebP holds at most 16383 rows; a strip of 128 thumbnails stays well below.
_STRIP = 128


@dataclass(frozen=True)
class NamedStyles:
    """Directions and library styles of every class that has any, by class index."""

    directions: dict[int, list[Direction]] = field(default_factory=dict)
    library: dict[int, list[LibraryStyle]] = field(default_factory=dict)


def fingerprint(bundle: Bundle) -> str:
    """Tells weights apart: named styles of a network that was trained further mean nothing.

    Codes' statistics change with every training step and are stored exactly, so they stand for all weights.
    """
    digest = hashlib.sha256()
    for tensor in (bundle.code_mean, bundle.code_std):
        digest.update(tensor.detach().float().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:32]


def named_styles_of(bundle: Bundle, library: bool = True) -> NamedStyles | None:
    """The named styles in the bundle's folder; None where there are none, or they belong to other weights.

    Args:
        library: read the library too; decoding its thumbnails takes most of the time.

    Raises:
        UserError: the file is damaged.
    """
    path = None if bundle.path is None else Path(bundle.path) / STYLES
    if path is None or not path.is_file():
        return None
    status = path.stat()
    return _read_cached(str(path), status.st_mtime_ns, status.st_size, fingerprint(bundle), bundle.code_shape, library)


@lru_cache(maxsize=4)
def _read_cached(
    path: str, _modified: int, _size: int, wanted: str, shape: tuple[int, int, int, int], library: bool
) -> NamedStyles | None:
    return read_named_styles(Path(path), wanted, shape, library)


def write_named_styles(path: Path, named: NamedStyles, bundle: Bundle) -> None:
    """Write the file; a failure keeps the old one."""
    sliders = [(index, item) for index, found in named.directions.items() for item in found]
    styles = [(index, item) for index, found in named.library.items() for item in found]
    _, *code_shape = bundle.code_shape
    tensors: dict[str, Tensor] = {
        "vectors": torch.stack([item.vector for _, item in sliders]) if sliders else torch.zeros((0, *code_shape)),
        "ranges": torch.tensor([(item.low, item.high) for _, item in sliders]).reshape(-1, 2),
        "library": torch.stack([item.code for _, item in styles]) if styles else torch.zeros((0, *code_shape)),
    }
    for number, start in enumerate(range(0, len(styles), _STRIP)):
        data = encode_thumbnails([item.thumbnail for _, item in styles[start : start + _STRIP]])
        tensors[f"thumbnails.{number}"] = torch.frombuffer(bytearray(data), dtype=torch.uint8)
    metadata = {
        "format": _FORMAT,
        "fingerprint": fingerprint(bundle),
        "directions": json.dumps([(index, item.name) for index, item in sliders]),
        "library": json.dumps([(index, item.color) for index, item in styles]),
    }
    with replacing(path) as temporary:
        write_tensors(temporary, tensors, metadata)


def read_named_styles(
    path: Path, wanted: str, shape: tuple[int, int, int, int], library: bool = True
) -> NamedStyles | None:
    """Read what `write_named_styles` wrote, with the library or the directions alone.

    Returns None where its fingerprint is not `wanted`. Raises UserError.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != _FORMAT:
                raise UserError("{path} is no file of named styles", path=path)
            if metadata.get("fingerprint") != wanted:
                return None
            tensors = {
                key: file.get_tensor(key)
                for key in file.keys()  # noqa: SIM118 - not a mapping
                if library or key in ("vectors", "ranges")
            }
        sliders, styles = json.loads(metadata["directions"]), json.loads(metadata["library"]) if library else []
        named = NamedStyles()
        for (index, name), vector, (low, high) in zip(
            sliders, tensors["vectors"].float(), tensors["ranges"].tolist(), strict=True
        ):
            named.directions.setdefault(int(index), []).append(Direction(str(name), vector, low, high))
        thumbnails = [
            picture
            for number, start in enumerate(range(0, len(styles), _STRIP))
            for picture in decode_thumbnails(
                tensors[f"thumbnails.{number}"].numpy().tobytes(), len(styles[start : start + _STRIP])
            )
        ]
        codes = tensors["library"].float() if library else []
        for (index, color), code, picture in zip(styles, codes, thumbnails, strict=True):
            red, green, blue = (int(value) for value in color)
            named.library.setdefault(int(index), []).append(LibraryStyle(code, (red, green, blue), picture))
        if tuple(tensors["vectors"].shape[1:]) != shape[1:]:
            raise ValueError("its codes have another shape")
    except SafetensorError as error:
        raise UserError("{path} is no safetensors file, or is cut short: {error}", path=path, error=error) from error
    except OSError as error:
        raise UserError("{path} cannot be read: {reason}", path=path, reason=reason(error)) from error
    except (KeyError, ValueError, TypeError) as error:
        raise UserError("{path} is damaged: {error}", path=path, error=error) from error
    return named


def install_named_styles(bundle: Bundle, named: NamedStyles, table: Table) -> None:
    """Put named styles into the bundle's folder: styles.safetensors, the full table as styles.json, and the card.

    Raises:
        UserError: the bundle was never saved, or its folder cannot be written.
    """
    if bundle.path is None:
        raise UserError("the bundle {bundle} is in no folder yet, so it cannot hold named styles", bundle=bundle.name)
    folder = Path(bundle.path)
    write_named_styles(folder / STYLES, named, bundle)
    figures = {name: {slider: row.to_json() for slider, row in rows.items()} for name, rows in table.items()}
    _write_text(folder / TABLE, json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    bundle.card["named_sliders"] = (
        "Spearman rank correlation of a slider's position with the quantity it names / the largest with one of the "
        "other four, each picture compared with itself at other positions, over random styles (changes too small to be "
        "seen, below "
        + ", ".join(f"{VISIBLE[name]:g} of {name}" for name in QUANTITIES)
        + ", count as none); then the mean change "
        f"from end to end. Bold: all that was asked ({OWN} or more, at most {OTHER}, and a change that is seen); "
        f"italic: offered in the editor too (at most {TOLERATED}).\n\n" + table_text(table)
    )
    # Only the card changes: the weights stay the files they are.
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["card"] = bundle.card
    _write_text(folder / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
    _write_text(folder / "MODEL_CARD.md", card_text(bundle.name, bundle.card))


def _write_text(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
