"""The command line: every command on real files, every user error as one line and exit code 2."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from app.cli.application import command_names
from app.cli.drawing import render_map
from app.cli.start import run
from model.checkpoints import Bundle, load_bundle
from model.labels import builtin_label_set, read_label_map, write_label_map
from model.styles import read_styles, sample_codes
from model.styles.encoding import labels_to_tensor, tensor_to_picture

ROOT = Path(__file__).resolve().parents[2]
FASHION = builtin_label_set("street-fashion")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a label map and a photo with a label map, all of odd sizes."""
    labels = np.zeros((61, 37), np.uint8)
    labels[10:30, 10:28] = 6
    labels[30:55, 12:26] = 10
    write_label_map(tmp_path / "map.png", labels, FASHION)
    random = np.random.default_rng(0)
    Image.fromarray(random.integers(0, 256, (50, 40, 3)).astype(np.uint8)).save(tmp_path / "photo.png")
    worn = np.zeros((50, 40), np.uint8)
    worn[5:45, 8:30] = 6
    write_label_map(tmp_path / "worn.png", worn, FASHION)
    return tmp_path


def read(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """The line on stderr; fails where there is not exactly one."""
    error = capsys.readouterr().err
    assert error.endswith("\n")
    assert error.count("\n") == 1
    assert error.startswith("smis-studio: ")
    return error


def test_render_draws_a_map_of_any_size_and_repeats_itself(files: Path, saved_tiny_bundle: Path) -> None:
    def draw(name: str, *options: str) -> np.ndarray:
        out = files / name
        assert (
            run(["render", str(files / "map.png"), "-o", str(out), "--bundle", str(saved_tiny_bundle), *options]) == 0
        )
        return read(out)

    mean = draw("mean.png")
    assert mean.shape == (61, 37, 3)
    assert mean.std() > 5
    first, again, other = draw("a.png", "--seed", "1"), draw("b.png", "--seed", "1"), draw("c.png", "--seed", "2")
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert (first != mean).any()


def test_the_picture_is_that_of_the_plain_network(tiny_spatial_bundle: Bundle) -> None:
    random = np.random.default_rng(1)
    labels = random.integers(0, 4, (16, 32)).astype(np.uint8)
    instances = random.integers(0, 2, (16, 32)).astype(np.int32)
    codes = sample_codes(tiny_spatial_bundle, 2)
    drawn = render_map(tiny_spatial_bundle, labels, codes, instances=instances, device="cpu")
    with torch.inference_mode():
        image = tiny_spatial_bundle.generator(
            labels_to_tensor(labels), codes[None], torch.from_numpy(instances.astype(np.int64))[None]
        )
    assert np.abs(drawn.astype(int) - tensor_to_picture(image[0])).max() <= 1
    assert (render_map(tiny_spatial_bundle, labels, codes, device="cpu") != drawn).any()


def test_styles_of_a_photo_reach_the_picture_by_file_or_at_once(files: Path, saved_tiny_bundle: Path) -> None:
    common = ["--bundle", str(saved_tiny_bundle)]
    photo, worn, styles = str(files / "photo.png"), str(files / "worn.png"), str(files / "s.safetensors")
    assert run(["encode", photo, "-o", styles, "--labels", worn, *common]) == 0
    bundle = load_bundle(saved_tiny_bundle)
    codes = read_styles(styles, bundle)
    assert torch.equal(codes[3], bundle.code_mean[3])
    assert not torch.equal(codes[6], bundle.code_mean[6])
    render = ["render", str(files / "map.png"), *common, "-o"]
    assert run([*render, str(files / "a.png"), "--styles", styles]) == 0
    assert run([*render, str(files / "b.png"), "--style-from", photo, "--style-labels", worn]) == 0
    assert run([*render, str(files / "c.png")]) == 0
    np.testing.assert_array_equal(read(files / "a.png"), read(files / "b.png"))
    assert (read(files / "a.png") != read(files / "c.png")).any()


def test_a_seed_draws_only_the_classes_that_the_photo_lacks(files: Path, saved_tiny_bundle: Path) -> None:
    from app.cli.pictures import _codes

    bundle = load_bundle(saved_tiny_bundle)
    codes = _codes(bundle, files / "photo.png", files / "worn.png", None, 3)
    alone = _codes(bundle, files / "photo.png", files / "worn.png", None, None)
    drawn = sample_codes(bundle, 3)
    assert torch.equal(codes[[0, 6]], alone[[0, 6]])
    assert torch.equal(codes[[1, 10]], drawn[[1, 10]])


def test_parse_writes_a_map_of_the_photos_size(files: Path, saved_tiny_bundle: Path) -> None:
    out = files / "parsed.png"
    assert run(["parse", str(files / "photo.png"), "-o", str(out), "--bundle", str(saved_tiny_bundle)]) == 0
    assert Image.open(out).mode == "P"
    assert read_label_map(out, FASHION).shape == (50, 40)


def test_the_bundle_is_found_by_name(
    files: Path, tiny_bundle_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SMIS_WEIGHTS", str(tiny_bundle_path.parent))
    assert run(["render", str(files / "map.png"), "-o", str(files / "a.jpg"), "-b", "tiny"]) == 0
    capsys.readouterr()
    assert run(["info", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert {"name": "tiny", "classes": 16, "height": 48, "problem": None}.items() <= next(
        bundle for bundle in facts["bundles"] if bundle["name"] == "tiny"
    ).items()
    assert facts["packages"]["torch"]
    assert any(device.startswith("cpu") for device in facts["devices"])
    (tiny_bundle_path / "bundle.json").write_text("{}")
    assert run(["info"]) == 0
    assert "tiny: cannot be used" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("rendr", "No such command"),
        ("gone.smis", "gone.smis does not exist"),
        ("render", "Missing argument"),
        ("render MAP", "--output"),
        ("render MAP -o OUT.png --seed many --bundle B", "--seed"),
        ("render MAP -o OUT.png --device tpu --bundle B", "tpu"),
        ("render MAP -o OUT.png --seed -1 --bundle B", "seed"),
        ("render none.png -o OUT.png --bundle B", "none.png does not exist"),
        ("render PHOTO -o OUT.png --bundle B", "photo.png has the colour"),
        ("render MAP -o OUT.xyz --bundle B", ".png"),
        ("render MAP -o none/OUT.png --bundle B", "folder none does not exist"),
        ("render MAP -o OUT.png --bundle nothing", "no bundle 'nothing'"),
        ("render MAP -o OUT.png --bundle B --style-labels WORN", "--style-from"),
        ("render MAP -o OUT.png --bundle B --style-from PHOTO --styles s.safetensors", "exclude"),
        ("render MAP -o OUT.png --bundle B --style-from PHOTO --style-labels MAP", "37 x 61"),
        ("render MAP -o OUT.png --bundle B --styles MAP", "map.png"),
        ("render MAP -o OUT.png --bundle B --instances WORN", "instance map is 40 x 50"),
        ("encode PHOTO -o OUT.png --bundle B", ".safetensors"),
        ("encode MAP/none -o OUT.safetensors --bundle B", "none"),
        ("parse PHOTO -o OUT.jpg --bundle B", ".png"),
        ("import-official --network stylegan --generator G -o OUT", "stylegan"),
        ("import-official --network deepfashion --generator none.pth -o OUT", "none.pth does not exist"),
        ("import-official --network deepfashion --generator MAP -o OUT", "map.png"),
        ("check-official none", "none does not exist"),
        ("check-data none", "none"),
        ("train --data none -o OUT", "none"),
        ("train --data none -o OUT --config quick", "quick"),
        ("train --data none -o OUT --precision half", "half"),
        ("train --data none -o OUT --init-from nothing", "nothing"),
        ("train-parser --data none -o OUT", "none"),
        ("train-parser --data none -o OUT --bundle nothing", "nothing"),
        ("train-parser --data none -o OUT --frozen-stages 8", "frozen-stages"),
        ("pseudo-label none -o OUT", "none is not a folder"),
    ],
)
def test_every_user_error_is_one_line_and_exit_code_2(
    files: Path,
    saved_tiny_bundle: Path,
    line: str,
    fault: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(files)
    before = sorted(path.name for path in files.iterdir())
    names = {"MAP": "map.png", "PHOTO": "photo.png", "WORN": "worn.png", "B": str(saved_tiny_bundle)}
    arguments = [names.get(word, word) for word in line.split()]
    assert run(arguments) == 2
    assert fault in one_line(capsys)
    assert sorted(path.name for path in files.iterdir()) == before


def test_check_data_prints_every_fault_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("images", "labels"):
        (tmp_path / folder).mkdir()
    (tmp_path / "classes.json").write_text(json.dumps(FASHION.to_json()))
    for name, value in (("good", 3), ("bad", 77)):
        Image.new("RGB", (8, 8)).save(tmp_path / "images" / f"{name}.png")
        Image.fromarray(np.full((8, 8), value, np.uint8)).save(tmp_path / "labels" / f"{name}.png")
    Image.new("RGB", (8, 8)).save(tmp_path / "images" / "alone.png")
    assert run(["check-data", str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert "bad.png has the value 77" in captured.out
    assert "alone" in captured.out
    assert "good" not in captured.out
    assert "2 faults" in captured.err
    for path in (tmp_path / "images" / "alone.png", tmp_path / "images" / "bad.png", tmp_path / "labels" / "bad.png"):
        path.unlink()
    assert run(["check-data", str(tmp_path)]) == 0
    assert "no faults" in capsys.readouterr().out


def test_without_a_display_the_editor_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], files: Path
) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("other systems always have a display")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for arguments in ([], ["edit"], [str(files / "photo.png")]):
        assert run(arguments) == 2
        error = one_line(capsys)
        assert "no display" in error
        assert "render" in error


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    wanted = {"render", "encode", "parse", "train", "train-parser", "check-data", "info"}
    assert wanted | {"import-official", "check-official", "edit"} <= set(command_names())
    assert all(name in text for name in command_names())


def test_sub_commands_import_no_qt(files: Path, saved_tiny_bundle: Path) -> None:
    program = (
        "import sys; from app.cli.application import run; code = run(sys.argv[1:]);"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('PySide6', 'shiboken6', 'superqt')));"
        "sys.exit(code)"
    )
    render = ["render", "map.png", "-o", "out.png", "--style-from", "photo.png", "--bundle", str(saved_tiny_bundle)]
    done = subprocess.run(
        [sys.executable, "-c", program, *render],
        cwd=files,
        env={"PATH": "", "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_main_is_the_entry_point_and_usage_needs_no_torch() -> None:
    command = [sys.executable, "-X", "importtime", str(ROOT / "main.py"), "render"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    imported = {line.split("|")[-1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("smis-studio: Missing argument")
    assert "typer" in imported
    assert not imported & {"torch", "PySide6", "numpy"}
