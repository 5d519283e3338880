"""The settings of a parser's training run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from model.errors import UserError


@dataclass(frozen=True)
class ParserRecipe:
    """Everything that decides a run, besides the data and the device.

    A run ends when the first of ``steps``, ``epochs`` and ``minutes`` that are given is over; the learning rates fall
    with a cosine towards that end. The first part of a run sees smaller pictures (people at about two thirds of the
    size), of which a CPU gets through twice as many; the rest sees them at full size.

    Attributes:
        frozen_stages: so many first stages of the backbone, and the stem before them, keep their weights. What they
            know (edges, colours) changes little when training goes on from a parser, and they cost the most: 2 spare a
            CPU a third of each step, 3 two fifths.
        validation_every: every so many pairs one is kept for validation.
        small: height and width of the crops in the first part; scales: how much its photos are scaled.
        small_share: length of the first part.
        presence: weight of the presence head's loss, where the parser has one.
        ungated: share of the pictures whose pixels learn without the presence head's help, so that they need not lean
            on it: it is surer of the pictures it is trained on than of others.
        rare: a class in fewer than this share of the photos has its photos drawn more often (Gupta et al., CVPR 2019).
    """

    steps: int | None = None
    epochs: float | None = None
    minutes: float | None = None
    batch_size: int = 10
    learning_rate: float = 1.5e-3
    backbone_learning_rate: float = 4e-4
    weight_decay: float = 0.02
    warm_up: float = 0.04
    ema: float = 0.995
    height: int = 384
    width: int = 256
    small: tuple[int, int] = (288, 192)
    small_scales: tuple[float, float] = (0.6, 0.95)
    full_scales: tuple[float, float] = (0.8, 1.15)
    small_share: float = 0.6
    presence: float = 0.5
    ungated: float = 0.5
    rare: float = 0.3
    class_weight_power: float = 0.3
    frozen_stages: int = 0
    validation_every: int = 10
    validations: int = 12
    seed: int = 0

    def __post_init__(self) -> None:
        limits = [limit for limit in (self.steps, self.epochs, self.minutes) if limit is not None]
        if not limits or min(limits) <= 0:
            raise UserError("training needs a number of steps, epochs or minutes above 0")
        if not 0 <= self.frozen_stages <= 7:
            raise UserError(f"the backbone has 7 stages, so {self.frozen_stages} of them cannot be frozen")
        if self.batch_size < 2:
            raise UserError(f"the parser's batch norms need at least 2 photos a step, found {self.batch_size}")

    def to_dict(self) -> dict[str, Any]:
        """As JSON values: tuples become lists."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        plain: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
        return cls(**plain)
