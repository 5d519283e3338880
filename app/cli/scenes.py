"""What `mix` and `morph` draw: a label map, or a photo of which everything but the edit stays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.cli.drawing import render_map
from app.document.photo import fit_labels, fit_photo, person_crop
from model.compositing import Compositor, KeepSettings, personal_classes, put_back, restyled_classes
from model.fitting import Fit

if TYPE_CHECKING:
    from torch import Tensor

    from model.checkpoints import Bundle
    from model.engine import Renderer
    from model.images import Photo
    from model.labels import LabelMap
    from model.styles.mixture import CodeCache


class Scene(Protocol):
    """Something that can be drawn in other styles."""

    own: Tensor
    """The codes it starts from, float32 (C, K, h, w)."""

    def still(self, codes: Tensor) -> Photo:
        """The exact picture, as large as the map or photo."""

    def frame(self, codes: Tensor) -> Photo:
        """One of many pictures, of the size of `film_still`; the renderer keeps what did not change."""

    def film_still(self, codes: Tensor) -> Photo:
        """A frame that equals the still: a film's first and last."""


class MapScene:
    """A label map; the network draws all of it."""

    def __init__(self, bundle: Bundle, labels: LabelMap, own: Tensor, device: str = "auto") -> None:
        self.bundle = bundle
        self.labels = labels
        self.own = own
        self.device = device
        self._renderer: Renderer | None = None
        self._fit = Fit.into(labels.shape[0], labels.shape[1], bundle.height, bundle.width)

    def still(self, codes: Tensor) -> Photo:
        return render_map(self.bundle, self.labels, codes, device=self.device)

    film_still = still

    def frame(self, codes: Tensor) -> Photo:
        return self._fit.restore(self._render(codes))

    def _render(self, codes: Tensor) -> Photo:
        if self._renderer is None:
            from model.engine import Renderer

            # Stills come from the plain network in float32; frames must not differ from them visibly.
            self._renderer = Renderer(self.bundle, device=self.device, precision="float32", compiled="first")
        return self._renderer.render(self._fit.labels(self.labels, self.bundle.label_set.background), codes).pixels


class PhotoScene:
    """A photo; outside the restyled classes and a seam its own pixels stay."""

    def __init__(self, bundle: Bundle, photo: Photo, labels: LabelMap, *, seam: int = 4, device: str = "auto") -> None:
        """
        Args:
            photo: uint8 (H, W, 3), of any size; labels: uint8 (H, W), its map.
            seam: in pixels of the network's frame.
        """
        from model.styles import encode_photo

        background = bundle.label_set.background
        self.photo = photo
        self.crop = person_crop(labels, bundle.height, bundle.width, background)
        self.labels = fit_labels(labels, self.crop, bundle.height, bundle.width, background)
        frame = fit_photo(photo, self.crop, bundle.height, bundle.width)
        self.own = encode_photo(bundle, frame, self.labels)
        self._spread = bundle.code_std.numpy()
        # A network that saw every photo's ground replaced by its studio's knows no style of it.
        self._unstyled = frozenset({background} if bundle.background is not None else ())
        self._map = MapScene(bundle, self.labels, self.own, device)
        reference = self._map.still(self.own)
        personal = personal_classes(bundle.label_set)
        keep = KeepSettings(seam=seam)
        self.compositor = Compositor(frame, self.labels, reference, background, keep, personal=personal)

    def still(self, codes: Tensor) -> Photo:
        picture = self._map.still(codes)
        return put_back(self.photo, self.crop, self.compositor, self.labels, picture, self._restyled(codes))

    def film_still(self, codes: Tensor) -> Photo:
        return self.compositor.compose(self.labels, self._map.still(codes), self._restyled(codes))

    def frame(self, codes: Tensor) -> Photo:
        return self.compositor.compose(self.labels, self._map.frame(codes), self._restyled(codes))

    def _restyled(self, codes: Tensor) -> dict[int, float]:
        controls = self._map.bundle.generator.config.controls
        return restyled_classes(codes.numpy(), self.own.numpy(), self._spread, self._unstyled, controls)


def open_photo_scene(
    bundle: Bundle,
    path: Path,
    labels_path: Path | None,
    cache: CodeCache | None,
    seam: int,
    device: str,
    person: int = 0,
) -> PhotoScene:
    """Read, parse and encode a photo. Raises UserError."""
    from model.images import read_photo
    from model.styles.mixture import encode_file

    encoded = encode_file(bundle, path, labels_path, cache, person)
    return PhotoScene(bundle, read_photo(path), encoded.labels, seam=seam, device=device)
