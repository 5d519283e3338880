"""Screenshots of the editor with a real session in it: light and dark, at 1x and 2x.

    python scripts/screenshots.py FOLDER [--bundle B] [--themes dark light] [--scales 1 2] [--all]

Each picture is made by a process of its own, because Qt takes its scale factor at the start.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

VIEWS = ("side", "overlay", "outlines", "split")
LIMIT = 180_000


def take(path: Path, theme: str, view: str, bundle: str) -> None:
    """Open the window, wait for the picture, paint a little, save what is seen."""
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from app.settings import Settings
    from app.window import MainWindow

    app = QApplication(["screenshots"])
    window = MainWindow(Settings(theme=theme, view_mode=view, bundle=bundle, tour_done=True))
    window.resize(1320, 860)
    window.show()
    loop = QEventLoop()

    def wait_for_picture() -> None:
        if window.session.picture is not None and not window.session.picture_pending:
            QTimer.singleShot(500, loop.quit)
        else:
            QTimer.singleShot(100, wait_for_picture)

    window.session.start()
    QTimer.singleShot(LIMIT, loop.quit)
    wait_for_picture()
    loop.exec()
    window.session.pick_class(min(6, len(window.session.label_set) - 1))
    # The docks follow, the library last.
    QTimer.singleShot(800, loop.quit)
    loop.exec()
    app.processEvents()
    window.grab().save(str(path))
    window.session.document.mark_saved(None)
    window.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bundle", default="")
    parser.add_argument("--themes", nargs="+", default=["dark", "light"])
    parser.add_argument("--scales", nargs="+", default=["1", "2"])
    parser.add_argument("--views", nargs="+", default=["side"], choices=VIEWS)
    parser.add_argument("--all", action="store_true", help="every dialog, dock and bar instead, a folder for each look")
    parser.add_argument("--one", nargs=2, metavar=("THEME", "VIEW"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        theme, view = options.one
        if options.all:
            from scripts.all_screens import take_all

            take_all(options.folder, theme, options.bundle)
            return 0
        take(options.folder, theme, view, options.bundle)
        return 0
    options.folder.mkdir(parents=True, exist_ok=True)
    for theme in options.themes:
        for scale in options.scales:
            for view in ["all"] if options.all else options.views:
                path = options.folder / (f"{theme}-{scale}x" if options.all else f"{theme}-{view}-{scale}x.png")
                with tempfile.TemporaryDirectory() as settings:
                    environment = {**os.environ, "QT_SCALE_FACTOR": scale, "SMIS_CONFIG_DIR": settings}
                    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
                    command = [sys.executable, __file__, str(path), "--one", theme, view, "--bundle", options.bundle]
                    command += ["--all"] if options.all else []
                    subprocess.run(command, env=environment, cwd=ROOT, check=True)
                print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
