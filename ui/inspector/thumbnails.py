"""A tensor as a small picture: one look tells whether a map is empty, a stripe or a shape."""

from __future__ import annotations

import io
from base64 import b64encode

import numpy as np
from PIL import Image

from core.colours import colours
from core.dtypes import Array

_SIDE = 46  # pixels


def thumbnail(plane: Array, side: int = _SIDE) -> str:
    """A plane as a PNG in a data URI; empty where there is nothing to draw.

    Args:
        plane: (rows, columns); one row is folded, so that it is more than a line.
        side: the longer side of the picture [pixels].
    """
    if plane.size == 0:
        return ""
    plane = _stripe(plane.ravel()) if len(plane) == 1 else plane.astype(np.float64)
    finite = plane[np.isfinite(plane)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    span = (plane - low) / (high - low) if high > low else np.zeros_like(plane)
    level = np.nan_to_num(span, posinf=1.0, neginf=0.0).clip(0, 1)
    pixels = colours("cividis")[np.round(level * 255).astype(np.intp)]
    image = Image.fromarray(pixels[..., :3].astype(np.uint8))
    image = image.resize(
        _size(image.size, side), Image.Resampling.BOX if max(image.size) > side else Image.Resampling.NEAREST
    )
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return "data:image/png;base64," + b64encode(stream.getvalue()).decode()


def _stripe(numbers: Array) -> Array:
    """A vector as rows of about its root, so that 1280 numbers are more than a line; the last row is filled up."""
    width = max(1, int(np.ceil(np.sqrt(numbers.size))))
    padded = np.full(-(-numbers.size // width) * width, np.nan)
    padded[: numbers.size] = numbers
    return padded.reshape(-1, width)


def _size(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The same form, its longer side as asked, its shorter at least a quarter of it."""
    longer = max(size)
    return max(side // 4, round(size[0] * side / longer)), max(side // 4, round(size[1] * side / longer))
