"""Loading a network: the bundle, a renderer for it, and the facts the window needs. Runs outside the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.rendering.requests import Direction, ModelFacts, ModelRequest
from model.errors import UserError
from model.files import reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from model.checkpoints import Bundle


class FrameLike(Protocol):
    """What a renderer gives back (`model.engine.Frame`)."""

    @property
    def pixels(self) -> NDArray[np.uint8]: ...
    @property
    def box(self) -> tuple[int, int, int, int]: ...
    @property
    def exact(self) -> bool: ...
    @property
    def milliseconds(self) -> float: ...


class RendererLike(Protocol):
    """The part of `model.engine.Renderer` that the render thread uses."""

    @property
    def device(self) -> Any: ...

    @property
    def notice(self) -> str: ...

    def render(
        self, labels: Any, codes: Any, *, preview: bool = False, cancelled: Callable[[], bool] | None = None
    ) -> Any: ...


def load_model(request: ModelRequest) -> tuple[RendererLike, ModelFacts]:
    """Load a bundle and build its renderer. Imports torch, so it may take seconds.

    Raises:
        UserError: the bundle is missing or damaged, or the device is not there.
    """
    import torch

    from model.checkpoints import default_bundle_name, load_bundle
    from model.engine import Renderer, fused
    from model.engine.precision import precision_name

    if request.device == "cpu" or not torch.cuda.is_available():
        fused.load_early()
    bundle = load_bundle(request.bundle or default_bundle_name())
    renderer = Renderer(bundle, request.device, request.precision, request.budget_bytes, compiled="soon")
    shown = precision_name(renderer.precision, renderer.device)
    precision = str(renderer.precision).removeprefix("torch.")
    facts = model_facts(bundle, str(renderer.device), f"{renderer.device.type.upper()}, {shown}", precision)
    return renderer, facts


def model_facts(bundle: Bundle, device: str, description: str, precision: str = "float32") -> ModelFacts:
    """The facts of a loaded bundle as plain arrays."""
    from model.styles.sampling import code_bank

    return ModelFacts(
        bundle=bundle,
        name=bundle.name,
        path=Path(bundle.path) if bundle.path is not None else Path(),
        label_set=bundle.label_set,
        height=bundle.height,
        width=bundle.width,
        divisor=bundle.generator.config.divisor,
        code_mean=np.array(bundle.code_mean.numpy(), dtype=np.float32),
        code_spread=np.array(_spread(bundle).numpy(), dtype=np.float32),
        code_bank=code_bank(bundle),
        directions=tuple(class_sliders(bundle, index) for index in range(len(bundle.label_set))),
        has_encoder=bundle.encoder is not None,
        has_parser=bundle.parser is not None,
        device=device,
        description=description,
        controls=bundle.generator.config.controls,
        precision=precision,
    )


def _spread(bundle: Bundle) -> Tensor:
    return bundle.code_std if bundle.code_factor is None else bundle.code_factor


def class_sliders(bundle: Bundle, class_index: int) -> tuple[Direction, ...]:
    """The named directions of one class, or its first code axes where the model knows none."""
    from model.styles.directions import class_directions

    found = class_directions(bundle, class_index)
    return tuple(
        Direction(entry.name, _plain(entry.vector), _plain(entry.reading()), float(entry.low), float(entry.high))
        for entry in found
    )


def _plain(values: Tensor) -> NDArray[np.float32]:
    return np.array(values.numpy(), dtype=np.float32)


@dataclass(frozen=True)
class OfficialFiles:
    """A released checkpoint: the network it is, its files, and the name of the bundle to make."""

    network: str
    generator: Path
    encoder: Path | None
    options: Path | None
    name: str


def import_checkpoint(files: OfficialFiles) -> Path:
    """Make a bundle of a released checkpoint in the user's data folder; returns the bundle's folder.

    Raises:
        UserError: a file is missing, damaged, refused, or does not fit the network.
    """
    import platformdirs

    from model.checkpoints.importer import import_official

    folder = Path(platformdirs.user_data_dir("smis-studio", appauthor=False)) / "weights"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError("{folder} cannot be made: {reason}", folder=folder, reason=reason(error)) from error
    target = folder / files.name
    import_official(files.network, files.generator, target, files.encoder, files.options)
    return target
