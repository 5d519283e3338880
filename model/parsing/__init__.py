"""From a photo to a label map."""

from model.parsing.inference import find_people, parse_photo
from model.parsing.network import Parser, ParserConfig
from model.parsing.people import Person, comparable

__all__ = ["Parser", "ParserConfig", "Person", "comparable", "find_people", "parse_photo"]
