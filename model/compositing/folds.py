"""Folds and light of a photo's cloth under another style: what a new colour must not take away.

A pooled code says how light a class is and how much it shines, not where: the network makes up folds, and on a real
person they lie wrong and glitter in all colours. The photo knows where they are. So the lightness of a restyled class
goes up and down as the photo's does, as strongly as the new style's own folds are beside those of the old style, and
its colour is that of its surroundings.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.colour import to_lab
from model.compositing.fields import Field, Mask

#: Share of the photo's folds; the rest is what the network drew, so that its cloth still shows.
SHARE = 0.8
#: Deviation in pixels of the Gaussian that tells folds from how light the class is there, and its reach.
_SIGMA = 6.0
FOLD_REACH = 15
#: Levels that are added to lightness before its logarithm: in the dark, grain is no fold.
_DARK = 12.0
#: Largest fold, a logarithm; and what the strength of folds may be multiplied by.
_LARGEST, _LEAST, _MOST = 0.7, 0.6, 1.6
#: Share of the photo's folds that other cloth in the same place takes: with all of them a skirt has a fly.
CARRIED = 0.5
#: How far a made-up fold may be from its surroundings, a logarithm.
_CALM = 0.12
#: A print is no fold: how much chroma (a*b*) varies in a class, and its lightness (logarithm) between near pixels,
#: where the photo's folds begin to be left out, and where all of them are.
_PLAIN_CHROMA, _PLAIN_LIGHT = (8.0, 14.0), (0.28, 0.42)
_PRINT_SIGMA = 2.5
_FEWEST = 60


@dataclass(frozen=True)
class Folds:
    """The folds of a class in a photo.

    Attributes:
        shade: float32 (H, W), logarithm of the lightness beside the class's median, 0 where the class is not.
        known: float32 (H, W), 1 inside the class, fading at its outline; times the share of folds.
        before: float32 (H, W), the squares of the folds that the network drew in the photo's own style, averaged.
    """

    shade: Field
    known: Field
    before: Field


def folds_of(photo: NDArray[np.uint8], reference: NDArray[np.uint8], inner: Mask) -> Folds | None:
    """What a class's pixels show of folds; None where there is too little of it, or where it is a print.

    Args:
        photo, reference: uint8 (H, W, 3), the photo and the network's picture of it.
        inner: bool (H, W), the class without its outline.
    """
    if int(inner.sum()) < _FEWEST:
        return None
    light = _light(photo.astype(np.float32))
    share = SHARE * _plainness(photo, light, inner)
    if share <= 0:
        return None
    weight = inner.astype(np.float32)
    shade = np.clip(light - np.median(light[inner]), -_LARGEST, _LARGEST) * weight
    near = _average(weight)
    fold = _fold(_light(reference.astype(np.float32)), weight, near)
    known = cv2.GaussianBlur(weight, (0, 0), 1.0) * weight
    before = _average(np.square(fold) * weight) / np.maximum(near, 1e-3)
    return Folds(np.asarray(shade, np.float32), np.asarray(share * known, np.float32), np.asarray(before, np.float32))


def refolded(drawn: Field, folds: Folds, where: Mask, part: tuple[slice, slice], share: float = 1.0) -> Field:
    """The network's pixels of a class with the photo's folds, and of one colour with their surroundings.

    Returns float32 (h, w, 3).

    Args:
        drawn: float32 (h, w, 3), a part of the network's picture.
        where: bool (h, w), pixels that are of this class in the photo, too.
        part: where it lies in the photo.
        share: how much of the folds that are known is taken.
    """
    known = np.float32(share) * folds.known[part] * where
    if not known.any():
        return drawn
    weight = (known > 0).astype(np.float32)
    near = _average(weight)
    light = _light(drawn)
    own = _fold(light, weight, near)
    drawn = drawn + known[..., None] * (_one_colour(drawn, light, weight, near) - drawn)
    now = _average(np.square(own) * weight) / np.maximum(near, 1e-3)
    strength = np.sqrt((now + 1e-4) / (folds.before[part] + 1e-4)).clip(_LEAST, _MOST)
    gain = np.exp(known * (strength * folds.shade[part] - own))[..., None]
    return np.asarray(((drawn + _DARK) * gain - _DARK).clip(0, 255), np.float32)


def calmed(drawn: Field, where: Mask, fresh: Mask) -> Field:
    """Cloth of which no photo knows the folds, without its glitter: highlights that are less bright, and of one colour.

    Args:
        drawn: float32 (h, w, 3), a part of the network's picture.
        where: bool (h, w), the class; fresh: bool (h, w), what of it is calmed.
    """
    weight = where.astype(np.float32)
    near = _average(weight)
    light = _light(drawn)
    own = _fold(light, weight, near)
    calm = _one_colour(drawn, light, weight, near)
    gain = np.exp(_CALM * np.tanh(own / _CALM) - own)[..., None]
    calm = (calm + _DARK) * gain - _DARK
    return np.asarray(np.where(fresh[..., None], calm, drawn).clip(0, 255), np.float32)


def _one_colour(drawn: Field, light: Field, weight: Field, near: Field) -> Field:
    """As light as before, but of one colour with its surroundings: what glitters does so in all colours."""
    mean = np.stack([_average(drawn[..., place] * weight) for place in range(3)], axis=2)
    mean = np.asarray(mean / np.maximum(near, 1e-3)[..., None], np.float32)
    gain = np.exp(light - _light(mean))[..., None]
    return np.asarray((mean + _DARK) * gain - _DARK, np.float32)


def _light(picture: Field) -> Field:
    return np.asarray(np.log(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) + _DARK), np.float32)


def _fold(light: Field, weight: Field, near: Field) -> Field:
    return np.asarray((light - _average(light * weight) / np.maximum(near, 1e-3)) * weight, np.float32)


def _average(plane: Field) -> Field:
    side = 2 * FOLD_REACH + 1
    return np.asarray(cv2.GaussianBlur(plane, (side, side), _SIGMA, borderType=cv2.BORDER_CONSTANT), np.float32)


def _plainness(photo: NDArray[np.uint8], light: Field, inner: Mask) -> float:
    """1 for plain cloth, 0 for prints and stripes."""
    lab = to_lab(cv2.GaussianBlur(photo, (0, 0), 1.0))
    chroma = float(np.sqrt(lab[inner][:, 1:].var(axis=0).sum()))
    weight = inner.astype(np.float32)
    around = cv2.GaussianBlur(light * weight, (0, 0), _PRINT_SIGMA) / np.maximum(
        cv2.GaussianBlur(weight, (0, 0), _PRINT_SIGMA), 1e-3
    )
    fine = float((light - around)[inner].std())
    shares = [(end - value) / (end - start) for value, (start, end) in ((chroma, _PLAIN_CHROMA), (fine, _PLAIN_LIGHT))]
    return float(np.clip(min(shares), 0, 1))
