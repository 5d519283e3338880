"""The bundled example documents: label maps (and projects) in assets/examples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.document.document import Document
from app.document.project import SUFFIX, read_project
from model.labels import builtin_label_set, read_label_map

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "examples"
LABEL_SET = "street-fashion"
#: The example with which the editor starts: it shows what the bundled network draws best.
FIRST = "scarf-and-glasses"
TITLES = (
    str(QT_TRANSLATE_NOOP("Examples", "Hat and dress")),
    str(QT_TRANSLATE_NOOP("Examples", "Jacket over dress")),
    str(QT_TRANSLATE_NOOP("Examples", "Long coat")),
    str(QT_TRANSLATE_NOOP("Examples", "Scarf and glasses")),
    str(QT_TRANSLATE_NOOP("Examples", "Shorts and socks")),
    str(QT_TRANSLATE_NOOP("Examples", "Skirt and tights")),
)


def example_paths() -> list[Path]:
    """Every example, projects and label maps, by name."""
    return sorted(path for path in FOLDER.glob("*") if path.suffix in (SUFFIX, ".png"))


def title_of(path: Path) -> str:
    """The name of an example for people, in their language."""
    return QCoreApplication.translate("Examples", path.stem.replace("-", " ").replace("_", " ").capitalize())


def open_example(path: Path) -> Document:
    """Open an example as a new document that has no file yet."""
    if path.suffix == SUFFIX:
        document = read_project(path)
        document.path = None
        document.title = title_of(path)
        return document
    label_set = builtin_label_set(LABEL_SET)
    return Document(read_label_map(path, label_set), label_set, title=title_of(path))


def first_document() -> Document:
    """What the editor shows when nothing is opened: an example, or a blank map."""
    paths = example_paths()
    if paths:
        return open_example(next((path for path in paths if path.stem == FIRST), paths[0]))
    label_set = builtin_label_set(LABEL_SET)
    return Document(np.zeros((384, 256), dtype=np.uint8), label_set, title="Untitled")
