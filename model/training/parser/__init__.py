"""Training of the parser."""

from model.training.parser.loop import ParserRecipe, measure, train_parser

__all__ = ["ParserRecipe", "measure", "train_parser"]
