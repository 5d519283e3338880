"""Which place each hidden pixel is copied from: a shift map (Pritch, Kav-Venaki, Peleg, 2009).

Few shifts are good ones for a picture (He and Sun, "Statistics of patch offsets for image completion", 2012); here they
are those under which the rim of the hole looks like what lies there. Belief propagation (min-sum, in sweeps along rows
and columns: Tappen and Freeman, 2003) then gives each pixel one of them so that seams between pieces are unseen.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from model.compositing.fields import Field, Mask

Shifts = NDArray[np.int64]
Choice = NDArray[np.int64]

#: The hole's height is cut into bands; each side of each band proposes this many shifts.
_BANDS, _PER_SIDE = 8, 7
#: Pixels around the hole that are compared; at most this much difference (of the sum of three channels in 0..1) counts.
_RIM, _CUT = 4, 0.75
#: What a row of distance costs (grounds change from top to bottom), the difference to a smooth filling, and a seam.
_ROW_COST, _SMOOTH_COST, _SEAM_COST = 0.008, 0.1, 0.08
#: A shift must lead out of the hole for this share of a band.
_LEAST_SHARE = 0.15
#: Fewer known pixels than this cannot show a ground.
_FEWEST = 40
_ROUNDS = 6
_FORBIDDEN = 10.0

_SIDES = {"right": (0, 1), "left": (0, -1), "down": (1, 0), "up": (-1, 0)}
_OPPOSITE = {"right": "left", "left": "right", "down": "up", "up": "down"}


def find_shifts(picture: Field, hole: Mask) -> Shifts | None:
    """Shifts (rows, columns) that may fill the hole, int64 (K, 2); None where too little is known.

    Args:
        picture: float32 (h, w, 3), values 0..1, small: every shift within it is tried.
        hole: bool (h, w), at least one True.
    """
    height, width = hole.shape
    if (~hole).sum() < _FEWEST:
        return None
    rim = ~hole & (cv2.dilate(hole.astype(np.uint8), np.ones((2 * _RIM + 1,) * 2, np.uint8)) > 0)
    rim_y, rim_x = np.nonzero(rim)
    hole_y, hole_x = np.nonzero(hole)
    top, bottom = int(hole_y.min()), int(hole_y.max()) + 1
    bands = int(np.clip((bottom - top) // 6, 1, _BANDS))

    def band_of(rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.clip((rows - top) * bands // (bottom - top), 0, bands - 1)

    counts = hole.sum(axis=1)
    middle = np.full(height, hole_x.mean())
    middle[counts > 0] = (hole @ np.arange(width))[counts > 0] / counts[counts > 0]
    group = 2 * band_of(rim_y) + (rim_x > middle[rim_y])
    members = np.bincount(group, minlength=2 * bands)
    hole_band = band_of(hole_y)
    hole_members = np.maximum(np.bincount(hole_band, minlength=bands), 1)
    reach = max(2, height // 8)
    wide = np.full((height + 2 * reach, 3 * width, 3), np.nan, np.float32)
    wide[reach : reach + height, width : 2 * width] = np.where(hole[..., None], np.nan, picture)
    seen = picture[rim_y, rim_x]
    shifts, costs = [], []
    for dy in range(-reach, reach + 1):
        for dx in range(1 - width, width):
            if max(abs(dy), abs(dx)) < 2:
                continue
            there = np.abs(wide[rim_y + dy + reach, rim_x + dx + width] - seen).sum(axis=1)
            there = np.where(np.isnan(there), _CUT, np.minimum(there, _CUT))
            cost = np.bincount(group, there, minlength=2 * bands) / np.maximum(members, 1)
            known = ~np.isnan(wide[hole_y + dy + reach, hole_x + dx + width, 0])
            share = np.repeat(np.bincount(hole_band, known, minlength=bands) / hole_members, 2)
            cost += 0.3 * (1 - share) + _ROW_COST * abs(dy)
            cost[(share < _LEAST_SHARE) | (members == 0)] = np.inf
            shifts.append((dy, dx))
            costs.append(cost)
    table = np.stack(costs)
    chosen: set[tuple[int, int]] = set()
    for side in range(2 * bands):
        chosen.update(_best(shifts, table[:, side]))
    return np.array(sorted(chosen), np.int64) if chosen else None


def _best(shifts: list[tuple[int, int]], costs: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The cheapest shifts no two of which are neighbours."""
    found: list[tuple[int, int]] = []
    for place in np.argsort(costs)[: 60 * _PER_SIDE].tolist():
        if not np.isfinite(costs[place]) or len(found) == _PER_SIDE:
            break
        dy, dx = shifts[place]
        if all(max(abs(dy - y), abs(dx - x)) > 1 for y, x in found):
            found.append((dy, dx))
    return found


