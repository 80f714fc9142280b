"""Bilinear upsampling as `keras.layers.UpSampling2D(interpolation="bilinear")` does it on TensorFlow.

Tensors are (batch, rows, columns, channels) float32. The centres of cells lie at half numbers, and beyond the outermost
centre the outermost cell goes on (tensorflow/core/kernels/image/resize_bilinear_op.cc, half_pixel_centers).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from core.dtypes import FLOAT32, Array


def upsample(value: Array, factors: tuple[int, int]) -> Array:
    """Enlarge (n, h, w, c) to (n, h * factors[0], w * factors[1], c); columns first, then rows, as the kernel does."""
    return _stretch(_stretch(value, 2, factors[1]), 1, factors[0])


def upsample_back(flow: Array, factors: tuple[int, int]) -> Array:
    """What flows back through `upsample`: (n, h * factors[0], w * factors[1], c) to (n, h, w, c)."""
    for axis, factor in zip((1, 2), factors, strict=True):
        shares = _shares(flow.shape[axis] // factor, factor)
        flow = np.moveaxis(np.tensordot(flow, shares, (axis, 0)), -1, axis)
    return flow


def _stretch(value: Array, axis: int, factor: int) -> Array:
    if factor == 1:
        return value
    low, high, share = _neighbours(value.shape[axis], factor)
    before, after = value.take(low, axis), value.take(high, axis)
    result: Array = before + (after - before) * share.reshape([-1 if at == axis else 1 for at in range(value.ndim)])
    return result


@lru_cache(maxsize=64)
def _neighbours(size: int, factor: int) -> tuple[Array, Array, Array]:
    """For each new cell the old one before it, the old one after it, and the share of the latter."""
    place = ((np.arange(size * factor, dtype=FLOAT32) + FLOAT32.type(0.5)) / FLOAT32.type(factor)) - FLOAT32.type(0.5)
    floor = np.floor(place)
    low = np.maximum(floor, 0).astype(np.intp)
    high = np.minimum(np.ceil(place), size - 1).astype(np.intp)
    return low, high, (place - floor).astype(FLOAT32)


@lru_cache(maxsize=64)
def _shares(size: int, factor: int) -> Array:
    """The matrix of the stretch along one axis: (size * factor, size)."""
    low, high, share = _neighbours(size, factor)
    matrix = np.zeros((size * factor, size), dtype=FLOAT32)
    new = np.arange(size * factor)
    np.add.at(matrix, (new, low), 1 - share)
    np.add.at(matrix, (new, high), share)
    return matrix
