from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from app.cli.application import run
from tests.unit.model.test_engine_benchmark import CASES


def test_bench_prints_one_object_with_a_row_for_every_case(
    saved_tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    threads = torch.get_num_threads()
    size = ["--height", "96", "--width", "64"]
    try:
        assert run(["bench", "--bundle", str(saved_tiny_bundle), *size, "--repeats", "1", "--cpu-time", "--json"]) == 0
    finally:
        torch.set_num_threads(threads)
    report = json.loads(capsys.readouterr().out)
    assert {"device", "precision", "network", "rows", "floor_ms", "peak_rss_mib"} <= set(report)
    assert (report["device"], report["precision"], report["size"]) == ("cpu", "float32", [96, 64])
    assert set(CASES) <= {row["case"] for row in report["rows"]}
    keys = {"case", "plain_ms", "engine_ms", "ratio", "spread", "max_abs_diff", "preview_psnr"}
    assert all(keys <= set(row) for row in report["rows"])


def test_bench_of_an_unknown_network_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "--network", "stylegan"]) == 2
    assert "must be one of" in capsys.readouterr().err
