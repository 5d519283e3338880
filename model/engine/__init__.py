"""Fast, exact, incremental rendering of a generator: modulation tables, dirty boxes, previews, captured graphs."""

from model.engine.frame import Frame, RenderCancelled
from model.engine.renderer import Renderer

__all__ = ["Frame", "RenderCancelled", "Renderer"]
