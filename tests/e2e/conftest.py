"""The real window, offscreen, with a real network at tiny widths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from app.document.document import Document
from app.settings import Settings
from app.window import MainWindow
from model.labels import builtin_label_set

WAIT = 45_000


def figure() -> np.ndarray:
    """A small person: 48 x 32 with face, top, trousers."""
    labels = np.zeros((48, 32), dtype=np.uint8)
    labels[4:10, 13:19] = 2
    labels[10:24, 10:22] = 6
    labels[24:44, 11:21] = 10
    return labels


class Studio:
    """A window under test and what a hand does with it."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        self.session, self.canvas = window.session, window.canvas

    @property
    def document(self) -> Document:
        return self.session.document

    def settle(self) -> np.ndarray:
        """Wait for the exact picture of the document as it stands; returns a copy."""
        self.qtbot.waitUntil(
            lambda: self.session.picture is not None and not self.session.picture_pending, timeout=WAIT
        )
        assert self.session.picture is not None
        return self.session.picture.copy()

    def at(self, x: float, y: float) -> QPoint:
        """The point of the canvas that shows the middle of a map pixel."""
        return self.canvas.from_map(x + 0.5, y + 0.5).toPoint()

    def press(self, x: float, y: float, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mousePress(self.canvas, Qt.MouseButton.LeftButton, modifier, self.at(x, y))

    def move(self, x: float, y: float) -> None:
        QTest.mouseMove(self.canvas, self.at(x, y))

    def release(self, x: float, y: float, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mouseRelease(self.canvas, Qt.MouseButton.LeftButton, modifier, self.at(x, y))

    def drag(
        self,
        *points: tuple[float, float],
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        """Press at the first point, move through the others, release at the last."""
        self.press(*points[0], modifier)
        for point in points[1:]:
            self.move(*point)
        self.release(*points[-1], modifier)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.canvas, key, modifier)

    def trigger(self, action_id: str) -> None:
        self.window.actions_table[action_id].trigger()

    def tool(self, tool_id: str) -> None:
        self.trigger(f"tool.{tool_id}")

    def pick(self, name: str) -> int:
        index = self.session.label_set.index_of(name)
        self.session.pick_class(index)
        # The docks follow when the events that wait are handled.
        styles, shape = self.window.panels["styles"], self.window.panels["shape"]
        timers = (styles._soon, shape._soon, styles.library._later)
        self.wait(lambda: not any(timer.isActive() for timer in timers))
        return index

    def accept_photo(self) -> None:
        """Wait until a photo is shown for correction, and take it as it was read."""
        self.wait(lambda: self.window.review.active)
        reviewed = self.document
        painted = not self.window.review.bar.accept.isEnabled()
        if painted:
            # A parser of random weights may find nobody: paint somebody.
            reviewed.replace_labels(np.full_like(reviewed.labels, 6), "somebody")
        QTest.mouseClick(self.window.review.bar.accept, Qt.MouseButton.LeftButton)
        self.wait(lambda: not self.window.review.active)
        if painted:
            self.document.mark_saved(None)

    def saved(self, path: Path) -> Path:
        """Wait until a project is on disk."""
        self.wait(lambda: path.is_file() and not self.session.saver.busy)
        return path

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT)


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the settings of whoever runs it."""
    folder = tmp_path / "config"
    monkeypatch.setenv("SMIS_CONFIG_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def people_of_one_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser of random weights sees one class everywhere; that is a person here."""
    monkeypatch.setattr("app.rendering.photos.KINDS", 1)


@pytest.fixture(autouse=True)
def no_waiting_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dialog that no test answers would wait for ever: fail instead."""

    def refuse(dialog: QDialog) -> int:
        raise AssertionError(f"nobody answers {dialog!r}")

    monkeypatch.setattr(QDialog, "exec", refuse)


@pytest.fixture
def open_studio(qtbot: QtBot, tiny_bundle_path: Path) -> Iterator[Callable[..., Studio]]:
    """Opens windows and closes them after the test."""
    opened: list[Studio] = []

    def open_one(document: Document | None = None, start: bool = True, **settings: object) -> Studio:
        chosen: dict[str, object] = {
            "bundle": str(tiny_bundle_path),
            "device": "cpu",
            "tour_done": True,
            "theme": "dark",
        }
        chosen.update(settings)
        document = document or Document(figure(), builtin_label_set("street-fashion"), title="figure")
        window = MainWindow(Settings(**chosen), document)  # type: ignore[arg-type]
        window.show()
        window.activateWindow()
        window.canvas.setFocus()
        # Shortcuts reach the active window only.
        qtbot.waitUntil(window.isActiveWindow, timeout=WAIT)
        if start:
            window.session.start()
        studio = Studio(window, qtbot)
        opened.append(studio)
        return studio

    yield open_one
    for studio in opened:
        studio.document.mark_saved(None)
        studio.window.close()
        studio.window.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def studio(open_studio: Callable[..., Studio]) -> Studio:
    """A window with a small figure, its network loading."""
    return open_studio()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Answers for the system's own dialogs, which cannot be clicked offscreen: `save`, `open`, `question`, `number`."""
    from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox

    given = SimpleNamespace(
        save="", open="", folder="", question=QMessageBox.StandardButton.Cancel, asked=0, number=0, proposed=""
    )

    def ask(_box: QMessageBox) -> int:
        given.asked += 1
        return given.question

    def save_name(_parent: object, _title: str, proposed: str, *_: object) -> tuple[str, str]:
        given.proposed = proposed
        return str(given.save), "PNG (*.png)"

    def number(*arguments: object) -> tuple[int, bool]:
        """The dialog's own proposal, unless the test has a number."""
        return given.number or int(str(arguments[3])), True

    monkeypatch.setattr(QFileDialog, "getSaveFileName", save_name)
    monkeypatch.setattr(QInputDialog, "getInt", number)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(given.open), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: str(given.folder))
    monkeypatch.setattr(QMessageBox, "exec", ask)
    return given
