"""Parsers at tiny widths."""

from dataclasses import dataclass, field

from torch import nn

from model.labels import LabelSet
from model.parsing import ParserConfig

ROWS = [
    {"name": "background", "color": "#000000"},
    {"name": "coat", "color": "#ff0000"},
    {"name": "shoes", "color": "#0000ff"},
]


@dataclass
class BundleOfParser:
    name: str
    parser: nn.Module | None
    label_set: LabelSet = field(default_factory=lambda: LabelSet.from_json({"name": "test", "classes": ROWS}, "test"))


def tiny_config(height: int = 96, width: int = 64) -> ParserConfig:
    return ParserConfig(3, channels=8, head_channels=8, height=height, width=width)
