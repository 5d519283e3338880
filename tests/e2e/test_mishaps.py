"""What no code expected must not take the window with it, and must be told."""

from __future__ import annotations

import sys
import threading

import pytest

from app.mishaps import tell_of_errors


@pytest.fixture
def own_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)


@pytest.mark.usefixtures("own_hooks")
def test_what_nobody_caught_is_told_with_details_to_copy(studio, capsys: pytest.CaptureFixture[str]) -> None:
    tell_of_errors(studio.session)

    def wrong() -> None:
        raise ZeroDivisionError("by hand")

    for where in (lambda: studio.session.document.modified_changed.emit(True), threading.Thread(target=wrong).start):
        studio.session.document.modified_changed.connect(wrong)
        where()
        studio.session.document.modified_changed.disconnect(wrong)
        studio.wait(lambda: bool(studio.window.messages.text))
        assert "ZeroDivisionError: by hand" in studio.window.messages.text
        assert "in wrong" in studio.window.messages._details.toPlainText()
        assert "by hand" in capsys.readouterr().err
        studio.window.messages._close.click()
    studio.settle()
