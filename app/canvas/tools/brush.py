"""Round brush and eraser."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from app.canvas.raster import Mask, capsule
from app.canvas.tools.base import CursorKind, Pointer, Tool, ToolContext
from app.document.box import Box


class BrushTool(Tool):
    """Paints the picked class. Shift+press draws a straight line from where the last stroke ended."""

    id = "brush"
    cursor = CursorKind.RING
    mirrors = True
    uses: tuple[str, ...] = ("size", "pressure_size")
    text = str(QT_TRANSLATE_NOOP("Tools", "Brush"))

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._last: Pointer | None = None
        self._end: Pointer | None = None
        self._down = False

    @property
    def active(self) -> bool:
        return self._down

    def radius(self, pointer: Pointer) -> float:
        """Brush radius in map pixels under the pen's pressure."""
        scale = max(0.05, pointer.pressure) if self.settings.pressure_size else 1.0
        return max(0.5, self.settings.size / 2 * scale)

    def press(self, pointer: Pointer) -> None:
        self.document.begin_stroke(self.step_text(), self.id)
        self._down = True
        self._last = self._end if pointer.shift and self._end is not None else pointer
        self._draw(pointer)

    def move(self, pointer: Pointer) -> None:
        if self._down:
            self._draw(pointer)

    def release(self, pointer: Pointer) -> None:
        if not self._down:
            return
        self._draw(pointer)
        self._down = False
        self._end = pointer
        self.document.commit_stroke()

    def cancel(self) -> None:
        if self._down:
            self._down = False
            self.document.abandon_stroke()

    def step_text(self) -> str:
        return f"{self.label}: {self.class_name}"

    def value(self, box: Box, mask: Mask) -> int | NDArray[np.uint8]:
        """What the brush leaves in the box: one class, or a class per pixel."""
        return self.settings.class_index

    def _draw(self, pointer: Pointer) -> None:
        last = self._last or pointer
        box, mask = capsule(
            last.point,
            pointer.point,
            self.radius(last),
            self.radius(pointer),
            self.document.height,
            self.document.width,
        )
        self._last = pointer
        self.paint(box, mask, self.value)


class EraserTool(BrushTool):
    """Paints background, or brings back the map before editing."""

    id = "eraser"
    uses = ("size", "pressure_size", "erase_to_original")
    text = str(QT_TRANSLATE_NOOP("Tools", "Eraser"))

    def step_text(self) -> str:
        return self.label

    def value(self, box: Box, mask: Mask) -> int | NDArray[np.uint8]:
        if self.settings.erase_to_original:
            return self.document.original[box.slices]
        return self.document.label_set.background

    def put(self, box: Box, mask: Mask, value: int | NDArray[np.uint8]) -> None:
        super().put(box, mask, value)
        if self.settings.erase_to_original:
            # The map may be the same with a copied region and without it.
            self.document.uncover(box, mask)
