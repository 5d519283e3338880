"""Notes over the canvas that never block: one line, details to copy, gone by itself unless it is an error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.icons import pixmap

SHOWN_FOR = {"info": 7000, "success": 4000, "warning": 12000}
"""Milliseconds that a note stays; errors stay until closed."""

MARGIN = 12

Handler = Callable[[], object]


@dataclass(frozen=True)
class Answer:
    """A button of a note: what it says, what it does, and what it says of that at length."""

    text: str
    handler: Handler
    hint: str = ""


class MessageBar(QFrame):
    """Lies over the top of its parent and shows the newest note."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self.setAccessibleName(self.tr("Messages"))
        # The canvas under it hides the pointer where a brush shows its ring.
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._answers: list[QPushButton] = []
        self._more = QPushButton(self.tr("Details"))
        self._more.setCheckable(True)
        self._copy = QPushButton(self.tr("Copy"))
        self._close = QToolButton()
        self._close.setToolTip(self.tr("Close this message"))
        self._close.setAccessibleName(self.tr("Close this message"))
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setFixedHeight(140)
        self._details.setAccessibleName(self.tr("Details"))
        row = self._row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        for button in (self._more, self._copy, self._close):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.addLayout(row)
        layout.addWidget(self._details)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._over)
        self._more.toggled.connect(self._toggle_details)
        self._copy.clicked.connect(self._copy_details)
        self._close.clicked.connect(self._over)
        self._question: Callable[[], None] | None = None
        self._asking = False
        parent.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """The note shown, empty when there is none."""
        return self._text.text() if self.isVisible() else ""

    @property
    def answers(self) -> list[QPushButton]:
        """The buttons of the note that is shown, the first of them what one usually wants."""
        return list(self._answers)

    def ask(self, text: str, answers: Sequence[Answer], picture: QPixmap | None = None) -> None:
        """Show a warning with buttons that waits for an answer: it comes back after notes that are shown meanwhile."""

        def show() -> None:
            self.show_message(text, "warning", answers=answers, picture=picture)
            self._asking = True

        self._question = show
        show()

    def show_message(
        self,
        text: str,
        kind: str = "info",
        details: str = "",
        answers: Sequence[Answer] = (),
        picture: QPixmap | None = None,
    ) -> None:
        """Show a note of kind "info", "success", "warning" or "error".

        Args:
            details: shown and copied when asked for.
            answers: buttons; with any, the note stays until it is answered or closed.
            picture: shown in place of the kind's mark.
        """
        self._asking = False
        colors = theme.current()
        self._text.setText(text)
        mark = pixmap(kind, getattr(colors, kind), 20, self.devicePixelRatioF())
        self._icon.setPixmap(mark if picture is None else picture)
        self._close.setIcon(theme.themed("close"))
        self._details.setPlainText(details)
        self._more.setChecked(False)
        self._more.setVisible(bool(details))
        self._copy.setVisible(bool(details))
        self._details.setVisible(False)
        self._set_answers(answers)
        self.show()
        self.raise_()
        self._place()
        if kind in SHOWN_FOR and not answers:
            self._timer.start(SHOWN_FOR[kind])
        else:
            self._timer.stop()

    def add_answer(self, answer: Answer) -> None:
        """Give the note that is shown a button in place of those it has."""
        self._set_answers([answer])
        self._timer.stop()
        self._place()

    def withdraw(self, text: str) -> None:
        """Hide a note that is true no longer, where it is still shown."""
        if self.text == text:
            self._over()

    def _over(self) -> None:
        """The note was closed, or its time is over."""
        if self._asking:
            self._question = None
        self.hide()
        if self._question is not None:
            self._question()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        width = min(720, parent.width() - 2 * MARGIN)
        width = max(200, width)
        layout = self.layout()
        assert layout is not None
        # What was shown and hidden since the last layout counts at once; a text that wraps needs its width to be known.
        layout.activate()
        self.setFixedSize(width, layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else self.height())
        self.move((parent.width() - self.width()) // 2, MARGIN)

    def _toggle_details(self, on: bool) -> None:
        self._details.setVisible(on)
        self._timer.stop()
        self._place()

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(f"{self._text.text()}\n\n{self._details.toPlainText()}")

    def _set_answers(self, answers: Sequence[Answer]) -> None:
        for button in self._answers:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._answers = []
        for number, answer in enumerate(answers):
            button = QPushButton(answer.text)
            button.setAccessibleName(answer.text)
            button.setToolTip(answer.hint)
            button.setProperty("primary", number == 0 and len(answers) > 1)
            button.clicked.connect(partial(self._answer, answer.handler))
            self._row.insertWidget(self._row.indexOf(self._more), button)
            self._answers.append(button)

    def _answer(self, handler: Handler) -> None:
        if self._asking:
            self._question = None
            self.hide()
        else:
            self._over()
        handler()
