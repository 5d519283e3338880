"""The one list of tools, in the order of the tool bar."""

from __future__ import annotations

from app.canvas.tools.base import Tool
from app.canvas.tools.brush import BrushTool, EraserTool
from app.canvas.tools.outlines import LassoTool, PolygonTool
from app.canvas.tools.regions import EyedropperTool, FillTool, WandTool
from app.canvas.tools.shapes import EllipseTool, LineTool, RectangleTool
from app.canvas.tools.smooth import SmoothTool
from app.canvas.tools.transform import TransformTool

TOOLS: tuple[type[Tool], ...] = (
    BrushTool,
    EraserTool,
    FillTool,
    LassoTool,
    PolygonTool,
    RectangleTool,
    EllipseTool,
    LineTool,
    SmoothTool,
    TransformTool,
    WandTool,
    EyedropperTool,
)
