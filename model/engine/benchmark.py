"""How fast the renderer is against the plain module: every edit of a person, interleaved with it, in one run.

The plain module convolves the one-hot label map for every modulation, as the paper describes it. Our network's own
forward computes each distinct label window once on the CPU; that faster module is measured beside it, as "tabulated".
On CUDA float32 means float32: what the plain module takes where its convolutions may round to TF32, as torch has them
do by itself, is measured beside it as well.
"""

from __future__ import annotations

import copy
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.engine.bench_inputs import CLASS_OF_SHARE, draw_map, random_codes
from model.engine.frame import Frame
from model.engine.graphs import in_float32
from model.engine.renderer import Renderer
from model.groupdnet import Generator
from model.groupdnet.modulation import ConditionalGroupNorm

Labels = NDArray[np.uint8]
SHARES = tuple(CLASS_OF_SHARE)


@dataclass
class _Case:
    """What was measured of one kind of frame."""

    milliseconds: list[float] = field(default_factory=list)
    differences: list[float] = field(default_factory=list)
    psnr: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    tabulated: list[float] = field(default_factory=list)
    tf32: list[float] = field(default_factory=list)

    def row(self, name: str) -> dict[str, Any]:
        engine, plain = statistics.median(self.milliseconds), statistics.median(self.plain)
        quartiles = statistics.quantiles(self.milliseconds, n=4) if len(self.milliseconds) > 1 else [engine] * 3
        return {
            "case": name,
            "plain_ms": round(plain, 2),
            "engine_ms": round(engine, 2),
            "ratio": round(plain / engine, 2),
            "spread": round(quartiles[2] - quartiles[0], 2),
            "max_abs_diff": max(self.differences) if self.differences else None,
            "preview_psnr": round(min(self.psnr), 1) if self.psnr else None,
            "tabulated_ms": round(statistics.median(self.tabulated), 2) if self.tabulated else None,
            "tf32_ms": round(statistics.median(self.tf32), 2) if self.tf32 else None,
        }


