"""The renderer: label map and codes in, frame out, recomputing only what changed since the last frame."""

from __future__ import annotations

import contextlib
import copy
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Literal, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.engine import fused
from model.engine.boxes import Box, hull
from model.engine.captured import HalfOverflow, WholeFramePlan
from model.engine.centred_base import with_centred_base
from model.engine.elementwise import Elementwise
from model.engine.folding import FoldedGenerator
from model.engine.frame import Frame, RenderCancelled
from model.engine.graphs import is_out_of_memory
from model.engine.plan import Plan
from model.engine.precision import choose_device, choose_precision, precision_name
from model.engine.whole_frame import WholeFrameNetwork
from model.engine.workspace import Workspace
from model.errors import UserError
from model.groupdnet import Generator
from model.groupdnet.label_pyramid import instance_edges

DEFAULT_CPU_BUDGET = 1 << 30
AnyPlan = Plan | WholeFramePlan
Drawn = TypeVar("Drawn")

_log = logging.getLogger(__name__)


def _default_budget(device: torch.device) -> int:
    if device.type == "cpu":
        return DEFAULT_CPU_BUDGET
    free, _ = torch.cuda.mem_get_info(device)
    return free // 4


def _told(device: torch.device, error: RuntimeError) -> str:
    """Why the CPU goes on, for the person."""
    reason = "is out of memory" if is_out_of_memory(error) else f"failed ({str(error).partition(chr(10))[0]})"
    return f"{device.type.upper()} {reason}, so the CPU renders now"


def _give_back_memory() -> None:
    """Have torch give what it keeps of the device's memory back; nothing where the device does not answer any more."""
    if torch.cuda.is_available():
        with contextlib.suppress(RuntimeError):
            torch.cuda.empty_cache()


class HasGenerator(Protocol):
    """A bundle, as far as the renderer looks at it."""

    @property
    def generator(self) -> Generator: ...


