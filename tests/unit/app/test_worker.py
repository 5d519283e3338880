"""The render thread: the newest request wins, the last one is always answered, errors come back as results."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot

from app.rendering.jobs import JobQueue, Progress
from app.rendering.loading import load_model, model_facts
from app.rendering.requests import ModelRequest, RenderRequest, RenderResult
from app.rendering.worker import RenderWorker
from model.engine import RenderCancelled, Renderer
from model.errors import UserError

WAIT = 30_000


def request(number: int, classes: int = 16) -> RenderRequest:
    labels = np.full((48, 32), number % classes, dtype=np.uint8)
    return RenderRequest(number, labels, np.zeros((16, 4, 1, 1), dtype=np.float32))


class Gated:
    """A renderer whose exact frames wait at a gate, so that a test decides what comes while one is under way."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.calls: list[tuple[int, bool]] = []
        self.fail: Exception | None = None
        self.device, self.notice = "cuda", ""

    def render(self, labels, codes, *, preview=False, cancelled=None):
        number = int(labels[0, 0])
        self.calls.append((number, preview))
        if self.fail is not None:
            raise self.fail
        if not preview:
            self.entered.set()
            while not self.gate.wait(0.005):
                if cancelled is not None and cancelled():
                    raise RenderCancelled
        pixels = np.full((*labels.shape, 3), number, dtype=np.uint8)
        return SimpleNamespace(pixels=pixels, box=(0, 0, 48, 32), exact=not preview, milliseconds=1.0)


@pytest.fixture
def start(tiny_bundle) -> Iterator[Callable[..., tuple[RenderWorker, list[RenderResult]]]]:
    workers: list[RenderWorker] = []

    def begin(renderer, **_) -> tuple[RenderWorker, list[RenderResult]]:
        worker = RenderWorker(lambda _: (renderer, model_facts(tiny_bundle, "cpu", "test")))
        results: list[RenderResult] = []
        worker.rendered.connect(results.append)
        worker.start()
        workers.append(worker)
        return worker, results

    yield begin
    for worker in workers:
        worker.stop()


def test_newer_requests_cancel_and_replace_and_the_last_one_is_exact(start, qtbot: QtBot) -> None:
    gated = Gated()
    worker, results = start(gated)
    worker.open_model(ModelRequest("x"))
    worker.submit(request(1))
    qtbot.waitUntil(gated.entered.is_set, timeout=WAIT)
    for number in (2, 3, 4, 5):
        worker.submit(request(number))
    qtbot.waitUntil(lambda: (5, True) in gated.calls, timeout=WAIT)
    gated.gate.set()
    qtbot.waitUntil(lambda: any(result.id == 5 and result.exact for result in results), timeout=WAIT)
    assert [result.id for result in results if result.exact] == [5]
    rendered = {number for number, _ in gated.calls}
    assert 5 in rendered and len(rendered) < 5
    assert [result.id for result in results] == sorted(result.id for result in results)
    assert results[-1].pixels is not None and (results[-1].pixels == 5).all()


def test_every_superseded_request_still_shows_its_preview_or_nothing(start, qtbot: QtBot) -> None:
    gated = Gated()
    worker, results = start(gated)
    worker.open_model(ModelRequest("x"))
    worker.submit(request(1))
    qtbot.waitUntil(lambda: len(results) == 1, timeout=WAIT)
    assert results[0].id == 1 and not results[0].exact
    gated.gate.set()
    qtbot.waitUntil(lambda: len(results) == 2, timeout=WAIT)
    assert results[1].exact


def test_a_move_to_another_device_is_told_once(start, qtbot: QtBot) -> None:
    gated = Gated()
    gated.gate.set()
    worker, results = start(gated)
    told: list[tuple[str, str]] = []
    worker.moved.connect(lambda *move: told.append(move))
    worker.open_model(ModelRequest("x"))
    for number in (1, 2, 3):
        if number == 2:
            gated.device, gated.notice = "cpu", "CUDA is out of memory, so the CPU renders now"
        worker.submit(request(number))
        qtbot.waitUntil(lambda number=number: any(r.id == number and r.exact for r in results), timeout=WAIT)
    assert told == [("cpu", "CUDA is out of memory, so the CPU renders now")]


