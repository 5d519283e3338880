"""The style library of the loaded network, for the Style dock. Reading it is for the job thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from app.rendering.requests import ModelFacts

Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class StyleCard:
    """One style of the library.

    Attributes:
        code: float32 (channels, h, w); color: its mean colour when rendered, RGB 0..255.
        picture: uint8 (s, s, 3), the class in this style on an example map.
    """

    code: NDArray[np.float32]
    color: Rgb
    picture: NDArray[np.uint8]


def read_library(facts: ModelFacts, class_index: int) -> tuple[StyleCard, ...]:
    """The styles of a class, most typical first; none where the network brings no library.

    Raises:
        UserError: the file is damaged.
    """
    from model.styles.library import class_library

    return tuple(
        StyleCard(np.array(style.code.numpy(), dtype=np.float32), style.color, style.thumbnail)
        for style in class_library(facts.bundle, class_index)
    )


def nearest_first(cards: tuple[StyleCard, ...], color: Rgb) -> list[int]:
    """Places of the cards, nearest colour first."""
    from model.styles.library import order_by_color

    return order_by_color([card.color for card in cards], color)