class Renderer:
    """Renders one network's pictures, and remembers enough to render the next one faster. Not for several threads.

    ``source``: a bundle or a Generator in evaluation mode; its weights are copied. ``device``: auto, cpu, cuda or
    cuda:N. ``precision``: auto, float32, bfloat16 or float16 (CUDA). ``budget_bytes``: what all caches may take,
    default 1 GiB on the CPU and a quarter of the free memory on CUDA; picture sizes not used for longest go first.
    ``compiled``: use compiled kernels on the CPU in float32 as soon as they are loaded (`model.engine.fused`), and load
    them in the background after the first frame where it is "soon", before it where it is "first", so that all frames
    are made alike; never where it is "never".
    Raises UserError for a device or precision that this machine does not have.

    Attributes: ``device``, ``precision``, ``compiled``; ``notice``: what the person should be told, such as a move to
    the CPU, or "".
    """

    def __init__(
        self,
        source: HasGenerator | Generator,
        device: str = "auto",
        precision: str = "auto",
        budget_bytes: int | None = None,
        compiled: Literal["never", "loaded", "soon", "first"] = "loaded",
    ) -> None:
        generator = source if isinstance(source, Generator) else source.generator
        # Codes come in on the CPU, and the CPU may have to go on alone.
        away = any(values.device.type != "cpu" for values in generator.parameters())
        self._generator = with_centred_base(copy.deepcopy(generator).cpu() if away else generator)
        self._config = self._generator.config
        self.notice = ""
        self._budget = budget_bytes
        self.compiled = compiled
        self._milliseconds = 0.0
        self._dropped = 0
        self._start(choose_device(device), precision)

    def _start(self, device: torch.device, precision: str) -> None:
        """Use a device, or the CPU where that fails."""
        try:
            self._use(device, precision)
        except RuntimeError as error:
            if device.type == "cpu":
                raise
            notice = _told(device, error)
        else:
            return
        self._leave(torch.device("cpu"), "auto", notice)

    def _use(self, device: torch.device, precision: str) -> None:
        """Start afresh on a device."""
        self.device = device
        self.precision = choose_precision(precision, device)
        self.budget_bytes = _default_budget(device) if self._budget is None else self._budget
        self._plans: OrderedDict[tuple[int, int], AnyPlan] = OrderedDict()
        self._last: AnyPlan | None = None
        self._workspace = Workspace(self.precision)
        if device.type == "cpu":
            network = FoldedGenerator(self._generator, self.precision)
            self._make_plan: Callable[[int, int], AnyPlan] = lambda height, width: Plan(
                network, height, width, self._workspace
            )
        else:
            whole = WholeFrameNetwork(self._generator, device, self.precision)
            self._make_plan = lambda height, width: WholeFramePlan(whole, height, width)

    @torch.inference_mode()
    def render(
        self,
        labels: NDArray[np.uint8],
        codes: Tensor,
        *,
        instances: NDArray[np.int32] | None = None,
        preview: bool = False,
        cancelled: Callable[[], bool] | None = None,
    ) -> Frame:
        """Render a label map uint8 (H, W) with codes float32 (classes, K, h, w).

        ``preview``: allow a frame that is right only inside the box of the edit; it is never cancelled. Otherwise the
        frame is exact, or RenderCancelled is raised soon after ``cancelled()`` turns true; what was finished is kept.
        Raises UserError for sizes, labels or codes that do not fit the network.
        """
        start = time.perf_counter()

        def check() -> None:
            if cancelled is not None and cancelled():
                raise RenderCancelled

        self._validate(labels, codes, instances)
        codes = self._generator.from_prior(codes[None])[0]
        edges = self._edges(instances)

        def attempt() -> tuple[AnyPlan, tuple[Box, ...]]:
            if self.compiled == "first" and self._may_use_kernels and fused.wanted():
                fused.load()
            plan = self._plan(labels.shape[0], labels.shape[1])
            if isinstance(plan, Plan):
                plan.use(self._elementwise())
            plan.take(labels, edges, codes)
            boxes = plan.preview() if preview and not plan.is_current else None
            return plan, plan.exact(check) if boxes is None else boxes

        plan, boxes = self._surviving(attempt)
        if self._last is not plan:
            boxes = (Box(0, 0, plan.height, plan.width),)
        self._last = plan
        self._keep_budget(plan)
        if self.compiled == "soon" and self._may_use_kernels:
            fused.load_in_background()
        self._milliseconds = 1000 * (time.perf_counter() - start)
        return Frame(plan.pixels.copy(), hull(boxes), plan.is_current, self._milliseconds, boxes)

    def _surviving(self, attempt: Callable[[], Drawn]) -> Drawn:
        """Run an attempt; out of device memory, free all caches and try again; then, or where the device fails in
        another way, go on on the CPU. Values beyond the half format: go on in float32."""
        freed = False
        while True:
            # Decided here and done below: what the attempt had made is held by the error until that is forgotten.
            move: tuple[torch.device, str, str] | None = None
            try:
                return attempt()
            except HalfOverflow:
                move = self.device, "float32", "Half precision does not hold this network's values"
            except RuntimeError as error:
                if self.device.type == "cpu" and (freed or not isinstance(error, torch.OutOfMemoryError)):
                    raise
                if freed or not is_out_of_memory(error):
                    move = torch.device("cpu"), "auto", _told(self.device, error)
            if move is not None:
                self._leave(*move)
            else:
                freed = True
                self.forget()

    def _leave(self, device: torch.device, precision: str, notice: str) -> None:
        """Give up what is in use, and start afresh on a device."""
        _log.warning("%s", notice)
        self.notice = notice
        left = self.device
        self._start(device, precision)
        if left.type == "cuda":
            _give_back_memory()

    def picture(self) -> Tensor:
        """float32 (3, H, W) in [-1, 1]: the last frame before it was rounded to 8 bits. Raises ValueError before it."""
        if self._last is None:
            raise ValueError("Nothing has been rendered yet.")
        return self._last.picture()

    def forget(self) -> None:
        """Drop all caches; the next frame is rendered from scratch."""
        self._plans.clear()
        self._last = None
        self._workspace = Workspace(self.precision)
        if self.device.type == "cuda":
            _give_back_memory()

    def describe(self) -> str:
        """One line for the status bar: device, precision, last time, memory."""
        parts = [f"{self.device.type.upper()} {precision_name(self.precision, self.device)}"]
        if self._last is not None:
            parts.append(f"{self._milliseconds:.0f} ms")
        parts.append(f"caches {self.cache_bytes / 2**20:.0f} of {self.budget_bytes / 2**20:.0f} MiB")
        if self._dropped:
            parts.append(f"{self._dropped} dropped")
        if self.notice:
            parts.append(self.notice)
        return ", ".join(parts)

    @property
    def cache_bytes(self) -> int:
        """Bytes of all caches: activations, tables, window numbers, buffers."""
        return self._workspace.nbytes + sum(plan.nbytes for plan in self._plans.values())

    def convolutions(self, height: int, width: int) -> list[Callable[[], object]]:
        """The convolutions of a whole frame alone, each ready to run: what no table can save."""
        return self._plan(height, width).convolutions()

    def _validate(self, labels: NDArray[np.uint8], codes: Tensor, instances: NDArray[np.int32] | None) -> None:
        config = self._config
        if labels.ndim != 2 or labels.dtype != np.uint8:
            raise UserError(f"A label map must be uint8 (H, W), not {labels.dtype} {labels.shape}.")
        highest = int(labels.max(initial=0))
        if highest >= config.classes:
            raise UserError(f"The label map holds class {highest}, but this network has only {config.classes} classes.")
        if codes.dim() != 4 or codes.shape[:2] != (config.classes, config.code_channels):
            raise UserError(
                f"Class codes of shape {tuple(codes.shape)} do not fit this network: "
                f"{config.classes} classes of {config.code_channels} channels are needed."
            )
        if instances is not None and instances.shape != labels.shape:
            raise UserError(f"The instance map is {instances.shape}, but the label map is {labels.shape}.")

    def _edges(self, instances: NDArray[np.int32] | None) -> NDArray[np.bool_] | None:
        if instances is None or not self._config.instance_edges:
            return None
        return instance_edges(torch.from_numpy(instances)[None])[0].numpy()

    def _plan(self, height: int, width: int) -> AnyPlan:
        size = (height, width)
        plan = self._plans.get(size)
        if plan is None:
            plan = self._make_plan(height, width)
            self._plans[size] = plan
        self._plans.move_to_end(size)
        return plan

    @property
    def _may_use_kernels(self) -> bool:
        return self.compiled != "never" and self.device.type == "cpu" and self.precision == torch.float32

    @property
    def uses_kernels(self) -> bool:
        """Whether the next frame is made by compiled kernels."""
        return self._may_use_kernels and fused.loaded() is not None

    def _elementwise(self) -> Elementwise:
        kernels = fused.loaded() if self._may_use_kernels else None
        return Elementwise(self._workspace) if kernels is None else fused.FusedElementwise(self._workspace, kernels)

    def _keep_budget(self, current: AnyPlan) -> None:
        """Drop the oldest plans until the rest fits the budget, the current one last.

        On a GPU it stays: to record its graphs again for every frame would take a second each.
        """
        least, before = 0 if isinstance(current, Plan) else 1, self._dropped
        while self.cache_bytes > self.budget_bytes and len(self._plans) > least:
            self._plans.popitem(last=False)
            self._dropped += 1
        if self._dropped > before and self.device.type == "cuda":
            # What graphs were recorded with is nobody else's until then.
            _give_back_memory()
