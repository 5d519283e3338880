"""Fitting the styles of a photo more closely than reading them does. For the job thread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.document.photo import PhotoLayer
from app.rendering.jobs import JobCancelled, Progress
from app.rendering.requests import ModelFacts


@dataclass(frozen=True)
class FittedStyles:
    """Attributes:
    codes: float32 (classes, channels, h, w).
    figure: photo, before and after side by side, uint8 (H, 3 W, 3).
    error_before, error_after: mean difference to the photo over the person, 0..255.
    """

    codes: NDArray[np.float32]
    figure: NDArray[np.uint8]
    error_before: float
    error_after: float


def fit_styles(
    facts: ModelFacts, photo: PhotoLayer, labels: NDArray[np.uint8], codes: NDArray[np.float32], progress: Progress
) -> FittedStyles:
    """Fit codes to a photo under its own map by Gauss-Newton steps; see `model.styles.refine`.

    Raises:
        JobCancelled: the job is no longer wanted.
        UserError: the map shows nobody.
    """
    import torch

    from model.styles.refine import RefineCancelled, refine_codes

    text = progress.text
    try:
        found = refine_codes(
            facts.bundle,
            photo.frame,
            labels,
            torch.from_numpy(codes),
            progress=lambda share: progress.step(text, share),
            cancelled=lambda: progress.cancelled,
        )
    except RefineCancelled:
        raise JobCancelled from None
    fitted = np.array(found.codes.numpy(), dtype=np.float32)
    return FittedStyles(fitted, found.figure(), found.error_before, found.error_after)
