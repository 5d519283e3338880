"""Starts the editor: reads the command line and the settings, shows the window, then loads what is slow."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app import language, welcome
from app.collector import Collector
from app.mishaps import tell_of_errors
from app.settings import load_settings
from app.window import TITLE, MainWindow

SWITCH_INTERVAL = 0.0005
"""Seconds after which a Python thread in the background gives way: every Qt call of the window may have to wait that
long."""


FRAME = QSize(16, 48)
"""Logical pixels that a title bar and borders take, at most."""


def fit_on_screen(window: QWidget) -> None:
    """Let a window that is larger than its screen fill the screen: its foot, with the status bar, would lie outside."""
    room = window.screen().availableSize() - FRAME
    if window.width() > room.width() or window.height() > room.height():
        window.resize(window.size().boundedTo(room))
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)


def main(argv: Sequence[str] | None = None) -> int:
    """Open the editor; `argv` may name a project, a label map or a photo. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="smis-studio", description="Paint label maps, see the photo.")
    parser.add_argument("file", nargs="?", type=Path, help="a .smis project, a label map or a photo to open")
    parser.add_argument("--bundle", default=None, help="the network to use: a bundle's name or folder")
    parser.add_argument("--device", default=None, choices=("auto", "cpu", "cuda"), help="where to compute")
    options = parser.parse_args(list(sys.argv[1:] if argv is None else argv))
    sys.setswitchinterval(SWITCH_INTERVAL)
    app = QApplication.instance() or QApplication(["smis-studio"])
    assert isinstance(app, QApplication)
    app.setApplicationName("smis-studio")
    app.setApplicationDisplayName(TITLE)
    settings = load_settings()
    if options.bundle is not None:
        settings.bundle = options.bundle
    if options.device is not None:
        settings.device = options.device
    language.install(app, settings.language)
    window = MainWindow(settings)
    if not settings.geometry:
        fit_on_screen(window)
    Collector(window.session)
    tell_of_errors(window.session)
    window.show()
    # The window is painted before the threads start to import torch.
    QTimer.singleShot(0, window.session.start)
    QTimer.singleShot(0, lambda: welcome.offer_recovery(window))
    if not settings.tour_done:
        QTimer.singleShot(600, window.start_tour)
    if options.file is not None:
        QTimer.singleShot(0, lambda: window.files.open_path(options.file, ask=False))
    return int(app.exec())
