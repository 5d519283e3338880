"""torch as the window imports it: loaded beside the imports, and whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

PROGRAM = """
import threading
from app.rendering.torch_import import begin_loading
begin_loading()
failures = []
def work():
    try:
        import torch
        assert torch.Generator().manual_seed(1).initial_seed() == 1
        weight = torch.nn.Parameter(torch.ones(2))
        optimizer = torch.optim.Adam([weight], lr=0.1)
        weight.sum().backward()
        optimizer.step()
        assert weight.max() < 1
    except BaseException as error:
        failures.append(repr(error))
thread = threading.Thread(target=work)
thread.start()
thread.join()
assert not failures, failures
"""


def test_a_thread_of_the_window_can_use_all_of_torch() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
