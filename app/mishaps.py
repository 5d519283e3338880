"""Errors that nobody caught are told in the message bar, with the traceback to copy, and the window goes on."""

from __future__ import annotations

import sys
import threading
import traceback
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from shiboken6 import isValid

if TYPE_CHECKING:
    from app.session import Session


def tell_of_errors(session: Session) -> None:
    """From now on show in the session's messages what a slot or a thread raised; stderr gets it as before."""

    def caught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error if error is not None else kind(), trace)
        if issubclass(kind, Exception) and isValid(session):
            text = QCoreApplication.translate("Mishaps", "Something went wrong in the program: {0}")
            details = "".join(traceback.format_exception(kind, error, trace))
            session.say(text.format(f"{kind.__name__}: {error}" if str(error) else kind.__name__), "error", details)

    sys.excepthook = caught
    threading.excepthook = lambda found: caught(found.exc_type, found.exc_value, found.exc_traceback)
