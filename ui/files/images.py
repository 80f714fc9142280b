"""Pictures as tensors of one sample: (1, height, width, 3), float32 from 0 to 1."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core import Sentence
from core.dtypes import Array
from core.errors import MergeError, invalid_request
from core.limits import MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE

_SIDE = 512  # pixels to which a larger picture is scaled down
_FORMATS = ["PNG", "JPEG", "WEBP"]
_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
_TURNED = 0x0112  # the tag of EXIF that says how the camera was held


def read_image(content: bytes) -> dict[str, Array]:
    """The first frame of a picture, upright and in RGB, under an empty name.

    Raises:
        MergeError: no picture of the three formats, damaged, or too large.
    """
    with _opened(content) as image:
        image.thumbnail((_SIDE, _SIDE))
        return {"": _pixels(ImageOps.exif_transpose(image))[None]}


def image_notes(content: bytes) -> tuple[Sentence, ...]:
    """What `read_image` changes about a picture."""
    with _opened(content) as image:
        return tuple(_notes(image))


def _notes(image: Image.Image) -> Iterator[Sentence]:
    if max(image.size) > _SIDE:
        width, height = image.size
        yield Sentence(
            "The picture of {width} × {height} is scaled down to {side} a side.", width=width, height=height, side=_SIDE
        )
    if getattr(image, "n_frames", 1) > 1:
        yield Sentence("Only the first frame is used.")
    if image.getexif().get(_TURNED) in range(2, 9):
        yield Sentence("The picture is turned upright.")
    if image.mode != "RGB":
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
    except Exception as error:  # Pillow raises a dozen kinds here; each means the same to a user
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


def _pixels(image: Image.Image) -> Array:
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow's own conversion to RGB cuts them at 255
        grey = np.asarray(image, dtype=np.float32) / 65_535
        return np.repeat(grey[..., None], 3, axis=-1)
    return np.asarray(image.convert("RGB"), dtype=np.float32) / 255
