"""Carrying a document over to a network with other classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.document.document import Document
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
        original=table[document.original],
        fit=document.fit,
        title=document.name,
    )
    return mapped, lost


def _plain(name: str) -> str:
    return name.lower().replace("_", " ").replace("-", " ").strip()
