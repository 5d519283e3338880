"""Icons: the project's own SVG files, drawn in the colours of the theme."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "icons"


@lru_cache(maxsize=512)
def icon(name: str, color: str, active: str | None = None, disabled: str | None = None) -> QIcon:
    """An icon of assets/icons in theme colours.

    Args:
        color: of the normal state; active: of the checked state; disabled: of the disabled state ("#rrggbb" each).
    """
    result = QIcon()
    states = (
        (QIcon.Mode.Normal, QIcon.State.Off, color),
        (QIcon.Mode.Normal, QIcon.State.On, active or color),
        (QIcon.Mode.Disabled, QIcon.State.Off, disabled or color),
        (QIcon.Mode.Disabled, QIcon.State.On, disabled or color),
    )
    for mode, state, shade in states:
        for size in (16, 20, 32, 40):
            result.addPixmap(pixmap(name, shade, size), mode, state)
    return result


@lru_cache(maxsize=1024)
def pixmap(name: str, color: str, size: int, ratio: float = 1.0) -> QPixmap:
    """An icon as a square pixmap of `size` logical pixels."""
    source = _text(name).replace("currentColor", QColor(color).name())
    renderer = QSvgRenderer(QByteArray(source.encode()))
    image = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


@lru_cache(maxsize=256)
def _text(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
