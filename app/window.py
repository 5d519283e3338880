"""The main window: places toolbars, docks and canvas, and wires signals. Nothing is computed here."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QIcon, QImage, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QMainWindow,
    QTabWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from app import theme, welcome
from app.actions import ACTIONS, ActionTable
from app.autosave import Autosaver
from app.canvas.options_bar import OptionsBar
from app.canvas.surface import BUSY_AFTER, ViewMode
from app.canvas.tools.base import Tool
from app.canvas.tools.catalog import TOOLS
from app.canvas.view import CanvasView
from app.commands.base import Commands
from app.commands.catalog import COMMANDS
from app.commands.file import FileCommands, image_pixels
from app.document.document import Document
from app.examples import first_document
from app.icons import FOLDER
from app.placing import place_docks, place_menus
from app.rendering.requests import ModelFacts, RenderResult
from app.review import PhotoReview
from app.session import Message, Session
from app.settings import Settings, load_settings, state_folder
from app.stamping import Stamping
from app.widgets.icon_button import mark_overflow, retheme_buttons
from app.widgets.message_bar import Answer, MessageBar
from app.widgets.placing_bar import PlacingBar
from app.widgets.review_bar import ReviewBar
from app.widgets.status import StatusBar

TITLE = "SMIS Studio"


class MainWindow(QMainWindow):
    """One window, one session."""

    def __init__(self, settings: Settings | None = None, document: Document | None = None) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowIcon(QIcon(str(FOLDER / "app.svg")))
        self.setAcceptDrops(True)
        self.resize(1320, 860)
        # Docks stay where they are; to have each widget slide into its place took longer than to lay it out.
        self.setAnimated(False)
        self.settings = settings if settings is not None else load_settings()
        # Widgets take font and colours best when they are made, not afterwards.
        self._apply_theme()
        self.session = Session(document if document is not None else first_document(), self.settings)
        self.actions_table = ActionTable(self, ACTIONS, self.settings.shortcuts)
        self.commands: dict[str, Commands] = {name: make(self) for name, make in COMMANDS.items()}
        self.tools: dict[str, Tool] = {tool.id: tool(self.session.context) for tool in TOOLS}
        self.canvas = CanvasView(self.session.document)
        self.options = OptionsBar(self.actions_table, self.session.tools, self.settings.overlay_opacity)
        self.status = StatusBar()
        self.panels: dict[str, QWidget] = {}
        self.docks: dict[str, QDockWidget] = {}
        self._hidden_docks: list[QDockWidget] = []
        self._tour: QWidget | None = None
        self._busy_timer = QTimer(self, singleShot=True, interval=BUSY_AFTER)
        self._place()
        self._default_layout = self.saveState()
        self._wire()
        self.autosaver = Autosaver(self.session, state_folder())
        self.apply_settings()
        self.document_changed(self.session.document)

    # Placing ---------------------------------------------------------------------------------------

    def _place(self) -> None:
        stage = QWidget()
        layout = QVBoxLayout(stage)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        review = ReviewBar()
        layout.addWidget(review)
        layout.addWidget(self.canvas, 1)
        self.setCentralWidget(stage)
        self.review = PhotoReview(self, review)
        placing = PlacingBar()
        layout.insertWidget(1, placing)
        self.stamping = Stamping(self, placing)
        self.messages = MessageBar(self.canvas)
        self.setStatusBar(self.status)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.options)
        tools = QToolBar(self.tr("Tools"))
        tools.setObjectName("tools")
        tools.setMovable(False)
        tools.setIconSize(QSize(20, 20))
        tools.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for tool in TOOLS:
            tools.addAction(self.actions_table[f"tool.{tool.id}"])
        tools.addSeparator()
        tools.addAction(self.actions_table["edit.mirror"])
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, tools)
        for bar in (self.options, tools):
            mark_overflow(bar, self.tr("More that does not fit here"))
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.panels, self.docks = place_docks(self, self.session)
        self.recent_menu = place_menus(self, self.actions_table, self.docks.values())
        self.recent_menu.chosen.connect(self.files.open_recent)
        self.recent_menu.cleared.connect(self.files.forget_recent)

    # Wiring ----------------------------------------------------------------------------------------

    def _wire(self) -> None:
        session, canvas = self.session, self.canvas
        self.actions_table.connect(self._handler)
        session.document_changed.connect(self.document_changed)
        session.model_changed.connect(self._model_changed)
        session.picture_changed.connect(self._picture_changed)
        session.message.connect(self._show_message)
        session.palette_changed.connect(lambda: canvas.set_palette_colors(session.palette()))
        session.region_wanted.connect(self._pick_region)
        session.worker.loading.connect(lambda name: self.status.show_model(None, Path(name).name or self.tr("network")))
        session.worker.busy_changed.connect(self._busy_changed)
        session.worker.rendered.connect(self._frame_or_error)
        session.worker.moved.connect(self.status.show_device)
        session.jobs.progressed.connect(self.status.show_job)
        session.saver.progressed.connect(self.status.show_job)
        canvas.hovered.connect(self._hovered)
        canvas.zoom_changed.connect(self.status.show_zoom)
        canvas.mode_changed.connect(self._mode_changed)
        canvas.class_wanted.connect(session.pick_class)
        canvas.size_wanted.connect(self.options.set_size)
        canvas.stroke_begun.connect(lambda: self.actions_table["edit.undo"].setEnabled(True))
        self.options.changed.connect(self._options_changed)
        self.options.opacity_changed.connect(self._opacity_changed)
        self._busy_timer.timeout.connect(lambda: canvas.set_busy(True))
        for panel in self.panels.values():
            wanted = getattr(panel, "action_wanted", None)
            if wanted is not None:
                wanted.connect(lambda action_id: self.actions_table[action_id].trigger())
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_scheme_changed)
        # Elsewhere the Tab key goes from control to control.
        hide_docks = self.actions_table["view.docks"]
        canvas.addAction(hide_docks)
        hide_docks.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.use_tool("brush")

    def _handler(self, action_id: str) -> Callable[[], None]:
        group, name = action_id.split(".", 1)
        if group == "tool":
            return lambda: self.use_tool(name)
        if group == "class":
            return lambda: self.session.pick_class(int(name) or self.session.label_set.background)
        handler: Callable[[], None] = getattr(self.commands[group], name)
        return handler

    @property
    def files(self) -> FileCommands:
        commands = self.commands["file"]
        assert isinstance(commands, FileCommands)
        return commands

    def document_changed(self, document: Document) -> None:
        self.canvas.set_document(document, self.session.palette())
        self.status.show_result(None)
        self.status.show_size(document.width, document.height)
        document.modified_changed.connect(self._title_changed)
        document.history_changed.connect(self._history_changed)
        self._title_changed()
        self._history_changed()

    def _title_changed(self, *_: object) -> None:
        document = self.session.document
        self.setWindowTitle(f"{document.name or self.tr('Untitled')}[*] – {TITLE}")
        self.setWindowModified(document.modified)

    def _history_changed(self) -> None:
        history = self.session.document.history
        self.actions_table["edit.undo"].setEnabled(history.position > 0)
        self.actions_table["edit.redo"].setEnabled(history.position < len(history.steps))

    def _model_changed(self, facts: ModelFacts | None) -> None:
        self.status.show_model(facts)
        self.canvas.set_loading(facts is None)

    def _picture_changed(self, result: RenderResult) -> None:
        self.canvas.show_result(result)
        self.status.show_result(result)

    def _frame_or_error(self, result: RenderResult) -> None:
        self.canvas.set_busy(False)
        if self.session.picture_pending:
            self._busy_timer.start()
        else:
            self._busy_timer.stop()
        if result.error:
            self._busy_timer.stop()
            if result.id < 0:
                self.status.show_model(None)
                self.canvas.set_loading(False)
                choose = self.actions_table["model.choose"]
                self.messages.add_answer(Answer(self.tr("Choose network..."), choose.trigger))

    def _busy_changed(self, busy: bool) -> None:
        if busy:
            if not self._busy_timer.isActive() and not self.canvas.busy:
                self._busy_timer.start()
        else:
            self._busy_timer.stop()
            self.canvas.set_busy(False)

    def _show_message(self, message: Message) -> None:
        self.messages.show_message(message.text, message.kind, message.details)

    def _hovered(self, x: int, y: int) -> None:
        document = self.session.document
        name = self.session.label_set.classes[int(document.labels[y, x])].name if x >= 0 else ""
        self.status.show_hover(x, y, name)

    def _options_changed(self) -> None:
        tools = self.session.tools
        self.settings.brush_size, self.settings.tolerance = tools.size, tools.tolerance
        self.settings.pressure_size = tools.pressure_size
        self.canvas.update()

    def _opacity_changed(self, opacity: float) -> None:
        self.settings.overlay_opacity = opacity
        self.canvas.set_opacity(opacity)

    def _mode_changed(self, mode: ViewMode) -> None:
        self.actions_table[f"view.{mode.value}"].setChecked(True)
        self.options.show_mode(overlay=mode is ViewMode.OVERLAY)
        self.actions_table["view.toggle_overlay"].setEnabled(mode in (ViewMode.OVERLAY, ViewMode.OUTLINES))

    def _pick_region(self, class_index: int) -> None:
        self.session.pick_class(class_index)
        self.use_tool("transform")
        self.tools["transform"].select_class(class_index)  # type: ignore[attr-defined]
        self.canvas.update()

    def _system_scheme_changed(self) -> None:
        if self.settings.theme == "system":
            self.set_theme("system")

    # What commands ask for -------------------------------------------------------------------------

    def use_tool(self, tool_id: str) -> None:
        """Take another tool in hand."""
        tool = self.tools[tool_id]
        self.canvas.set_tool(tool)
        self.options.show_tool(tool)
        self.actions_table[f"tool.{tool_id}"].setChecked(True)
        self.canvas.setFocus()

    def start_tour(self) -> None:
        """Show the short tour over the window."""
        self._tour = welcome.tour(self)

    def show_panel(self, panel_id: str) -> QWidget:
        """Bring a dock to the front."""
        self.docks[panel_id].show()
        self.docks[panel_id].raise_()
        return self.panels[panel_id]

    def toggle_docks(self) -> None:
        """Hide all docks and toolbars' clutter, or bring back those that were hidden."""
        if self._hidden_docks:
            for dock in self._hidden_docks:
                dock.show()
            self._hidden_docks = []
        else:
            self._hidden_docks = [dock for dock in self.docks.values() if not dock.isHidden()]
            for dock in self._hidden_docks:
                dock.hide()

    def reset_layout(self) -> None:
        self._hidden_docks = []
        self.restoreState(self._default_layout)

    def set_theme(self, choice: str) -> None:
        """Use the "light", "dark" or "system" theme."""
        self.settings.theme = choice
        self._apply_theme()
        self.actions_table[f"theme.{choice}"].setChecked(True)
        self.actions_table.retheme()
        retheme_buttons(self)
        for panel in (*self.panels.values(), self.review.bar):
            retheme = getattr(panel, "retheme", None)
            if retheme is not None:
                retheme()
        self.canvas.update()

    def _apply_theme(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        choice = self.settings.theme
        theme.apply(app, choice if choice in ("light", "dark") else "system")

    def set_shortcuts(self, overrides: dict[str, str]) -> None:
        """Use the user's own keys, by action id; other actions have their default."""
        self.actions_table.set_shortcuts(overrides)
        self.canvas.pan_key = self.actions_table.held_key("hold.pan")

    def apply_settings(self) -> None:
        """Take over settings that may have changed from outside (at the start, after a reset)."""
        settings = self.settings
        self.set_theme(settings.theme if settings.theme in ("light", "dark", "system") else "system")
        self.set_shortcuts(settings.shortcuts)
        self.options.opacity.set_value(round(settings.overlay_opacity * 100), tell=True)
        self.options.set_size(settings.brush_size)
        modes = {mode.value: mode for mode in ViewMode}
        self.canvas.set_mode(modes.get(settings.view_mode, ViewMode.OVERLAY))
        self._mode_changed(self.canvas.mode)
        self.show_language()
        self.actions_table["view.rulers"].setChecked(settings.rulers)
        self.canvas.set_rulers(settings.rulers)
        self.canvas.set_palette_colors(self.session.palette())
        if settings.geometry:
            self.restoreGeometry(QByteArray(base64.b64decode(settings.geometry)))
            self.restoreState(QByteArray(base64.b64decode(settings.layout)))
        self.recent_menu.fill(settings.recent)

    def show_language(self) -> None:
        """Tick the language of the settings in the menu; the window speaks it from the next start on."""
        known = f"language.{self.settings.language}" in self.actions_table.specs
        self.actions_table[f"language.{self.settings.language if known else 'system'}"].setChecked(True)

    # Events ----------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == self.actions_table.held_key("hold.before") and not event.modifiers():
            self.canvas.set_before_held(True)
        elif self.stamping.active and key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.stamping.tool.cancel() if key == Qt.Key.Key_Escape else self.stamping.tool.stamp()
        elif key == Qt.Key.Key_Escape and self.review.active:
            self.review.give_up()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == self.actions_table.held_key("hold.before") and not event.isAutoRepeat():
            self.canvas.set_before_held(False)
        super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.canvas.set_before_held(False)
        elif event.type() == QEvent.Type.WindowStateChange:
            self.actions_table["view.full_screen"].setChecked(self.isFullScreen())
        super().changeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        image = event.mimeData().imageData()
        if paths:
            event.acceptProposedAction()
            self.files.open_path(paths[0])
        elif image is not None and self.files.may_open_photo():
            event.acceptProposedAction()
            self.review.open(image_pixels(QImage(image)), self.tr("Dropped photo"))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_leave():
            event.ignore()
            return
        self.settings.geometry = base64.b64encode(self.saveGeometry().data()).decode()
        self.settings.layout = base64.b64encode(self.saveState().data()).decode()
        self.settings.save()
        # Out of sight at once: a network being loaded cannot be interrupted.
        self.hide()
        self.session.stop()
        self.autosaver.stop()
        event.accept()
