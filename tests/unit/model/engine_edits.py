"""Random edits for the engine's tests: tiny networks of all kinds, and one person painting and sliding on each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.engine import Frame, RenderCancelled, Renderer
from model.groupdnet import BlockConfig, Generator, GeneratorConfig, ModulationConfig, PlainGround

KINDS = ("ours", "deepfashion", "ade20k", "cityscapes")
#: ``laid``: as ours, but codes enter at the base as well, and count at outlines.
ALL_KINDS = (*KINDS, "laid")
EDITS = (
    "dab",
    "far_dabs",
    "big_dab",
    "noise",
    "new_map",
    "one_code",
    "all_codes",
    "dab_and_code",
    "undo",
    "swap_classes",
    "other_size",
    "edge_dab",
    "nothing",
)


def tiny_config(kind: str) -> GeneratorConfig:
    """A network of one of the four kinds: their groupings of convolutions and modulations at a few channels each."""

    def blocks(widths: tuple[int, ...], groups: tuple[int, ...], modulations: list[ModulationConfig], own: bool):
        return tuple(
            BlockConfig(
                before,
                after,
                group,
                modulation,
                number > 0,
                shortcut_norm=not own,
                noise=2 if own else 0,
                framed=own and number > 0,
            )
            for number, (before, after, group, modulation) in enumerate(
                zip(widths[:-1], widths[1:], groups, modulations, strict=True)
            )
        )

    if kind in ("ours", "laid"):
        laid = kind == "laid"
        modulations = [
            ModulationConfig(6, kernel=1, style=laid or number > 0, inside=not laid and number in (1, 2))
            for number in range(4)
        ]
        return GeneratorConfig(
            classes=4,
            code_channels=3,
            base_channels=16,
            base_groups=4,
            blocks=blocks((16, 16, 8, 8, 4), (4, 4, 2, 1), modulations, own=True),
            pooled_codes=True,
            base_codes=laid,
            rgb_levels=3,
            framed_classes=(1, 3),
            prior_map=True,
            ground=PlainGround(0, (200, 190, 40)),
        )
    if kind == "deepfashion":
        modulations = [ModulationConfig(8, shared_groups=g, gamma_beta_groups=g) for g in (4, 4, 2, 1)]
        made = blocks((16, 16, 16, 8, 4), (4, 4, 2, 1), modulations, own=False)
        return GeneratorConfig(classes=4, code_channels=2, base_channels=16, base_groups=4, blocks=made)
    if kind == "ade20k":
        modulations = [ModulationConfig(12, shared_groups=6, gamma_beta_groups=g) for g in (3, 3, 2, 1)]
        made = blocks((12, 12, 12, 12, 6), (3, 3, 2, 1), modulations, own=False)
        return GeneratorConfig(classes=6, code_channels=2, base_channels=12, base_groups=6, blocks=made)
    modulations = [ModulationConfig(5 * g, shared_groups=5, gamma_beta_groups=5) for g in (5, 5, 1, 1)]
    made = blocks((20, 20, 20, 10, 5), (5, 5, 1, 1), modulations, own=False)
    return GeneratorConfig(
        classes=5, code_channels=2, base_channels=20, base_groups=5, blocks=made, instance_edges=True
    )


def tiny_generator(kind: str, seed: int = 0) -> Generator:
    """A network with random weights and random batch-norm statistics, in evaluation."""
    torch.manual_seed(seed)
    generator = Generator(tiny_config(kind))
    with torch.no_grad():
        for name, values in generator.named_parameters():
            if name.endswith((".noise", ".place")):
                values.normal_()
    for name, values in generator.named_buffers():
        if name.endswith("running_mean"):
            values.normal_(0, 0.5)
        elif name.endswith("running_var"):
            values.uniform_(0.3, 2)
        elif name.startswith("prior."):
            values.add_(torch.randn_like(values) / 2)
    return generator.eval()


@dataclass(frozen=True)
class Request:
    """What a person asks to see."""

    labels: NDArray[np.uint8]
    codes: Tensor
    instances: NDArray[np.int32] | None


def from_scratch(generator: Generator, request: Request) -> Tensor:
    """The plain module's picture, float32 (3, H, W) in [-1, 1]."""
    instances = None if request.instances is None else torch.from_numpy(request.instances)[None]
    with torch.inference_mode():
        return generator(torch.from_numpy(request.labels).long()[None], request.codes[None], instances)[0]


def as_pixels(picture: Tensor) -> NDArray[np.int16]:
    return (picture.permute(1, 2, 0).numpy() * 127.5 + 127.5).round().astype(np.int16)


