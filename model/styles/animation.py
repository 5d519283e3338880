"""Writing frames as a film: H.264 in mp4, animated WebP, GIF, or a folder of numbered PNGs."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from PIL import Image

from model.errors import UserError
from model.files import reason, replacing
from model.fitting import resize_photo
from model.images import Photo, write_picture

#: Suffixes of single files; anything without a suffix is a folder of PNGs.
FILM_SUFFIXES = (".mp4", ".webp", ".gif")

# In the order of preference. The encoders after the first are those of other builds of FFmpeg.
_H264 = ("libx264", "libopenh264", "h264_videotoolbox", "h264_mf")
_FRAME = re.compile(r"frame_\d{4,}\.png")


class ExportCancelled(Exception):
    """Raised by `export` soon after its `cancelled` turned true; the old file is as it was."""


def is_folder(path: Path) -> bool:
    """Whether frames go to a folder of PNGs."""
    return path.is_dir() or path.suffix == ""


def check_film(path: Path, size: tuple[int, int] | None = None, rate: float = 24.0) -> None:
    """Raise a UserError at once where `path` cannot become the film, or size (height, width) or rate are impossible."""
    if not is_folder(path) and path.suffix.lower() not in FILM_SUFFIXES:
        raise UserError(
            "{path} must end in {suffixes}, or be a folder for numbered PNGs",
            path=path,
            suffixes=", ".join(FILM_SUFFIXES),
        )
    if not path.parent.is_dir():
        raise UserError("{path} cannot be written: the folder {folder} does not exist", path=path, folder=path.parent)
    if path.exists() and not path.is_dir() and is_folder(path):
        raise UserError("{path} is a file, not a folder for numbered PNGs", path=path)
    if not 1 <= rate <= 240:
        raise UserError("a rate of {rate:g} frames a second is outside 1 to 240", rate=rate)
    if size is not None and not (2 <= size[0] <= 4096 and 2 <= size[1] <= 4096):
        raise UserError("a size of {width} x {height} pixels is outside 2 to 4096", width=size[1], height=size[0])


def export(
    frames: Iterable[Photo],
    count: int,
    path: str | Path,
    *,
    rate: float = 24.0,
    size: tuple[int, int] | None = None,
    loop: bool = False,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> str:
    """Write frames one after the other, so that a long film takes no more memory than a short one.

    WebP and PNG are lossless; GIF has 256 colours a frame; mp4 is H.264 of high quality (or MPEG-4 where the machine's
    FFmpeg has no H.264 encoder), odd sizes grown by one pixel.

    Args:
        frames: uint8 (H, W, 3), all of one size; count: how many they are.
        path: .mp4, .webp or .gif, or a folder.
        rate: frames a second; size: height and width to scale to.
        loop: WebP and GIF play for ever; else once.

    Returns:
        what was written, for the person: "H.264, 48 frames".

    Raises:
        UserError: see `check_film`, or the disk is full.
        ExportCancelled: `cancelled` returned true.
    """
    target = Path(path)
    check_film(target, size, rate)
    steady = _watched(frames, count, size, progress, cancelled)
    if is_folder(target):
        return _write_pngs(steady, count, target)
    kind = target.suffix.lower()
    with replacing(target) as temporary:
        if kind == ".mp4":
            name = _write_mp4(steady, temporary, rate)
        else:
            name = _write_with_pillow(steady, temporary, kind, rate, loop)
    return f"{name}, {count} frames"


def _watched(
    frames: Iterable[Photo],
    count: int,
    size: tuple[int, int] | None,
    progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Iterator[Photo]:
    written = 0
    for frame in frames:
        if cancelled is not None and cancelled():
            raise ExportCancelled
        yield frame if size is None else resize_photo(frame, *size)
        written += 1
        if progress is not None:
            progress(written / count)
    if written != count:
        raise ValueError(f"{written} frames came where {count} were promised")


def _write_pngs(frames: Iterator[Photo], count: int, folder: Path) -> str:
    """All frames or none: they are written beside the folder first."""
    digits = max(4, len(str(count - 1)))
    names = [f"frame_{number:0{digits}d}.png" for number in range(count)]
    if folder.is_dir():
        stale = [path.name for path in folder.iterdir() if _FRAME.fullmatch(path.name) and path.name not in names]
        if stale:
            raise UserError(
                "{folder} holds {name} of a longer film; choose an empty folder", folder=folder, name=stale[0]
            )
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        temporary.mkdir()
        for name, frame in zip(names, frames, strict=True):
            write_picture(temporary / name, frame)
        if not folder.exists():
            temporary.rename(folder)
        else:
            for name in names:
                (temporary / name).replace(folder / name)
    except OSError as error:
        raise UserError("{folder} cannot be written: {reason}", folder=folder, reason=reason(error)) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return f"PNG, {count} frames"


def _write_with_pillow(frames: Iterator[Photo], path: Path, kind: str, rate: float, loop: bool) -> str:
    images = (Image.fromarray(np.ascontiguousarray(frame)) for frame in frames)
    options: dict[str, object] = {"save_all": True, "duration": round(1000 / rate)}
    if kind == ".webp":
        options |= {"format": "WEBP", "lossless": True, "quality": 40, "method": 2, "loop": 0 if loop else 1}
    else:
        # Without "loop" a GIF plays once. Delays are hundredths of a second, and viewers slow down what is below 2.
        options |= {"format": "GIF", "duration": max(20, round(1000 / rate)), "optimize": False}
        if loop:
            options["loop"] = 0
        images = (image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG) for image in images)
    first = next(images)
    first.save(path, append_images=images, **options)  # type: ignore[arg-type]
    return "WebP" if kind == ".webp" else "GIF"


def _write_mp4(frames: Iterator[Photo], path: Path, rate: float) -> str:
    try:
        import av
    except ImportError:
        raise UserError("mp4 needs the package av, which is not installed; choose .webp, .gif or a folder") from None
    encoder = h264_encoder()
    first = next(frames)
    height, width = (side + side % 2 for side in first.shape[:2])
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            added = container.add_stream(encoder or "mpeg4", rate=Fraction(rate).limit_denominator(1001))
            stream = cast("av.VideoStream", added)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            if encoder == "libx264":
                stream.options = {"crf": "14", "preset": "medium"}
            else:
                stream.bit_rate = 8_000_000
            context = stream.codec_context
            # BT.709, as players expect for small pictures only where it is written down.
            context.colorspace = context.color_primaries = context.color_trc = 1
            for picture in _chain(first, frames):
                frame = av.VideoFrame.from_ndarray(_even(picture, height, width), format="rgb24")
                frame = frame.reformat(format="yuv420p", src_colorspace="ITU709", dst_colorspace="ITU709")
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except av.FFmpegError as error:
        raise UserError(
            "the film cannot be encoded as {encoder}: {error}", encoder=encoder or "mpeg4", error=error
        ) from error
    return "H.264" if encoder else "MPEG-4 (this machine has no H.264 encoder)"


def h264_encoder() -> str | None:
    """The name of this machine's H.264 encoder, None where FFmpeg has none."""
    import av

    for name in _H264:
        try:
            av.codec.Codec(name, "w")
        except (av.codec.codec.UnknownCodecError, av.FFmpegError, ValueError):
            continue
        return name
    return None


def _chain(first: Photo, rest: Iterator[Photo]) -> Iterator[Photo]:
    yield first
    yield from rest


def _even(picture: Photo, height: int, width: int) -> Photo:
    """Grown by a copy of the last row or column: H.264 halves the colours' resolution."""
    if picture.shape[:2] == (height, width):
        return np.ascontiguousarray(picture)
    rows, columns = height - picture.shape[0], width - picture.shape[1]
    return np.asarray(cv2.copyMakeBorder(picture, 0, rows, 0, columns, cv2.BORDER_REPLICATE), np.uint8)
