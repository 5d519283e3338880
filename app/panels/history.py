"""History dock: every step, and a click jumps to any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QLocale, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QLabel, QListView, QVBoxLayout

from app import theme
from app.icons import FOLDER
from app.panels.sight import SightPanel

if TYPE_CHECKING:
    from app.session import Session

Index = QModelIndex | QPersistentModelIndex


class HistoryModel(QAbstractListModel):
    """Row 0 is the document as it was opened, row n the state after step n."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._texts: list[tuple[str, str]] = []
        self.position = 0
        self.reload()

    def reload(self) -> None:
        history = self.session.document.history
        texts = [(step.text, step.icon) for step in history.steps]
        if texts[: len(self._texts)] == self._texts and len(texts) == len(self._texts) + 1:
            self.beginInsertRows(QModelIndex(), len(texts), len(texts))
            self._texts = texts
            self.endInsertRows()
        elif texts != self._texts:
            self.beginResetModel()
            self._texts = texts
            self.endResetModel()
        self.position = history.position
        self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._texts) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            if row == 0:
                forgotten = self.session.document.history.forgotten
                return self.tr("Earlier steps (forgotten)") if forgotten else self.tr("Opened")
            return self._texts[row - 1][0]
        if role == Qt.ItemDataRole.DecorationRole:
            name = "open" if row == 0 else self._texts[row - 1][1]
            return theme.themed(name if (FOLDER / f"{name}.svg").is_file() else "edit")
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(theme.current().faint if row > self.position else theme.current().text)
        return None


class HistoryPanel(SightPanel):
    """The list of steps."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.session = session
        self.model = HistoryModel(session)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setAccessibleName(self.tr("History"))
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setUniformItemSizes(True)
        self.note = QLabel()
        self.note.setProperty("muted", True)
        self.note.setWordWrap(True)
        self.note.setContentsMargins(12, 0, 12, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        layout.addWidget(self.list)
        layout.addWidget(self.note)
        self.list.clicked.connect(self._jump)
        self.list.activated.connect(self._jump)
        session.document_changed.connect(self._document_changed)
        self._document_changed()

    def _document_changed(self) -> None:
        self.session.document.history_changed.connect(self._reload)
        self._reload()

    def catch_up(self) -> None:
        self._reload()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Rows that were measured before the style sheet was applied would grow at the first step.
        self.list.scheduleDelayedItemsLayout()

    def _reload(self) -> None:
        if self.put_off():
            return
        self.model.reload()
        index = self.model.index(self.model.position)
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index)
        history = self.session.document.history
        size = QLocale().formattedDataSize(history.nbytes, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
        steps = self.tr("{0} of {1} steps, {2}").format(history.position, len(history.steps), size)
        self.note.setText(steps if history.steps else self.tr("Every change is listed here; a click goes back to it."))

    def _jump(self, index: QModelIndex) -> None:
        self.session.document.go_to(index.row())
