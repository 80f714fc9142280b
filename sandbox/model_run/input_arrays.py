"""Arrays for the inputs of a model: a picture, an array or noise, in the shape and dtype that an input takes.

The one place for the page and for the terminal, so that a file and a seed give the same values in both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np

from core import Sentence
from core.dtypes import Array
from core.errors import Shape, invalid_request
from core.limits import MAX_ELEMENTS, MAX_RANK
from core.sentences import Sentence as _  # marks text for the catalogues

_USUAL_SIZE = {4: 128}  # of an open axis, by rank: rows and columns of a picture
_SHORT_SIZE = 16
_CHANNELS = (1, 3, 4)  # of a picture: grey, RGB, RGBA
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # keras/src/applications/imagenet_utils.py
_GREY = (0.299, 0.587, 0.114)  # ITU-R BT.601, as Pillow converts


@dataclass(frozen=True)
class Scaling:
    """What becomes of pixels from 0 to 1.

    Attributes:
        title: for display.
        apply: (pixels (n, h, w, c) from 0 to 1, smallest and largest stored value) -> values for a model.
        option: its name on the command line.
    """

    title: Sentence
    apply: Callable[[Array, float, float], Array]
    option: str


def _imagenet(pixels: Array, _least: float, _most: float) -> Array:
    """Of the colour channels; a single channel gets the means over the colours, alpha stays."""
    count = 3 if pixels.shape[-1] >= 3 else 1
    mean, deviation = (np.asarray(given, np.float32) for given in (_MEAN, _DEVIATION))
    if count == 1:
        mean, deviation = mean.mean(), deviation.mean()
    scaled = pixels.copy()
    scaled[..., :count] = (pixels[..., :count] - mean) / deviation
    return scaled


SCALINGS: dict[str, Scaling] = {
    "unit": Scaling(_("0 to 1"), lambda pixels, _least, _most: pixels, "0..1"),
    "signed": Scaling(_("−1 to 1"), lambda pixels, _least, _most: pixels * 2 - 1, "-1..1"),
    "imagenet": Scaling(_("ImageNet: subtract mean, divide by std"), _imagenet, "imagenet"),
    "none": Scaling(
        _("none: as stored, such as 0 to 255"),
        lambda pixels, least, most: pixels * np.float32(most - least) + np.float32(least),
        "none",
    ),
}


@dataclass(frozen=True)
class Picture:
    """A picture or volume as it was read.

    Attributes:
        pixels: (rows, columns, channels) or (depth, rows, columns, channels), float32 from 0 to 1 within the range of
            the stored type.
        most: the value that became 1: the largest of the stored type, such as 255, or of a window.
        least: the value that became 0.
        notes: what reading changed, and the range of the values if it is unusual.
    """

    pixels: Array
    most: float = 255.0
    notes: tuple[Sentence, ...] = ()
    least: float = 0.0


def takes_pictures(declared: Shape) -> bool:
    """Whether an input looks like a picture: batch, rows, columns, 1, 3 or 4 channels."""
    return len(declared) == 4 and declared[-1] in (*_CHANNELS, None)


def usual_size(rank: int) -> int:
    """The size of an open axis of an input of this rank, unless something else is known."""
    return _USUAL_SIZE.get(rank, _SHORT_SIZE)


def usual_shape(declared: Shape) -> tuple[int, ...]:
    """A shape of one sample, with a usual size for every open axis."""
    if not declared:
        return ()
    sizes = [usual_size(len(declared)) if size is None else size for size in declared[1:]]
    if len(declared) == 4 and declared[-1] is None:
        sizes[-1] = 3
    return (1 if declared[0] is None else declared[0], *sizes)


def check_shape(shape: Shape, declared: Shape) -> tuple[int, ...]:
    """The shape, if the input takes it.

    Raises:
        MergeError: the input takes another shape, or it would be too large.
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


