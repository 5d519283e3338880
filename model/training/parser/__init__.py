"""Training of the parser."""

from model.training.parser.loading import load_trained_parser, open_parser
from model.training.parser.loop import measure, train_parser
from model.training.parser.recipe import ParserRecipe

__all__ = ["ParserRecipe", "load_trained_parser", "measure", "open_parser", "train_parser"]
