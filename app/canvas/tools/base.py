"""What every tool has in common. A tool turns pointer events in map coordinates into changes of the document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from app.canvas.raster import Mask, Point, mirrored
from app.document.box import Box
from app.document.document import Document
from app.naming import class_text

MAX_SIZE = 256


@dataclass(frozen=True)
class Pointer:
    """One pointer event: position in map pixels (x to the right, y down), pen pressure 0..1, modifier keys."""

    x: float
    y: float
    pressure: float = 1.0
    shift: bool = False
    ctrl: bool = False
    alt: bool = False

    @property
    def point(self) -> Point:
        return self.x, self.y


@dataclass
class ToolSettings:
    """What the tool bar shows and the tools read.

    Attributes:
        class_index: the picked class; previous_class: the one before it.
        size: brush diameter in map pixels, 1..256.
        pressure_size: pen pressure scales the size.
        erase_to_original: the eraser brings back the map before editing instead of background.
        contiguous: fill and wand take only the connected region.
        tolerance: how far a colour may differ for the wand, 0..255 per channel.
        mirror: x in map pixels of the line that strokes are mirrored at, a multiple of one half; None: they are not.
        scale: screen pixels per map pixel, kept by the canvas so that handles are grabbed at a constant screen size.
    """

    class_index: int = 1
    previous_class: int = 0
    size: int = 16
    pressure_size: bool = True
    erase_to_original: bool = False
    contiguous: bool = True
    tolerance: int = 24
    mirror: float | None = None
    scale: float = 1.0


@dataclass
class ToolContext:
    """What a tool may touch: the document, the settings, the image that the wand looks at, and picking a class."""

    document: Document
    settings: ToolSettings = field(default_factory=ToolSettings)
    image: Callable[[], NDArray[np.uint8] | None] = lambda: None
    pick_class: Callable[[int], None] = lambda index: None


class CursorKind(Enum):
    """How the canvas shows the pointer."""

    RING = "ring"
    CROSS = "cross"
    PICK = "pick"
    MOVE = "move"


@dataclass(frozen=True)
class Guide:
    """A line to draw over the canvas while a gesture is under way: points (x, y) in map pixels."""

    points: tuple[Point, ...]
    closed: bool = False
    handles: bool = False


class Tool:
    """A tool of the canvas. Gestures run press, move ..., release; `cancel` ends one without a trace."""

    id = ""
    text = ""
    """The tool's name in the history, a source text of the context "Tools"."""
    cursor = CursorKind.CROSS
    mirrors = False
    """What it paints appears on the other side of the mirror line too."""
    uses: tuple[str, ...] = ()
    """Names of the ToolSettings fields that the options bar shows for this tool."""

    def __init__(self, context: ToolContext) -> None:
        self.context = context

    @property
    def document(self) -> Document:
        return self.context.document

    @property
    def settings(self) -> ToolSettings:
        return self.context.settings

    @property
    def label(self) -> str:
        """The tool's name in the user's language."""
        return QCoreApplication.translate("Tools", self.text)

    @property
    def class_name(self) -> str:
        """The picked class's name in the user's language."""
        return class_text(self.document.label_set.names[self.settings.class_index])

    @property
    def active(self) -> bool:
        """A gesture is under way."""
        return False

    def press(self, pointer: Pointer) -> None:
        """The primary button or the pen went down."""

    def move(self, pointer: Pointer) -> None:
        """The pointer moved with the button down."""

    def release(self, pointer: Pointer) -> None:
        """The button went up."""

    def hover(self, pointer: Pointer) -> None:
        """The pointer moved with no button down."""

    def double_click(self, pointer: Pointer) -> None:
        """A second press followed the first closely."""

    def key(self, name: str) -> bool:
        """`"enter"` or `"backspace"` was pressed; True when the tool used it."""
        return False

    def cancel(self) -> None:
        """Abandon the gesture under way."""

    def guides(self) -> tuple[Guide, ...]:
        """What to draw over the canvas now."""
        return ()

    def paint(self, box: Box, mask: Mask, value: Callable[[Box, Mask], int | NDArray[np.uint8]]) -> None:
        """Paint within the stroke that is open, on both sides of the mirror line where there is one.

        Args:
            mask: bool, of the box's size; value: one class, or a class per pixel of a box.
        """
        if not box.empty:
            self.put(box, mask, value(box, mask))
        if self.mirrors and self.settings.mirror is not None:
            box, mask = mirrored(box, mask, self.settings.mirror, self.document.width)
            if not box.empty:
                self.put(box, mask, value(box, mask))

    def put(self, box: Box, mask: Mask, value: int | NDArray[np.uint8]) -> None:
        """Paint on one side of the mirror line, within the stroke that is open."""
        self.document.paint(box, mask, value)

    def inside(self, pointer: Pointer) -> tuple[int, int] | None:
        """Row and column under the pointer, or None outside the map."""
        row, column = int(np.floor(pointer.y)), int(np.floor(pointer.x))
        if 0 <= row < self.document.height and 0 <= column < self.document.width:
            return row, column
        return None
