"""Classes dock: pick a class; its eye, style lock and protection; its share of the pixels."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.icons import pixmap

if TYPE_CHECKING:
    from app.session import Session

INDEX = Qt.ItemDataRole.UserRole + 1
ROW_HEIGHT = 30
ICON = 18
FLAGS = ("hidden", "locked", "protected")

Index = QModelIndex | QPersistentModelIndex


class ClassModel(QAbstractListModel):
    """The classes of the present document, one row each."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.shares = session.document.shares()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.session.label_set)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.session.label_set.names[index.row()]
        if role == INDEX:
            return index.row()
        return None

    def reset(self) -> None:
        self.beginResetModel()
        self.shares = self.session.document.shares()
        self.endResetModel()

    def refresh(self) -> None:
        """Count again; only rows that read otherwise are drawn again."""
        before, self.shares = self.shares, self.session.document.shares()
        for row, (old, new) in enumerate(zip(before, self.shares, strict=True)):
            if share_text(old) != share_text(new):
                self.dataChanged.emit(self.index(row), self.index(row))


def share_text(share: float) -> str:
    """A share of the pixels in the few letters that a row has."""
    return (
        "" if share == 0 else ("<" if share < 0.001 else "") + QLocale().toString(max(0.1, 100 * share), "f", 1) + "%"
    )


