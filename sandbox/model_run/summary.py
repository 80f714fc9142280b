"""Figures and a thumbnail of one tensor. In the child, so that large tensors need not be sent."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import Any

import numpy as np

from core.dtypes import Array

THUMBNAIL = 32  # elements along each side at most
_BLOCK = 250_000  # elements
COLUMNS = ("smallest", "largest", "mean", "spread", "zeros", "not finite")


def figures(array: Array) -> list[float]:
    """In the order of `COLUMNS`: extremes, mean and standard deviation of the finite values; shares of all values.

    Block by block, so that a large tensor is never copied as a whole.
    """
    flat = array.reshape(-1)
    smallest, largest, total, zeros, lost = np.inf, -np.inf, 0.0, 0, 0
    for kept, gone in _finite_blocks(flat):
        lost += gone
        if kept.size:
            smallest, largest = min(smallest, float(kept.min())), max(largest, float(kept.max()))
            total += float(kept.sum())
            zeros += kept.size - int(np.count_nonzero(kept))
    count = flat.size - lost
    if not count:
        return [np.nan, np.nan, np.nan, np.nan, 0.0, 1.0 if lost else 0.0]
    mean = total / count
    squares = sum(float(np.square(kept - mean).sum()) for kept, _ in _finite_blocks(flat))
    return [smallest, largest, mean, sqrt(squares / count), zeros / flat.size, lost / flat.size]


def _finite_blocks(flat: Array) -> Iterator[tuple[Array, int]]:
    """The finite values as float64, and how many of the block are not."""
    for start in range(0, flat.size, _BLOCK):
        block = flat[start : start + _BLOCK].astype(np.float64)
        finite = np.isfinite(block)
        kept = block if finite.all() else block[finite]
        yield kept, block.size - kept.size


def thumbnail(array: Array) -> Array:
    """The first sample as a small picture: (rows, columns) float32, each at most `THUMBNAIL`.

    The mean over the channels if there are rows and columns; otherwise the last two axes, or the only one.
    """
    sample = array[0] if array.ndim > 1 and array.shape[0] else array
    while sample.ndim > 3:  # the middle of axes that cannot be drawn, such as depth
        sample = sample[sample.shape[0] // 2]
    with np.errstate(all="ignore"):
        flat = sample.astype(np.float32, copy=False)
        if flat.ndim == 3:
            flat = flat.mean(axis=-1)
    plane = flat.reshape((1,) * (2 - flat.ndim) + flat.shape)
    rows, columns = (_indices(size) for size in plane.shape)
    return np.ascontiguousarray(plane[np.ix_(rows, columns)], dtype=np.float32)


def sendable(tensor: Any) -> Array:
    """A tensor as an array of a dtype that can be sent: bfloat16 and float8 become float32, complex their magnitude."""
    array = np.asarray(tensor)
    if array.dtype.kind == "c":
        magnitude: Array = np.abs(array)
        return magnitude
    return array if array.dtype.kind in "fiub" else array.astype(np.float32)


def dtype_name(tensor: Any) -> str:
    """The dtype of a tensor before it is sent, such as "bfloat16"."""
    dtype = getattr(tensor, "dtype", None)
    name = getattr(dtype, "name", None) or str(np.asarray(tensor).dtype if dtype is None else dtype)
    return str(name)


def _indices(size: int) -> Array:
    if size <= THUMBNAIL:
        return np.arange(size)
    return np.linspace(0, size - 1, THUMBNAIL).round().astype(np.int64)
