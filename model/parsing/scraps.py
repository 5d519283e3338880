"""Scraps: small pieces of one garment that look like the garment around them.

A parser takes a sleeve's edge for a coat now and then. While the photo stays as it is nobody sees it; once the top has
another colour, a tuft of the old one is left.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from model.colour import to_lab
from model.images import Photo
from model.labels import LabelSet

_GARMENTS = ("top", "outerwear", "dress", "skirt", "trousers")
#: A scrap has at most this share of the person's pixels, and of the other garment's, and at least so many pixels.
_LARGEST, _OF_THE_OTHER, _FEWEST = 0.02, 0.12, 8
#: So much of its outline lies at the other garment.
_BESIDE = 0.3
#: Its colour is as near to the other garment's around it (CIELAB), and so much nearer than to its own class's.
_NEAR, _NEARER = 14.0, 0.6
_UNKNOWN = 40.0  # how far off its own class's colour is taken to be where there is hardly more of it
_AROUND = 31  # pixels of the window around it in which the other garment's colour is looked up
_RIM = 5


def without_scraps(shares: NDArray[np.float32], photo: Photo, label_set: LabelSet) -> NDArray[np.float32]:
    """Probabilities in which scraps go to the garment that they look like.

    Args:
        shares: float32 (C, h, w), changed in place; photo: uint8 (h, w, 3).
    """
    names = label_set.names
    garments = [names.index(name) for name in _GARMENTS if name in names]
    classes = shares.argmax(axis=0).astype(np.uint8)
    counts = np.bincount(classes.ravel(), minlength=len(shares))
    worn = [index for index in garments if counts[index]]
    if len(worn) < 2:
        return shares
    person = int((classes != label_set.background).sum())
    lab = to_lab(cv2.GaussianBlur(photo, (0, 0), 1.0))
    for index in worn:
        _, parts, stats, _ = cv2.connectedComponentsWithStats((classes == index).astype(np.uint8), connectivity=8)
        for part in range(1, len(stats)):
            if not _FEWEST <= stats[part, cv2.CC_STAT_AREA] <= _LARGEST * person:
                continue
            piece = np.asarray(parts == part)
            other = _alike(lab, classes, piece, index, worn, counts)
            if other is not None:
                shares[other, piece] = shares[:, piece].max(axis=0) + 1
    return shares


def _alike(
    lab: NDArray[np.float32],
    classes: NDArray[np.uint8],
    piece: NDArray[np.bool_],
    index: int,
    worn: list[int],
    counts: NDArray[np.intp],
) -> int | None:
    """The garment beside a piece that it looks like, None where it looks like none."""
    area = int(piece.sum())
    ring = (cv2.dilate(piece.astype(np.uint8), np.ones((_RIM, _RIM), np.uint8)) > 0) & ~piece
    beside = np.bincount(classes[ring], minlength=len(counts)) / max(int(ring.sum()), 1)
    color = np.median(lab[piece], axis=0)
    rest = (classes == index) & ~piece
    own = _UNKNOWN
    if int(rest.sum()) > 5 * area:
        own = float(np.linalg.norm(np.median(lab[rest], axis=0) - color))
    around = cv2.dilate(piece.astype(np.uint8), np.ones((_AROUND, _AROUND), np.uint8)) > 0
    best, least = None, min(_NEAR, _NEARER * own)
    for other in worn:
        there = around & (classes == other)
        if other == index or beside[other] < _BESIDE or area > _OF_THE_OTHER * counts[other] or there.sum() < 20:
            continue
        distance = float(np.linalg.norm(np.median(lab[there], axis=0) - color))
        if distance < least:
            best, least = other, distance
    return best
