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


WINDOW = _("The window of the file is used: center {center}, width {width}.").template
DIVIDED = _("The values go up to {largest} of {most}: they are divided by {most}.").template
STRETCHED = _("Values from {least} to {most} are scaled to 0 to 1.").template
SWAPPED = _("Low values are bright in this file ({reason}): dark and bright are swapped.").template
RANGE_NOTES = frozenset({WINDOW, DIVIDED, STRETCHED, SWAPPED})  # of readers, on how stored values become 0 to 1


@dataclass(frozen=True)
class Scaling:
    """What becomes of pixels from 0 to 1.

    Attributes:
        title: for display.
        apply: (pixels (..., c), stored values that are 0 and 1 in them) -> values for a model.
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
    pixels = pixels.clip(0, 1)
    scaled = pixels.copy()
    scaled[..., :count] = (pixels[..., :count] - mean) / deviation
    return scaled


SCALINGS: dict[str, Scaling] = {
    "unit": Scaling(_("0 to 1"), lambda pixels, _least, _most: pixels.clip(0, 1), "0..1"),
    "signed": Scaling(_("−1 to 1"), lambda pixels, _least, _most: pixels.clip(0, 1) * 2 - 1, "-1..1"),
    "imagenet": Scaling(_("ImageNet: subtract mean, divide by std"), _imagenet, "imagenet"),
    "none": Scaling(
        _("none: as stored, such as 0 to 255"),
        lambda pixels, least, most: pixels * np.float32(most - least) + np.float32(least),
        "none",
    ),
}


def array_dtype(dtype: str) -> str:
    """The dtype of an array for an input; NumPy has no bfloat16, and some files do not say."""
    return "float32" if dtype in ("", "bfloat16") else dtype


def default_scaling(dtype: str, scaling: str) -> str:
    """The scaling of pixels for an input of this dtype: the stored values for integers, otherwise the one given."""
    return "none" if np.dtype(array_dtype(dtype)).kind in "iub" else scaling


@dataclass(frozen=True)
class Picture:
    """A picture or volume as it was read.

    Attributes:
        pixels: (rows, columns, channels) or (depth, rows, columns, channels), float32, from 0 to 1 within the range of
            the stored type, or within a window: values outside of a window lie outside of 0 to 1.
        most: the value that became 1: the largest of the stored type, such as 255, or of a window.
        least: the value that became 0; larger than `most` where low values are bright.
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
