"""Whole frames of one picture size on one device: what is uploaded, the two recorded steps, what is downloaded."""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.engine.boxes import Box, boxes_of
from model.engine.graphs import GraphsUnavailable, Step, record
from model.engine.whole_frame import LevelMaps, WholeFrameNetwork

_log = logging.getLogger(__name__)


class HalfOverflow(ArithmeticError):
    """A value of the network did not fit the half format."""


class WholeFramePlan:
    """One picture size on one device: fixed input and output tensors, and the two graphs between them.

    The first makes the levels' modulation maps of a label map, the second a picture of them and of codes; a new style
    replays the second alone. Both read and write the same memory each time: what comes in is copied there before, and
    what goes out is on the host before a frame is handed out. Without CUDA the steps are simply run.
    """

    def __init__(self, network: WholeFrameNetwork, height: int, width: int) -> None:
        self.network, self.height, self.width = network, height, width
        network.grid(height, width)
        device = network.device
        self._noise = network.noise(height, width)
        self._labels = torch.zeros(height, width, dtype=torch.uint8, device=device)
        self._edges = torch.zeros(height, width, dtype=torch.bool, device=device)
        self._codes: Tensor | None = None
        self._host_codes: Tensor | None = None
        self._levels: list[LevelMaps] = []
        self._picture = self._bytes = torch.empty(0)
        # Copies between a device and pageable memory go through a buffer of the driver's, in pieces.
        pinned = device.type == "cuda"
        self._host_labels = torch.zeros(height, width, dtype=torch.uint8, pin_memory=pinned)
        self._host_bytes = torch.zeros(3 * height * width + 1, dtype=torch.uint8, pin_memory=pinned)
        # What replays the two steps; without it they are run.
        self._replays: list[Step] = []
        self._recordable = device.type == "cuda"
        self._known: tuple[NDArray[np.uint8], NDArray[np.bool_] | None] | None = None
        self._new_maps, self._new_codes = True, True
        self.pixels = np.zeros((height, width, 3), np.uint8)
        self._taken = 0

    @property
    def nbytes(self) -> int:
        """Bytes on the device that recording took, and of the copies beside it."""
        fixed = [noise for noise in self._noise if noise is not None]
        kept = sum(tensor.nbytes for tensor in (self._labels, self._edges, self._host_labels, self._host_bytes, *fixed))
        return self._taken + kept + self.pixels.nbytes

    @property
    def is_current(self) -> bool:
        return not (self._new_maps or self._new_codes)

    def picture(self) -> Tensor:
        """float32 (3, H, W) in [-1, 1], on the CPU: the picture before it is rounded to 8 bits."""
        return self._picture.to("cpu", copy=True)

    def take(self, labels: NDArray[np.uint8], edges: NDArray[np.bool_] | None, codes: Tensor) -> None:
        """Upload what differs from the request before."""
        if self._known is None or not _equal(self._known, (labels, edges)):
            self._new_maps = True
            # These copies wait until they are done, so that the buffer may be written to again.
            self._host_labels.numpy()[...] = labels
            self._labels.copy_(self._host_labels)
            if edges is None:
                self._edges.zero_()
            else:
                self._edges.copy_(torch.from_numpy(edges))
            self._known = labels.copy(), None if edges is None else edges.copy()
        if self._codes is None or codes.shape != self._codes.shape:
            # A graph reads one tensor, so codes of another size need other graphs.
            self._replays, self._levels, self._taken = [], [], 0
            self._codes = torch.empty_like(codes, device=self.network.device)
            self._new_maps = True
        elif self._host_codes is not None and torch.equal(codes, self._host_codes):
            return
        self._codes.copy_(codes)
        self._host_codes = codes.clone()
        self._new_codes = True

    def preview(self) -> tuple[Box, ...] | None:
        """Nothing is faster than the exact frame here."""
        return None

    def exact(self, check: Callable[[], None]) -> tuple[Box, ...]:
        """Draw the frame; returns the boxes of the picture that changed. Raises HalfOverflow."""
        check()
        if self._recordable and not self._replays:
            self._record()
        maps, draw = self._replays or (self._make_maps, self._draw)
        if self._new_maps:
            maps()
        if self._new_maps or self._new_codes:
            draw()
            # Waits for the device.
            self._host_bytes.copy_(self._bytes)
            if self.network.dtype == torch.float16 and not self._host_bytes[-1]:
                raise HalfOverflow(f"A value of this network does not fit {self.network.dtype}.")
        self._new_maps = self._new_codes = False
        before, self.pixels = self.pixels, self._host_bytes.numpy()[:-1].reshape(self.pixels.shape).copy()
        red, green, blue = np.moveaxis(before != self.pixels, 2, 0)
        return boxes_of(red | green | blue)

    def _make_maps(self) -> None:
        self._levels = self.network.maps(self._labels, self._edges, self._noise)

    def _draw(self) -> None:
        assert self._codes is not None
        self._picture, finite = self.network.draw(self._levels, self._codes, self._labels)
        pixels = ((self._picture + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0)
        self._bytes = torch.cat([pixels.flatten(), finite.to(torch.uint8)[None]])

    def _release(self) -> None:
        """Let go of what the steps made."""
        self._levels = []
        self._picture = self._bytes = torch.empty(0)

    def _record(self) -> None:
        """Record both steps, unless that cannot be done here; the frames are the same."""
        self._new_maps = True
        try:
            self._replays, self._taken = record(self.network.device, (self._make_maps, self._draw), self._release)
        except GraphsUnavailable as error:
            _log.warning("CUDA graphs are not used, frames take longer: %s", error)
            self._recordable = False
            self._release()

    def convolutions(self) -> list[Callable[[], object]]:
        """The floor of this plan: the picture, whose maps are not drawn again."""

        def draw() -> None:
            (self._replays or (self._make_maps, self._draw))[1]()

        return [draw]


def _equal(
    one: tuple[NDArray[np.uint8], NDArray[np.bool_] | None], other: tuple[NDArray[np.uint8], NDArray[np.bool_] | None]
) -> bool:
    edges, others = one[1], other[1]
    if (edges is None) != (others is None):
        return False
    return np.array_equal(one[0], other[0]) and (edges is None or others is None or np.array_equal(edges, others))
