"""`mix`, `morph`, `refine` and `name-styles` on real files."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from app.cli.application import run
from model.checkpoints import Bundle, load_bundle
from model.labels import builtin_label_set, read_label_map, write_label_map
from model.styles import read_styles, sample_codes, write_styles
from model.styles.directions import class_directions

FASHION = builtin_label_set("street-fashion")
TOP, TROUSERS = FASHION.index_of("top"), FASHION.index_of("trousers")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of encoded photos of this test alone."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_: folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path, saved_tiny_bundle: Path, tiny_bundle_with_parser: Bundle) -> Path:
    """A bundle, a label map, a photo of its own size and a large one with their maps, and two style files."""
    shutil.copytree(saved_tiny_bundle, tmp_path / "tiny")
    labels = np.zeros((48, 32), np.uint8)
    labels[6:26, 6:26] = TOP
    labels[26:44, 8:24] = TROUSERS
    write_label_map(tmp_path / "map.png", labels, FASHION)
    random = np.random.default_rng(0)
    Image.fromarray(random.integers(0, 256, (48, 32, 3)).astype(np.uint8)).save(tmp_path / "photo.png")
    Image.fromarray(random.integers(0, 256, (240, 200, 3)).astype(np.uint8)).save(tmp_path / "large.png")
    wide = np.zeros((240, 200), np.uint8)
    wide[60:160, 80:130] = TOP
    wide[160:220, 85:125] = TROUSERS
    write_label_map(tmp_path / "large_map.png", wide, FASHION)
    for seed in (1, 2):
        write_styles(
            tmp_path / f"{seed}.safetensors", sample_codes(tiny_bundle_with_parser, seed), tiny_bundle_with_parser
        )
    return tmp_path


def read(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def call(folder: Path, command: str, *options: object) -> int:
    """Run a command with file names taken from `folder`."""
    return run([command, *(str(option) for option in options), "--bundle", str(folder / "tiny")])


class TestMix:
    def test_a_map_in_other_styles(self, folder: Path) -> None:
        first, second = folder / "1.safetensors", folder / "2.safetensors"
        out = folder / "mixed.png"
        assert call(folder, "mix", "--labels", folder / "map.png", "--style", f"all={first}", "-o", out) == 0
        assert call(folder, "render", folder / "map.png", "--styles", first, "-o", folder / "plain.png") == 0
        assert (read(out) == read(folder / "plain.png")).all()
        more = ["--style", f"all={first}", "--style", f"top={second}@0.5"]
        assert call(folder, "mix", "--labels", folder / "map.png", *more, "-o", out) == 0
        assert (read(out) != read(folder / "plain.png")).any()

    def test_the_rest_of_a_large_photo_stays(self, folder: Path) -> None:
        photo = ["--photo", folder / "large.png", "--photo-labels", folder / "large_map.png"]
        style = f"top={folder / '1.safetensors'}"
        assert call(folder, "mix", *photo, "--style", style, "--seam", 2, "-o", folder / "out.png") == 0
        before, after = read(folder / "large.png"), read(folder / "out.png")
        changed = (before != after).any(axis=2)
        rows, columns = np.nonzero(changed)
        assert changed[70:150, 90:120].mean() > 0.9
        # A person of 160 pixels fills 92 % of 48: a frame pixel is 3.6 photo pixels, and the seam two of them.
        assert rows.min() >= 60 - 15
        assert rows.max() < 160 + 15
        assert columns.min() >= 80 - 15
        assert columns.max() < 130 + 15

    def test_strength_0_gives_the_photo_back(self, folder: Path) -> None:
        photo = ["--photo", folder / "large.png", "--photo-labels", folder / "large_map.png"]
        assert call(folder, "mix", *photo, "--style", f"top={folder / '1.safetensors'}@0", "-o", folder / "o.png") == 0
        assert (read(folder / "large.png") == read(folder / "o.png")).all()

    def test_sliders_are_moved_to_a_share_of_their_range(self, folder: Path) -> None:
        first, moved = folder / "1.safetensors", folder / "moved.safetensors"
        bundle = load_bundle(folder / "tiny")
        codes = read_styles(first, bundle)
        mean = bundle.code_mean[TOP]
        slider = class_directions(bundle, TOP)[1]
        at = slider.position(codes[TOP], mean)
        codes[TOP] = slider.moved(codes[TOP], mean, at - 0.5 * (at - slider.low))
        write_styles(moved, codes, bundle)
        adjusted = ["--style", f"all={first}", "--adjust", f"top:{slider.name.upper()}=-0.5"]
        assert call(folder, "mix", "--labels", folder / "map.png", *adjusted, "-o", folder / "adjusted.png") == 0
        assert call(folder, "render", folder / "map.png", "--styles", moved, "-o", folder / "wanted.png") == 0
        assert (read(folder / "adjusted.png") == read(folder / "wanted.png")).all()

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--labels", "map.png"], "--style"),
            (["--labels", "map.png", "--adjust", "top=1"], "CLASS:SLIDER=AMOUNT"),
            (["--labels", "map.png", "--adjust", "top:variation 1=much"], "is no number"),
            (["--labels", "map.png", "--adjust", "top:variation 1=-3"], "outside -1 to 1"),
            (["--labels", "map.png", "--adjust", "top:weight=1"], "has no slider 'weight'; it has variation 1"),
            (["--style", "top=1.safetensors"], "either --labels"),
            (["--labels", "map.png", "--photo", "photo.png", "--style", "top=1.safetensors"], "either --labels"),
            (["--labels", "map.png", "--photo-labels", "map.png", "--style", "top=1.safetensors"], "--photo, which"),
            (["--labels", "map.png", "--style", "top"], "CLASS=FILE"),
            (["--labels", "map.png", "--style", "wings=1.safetensors"], "wings"),
            (["--labels", "map.png", "--style", "top=none.jpg"], "none.jpg does not exist"),
            (["--labels", "map.png", "--style", "top=1.safetensors@7"], "outside 0 to 1"),
            (["--photo", "photo.png", "--photo-labels", "large_map.png", "--style", "top=1.safetensors"], "200 x 240"),
        ],
    )
    def test_mistakes_are_one_line(
        self,
        folder: Path,
        options: list[str],
        message: str,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(folder)
        assert call(folder, "mix", *options, "-o", "out.png") == 2
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1
        assert not (folder / "out.png").exists()


class TestUnusualPhotos:
    """What a person may drop in: a result, or one clear sentence."""

    @pytest.mark.parametrize("kind", ["cmyk", "16-bit", "alpha", "animated", "grey", "1-pixel", "line"])
    def test_unusual_photos_are_mixed(self, folder: Path, kind: str) -> None:
        pixels = read(folder / "photo.png")
        image = Image.fromarray(pixels)
        path = folder / "odd.png"
        if kind == "cmyk":
            path = folder / "odd.jpg"
            image.convert("CMYK").save(path)
        elif kind == "16-bit":
            Image.fromarray(pixels[..., 0].astype(np.uint16) * 257).save(path)
        elif kind == "alpha":
            image.putalpha(Image.fromarray(pixels[..., 1]))
            image.save(path)
        elif kind == "animated":
            path = folder / "odd.gif"
            image.save(path, save_all=True, append_images=[image.rotate(90), image.rotate(180)])
        elif kind == "grey":
            image.convert("L").save(path)
        else:
            size = (1, 1) if kind == "1-pixel" else (1, 300)
            image.resize(size).save(path)
            write_label_map(folder / "map.png", np.full(size[::-1], TOP, np.uint8), FASHION)
        options = ["--photo", path, "--photo-labels", folder / "map.png", "--style", f"top={folder / '1.safetensors'}"]
        assert call(folder, "mix", *options, "-o", folder / "out.png") == 0
        assert Image.open(folder / "out.png").size == Image.open(path).size

    def test_truncated_photos_are_told(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = folder / "cut.png"
        path.write_bytes((folder / "large.png").read_bytes()[:5000])
        options = ["--labels", folder / "map.png", "--style", f"top={path}"]
        assert call(folder, "mix", *options, "-o", folder / "out.png") == 2
        assert "cut.png is damaged or cut short" in capsys.readouterr().err

    def test_a_photo_without_anybody_is_told(
        self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("model.parsing.parse_photo", lambda bundle, photo, **_: np.zeros(photo.shape[:2], np.uint8))
        options = ["--photo", folder / "photo.png", "--style", f"top={folder / '1.safetensors'}"]
        assert call(folder, "mix", *options, "-o", folder / "out.png") == 2
        assert "photo.png shows no person" in capsys.readouterr().err

    def test_an_encoded_photo_is_not_encoded_again(
        self, folder: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        worn = np.zeros((48, 32), np.uint8)
        worn[6:40, 6:26] = TOP
        monkeypatch.setattr("model.parsing.parse_photo", lambda bundle, photo, **_: worn)
        options = ["--labels", folder / "map.png", "--style", f"top={folder / 'photo.png'}"]
        assert call(folder, "mix", *options, "-o", folder / "first.png") == 0
        assert len(list(own_cache.rglob("*.safetensors"))) == 1
        (folder / "photo.png").rename(folder / "moved.png")
        monkeypatch.setattr("model.parsing.parse_photo", lambda bundle, photo, **_: pytest.fail("parsed again"))
        options = ["--labels", folder / "map.png", "--style", f"top={folder / 'moved.png'}"]
        assert call(folder, "mix", *options, "-o", folder / "second.png") == 0
        assert (read(folder / "first.png") == read(folder / "second.png")).all()


class TestMorph:
    def ends(self, folder: Path) -> list[object]:
        return ["--from", folder / "1.safetensors", "--to", folder / "2.safetensors"]

    def test_first_and_last_frame_equal_the_stills(self, folder: Path) -> None:
        out = folder / "film"
        options = ["--labels", folder / "map.png", *self.ends(folder), "--frames", 4, "-o", out]
        assert call(folder, "morph", *options) == 0
        films = sorted(out.iterdir())
        assert [path.name for path in films] == [f"frame_{n:04d}.png" for n in range(4)]
        for seed, path in ((1, films[0]), (2, films[-1])):
            still = folder / f"still{seed}.png"
            assert (
                call(folder, "render", folder / "map.png", "--styles", folder / f"{seed}.safetensors", "-o", still) == 0
            )
            assert (read(path) == read(still)).all()
        assert (read(films[1]) != read(films[2])).any()

    def test_only_the_named_classes_change(self, folder: Path) -> None:
        out = folder / "film"
        options = ["--labels", folder / "map.png", *self.ends(folder), "--frames", 3, "--classes", "top"]
        assert call(folder, "morph", *options, "-o", out) == 0
        styles = ["--style", f"all={folder / '1.safetensors'}", "--style", f"top={folder / '2.safetensors'}"]
        assert call(folder, "mix", "--labels", folder / "map.png", *styles, "-o", folder / "last.png") == 0
        assert (read(out / "frame_0002.png") == read(folder / "last.png")).all()

    @pytest.mark.parametrize("suffix", [".mp4", ".webp", ".gif"])
    def test_films(self, folder: Path, suffix: str, capsys: pytest.CaptureFixture[str]) -> None:
        out = folder / f"film{suffix}"
        more = ["--route", "spherical", "--loop", "--delay", "top=0.2", "--rate", "12", "--size", "64x96"]
        options = ["--labels", folder / "map.png", *self.ends(folder), "--frames", 3, *more, "-o", out]
        assert call(folder, "morph", *options) == 0
        assert out.stat().st_size > 100
        assert "3 frames" in capsys.readouterr().out

    def test_a_photo_keeps_its_ground(self, folder: Path) -> None:
        out = folder / "film"
        photo = ["--photo", folder / "photo.png", "--photo-labels", folder / "map.png"]
        options = [*photo, "--to", folder / "2.safetensors", "--frames", 3, "--classes", "top", "-o", out]
        assert call(folder, "morph", *options) == 0
        assert (read(out / "frame_0000.png") == read(folder / "photo.png")).all()
        changed = (read(out / "frame_0002.png") != read(folder / "photo.png")).any(axis=2)
        assert changed[8:24, 8:24].mean() > 0.9
        assert not changed[32:].any()

    def test_a_film_of_all_classes_sets_out_from_the_photo_without_a_leap(self, folder: Path) -> None:
        out = folder / "film"
        photo = ["--photo", folder / "photo.png", "--photo-labels", folder / "map.png"]
        options = [*photo, "--to", folder / "2.safetensors", "--frames", 25, "--easing", "none", "-o", out]
        assert call(folder, "morph", *options) == 0
        frames = [read(path).astype(int) for path in sorted(out.iterdir())]
        person = read_label_map(folder / "map.png", FASHION) > 0
        steps = [np.abs(after - before)[person].mean() for before, after in pairwise(frames)]
        whole = np.abs(frames[-1] - frames[0])[person].mean()
        # The network's picture of the photo itself is farther from it than any of the steps is wide.
        assert 0 < max(steps) < 0.4 * whole
        ground = cv2.distanceTransform((~person).astype(np.uint8), cv2.DIST_L2, 5) > 5
        assert all((frame[ground] == frames[0][ground]).all() for frame in frames)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--from", "1.safetensors", "-o", "f.mp4"], "--to is missing"),
            (["--to", "1.safetensors", "-o", "f.mp4"], "--from is missing"),
            (["--from", "1.safetensors", "--to", "2.safetensors", "-o", "f.avi"], "f.avi"),
            (["--from", "1.safetensors", "--to", "2.safetensors", "-o", "f.gif", "--route", "round"], "round"),
            (["--from", "1.safetensors", "--to", "2.safetensors", "-o", "f.gif", "--delay", "top=1"], "--delay"),
            (["--from", "1.safetensors", "--to", "2.safetensors", "-o", "f.gif", "--size", "big"], "WIDTHxHEIGHT"),
            (["--from", "1.safetensors", "--to", "2.safetensors", "-o", "f.gif", "--classes", "wings"], "wings"),
        ],
    )
    def test_mistakes_are_one_line(
        self,
        folder: Path,
        options: list[str],
        message: str,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(folder)
        assert call(folder, "morph", "--labels", "map.png", *options) == 2
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1


def test_refine_writes_styles_and_a_figure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--labels", folder / "map.png", "--figure", folder / "figure.png", "--steps", 3]
    assert call(folder, "refine", folder / "photo.png", *options, "-o", folder / "fitted.safetensors") == 0
    bundle = load_bundle(folder / "tiny")
    assert torch.equal(read_styles(folder / "fitted.safetensors", bundle)[15], bundle.code_mean[15])
    assert read(folder / "figure.png").shape == (48, 96, 3)
    assert "in 3 steps" in capsys.readouterr().out


def test_name_styles_fills_the_bundle(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts = ["--samples", 48, "--trials", 48, "--rounds", 0, "--checks", 6]
    assert call(folder, "name-styles", *counts) == 0
    assert "sliders, " in capsys.readouterr().out
    assert {"styles.safetensors", "styles.json"} <= {path.name for path in (folder / "tiny").iterdir()}
    load_bundle(folder / "tiny")
