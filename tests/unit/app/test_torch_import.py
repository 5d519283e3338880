"""What is put off when the window imports torch: gone from the start, there for whoever needs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

PROGRAM = """
import sys
from app.rendering.torch_import import begin_loading, compiler_later
begin_loading()
with compiler_later():
    import torch
assert "torch._decomp" not in sys.modules, "the compiler's half was imported at once"
picture = torch.nn.functional.conv2d(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 3, 3))
assert picture.sum() == 36 and "torch._decomp" not in sys.modules
module = torch._meta_registrations
assert callable(module.meta_mm) and "torch._decomp" in sys.modules, "whoever needs it gets it"
assert not hasattr(module, "nothing_of_this_name")
product = torch.compile(lambda x: x @ x, backend="eager")(torch.ones(2, 2))
assert product.tolist() == [[2.0, 2.0], [2.0, 2.0]]
"""


def test_the_compiler_of_torch_is_imported_when_it_is_needed() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
