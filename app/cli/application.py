"""All commands in one application, and what becomes of errors.

A user's mistake is one line on stderr and exit code 2; an interrupted run ends with 130; a traceback is a bug.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from app.cli import benchmark, checkpoints, editor, evaluation, folder, information, pictures, shapes, styles, training
from app.cli.start import open_editor, report
from model.errors import UserError

# The base of typer's usage errors; which package it lives in depends on the version of typer.
_UsageError: type[Exception] = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")

application = typer.Typer(
    name="smis-studio",
    help="Edit a photo class by class: paint its label map, slide its styles. Without a command the editor opens.",
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=False,
    rich_markup_mode=None,
)


@application.callback(invoke_without_command=True)
def _start(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        raise typer.Exit(open_editor([]))


for _group in (editor, pictures, styles, checkpoints, training, shapes, evaluation, benchmark, folder, information):
    for _name, _command in _group.COMMANDS.items():
        application.command(_name)(_command)


def command_names() -> list[str]:
    """Every sub-command, as typed."""
    return [info.name for info in application.registered_commands if info.name is not None]


def run(arguments: Sequence[str]) -> int:
    """Run a command line (without the program's name) and return the exit code."""
    arguments = list(arguments)
    # A file alone is what a desktop hands over when a document is opened with the program.
    if arguments and arguments[0] not in command_names():
        file = Path(arguments[0])
        if file.is_file():
            arguments.insert(0, "edit")
        elif file.suffix and not arguments[0].startswith("-"):
            return report(f"{file} does not exist", 2)
    try:
        code = application(args=arguments, prog_name="smis-studio", standalone_mode=False)
    except UserError as error:
        return report(str(error), 2)
    except _UsageError as error:
        describe = getattr(error, "format_message", error.__str__)
        return report(describe(), 2)
    except (KeyboardInterrupt, typer.Abort):
        return report("interrupted", 130)
    return code if isinstance(code, int) else 0
