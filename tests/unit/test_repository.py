"""What holds for the repository as a whole: imports, pins, bundled examples, scripts and links."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from model.labels import builtin_label_set, read_label_map

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "assets" / "examples").glob("*.png"))


def imported_names(path: Path) -> set[str]:
    """Every module and every name that a file imports, in full, wherever in the file."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("package", ["document", "rendering"])
def test_document_and_rendering_know_no_widgets(package: str) -> None:
    # import-linter sees only that PySide6 is imported, not which part of it.
    files = list((ROOT / "app" / package).rglob("*.py"))
    assert files
    for path in files:
        widgets = {name for name in imported_names(path) if name.startswith(("PySide6.QtWidgets", "superqt"))}
        assert not widgets, f"{path.relative_to(ROOT)} imports {widgets}"


def test_command_line_starts_without_qt_and_torch() -> None:
    code = "import sys, main; print([name for name in ('PySide6', 'torch', 'cv2') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr


def test_every_dependency_is_pinned_within_its_range() -> None:
    pins = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, version = line.split("==")
            pins[canonicalize_name(name)] = version
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["train"]]
    wanted += project["optional-dependencies"]["test"]
    for text in wanted:
        requirement = Requirement(text)
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), text


def test_examples_are_dressed_people() -> None:
    label_set = builtin_label_set("street-fashion")
    assert len(EXAMPLES) >= 4
    seen: set[int] = set()
    for path in EXAMPLES:
        labels = read_label_map(path, label_set)
        assert labels.shape == (384, 256), path.name
        rows = np.flatnonzero(labels.any(axis=1))
        assert 0.88 < (rows[-1] + 1 - rows[0]) / 384 < 0.96, path.name
        present = set(np.unique(labels).tolist())
        assert {"hair", "face", "skin", "shoes"} <= {label_set.names[index] for index in present}, path.name
        seen |= present
    assert seen == set(range(len(label_set))), "every class is shown by some example"


def test_examples_are_what_the_script_draws(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "draw_examples.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], cwd=ROOT, capture_output=True, check=True)
    label_set = builtin_label_set("street-fashion")
    assert sorted(path.name for path in tmp_path.iterdir()) == [path.name for path in EXAMPLES]
    for path in EXAMPLES:
        assert np.array_equal(read_label_map(path, label_set), read_label_map(tmp_path / path.name, label_set))


@pytest.mark.skipif(sys.platform != "linux", reason="the script serves Linux")
def test_run_without_a_display_names_the_headless_command() -> None:
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    done = subprocess.run(["sh", "scripts/run.sh"], cwd=ROOT, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    found = re.search(r"\.venv/bin/python main\.py render (\S+) -o ", line)
    assert found is not None
    assert (ROOT / found[1]).is_file()


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "weights").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"
