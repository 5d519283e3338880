"""Gauss-Newton on the codes of all classes at once, class by class.

What a class's code changes lies nearly all in that class's pixels. So one picture in which the same number of every
class's code has moved gives a column of every class's Jacobian (Curtis, Powell and Reid, 1974): as many pictures as a
single code has numbers. Each class then solves its own few normal equations, with pixels weighted so that squares add
up to absolute differences (iteratively reweighted least squares), and damping of its own (Levenberg and Marquardt).
Between new Jacobians every trial corrects the old one (Broyden, 1965).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from model.boxes import box_around, slices
from model.labels import LabelMap

Draw = Callable[[Tensor], Tensor]
"""Codes in deviations, float32 (B, C, K, h, w), to pictures float32 (B, 3, H, W) in [-1, 1]."""

#: Sides in pixels of the squares over which a class's colours are averaged before they are compared.
_SQUARES = (1, 4, 16)
#: Differences (of 2) below which squares count and not absolute values.
_SMALL = 0.05
#: Pull of the codes towards the middle of the training photos' spread.
_PRIOR = 2e-3
#: How far a number of a code is moved for the Jacobian, and how far one step may move it, in deviations.
_PROBE, _LONGEST = 0.3, 1.5
#: Pictures that are drawn together.
_BATCH = 4
_DAMPING, _LEAST_DAMPING, _MOST_DAMPING = 0.02, 1e-3, 1e3


class ClassColors:
    """The pixels of one class in a picture, and their means over squares; all as one row of numbers.

    Attributes:
        weights: float32 (n,), how much each number counts; each size of squares counts 1 altogether.
    """

    def __init__(self, where: np.ndarray) -> None:
        """
        Args:
            where: bool (H, W), the class; it must be somewhere.
        """
        self._part = slices(box_around(where))
        self._mask = torch.from_numpy(where[self._part]).float()
        shares = [_pooled(self._mask[None], side)[0] for side in _SQUARES]
        self._cells = [(share > 0).flatten().nonzero()[:, 0] for share in shares]
        self._shares = [share.flatten()[cells] for share, cells in zip(shares, self._cells, strict=True)]
        self.weights = torch.cat([(share / (3 * share.sum())).repeat(3) for share in self._shares])

    def of(self, pictures: Tensor) -> Tensor:
        """The numbers of pictures (B, 3, H, W); float32 (B, n)."""
        own = pictures[..., self._part[0], self._part[1]] * self._mask
        found = []
        for side, cells, share in zip(_SQUARES, self._cells, self._shares, strict=True):
            found.append((_pooled(own, side).flatten(2)[..., cells] / share).flatten(1))
        return torch.cat(found, dim=1)


class ClassFit:
    """The code of one class on its way."""

    def __init__(self, colors: ClassColors, code: Tensor, directions: Tensor, limit: float) -> None:
        """
        Args:
            code: float32 (K, h, w), in deviations; directions: float32 (D, K, h, w), what may be added to it.
            limit: how far its numbers may go; farther only where they start there.
        """
        self.colors = colors
        self.code = code
        self._directions = directions
        self._limit = code.abs().clamp_min(limit)
        self._slopes = torch.zeros(len(directions), len(colors.weights))
        self._now = self._target = torch.zeros(len(colors.weights))
        self._damping = _DAMPING
        self.loss = np.inf

    def begin(self, drawn: Tensor, target: Tensor, slopes: Tensor) -> None:
        """A new Jacobian: what is drawn (n,), what is wanted (n,), and the change along each direction (D, n)."""
        self._now, self._target, self._slopes = drawn, target, slopes
        self._damping = min(self._damping, _DAMPING)
        self.loss = self._loss(drawn, self.code)

    def _loss(self, drawn: Tensor, code: Tensor) -> float:
        return float(((drawn - self._target).abs() * self.colors.weights).sum() + _PRIOR * code.square().mean())

    def propose(self) -> Tensor:
        """The steps along the directions that should lessen the differences most; float32 (D,)."""
        rest = self._target - self._now
        weights = self.colors.weights / rest.abs().clamp_min(_SMALL)
        weighted = self._slopes * weights
        flat = self._directions.flatten(1)
        pull = 2 * _PRIOR / flat.shape[1]
        matrix = weighted @ self._slopes.T + pull * flat @ flat.T
        wanted = weighted @ rest - pull * flat @ self.code.flatten()
        matrix += torch.diag((self._damping + 1e-4) * matrix.diagonal() + 1e-6)
        steps: Tensor = torch.linalg.solve(matrix, wanted)
        return steps * min(1.0, _LONGEST / max(float(steps.abs().max()), 1e-9))

    def moved(self, steps: Tensor) -> Tensor:
        """The code after steps along the directions, within its limits; float32 (K, h, w)."""
        ahead = self.code + (steps[:, None, None, None] * self._directions).sum(dim=0)
        return torch.maximum(torch.minimum(ahead, self._limit), -self._limit)

    def judge(self, steps: Tensor, drawn: Tensor) -> bool:
        """Learn from a picture that was drawn after `steps`, and keep them where it is better."""
        square = float(steps.square().sum())
        if square > 1e-12:
            surprise = drawn - self._now - steps @ self._slopes
            self._slopes += steps[:, None] * surprise / square
        code = self.moved(steps)
        loss = self._loss(drawn, code)
        better = loss < self.loss
        if better:
            self.code, self._now, self.loss = code, drawn, loss
            self._damping = max(self._damping / 4, _LEAST_DAMPING)
        else:
            self._damping = min(max(self._damping * 10, 0.3), _MOST_DAMPING)
        return better


class CodeFit:
    """The codes of all classes that a map shows."""

    def __init__(self, labels: LabelMap, codes: Tensor, classes: list[int], limit: float, controls: int = 0) -> None:
        """
        Args:
            labels: uint8 (H, W), the map of the pictures; codes: float32 (C, K, h, w), in deviations; not changed.
            classes: those that may change; limit: see `ClassFit`.
            controls: how many of a code's last numbers are for sliders alone, and stay as they are.
        """
        self.codes = codes.clone()
        self._directions = code_directions(codes[0])[: codes.shape[1] - controls]
        self._fits = {
            index: ClassFit(ClassColors(labels == index), codes[index], self._directions, limit)
            for index in classes
            if (labels == index).any()
        }

    @property
    def loss(self) -> float:
        """The sum over classes of the mean absolute difference in each size of squares, and the prior's part."""
        return sum(fit.loss for fit in self._fits.values())

    def renew(self, sketch: Draw, drawn: Tensor, target: Tensor, pause: Callable[[float], None]) -> None:
        """Find the Jacobians where the codes are now.

        Args:
            sketch: draws what the Jacobians are taken from; it may be cheaper than what draws for `step`.
            drawn: float32 (1, 3, H, W), the picture of the codes as `step` has it drawn; target: the wanted one.
            pause: called between pictures with the share that is done; may raise.
        """
        pause(0.0)
        sketched = sketch(self.codes[None])
        base = {index: fit.colors.of(sketched) for index, fit in self._fits.items()}
        slopes: dict[int, list[Tensor]] = {index: [] for index in self._fits}
        for start in range(0, len(self._directions), _BATCH):
            pause(start / len(self._directions))
            some = self._directions[start : start + _BATCH]
            probes = self.codes[None].repeat(len(some), 1, 1, 1, 1)
            for index in self._fits:
                probes[:, index] += _PROBE * some
            pictures = sketch(probes)
            for index, fit in self._fits.items():
                slopes[index].append((fit.colors.of(pictures) - base[index]) / _PROBE)
        for index, fit in self._fits.items():
            fit.begin(fit.colors.of(drawn)[0], fit.colors.of(target)[0], torch.cat(slopes[index]))

    def step(self, draw: Draw) -> int:
        """One step of every class, which costs one picture; how many classes came nearer."""
        steps = {index: fit.propose() for index, fit in self._fits.items()}
        trial = self.codes.clone()
        for index, fit in self._fits.items():
            trial[index] = fit.moved(steps[index])
        picture = draw(trial[None])
        better = 0
        for index, fit in self._fits.items():
            if fit.judge(steps[index], fit.colors.of(picture)[0]):
                self.codes[index] = fit.code
                better += 1
        return better


def code_directions(code: Tensor) -> Tensor:
    """What may be added to a code (K, h, w): each number of a pooled one, each channel of one that has places."""
    channels, height, width = code.shape
    return torch.eye(channels)[:, :, None, None].expand(channels, channels, height, width).contiguous()


def _pooled(planes: Tensor, side: int) -> Tensor:
    """Means over squares of planes (..., H, W); what lies beyond the picture counts as 0."""
    if side == 1:
        return planes
    missing = [-planes.shape[-2] % side, -planes.shape[-1] % side]
    return F.avg_pool2d(F.pad(planes, (0, missing[1], 0, missing[0])), side)
