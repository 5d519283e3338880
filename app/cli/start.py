"""What runs first: the editor opens at once, everything else goes to the commands, which take longer to import."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from app.rendering.torch_import import prepare_environment
from model.errors import UserError


def run(arguments: Sequence[str]) -> int:
    """Run a command line (without the program's name) and return the exit code."""
    prepare_environment()
    if arguments and not (len(arguments) == 1 and Path(arguments[0]).suffix and Path(arguments[0]).is_file()):
        from app.cli.application import run as run_command

        return run_command(arguments)
    try:
        return open_editor(list(arguments))
    except UserError as error:
        return report(str(error), 2)
    except KeyboardInterrupt:
        return report("interrupted", 130)


def open_editor(arguments: list[str]) -> int:
    """Open the window and return its exit code when it is closed.

    Raises:
        UserError: there is no display to open it on.
    """
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        raise UserError(
            "there is no display (DISPLAY and WAYLAND_DISPLAY are unset); without a screen, use: "
            "python main.py render LABELS.png -o OUT.png"
        )
    from app.rendering.torch_import import begin_loading

    begin_loading()
    # Imports make next to no garbage; from the window on app.collector sees to it.
    gc.disable()
    from app.launch import main

    code = main(arguments)
    leave(code)
    return code


def leave(code: int) -> None:
    """End the process at once if a thread still works for a window that is gone: all it held is saved by now.

    Kernels that are compiled, once after an installation, take seconds that Python would wait for. What is compiled
    already is in the cache, the rest is compiled next time. With no such thread, the process ends as any other.
    """
    working = [thread for thread in threading.enumerate() if not thread.daemon]
    if len(working) > 1:
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os._exit(code)


def report(message: str, code: int) -> int:
    """Tell a person on one line why nothing came of it; returns the exit code."""
    print("smis-studio: " + " ".join(message.split()), file=sys.stderr)
    return code
