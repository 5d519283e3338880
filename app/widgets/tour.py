"""A short tour: a dark veil with a hole around one part of the window at a time. It can be skipped for ever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QDockWidget, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app import theme


@dataclass(frozen=True)
class Stop:
    """One part of the window and what to say about it."""

    widget: QWidget | None
    title: str
    text: str


class Tour(QWidget):
    """Covers the window until it is finished or skipped; `done` is called once then."""

    def __init__(self, window: QWidget, stops: Sequence[Stop], done: Callable[[], None]) -> None:
        super().__init__(window)
        self._stops = [stop for stop in stops if stop.widget is not None]
        self._place = 0
        self._done = done
        self.card = QFrame(self)
        self.card.setObjectName("messageBar")
        self._title = QLabel()
        self._title.setProperty("heading", True)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._count = QLabel()
        self._count.setProperty("muted", True)
        self.skip = QPushButton(self.tr("Skip"))
        self.next = QPushButton(self.tr("Next"))
        self.next.setProperty("primary", True)
        self.skip.clicked.connect(self.finish)
        self.next.clicked.connect(self.forward)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._count)
        row.addStretch(1)
        row.addWidget(self.skip)
        row.addWidget(self.next)
        layout = QVBoxLayout(self.card)
        layout.setContentsMargins(16, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addLayout(row)
        self.card.setFixedWidth(320)
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show()
        self.raise_()
        self._show_stop()

    def forward(self) -> None:
        """The next stop, or the end."""
        if self._place + 1 >= len(self._stops):
            self.finish()
        else:
            self._place += 1
            self._show_stop()

    def finish(self) -> None:
        """End the tour; it does not come back by itself."""
        window = self.parentWidget()
        if window is not None:
            window.removeEventFilter(self)
        self.hide()
        self.deleteLater()
        self._done()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        window = self.parentWidget()
        if event.type() == QEvent.Type.Resize and window is not None:
            self.setGeometry(window.rect())
            self._place_card()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.finish()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right, Qt.Key.Key_Space):
            self.forward()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil, hole = QPainterPath(), QPainterPath()
        veil.addRect(QRectF(self.rect()))
        # What stands at the edge of the window keeps its ring.
        spot = QRectF(self._spot().adjusted(-4, -4, 4, 4) & self.rect().adjusted(2, 2, -2, -2))
        hole.addRoundedRect(spot, 8, 8)
        painter.fillPath(veil.subtracted(hole), QColor(0, 0, 0, 150))
        painter.setPen(QPen(QColor(theme.current().accent), 2))
        painter.drawRoundedRect(spot, 8, 8)
        painter.end()

    def _spot(self) -> QRect:
        widget, window = self._stops[self._place].widget, self.parentWidget()
        if widget is None or window is None:
            return QRect()
        return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())

    def _show_stop(self) -> None:
        stop = self._stops[self._place]
        if isinstance(stop.widget, QDockWidget):
            # It may be closed, hidden with the others, or lie behind one.
            stop.widget.show()
            stop.widget.raise_()
            QTimer.singleShot(0, self, self._place_card)
        # The window puts what it brings to the front above everything.
        self.raise_()
        self._title.setText(stop.title)
        self._text.setText(stop.text)
        self._count.setText(f"{self._place + 1} / {len(self._stops)}")
        last = self._place + 1 == len(self._stops)
        self.next.setText(self.tr("Start") if last else self.tr("Next"))
        self.skip.setVisible(not last)
        self._place_card()
        self.next.setFocus()
        self.update()

    def _place_card(self) -> None:
        self.card.adjustSize()
        spot, card = self._spot(), self.card.size()
        if spot.width() > self.width() // 2 and spot.height() > self.height() // 2:
            # Over the picture it stands at the foot, not in front of it.
            corner = QPoint(spot.center().x() - card.width() // 2, spot.bottom() - card.height() - 24)
        elif spot.left() > self.width() // 2:
            corner = QPoint(spot.left() - card.width() - 20, spot.top() + 24)
        elif spot.height() > self.height() // 2:
            corner = QPoint(spot.right() + 20, spot.top() + 24)
        else:
            corner = QPoint(spot.left() + 24, spot.bottom() + 20)
        x = max(8, min(corner.x(), self.width() - card.width() - 8))
        y = max(8, min(corner.y(), self.height() - card.height() - 8))
        self.card.move(x, y)
        self.raise_()
        self.update()
