"""Other plausible outlines for a class of a label map, and plain tools beside them."""

from model.shapes.files import load_shape_model, read_shape_model, write_shape_model
from model.shapes.model import Code, ShapeModel, Slider
from model.shapes.network import ShapeConfig, ShapeNetwork
from model.shapes.tools import grow, shrink, smooth

__all__ = [
    "Code",
    "ShapeConfig",
    "ShapeModel",
    "ShapeNetwork",
    "Slider",
    "grow",
    "load_shape_model",
    "read_shape_model",
    "shrink",
    "smooth",
    "write_shape_model",
]
