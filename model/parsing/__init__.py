"""From a photo to a label map."""

from model.parsing.doubts import Doubt, doubt
from model.parsing.inference import find_people, parse_photo
from model.parsing.network import Parser, ParserConfig
from model.parsing.people import Person, comparable

__all__ = ["Doubt", "Parser", "ParserConfig", "Person", "comparable", "doubt", "find_people", "parse_photo"]
