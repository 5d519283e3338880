"""Trained parsers from runs and bundles."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch

from model.checkpoints.state import load_state, read_tensors
from model.errors import UserError
from model.files import reason
from model.labels import LabelSet
from model.parsing.network import Parser, ParserConfig

WEIGHTS = "parser.safetensors"
REPORT = "parser.json"


def load_trained_parser(run: str | Path) -> Parser:
    """The best parser of a run (or of any folder with ``parser.json`` and ``parser.safetensors``), ready for a bundle.

    Raises:
        UserError: a file is missing or damaged.
    """
    source = Path(run) / REPORT
    try:
        report = json.loads(source.read_text(encoding="utf-8"))
        config = ParserConfig.from_dict(report["config"])
    except OSError as error:
        raise UserError(f"{source} cannot be read: {reason(error)}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{source} does not describe a parser: {error}") from error
    parser = Parser(config)
    load_state(parser, read_tensors(Path(run) / WEIGHTS), Path(run) / WEIGHTS)
    return parser.eval().requires_grad_(False)


@dataclass(frozen=True)
class ParserOf:
    """A parser with the classes that it tells apart, in the form that :mod:`model.parsing` takes."""

    name: str
    parser: Parser
    label_set: LabelSet


def open_parser(name: str | Path) -> ParserOf:
    """The parser of a ``train-parser`` run, or of a bundle, by name or folder.

    Raises:
        UserError: there is no such run or bundle, it is damaged, or the bundle has no parser.
    """
    from model.checkpoints import load_bundle  # here, as a bundle's reader imports the networks of all parts

    report = Path(name) / REPORT
    if report.is_file():
        parser = load_trained_parser(name)
        description = json.loads(report.read_text(encoding="utf-8")).get("label_set")
        return ParserOf(str(name), parser, LabelSet.from_json(description, str(report)))
    bundle = load_bundle(name)
    if not isinstance(bundle.parser, Parser):
        raise UserError(f"the bundle {name} has no parser")
    return ParserOf(bundle.name, bundle.parser, bundle.label_set)


@torch.no_grad()
def copy_weights(source: Parser, target: Parser) -> None:
    """Copy what ``source`` has to ``target``; a presence head that ``source`` lacks stays as it is.

    Raises:
        UserError: the two have other sizes.
    """
    state = target.state_dict()
    given = source.state_dict()
    own_head = source.presence is None
    for name, value in state.items():
        if own_head and name.startswith("presence."):
            continue
        if name not in given or given[name].shape != value.shape:
            raise UserError(f"the parser to start from has other sizes than the one to train: {name} does not fit")
        value.copy_(given[name])
