"""How the process ends when the window is closed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

PROGRAM = """
import atexit, threading
from app.cli.start import leave
if {busy}:
    threading.Thread(target=threading.Event().wait).start()
threading.Thread(target=threading.Event().wait, daemon=True).start()
atexit.register(print, "ended as any other")
print("saved")
leave(3)
raise SystemExit(3)
"""


@pytest.mark.parametrize("busy", [True, False])
def test_the_process_waits_for_no_thread_that_works_for_nobody(busy: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(busy=busy)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 3, done.stderr
    assert done.stdout.split("\n")[:-1] == (["saved"] if busy else ["saved", "ended as any other"])
