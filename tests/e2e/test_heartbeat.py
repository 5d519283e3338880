"""Painting at full speed in the real window with the default weights, measured: `make heartbeat`, `make memory`.

Not part of `make test`: they take a minute and ten minutes, and print figures instead of judging them, because what a
shared or slow computer measures says little about the program.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def measure(seconds: float, *arguments: str) -> dict:
    """Run scripts/heartbeat.py and show what it found."""
    seconds = float(os.environ.get("SMIS_SECONDS", seconds))
    command = [sys.executable, str(ROOT / "scripts" / "heartbeat.py"), "--seconds", str(seconds), *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    report = json.loads(done.stdout)
    print(f"\n{json.dumps(report, indent=1)}")
    # Somebody painted, and pictures followed.
    assert report["strokes"] >= seconds / 2 - 1
    assert report["frames_per_s"] > 0
    return report


@pytest.mark.measure
@pytest.mark.timeout(0)
def test_heartbeat() -> None:
    report = measure(60)
    late = report["late_ms"]
    print(f"event loop late by: p50 {late['p50']} ms, p95 {late['p95']} ms, max {late['max']} ms")
    assert len(report["stalls"]) <= 10


@pytest.mark.measure
@pytest.mark.timeout(0)
def test_memory() -> None:
    report = measure(600)
    each = report["memory_mb_each_minute"]
    print(f"resident memory: {each[0]} MB at the start, {each[-1]} MB at the end, peak {report['peak_memory_mb']} MB")
    assert len(each) >= 1