class Benchmark:
    """One network on one device; ``run`` measures everything ``repeats`` times, the plain module between the edits.

    ``cpu_time``: count the CPU time of this thread, for a machine that others use too; with one torch thread only.
    """

    def __init__(
        self, generator: Generator, height: int, width: int, renderer: Renderer, checks: int = 2, cpu_time: bool = False
    ) -> None:
        self.generator = generator
        self.renderer = renderer
        self._device = renderer.device
        # The renderer's own stays where it is.
        self._plain = generator if self._device.type == "cpu" else copy.deepcopy(generator).to(self._device)
        self._random = np.random.default_rng(1)
        self._size = (height, width)
        self._checks = checks
        self._clock = time.thread_time if cpu_time else time.perf_counter
        self._labels = self._map()
        self._codes = random_codes(generator.config, self._random)
        self._cases: dict[str, _Case] = defaultdict(_Case)
        self._plain_times: list[float] = []
        self._tabulated_times: list[float] = []
        self._tf32_times: list[float] = []
        norms = [module for module in generator.modules() if isinstance(module, ConditionalGroupNorm)]
        self._tabulating = [norm for norm in norms if norm.tabulates and self._device.type == "cpu"]

    def run(self, repeats: int, progress: Callable[[int], None] = lambda done: None) -> dict[str, Any]:
        """Measure and return the report (see ``report``)."""
        self._warm_up()
        for number in range(repeats):
            check = number < self._checks
            self._exact("first_frame", check, forget=True)
            self._labels = self._map()
            self._exact("new_map", check)
            self._codes = random_codes(self.generator.config, self._random)
            self._exact("all_styles", check)
            self._both("dab32", lambda: self._dab(32), check)
            self._both("dab96", lambda: self._dab(96), check)
            self._both("two_dabs", self._two_dabs, check)
            for share in SHARES:
                self._both(f"style{share}", partial(self._restyle, share), check)
            progress(number + 1)
        return self.report()

    def run_short(self, repeats: int, sides: Sequence[int] = (32,)) -> list[dict[str, Any]]:
        """Rows of a new map, all codes new and dabs of these sides alone: what growth is measured by."""
        self._warm_up()
        for number in range(repeats):
            check = number == 0
            self._labels = self._map()
            self._exact("new_map", check)
            self._codes = random_codes(self.generator.config, self._random)
            self._exact("all_styles", check)
            for side in sides:
                self._both(f"dab{side}", partial(self._dab, side), check)
        return [case.row(name) for name, case in self._cases.items()]

    def report(self) -> dict[str, Any]:
        """The JSON of `bench`: device, precision, network figures and one row a case."""
        memory = {"peak_rss_mib": round(_peak_rss() / 2**20), "caches_mib": round(self.renderer.cache_bytes / 2**20)}
        if self._device.type == "cuda":
            memory["peak_device_mib"] = round(torch.cuda.max_memory_allocated(self._device) / 2**20)
        return {
            "device": str(self.renderer.device),
            "precision": str(self.renderer.precision).removeprefix("torch."),
            "notice": self.renderer.notice,
            "compiled": self.renderer.uses_kernels,
            "threads": torch.get_num_threads(),
            "clock": "wall" if self._clock is time.perf_counter else "cpu",
            "size": list(self._size),
            "floor_ms": round(self.floor(), 2),
            **memory,
            "rows": [case.row(name) for name, case in self._cases.items()],
        }

    @torch.inference_mode()
    def floor(self, repeats: int = 7) -> float:
        """Median time of the remaining convolutions of a whole frame alone, on tensors that lie ready."""
        convolutions = self.renderer.convolutions(*self._size)
        times = []
        for _ in range(repeats):
            start = self._now()
            for run in convolutions:
                run()
            times.append(self._now() - start)
        return 1000 * statistics.median(times)

    def _warm_up(self) -> None:
        for _ in range(2):
            self._render(preview=False)
            self._time_plain()
            self._time_others()
        self._plain_times.clear()
        self._tabulated_times.clear()
        self._tf32_times.clear()

    def _map(self) -> Labels:
        return draw_map(*self._size, self.generator.config.classes, self._random)

    def _now(self) -> float:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        return self._clock()

    def _time_plain(self) -> tuple[float, Tensor]:
        """The module with convolutions over the one-hot map in every modulation."""
        for norm in self._tabulating:
            norm.use_windows = False
        try:
            with in_float32():
                return self._time_module()
        finally:
            for norm in self._tabulating:
                norm.use_windows = True

    def _time_others(self) -> None:
        """The module's own fast path, and the one that is less exact, where there are any."""
        if self._tabulating:
            self._tabulated_times.append(self._time_module()[0])
        if self._device.type == "cuda":
            self._tf32_times.append(self._time_module()[0])

    def _time_module(self) -> tuple[float, Tensor]:
        start = self._now()
        with torch.inference_mode():
            labels = torch.from_numpy(self._labels).long()[None].to(self._device)
            picture = self._plain(labels, self._codes[None].to(self._device))
        return 1000 * (self._now() - start), picture[0].cpu()

    def _render(self, preview: bool) -> tuple[float, Frame]:
        start = self._now()
        frame = self.renderer.render(self._labels, self._codes, preview=preview)
        return 1000 * (self._now() - start), frame

    def _exact(self, name: str, check: bool, forget: bool = False) -> Frame:
        if forget:
            self.renderer.forget()
        case = self._cases[name]
        taken, frame = self._render(preview=False)
        case.milliseconds.append(taken)
        # Right after the engine, on the same input: both meet the same neighbours on the machine.
        plain, picture = self._time_plain() if check or name == "all_styles" else (self._plain_times[-1], None)
        if picture is not None:
            self._plain_times.append(plain)
            self._time_others()
            if check:
                case.differences.append(float((self.renderer.picture() - picture).abs().max()))
        case.plain.append(plain)
        case.tabulated += self._tabulated_times[-1:]
        case.tf32 += self._tf32_times[-1:]
        return frame

    def _both(self, name: str, edit: Callable[[], None], check: bool) -> None:
        """The preview of an edit, then its exact frame, as when a hand rests."""
        edit()
        taken, preview = self._render(preview=True)
        case = self._cases[f"{name}_preview"]
        case.milliseconds.append(taken)
        exact = self._exact(f"{name}_exact", check)
        if preview.exact:
            # The renderer found a preview not worth it: that frame was the exact one.
            self._cases[f"{name}_exact"].milliseconds[-1] = taken
        case.plain.append(self._plain_times[-1])
        case.tabulated += self._tabulated_times[-1:]
        case.tf32 += self._tf32_times[-1:]
        case.psnr.append(_psnr(preview, exact))

    def _dab(self, side: int) -> None:
        height, width = self._size
        side = min(side, height, width)
        self._paint(
            int(self._random.integers(0, height - side + 1)), int(self._random.integers(0, width - side + 1)), side
        )

    def _paint(self, top: int, left: int, side: int) -> None:
        """A round dab of a class that the middle pixel has not."""
        labels = self._labels.copy()
        classes = self.generator.config.classes
        old = int(labels[min(top + side // 2, labels.shape[0] - 1), min(left + side // 2, labels.shape[1] - 1)])
        y, x = np.mgrid[0:side, 0:side] - (side - 1) / 2
        inside = y**2 + x**2 <= (side / 2) ** 2
        labels[top : top + side, left : left + side][inside] = (
            old + 1 + self._random.integers(0, classes - 1)
        ) % classes
        self._labels = labels

    def _two_dabs(self) -> None:
        height, width = self._size
        self._paint(height // 16, width // 16, 32)
        self._paint(height - height // 16 - 32, width - width // 16 - 32, 32)

    def _restyle(self, share: int) -> None:
        """A fresh map, rendered, so that earlier dabs have not eaten the class; then a new code for it."""
        self._labels = self._map()
        self._render(preview=False)
        codes = self._codes.clone()
        number = CLASS_OF_SHARE[share]
        codes[number] = random_codes(self.generator.config, self._random)[number]
        self._codes = codes


def _psnr(preview: Frame, exact: Frame) -> float:
    """Peak signal-to-noise ratio (dB) of a preview inside its boxes; 99 where they are equal."""
    inside = np.zeros(preview.pixels.shape[:2], bool)
    for top, left, bottom, right in preview.boxes:
        inside[top:bottom, left:right] = True
    error = preview.pixels[inside].astype(np.float64) - exact.pixels[inside]
    mean = float(np.mean(error**2)) if error.size else 0.0
    return 99.0 if mean == 0 else float(10 * np.log10(255**2 / mean))


def _peak_rss() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Kibibytes on Linux, bytes on macOS.
    return peak if sys.platform == "darwin" else 1024 * peak


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as text for people."""
    beside = "tf32" if any(row["tf32_ms"] is not None for row in rows) else "tabulated"
    heads = f"{'case':18}{'plain ms':>10}{beside:>11}{'engine ms':>11}{'ratio':>8}{'spread':>8}"
    lines = [heads + f"{'max diff':>10}{'PSNR dB':>9}"]
    for row in rows:
        difference = "" if row["max_abs_diff"] is None else f"{row['max_abs_diff']:.1e}"
        psnr = "" if row["preview_psnr"] is None else f"{row['preview_psnr']:.1f}"
        other = row[f"{beside}_ms"]
        other = "" if other is None else f"{other:.1f}"
        lines.append(
            f"{row['case']:18}{row['plain_ms']:10.1f}{other:>11}{row['engine_ms']:11.1f}{row['ratio']:8.1f}{row['spread']:8.1f}"
            f"{difference:>10}{psnr:>9}"
        )
    return "\n".join(lines)
