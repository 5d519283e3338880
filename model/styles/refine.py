"""Fitting class codes to one photo by gradient descent, for a picture closer to it than the encoder's first guess."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.errors import UserError
from model.fitting import check_same_size
from model.images import Photo
from model.labels import LabelMap, check_label_map
from model.styles.encoding import labels_to_tensor, network_view, photo_to_tensor, tensor_to_picture
from model.styles.survey import deviations

#: Pull of the codes towards the training photos' spread; without it rare classes leave it for a slightly better fit.
_PRIOR = 2e-3
_COARSE, _FINE = "coarse", "fine"


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
    steps: int = 40,
    seconds: float = 16.0,
    rate: float = 0.4,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Refined:
    """Adam on the codes of the person's classes, to lessen the difference between the model's picture and the photo.

    The loss compares pixels at three sizes over the person. Where the network allows, the steps run at half its size,
    which takes a quarter of the time; the result is measured at full size, and kept only where it is better.

    Args:
        photo: uint8 (H, W, 3); labels: uint8 (H, W), its map; codes: float32 (C, K, h, w) to start from, not changed.
        steps: at most this many; seconds: stop stepping after this long.
        rate: step size in deviations of the codes.
        progress: gets the share done (0..1); cancelled: asked between steps.

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
    target = photo_to_tensor(seen)
    mask = torch.from_numpy(person)[None, None].float()
    std, mean = deviations(bundle), bundle.code_mean
    start = (codes.detach().float() - mean) / std
    free = torch.zeros(bundle.classes, 1, 1, 1)
    free[np.unique(seen_labels[person]).tolist()] = 1.0  # the ground is not compared: it would drift
    offset = torch.zeros_like(start, requires_grad=True)
    adam = _Adam(offset)
    scale = 2 if _halves(bundle) else 1
    small_labels = labels_to_tensor(np.ascontiguousarray(seen_labels[::scale, ::scale]))
    small_target, small_mask = (F.avg_pool2d(target, scale), F.avg_pool2d(mask, scale)) if scale > 1 else (target, mask)

    def picture(z: Tensor, at: str) -> Tensor:
        grid = small_labels if at == _COARSE else labels_to_tensor(seen_labels)
        return bundle.generator(grid, (mean + std * z)[None])

    def stop_if_cancelled() -> None:
        if cancelled is not None and cancelled():
            raise RefineCancelled

    with torch.no_grad():
        first = picture(start, _FINE)
    shift = torch.zeros(())
    if scale > 1:
        # A coarse picture is not the fine one made smaller; by what they differ at the start is no fault of the codes.
        with torch.no_grad():
            shift = F.avg_pool2d(first, scale) - picture(start, _COARSE)
    best, best_loss, done = start.clone(), np.inf, 0
    for step in range(steps):
        stop_if_cancelled()
        if step and time.monotonic() - started > seconds:
            break
        z = start + free * offset
        loss = _loss(picture(z, _COARSE) + shift, small_target, small_mask)
        loss = loss + _PRIOR * (z.square() * free).sum() / free.sum() / z[0].numel()
        value = float(loss.detach())
        if value < best_loss:
            best, best_loss = z.detach().clone(), value
        offset.grad = None
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step(rate * (1 - 0.8 * step / max(steps, 1)))
        done = step + 1
        if progress is not None:
            progress(done / (steps + 1))
    stop_if_cancelled()
    return _better(bundle, seen, person, start, best, picture, first, done, progress)


class _Adam:
    """Adam (Kingma and Ba, 2015) on one tensor, with short memories, as there are only some dozen steps.

    That of torch.optim brings torch's compiler along: seconds of imports, which fail in a thread of the editor.
    """

    def __init__(self, parameter: Tensor, betas: tuple[float, float] = (0.8, 0.95)) -> None:
        self._parameter, self._betas, self._steps = parameter, betas, 0
        self._mean, self._square = torch.zeros_like(parameter), torch.zeros_like(parameter)

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Move against the gradient that the parameter has by about `rate`."""
        gradient, (first, second) = self._parameter.grad, self._betas
        assert gradient is not None
        self._steps += 1
        self._mean.lerp_(gradient, 1 - first)
        self._square.lerp_(gradient.square(), 1 - second)
        mean = self._mean / (1 - first**self._steps)
        root = (self._square / (1 - second**self._steps)).sqrt()
        self._parameter -= rate * mean / (root + 1e-8)


def _better(
    bundle: Bundle,
    seen: Photo,
    person: np.ndarray,
    start: Tensor,
    best: Tensor,
    picture: Callable[[Tensor, str], Tensor],
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
        with torch.no_grad():
            drawn = tensor_to_picture(picture(z, _FINE)[0])
        if error(drawn) < least:
            chosen, shown, least = z, drawn, error(drawn)
            break
    if progress is not None:
        progress(1.0)
    codes = (bundle.code_mean + deviations(bundle) * chosen).float().clone()
    return Refined(codes, before, shown, seen, error(before), least, steps)


def _loss(drawn: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute difference over the mask at the picture's size, a quarter and a sixteenth of it."""
    total = torch.zeros(())
    for factor in (1, 4, 16):
        if factor > min(drawn.shape[-2:]):
            break
        a, b, weight = drawn * mask, target * mask, mask
        if factor > 1:
            a, b, weight = (F.avg_pool2d(part, factor) for part in (a, b, mask))
        total = total + (a - b).abs().sum() / (3 * weight.sum()).clamp_min(1.0)
    return total


def _halves(bundle: Bundle) -> bool:
    divisor = bundle.generator.config.divisor
    return bundle.height % (2 * divisor) == 0 and bundle.width % (2 * divisor) == 0