def test_an_error_is_a_result_and_the_thread_lives_on(start, qtbot: QtBot) -> None:
    gated = Gated()
    gated.gate.set()
    gated.fail = RuntimeError("no memory left")
    worker, results = start(gated)
    worker.open_model(ModelRequest("x"))
    worker.submit(request(1))
    qtbot.waitUntil(lambda: bool(results), timeout=WAIT)
    assert "no memory left" in results[0].error and "Traceback" in results[0].details
    gated.fail = None
    worker.submit(request(2))
    qtbot.waitUntil(lambda: results[-1].exact and results[-1].id == 2, timeout=WAIT)


def test_small_previews_leave_a_core_to_the_window_while_somebody_paints(start, qtbot: QtBot) -> None:
    threads: list[tuple[int, bool, int]] = []

    class Counting(Gated):
        def render(self, labels, codes, *, preview=False, cancelled=None):
            threads.append((int(labels[0, 0]), preview, torch.get_num_threads()))
            return super().render(labels, codes, preview=preview, cancelled=cancelled)

    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        renderer = Counting()
        renderer.gate.set()
        worker, results = start(renderer)
        worker.open_model(ModelRequest("x"))
        for number in (1, 2):
            worker.submit(request(number))
            qtbot.waitUntil(lambda wanted=number: bool(results) and results[-1].id == wanted and results[-1].exact)
        assert threads == [(1, True, 3), (1, False, 3), (2, True, 2), (2, False, 3)]
    finally:
        torch.set_num_threads(before)


def test_stop_ends_a_frame_under_way(start, qtbot: QtBot) -> None:
    gated = Gated()
    worker, _ = start(gated)
    worker.open_model(ModelRequest("x"))
    worker.submit(request(1))
    qtbot.waitUntil(gated.entered.is_set, timeout=WAIT)
    worker.stop()
    assert worker.isFinished()


def test_a_missing_bundle_is_a_result(qtbot: QtBot, tmp_path) -> None:
    worker = RenderWorker(load_model)
    results: list[RenderResult] = []
    worker.rendered.connect(results.append)
    worker.start()
    worker.open_model(ModelRequest(str(tmp_path / "nothing")))
    qtbot.waitUntil(lambda: bool(results), timeout=WAIT)
    assert results[0].id == -1 and "nothing" in results[0].error
    worker.stop()


def test_the_real_renderer_gives_the_picture_of_the_last_request(tiny_bundle, tiny_bundle_path, qtbot: QtBot) -> None:
    worker = RenderWorker(load_model)
    results: list[RenderResult] = []
    worker.rendered.connect(results.append)
    worker.start()
    worker.open_model(ModelRequest(str(tiny_bundle_path), "cpu", "float32"))
    rng = np.random.default_rng(0)
    labels = np.zeros((48, 32), dtype=np.uint8)
    codes = rng.standard_normal((16, 4, 1, 1)).astype(np.float32)
    for number in range(1, 30):
        labels = labels.copy()
        labels[number : number + 5, 4:20] = number % 16
        worker.submit(RenderRequest(number, labels, codes))
    qtbot.waitUntil(lambda: bool(results) and results[-1].id == 29 and results[-1].exact, timeout=WAIT)
    worker.stop()
    from model.checkpoints import load_bundle

    expected = Renderer(load_bundle(tiny_bundle_path), device="cpu", precision="float32").render(
        labels, torch.from_numpy(codes)
    )
    assert results[-1].pixels is not None
    # A frame built up from dirty boxes may differ from one made at once by the last bit of rounding.
    assert int(np.abs(results[-1].pixels.astype(int) - expected.pixels.astype(int)).max()) <= 1


@pytest.fixture
def queue() -> Iterator[JobQueue]:
    jobs = JobQueue()
    jobs.start()
    yield jobs
    jobs.stop()


def test_jobs_run_in_order_and_deliver_in_this_thread(queue: JobQueue, qtbot: QtBot) -> None:
    got: list[tuple[int, bool]] = []
    here = threading.get_ident()
    for number in range(4):
        queue.add("", lambda _, n=number: n, lambda n: got.append((n, threading.get_ident() == here)))
    qtbot.waitUntil(lambda: len(got) == 4, timeout=WAIT)
    assert got == [(number, True) for number in range(4)]


