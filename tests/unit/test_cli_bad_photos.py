"""What the commands that take photos make of odd files: a sentence and exit code 2, or a sensible result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.cli.application import run
from model.images import MAX_PIXELS, read_photo
from model.parsing import Person

RNG = np.random.default_rng(0)
NOISE = RNG.integers(0, 256, (40, 30, 3), dtype=np.uint8)


def draw(path: Path, kind: str) -> Path:
    """A file of some kind."""
    picture = Image.fromarray(NOISE)
    if kind == "cmyk":
        picture.convert("CMYK").save(path.with_suffix(".jpg"))
        return path.with_suffix(".jpg")
    if kind == "16 bits":
        Image.fromarray(NOISE[..., 0].astype(np.uint16) * 257).save(path)
    elif kind == "alpha":
        picture.putalpha(Image.fromarray(NOISE[..., 1]))
        picture.save(path)
    elif kind == "animated":
        picture.save(path.with_suffix(".gif"), save_all=True, append_images=[picture.rotate(180)])
        return path.with_suffix(".gif")
    elif kind == "one pixel":
        picture.resize((1, 1)).save(path)
    elif kind == "cut short":
        picture.save(path)
        path.write_bytes(path.read_bytes()[:900])
    else:
        picture.save(path)
    return path


@pytest.fixture
def person_found(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Whether the untrained parser shall find somebody."""

    def found(somebody: bool) -> None:
        monkeypatch.setattr(
            "model.parsing.parse_photo", lambda bundle, photo, **_: np.full(photo.shape[:2], 6 * somebody, np.uint8)
        )
        people = [Person((0, 0, 2, 1), 0.5), Person((0, 1, 2, 2), 0.25)] if somebody else []
        monkeypatch.setattr("model.parsing.find_people", lambda bundle, photo: people)

    return found


@pytest.mark.parametrize("kind", ["cmyk", "16 bits", "alpha", "animated", "one pixel", "plain"])
def test_odd_photos_are_parsed_and_encoded(
    kind: str, tmp_path: Path, tiny_bundle_path: Path, person_found: Callable[[bool], None]
) -> None:
    person_found(True)
    photo = draw(tmp_path / "photo.png", kind)
    bundle = str(tiny_bundle_path)
    assert run(["parse", str(photo), "-o", str(tmp_path / "map.png"), "-b", bundle]) == 0
    assert Image.open(tmp_path / "map.png").size == ((1, 1) if kind == "one pixel" else (30, 40))
    assert run(["encode", str(photo), "-o", str(tmp_path / "styles.safetensors"), "-b", bundle]) == 0


@pytest.mark.parametrize("command", ["encode", "mix", "people"])
def test_nobody_and_damaged_files_are_one_sentence(
    command: str,
    tmp_path: Path,
    tiny_bundle_path: Path,
    person_found: Callable[[bool], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    person_found(False)
    for kind, told in (("plain", "shows no person"), ("cut short", "damaged or cut short")):
        photo = str(draw(tmp_path / f"{kind}.png", kind))
        output = tmp_path / ("out.safetensors" if command == "encode" else "out.png")
        arguments = {
            "encode": ["encode", photo, "-o", str(output)],
            "mix": ["mix", "--photo", photo, "--style", f"top={photo}", "-o", str(output), "--no-cache"],
            "people": ["people", photo],
        }[command]
        assert run([*arguments, "-b", str(tiny_bundle_path)]) == 2
        said = capsys.readouterr().err
        assert told in said and said.count("\n") == 1 and "Traceback" not in said
        assert not output.exists()


def test_a_map_of_nobody_is_written_and_told(
    tmp_path: Path, tiny_bundle_path: Path, person_found: Callable[[bool], None], capsys: pytest.CaptureFixture[str]
) -> None:
    person_found(False)
    photo = str(draw(tmp_path / "plain.png", "plain"))
    assert run(["parse", photo, "-o", str(tmp_path / "map.png"), "-b", str(tiny_bundle_path)]) == 0
    assert "shows no person" in capsys.readouterr().err
    assert (tmp_path / "map.png").exists()


def test_people_are_listed_from_the_largest_on(
    tmp_path: Path,
    tiny_bundle_path: Path,
    person_found: Callable[[bool], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    person_found(True)
    photo = draw(tmp_path / "two.png", "plain")
    assert run(["people", str(photo), "-b", str(tiny_bundle_path)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("1: 1 x 2 at 0, 0; 50.0 %") and second.startswith("2: 1 x 2 at 1, 0; 25.0 %")


def test_a_jpeg_of_100_megapixels_is_read_at_a_quarter(tmp_path: Path) -> None:
    path = tmp_path / "huge.jpg"
    Image.new("RGB", (12_500, 8_000), (90, 140, 60)).save(path, quality=30)
    photo = read_photo(path)
    assert photo.shape[0] * photo.shape[1] <= MAX_PIXELS
    assert abs(photo.shape[1] / photo.shape[0] - 12_500 / 8_000) < 0.01
    assert np.abs(photo[::97, ::97].astype(int) - (90, 140, 60)).max() <= 4
