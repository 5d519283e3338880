"""Where the map lies on the screen: one scale and one offset, in logical pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.canvas.raster import Point
from app.document.box import Box

MIN_SCALE, MAX_SCALE = 0.05, 64.0
MARGIN = 24.0
"""Logical pixels left free around the map by `fit`."""


@dataclass
class ViewTransform:
    """Screen = map * scale + offset, both (x, y); the screen's origin is a pane's top-left corner."""

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0
    fitted: bool = True
    """The view follows the window's size until the user zooms or pans."""

    def to_map(self, x: float, y: float) -> Point:
        return (x - self.x) / self.scale, (y - self.y) / self.scale

    def to_screen(self, point: Point) -> Point:
        return point[0] * self.scale + self.x, point[1] * self.scale + self.y

    def fit(self, map_height: int, map_width: int, view_height: float, view_width: float) -> None:
        """Show the whole map, centred."""
        self._fill(Box(0, 0, map_height, map_width), MARGIN, view_height, view_width)
        self.fitted = True

    def show(self, box: Box, view_height: float, view_width: float) -> None:
        """Show a box as large as fits with some room around it, centred."""
        self._fill(box, 2 * MARGIN, view_height, view_width)
        self.fitted = False

    def actual(self, map_height: int, map_width: int, view_height: float, view_width: float) -> None:
        """One map pixel per logical pixel, centred."""
        self.scale = 1.0
        self._centre(Box(0, 0, map_height, map_width), view_height, view_width)
        self.fitted = False

    def zoom(self, factor: float, x: float, y: float) -> None:
        """Zoom so that the map point under the screen point stays there."""
        scale = min(MAX_SCALE, max(MIN_SCALE, self.scale * factor))
        self.x = x - (x - self.x) * scale / self.scale
        self.y = y - (y - self.y) * scale / self.scale
        self.scale = scale
        self.fitted = False

    def pan(self, dx: float, dy: float) -> None:
        self.x += dx
        self.y += dy
        self.fitted = False

    def keep_visible(self, map_height: int, map_width: int, view_height: float, view_width: float) -> None:
        """Never lose the map: at least 48 logical pixels of it stay inside the view."""
        keep = 48.0
        self.x = min(view_width - keep, max(keep - map_width * self.scale, self.x))
        self.y = min(view_height - keep, max(keep - map_height * self.scale, self.y))

    def screen_box(self, box: Box, margin: float = 2.0) -> tuple[int, int, int, int]:
        """Left, top, width, height in whole logical pixels that cover a box of the map."""
        left, top = self.to_screen((box.left, box.top))
        right, bottom = self.to_screen((box.right, box.bottom))
        x, y = math.floor(left - margin), math.floor(top - margin)
        return x, y, math.ceil(right + margin) - x, math.ceil(bottom + margin) - y

    def _fill(self, box: Box, margin: float, view_height: float, view_width: float) -> None:
        room_h, room_w = max(16.0, view_height - 2 * margin), max(16.0, view_width - 2 * margin)
        self.scale = min(MAX_SCALE, max(MIN_SCALE, min(room_h / box.height, room_w / box.width)))
        self._centre(box, view_height, view_width)

    def _centre(self, box: Box, view_height: float, view_width: float) -> None:
        self.x = round((view_width - (box.left + box.right) * self.scale) / 2)
        self.y = round((view_height - (box.top + box.bottom) * self.scale) / 2)
