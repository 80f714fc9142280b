"""Slices for the shipped network: any picture or array brought to 160×160, and how an answer is judged.

A slice is (160, 160, 1) float32 from 0 to 1; a batch of one is put before it where a network asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.dtypes import FLOAT32, Array
from core.errors import invalid_request
from core.sentences import Sentence

SIDE = 160  # rows and columns that the shipped network takes
MAX_SEED = 10**9  # of a generated slice
_ROUNDING = 1e-6  # of three colours made grey
_GREY = np.array([0.299, 0.587, 0.114])  # weight of red, green and blue in grey (ITU-R BT.601)


@dataclass(frozen=True, eq=False)
class FittedSlice:
    """A picture as the network takes it.

    Attributes:
        image: (160, 160, 1) float32 from 0 to 1.
        notes: what was changed about it.
    """

    image: Array
    notes: tuple[Sentence, ...]


def fit_slice(array: Array) -> FittedSlice:
    """Bring a picture to what the network takes.

    Args:
        array: (H, W), (H, W, 1), (H, W, 3) or one of these with a batch of 1 before it; real numbers. Whole numbers
            of 8 and 16 bits are read as greys, others that leave 0..1 are scaled from smallest to largest.

    Raises:
        MergeError: another shape, numbers that are not finite, or the same number everywhere.
    """
    plane = _plane(array)
    _check_numbers(plane)
    grey, notes = _greys(plane, array.dtype)
    height, width = grey.shape
    if (height, width) != (SIDE, SIDE):
        notes.append(
            Sentence("{height} × {width} is brought to {side} × {side}.", height=height, width=width, side=SIDE)
        )
    if height != width:
        grey = _square(grey)
        notes.append(Sentence("It is not square; the rest is filled with its darkest grey."))
    weights = _averages(len(grey))
    small = weights @ grey @ weights.T
    return FittedSlice(np.clip(small, 0, 1).astype(FLOAT32)[..., None], tuple(notes))


def dice(truth: Array, answer: Array) -> float:
    """Twice the overlap over the sum of both areas, 0 to 1; NaN where both are empty.

    Args:
        truth: above a half where the target is.
        answer: above a half where it was found; the same shape.
    """
    wanted, found = truth > 0.5, answer > 0.5
    total = int(wanted.sum()) + int(found.sum())
    return 2 * int((wanted & found).sum()) / total if total else float("nan")


def _plane(array: Array) -> Array:
    """(H, W), or (H, W, 3) made grey."""
    shape = array.shape
    if array.ndim == 4 and shape[0] == 1:
        array = array[0]
    if array.ndim == 3 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim == 3 and array.shape[-1] == 3:
        array = array @ _GREY
    if array.ndim != 2 or 0 in array.shape:
        raise invalid_request(
            "A slice has the shape (rows, columns), (rows, columns, 1) or (rows, columns, 3); this one has {shape}.",
            shape=shape,
        )
    return array


def _check_numbers(plane: Array) -> None:
    wrong = int(plane.size - np.isfinite(plane).sum())
    if wrong:
        raise invalid_request(
            "The network needs finite numbers; NaN or infinite are {count} of these.", count=f"{wrong:,}"
        )
    if plane.min() == plane.max():
        raise invalid_request(
            "The slice is the same everywhere ({value}), so there is nothing to find.",
            value=f"{float(plane.flat[0]):g}",
        )


def _greys(plane: Array, dtype: np.dtype) -> tuple[Array, list[Sentence]]:
    """The numbers from 0 to 1, and what was done to them."""
    wide = plane.astype(np.float64)
    if dtype in (np.uint8, np.uint16):
        return wide / np.iinfo(dtype).max, []
    low, high = float(wide.min()), float(wide.max())
    if low >= 0 and high <= 1 + _ROUNDING:
        return wide, []
    note = Sentence("The numbers are scaled: {low} becomes 0, {high} becomes 1.", low=f"{low:g}", high=f"{high:g}")
    return (wide / 2 - low / 2) / (high / 2 - low / 2), [
        note
    ]  # halves, as the whole range may be past the largest float


def _square(grey: Array) -> Array:
    """The picture in the middle of a square, the rest filled with its darkest grey."""
    height, width = grey.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    return np.pad(grey, ((top, side - height - top), (left, side - width - left)), constant_values=float(grey.min()))


def _averages(size: int) -> Array:
    """(160, size): each new row is the average of the old ones that it covers, by how much of them."""
    edges = np.arange(SIDE + 1) * size / SIDE
    low, high = edges[:-1, None], edges[1:, None]
    cells = np.arange(size)[None, :]
    covered = np.clip(np.minimum(high, cells + 1) - np.maximum(low, cells), 0, 1)
    averages: Array = covered / covered.sum(axis=1, keepdims=True)
    return averages
