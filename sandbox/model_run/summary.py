"""Figures and a thumbnail of one tensor. In the child, so that large tensors need not be sent."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.dtypes import Array

THUMBNAIL = 32  # cells along each side at most
COLUMNS = ("smallest", "largest", "mean", "spread", "zeros", "not finite")


def figures(array: Array) -> list[float]:
    """In the order of `COLUMNS`: extremes, mean and standard deviation of the finite values; shares of all values."""
    values = array.astype(np.float64, copy=False) if array.dtype.kind != "f" else array
    finite = np.isfinite(values)
    lost = values.size - int(np.count_nonzero(finite))
    kept = values[finite] if lost else values
    if not kept.size:
        return [np.nan, np.nan, np.nan, np.nan, 0.0, 1.0 if lost else 0.0]
    zeros = 1.0 - np.count_nonzero(values) / values.size
    mean = kept.mean(dtype=np.float64)
    spread = kept.std(dtype=np.float64)
    return [float(x) for x in (kept.min(), kept.max(), mean, spread, zeros, lost / values.size)]


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
