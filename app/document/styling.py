"""Arithmetic on the code of one class: where a slider stands, moving it, drawing new ones. A few dozen numbers each."""

from __future__ import annotations

import json

import numpy as np

from model.code_spread import Code, CodeBank, drawn, spread_out, with_linked
from model.errors import UserError

__all__ = ["Code", "CodeBank", "code_from_text", "code_to_text", "drawn", "moved", "position", "varied", "with_linked"]


def position(code: Code, mean: Code, measure: Code) -> float:
    """Where `code` stands on a slider, counted from `mean`; `measure` tells positions of offsets. All of one shape."""
    return float((code - mean).reshape(-1).astype(np.float64) @ measure.reshape(-1).astype(np.float64))


def moved(code: Code, mean: Code, vector: Code, measure: Code, to: float) -> Code:
    """`code` shifted along `vector` until it stands at position `to` by `measure`."""
    return (code + np.float32(to - position(code, mean, measure)) * vector).astype(np.float32)


def varied(code: Code, mean: Code, spread: Code, strength: float, rng: np.random.Generator) -> Code:
    """A code like `code`: 0 gives `code`, 1 an independent draw; many draws are spread as those of `drawn`."""
    keep = float(np.sqrt(max(0.0, 1.0 - strength * strength)))
    return (mean + keep * (code - mean) + strength * spread_out(rng.standard_normal(code.shape), spread)).astype(
        np.float32
    )


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
        raise UserError(
            "the copied style has the shape {found}, but this network's styles have {wanted}",
            found=found,
            wanted=tuple(shape),
        )
    return code
