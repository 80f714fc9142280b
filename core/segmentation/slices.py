"""Slices for the shipped network: any image or array resized to 160×160, and the Dice score of a prediction.

A slice is (160, 160, 1) float32 from 0 to 1, without a batch axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..dtypes import FLOAT32, Array
from ..errors import invalid_request
from ..sentences import Sentence

SIDE = 160  # rows and columns of the input of the shipped network
MAX_SEED = 10**9  # of a generated slice
_ROUNDING = 1e-6  # of RGB converted to grey
_GREY = np.array([0.299, 0.587, 0.114])  # weights of red, green and blue (ITU-R BT.601)


@dataclass(frozen=True, eq=False)
class FittedSlice:
    """An image as input of the network.

    Attributes:
        image: (160, 160, 1) float32 from 0 to 1.
        notes: the changes that were made.
    """

    image: Array
    notes: tuple[Sentence, ...]


def fit_slice(array: Array) -> FittedSlice:
    """Convert an image to the input of the network.

    Args:
        array: (H, W), (H, W, 1), (H, W, 3) or one of these after a batch axis of 1; real values. Integers of
            8 and 16 bits are read as grey levels; other values outside 0..1 are rescaled from smallest to largest.

    Raises:
        MergeError: another shape, values that are not finite, or one value everywhere.
    """
    plane = _plane(array)
    _check_numbers(plane)
    grey, notes = _greys(plane, array.dtype)
    height, width = grey.shape
    if (height, width) != (SIDE, SIDE):
        notes.append(
            Sentence("{height} × {width} is resized to {side} × {side}.", height=height, width=width, side=SIDE)
        )
    if height != width:
        grey = _square(grey)
        notes.append(Sentence("The image is not square; it is padded with its darkest grey."))
    weights = _averages(len(grey))
    small = weights @ grey @ weights.T
    return FittedSlice(np.clip(small, 0, 1).astype(FLOAT32)[..., None], tuple(notes))


def dice(truth: Array, prediction: Array) -> float:
    """Twice the overlap over the sum of both areas, 0 to 1; NaN where both are empty.

    Args:
        truth: the ground truth, above 0.5 inside the target.
        prediction: above 0.5 where the target was found; the same shape.
    """
    wanted, found = truth > 0.5, prediction > 0.5
    total = int(wanted.sum()) + int(found.sum())
    return 2 * int((wanted & found).sum()) / total if total else float("nan")


def _plane(array: Array) -> Array:
    """(H, W); RGB is converted to grey."""
    shape = array.shape
    if array.ndim == 4 and shape[0] == 1:
        array = array[0]
    if array.ndim == 3 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim == 3 and array.shape[-1] == 3:
        array = array @ _GREY
    if array.ndim != 2 or 0 in array.shape:
        raise invalid_request(
            "A slice must have shape (rows, columns), (rows, columns, 1) or (rows, columns, 3); got {shape}.",
            shape=shape,
        )
    return array


def _check_numbers(plane: Array) -> None:
    wrong = int(plane.size - np.isfinite(plane).sum())
    if wrong:
        raise invalid_request(
            "The network needs finite values; {count} of these are NaN or infinite.", count=f"{wrong:,}"
        )
    if plane.min() == plane.max():
        raise invalid_request(
            "All values of the slice are equal ({value}); there is nothing to segment.",
            value=f"{float(plane.flat[0]):g}",
        )


def _greys(plane: Array, dtype: np.dtype) -> tuple[Array, list[Sentence]]:
    """The values from 0 to 1, and the changes that were made."""
    wide = plane.astype(np.float64)
    if dtype in (np.uint8, np.uint16):
        return wide / np.iinfo(dtype).max, []
    low, high = float(wide.min()), float(wide.max())
    if low >= 0 and high <= 1 + _ROUNDING:
        return wide, []
    note = Sentence("The values are rescaled: {low} becomes 0, {high} becomes 1.", low=f"{low:g}", high=f"{high:g}")
    return (wide / 2 - low / 2) / (high / 2 - low / 2), [
        note
    ]  # halves, since the whole range may exceed the largest float


def _square(grey: Array) -> Array:
    """The image in the middle of a square, padded with its darkest grey."""
    height, width = grey.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    return np.pad(grey, ((top, side - height - top), (left, side - width - left)), constant_values=float(grey.min()))


def _averages(size: int) -> Array:
    """(160, size): each new row is the average of the old rows that it covers, weighted by the overlap."""
    edges = np.arange(SIDE + 1) * size / SIDE
    low, high = edges[:-1, None], edges[1:, None]
    pixels = np.arange(size)[None, :]
    covered = np.clip(np.minimum(high, pixels + 1) - np.maximum(low, pixels), 0, 1)
    averages: Array = covered / covered.sum(axis=1, keepdims=True)
    return averages
