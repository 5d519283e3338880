"""Icons: the project's own SVG files, drawn in the colours of the theme."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "icons"


class _Engine(QIconEngine):
    """Draws the file when it is shown, at the size it is shown in: most icons are in menus that nobody opens."""

    def __init__(self, name: str, color: str, active: str, disabled: str) -> None:
        super().__init__()
        self._name, self._color, self._active, self._disabled = name, color, active, disabled

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return pixmap(self._name, self._shade(mode, state), min(size.width(), size.height()))

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        _renderer(self._name, self._shade(mode, state)).render(painter, QRectF(rect))

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._color, self._active, self._disabled)

    def _shade(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode == QIcon.Mode.Disabled:
            return self._disabled
        return self._active if state == QIcon.State.On else self._color


@lru_cache(maxsize=512)
def icon(name: str, color: str, active: str | None = None, disabled: str | None = None) -> QIcon:
    """An icon of assets/icons in theme colours.

    Args:
        color: of the normal state; active: of the checked state; disabled: of the disabled state ("#rrggbb" each).
    """
    return QIcon(_Engine(name, color, active or color, disabled or color))


@lru_cache(maxsize=1024)
def pixmap(name: str, color: str, size: int, ratio: float = 1.0) -> QPixmap:
    """An icon as a square pixmap of `size` logical pixels."""
    image = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    _renderer(name, color).render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


@lru_cache(maxsize=256)
def _renderer(name: str, color: str) -> QSvgRenderer:
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", QColor(color).name())
    return QSvgRenderer(QByteArray(text.encode()))