@dataclass
class Person:
    """Edits a label map and codes at random and checks every frame against the plain module."""

    generator: Generator
    renderer: Renderer
    random: np.random.Generator
    size: tuple[int, int] = (32, 24)
    past: list[Request] = field(default_factory=list)
    tolerance: float = 1e-4
    shown: NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        self.request = self._fresh()

    def _fresh(self) -> Request:
        height, width = self.size
        config = self.generator.config
        labels = np.zeros((height, width), np.uint8)
        for _ in range(4):
            self._dab(labels, int(self.random.integers(2, 16)))
        instances = None
        if config.instance_edges:
            instances = self.random.integers(0, 3, (height // 4, width // 4), dtype=np.int32)
            instances = np.ascontiguousarray(instances.repeat(4, 0).repeat(4, 1))
        return Request(labels, self._codes(config.classes), instances)

    def _codes(self, count: int) -> Tensor:
        config = self.generator.config
        side = 1 if config.pooled_codes else 2
        values = self.random.standard_normal((count, config.code_channels, side, side), dtype=np.float32)
        return torch.from_numpy(values)

    def _dab(self, labels: NDArray[np.uint8], side: int, at_edge: bool = False) -> None:
        height, width = labels.shape
        top, left = int(self.random.integers(-side // 2, height)), int(self.random.integers(-side // 2, width))
        if at_edge:
            top = 0 if self.random.random() < 0.5 else height - side
        value = int(self.random.integers(0, self.generator.config.classes))
        labels[max(0, top) : max(0, top + side), max(0, left) : max(0, left + side)] = value

    def edit(self, kind: str) -> None:
        """Change what is asked for by one edit of EDITS."""
        self.past = [*self.past[-5:], self.request]
        labels, codes, instances = self.request.labels.copy(), self.request.codes.clone(), self.request.instances
        classes = self.generator.config.classes
        if kind == "other_size":
            self.size = [(32, 24), (16, 16), (8, 16), (40, 48)][int(self.random.integers(0, 4))]
            self.request = self._fresh()
            return
        if kind == "undo":
            past = self.past[int(self.random.integers(0, len(self.past)))]
            self.request, self.size = past, (past.labels.shape[0], past.labels.shape[1])
            return
        if kind == "new_map":
            self.request = Request(self._fresh().labels, codes, instances)
            return
        if kind in ("dab", "dab_and_code"):
            self._dab(labels, int(self.random.integers(1, 7)))
        if kind == "edge_dab":
            self._dab(labels, int(self.random.integers(1, 7)), at_edge=True)
        if kind == "big_dab":
            self._dab(labels, 16)
        if kind == "far_dabs":
            labels[:3, :3] = int(self.random.integers(0, classes))
            labels[-2:, -3:] = int(self.random.integers(0, classes))
        if kind == "noise":
            labels = self.random.integers(0, classes, labels.shape, dtype=np.uint8)
        if kind == "swap_classes":
            first, second = self.random.integers(0, classes, 2)
            labels = np.where(labels == first, second, np.where(labels == second, first, labels)).astype(np.uint8)
        if kind in ("one_code", "dab_and_code"):
            codes[int(self.random.integers(0, classes))] = self._codes(1)[0]
        if kind == "all_codes":
            codes = self._codes(classes)
        self.request = Request(labels, codes, instances)

    def look(self, preview: bool = False, cancelled: Callable[[], bool] | None = None) -> Frame:
        request = self.request
        frame = self.renderer.render(
            request.labels, request.codes, instances=request.instances, preview=preview, cancelled=cancelled
        )
        self._check_box(frame)
        if frame.exact:
            self.check_exact(frame)
        self.shown = frame.pixels
        return frame

    def _check_box(self, frame: Frame) -> None:
        """Nothing outside the frame's box may differ from the last frame."""
        if self.shown is None or self.shown.shape != frame.pixels.shape:
            return
        outside = np.ones(frame.pixels.shape[:2], bool)
        outside[frame.box.top : frame.box.bottom, frame.box.left : frame.box.right] = False
        assert np.array_equal(frame.pixels[outside], self.shown[outside])

    def check_exact(self, frame: Frame) -> None:
        plain = from_scratch(self.generator, self.request)
        difference = (self.renderer.picture() - plain).abs().max().item()
        assert difference <= self.tolerance, f"differs by {difference}"
        # Half a grey value either way where rounding falls differently.
        assert np.abs(frame.pixels.astype(np.int16) - as_pixels(plain)).max() <= 1

    def step(self, kind: str, preview: bool, cancel_after: int | None) -> None:
        """One edit; perhaps its preview; perhaps an exact render that is cancelled at a check; or the exact frame."""
        self.edit(kind)
        if preview:
            self.look(preview=True)
        if cancel_after is not None:
            left = cancel_after

            def cancelled() -> bool:
                nonlocal left
                left -= 1
                return left < 0

            try:
                self.look(cancelled=cancelled)
            except RenderCancelled:
                # Perhaps the next request is another one: the caller goes on editing.
                return
        assert self.look().exact
