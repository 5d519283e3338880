"""Record a short session in the real window as an animation for the README.

    python scripts/make_demo.py [-o docs/gallery/demo.webp] [--bundle B] [--theme dark]        (make demo-gif)

A hand of real mouse events paints a longer skirt, slides a style, takes styles from other pictures and morphs. After
each movement the script waits for the picture that the network draws, then grabs the window: what is seen is what the
program does, at an even pace on any computer. The people are the bundled example maps, drawn by the network.
"""

from __future__ import annotations

import argparse
import atexit
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["SMIS_CONFIG_DIR"] = tempfile.mkdtemp(prefix="smis-demo-")

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QApplication, QTabBar, QWidget

from app.examples import FOLDER, open_example
from app.panels.classes import ClassesPanel
from app.panels.morph import MorphPanel
from app.panels.photos import PhotosPanel
from app.panels.styles import StylesPanel
from app.settings import Settings
from app.window import MainWindow
from model.images import write_picture

ROOT = Path(__file__).resolve().parents[1]
SIZE = (1200, 750)
"""The window, in pixels; the animation is 0.8 times as large."""
WIDTH = 960
RATE = 18
PATIENCE = 600.0
"""Seconds to wait for a picture before giving up."""


class Film:
    """The frames so far, and the hand that is seen in them."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.frames: list[Image.Image] = []
        self.at = QPointF(SIZE[0] * 0.52, SIZE[1] * 0.9)
        self.caption = ""

    def settle(self) -> None:
        """Wait for the picture of the document as it stands, then let the widgets be drawn."""
        session, end = self.window.session, time.monotonic() + PATIENCE
        while session.picture is None or session.picture_pending:
            QApplication.processEvents()
            if time.monotonic() > end:
                raise SystemExit("the network did not draw the picture")
            time.sleep(0.002)
        QApplication.processEvents()

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something in the background."""
        end = time.monotonic() + PATIENCE
        while not condition():
            QApplication.processEvents()
            if time.monotonic() > end:
                raise SystemExit("a background job did not end")
            time.sleep(0.01)

    def shoot(self, times: int = 1) -> None:
        """Grab the window as it is, with the hand and the caption; `times` frames of it."""
        self.settle()
        image = self.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_caption(painter)
        if not self._ring_shown():
            self._draw_arrow(painter)
        painter.end()
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        pixels = rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3)
        height = round(image.height() * WIDTH / image.width())
        frame = Image.fromarray(pixels.copy()).resize((WIDTH, height), Image.Resampling.LANCZOS)
        self.frames += [frame] * times

    def move(self, widget: QWidget, point: QPointF, frames: int, held: bool = False) -> None:
        """Bring the hand to a point of a widget in some frames, slow at both ends."""
        start, end = self.at, QPointF(widget.mapTo(self.window, point.toPoint()))
        canvas = self.window.canvas
        if widget is not canvas:
            # The ring of the brush goes with the pointer.
            QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
        for number in range(1, frames + 1):
            share = number / frames
            share = share if held else share * share * (3 - 2 * share)
            self.at = start + (end - start) * share
            here = QPointF(widget.mapFrom(self.window, self.at.toPoint()))
            if held or widget is canvas:
                self.send(widget, QEvent.Type.MouseMove, here, held)
            self.shoot()

    def click(self, widget: QWidget, point: QPointF, frames: int = 6) -> None:
        """Bring the hand there and click."""
        self.move(widget, point, frames)
        self.send(widget, QEvent.Type.MouseButtonPress, point, True)
        self.send(widget, QEvent.Type.MouseButtonRelease, point, False)
        self.shoot(2)

    def drag(self, widget: QWidget, points: Iterable[QPointF], frames: int) -> None:
        """Press at the first point and draw through the others, `frames` frames from each to the next."""
        first, *rest = points
        self.move(widget, first, 7)
        self.send(widget, QEvent.Type.MouseButtonPress, first, True)
        for point in rest:
            self.move(widget, point, frames, held=True)
        self.send(widget, QEvent.Type.MouseButtonRelease, rest[-1], False)
        self.shoot(3)

    def send(self, widget: QWidget, kind: QEvent.Type, point: QPointF, held: bool) -> None:
        """One mouse event, as the system would send it."""
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        button = none if kind == QEvent.Type.MouseMove else left
        buttons = left if held else none
        place = QPointF(widget.mapToGlobal(point.toPoint()))
        QApplication.sendEvent(widget, QMouseEvent(kind, point, place, button, buttons, Qt.KeyboardModifier.NoModifier))

    def save(self, path: Path) -> None:
        """Write the animation; the suffix names the format."""
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whole pictures often: what changes slowly would else be left standing in blocks.
        options: dict[str, Any] = {"quality": 84, "method": 4, "kmin": 2, "kmax": 3} if path.suffix == ".webp" else {}
        first, *others = self.frames
        first.save(path, save_all=True, append_images=others, duration=round(1000 / RATE), loop=0, **options)

    def _ring_shown(self) -> bool:
        canvas = self.window.canvas
        return canvas.rect().contains(canvas.mapFrom(self.window, self.at.toPoint()))

    def _draw_caption(self, painter: QPainter) -> None:
        font = QFont(self.window.font())
        font.setPixelSize(21)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        wide = painter.fontMetrics().horizontalAdvance(self.caption) + 44
        canvas = self.window.canvas
        corner = canvas.mapTo(self.window, QPoint(canvas.width() // 2, canvas.height()))
        pill = QRectF(corner.x() - wide / 2, corner.y() - 62, wide, 44)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 190))
        painter.drawRoundedRect(pill, 22, 22)
        painter.setPen(QColor("white"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self.caption)

    def _draw_arrow(self, painter: QPainter) -> None:
        points = ((0, 0), (0, 21), (5.2, 16.4), (8.6, 24), (12.4, 22.3), (9, 14.9), (15.6, 14.6))
        painter.setPen(QPen(QColor("black"), 1.4))
        painter.setBrush(QColor("white"))
        painter.drawPolygon(QPolygonF([self.at + QPointF(x, y) for x, y in points]))


def centre(widget: QWidget) -> QPointF:
    return QPointF(widget.rect().center())


def pick_class(film: Film, name: str) -> None:
    """Click a class in its dock."""
    panel = film.window.panels["classes"]
    assert isinstance(panel, ClassesPanel)
    row = film.window.session.label_set.index_of(name)
    place = panel.list.visualRect(panel.proxy.mapFromSource(panel.model.index(row)))
    film.click(panel.list.viewport(), QPointF(place.left() + 70, place.center().y()))


def open_dock(film: Film, dock: str) -> None:
    """Click the tab of a dock."""
    title = film.window.docks[dock].windowTitle()
    for bar in film.window.findChildren(QTabBar):
        for number in range(bar.count()):
            if bar.isVisible() and bar.tabText(number) == title:
                film.click(bar, QPointF(bar.tabRect(number).center()))
                return
    film.window.show_panel(dock)


def paint(film: Film) -> None:
    """A longer skirt, with the brush."""
    window = film.window
    film.caption = "Paint"
    film.shoot(8)
    pick_class(film, "skirt")
    window.use_tool("brush")
    window.options.set_size(34)
    across = [(104, 236), (154, 240), (153, 262), (103, 262), (101, 284), (156, 284), (157, 304), (100, 304)]
    film.drag(window.canvas, [window.canvas.from_map(x, y) for x, y in across], 4)


def slide(film: Film) -> None:
    """The top's first slider, to and fro."""
    film.caption = "Slide a style"
    pick_class(film, "top")
    panel = film.window.panels["styles"]
    assert isinstance(panel, StylesPanel)
    slider = panel._rows[0].slider
    middle, y = slider.width() / 2, slider.height() / 2
    ends = [middle, slider.width() - 12, 14, slider.width() * 0.72]
    film.drag(slider, [QPointF(x, y) for x in ends], 8)


def mix(film: Film) -> None:
    """Styles of classes from other pictures, by clicks in the table."""
    film.caption = "Take styles from other photos"
    window = film.window
    panel = window.panels["photos"]
    assert isinstance(panel, PhotosPanel)
    open_dock(film, "photos")
    film.shoot(4)
    for name, column in (("hair", 1), ("top", 2), ("skirt", 0), ("legwear", 1)):
        row = window.session.label_set.index_of(name)
        shown = [place for place, photo in enumerate(panel.photos) if row in photo.pictures]
        if not shown:
            continue
        item = panel.table.item(row, column if column in shown else shown[-1])
        assert item is not None
        panel.table.scrollToItem(item)
        film.click(panel.table.viewport(), QPointF(panel.table.visualItemRect(item).center()))
        film.shoot(3)


def morph(film: Film) -> None:
    """From these styles to drawn ones along the time line."""
    film.caption = "Morph"
    panel = film.window.panels["morph"]
    assert isinstance(panel, MorphPanel)
    open_dock(film, "morph")
    film.click(panel.add, centre(panel.add), 5)
    film.click(panel.dice, centre(panel.dice), 4)
    slider = panel.time.slider
    y = slider.height() / 2
    film.drag(slider, [QPointF(8, y), QPointF(slider.width() - 8, y)], 20)
    film.shoot(10)


def draw_people(window: MainWindow, folder: Path) -> list[Path]:
    """Pictures to take styles from: example maps as the network draws them in random styles."""
    import torch

    from model.engine import Renderer
    from model.labels import read_label_map
    from model.styles.sampling import sample_codes

    facts = window.session.facts
    assert facts is not None
    renderer = Renderer(facts.bundle)
    paths = []
    for seed, name in ((0, "long-coat"), (17, "shorts-and-socks"), (3, "hat-and-dress")):
        labels = read_label_map(FOLDER / f"{name}.png", facts.label_set)
        with torch.inference_mode():
            frame = renderer.render(labels, sample_codes(facts.bundle, seed))
        paths.append(folder / f"{name}.png")
        write_picture(paths[-1], frame.pixels)
    return paths


def main() -> int:
    atexit.register(shutil.rmtree, os.environ["SMIS_CONFIG_DIR"], ignore_errors=True)
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs" / "gallery" / "demo.webp")
    parser.add_argument("--bundle", default="")
    parser.add_argument("--theme", choices=("light", "dark"), default="dark")
    options = parser.parse_args()
    QApplication(["demo"])
    settings = Settings(bundle=options.bundle, device="cpu", theme=options.theme, view_mode="side", tour_done=True)
    window = MainWindow(settings, open_example(FOLDER / "skirt-and-tights.png"))
    window.resize(*SIZE)
    window.show()
    # The film runs at a pace of its own: what a picture took while it was recorded would only confuse.
    window.status.time_label.hide()
    window.session.rng = np.random.default_rng(5)
    window.session.start()
    film = Film(window)
    film.settle()
    with tempfile.TemporaryDirectory() as folder:
        panel = window.panels["photos"]
        assert isinstance(panel, PhotosPanel)
        people = draw_people(window, Path(folder))
        panel.add_photos(people)
        film.until(lambda: len(panel.photos) == len(people))
    for scene in (paint, slide, mix, morph):
        scene(film)
    window.session.document.mark_saved(None)
    window.close()
    film.save(options.output)
    seconds = len(film.frames) / RATE
    print(f"{options.output}: {len(film.frames)} frames, {seconds:.1f} s, {options.output.stat().st_size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
