"""Notes over the canvas that never block: one line, details to copy, gone by itself unless it is an error."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
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
        self._action = QPushButton()
        self._action.setAccessibleName(self.tr("Messages"))
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
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        for button in (self._action, self._more, self._copy, self._close):
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
        self._action.clicked.connect(self._act)
        self._handler: Handler | None = None
        self._question: Callable[[], None] | None = None
        self._asking = False
        parent.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """The note shown, empty when there is none."""
        return self._text.text() if self.isVisible() else ""

    def ask(self, text: str, action: str, handler: Handler) -> None:
        """Show a warning with a button that waits for an answer: it comes back after notes that are shown meanwhile."""

        def answer() -> None:
            self._question = None
            handler()

        def show() -> None:
            self.show_message(text, "warning", action=action, handler=answer)
            self._asking = True

        self._question = show
        show()

    def show_message(
        self, text: str, kind: str = "info", details: str = "", action: str = "", handler: Handler | None = None
    ) -> None:
        """Show a note of kind "info", "success", "warning" or "error"; `action` names a button that calls `handler`."""
        self._asking = False
        colors = theme.current()
        self._text.setText(text)
        self._icon.setPixmap(pixmap(kind, getattr(colors, kind), 20, self.devicePixelRatioF()))
        self._close.setIcon(theme.themed("close"))
        self._details.setPlainText(details)
        self._more.setChecked(False)
        self._more.setVisible(bool(details))
        self._copy.setVisible(bool(details))
        self._details.setVisible(False)
        self._action.setText(action)
        self._action.setAccessibleName(action)
        self._action.setVisible(bool(action))
        self._handler = handler
        self.show()
        self.raise_()
        self._place()
        if kind in SHOWN_FOR and not action:
            self._timer.start(SHOWN_FOR[kind])
        else:
            self._timer.stop()

    def add_action(self, action: str, handler: Handler) -> None:
        """Give the note that is shown a button."""
        self._action.setText(action)
        self._action.setAccessibleName(action)
        self._action.show()
        self._handler = handler
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

    def _act(self) -> None:
        handler, self._handler = self._handler, None
        if self._asking:
            self.hide()
        else:
            self._over()
        if handler is not None:
            handler()
