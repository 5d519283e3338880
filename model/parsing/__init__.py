"""From a photo to a label map."""

from model.parsing.inference import parse_photo
from model.parsing.network import Parser, ParserConfig

__all__ = ["Parser", "ParserConfig", "parse_photo"]
