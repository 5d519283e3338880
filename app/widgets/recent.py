"""The menu of recent files, with small pictures of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QWidget

from app.document.project import SUFFIX, read_thumbnail
from app.widgets.pixels import image_of
from model.errors import UserError
from model.images import load_pixels, open_image

SIDE = 40
"""Logical pixels of the longer side of a picture; the style sheet has the same number."""
MOST_PIXELS = 6_000_000
"""Images larger than this, when they are decoded as small as their format allows, are shown without a picture."""
PATIENCE = 0.4
"""Seconds in which a menu must be open: pictures that are not there by then come the next time."""


class RecentMenu(QMenu):
    """The newest first.

    Signals:
        chosen(Path): open this file.
        cleared(): forget all of them.
    """

    chosen = Signal(object)
    cleared = Signal()

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setObjectName("recentMenu")
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.show_pictures)

    def fill(self, names: Sequence[str]) -> None:
        """Offer these files; where several have one name, their folders tell them apart."""
        self.clear()
        paths = [Path(name) for name in names]
        count = Counter(path.name for path in paths)
        for path in paths:
            text = path.name if count[path.name] == 1 else f"{path.name}  –  {path.parent.name}"
            # One ampersand would underline the letter behind it.
            action = self.addAction(text.replace("&", "&&"))
            action.setToolTip(str(path))
            action.setData(str(path))
            action.triggered.connect(lambda _=False, path=path: self.chosen.emit(path))
        if paths:
            self.addSeparator()
            self.addAction(self.tr("Clear the list"), self.cleared.emit)
        self.setEnabled(bool(paths))

    def show_pictures(self) -> None:
        """Read the pictures that are missing; they lie in the files, so nobody pays for them at the start."""
        end = time.monotonic() + PATIENCE
        ratio = self.devicePixelRatioF()
        for action in self.actions():
            if action.data() and action.icon().isNull() and time.monotonic() < end:
                pixels = small_picture(Path(action.data()), round(SIDE * ratio))
                if pixels is not None:
                    action.setIcon(QIcon(_centred(pixels, ratio)))


def _centred(pixels: NDArray[np.uint8], ratio: float) -> QPixmap:
    """A picture in the middle of a square, so that names stand below each other."""
    height, width = pixels.shape[:2]
    square = QPixmap(round(SIDE * ratio), round(SIDE * ratio))
    square.fill(Qt.GlobalColor.transparent)
    painter = QPainter(square)
    painter.drawImage((square.width() - width) // 2, (square.height() - height) // 2, image_of(pixels))
    painter.end()
    square.setDevicePixelRatio(ratio)
    return square


def small_picture(path: Path, side: int) -> NDArray[np.uint8] | None:
    """A project's thumbnail, or an image made small, uint8 (h, w, 3) with the longer side of `side`; None without."""
    image: Image.Image
    try:
        if path.suffix.lower() == SUFFIX:
            pixels = read_thumbnail(path)
            if pixels is None:
                return None
            image = Image.fromarray(pixels)
        else:
            image = open_image(path)
            image.draft("RGB", (2 * side, 2 * side))
            if image.width * image.height > MOST_PIXELS:
                return None
            image = ImageOps.exif_transpose(load_pixels(image, path)).convert("RGB")
    except UserError:
        return None
    image.thumbnail((side, side))
    return np.asarray(image)
