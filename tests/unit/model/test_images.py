from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from model import images
from model.errors import UserError
from model.images import read_photo, write_picture


def gradient(height: int = 20, width: int = 30) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.dstack([rows * 255 // height, columns * 255 // width, np.full((height, width), 90)]).astype(np.uint8)


def test_lossless_formats_read_back_exactly(tmp_path: Path) -> None:
    for suffix in (".png", ".bmp", ".tif"):
        write_picture(tmp_path / f"a{suffix}", gradient())
        np.testing.assert_array_equal(read_photo(tmp_path / f"a{suffix}"), gradient())


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".JPEG"])
def test_lossy_formats_read_back_nearly(tmp_path: Path, suffix: str) -> None:
    write_picture(tmp_path / f"a{suffix}", gradient())
    assert np.abs(read_photo(tmp_path / f"a{suffix}").astype(int) - gradient()).mean() < 4


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "RGBA", "LA"])
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    source = Image.fromarray(gradient())
    image = source.convert(mode) if mode != "LAB" else Image.new("LAB", source.size, (128, 128, 128))
    image = Image.fromarray(gradient()) if mode == "HSV" else image  # No file format keeps HSV.
    path = tmp_path / "a.tif"
    image.save(path)
    photo = read_photo(path)
    assert photo.dtype == np.uint8
    assert photo.shape == (20, 30, 3)
    assert photo.flags["C_CONTIGUOUS"]


def test_16_bit_grey_keeps_its_range(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 32768, 65535]], np.uint16)).save(tmp_path / "deep.png")
    np.testing.assert_array_equal(read_photo(tmp_path / "deep.png")[0, :, 0], [0, 128, 255])


def test_float_grey_from_0_to_1_keeps_its_range(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0.0, 0.5, 1.0]], np.float32)).save(tmp_path / "a.tif")
    np.testing.assert_array_equal(read_photo(tmp_path / "a.tif")[0, :, 0], [0, 128, 255])


def test_transparent_pixels_lie_on_white(tmp_path: Path) -> None:
    rgba = np.zeros((1, 2, 4), np.uint8)
    rgba[0, 1] = (10, 20, 30, 255)
    Image.fromarray(rgba).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_photo(tmp_path / "a.png"), [[[255, 255, 255], [10, 20, 30]]])
    palette = Image.fromarray(np.array([[0, 1]], np.uint8))
    palette.putpalette([9, 9, 9, 40, 50, 60])
    palette.save(tmp_path / "b.png", transparency=0)
    np.testing.assert_array_equal(read_photo(tmp_path / "b.png"), [[[255, 255, 255], [40, 50, 60]]])


def test_colour_profiles_are_converted_and_broken_ones_ignored(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for name, profile in (("same", srgb), ("broken", b"not a profile")):
        Image.fromarray(gradient()).save(tmp_path / f"{name}.png", icc_profile=profile)
        assert np.abs(read_photo(tmp_path / f"{name}.png").astype(int) - gradient()).max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_applied(tmp_path: Path, orientation: int) -> None:
    upright = np.zeros((16, 32, 3), np.uint8)
    upright[:8, :16] = 255  # White at the top left, once the picture is upright.
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = Image.fromarray(upright)
    if orientation in undo:
        stored = stored.transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(read_photo(tmp_path / "a.png"), upright)


def test_an_animation_gives_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 4), color) for color in ((255, 0, 0), (0, 0, 255))]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(read_photo(tmp_path / "a.gif")[0, 0], [255, 0, 0])


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp", ".tif", ".gif"])
@pytest.mark.parametrize("kept", [0, 10, 60, 200])
def test_truncated_files_are_user_errors(tmp_path: Path, suffix: str, kept: int) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    path = tmp_path / f"photo{suffix}"
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(UserError, match=f"photo{suffix}"):
        read_photo(path)


def test_files_that_are_no_images_are_user_errors(tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("not an image")
    for name, fault in (("notes.png", "no image"), ("none.png", "does not exist"), ("", "folder")):
        with pytest.raises(UserError, match=fault):
            read_photo(tmp_path / name)


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"\0")


def test_a_decompression_bomb_is_refused_without_reading_it(tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(png_header(60_000, 60_000))
    with pytest.raises(UserError, match="too many pixels"):
        read_photo(tmp_path / "bomb.png")


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_large_photos_are_scaled_down_and_still_turned(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 20_000)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(gradient(300, 400)).save(tmp_path / f"a{suffix}", exif=exif)
    photo = read_photo(tmp_path / f"a{suffix}")
    height, width = photo.shape[:2]
    assert height * width <= 20_000
    assert height / width == pytest.approx(4 / 3, rel=0.05)
    assert photo[0, -1, 0] < 20 < photo[0, 0, 0]  # Turned by a quarter: what was the bottom is on the left.


def test_unknown_suffixes_and_missing_folders_are_user_errors(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"\.jpg"):
        write_picture(tmp_path / "a.xyz", gradient())
    with pytest.raises(UserError, match="folder"):
        write_picture(tmp_path / "none" / "a.png", gradient())
    (tmp_path / "dir.png").mkdir()
    with pytest.raises(UserError, match="folder"):
        write_picture(tmp_path / "dir.png", gradient())
    assert [file.name for file in tmp_path.iterdir()] == ["dir.png"]


def test_long_names_links_and_modes(tmp_path: Path) -> None:
    longest = tmp_path / ("ä" * 125 + ".png")
    write_picture(longest, gradient())
    assert longest.is_file()
    with pytest.raises(UserError, match="name too long"):
        write_picture(tmp_path / ("a" * 300 + ".png"), gradient())
    file, link = tmp_path / "a.png", tmp_path / "link.png"
    write_picture(file, gradient())
    file.chmod(0o640)
    link.symlink_to(file)
    write_picture(link, gradient() // 2)
    assert link.is_symlink() and file.stat().st_mode & 0o777 == 0o640
    assert np.array_equal(read_photo(file), gradient() // 2)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_failed_write_keeps_the_old_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    write_picture(path, gradient())
    before = path.read_bytes()

    def no_space(self: Image.Image, target: Path, **options: object) -> None:
        Path(target).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", no_space)
    with pytest.raises(UserError, match="no space left"):
        write_picture(path, gradient() // 2)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]
