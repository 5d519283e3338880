"""SMIS Studio. Without a sub-command the editor opens; sub-commands need no screen (`python main.py --help`)."""

from __future__ import annotations

import sys

from app.cli.start import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
