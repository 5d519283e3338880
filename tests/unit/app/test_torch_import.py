"""torch as the window imports it: loaded beside the imports, and whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.rendering.torch_import import prepare_environment

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

LOAD = """
import sys
from app.rendering.loading import load_model
from app.rendering.requests import ModelRequest
renderer, facts = load_model(ModelRequest(sys.argv[1], "cpu", "auto"))
import numpy as np
import torch
torch.set_num_threads(1)
renderer.render(np.zeros((facts.height, facts.width), np.uint8), torch.from_numpy(facts.code_mean))
loaded = {"torch._dynamo", "sympy"} & set(sys.modules)
assert not loaded, loaded
"""


def test_no_picture_waits_for_the_compiler_of_torch() -> None:
    """It takes longer to import than all the rest of the start, and some operators on the meta device import it."""
    bundle = ROOT / "weights" / "street-fashion"
    command = [sys.executable, "-c", LOAD, str(bundle)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_thread_of_the_window_can_use_all_of_torch() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_threads_of_torch_sleep_unless_the_person_has_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "TORCH_DEVICE_BACKEND_AUTOLOAD"):
        monkeypatch.delenv(name, raising=False)
    with monkeypatch.context() as chosen:
        chosen.setenv("OMP_WAIT_POLICY", "active")
        prepare_environment()
        assert "GOMP_SPINCOUNT" not in os.environ
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    prepare_environment()
    assert os.environ["GOMP_SPINCOUNT"] == "7"
    monkeypatch.delenv("GOMP_SPINCOUNT")
    prepare_environment()
    assert int(os.environ["GOMP_SPINCOUNT"]) <= 1000
