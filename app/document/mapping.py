"""Carrying a document over to a network with other classes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.document.document import Document
from app.document.photo import Crop, PhotoLayer
from model.fitting import Fit
from model.labels import LabelSet


def name_table(source: LabelSet, target: LabelSet) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Value in `source` -> value in `target` by name (case, spaces, dashes and underscores do not matter).

    Returns:
        uint8 (256,), background where `target` has no such class; and the names that have none.
    """
    known = {_plain(name): index for index, name in enumerate(target.names)}
    table = np.full(256, target.background, dtype=np.uint8)
    lost = []
    for index, name in enumerate(source.names):
        found = known.get(_plain(name))
        if found is not None:
            table[index] = found
        elif index != source.background:
            lost.append(name)
    return table, tuple(lost)


def map_by_name(document: Document, target: LabelSet) -> tuple[Document, tuple[str, ...]]:
    """The document with the classes of `target` and no codes; and the names of painted classes it could not map."""
    table, lost = name_table(document.label_set, target)
    painted = set(np.unique(document.labels).tolist())
    lost = tuple(name for name in lost if document.label_set.index_of(name) in painted)
    mapped = Document(
        table[document.labels],
        target,
        photo=document.photo,
        keep=replace(document.keep, classes={}),
        original=table[document.original],
        fit=document.fit,
        title=document.name,
    )
    return mapped, lost


def refitted(document: Document, height: int, width: int) -> Document:
    """The document in a network's frame of `height` x `width`; its own size is remembered for exports.

    Made for documents that were just opened: the history starts anew.
    """
    source = document.fit or Fit.into(document.height, document.width, document.height, document.width)
    fit = Fit.into(document.height, document.width, height, width)
    background = document.label_set.background
    photo = document.photo
    if photo is not None:
        crop = whole_frame(photo.crop, fit)
        photo = PhotoLayer(photo.pixels, crop, height, width, photo.name)
    made = Document(
        fit.labels(document.labels, background),
        document.label_set,
        codes=document.codes,
        photo=photo,
        photo_codes=document.photo_codes,
        keep=document.keep,
        original=fit.labels(document.original, background),
        fit=None if photo is not None else Fit.into(source.source_height, source.source_width, height, width),
        bundle=document.bundle,
        title=document.title,
        path=document.path,
    )
    made.flags = document.flags
    if document.modified:
        made.mark_unsaved()
    return made


def whole_frame(crop: Crop, fit: Fit) -> Crop:
    """The crop of a photo widened by what `fit` pads around its old frame."""
    per_row, per_column = crop.height / fit.inner_height, crop.width / fit.inner_width
    return Crop(
        crop.top - fit.top * per_row, crop.left - fit.left * per_column, fit.height * per_row, fit.width * per_column
    )


def _plain(name: str) -> str:
    return name.lower().replace("_", " ").replace("-", " ").strip()