def test_of_jobs_with_one_key_only_the_newest_counts(queue: JobQueue, qtbot: QtBot) -> None:
    gate, got = threading.Event(), []
    queue.add("", lambda _: gate.wait(10), key="a", done=lambda _: got.append("first"))
    queue.add("", lambda _: 2, got.append, key="a")
    queue.add("", lambda _: 3, got.append, key="a")
    gate.set()
    qtbot.waitUntil(lambda: got == [3], timeout=WAIT)


def test_urgent_jobs_come_before_the_others(queue: JobQueue, qtbot: QtBot) -> None:
    gate, got = threading.Event(), []
    queue.add("", lambda _: gate.wait(10))
    queue.add("", lambda _: "later", got.append, priority=1)
    queue.add("", lambda _: "soon", got.append, priority=0)
    gate.set()
    qtbot.waitUntil(lambda: got == ["soon", "later"], timeout=WAIT)


def test_failures_are_told_and_the_queue_goes_on(queue: JobQueue, qtbot: QtBot) -> None:
    told: list[str] = []
    own: list[str] = []
    queue.failed.connect(lambda text, details: told.append(text))

    def user_error(_: Progress) -> None:
        raise UserError("photo.png is no photo")

    queue.add("Opening", user_error)
    queue.add("Opening", user_error, failed=lambda text, details: own.append(text))
    queue.add("Counting", lambda _: 1 / 0)
    got: list[int] = []
    queue.add("", lambda _: 7, got.append)
    qtbot.waitUntil(lambda: got == [7], timeout=WAIT)
    assert told[0] == "photo.png is no photo" and "Counting failed" in told[1]
    assert own == ["photo.png is no photo"]


def test_a_cancelled_job_stops_at_its_next_step(queue: JobQueue, qtbot: QtBot) -> None:
    entered, gate, done = threading.Event(), threading.Event(), []

    def work(progress: Progress) -> None:
        entered.set()
        gate.wait(10)
        progress.step("half", 0.5)
        done.append("went on")

    progress = queue.add("", work, lambda _: done.append("delivered"))
    qtbot.waitUntil(entered.is_set, timeout=WAIT)
    progress.cancel()
    gate.set()
    finished: list[int] = []
    queue.add("", lambda _: 1, finished.append)
    qtbot.waitUntil(lambda: finished == [1], timeout=WAIT)
    assert done == []


def test_other_jobs_do_not_wait_for_a_long_one(queue: JobQueue, qtbot: QtBot) -> None:
    gate, entered, got = threading.Event(), threading.Event(), []
    told: list[str] = []
    queue.progressed.connect(lambda text, share: told.append(text))

    def film(progress: Progress) -> str:
        progress.step("film, frame 1", 0.1)
        entered.set()
        gate.wait(30)
        return "film"

    queue.add("Film", film, got.append, long=True)
    qtbot.waitUntil(entered.is_set, timeout=WAIT)
    queue.add("Thumbnail", lambda _: "thumbnail", got.append)
    qtbot.waitUntil(lambda: got == ["thumbnail"], timeout=WAIT)
    # What is shown goes back to the job that still runs.
    qtbot.waitUntil(lambda: told[-1] == "film, frame 1", timeout=WAIT)
    assert "Thumbnail" in told and not queue.idle
    gate.set()
    qtbot.waitUntil(lambda: got == ["thumbnail", "film"], timeout=WAIT)
    qtbot.waitUntil(lambda: told[-1] == "" and queue.idle, timeout=WAIT)


def test_stopping_ends_both_lanes(qtbot: QtBot) -> None:
    jobs = JobQueue()
    jobs.start()
    entered = threading.Event()

    def work(progress: Progress) -> None:
        entered.set()
        while True:
            progress.step("on and on")
            time.sleep(0.001)

    jobs.add("", work, long=True)
    qtbot.waitUntil(entered.is_set, timeout=WAIT)
    assert jobs.isRunning()
    jobs.stop()
    assert jobs.isFinished() and not jobs.isRunning()
