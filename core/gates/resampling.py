"""Linear interpolation along the grid axes, as TensorFlow's `image.resize` does it (bilinear, half-pixel centers).

`keras.layers.UpSampling2D(interpolation="bilinear")` and `keras.ops.image.resize` call it. Tensors are
(batch, *grid, channels) float32. Element centers lie at half-integer coordinates; beyond the outermost center the
outermost value is repeated (tensorflow/core/kernels/image/resize_bilinear_op.cc). Keras has no trilinear layer; three
grid axes are interpolated one after the other, which is what PyTorch calls trilinear with align_corners=False.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..dtypes import FLOAT32, Array

Sizes = tuple[int, ...]


def upsample(value: Array, factors: Sizes) -> Array:
    """Enlarge (n, h, w, c) to (n, h * factors[0], w * factors[1], c); likewise for one or three grid axes."""
    return resize(value, tuple(size * factor for size, factor in zip(value.shape[1:-1], factors, strict=True)))


def upsample_back(upstream: Array, factors: Sizes) -> Array:
    """The gradient of `upsample`: (n, h * factors[0], w * factors[1], c) to (n, h, w, c)."""
    return resize_back(
        upstream, tuple(size // factor for size, factor in zip(upstream.shape[1:-1], factors, strict=True))
    )


def resize(value: Array, grid: Sizes) -> Array:
    """Interpolate (n, *sizes, c) to (n, *grid, c), the last grid axis first."""
    for axis in reversed(range(1, value.ndim - 1)):
        value = _resize_axis(value, axis, grid[axis - 1])
    return value


def resize_back(upstream: Array, grid: Sizes) -> Array:
    """The gradient of `resize` with respect to a value on this grid."""
    for axis, size in enumerate(grid, start=1):
        if size != upstream.shape[axis]:
            matrix = _matrix(size, upstream.shape[axis])
            upstream = np.moveaxis(np.tensordot(upstream, matrix, (axis, 0)), -1, axis)
    return upstream


def _resize_axis(value: Array, axis: int, size: int) -> Array:
    if value.shape[axis] == size:
        return value
    low, high, share = _neighbours(value.shape[axis], size)
    before, after = value.take(low, axis), value.take(high, axis)
    result: Array = before + (after - before) * share.reshape([-1 if at == axis else 1 for at in range(value.ndim)])
    return result


@lru_cache(maxsize=64)
def _neighbours(old: int, new: int) -> tuple[Array, Array, Array]:
    """For each new position: the old one before it, the old one after it, and the weight of the latter."""
    scale = FLOAT32.type(old) / FLOAT32.type(new)
    position = (np.arange(new, dtype=FLOAT32) + FLOAT32.type(0.5)) * scale - FLOAT32.type(0.5)
    floor = np.floor(position)
    low = np.maximum(floor, 0).astype(np.intp)
    high = np.minimum(np.ceil(position), old - 1).astype(np.intp)
    return low, high, (position - floor).astype(FLOAT32)


@lru_cache(maxsize=64)
def _matrix(old: int, new: int) -> Array:
    """The interpolation along one axis as a matrix, (new, old)."""
    low, high, share = _neighbours(old, new)
    matrix = np.zeros((new, old), dtype=FLOAT32)
    np.add.at(matrix, (np.arange(new), low), 1 - share)
    np.add.at(matrix, (np.arange(new), high), share)
    return matrix
