"""The render thread: always works on the newest request, never drops the last one, and outlives every error."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QThread, Signal

from app.document.box import Box
from app.rendering.composing import PhotoComposer
from app.rendering.loading import RendererLike, load_model
from app.rendering.requests import ModelFacts, ModelRequest, RenderRequest, RenderResult
from app.telling import told
from model.errors import UserError

Loader = Callable[[ModelRequest], tuple[RendererLike, ModelFacts]]

LARGE_PREVIEW = 80.0
"""Milliseconds of computing, over all threads together, from which a preview takes every core even while somebody
paints. Smaller ones are some hundred short parallel regions: where the window wants one of the cores at each mouse
event, every other thread waits for the one that lost its core."""


class RenderWorker(QThread):
    """Renders requests in the background.

    Signals (delivered in the receiver's thread):
        loading(str): the named bundle is being loaded.
        model_ready(ModelFacts): the network is loaded; requests are answered from now on.
        rendered(RenderResult): a frame, a preview, or an error.
        busy_changed(bool): something is being rendered, or no longer.
        moved(str, str): the device that renders from now on, which may be the same in another precision, and why.
    """

    loading = Signal(str)
    model_ready = Signal(object)
    rendered = Signal(object)
    busy_changed = Signal(bool)
    moved = Signal(str, str)

    def __init__(self, loader: Loader = load_model) -> None:
        super().__init__()
        self._loader = loader
        self._wake = threading.Condition()
        self._request: RenderRequest | None = None
        self._model: ModelRequest | None = None
        self._stopping = False
        self._renderer: RendererLike | None = None
        self._composer: PhotoComposer | None = None
        self._cores = self._threads = 0
        self._preview_cost = 0.0
        self._notice = ""
        self._last_labels: NDArray[np.uint8] | None = None

    # Called by the GUI thread; all return at once --------------------------------------------------

    def open_model(self, request: ModelRequest) -> None:
        """Load another network before anything else is rendered; requests for the old one are forgotten."""
        with self._wake:
            self._model = request
            self._request = None
            self._wake.notify()

    def submit(self, request: RenderRequest) -> None:
        """Render this next. A request that still waits is replaced: the last edit always wins."""
        with self._wake:
            self._request = request
            self._wake.notify()

    def stop(self) -> None:
        """End the frame under way between two levels, then the thread; returns when it has ended."""
        with self._wake:
            self._stopping = True
            self._request = None
            self._model = None
            self._wake.notify()
        self.wait()

    # The thread ------------------------------------------------------------------------------------

    def run(self) -> None:
        yield_to_the_window()
        while True:
            with self._wake:
                while not (self._stopping or self._model is not None or (self._request and self._renderer)):
                    self._wake.wait()
                if self._stopping:
                    break
                model, self._model = self._model, None
                request = None
                if model is None:
                    request, self._request = self._request, None
            if model is not None:
                self._load(model)
            elif request is not None:
                self.busy_changed.emit(True)
                self._render(request)
                if not self._superseded():
                    self.busy_changed.emit(False)
                    if self._composer is not None:
                        self._composer.prepare()
        self._renderer = self._composer = None

    def _superseded(self) -> bool:
        return self._stopping or self._request is not None or self._model is not None

    def _leaving(self) -> bool:
        return self._stopping

    def _load(self, request: ModelRequest) -> None:
        self.loading.emit(request.bundle)
        self._renderer = self._composer = self._last_labels = None
        self._preview_cost, self._notice = 0.0, ""
        self._threads = request.threads
        try:
            self._renderer, facts = self._loader(request)
            self._composer = PhotoComposer(facts, self._renderer)
        except UserError as error:
            self._fail(-1, told(error))
        except Exception as error:
            name = request.bundle or QCoreApplication.translate("RenderWorker", "The network")
            text = QCoreApplication.translate("RenderWorker", "{0} could not be loaded: {1}")
            self._fail(-1, text.format(name, error))
        else:
            self.model_ready.emit(facts)
            self._tell()

    def _render(self, request: RenderRequest) -> None:
        import torch

        from model.engine import RenderCancelled

        assert self._renderer is not None and self._composer is not None
        composer = self._composer
        codes = torch.from_numpy(request.codes)
        self._cores = self._cores or torch.get_num_threads()
        every = self._threads or self._cores
        painting = self._last_labels is not None and not np.array_equal(self._last_labels, request.labels)
        self._last_labels = request.labels
        # Newer requests never cancel a preview: while the hand moves, previews are all a person sees.
        for preview in (True, False):
            small = preview and painting and self._preview_cost < LARGE_PREVIEW
            threads = max(1, min(every, self._cores - 1)) if small else every
            torch.set_num_threads(threads)
            start = time.perf_counter()
            try:
                composer.begin(request.base, self._leaving)
                composer.compare(request, self._leaving)
                used = time.thread_time()
                frame = self._renderer.render(
                    request.labels, codes, preview=preview, cancelled=self._leaving if preview else self._superseded
                )
                used = (time.thread_time() - used) * 1000
                pixels, box, composition = composer.compose(request, frame)
            except RenderCancelled:
                return
            except UserError as error:
                composer.forget()
                self._fail(request.id, told(error))
                return
            except Exception as error:
                composer.forget()
                text = QCoreApplication.translate("RenderWorker", "The picture could not be rendered: {0}")
                self._fail(request.id, text.format(error))
                return
            self._tell()
            elapsed = (time.perf_counter() - start) * 1000
            exact = bool(frame.exact)
            if not exact:
                self._preview_cost = used * threads
            self.rendered.emit(RenderResult(request.id, box, pixels, exact, elapsed, composition=composition))
            if exact or self._superseded():
                return

    def _tell(self) -> None:
        """Tell of a move of the renderer's to another device or precision, once."""
        assert self._renderer is not None
        if self._renderer.notice not in ("", self._notice):
            self._notice = self._renderer.notice
            self.moved.emit(str(self._renderer.device), self._notice)

    def _fail(self, request_id: int, message: str) -> None:
        details = traceback.format_exc()
        self.rendered.emit(RenderResult(request_id, Box(0, 0, 0, 0), None, False, 0.0, message, details))


def yield_to_the_window(nice: int = 1) -> None:
    """Let the GUI thread go first when both want a core. Threads that torch starts from here inherit it."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, min(19, os.getpriority(os.PRIO_PROCESS, thread) + nice))