def picture_shape(declared: Shape, picture: Picture) -> tuple[int, ...]:
    """The shape in which a model takes a picture: open axes get the size of the picture.

    Args:
        declared: of the input, batch first.
        picture: as read.
    """
    own = (1, *picture.pixels.shape)
    sizes = own if len(own) == len(declared) else (1,) * len(declared)
    return tuple(size if want is None else want for want, size in zip(declared, sizes, strict=True))


def picture_array(picture: Picture, shape: tuple[int, ...], scaling: str, dtype: str) -> Array:
    """A picture as an input takes it.

    Args:
        picture: as read.
        shape: (n, rows, columns, channels); the picture is repeated n times.
        scaling: one of `SCALINGS`.
        dtype: of the input.
    """
    from PIL import Image  # noqa: PLC0415  # noise and arrays need none

    batch, rows, columns, channels = shape
    coloured = _with_channels(picture.pixels, channels)
    if coloured.shape[:2] != (rows, columns):
        planes = [
            np.asarray(Image.fromarray(np.ascontiguousarray(plane)).resize((columns, rows), Image.Resampling.BILINEAR))
            for plane in np.moveaxis(coloured, -1, 0)
        ]
        coloured = np.stack(planes, axis=-1).clip(0, 1)
    scaled = SCALINGS[scaling].apply(coloured[None], picture.least, picture.most)
    kind = np.dtype(dtype).kind
    rounded = scaled.round() if kind in "iu" else scaled
    return np.repeat(rounded.astype(dtype), batch, axis=0)


def _with_channels(pixels: Array, wanted: int) -> Array:
    """(rows, columns, 1, 2, 3 or 4) with 1, 3 or 4 channels; an even count is one with alpha."""
    count = pixels.shape[-1]
    alpha = pixels[..., -1:] if count in (2, 4) else np.ones_like(pixels[..., :1])
    colour = pixels[..., : count - 1] if count in (2, 4) else pixels
    if wanted == 1:
        return colour if colour.shape[-1] == 1 else (colour @ np.asarray(_GREY, np.float32))[..., None]
    colour = np.repeat(colour, 3, axis=-1) if colour.shape[-1] == 1 else colour
    if wanted == 3:
        return colour
    if wanted == 4:
        return np.concatenate([colour, alpha], axis=-1)
    raise invalid_request(
        "A picture has 1, 3 or 4 channels; the input takes {count}. Use an array (.npy).", count=wanted
    )


def own_array(array: Array, declared: Shape, dtype: str) -> tuple[Array, tuple[Sentence, ...]]:
    """A user's array as an input takes it, with missing axes of size 1 added, and what was added.

    Raises:
        MergeError: of another shape, or values that the dtype of the input cannot hold.
    """
    wide, notes = _with_axes(array, declared)
    kind = np.dtype(dtype).kind
    if kind in "iu" and array.dtype.kind == "f" and not np.array_equal(array, np.trunc(array)):
        raise invalid_request("This input takes integers ({dtype}); the file contains fractions.", dtype=dtype)
    with np.errstate(all="ignore"):
        return wide.astype(dtype), notes


def _with_axes(array: Array, declared: Shape) -> tuple[Array, tuple[Sentence, ...]]:
    """The first of: as it is, with a batch axis, with a channel axis, with both."""
    batch, channel = _("A batch axis of size 1 was added."), _("A channel axis of size 1 was added.")
    tries: list[tuple[Array, tuple[Sentence, ...]]] = [(array, ())]
    if array.ndim:
        tries += [(array[None], (batch,)), (array[..., None], (channel,)), (array[None, ..., None], (batch, channel))]
    for wide, notes in tries:
        if _fits(wide.shape, declared):
            check_shape(wide.shape, declared)
            return wide, notes
    raise invalid_request("The file holds {shape}; the input takes {declared}.", shape=array.shape, declared=declared)


def _fits(shape: Shape, declared: Shape) -> bool:
    return len(shape) == len(declared) and all(want in (None, size) for size, want in zip(shape, declared, strict=True))


def noise_array(shape: tuple[int, ...], number: int, seed: int, dtype: str, below: int = 2) -> Array:
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
