from __future__ import annotations

import json

import pytest

from model.engine import Renderer, winograd
from model.engine.benchmark import Benchmark, table
from tests.unit.model.engine_edits import tiny_generator

CASES = [
    "first_frame",
    "new_map",
    "all_styles",
    "dab32_preview",
    "dab32_exact",
    "dab96_preview",
    "dab96_exact",
    "two_dabs_preview",
    "style5_preview",
    "style15_preview",
    "style40_preview",
    "style15_exact",
]


def test_every_case_is_measured_and_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LEAST_INPUTS", "LEAST_OUTPUTS"):
        monkeypatch.setattr(winograd, name, 1)
    generator = tiny_generator("ours")
    report = Benchmark(generator, 96, 64, Renderer(generator, "cpu", "float32"), checks=1).run(2)
    rows = {row["case"]: row for row in json.loads(json.dumps(report))["rows"]}
    assert set(CASES) <= set(rows)
    assert all(row["max_abs_diff"] <= 1e-4 for name, row in rows.items() if not name.endswith("preview"))
    assert all(row["preview_psnr"] is not None for name, row in rows.items() if name.endswith("preview"))
    assert all(row["tabulated_ms"] > 0 for row in rows.values())
    assert report["floor_ms"] > 0
    assert len(table(report["rows"]).splitlines()) == len(rows) + 1


def test_growth_has_a_row_for_every_size() -> None:
    generator = tiny_generator("deepfashion")
    rows = Benchmark(generator, 64, 64, Renderer(generator, "cpu", "float32")).run_short(1, sides=(8, 100))
    cases = ["new_map", "all_styles", "dab8_preview", "dab8_exact", "dab100_preview", "dab100_exact"]
    assert [row["case"] for row in rows] == cases
    # Its own forward convolves already.
    assert all(row["tabulated_ms"] is None for row in rows)
