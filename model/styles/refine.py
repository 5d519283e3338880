"""Fitting class codes to one photo, for a picture closer to it than the encoder's first guess."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.errors import UserError
from model.fitting import check_same_size
from model.images import Photo
from model.labels import LabelMap, check_label_map
from model.styles.class_newton import CodeFit
from model.styles.encoding import labels_to_tensor, network_view, photo_to_tensor, tensor_to_picture
from model.styles.survey import deviations

#: Steps from one Jacobian to the next. A Jacobian costs as many pictures as a code has numbers, a step one.
_RENEWED = 4
#: Gain of all steps on one Jacobian below which another is not worth its time.
_WORTH = 0.005
#: How far a number of a code may go, in deviations: as far as sliders do, so that they still have room.
_LIMIT = 3.0
#: Pixels of the small picture around the person that are drawn, too.
_MARGIN = 6


class RefineCancelled(Exception):
    """Raised by `refine_codes` soon after its `cancelled` turned true; nothing was changed."""


@dataclass(frozen=True)
class Refined:
    """What came of it.

    Attributes:
        codes: float32 (C, K, h, w), never worse than the first ones.
        before, after: the model's pictures, uint8 of the native size; photo: the photo as the model saw it.
        error_before, error_after: mean absolute difference to the photo over the person, 0..255.
        steps: optimiser steps that were done.
    """

    codes: Tensor
    before: Photo
    after: Photo
    photo: Photo
    error_before: float
    error_after: float
    steps: int

    def figure(self) -> Photo:
        """Photo, before and after side by side, uint8 (H, 3 W, 3)."""
        return np.ascontiguousarray(np.concatenate([self.photo, self.before, self.after], axis=1))


def refine_codes(
    bundle: Bundle,
    photo: Photo,
    labels: LabelMap,
    codes: Tensor,
    *,
    steps: int = 8,
    seconds: float = 16.0,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Refined:
    """Fit the codes of the person's classes, to lessen the difference between the model's picture and the photo.

    Colours are compared class by class, as pixels and as means over squares of two sizes; see `class_newton`. What a
    code changes is found, where the network allows, in pictures of half its size and of the part that the person
    fills, which take a sixth of the time; whether a step is taken is decided at full size, as a network draws small
    maps otherwise. No number of a code goes farther than sliders do, unless it starts there; controls,
    which no photo moves, stay as they are.

    Args:
        photo: uint8 (H, W, 3); labels: uint8 (H, W), its map; codes: float32 (C, K, h, w) to start from, not changed.
        steps: at most this many; seconds: stop stepping after this long.
        progress: gets the share done (0..1); cancelled: asked between pictures.

    Raises:
        RefineCancelled: `cancelled` returned true.
        UserError: map and photo do not fit.
    """
    check_label_map(labels, bundle.label_set, "the label map")
    check_same_size(photo, labels, "the photo", "the label map")
    started = time.monotonic()
    seen, seen_labels = network_view(bundle, photo, labels)
    person = seen_labels != bundle.label_set.background
    if not person.any():
        raise UserError("the label map shows nobody, so there is nothing to refine")
    std, mean = deviations(bundle), bundle.code_mean
    start = (codes.detach().float() - mean) / std
    scale = 2 if _halves(bundle) else 1
    rows, columns = _around(person[::scale, ::scale], bundle.generator.config.divisor)
    small = np.ascontiguousarray(seen_labels[::scale, ::scale][rows, columns])
    grid, full = labels_to_tensor(small), labels_to_tensor(seen_labels)

    def around(pictures: Tensor) -> Tensor:
        return F.avg_pool2d(pictures, scale)[..., rows, columns]

    @torch.inference_mode()
    def sketch(z: Tensor) -> Tensor:
        return bundle.generator(grid.expand(len(z), -1, -1), mean + std * z)

    @torch.inference_mode()
    def exact(z: Tensor) -> Tensor:
        return bundle.generator(full.expand(len(z), -1, -1), mean + std * z)

    def pause(share: float) -> None:
        if cancelled is not None and cancelled():
            raise RefineCancelled
        if progress is not None:
            progress(share)

    def part_done(begun: float, share: float) -> None:
        pause(begun + 0.5 * share / rounds)

    rounds = -(-steps // _RENEWED)
    pause(0.0)
    first = exact(start[None])
    # The ground is not compared: it would drift.
    controls = bundle.generator.config.controls
    fit = CodeFit(small, start, np.unique(seen_labels[person]).tolist(), _LIMIT, controls)
    target, done = around(photo_to_tensor(seen)), 0
    for number in range(rounds):
        begun = number / rounds
        if number:
            pause(begun)
            if time.monotonic() - started > seconds:
                break
        drawn = around(exact(fit.codes[None]) if number else first)
        fit.renew(sketch, drawn, target, partial(part_done, begun))
        before = fit.loss
        for turn in range(min(_RENEWED, steps - done)):
            pause(begun + (0.5 + 0.5 * turn / _RENEWED) / rounds)
            fit.step(lambda z: around(exact(z)))
            done += 1
            if time.monotonic() - started > seconds:
                break
        if before - fit.loss < _WORTH * before:
            break
    pause(1 - 1 / (rounds * 16))
    return _better(bundle, seen, person, start, fit.codes, exact, first, done, progress)


def _better(
    bundle: Bundle,
    seen: Photo,
    person: NDArray[np.bool_],
    start: Tensor,
    best: Tensor,
    exact: Callable[[Tensor], Tensor],
    first: Tensor,
    steps: int,
    progress: Callable[[float], None] | None,
) -> Refined:
    """The best of the found codes, the way half-way to them, and the first ones, judged at full size."""

    def error(drawn: Photo) -> float:
        return float(np.abs(drawn[person].astype(np.float64) - seen[person]).mean())

    before = tensor_to_picture(first[0])
    chosen, shown, least = start, before, error(before)
    for share in (1.0, 0.5):
        z = start + share * (best - start)
        drawn = tensor_to_picture(exact(z[None])[0])
        if error(drawn) < least:
            chosen, shown, least = z, drawn, error(drawn)
            break
    if progress is not None:
        progress(1.0)
    codes = (bundle.code_mean + deviations(bundle) * chosen).float().clone()
    return Refined(codes, before, shown, seen, error(before), least, steps)


def _around(person: NDArray[np.bool_], divisor: int) -> tuple[slice, slice]:
    """The rows and columns of a part that holds the person, with sides that are multiples of `divisor`."""
    found = []
    for axis, whole in ((1, person.shape[0]), (0, person.shape[1])):
        places = np.flatnonzero(person.any(axis=axis))
        low, high = int(places[0]) - _MARGIN, int(places[-1]) + 1 + _MARGIN
        side = min(-(-(high - low) // divisor) * divisor, whole)
        begin = min(max((low + high - side) // 2, 0), whole - side)
        found.append(slice(begin, begin + side))
    return found[0], found[1]


def _halves(bundle: Bundle) -> bool:
    divisor = bundle.generator.config.divisor
    return bundle.height % (2 * divisor) == 0 and bundle.width % (2 * divisor) == 0
