"""Training of the parser."""

from model.training.parser.loop import load_trained_parser, measure, train_parser
from model.training.parser.recipe import ParserRecipe

__all__ = ["ParserRecipe", "load_trained_parser", "measure", "train_parser"]
