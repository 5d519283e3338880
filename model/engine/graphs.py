"""Recording steps as CUDA graphs, and telling what went wrong on a device."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import torch

Step = Callable[[], None]

WARM_UPS = 3
# torch allows one capture at a time.
_CAPTURING = threading.Lock()
_NO_MEMORY = ("out of memory", "alloc_failed", "alloc failed", "not_enough_workspace")


class GraphsUnavailable(Exception):
    """The steps run on the device, but could not be recorded."""


def is_out_of_memory(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, says that a device has no more memory.

    cuDNN and cuBLAS say so in words alone, and a capture that ended for want of memory complains of its end.
    """
    while error is not None:
        if isinstance(error, torch.OutOfMemoryError):
            return True
        if isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _NO_MEMORY):
            return True
        error = error.__cause__ or error.__context__
    return False


@cache
def cuda_works() -> bool:
    """Whether this build of torch has kernels for the first CUDA device; some are older, or newer, than it knows.

    One that is full works: the renderer says so and goes on without it.
    """
    if not torch.cuda.is_available():
        return False
    try:
        return torch.ones(8, device="cuda").sum().item() == 8
    except RuntimeError as error:
        return is_out_of_memory(error)


@cache
def _stream(device: torch.device) -> torch.cuda.Stream:
    """What records on a device: one stream for all sizes of picture, for cuBLAS keeps 32 MB for each."""
    return torch.cuda.Stream(device)


def record(device: torch.device, steps: Sequence[Step], release: Step) -> tuple[list[Step], int]:
    """Record steps, each as a CUDA graph, to be replayed in this order, earlier ones perhaps not each time.

    All that steps read must lie where it is, and what they return to must be looked at before the next replay; they
    share one pool of memory. ``release`` lets go of all that the steps made. Returns what replays each step on the
    current stream, and how many bytes of the device they keep.

    Raises GraphsUnavailable where the steps run but cannot be recorded; what the device raises where they do not run.
    """
    # cuDNN must not compare anything while a graph is captured: the warm-ups settle what it uses.
    with _CAPTURING, torch.cuda.device(device), in_float32(benchmark=True):
        torch.cuda.empty_cache()
        before = torch.cuda.memory_reserved(device)
        stream = _stream(device)
        stream.wait_stream(torch.cuda.current_stream(device))
        # Around the captures as well: one that fails leaves its own stream the current one.
        with torch.cuda.stream(stream):
            for _ in range(WARM_UPS):
                for step in steps:
                    step()
            stream.synchronize()
            release()
            replays = _captured(steps, stream)
        torch.cuda.current_stream(device).wait_stream(stream)
        return replays, max(0, torch.cuda.memory_reserved(device) - before)


def _captured(steps: Sequence[Step], stream: torch.cuda.Stream) -> list[Step]:
    pool = torch.cuda.graph_pool_handle()
    replays: list[Step] = []
    try:
        for step in steps:
            graph = torch.cuda.CUDAGraph()
            # Other threads may use the device meanwhile: the watchdog of a process group, a film that is rendered.
            with torch.cuda.graph(graph, pool=pool, stream=stream, capture_error_mode="thread_local"):
                step()
            replays.append(graph.replay)
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise
        raise GraphsUnavailable(str(error)) from error
    return replays


@contextmanager
def in_float32(benchmark: bool | None = None) -> Iterator[None]:
    """Convolutions in float32 on CUDA are float32 and not TF32. ``benchmark``: whether cuDNN compares its algorithms
    for each new shape, None to leave that as it is."""
    cudnn = torch.backends.cudnn
    before = cudnn.allow_tf32, cudnn.benchmark
    cudnn.allow_tf32 = False
    cudnn.benchmark = cudnn.benchmark if benchmark is None else benchmark
    try:
        yield
    finally:
        cudnn.allow_tf32, cudnn.benchmark = before
