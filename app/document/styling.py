"""Arithmetic on the code of one class: where a slider stands, moving it, drawing new ones. A few dozen numbers each."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.errors import UserError

Code = NDArray[np.float32]


def position(code: Code, mean: Code, vector: Code) -> float:
    """Where `code` stands along `vector`, counted from `mean` in lengths of `vector`. All of one shape."""
    direction = vector.reshape(-1).astype(np.float64)
    length2 = float(direction @ direction)
    return float((code - mean).reshape(-1).astype(np.float64) @ direction) / length2 if length2 > 0 else 0.0


def moved(code: Code, mean: Code, vector: Code, to: float) -> Code:
    """`code` shifted along `vector` until it stands at position `to`; what is square to `vector` stays."""
    return (code + np.float32(to - position(code, mean, vector)) * vector).astype(np.float32)


@dataclass(frozen=True)
class CodeBank:
    """Codes of training photos (..., M, K h w) to draw around, and how far, in standard deviations (0 to 1)."""

    codes: Code
    smoothing: float

    def of(self, class_index: int) -> CodeBank:
        """The bank of one class."""
        return CodeBank(self.codes[class_index], self.smoothing)


def drawn(mean: Code, spread: Code, rng: np.random.Generator, bank: CodeBank | None = None) -> Code:
    """A new code from the spread of the training photos' codes, of one class or of all.

    Args:
        mean: (..., K, h, w).
        spread: standard deviations of `mean`'s shape, or lower factors of covariances (..., K h w, K h w).
        bank: what to draw around, as `model.styles.sample_codes` does; it keeps mean and spread.
    """
    noise = _noise(mean.shape, spread, rng)
    if bank is None:
        return (mean + noise).astype(np.float32)
    places = rng.integers(bank.codes.shape[-2], size=bank.codes.shape[:-2])
    chosen = np.take_along_axis(bank.codes, np.asarray(places)[..., None, None], -2).reshape(mean.shape)
    keep = np.sqrt(1 - bank.smoothing**2)
    return (mean + keep * (chosen - mean) + bank.smoothing * noise).astype(np.float32)


def varied(code: Code, mean: Code, spread: Code, strength: float, rng: np.random.Generator) -> Code:
    """A code like `code`: 0 gives `code`, 1 an independent draw; many draws are spread as those of `drawn`."""
    keep = float(np.sqrt(max(0.0, 1.0 - strength * strength)))
    return (mean + keep * (code - mean) + strength * _noise(code.shape, spread, rng)).astype(np.float32)


def _noise(shape: tuple[int, ...], spread: Code, rng: np.random.Generator) -> NDArray[np.float64]:
    noise = rng.standard_normal(shape)
    if spread.shape == shape:
        return np.asarray(spread * noise)
    return np.asarray((spread @ noise.reshape(*spread.shape[:-1], 1)).reshape(shape))


def code_to_text(code: Code, class_name: str) -> str:
    """A style as text for the clipboard."""
    values = [round(float(value), 6) for value in code.reshape(-1)]
    return json.dumps({"smis_style": 1, "class": class_name, "shape": list(code.shape), "code": values})


def code_from_text(text: str, shape: tuple[int, ...]) -> Code:
    """Read what `code_to_text` wrote.

    Raises:
        UserError: the text is no style, or a style of a network with other codes.
    """
    try:
        data = json.loads(text)
        values = np.array(data["code"], dtype=np.float32)
        found = tuple(int(size) for size in data["shape"])
        code = values.reshape(found)
    except (ValueError, KeyError, TypeError):
        raise UserError("the clipboard holds no style") from None
    if found != tuple(shape) or not np.isfinite(code).all():
        raise UserError(f"the copied style has the shape {found}, but this network's styles have {tuple(shape)}")
    return code
