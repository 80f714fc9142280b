"""The values of a model's input: an image, an array or noise, in the shape and dtype that the input takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np
from PIL import Image

from core import Sentence as _  # marks text for the catalogues
from core.dtypes import Array
from core.errors import Shape, invalid_request
from core.limits import MAX_ELEMENTS, MAX_RANK

_OPEN_SIZE = {4: 128}  # size of an axis that the model leaves open, by rank: rows and columns of an image
_SHORT_SIZE = 16
_MEAN, _DEVIATION = (
    (0.485, 0.456, 0.406),
    (0.229, 0.224, 0.225),
)  # of ImageNet; keras/src/applications/imagenet_utils.py
_GREY = (0.299, 0.587, 0.114)  # ITU-R BT.601, as Pillow converts


@dataclass(frozen=True)
class Scaling:
    """A scaling of pixels from 0 to 1, (n, h, w, c).

    Attributes:
        title: for display.
        apply: pixels -> values that a model takes.
    """

    title: str
    apply: Callable[[Array], Array]


def _imagenet(pixels: Array) -> Array:
    colours = pixels.shape[-1] == 3
    mean, deviation = (_MEAN, _DEVIATION) if colours else (np.mean(_MEAN), np.mean(_DEVIATION))
    return np.asarray((pixels - np.float32(mean)) / np.float32(deviation), dtype=np.float32)


SCALINGS: dict[str, Scaling] = {
    "unit": Scaling(_("0 to 1"), lambda pixels: pixels),
    "signed": Scaling(_("−1 to 1"), lambda pixels: pixels * 2 - 1),
    "imagenet": Scaling(_("ImageNet: subtract mean, divide by std"), _imagenet),
    "none": Scaling(_("none: 0 to 255"), lambda pixels: pixels * 255),
}


def takes_pictures(declared: Shape) -> bool:
    """Whether an input looks like an image: batch, rows, columns, 1, 3 or 4 channels."""
    return len(declared) == 4 and declared[-1] in (1, 3, 4, None)


def usual_shape(declared: Shape) -> tuple[int, ...]:
    """A shape of one sample, with a default where the model leaves a size open."""
    if not declared:
        return ()
    sizes = [_OPEN_SIZE.get(len(declared), _SHORT_SIZE) if size is None else size for size in declared[1:]]
    if len(declared) == 4 and declared[-1] is None:
        sizes[-1] = 3
    return (1 if declared[0] is None else declared[0], *sizes)


def check_shape(shape: Shape, declared: Shape) -> tuple[int, ...]:
    """The shape, if the input takes it.

    Raises:
        MergeError: names the shape that the input takes, or the limit that is exceeded.
    """
    fits = len(shape) == len(declared) and all(
        size is not None and size > 0 and want in (None, size) for size, want in zip(shape, declared, strict=True)
    )
    if not fits:
        raise invalid_request(
            "The shape {shape} is incompatible with the input; the model takes {declared}.",
            shape=shape,
            declared=declared,
        )
    sizes = tuple(size or 0 for size in shape)
    if prod(sizes) > MAX_ELEMENTS or len(sizes) > MAX_RANK:
        raise invalid_request(
            "{shape} has {count} elements; at most {limit} are allowed.",
            shape=sizes,
            count=f"{prod(sizes):,}",
            limit=f"{MAX_ELEMENTS:,}",
        )
    return sizes


def picture_feed(pixels: Array, shape: tuple[int, ...], scaling: str, dtype: str) -> Array:
    """An image as the model takes it.

    Args:
        pixels: (1, rows, columns, 1 or 3) from 0 to 1.
        shape: of the result, (n, rows, columns, channels); the image is repeated n times.
        scaling: one of `SCALINGS`.
        dtype: of the result.
    """
    batch, rows, columns, channels = shape
    coloured = _channels(np.asarray(pixels[0], dtype=np.float32), channels)
    resized = np.stack(
        [
            np.asarray(Image.fromarray(plane).resize((columns, rows), Image.Resampling.BILINEAR))
            for plane in np.moveaxis(coloured, -1, 0)
        ],
        axis=-1,
    )
    scaled = SCALINGS[scaling].apply(resized[None].clip(0, 1))
    rounded = scaled.round() if np.dtype(dtype).kind in "iu" else scaled
    return np.repeat(rounded.astype(dtype), batch, axis=0)


def _channels(pixels: Array, wanted: int) -> Array:
    """(rows, columns, 1 or 3) with 1, 3 or 4 channels: grey, colour, colour and an opaque alpha."""
    if wanted == 1:
        return pixels if pixels.shape[-1] == 1 else (pixels @ np.float32(_GREY))[..., None]
    colour = np.repeat(pixels, 3, axis=-1) if pixels.shape[-1] == 1 else pixels
    return colour if wanted == 3 else np.concatenate([colour, np.ones_like(colour[..., :1])], axis=-1)


def array_feed(array: Array, declared: Shape, dtype: str) -> Array:
    """An uploaded array; a missing batch axis is added.

    Raises:
        MergeError: another shape, or values that the dtype of the input cannot represent.
    """
    wide = array[None] if array.ndim == len(declared) - 1 else array
    check_shape(wide.shape, declared)
    kind = np.dtype(dtype).kind
    if kind in "iu" and array.dtype.kind == "f" and not np.array_equal(array, np.trunc(array)):
        raise invalid_request("This input takes integers ({dtype}); the file contains fractions.", dtype=dtype)
    with np.errstate(all="ignore"):
        return wide.astype(dtype)


def noise_feed(shape: tuple[int, ...], number: int, seed: int, dtype: str, below: int = 2) -> Array:
    """Gaussian noise for floats, uniform integers otherwise.

    Args:
        shape: of the result.
        number: of the input, so that two inputs differ.
        seed: equal seeds give equal noise.
        dtype: of the result.
        below: upper bound of integers, exclusive.
    """
    generator = np.random.default_rng(seed + number)
    kind = np.dtype(dtype).kind
    if kind == "b":
        return generator.random(shape) < 0.5
    if kind in "iu":
        return generator.integers(0, max(1, below), shape).astype(dtype)
    return generator.normal(size=shape).astype(dtype)
