"""Libraries loaded beside the interpreter: in a process of their own, as nothing can unload them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

PROGRAM = """
import importlib.util
from pathlib import Path
from model.shared_library import load_library
library = Path(importlib.util.find_spec("llvmlite.binding").origin).resolve().with_name("libllvmlite.so")
def loaded():
    return str(library.resolve()) in Path("/proc/self/maps").read_text()
assert not loaded()
load_library(library)
assert loaded()
import llvmlite.binding
assert llvmlite.binding.llvm_version_info
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which libraries a process has")
def test_a_library_is_there_for_whoever_needs_it_next() -> None:
    pytest.importorskip("llvmlite")
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_library_that_is_missing_or_damaged_is_left_to_whoever_needs_it(tmp_path: Path) -> None:
    damaged = tmp_path / "libdamaged.so"
    damaged.write_bytes(b"not a library")
    script = (
        f"from pathlib import Path; from model.shared_library import load_library; "
        f"load_library(Path({str(tmp_path / 'missing.so')!r})); load_library(Path({str(damaged)!r}))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
