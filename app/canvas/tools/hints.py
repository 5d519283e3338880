"""What each tool does with the hand, in a sentence for the options bar."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication


def _(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("ToolHints", text))


HINTS = {
    "brush": _("Shift+click: a straight line"),
    "eraser": _("Shift+click: a straight line"),
    "fill": _("Click a region to give it the picked class."),
    "lasso": _("Draw around what shall take the picked class."),
    "polygon": _("Click corners. Shift snaps to 45°, Backspace takes one back, Enter closes."),
    "rectangle": _("Drag from corner to corner. Shift makes a square, Alt starts from the middle."),
    "ellipse": _("Drag from corner to corner. Shift makes a circle, Alt starts from the middle."),
    "line": _("Drag, or go on from the last point with Shift+click."),
    "smooth": _("Paint along an outline to smooth it."),
    "transform": _("Drag a region to move it, its corners to scale it. Alt takes all regions of the class."),
    "wand": _("What looks alike takes the class."),
    "stamp": _("Drag to move it, a corner to scale it (Shift: freely). Enter stamps it, Esc takes it away."),
    "eyedropper": _("Click to pick the class under the pointer."),
}


def hint(tool_id: str) -> str:
    """The sentence in the user's language; empty for tools that have none."""
    text = HINTS.get(tool_id, "")
    return QCoreApplication.translate("ToolHints", text) if text else ""
