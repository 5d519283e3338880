"""One picture from a label map of any size, without a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from model.engine import Renderer
from model.errors import UserError
from model.fitting import Fit

if TYPE_CHECKING:
    from model.checkpoints import Bundle
    from model.images import Photo
    from model.labels import LabelMap


def render_map(
    bundle: Bundle,
    labels: LabelMap,
    codes: Tensor,
    *,
    instances: NDArray[np.int32] | None = None,
    device: str = "auto",
) -> Photo:
    """The exact picture of a label map, of the map's own size.

    A map that has not the network's native size is fitted to it and the picture put back (`model.fitting`).

    Args:
        labels: uint8 (H, W).
        codes: float32 (C, K, h, w).
        instances: int32 (H, W), for networks with instance edges.
        device: "auto", "cpu" or "cuda".

    Returns:
        uint8 (H, W, 3).

    Raises:
        UserError: there is no such device, or the instance map has another size.
    """
    fit = Fit.into(labels.shape[0], labels.shape[1], bundle.height, bundle.width)
    if instances is not None:
        if instances.shape != labels.shape:
            raise UserError(
                f"the instance map is {instances.shape[1]} x {instances.shape[0]} pixels, "
                f"but the label map is {labels.shape[1]} x {labels.shape[0]}"
            )
        instances = fit.instances(instances)
    fitted = fit.labels(labels, bundle.label_set.background)
    return fit.restore(Renderer(bundle, device).render(fitted, codes, instances=instances).pixels)
