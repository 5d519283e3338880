"""Rendering a style morph to a file. For the job thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from app.rendering.jobs import JobCancelled, Progress
from app.rendering.requests import Composition, ModelFacts

Codes = NDArray[np.float32]


@dataclass(frozen=True)
class MorphPlan:
    """A style morph as the panel edits it.

    Attributes:
        keys: codes of the key styles, evenly spaced, each float32 (classes, channels, h, w).
        route: "linear" or "spherical"; easing: "none" or "in-out".
        delays: class -> share of the time for which it waits.
    """

    keys: tuple[Codes, ...]
    centre: Codes
    route: str = "linear"
    easing: str = "in-out"
    loop: bool = False
    delays: dict[int, float] = field(default_factory=dict)

    def codes_at(self, t: float) -> Codes:
        """The codes at time 0..1, float32 (classes, channels, h, w)."""
        return np.array(self._morph().codes_at(t).numpy(), dtype=np.float32)

    def frames(self, count: int) -> Iterator[Codes]:
        """Codes of evenly spaced frames."""
        morph = self._morph()
        for time in morph.frame_times(count):
            yield np.array(morph.codes_at(time).numpy(), dtype=np.float32)

    def _morph(self):  # type: ignore[no-untyped-def]  # model.styles imports torch, which the window must not wait for
        import torch

        from model.styles.morphing import Easing, Morph, Route, evenly

        keys = evenly([torch.from_numpy(key) for key in self.keys])
        centre = torch.from_numpy(self.centre)
        return Morph(keys, centre, Route(self.route), Easing(self.easing), None, self.loop, self.delays)


def shoot(
    facts: ModelFacts,
    labels: NDArray[np.uint8],
    plan: MorphPlan,
    path: Path,
    count: int,
    rate: float,
    progress: Progress,
    size: tuple[int, int] | None = None,
    photo: Composition | None = None,
) -> str:
    """Render `count` exact frames of a morph over a label map into a film; returns what was written.

    Args:
        labels: uint8 (height, width) of the network's frame.
        path: .mp4, .webp, .gif, or a folder for numbered PNGs.
        rate: frames a second; size: height and width to scale to.
        photo: a picture of the document whose photo stays outside of what the film changes; None: all is the network's.

    Raises:
        UserError: the file cannot be written.
        JobCancelled: the job was cancelled; no file is left.
    """
    import torch

    from model.engine import Renderer
    from model.styles.animation import ExportCancelled, export

    renderer = Renderer(facts.bundle, device=facts.device, precision=facts.precision)

    def frames() -> Iterator[NDArray[np.uint8]]:
        for codes in plan.frames(count):
            pixels = renderer.render(labels, torch.from_numpy(codes)).pixels
            yield pixels if photo is None else photo.with_codes(labels, codes, pixels)

    try:
        return export(
            frames(),
            count,
            path,
            rate=rate,
            size=size,
            loop=plan.loop,
            progress=lambda share: progress.step(QCoreApplication.translate("Progress", "Rendering the film"), share),
            cancelled=lambda: progress.cancelled,
        )
    except ExportCancelled:
        raise JobCancelled from None
