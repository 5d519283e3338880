"""Photos in, pictures out: RGB arrays of `numpy.uint8 (H, W, 3)`."""

from __future__ import annotations

import contextlib
import io
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from model.errors import UserError
from model.files import reason, replacing

Photo = NDArray[np.uint8]

#: Photos with more pixels than this are scaled down while they are read (64 million pixels are 192 MB as RGB).
MAX_PIXELS = 64_000_000

_WRITERS: dict[str, dict[str, Any]] = {
    ".png": {"format": "PNG"},
    ".jpg": {"format": "JPEG", "quality": 95, "subsampling": 0},
    ".jpeg": {"format": "JPEG", "quality": 95, "subsampling": 0},
    ".webp": {"format": "WEBP", "quality": 95},
    ".bmp": {"format": "BMP"},
    ".tif": {"format": "TIFF", "compression": "tiff_lzw"},
    ".tiff": {"format": "TIFF", "compression": "tiff_lzw"},
}

#: What `write_picture` can write, by suffix.
PICTURE_SUFFIXES = tuple(_WRITERS)

# What Pillow raises on damaged files, by plug-in: OSError on most, the others from parsers that trust a header.
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError, KeyError, OverflowError, TypeError)


def open_image(path: str | Path) -> Image.Image:
    """Open an image file and read its header; the pixels are read by `load_pixels`.

    Raises:
        UserError: no such file, not an image, or so many pixels that opening it is not safe.
    """
    source = Path(path)
    if source.is_dir():
        raise UserError("{source} is a folder, not an image", source=source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(source)
    except FileNotFoundError:
        raise UserError("{source} does not exist", source=source) from None
    except Image.DecompressionBombError:
        raise UserError("{source} has too many pixels to be opened safely (over 178 million)", source=source) from None
    except UnidentifiedImageError:
        raise UserError(
            "{source} is no image that can be read (PNG, JPEG, WebP, TIFF, BMP, GIF)", source=source
        ) from None
    except OSError as error:
        if error.errno is None:  # Not the system's: a decoder's, such as that of WebP.
            raise UserError("{source} is damaged or cut short: {error}", source=source, error=error) from error
        raise UserError("{source} cannot be read: {reason}", source=source, reason=reason(error)) from error
    except _DAMAGE as error:
        raise UserError("{source} is damaged: {error}", source=source, error=error) from error


def load_pixels(image: Image.Image, source: str | Path) -> Image.Image:
    """Read the pixels of the first frame, or raise a UserError naming `source`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.load()
    except MemoryError:
        raise UserError(
            "{source} does not fit into memory ({width} x {height} pixels)",
            source=source,
            width=image.width,
            height=image.height,
        ) from None
    except _DAMAGE as error:
        raise UserError("{source} is damaged or cut short: {error}", source=source, error=error) from error
    return image


def read_photo(path: str | Path) -> Photo:
    """Read a photo as RGB.

    The camera's EXIF rotation is applied; 1-bit, grey, palette, 16-bit, float, CMYK, YCbCr and Lab images are
    converted, embedded colour profiles to sRGB; transparent pixels are laid on white; of an animation the first frame
    is taken; images of more than `MAX_PIXELS` pixels are scaled down to that many.

    Returns:
        uint8 (H, W, 3), C-contiguous, values 0..255.

    Raises:
        UserError: the file is missing, is not an image, is damaged or cut short, or is too large to be opened.
    """
    image = open_image(path)
    width, height = image.size
    if width * height > MAX_PIXELS:
        scale = (MAX_PIXELS / (width * height)) ** 0.5
        smaller = (max(1, int(width * scale)), max(1, int(height * scale)))
        # JPEG can be decoded at 1/2, 1/4 or 1/8 size, which spares the memory of the whole picture.
        image.draft(None, smaller)
        load_pixels(image, path)
        if image.size[0] > smaller[0] or image.size[1] > smaller[1]:
            image = _keep_info(_to_8_bit(image).resize(smaller, Image.Resampling.BOX), image)
    load_pixels(image, path)
    with contextlib.suppress(*_DAMAGE):  # A damaged EXIF block is no reason to refuse the pixels.
        image = ImageOps.exif_transpose(image)
    return np.ascontiguousarray(np.asarray(_to_rgb(image), dtype=np.uint8))


def _keep_info(image: Image.Image, original: Image.Image) -> Image.Image:
    image.info = dict(original.info)
    exif = original.getexif()
    if exif:
        image.info["exif"] = exif.tobytes()
    return image


def _to_8_bit(image: Image.Image) -> Image.Image:
    """Grey images of 16 bits, 32 bits or floats to mode L, bi-level to L, palettes to their colours."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.nan_to_num(np.asarray(image, dtype=np.float32), nan=0.0, posinf=0.0, neginf=0.0)
        top = float(values.max(initial=0.0))
        if image.mode == "F" and top <= 1.0:
            full = 1.0
        elif image.mode.startswith("I;16") or top > 255:
            full = max(65535.0, top)
        else:
            full = 255.0
        return Image.fromarray(np.clip(np.rint(values * (255.0 / full)), 0, 255).astype(np.uint8))
    if image.mode == "P":
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode == "1":
        return image.convert("L")
    return image


def _to_rgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    image = _to_8_bit(image)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, (255, 255, 255, 255)), image).convert("RGB")
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            converted = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # A broken profile: the plain numbers are the best guess left.
        if converted is not None:
            return converted
    return image.convert("RGB")


def write_picture(path: str | Path, picture: Photo, quality: int | None = None) -> None:
    """Write an RGB picture in the format its suffix names (PNG, JPEG, WebP, BMP, TIFF); a failure keeps the old file.

    Args:
        picture: uint8 (H, W, 3).
        quality: 1..100 for JPEG and WebP; by default as good as is sensible. The other formats lose nothing.

    Raises:
        UserError: the suffix names no known format, or the file cannot be written.
    """
    target = Path(path)
    options = _WRITERS.get(target.suffix.lower())
    if options is None:
        known = ", ".join(sorted(_WRITERS))
        raise UserError("{target} must end in one of {known} to be written as a picture", target=target, known=known)
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise ValueError(f"a picture is uint8 (H, W, 3), not {picture.dtype} {picture.shape}")
    if quality is not None and "quality" in options:
        options = {**options, "quality": quality}
    with replacing(target) as temporary:
        Image.fromarray(np.ascontiguousarray(picture)).save(temporary, **options)
