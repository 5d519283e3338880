from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.cli.application import run
from model.checkpoints import Bundle
from model.labels import builtin_label_set, write_label_map

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    """Five label maps, two of them not of the network's size."""
    folder = tmp_path / "maps"
    folder.mkdir()
    for number in range(5):
        labels = np.zeros((48, 32) if number < 3 else (70, 61), np.uint8)
        labels[5 * number + 2 : 30, 8:20] = number + 1
        write_label_map(folder / f"{number}.png", labels, builtin_label_set("street-fashion"))
    return folder


def draw(maps: Path, bundle: Path, *options: str, out: str = "out") -> int:
    return run(["render-folder", str(maps), "-o", str(maps.parent / out), "--bundle", str(bundle), *options])


def pictures(maps: Path, out: str = "out") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((maps.parent / out).iterdir())}


def test_draws_what_render_draws_and_keeps_it_on_resuming(
    maps: Path, saved_tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert draw(maps, saved_tiny_bundle) == 0
    first = pictures(maps)
    assert list(first) == [f"{number}.png" for number in range(5)]
    for number in (0, 4):
        single = maps.parent / "single.png"
        assert run(["render", str(maps / f"{number}.png"), "-o", str(single), "--bundle", str(saved_tiny_bundle)]) == 0
        difference = np.asarray(Image.open(single)).astype(int) - np.asarray(
            Image.open(maps.parent / "out" / f"{number}.png")
        )
        assert np.abs(difference).max() <= 1
    (maps.parent / "out" / "2.png").unlink()
    capsys.readouterr()
    assert draw(maps, saved_tiny_bundle) == 0
    assert capsys.readouterr().out == "1 drawn, 4 there already, 0 bad\n"
    assert pictures(maps) == first


def test_a_changed_map_is_drawn_again(maps: Path, saved_tiny_bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert draw(maps, saved_tiny_bundle) == 0
    before = pictures(maps)
    write_label_map(maps / "1.png", np.full((48, 32), 3, np.uint8), builtin_label_set("street-fashion"))
    later = (maps.parent / "out" / "1.png").stat().st_mtime + 5
    os.utime(maps / "1.png", (later, later))
    capsys.readouterr()
    assert draw(maps, saved_tiny_bundle) == 0
    assert capsys.readouterr().out.startswith("1 drawn, 4 there already")
    changed = {name for name, content in pictures(maps).items() if content != before[name]}
    assert changed == {"1.png"}


def test_bad_files_are_told_of_and_skipped(
    maps: Path, saved_tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (maps / "1.png").write_bytes(b"not a picture")
    Image.fromarray(np.full((48, 32), 99, np.uint8)).save(maps / "3.png")
    assert draw(maps, saved_tiny_bundle) == 2
    captured = capsys.readouterr()
    assert captured.out == "3 drawn, 0 there already, 2 bad\n"
    assert "1.png" in captured.err
    assert "3.png" in captured.err
    assert "2 of 5 label maps" in captured.err
    assert list(pictures(maps)) == ["0.png", "2.png", "4.png"]


def test_seeded_styles_depend_on_the_name_alone(maps: Path, saved_tiny_bundle: Path) -> None:
    assert draw(maps, saved_tiny_bundle, "--seed", "4") == 0
    before = pictures(maps)
    (maps / "0.png").unlink()
    assert draw(maps, saved_tiny_bundle, "--seed", "4", out="again") == 0
    assert pictures(maps, "again") == {name: content for name, content in before.items() if name != "0.png"}
    assert draw(maps, saved_tiny_bundle, "--seed", "5", "--overwrite", out="again") == 0
    assert pictures(maps, "again")["1.png"] != before["1.png"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing", "-o", "out"], "not a folder"),
        (["empty", "-o", "out"], "holds no label map"),
        (["maps", "-o", "maps"], "choose another folder"),
        (["maps", "-o", "out", "--style-labels", "x.png"], "--style-from"),
    ],
)
def test_wrong_folders_stop_before_anything_is_drawn(
    maps: Path,
    arguments: list[str],
    sentence: str,
    saved_tiny_bundle: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(maps.parent)
    Path("empty").mkdir()
    assert run(["render-folder", *arguments, "--bundle", str(saved_tiny_bundle)]) == 2
    assert sentence in capsys.readouterr().err


def test_two_maps_of_one_name_are_refused(
    maps: Path, saved_tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (maps / "0.bmp").write_bytes((maps / "0.png").read_bytes())
    assert draw(maps, saved_tiny_bundle) == 2
    assert "same picture" in capsys.readouterr().err


def test_instance_maps_change_the_picture(maps: Path, tmp_path: Path, tiny_spatial_bundle: Bundle) -> None:
    from model.checkpoints import save_bundle

    save_bundle(tiny_spatial_bundle, tmp_path / "spatial")
    edges = tmp_path / "instances"
    edges.mkdir()
    for path in maps.iterdir():
        labels = np.asarray(Image.open(path)) % 4
        Image.fromarray(labels).save(path)
        Image.fromarray((labels // 2).astype(np.uint8)).save(edges / path.name)
    assert draw(maps, tmp_path / "spatial") == 0
    assert draw(maps, tmp_path / "spatial", "--instances", str(edges), out="with") == 0
    assert pictures(maps) != pictures(maps, "with")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_processes_draw_the_same_pictures(maps: Path, saved_tiny_bundle: Path) -> None:
    assert draw(maps, saved_tiny_bundle, "--seed", "1") == 0
    (maps / "9.png").write_bytes(b"not a picture")
    command = [sys.executable, str(ROOT / "main.py"), "render-folder", str(maps), "-o", str(maps.parent / "two")]
    done = subprocess.run(
        [*command, "--bundle", str(saved_tiny_bundle), "--seed", "1", "--devices", "2", "--device", "cpu"],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 2, done.stderr
    assert "5 drawn, 0 there already, 1 bad" in done.stdout
    assert "9.png" in done.stderr
    assert pictures(maps, "two") == pictures(maps)
