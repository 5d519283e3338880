"""Every dialog, dock and bar of the editor as a picture, for `screenshots.py --all`: one window, its own actions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.dialogs.fitted import FittedDialog
from app.dialogs.mapping import MappingDialog
from app.document.foreign import read_foreign
from app.rendering.fitting import FittedStyles
from app.settings import Settings
from app.widgets.message_bar import Answer
from app.window import MainWindow
from model.images import write_picture
from model.labels import write_label_map

LIMIT = 120_000
SETTLED = 400
DIALOGS = (
    "file.new",
    "file.open",
    "edit.settings",
    "edit.shortcuts",
    "help.keys",
    "help.about",
    "model.choose",
    "model.import_official",
    "export.picture",
)


class Screens:
    """A window and the folder its pictures go to."""

    def __init__(self, folder: Path, theme: str, bundle: str) -> None:
        self.folder = folder
        self.window = MainWindow(Settings(theme=theme, bundle=bundle, tour_done=True, view_mode="side"))
        self.window.resize(1320, 860)
        self.window.show()
        self.session = self.window.session
        self.session.start()

    def pause(self, milliseconds: int = SETTLED) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something.

        Raises:
            TimeoutError: it did not come about in `LIMIT`.
        """
        for _ in range(LIMIT // 50):
            if condition():
                return self.pause()
            self.pause(50)
        raise TimeoutError("the window never got there")

    def settled(self) -> None:
        self.until(lambda: self.session.picture is not None and not self.session.picture_pending)

    def save(self, name: str, widget: QWidget | None = None) -> None:
        path = self.folder / f"{name}.png"
        (widget or self.window).grab().save(str(path))
        print(path)

    def modal(self, name: str, open_it: Callable[[], object]) -> None:
        """Save the dialogs that a call opens, one after the other, and give each up."""
        count = 0

        def look() -> None:
            nonlocal count
            dialog = QApplication.activeModalWidget()
            if dialog is None:
                return
            count += 1
            self.save(name if count == 1 else f"{name}-{count}", dialog)
            QTimer.singleShot(SETTLED, look)
            dialog.close()

        QTimer.singleShot(SETTLED, look)
        open_it()
        self.pause()

    def beside(self, name: str, dialog: QDialog) -> None:
        dialog.show()
        self.pause()
        self.save(name, dialog)
        dialog.close()

    # What there is ---------------------------------------------------------------------------------

    def take_all(self) -> None:
        self.settled()
        self.session.pick_class(min(6, len(self.session.label_set) - 1))
        self.pause(1500)
        self.docks()
        self.dialogs()
        self.bars()
        self.photos()

    def docks(self) -> None:
        for name, dock in self.window.docks.items():
            self.window.show_panel(name)
            self.pause(1000)
            self.save(f"dock-{name}", dock)
        for menu in self.window.menuBar().actions():
            shown = menu.menu()
            if isinstance(shown, QWidget):
                shown.resize(shown.sizeHint())
                self.save(f"menu-{menu.text().replace('&', '').lower()}", shown)
        self.recent()
        for mode in ("overlay", "outlines", "split", "side"):
            self.window.actions_table[f"view.{mode}"].trigger()
            self.pause()
            self.save(f"view-{mode}", self.window.canvas)
        for name in self.window.tools:
            if f"tool.{name}" in self.window.actions_table.specs:
                self.window.use_tool(name)
                self.pause(50)
                self.save(f"options-{name}", self.window.options)
        self.window.use_tool("brush")

    def recent(self) -> None:
        picture, menu = self.session.picture, self.window.recent_menu
        assert picture is not None
        files = [self.folder / name for name in ("summer.jpg", "winter.png", "gone.smis")]
        for file in files[:2]:
            write_picture(file, picture)
        menu.fill([str(file) for file in files])
        menu.show_pictures()
        menu.resize(menu.sizeHint())
        self.save("menu-recent", menu)
        menu.fill([])
        for file in files[:2]:
            file.unlink()

    def dialogs(self) -> None:
        table = self.window.actions_table
        for name in DIALOGS:
            self.modal(name.replace(".", "-"), table[name].trigger)
        self.modal("class-colour", lambda: self.window.panels["classes"]._choose_color(6))  # type: ignore[attr-defined]
        picture = self.session.picture
        assert picture is not None
        figure = np.concatenate([picture, picture, picture], axis=1)
        fitted = FittedStyles(np.zeros((1, 1, 1, 1), np.float32), figure, 33.5, 30.8)
        self.beside("fitted", FittedDialog(fitted, self.window))
        file = self.folder / "polygons.json"
        shapes = [
            {"label": name, "points": [[9 * place, 8], [9 * place + 8, 8], [9 * place, 60]], "shape_type": "polygon"}
            for place, name in enumerate(("hair", "sneaker", "a very long name of a class that nobody has"))
        ]
        file.write_text(json.dumps({"shapes": shapes, "imageHeight": 64, "imageWidth": 48, "version": "5"}))
        label_set = self.session.document.label_set
        self.beside("mapping", MappingDialog(read_foreign(file), label_set, file.name, self.window))
        file.unlink()
        self.batch()
        self.session.document.replace_labels(np.roll(self.session.document.labels, 3, axis=1), "moved")
        self.modal("unsaved", self.window.files.may_leave)
        self.session.document.undo()
        self.settled()

    def batch(self) -> None:
        from app.dialogs.batch import BatchDialog

        maps, pictures = self.folder / "maps", self.folder / "pictures"
        maps.mkdir(exist_ok=True)
        write_label_map(maps / "figure.png", self.session.document.labels, self.session.document.label_set)
        (maps / "broken.png").write_bytes(b"no picture")
        dialog = BatchDialog(self.session, self.window)
        dialog.show()
        self.pause()
        self.save("batch-empty", dialog)
        dialog.source.setText(str(maps))
        dialog.target.setText(str(pictures))
        dialog.start()
        self.until(lambda: dialog.report is not None)
        self.save("batch-report", dialog)
        dialog.close()
        for folder in (maps, pictures):
            for file in folder.glob("*"):
                file.unlink()
            folder.rmdir()

    def bars(self) -> None:
        window = self.window
        window.session.say(
            "The disk is full, so /home/ada/Pictures/summer.smis was not written.", "error", "Traceback\n"
        )
        self.pause()
        self.save("error", window.canvas)
        window.messages._more.click()
        self.pause()
        self.save("error-details", window.canvas)
        kept = "The program ended unexpectedly. Unsaved work of 2 Nov 2026 14:05 was kept."
        window.messages.ask(kept, [Answer(text, lambda: None) for text in ("Recover", "Discard", "Later")])
        self.pause()
        self.save("recovery", window.canvas)
        window.messages.hide()
        window.start_tour()
        for step in range(5):
            self.pause()
            self.save(f"tour-{step + 1}")
            window._tour.forward()  # type: ignore[union-attr]
        window.actions_table["view.rulers"].trigger()
        self.pause()
        self.save("rulers", window.canvas)
        window.actions_table["view.rulers"].trigger()

    def photos(self) -> None:
        """The network's own picture stands for a photo, twice beside itself for a photo of two people."""
        window, picture = self.window, self.session.picture
        assert picture is not None
        for name, pixels in (("photo", picture), ("people", np.concatenate([picture, picture[:, ::-1]], axis=1))):
            file = self.folder / f"{name}-of-the-network.png"
            write_picture(file, np.ascontiguousarray(pixels))
            window.review.open(file)
            self.until(lambda: window.review.active)
            self.save(f"review-{name}")
            if name == "people":
                window.review.give_up()
            else:
                window.review.accept()
                self.until(lambda: not window.review.active)
                self.settled()
                self.save("photo-accepted")
            file.unlink()

    def close(self) -> None:
        self.session.document.mark_saved(None)
        self.window.close()


def take_all(folder: Path, theme: str, bundle: str) -> None:
    """Write a picture of every part of the window to a folder."""
    app = QApplication(["screenshots"])
    folder.mkdir(parents=True, exist_ok=True)
    screens = Screens(folder, theme, bundle)
    screens.take_all()
    screens.close()
    app.processEvents()
