"""From the rendered frame to the picture that is exported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.document.photo import PhotoLayer, put_back
from app.rendering.requests import Composition
from model.fitting import Fit


@dataclass(frozen=True)
class FinishedFrame:
    """Everything the exported picture depends on, frozen.

    Attributes:
        picture: the exact frame, uint8 (H, W, 3).
        labels, original: the map now and before editing, uint8 (H, W).
        photo: the photo under the document, or None.
        fit: how a map of another size was fitted into the frame, or None.
        composition: what the picture is composed of, where it keeps a part of the photo.
    """

    picture: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    original: NDArray[np.uint8]
    photo: PhotoLayer | None
    fit: Fit | None = None
    composition: Composition | None = None

    def render(self) -> NDArray[np.uint8]:
        """The picture at full size: put back into its photo where there is one. uint8 (H', W', 3)."""
        if self.photo is None:
            return self.fit.restore(self.picture) if self.fit is not None else self.picture
        if self.composition is not None:
            return self.composition.full_size(self.photo)
        return put_back(self.photo.pixels, self.photo.crop, self.picture)
