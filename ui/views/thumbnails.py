"""A plane of a tensor as a small PNG, on a scale of its own or on a given one."""

from __future__ import annotations

import io
from base64 import b64encode

import numpy as np
from PIL import Image

from core.digests import digest
from core.dtypes import Array
from core.tensor_view.colours import MIDDLE, colours
from ui.views.cached import remembered

SIDE = 46  # pixels
_LARGE = 400  # elements of a picture from which numbers of colours take fewer bytes than colours
_HEAD = "data:image/png;base64,"

Limits = tuple[float, float]


def thumbnail(plane: Array, side: int = SIDE) -> str:
    """A plane on its own scale, as a PNG in a data URI; empty where there is nothing to draw.

    Args:
        plane: (rows, columns); a single row is folded into several, so that it is more than a line.
        side: the longer side of the picture [pixels].
    """
    if plane.size == 0:
        return ""
    plane = _folded(plane.ravel()) if len(plane) == 1 else plane.astype(np.float64)
    image = _image(plane, limits_of(plane), signed=False)
    image = image.resize(
        _size(image.size, side), Image.Resampling.BOX if max(image.size) > side else Image.Resampling.NEAREST
    )
    return _uri(image)


def picture(plane: Array, limits: Limits) -> str:
    """A plane on a given scale, one pixel per element, as a PNG in a data URI; empty where there is nothing to draw.

    Args:
        plane: (rows, columns).
        limits: values of the darkest and the brightest colour. If they lie on both sides of zero, the scale is
            diverging, with zero in its middle.
    """
    if plane.size == 0:
        return ""
    level, table = _levels(plane.astype(np.float64), limits, signed=True)
    if plane.size < _LARGE:
        return _uri(_coloured(level, table))
    image = Image.fromarray(level.astype(np.uint8))  # with its table of colours, which takes 768 bytes
    image.putpalette(colours(table)[..., :3].astype(np.uint8).tobytes())
    return _uri(image)


def indexed_picture(plane: Array, limits: Limits) -> tuple[Array, str]:
    """`picture` as entries of a table of colours, for many pictures that cross to the browser together.

    Args:
        plane: (rows, columns).
        limits: as of `picture`.

    Returns:
        uint8 (rows, columns), and the name of a table in `core.tensor_view.colours`.
    """
    level, table = _levels(plane.astype(np.float64), limits, signed=True)
    return level.astype(np.uint8), table


def limits_of(*values: Array) -> Limits:
    """The smallest and the largest finite value of some tensors; (0, 0) where there is none."""
    finite = [_finite(value) for value in values]
    least = [float(value.min()) for value in finite if value.size]
    most = [float(value.max()) for value in finite if value.size]
    return (min(least), max(most)) if least else (0.0, 0.0)


def _finite(value: Array) -> Array:
    """The finite elements: the tensor itself where all are, which is usual, else a copy of them."""
    known = np.isfinite(value)
    return value if known.all() else value[known]


def _image(plane: Array, limits: Limits, *, signed: bool) -> Image.Image:
    return _coloured(*_levels(plane, limits, signed=signed))


def _coloured(level: Array, table: str) -> Image.Image:
    return Image.fromarray(colours(table)[level][..., :3].astype(np.uint8))


def _levels(plane: Array, limits: Limits, *, signed: bool) -> tuple[Array, str]:
    """The entry of each value in a table of colours, 0 to 255, and the name of the table."""
    low, high = limits
    if signed and low < 0 < high:
        largest = max(-low, high)
        level = MIDDLE + np.nan_to_num(plane / largest, posinf=1.0, neginf=-1.0).clip(-1, 1) * (255 - MIDDLE)
        return np.round(level).astype(np.intp), "diverging"
    span = (plane - low) / (high - low) if high > low else np.zeros_like(plane)
    level = np.nan_to_num(span, posinf=1.0, neginf=0.0).clip(0, 1) * 255
    return np.round(level).astype(np.intp), "cividis"


def _uri(image: Image.Image) -> str:
    colours_used = np.array(image.getpalette() or (), np.uint8)
    return _encoded(digest(image.mode, np.asarray(image), colours_used), image)


@remembered
def _encoded(name: str, _image: Image.Image) -> str:  # noqa: ARG001 -- cache key
    stream = io.BytesIO()
    _image.save(stream, "PNG", compress_level=6)  # the highest takes many times longer for a percent
    return _HEAD + b64encode(stream.getvalue()).decode()


def _folded(values: Array) -> Array:
    """A vector as rows of about its square root, so that 1280 values are more than a line; the last row is filled."""
    width = max(1, int(np.ceil(np.sqrt(values.size))))
    padded = np.full(-(-values.size // width) * width, np.nan)
    padded[: values.size] = values
    return padded.reshape(-1, width)


def _size(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The same proportions, the longer side as given, the shorter at least a quarter of it."""
    longer = max(size)
    return max(side // 4, round(size[0] * side / longer)), max(side // 4, round(size[1] * side / longer))
