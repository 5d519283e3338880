"""Shapes as masks, against what a pixel's centre says."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.canvas.raster import capsule, ellipse, mirrored, polygon, rectangle
from app.document.box import Box

HEIGHT, WIDTH = 20, 26
points = st.tuples(st.floats(-6, WIDTH + 6), st.floats(-6, HEIGHT + 6))


def full(box: Box, mask: np.ndarray) -> np.ndarray:
    image = np.zeros((HEIGHT, WIDTH), dtype=bool)
    image[box.slices] = mask
    return image


@settings(max_examples=25, deadline=None)
@given(points, points, st.floats(0.5, 7))
def test_a_stroke_covers_what_the_brush_passed(start, end, radius) -> None:
    image = full(*capsule(start, end, radius, radius, HEIGHT, WIDTH))
    for row in range(HEIGHT):
        for column in range(WIDTH):
            x, y = column + 0.5, row + 0.5
            dx, dy = end[0] - start[0], end[1] - start[1]
            length2 = dx * dx + dy * dy
            along = 0.0 if length2 == 0 else min(1.0, max(0.0, ((x - start[0]) * dx + (y - start[1]) * dy) / length2))
            distance = math.hypot(x - start[0] - along * dx, y - start[1] - along * dy)
            if distance < radius - 1e-6:
                assert image[row, column]
            elif distance > radius + 1e-6 and image[row, column]:
                # Only the pixels under both ends are painted regardless of their centres.
                assert (column, row) in {(math.floor(p[0]), math.floor(p[1])) for p in (start, end)}


@settings(max_examples=25, deadline=None)
@given(st.floats(0, WIDTH - 0.01), st.floats(0, HEIGHT - 0.01))
def test_the_smallest_brush_paints_the_pixel_under_it(x, y) -> None:
    image = full(*capsule((x, y), (x, y), 0.5, 0.5, HEIGHT, WIDTH))
    assert image[int(y), int(x)]
    assert 1 <= image.sum() <= 4


def test_a_thin_stroke_has_no_gaps() -> None:
    for end in ((25.2, 3.1), (20.7, 19.2), (3.3, 18.8), (0.4, 11.9)):
        image = full(*capsule((1.2, 1.7), end, 0.5, 0.5, HEIGHT, WIDTH))
        steps = max(abs(end[0] - 1.2), abs(end[1] - 1.7)) * 4
        for number in range(int(steps) + 1):
            x, y = 1.2 + (end[0] - 1.2) * number / steps, 1.7 + (end[1] - 1.7) * number / steps
            row, column = int(y), int(x)
            assert image[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2].any()


@settings(max_examples=25, deadline=None)
@given(st.lists(points, min_size=3, max_size=8))
def test_a_polygon_is_what_its_edges_wind_around(corners) -> None:
    image = full(*polygon(corners, HEIGHT, WIDTH))
    for row in range(0, HEIGHT, 3):
        for column in range(0, WIDTH, 3):
            x, y = column + 0.5, row + 0.5
            turns = 0.0
            near = False
            for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
                a0, a1 = math.atan2(y0 - y, x0 - x), math.atan2(y1 - y, x1 - x)
                turn = (a1 - a0 + math.pi) % (2 * math.pi) - math.pi
                near |= abs(abs(turn) - math.pi) < 1e-3 or math.hypot(x0 - x, y0 - y) < 1e-3
                turns += turn
            if not near:
                assert image[row, column] == (round(turns / (2 * math.pi)) != 0)


def test_rectangle_and_ellipse() -> None:
    assert full(*rectangle((3.4, 2.2), (8.6, 6.7), HEIGHT, WIDTH)).sum() == 6 * 5
    assert np.array_equal(
        full(*rectangle((8.6, 6.7), (3.4, 2.2), HEIGHT, WIDTH)), full(*rectangle((3.4, 2.2), (8.6, 6.7), HEIGHT, WIDTH))
    )
    round_one = full(*ellipse((2, 2), (14, 14), HEIGHT, WIDTH))
    assert abs(int(round_one.sum()) - math.pi * 36) < 6
    assert np.array_equal(round_one[2:14, 2:14], round_one[2:14, 2:14].T)
    assert not full(*ellipse((-20, -20), (-5, -5), HEIGHT, WIDTH)).any()


@settings(max_examples=40, deadline=None)
@given(points, points, st.integers(-10, 2 * WIDTH + 10))
def test_a_mirrored_mask_lies_on_the_other_side_of_the_line(start, end, halves: int) -> None:
    box, mask = rectangle(start, end, HEIGHT, WIDTH)
    image = full(box, mask)
    found = full(*mirrored(box, mask, halves / 2, WIDTH))
    for column in range(WIDTH):
        other = halves - 1 - column
        assert np.array_equal(found[:, column], image[:, other] if 0 <= other < WIDTH else np.zeros(HEIGHT, dtype=bool))
