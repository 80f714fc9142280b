"""Figures and a thumbnail of one tensor. In the child, so that large tensors need not be sent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from core.dtypes import Array

_BLOCK = 1_000_000  # elements that are computed at a time
THUMBNAIL = 32  # cells along each side at most
COLUMNS = ("smallest", "largest", "mean", "spread", "zeros", "not finite")


def figures(array: Array) -> list[float]:
    """In the order of `COLUMNS`: extremes, mean and standard deviation of the finite values; shares of all values."""
    flat = array.reshape(-1)
    count, mean, squares, smallest, largest = 0, 0.0, 0.0, np.inf, -np.inf
    for start in range(0, flat.size, _BLOCK):  # in blocks, or the copies as float64 would take twice the tensor itself
        block = flat[start : start + _BLOCK].astype(np.float64)
        block = block[np.isfinite(block)]
        if block.size:
            smallest, largest = min(smallest, float(block.min())), max(largest, float(block.max()))
            own = float(block.mean())
            joined = count + block.size
            squares += float(((block - own) ** 2).sum()) + (own - mean) ** 2 * count * block.size / joined
            count, mean = joined, mean + (own - mean) * block.size / joined
    lost = flat.size - count
    if not count:
        return [np.nan, np.nan, np.nan, np.nan, 0.0, 1.0 if lost else 0.0]
    zeros = 1.0 - np.count_nonzero(flat) / flat.size
    return [smallest, largest, mean, math.sqrt(squares / count), zeros, lost / flat.size]


def thumbnail(array: Array) -> Array:
    """The first sample as a small picture: (rows, columns) float32, each at most `THUMBNAIL`.

    The mean over the channels where there are rows and columns; otherwise the last two axes, or the one that there is.
    """
    sample = array[0] if array.ndim > 1 and array.shape[0] else array
    while sample.ndim > 3:  # the middle of what cannot be drawn, such as depth
        sample = sample[sample.shape[0] // 2]
    with np.errstate(all="ignore"):
        flat = sample.astype(np.float32, copy=False)
        if flat.ndim == 3:
            flat = flat.mean(axis=-1)
    plane = flat.reshape((1,) * (2 - flat.ndim) + flat.shape)
    rows, columns = (_places(size) for size in plane.shape)
    return np.ascontiguousarray(plane[np.ix_(rows, columns)], dtype=np.float32)


def sendable(tensor: Any) -> Array:
    """A tensor as an array of a dtype that can be sent; those that NumPy does not have become float32."""
    array = np.asarray(tensor)
    return array if array.dtype.kind in "fiub" else array.astype(np.float32)


def _places(size: int) -> Array:
    if size <= THUMBNAIL:
        return np.arange(size)
    return np.linspace(0, size - 1, THUMBNAIL).round().astype(np.int64)
