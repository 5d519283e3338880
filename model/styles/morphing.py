"""Style morphing: classes that travel between key styles while the map stands still (paper section 4.3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType

import torch
from torch import Tensor


class Route(StrEnum):
    """How a code travels from one key to the next."""

    LINEAR = "linear"
    SPHERICAL = "spherical"


class Easing(StrEnum):
    """How fast it travels: evenly, or slowly at both ends."""

    NONE = "none"
    IN_OUT = "in-out"


@dataclass(frozen=True)
class KeyStyle:
    """One key on the time line.

    Attributes:
        at: its time, 0 (start) to 1 (end).
        codes: float32 (C, K, h, w).
        classes: the classes it is a key of; None means all.
    """

    at: float
    codes: Tensor
    classes: frozenset[int] | None = None


@dataclass(frozen=True)
class Morph:
    """A time line of key styles.

    Attributes:
        keys: at least one; every class starts at its first key and ends at its last.
        centre: float32 (C, K, h, w), what spherical routes turn around; the bundle's mean codes.
        classes: only these move, the others stay at the first key's style; None means all.
        loop: after the last key the way goes back to the first, which then stands at both ends.
        delays: class -> the share of the time (0 to below 1) for which it waits; it still arrives at the end.
    """

    keys: Sequence[KeyStyle]
    centre: Tensor
    route: Route = Route.LINEAR
    easing: Easing = Easing.IN_OUT
    classes: Collection[int] | None = None
    loop: bool = False
    delays: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("a morph needs a key style")
        for key in self.keys:
            if not 0 <= key.at <= 1:
                raise ValueError(f"a key at {key.at} is outside 0 to 1")
            if key.codes.shape != self.centre.shape:
                raise ValueError(f"codes of shape {tuple(key.codes.shape)} are not {tuple(self.centre.shape)}")
        for delay in self.delays.values():
            if not 0 <= delay < 1:
                raise ValueError(f"a delay of {delay} is outside 0 to below 1")

    def codes_at(self, t: float) -> Tensor:
        """The codes at time `t` (clamped to 0..1), float32 (C, K, h, w); at a key exactly that key's."""
        t = min(max(t, 0.0), 1.0)
        codes = self._in_order(None)[0].codes.clone()
        for index in range(len(codes)):
            track = self._track(index)
            if track:
                codes[index] = self._code_at(index, track, t)
        return codes

    def _in_order(self, class_index: int | None) -> list[KeyStyle]:
        keys = [key for key in self.keys if class_index is None or key.classes is None or class_index in key.classes]
        return sorted(keys, key=lambda key: key.at)

    def _track(self, class_index: int) -> list[tuple[float, Tensor]]:
        """Times and codes of one class; empty where it has no key, or does not move."""
        keys = self._in_order(class_index)
        if not keys or (self.classes is not None and class_index not in self.classes):
            return []
        track = [(key.at, key.codes[class_index]) for key in keys]
        if self.loop:
            # The keys share the time with the way back, which takes one step of the evenly spaced keys.
            squeeze = (len(track) - 1) / len(track) if len(track) > 1 else 1.0
            track = [(at * squeeze, code) for at, code in track]
            track.append((1.0, track[0][1]))
        return track

    def _code_at(self, class_index: int, track: list[tuple[float, Tensor]], t: float) -> Tensor:
        delay = self.delays.get(class_index, 0.0)
        t = max(0.0, (t - delay) / (1 - delay)) if t < 1 else 1.0
        if t <= track[0][0]:
            return track[0][1]
        for (start, first), (end, second) in pairwise(track):
            if t < end:
                share = (t - start) / (end - start)
                if self.easing is Easing.IN_OUT:
                    share = share * share * (3 - 2 * share)
                if self.route is Route.SPHERICAL:
                    return spherical(first, second, share, self.centre[class_index])
                return first + share * (second - first)
        return track[-1][1]

    def frame_times(self, frames: int) -> list[float]:
        """Times of `frames` evenly spaced frames: 0 to 1, in a loop without the last, which is the first again."""
        if frames < 1:
            raise ValueError("a morph has at least one frame")
        if self.loop:
            return [number / frames for number in range(frames)]
        return [number / (frames - 1) for number in range(frames)] if frames > 1 else [0.0]


def evenly(codes: Sequence[Tensor]) -> list[KeyStyle]:
    """Keys at equal distances over the whole time."""
    last = max(len(codes) - 1, 1)
    return [KeyStyle(number / last, code) for number, code in enumerate(codes)]


def spherical(first: Tensor, second: Tensor, share: float, centre: Tensor) -> Tensor:
    """Slerp around `centre` (Shoemake 1985), the length changing evenly; all of one shape.

    A straight way between two random codes passes nearer to the mean than any code the network knows; this way keeps
    the distance. Codes that point the same way, opposite ways, or nowhere have no plane to turn in: straight then.
    """
    a, b = (first - centre).double(), (second - centre).double()
    length_a, length_b = float(a.norm()), float(b.norm())
    if length_a < 1e-9 or length_b < 1e-9:
        return first + share * (second - first)
    cosine = float((a * b).sum()) / (length_a * length_b)
    angle = float(torch.arccos(torch.tensor(min(max(cosine, -1.0), 1.0), dtype=torch.float64)))
    if angle < 1e-4 or angle > torch.pi - 1e-3:
        return first + share * (second - first)
    sine = torch.sin(torch.tensor(angle, dtype=torch.float64))
    turned = (
        torch.sin(torch.tensor((1 - share) * angle)) / sine * a / length_a
        + torch.sin(torch.tensor(share * angle)) / sine * b / length_b
    )
    return (centre.double() + turned * (length_a + share * (length_b - length_a))).to(first.dtype)
