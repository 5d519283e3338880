"""Films: what is written can be read back, and a failure leaves the old file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from model.errors import UserError
from model.styles.animation import ExportCancelled, check_film, export, h264_encoder


def frames(count: int = 5, height: int = 48, width: int = 32) -> list[NDArray[np.uint8]]:
    """A soft gradient whose colour changes."""
    y, x = np.mgrid[:height, :width]
    return [
        np.stack([40 + 20 * number + 0 * x, 60 + x * 80 // width, 200 - y * 100 // height], -1).astype(np.uint8)
        for number in range(count)
    ]


class TestFormats:
    @pytest.mark.parametrize("loop", [False, True])
    def test_webp_is_exact(self, tmp_path: Path, loop: bool) -> None:
        path = tmp_path / "film.webp"
        assert export(frames(), 5, path, rate=20, loop=loop) == "WebP, 5 frames"
        with Image.open(path) as film:
            assert film.n_frames == 5
            assert film.info["loop"] == (0 if loop else 1)
            for number, wanted in enumerate(frames()):
                film.seek(number)
                film.load()
                assert (np.asarray(film.convert("RGB")) == wanted).all()
                assert film.info["duration"] == 50

    def test_gif(self, tmp_path: Path) -> None:
        path = tmp_path / "film.gif"
        export(frames(), 5, path, rate=10, loop=True)
        with Image.open(path) as film:
            assert film.n_frames == 5
            assert film.info["loop"] == 0
            for number, wanted in enumerate(frames()):
                film.seek(number)
                assert np.abs(np.asarray(film.convert("RGB")).astype(int) - wanted).mean() < 6

    @pytest.mark.parametrize("size", [(48, 32), (47, 33)])
    def test_mp4(self, tmp_path: Path, size: tuple[int, int]) -> None:
        import av

        path = tmp_path / "film.mp4"
        shown = frames(6, *size)
        text = export(shown, 6, path, rate=12.5)
        with av.open(str(path)) as film:
            stream = film.streams.video[0]
            assert float(stream.average_rate) == 12.5
            read = [frame.to_ndarray(format="rgb24") for frame in film.decode(stream)]
        assert len(read) == 6
        assert read[0].shape == (48, 32 if size[1] == 32 else 34, 3)
        for wanted, found in zip(shown, read, strict=True):
            assert np.abs(found[: size[0], : size[1]].astype(int) - wanted).mean() < 6
        assert text.startswith("H.264" if h264_encoder() else "MPEG-4")

    def test_a_folder_of_pngs_is_exact(self, tmp_path: Path) -> None:
        folder = tmp_path / "film"
        export(frames(), 5, folder)
        assert sorted(path.name for path in folder.iterdir()) == [f"frame_{n:04d}.png" for n in range(5)]
        for number, wanted in enumerate(frames()):
            assert (np.asarray(Image.open(folder / f"frame_{number:04d}.png")) == wanted).all()

    def test_a_folder_that_is_there_keeps_its_other_files(self, tmp_path: Path) -> None:
        folder = tmp_path / "film"
        folder.mkdir()
        (folder / "notes.txt").write_text("mine")
        export(frames(3), 3, folder)
        export(frames(3)[::-1], 3, folder)
        assert (folder / "notes.txt").read_text() == "mine"
        assert (np.asarray(Image.open(folder / "frame_0000.png")) == frames(3)[2]).all()
        with pytest.raises(UserError, match=r"frame_0002\.png of a longer film"):
            export(frames(2), 2, folder)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["film"]

    def test_another_size(self, tmp_path: Path) -> None:
        export(frames(2), 2, tmp_path / "film.webp", size=(24, 16))
        assert Image.open(tmp_path / "film.webp").size == (16, 24)

    def test_one_frame(self, tmp_path: Path) -> None:
        for name in ("film.mp4", "film.webp", "film.gif", "film"):
            assert export(frames(1), 1, tmp_path / name).endswith("1 frames")


class TestFailures:
    @pytest.mark.parametrize("name", ["film.mp4", "film.webp", "film.gif", "film"])
    def test_cancelling_leaves_what_was(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        if path.suffix:
            path.write_bytes(b"old")
        asked = iter([False, False, True])
        shares: list[float] = []
        with pytest.raises(ExportCancelled):
            export(frames(), 5, path, cancelled=lambda: next(asked), progress=shares.append)
        assert shares == [0.2, 0.4]
        assert [found.name for found in tmp_path.iterdir()] == ([name] if path.suffix else [])
        assert not path.suffix or path.read_bytes() == b"old"

    @pytest.mark.parametrize("name", ["film.mp4", "film.webp", "film.gif", "film"])
    def test_an_error_while_rendering_leaves_what_was(self, tmp_path: Path, name: str) -> None:
        def broken() -> Iterator[NDArray[np.uint8]]:
            yield frames()[0]
            raise UserError("the network fell over")

        with pytest.raises(UserError, match="fell over"):
            export(broken(), 5, tmp_path / name)
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize(
        ("name", "size", "rate", "message"),
        [
            ("film.avi", None, 24, r"\.mp4"),
            ("nowhere/film.mp4", None, 24, "does not exist"),
            ("film.mp4", (1, 5000), 24, "5000 x 1"),
            ("film.mp4", None, 0, "rate"),
            ("file", None, 24, "not a folder"),
        ],
    )
    def test_what_cannot_be_is_told_first(
        self, tmp_path: Path, name: str, size: tuple[int, int] | None, rate: float, message: str
    ) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(UserError, match=message):
            check_film(tmp_path / name, size, rate)