def choose_shifts(picture: Field, hole: Mask, shifts: Shifts) -> Choice:
    """The shift of each hidden pixel: int64 (h, w), places in `shifts`; -1 where there is none.

    Args:
        picture: float32 (h, w, 3), 0..1, the hole filled smoothly; hole: bool (h, w); shifts: int64 (K, 2).
    """
    height, width = hole.shape
    y, x = np.nonzero(hole)
    count = len(y)
    around = np.abs(shifts).max(axis=0)
    wide = np.full((height + 2 * around[0], width + 2 * around[1], 3), np.nan, np.float32)
    inner = slice(around[0], around[0] + height), slice(around[1], around[1] + width)
    wide[inner] = np.where(hole[..., None], np.nan, picture)

    def shown(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Field:
        """What each shift would show there, (n, K, 3); NaN where it leads into the hole or out of the picture."""
        return wide[rows[:, None] + shifts[:, 0] + around[0], columns[:, None] + shifts[:, 1] + around[1]]

    colors = shown(y, x)
    valid = ~np.isnan(colors[..., 0])
    colors = np.nan_to_num(colors)
    smooth = np.abs(colors - picture[y, x][:, None]).sum(axis=2)
    cost = _SMOOTH_COST * np.minimum(smooth, _CUT) + _ROW_COST * np.abs(shifts[:, 0])
    place = np.full((height, width), -1, np.int64)
    place[y, x] = np.arange(count)
    beside = {}
    for side, (dy, dx) in _SIDES.items():
        rows, columns = y + dy, x + dx
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        beside[side] = np.full(count, -1, np.int64)
        beside[side][inside] = place[rows[inside], columns[inside]]
        # A copied piece must go on as its known neighbour does.
        known = np.flatnonzero(inside & (beside[side] < 0))
        step = np.abs(shown(rows[known], columns[known]) - picture[rows[known], columns[known]][:, None]).sum(axis=2)
        cost[known] += 2 * np.where(np.isnan(step), _CUT, np.minimum(step, 2 * _CUT))
    cost[~valid] = _FORBIDDEN
    step = np.zeros((count, len(shifts), len(shifts)), np.float32)
    for channel in range(3):
        step += np.abs(colors[:, :, None, channel] - colors[:, None, :, channel])
    np.minimum(step, 2 * _CUT, out=step)
    step += np.float32(_SEAM_COST / 2) * (1 - np.eye(len(shifts), dtype=np.float32))
    belief = _propagate(cost.astype(np.float32), step, beside, y, x)
    chosen = np.full((height, width), -1, np.int64)
    chosen[y, x] = np.where(valid.any(axis=1), belief.argmin(axis=1), -1)
    return chosen


def _propagate(
    cost: Field, step: Field, beside: dict[str, NDArray[np.int64]], y: NDArray[np.int64], x: NDArray[np.int64]
) -> Field:
    """Min-sum messages in sweeps to all four sides; float32 (n, K), the lower the better.

    Args:
        cost: (n, K) of each pixel; step: (n, K, K), what two shifts differ by at each pixel. A seam between neighbours
            costs what the two shifts differ by at both.
        beside: for each side the place of the pixel's neighbour there, -1 for none.
    """
    messages = {side: np.zeros_like(cost) for side in _SIDES}
    for _ in range(_ROUNDS):
        for side, (dy, dx) in _SIDES.items():
            lines = y if dy else x
            order = np.unique(lines)
            for line in order if dy + dx > 0 else order[::-1]:
                here = np.flatnonzero((lines == line) & (beside[side] >= 0))
                if here.size == 0:
                    continue
                there = beside[side][here]
                total = cost[here] - messages[side][here]
                for message in messages.values():
                    total = total + message[here]
                sent = (total[:, :, None] + step[here] + step[there]).min(axis=1)
                messages[_OPPOSITE[side]][there] = sent - sent.min(axis=1, keepdims=True)
    return np.asarray(cost + sum(messages.values()), np.float32)
