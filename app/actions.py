"""The one table of actions. An id names its handler: "file.open" is FileCommands.open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QWidget

from app import theme
from app.shortcuts import key_text, portable


@dataclass(frozen=True)
class ActionSpec:
    """One action. `menu` "" keeps it out of the menus; `group` sets it apart by a line; `checkable` gives it a tick.

    `held`: the key does something while it is down; the window and the canvas watch it themselves. `number` stands for
    the "{0}" of the text, `also` is a second key that other programs have for it, as long as it keeps its own.
    """

    id: str
    text: str
    shortcut: str = ""
    icon: str = ""
    menu: str = ""
    group: int = 0
    checkable: bool = False
    held: bool = False
    number: int | None = None
    also: str = ""


def _(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("file.new", _("New..."), "Ctrl+N", "new", "File"),
    ActionSpec("file.open", _("Open..."), "Ctrl+O", "open", "File"),
    ActionSpec("file.open_photo", _("Open photo..."), "Ctrl+Shift+O", "photo", "File"),
    ActionSpec("file.paste_photo", _("New from clipboard"), "Ctrl+Shift+N", "paste", "File", also="Ctrl+V"),
    ActionSpec("file.save", _("Save"), "Ctrl+S", "save", "File", 1),
    ActionSpec("file.save_as", _("Save as..."), "Ctrl+Shift+S", "", "File", 1),
    ActionSpec("export.picture", _("Export picture..."), "Ctrl+E", "export", "File", 2),
    ActionSpec("export.labels", _("Export label map..."), "Ctrl+Shift+E", "export", "File", 2),
    ActionSpec("export.layers", _("Export layers..."), "", "overlay", "File", 2),
    ActionSpec("export.batch", _("Apply styles to a folder..."), "", "copy", "File", 2),
    ActionSpec("file.quit", _("Quit"), "Ctrl+Q", "", "File", 3),
    ActionSpec("edit.undo", _("Undo"), "Ctrl+Z", "undo", "Edit"),
    ActionSpec("edit.redo", _("Redo"), "Ctrl+Shift+Z", "redo", "Edit", also="Ctrl+Y"),
    ActionSpec("edit.copy_picture", _("Copy picture"), "Ctrl+C", "copy", "Edit", 1),
    ActionSpec("edit.swap_classes", _("Swap the last two classes"), "X", "swap", "Edit", 2),
    ActionSpec("edit.smaller", _("Smaller brush"), "[", "", "Edit", 2),
    ActionSpec("edit.larger", _("Larger brush"), "]", "", "Edit", 2),
    ActionSpec("edit.shortcuts", _("Keyboard shortcuts..."), "", "keyboard", "Edit", 3),
    ActionSpec("edit.settings", _("Settings..."), "Ctrl+,", "settings", "Edit", 3),
    ActionSpec("edit.reset_settings", _("Reset all settings"), "", "", "Edit", 3),
    ActionSpec("tool.brush", _("Brush"), "B", "brush", "Tools"),
    ActionSpec("tool.eraser", _("Eraser"), "E", "eraser", "Tools"),
    ActionSpec("tool.fill", _("Fill"), "G", "fill", "Tools"),
    ActionSpec("tool.lasso", _("Lasso"), "L", "lasso", "Tools"),
    ActionSpec("tool.polygon", _("Polygon"), "P", "polygon", "Tools"),
    ActionSpec("tool.rectangle", _("Rectangle"), "U", "rectangle", "Tools"),
    ActionSpec("tool.ellipse", _("Ellipse"), "Shift+U", "ellipse", "Tools"),
    ActionSpec("tool.line", _("Line"), "N", "line", "Tools"),
    ActionSpec("tool.smooth", _("Smooth outline"), "S", "smooth", "Tools"),
    ActionSpec("tool.transform", _("Move and scale region"), "V", "transform", "Tools"),
    ActionSpec("tool.wand", _("Magic wand"), "W", "wand", "Tools"),
    ActionSpec("tool.eyedropper", _("Eyedropper"), "I", "eyedropper", "Tools"),
    ActionSpec("edit.mirror", _("Mirror strokes"), "Y", "mirror", "Tools", 1, True),
    ActionSpec("style.draw", _("New style for this class"), "D", "dice", "Style"),
    ActionSpec("style.draw_all", _("New styles for all classes"), "Shift+D", "dice", "Style"),
    ActionSpec("style.variations", _("More like this"), "M", "sparkle", "Style"),
    ActionSpec("style.reset", _("Reset style of this class"), "R", "reset", "Style", 1),
    ActionSpec("style.reset_all", _("Reset all styles"), "Shift+R", "reset", "Style", 1),
    ActionSpec("style.copy", _("Copy style"), "Ctrl+Shift+C", "copy", "Style", 2),
    ActionSpec("style.paste", _("Paste style"), "Ctrl+Shift+V", "paste", "Style", 2),
    ActionSpec("style.from_photo", _("Take styles from the photo again"), "", "photo", "Style", 3),
    ActionSpec("photo.refine", _("Fit the styles to the photo"), "", "wand", "Style", 3),
    ActionSpec("photo.outlines", _("Take the outlines as the photo's own"), "", "outlines", "Style", 3),
    ActionSpec("photo.keep", _("Keep the photo outside of edits"), "", "", "Style", 4, True),
    ActionSpec("photo.model", _("Everything from the network"), "", "", "Style", 4, True),
    ActionSpec("photo.model_class", _("This class from the network"), "", "", "Style", 5, True),
    ActionSpec("photo.seam", _("Width of the seam..."), "", "", "Style", 5),
    ActionSpec("view.overlay", _("Overlay"), "F2", "overlay", "View", 0, True),
    ActionSpec("view.outlines", _("Outlines"), "F3", "outlines", "View", 0, True),
    ActionSpec("view.side", _("Side by side"), "F4", "side", "View", 0, True),
    ActionSpec("view.split", _("Before and after"), "F6", "split", "View", 0, True),
    ActionSpec("view.toggle_overlay", _("Show or hide the overlay"), "O", "eye", "View", 1),
    ActionSpec("view.zoom_in", _("Zoom in"), "Ctrl++", "", "View", 2, also="Ctrl+="),
    ActionSpec("view.zoom_out", _("Zoom out"), "Ctrl+-", "", "View", 2),
    ActionSpec("view.fit", _("Fit"), "Ctrl+0", "fit", "View", 2),
    ActionSpec("view.actual", _("100 %"), "Ctrl+1", "", "View", 2),
    ActionSpec("view.zoom_class", _("Zoom to the class"), "Ctrl+2", "", "View", 2),
    ActionSpec("view.full_screen", _("Full screen"), "F11", "", "View", 3, True),
    ActionSpec("view.rulers", _("Rulers"), "Ctrl+R", "", "View", 3, True),
    ActionSpec("view.docks", _("Show or hide the docks"), "Tab", "", "View", 3),
    ActionSpec("view.next_area", _("Go to the next area"), "Ctrl+Tab", "", "View", 3),
    ActionSpec("view.reset_layout", _("Reset layout"), "", "", "View", 3),
    ActionSpec("theme.system", _("Theme of the system"), "", "theme", "View", 4, True),
    ActionSpec("theme.light", _("Light theme"), "", "", "View", 4, True),
    ActionSpec("theme.dark", _("Dark theme"), "", "", "View", 4, True),
    ActionSpec("language.system", _("Language of the system"), "", "", "View", 5, True),
    ActionSpec("language.en", "English", "", "", "View", 5, True),
    ActionSpec("language.de", "Deutsch", "", "", "View", 5, True),
    ActionSpec("model.choose", _("Choose network..."), "", "settings", "Model"),
    ActionSpec("model.import_official", _("Import released checkpoint..."), "", "open", "Model"),
    ActionSpec("help.keys", _("Keys at a glance"), "F1", "keyboard", "Help"),
    ActionSpec("help.tour", _("Short tour"), "", "help", "Help"),
    ActionSpec("help.about", _("About"), "", "info", "Help", 1),
    ActionSpec("hold.pan", _("Pan (held)"), "Space", held=True),
    ActionSpec("hold.before", _("Photo before editing (held)"), "C", held=True),
    *(ActionSpec(f"class.{number}", _("Pick class {0}"), str(number), number=number) for number in range(10)),
)

MENUS = (
    str(QT_TRANSLATE_NOOP("Menus", "File")),
    str(QT_TRANSLATE_NOOP("Menus", "Edit")),
    str(QT_TRANSLATE_NOOP("Menus", "Tools")),
    str(QT_TRANSLATE_NOOP("Menus", "Style")),
    str(QT_TRANSLATE_NOOP("Menus", "View")),
    str(QT_TRANSLATE_NOOP("Menus", "Model")),
    str(QT_TRANSLATE_NOOP("Menus", "Help")),
)

EXCLUSIVE = (
    ("view.overlay", "view.outlines", "view.side", "view.split"),
    ("photo.keep", "photo.model"),
    ("theme.system", "theme.light", "theme.dark"),
    ("language.system", "language.en", "language.de"),
)


def translated(spec: ActionSpec) -> str:
    text = QCoreApplication.translate("Actions", spec.text)
    return text if spec.number is None else text.format(spec.number)


def plain_text(spec: ActionSpec) -> str:
    """The text without the dots that promise a dialog."""
    return translated(spec).removesuffix("...")


class ActionTable:
    """The actions of one window, with the user's shortcuts in place."""

    def __init__(self, parent: QWidget, specs: Iterable[ActionSpec], overrides: dict[str, str]) -> None:
        self.specs = {spec.id: spec for spec in specs}
        self.actions: dict[str, QAction] = {}
        self._held: dict[str, QKeySequence] = {}
        self._window = parent
        for spec in self.specs.values():
            if spec.held:
                continue
            action = QAction(translated(spec), parent)
            action.setObjectName(spec.id)
            action.setCheckable(spec.checkable or spec.id.startswith("tool."))
            parent.addAction(action)
            self.actions[spec.id] = action
        self.set_shortcuts(overrides)
        self.retheme()

    def __getitem__(self, action_id: str) -> QAction:
        return self.actions[action_id]

    def connect(self, handler: Callable[[str], Callable[[], None]]) -> None:
        """Connect every action to `handler(id)`."""
        for action_id, action in self.actions.items():
            run = handler(action_id)
            action.triggered.connect(lambda _checked=False, run=run: run())

    def text(self, action_id: str) -> str:
        """The action's name without the dots that promise a dialog."""
        return plain_text(self.specs[action_id])

    def shortcut(self, action_id: str) -> str:
        return portable(self._held[action_id] if action_id in self._held else self.actions[action_id].shortcut())

    def held_key(self, action_id: str) -> Qt.Key | None:
        """The key that does something while it is down; None where it was taken away."""
        sequence = self._held[action_id]
        return sequence[0].key() if not sequence.isEmpty() else None  # type: ignore[index]

    def set_shortcuts(self, overrides: dict[str, str]) -> None:
        """Give every action its shortcut: the user's where there is one, else the default."""
        # A key that two actions have would do nothing at all.
        taken = {portable(overrides.get(spec.id, spec.shortcut)) for spec in self.specs.values()}
        for spec in self.specs.values():
            sequence = overrides.get(spec.id, spec.shortcut)
            if spec.held:
                self._held[spec.id] = QKeySequence(sequence)
                continue
            action = self.actions[spec.id]
            second = spec.also if spec.id not in overrides and portable(spec.also) not in taken else ""
            action.setShortcuts([QKeySequence(key) for key in (sequence, second) if key])
            action.setToolTip(self._with_key(plain_text(spec), spec.id))
        # Buttons of docks that do what an action does name its key too; their own words are their accessible name.
        for button in self._window.findChildren(QAbstractButton):
            action_id = button.property("action-id")
            if action_id:
                button.setToolTip(self._with_key(button.accessibleName(), action_id))

    def _with_key(self, text: str, action_id: str) -> str:
        key = key_text(self.shortcut(action_id))
        return f"{text} ({key})" if key else text

    def retheme(self) -> None:
        for spec in self.specs.values():
            if spec.icon:
                self.actions[spec.id].setIcon(theme.themed(spec.icon))
