"""Recording CUDA graphs, with as much of torch.cuda as that needs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
import torch

from model.engine import graphs
from model.engine.graphs import is_out_of_memory


def invalidated() -> RuntimeError:
    """What a capture says that ended for want of memory."""
    error = RuntimeError("CUDA error: operation failed due to a previous error during capture")
    error.__context__ = torch.OutOfMemoryError("CUDA out of memory.")
    return error


def test_only_memory_is_taken_for_memory() -> None:
    assert is_out_of_memory(invalidated())
    assert is_out_of_memory(RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"))
    assert not is_out_of_memory(RuntimeError("CUDA error: an illegal memory access was encountered"))
    assert not is_out_of_memory(None)


@pytest.mark.parametrize(
    ("error", "works"),
    [
        (RuntimeError("CUDA error: no kernel image is available for execution on the device"), False),
        (torch.OutOfMemoryError("CUDA out of memory."), True),
        (None, True),
    ],
)
def test_a_device_works_that_this_torch_has_kernels_for(
    error: Exception | None, works: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ones = torch.ones

    def made(count: int, device: str) -> torch.Tensor:
        if error is not None:
            raise error
        return ones(count)

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch, "ones", made)
    assert graphs.cuda_works.__wrapped__() is works


def test_settings_of_cudnn_come_back() -> None:
    before = torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark
    with pytest.raises(KeyError), graphs.in_float32(benchmark=True):
        assert not torch.backends.cudnn.allow_tf32
        assert torch.backends.cudnn.benchmark
        raise KeyError
    assert (torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark) == before


class _Cuda:
    """As much of torch.cuda as recording needs; graphs keep what is called while they are captured."""

    def __init__(self, refuse: Exception | None = None) -> None:
        self.log: list[str] = []
        self._refuse = refuse
        self.CUDAGraph = lambda: self
        self.Stream = lambda device: self
        for name in ("empty_cache", "synchronize"):
            setattr(self, name, partial(self.log.append, name))
        self.memory_reserved = lambda device: 100 * len(self.log)
        self.current_stream = lambda device: self
        self.graph_pool_handle = lambda: "pool"

    def wait_stream(self, other: object) -> None:
        self.log.append("wait")

    def replay(self) -> None:
        self.log.append("replay")

    @contextmanager
    def device(self, device: torch.device) -> Iterator[None]:
        assert graphs._CAPTURING.locked()
        yield
        self.log.append("device left")

    @contextmanager
    def stream(self, stream: object) -> Iterator[None]:
        self.log.append("stream")
        try:
            yield
        finally:
            self.log.append("stream left")

    @contextmanager
    def graph(self, graph: object, pool: str, stream: object, capture_error_mode: str) -> Iterator[None]:
        assert (graph, stream, pool, capture_error_mode) == (self, self, "pool", "thread_local")
        assert torch.backends.cudnn.benchmark
        self.log.append("capture")
        yield
        self.log.append("captured")
        if self._refuse is not None:
            raise self._refuse


def recorded(monkeypatch: pytest.MonkeyPatch, cuda: _Cuda) -> tuple[list[Callable[[], None]], int]:
    monkeypatch.setattr(torch, "cuda", cuda)
    monkeypatch.setattr(graphs, "_stream", cuda.Stream)
    first, second = (partial(cuda.log.append, name) for name in ("maps", "draw"))
    return graphs.record(torch.device("cuda"), (first, second), partial(cuda.log.append, "release"))


def test_steps_are_warmed_up_on_the_stream_that_captures_them_and_let_go_of_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cuda = _Cuda()
    replays, taken = recorded(monkeypatch, cuda)
    warm = ["maps", "draw"] * graphs.WARM_UPS
    captures = ["capture", "maps", "captured", "capture", "draw", "captured"]
    assert cuda.log == [
        *("empty_cache", "wait", "stream", *warm, "synchronize", "release", *captures, "stream left", "wait"),
        "device left",
    ]
    assert len(replays) == 2
    assert taken > 0


@pytest.mark.parametrize(
    ("error", "expected"), [(RuntimeError("not permitted"), graphs.GraphsUnavailable), (invalidated(), RuntimeError)]
)
def test_a_capture_that_fails_gives_stream_and_lock_back(
    error: Exception, expected: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    cuda = _Cuda(error)
    with pytest.raises(expected):
        recorded(monkeypatch, cuda)
    assert "stream left" in cuda.log
    assert not graphs._CAPTURING.locked()
    assert isinstance(graphs._CAPTURING, type(threading.Lock()))