class ClassDelegate(QStyledItemDelegate):
    """Draws a row: swatch, key, name, share, three switches; and takes clicks on the switches."""

    switched = Signal(str, int)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, ROW_HEIGHT)

    def switch_rects(self, rect: QRect) -> dict[str, QRect]:
        """Where the switches of a row are."""
        top = rect.top() + (rect.height() - ICON) // 2
        places = {}
        for place, flag in enumerate(reversed(FLAGS)):
            places[flag] = QRect(rect.right() - 6 - (place + 1) * (ICON + 4), top, ICON, ICON)
        return places

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colors, row, rect = theme.current(), index.data(INDEX), option.rect  # type: ignore[attr-defined]
        flags = self.session.document.flags
        picked = row == self.session.tools.class_index
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = rect.adjusted(4, 1, -4, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if picked or hovered:
            painter.setBrush(QColor(colors.selected if picked else colors.hover))
            painter.drawRoundedRect(ground, 6, 6)
        if picked:
            painter.setBrush(QColor(colors.accent))
            painter.drawRoundedRect(QRect(ground.left(), ground.top() + 6, 3, ground.height() - 12), 1.5, 1.5)
        painter.setBrush(QColor(self.session.class_color(row)))
        painter.setPen(QColor(colors.border))
        painter.drawRoundedRect(QRect(rect.left() + 14, rect.center().y() - 7, 16, 16), 4, 4)
        share = index.model().sourceModel().shares[row]  # type: ignore[attr-defined]
        hidden = row in flags.hidden
        switches = self.switch_rects(rect)
        font = painter.font()
        font.setWeight(font.Weight.DemiBold if picked else font.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(colors.faint if hidden else colors.text if share > 0 or picked else colors.muted))
        right = switches["hidden"].left() - 6
        name = QRect(rect.left() + 38, rect.top(), right - 50 - rect.left() - 38, rect.height())
        text = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, name.width())
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, text)
        font.setWeight(font.Weight.Normal)
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(QColor(colors.muted))
        painter.drawText(
            QRect(right - 50, rect.top(), 46, rect.height()),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
            share_text(share),
        )
        ratio = painter.device().devicePixelRatio() if painter.device() is not None else 1.0
        for flag, place in switches.items():
            on = row in getattr(flags, flag)
            if flag == "hidden":
                name_of, shown = ("eye-off" if on else "eye"), on or hovered or picked
            elif flag == "locked":
                name_of, shown = ("lock" if on else "unlock"), on or hovered or picked
            else:
                name_of, shown = ("shield-on" if on else "shield"), on or hovered or picked
            if shown:
                painter.drawPixmap(place.topLeft(), pixmap(name_of, colors.accent if on else colors.faint, ICON, ratio))
        if row == flags.paint_only_over:
            painter.setPen(QColor(colors.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRect(rect.left() + 11, rect.center().y() - 10, 22, 22), 6, 6)
        painter.restore()

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            for flag, place in self.switch_rects(option.rect).items():  # type: ignore[attr-defined]
                if place.adjusted(-2, -4, 2, 4).contains(event.position().toPoint()):
                    if event.type() == QEvent.Type.MouseButtonRelease:
                        self.switched.emit(flag, index.data(INDEX))
                    return True
        return False

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        texts = {
            "hidden": self.tr("Show or hide this class in the overlay"),
            "locked": self.tr("Lock the style: dice, photos and sliders leave it alone"),
            "protected": self.tr("Protect: painting leaves these pixels alone"),
        }
        for flag, place in self.switch_rects(option.rect).items():  # type: ignore[attr-defined]
            if place.contains(event.pos()):
                QToolTip.showText(event.globalPos(), texts[flag], view)
                return True
        return bool(super().helpEvent(event, view, option, index))


class ClassList(QListView):
    """The list; clicks on switches do not pick."""

    def __init__(self, delegate: ClassDelegate) -> None:
        super().__init__()
        self._delegate = delegate
        self._pressed = QPoint(-1, -1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def on_switch(self) -> bool:
        """The last press was on a switch of a row."""
        point = self._pressed
        index = self.indexAt(point)
        rects = self._delegate.switch_rects(self.visualRect(index)).values() if index.isValid() else ()
        return any(rect.adjusted(-2, -4, 2, 4).contains(point) for rect in rects)


class ClassesPanel(QWidget):
    """Search box and the list of classes."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.session = session
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search classes"))
        self.search.setAccessibleName(self.tr("Search classes"))
        self.search.setClearButtonEnabled(True)
        # Strokes that change nothing would puzzle whoever forgot it: it is said, and a click ends it.
        self.only = QPushButton()
        self.only.setToolTip(self.tr("Painting changes this class alone; a click ends that"))
        self.only.setAccessibleName(self.only.toolTip())
        self.only.clicked.connect(lambda: self.session.document.set_paint_only_over(None))
        self.model = ClassModel(session)
        self.proxy = QSortFilterProxyModel()
        self.proxy.setSourceModel(self.model)
        self.proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.delegate = ClassDelegate(session, self)
        self.list = ClassList(self.delegate)
        self.list.setModel(self.proxy)
        self.list.setItemDelegate(self.delegate)
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(self.tr("Classes"))
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 4)
        layout.setSpacing(8)
        row = QVBoxLayout()
        # In line with the rows' ground.
        row.setContentsMargins(5, 0, 15, 0)
        row.setSpacing(8)
        row.addWidget(self.search)
        row.addWidget(self.only)
        layout.addLayout(row)
        layout.addWidget(self.list)
        # Counting every pixel at every mouse move would be work for nobody.
        self._count = QTimer(self, singleShot=True, interval=150)
        self._count.timeout.connect(self.model.refresh)
        self.search.textChanged.connect(self.proxy.setFilterFixedString)
        self.search.returnPressed.connect(self._pick_first)
        self.list.clicked.connect(self._clicked)
        self.list.activated.connect(lambda index: self.session.pick_class(index.data(INDEX)))
        self.list.doubleClicked.connect(self._double_clicked)
        self.list.customContextMenuRequested.connect(self._menu)
        self.delegate.switched.connect(self._switch)
        session.document_changed.connect(self._document_changed)
        session.class_picked.connect(self._show_pick)
        session.palette_changed.connect(self.list.viewport().update)
        self._picked = session.tools.class_index
        self._document_changed()

    def _document_changed(self) -> None:
        self.model.reset()
        document = self.session.document
        document.labels_changed.connect(self._count.start)
        document.flags_changed.connect(self._flags_changed)
        self._flags_changed()
        self._show_pick(self.session.tools.class_index)

    def _flags_changed(self) -> None:
        self.list.viewport().update()
        only = self.session.document.flags.paint_only_over
        self.only.setVisible(only is not None)
        if only is not None:
            text = self.tr("Painting only over {0}").format(self.session.label_set.names[only])
            self.only.setText(f"{text}  ×")
            self.only.setAccessibleName(text)

    def _show_pick(self, row: int) -> None:
        index = self.proxy.mapFromSource(self.model.index(row))
        before = self.proxy.mapFromSource(self.model.index(self._picked))
        self._picked = row
        if index.isValid():
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)
            self.list.update(index)
        if before.isValid():
            self.list.update(before)

    def _pick_first(self) -> None:
        if self.proxy.rowCount():
            self.session.pick_class(self.proxy.index(0, 0).data(INDEX))

    def _clicked(self, index: QModelIndex) -> None:
        if not self.list.on_switch():
            self.session.pick_class(index.data(INDEX))

    def _double_clicked(self, index: QModelIndex) -> None:
        if not self.list.on_switch():
            self.session.region_wanted.emit(index.data(INDEX))

    def _switch(self, flag: str, row: int) -> None:
        document = self.session.document
        document.set_flag(flag, [row], row not in getattr(document.flags, flag))

    def _menu(self, point: QPoint) -> None:
        index = self.list.indexAt(point)
        if index.isValid():
            menu = self.menu_for(index.data(INDEX))
            menu.exec(self.list.viewport().mapToGlobal(point))

    def menu_for(self, row: int) -> QMenu:
        """The context menu of a class."""
        document = self.session.document
        flags = document.flags
        menu = QMenu(self)
        for flag, text in (
            ("hidden", self.tr("Hide in the overlay")),
            ("locked", self.tr("Lock style")),
            ("protected", self.tr("Protect from painting")),
        ):
            action = menu.addAction(text, partial(self._switch, flag, row))
            action.setCheckable(True)
            action.setChecked(row in getattr(flags, flag))
        menu.addSeparator()
        only = menu.addAction(self.tr("Paint only over this class"))
        only.setCheckable(True)
        only.setChecked(flags.paint_only_over == row)
        only.toggled.connect(lambda on: document.set_paint_only_over(row if on else None))
        menu.addAction(self.tr("Hide all others"), lambda: self._only(row))
        menu.addAction(self.tr("Show all"), lambda: document.set_flag("hidden", list(flags.hidden), False))
        menu.addSeparator()
        menu.addAction(self.tr("Colour..."), lambda: self._choose_color(row))
        if self.session.document.label_set.names[row] in self.session.settings.class_colors:
            menu.addAction(self.tr("Reset colour"), lambda: self.session.set_class_color(row, None))
        return menu

    def _only(self, row: int) -> None:
        document = self.session.document
        everything = range(len(self.session.label_set))
        document.set_flag("hidden", [index for index in everything if index != row], True)
        document.set_flag("hidden", [row], False)

    def _choose_color(self, row: int) -> None:
        before = QColor(*self.session.palette()[row].tolist())
        chosen = QColorDialog.getColor(before, self, self.tr("Colour of {0}").format(self.session.label_set.names[row]))
        if chosen.isValid():
            self.session.set_class_color(row, chosen.name())
