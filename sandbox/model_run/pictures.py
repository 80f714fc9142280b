"""Reads the pictures of the page and the terminal: upright, with alpha, in the range of the stored type."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core import MergeError, Sentence
from core.dtypes import Array
from core.errors import invalid_request
from core.limits import MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE
from sandbox.model_run.input_arrays import DIVIDED, Picture
from sandbox.model_run.volumes import read_volume, volume_kind

_FORMATS = ["PNG", "JPEG", "WEBP"]
_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
_ORIENTATION = 0x0112  # the EXIF tag that says how the camera was held
_MOST_16 = 65_535


def read_any_picture(name: str, content: bytes) -> Picture:
    """A picture or volume of any format that is read: PNG, JPEG and WebP here, TIFF, DICOM and NIfTI in a process.

    Args:
        name: of the file.
        content: of the file.

    Raises:
        MergeError: of no such format, damaged, too large, or the library for its format is not installed.
        SandboxError: the process that read it was stopped.
    """
    return read_volume(name, content) if volume_kind(name, content) else read_picture(content)


def read_picture(content: bytes, most_side: int | None = None) -> Picture:
    """The first frame of a picture.

    Args:
        content: of a PNG, JPEG or WebP file.
        most_side: a larger picture is scaled down to it; None to keep its size.

    Returns:
        Pixels (rows, columns, 1 to 4), upright; grey stays grey, and alpha is kept. Notes say what was changed.

    Raises:
        MergeError: no picture of the three formats, damaged, or too large.
    """
    with _opened(content) as image:
        notes = list(_notes(image, most_side))
        if most_side is not None:
            image.thumbnail((most_side, most_side))
        pixels, most = _pixels(ImageOps.exif_transpose(image))
    used = float(pixels.max()) * most if pixels.size else 0.0
    if most == _MOST_16 and 0 < used < most / 2:
        notes.append(
            Sentence(
                DIVIDED,
                largest=round(used),
                most=_MOST_16,
            )
        )
    return Picture(pixels, float(most), tuple(notes))


def _notes(image: Image.Image, most_side: int | None) -> Iterator[Sentence]:
    width, height = image.size
    if most_side is not None and max(image.size) > most_side:
        yield Sentence(
            "The picture of {width} × {height} is scaled down to {side} a side.",
            width=width,
            height=height,
            side=most_side,
        )
    if getattr(image, "n_frames", 1) > 1:
        yield Sentence("Only the first frame is used.")
    if image.getexif().get(_ORIENTATION) in range(2, 9):
        yield Sentence("The picture is turned upright.")
    if image.mode.startswith("I"):
        yield Sentence("The picture has 16 bits per pixel.")
    elif image.mode not in ("L", "LA", "RGB", "RGBA"):
        yield Sentence("The picture is converted to RGB.")
    if image.size == (1, 1):
        yield Sentence("The picture is only 1 × 1.")


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            _check_size(*image.size)
            yield image
    except MergeError:
        raise
    except Image.DecompressionBombError:
        raise invalid_request(
            "The picture has too many pixels; up to {limit} megapixels are read.", limit=MAX_IMAGE_PIXELS // 1_000_000
        ) from None
    except Exception as error:  # Pillow raises a dozen kinds of errors for a broken file
        if isinstance(error, UnidentifiedImageError) and not content.startswith(_BEGINNINGS):
            raise invalid_request("This is not a PNG, JPEG or WebP picture.") from None
        raise invalid_request("The picture is damaged or cut off.") from None


def _check_size(width: int, height: int) -> None:
    if max(width, height) > MAX_IMAGE_SIDE or width * height > MAX_IMAGE_PIXELS:
        raise invalid_request(
            "The picture is {width} × {height}; up to {side} a side and {limit} megapixels are read.",
            width=width,
            height=height,
            side=MAX_IMAGE_SIDE,
            limit=MAX_IMAGE_PIXELS // 1_000_000,
        )


def _pixels(image: Image.Image) -> tuple[Array, int]:
    """(rows, columns, channels) from 0 to 1, and the largest value of the stored type."""
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow's own conversion to RGB cuts them at 255
        return (np.asarray(image, dtype=np.float32) / np.float32(_MOST_16))[..., None], _MOST_16
    if image.mode in ("1", "L"):
        return (np.asarray(image.convert("L"), dtype=np.float32) / 255)[..., None], 255
    transparent = image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info
    mode = "LA" if image.mode == "LA" else "RGBA" if transparent else "RGB"
    return np.asarray(image.convert(mode), dtype=np.float32) / 255, 255
