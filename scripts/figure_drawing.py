"""Drawing of label maps with smooth outlines: closed spline shapes and tapered limbs, at four times the final size.

Coordinates are pixels of the final map, (x, y) with y downwards. Later shapes cover earlier ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Knot = tuple[float, float] | tuple[float, float, str]
"""A point the outline passes through; a third entry "corner" makes it a corner there instead of a smooth turn."""

SUPERSAMPLING = 4
_STEPS = 24  # line segments a spline piece is drawn with


def mirrored(knots: Sequence[Knot], axis: float) -> list[Knot]:
    """The closed outline that is symmetric about x = axis, from its right half given from top to bottom."""
    left = [(2 * axis - knot[0], *knot[1:]) for knot in reversed(knots) if knot[0] != axis]
    return [*knots, *left]  # type: ignore[list-item]


def hermite_spline(knots: Sequence[Knot], closed: bool) -> NDArray[np.float64]:
    """Points (N, 2) on the cubic Hermite spline through the knots, tangents as Catmull and Rom take them.

    A corner has no tangent, so the pieces on both its sides run straight into it.
    """
    points = np.array([knot[:2] for knot in knots], dtype=np.float64)
    corner = np.array([len(knot) > 2 for knot in knots])
    if closed:
        before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
    else:
        before = np.vstack([points[:1], points[:-1]])
        after = np.vstack([points[1:], points[-1:]])
    tangents = np.where(corner[:, None], 0.0, (after - before) / 2)
    pieces = len(points) if closed else len(points) - 1
    start = np.arange(pieces)
    end = (start + 1) % len(points)
    t = np.linspace(0.0, 1.0, _STEPS, endpoint=False)[None, :, None]
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * points[start, None]
        + (t**3 - 2 * t**2 + t) * tangents[start, None]
        + (3 * t**2 - 2 * t**3) * points[end, None]
        + (t**3 - t**2) * tangents[end, None]
    ).reshape(-1, 2)
    return curve if closed else np.vstack([curve, points[-1:]])


class LabelCanvas:
    """A label map under the brush. Classes are given by their index in the label set."""

    def __init__(self, height: int, width: int, classes: int) -> None:
        self._height, self._width, self._classes = height, width, classes
        self._fine = np.zeros((height * SUPERSAMPLING, width * SUPERSAMPLING), dtype=np.uint8)

    def shape(self, label: int, knots: Sequence[Knot]) -> None:
        """A closed smooth outline, filled."""
        self._fill(label, hermite_spline(knots, closed=True))

    def polygon(self, label: int, points: Sequence[Point]) -> None:
        """A closed outline of straight lines, filled."""
        self._fill(label, np.array(points, dtype=np.float64))

    def ellipse(self, label: int, center: Point, radii: Point, angle: float = 0.0) -> None:
        """A filled ellipse, turned clockwise by an angle in degrees."""
        turn = np.linspace(0, 2 * np.pi, 96, endpoint=False)
        x, y = radii[0] * np.cos(turn), radii[1] * np.sin(turn)
        cosine, sine = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
        self._fill(label, np.stack([center[0] + x * cosine - y * sine, center[1] + x * sine + y * cosine], axis=1))

    def limb(self, label: int, knots: Sequence[Knot], widths: Sequence[float]) -> None:
        """A stroke along a spline with round ends; one full width for each knot, changing evenly between."""
        curve = hermite_spline(knots, closed=False)
        along = np.interp(np.arange(len(curve)) / _STEPS, np.arange(len(knots)), widths)
        steps = np.hypot(*np.diff(curve, axis=0).T)
        place = np.concatenate([[0.0], np.cumsum(steps)])
        dense = np.arange(0.0, place[-1], 0.25)
        for at in dense:
            x, y = np.interp(at, place, curve[:, 0]), np.interp(at, place, curve[:, 1])
            self._disc(label, (float(x), float(y)), float(np.interp(at, place, along)) / 2)

    def labels(self) -> NDArray[np.uint8]:
        """The map (H, W) at its final size: each pixel takes the class that covers most of it."""
        shares = np.stack(
            [
                cv2.resize(
                    (self._fine == label).astype(np.float32), (self._width, self._height), interpolation=cv2.INTER_AREA
                )
                for label in range(self._classes)
            ]
        )
        return np.ascontiguousarray(shares.argmax(axis=0).astype(np.uint8))

    def _fill(self, label: int, outline: NDArray[np.float64]) -> None:
        points = np.round(outline * SUPERSAMPLING * 16).astype(np.int32)
        cv2.fillPoly(self._fine, [points], int(label), shift=4)

    def _disc(self, label: int, center: Point, radius: float) -> None:
        x, y = (round(value * SUPERSAMPLING * 16) for value in center)
        cv2.circle(self._fine, (x, y), round(radius * SUPERSAMPLING * 16), int(label), -1, shift=4)
