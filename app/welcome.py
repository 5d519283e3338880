"""What greets the user: the tour at the first start, the offer to recover work after a crash."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale
from PySide6.QtWidgets import QToolBar

from app.document.project import read_thumbnail, read_title
from app.document.recovery import KEPT_DAYS, discard, left_behind, recover, take_back, tidy
from app.telling import told
from app.widgets.message_bar import Answer
from app.widgets.pixels import fitted_pixmap
from app.widgets.tour import Stop, Tour
from model.errors import UserError

if TYPE_CHECKING:
    from app.window import MainWindow


PICTURE = 48
"""Logical pixels of the longer side of the picture of what can be recovered."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Welcome", text)


def tour(window: MainWindow) -> Tour:
    """Start the short tour; that it ended is remembered for ever."""

    def done() -> None:
        window.settings.tour_done = True
        window.settings.save()

    stops = (
        Stop(
            window.findChild(QToolBar, "tools"),
            _tr("Paint"),
            _tr("Take a brush, a lasso or a shape and paint clothes into the map."),
        ),
        Stop(
            window.docks["classes"],
            _tr("Pick what you paint"),
            _tr("Each colour is a class. Hide, lock or protect a class with the marks beside its name."),
        ),
        Stop(window.canvas, _tr("Watch"), _tr("The picture follows while your hand still moves.")),
        Stop(
            window.docks["styles"],
            _tr("Change the style"),
            _tr("Drag a slider, throw the dice, or ask for more like this. Only that class changes."),
        ),
        Stop(
            window.options.widgetForAction(window.actions_table["file.open"]),
            _tr("Open a photo of your own"),
            _tr("Its clothes are found and their styles are taken. F1 shows all keys."),
        ),
    )
    return Tour(window, stops, done)


def offer_recovery(window: MainWindow) -> None:
    """After a crash: offer what was not saved, one document after the other."""
    tidy(window.autosaver.folder)
    _offer(window, left_behind(window.autosaver.folder))


def _offer(window: MainWindow, left: list[Path]) -> None:
    # Another window may have taken one over meanwhile.
    left = [path for path in left if path.is_file()]
    if not left:
        return
    newest, *others = left
    when = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(newest.stat().st_mtime)), QLocale.FormatType.ShortFormat)
    title = read_title(newest)
    text = (
        _tr("The program ended unexpectedly. Unsaved work on “{0}”, last changed {1}, was kept.").format(title, when)
        if title
        else _tr("The program ended unexpectedly. Unsaved work of {0} was kept.").format(when)
    )
    if others:
        text += " " + _tr("(1 of {0})").format(len(left))
    thumbnail = read_thumbnail(newest)
    window.messages.ask(
        text,
        (
            Answer(_tr("Recover"), partial(_recover, window, left)),
            Answer(
                _tr("Discard"),
                partial(_discard, window, left),
                _tr("This can be undone; the file stays on the disk for {0} days").format(KEPT_DAYS),
            ),
            Answer(_tr("Later"), lambda: None, _tr("Ask again at the next start")),
        ),
        None if thumbnail is None else fitted_pixmap(thumbnail, PICTURE, window.devicePixelRatioF()),
    )


def _recover(window: MainWindow, left: list[Path]) -> None:
    newest, *others = left
    if not window.files.may_leave():
        _offer(window, left)
        return
    try:
        document = recover(newest)
    except UserError as error:
        _offer(window, others)
        window.session.say(told(error), "error")
        return

    def taken() -> None:
        window.autosaver.save_now()
        reviewing = window.session.document.reviewing
        window.session.saver.take_over_recovery(window.autosaver.folder, newest, reviewing)

    if document.reviewing:
        window.review.resume(document, taken)
    else:
        window.session.open_document(document)
        taken()
    _offer(window, others)


def _discard(window: MainWindow, left: list[Path]) -> None:
    newest, *others = left
    try:
        kept = discard(newest)
    except UserError as error:
        _offer(window, left)
        window.session.say(told(error), "error")
        return

    def undo() -> None:
        take_back(kept)
        _offer(window, left)

    _offer(window, others)
    window.messages.show_message(_tr("The work that was kept is discarded."), answers=[Answer(_tr("Undo"), undo)])
