"""Convolution of channels-last tensors as Keras's Conv2D computes it, by one product of matrices.

Tensors are (batch, rows, columns, channels) float32; kernels (kernel rows, kernel columns, channels in, channels out).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.dtypes import Array

Pair = tuple[int, int]
Padding = Literal["valid", "same"]
ONE: Pair = (1, 1)


def convolve(
    value: Array, kernel: Array, *, strides: Pair = ONE, padding: Padding = "valid", dilation: Pair = ONE
) -> Array:
    """`keras.layers.Conv2D` without its bias.

    Args:
        value: (n, H, W, c).
        kernel: (p, q, c, d).
        strides: rows and columns from one window to the next.
        padding: "valid" takes whole windows alone; "same" gives ceil(H / stride) rows, zeros put around as TensorFlow
            does it: the odd one below and to the right.
        dilation: rows and columns from one cell of the kernel to the next.

    Returns:
        (n, h, w, d).
    """
    if kernel.shape[:2] == ONE and strides == ONE:
        return _times(value, kernel[0, 0])
    padded = np.pad(value, _margins(value.shape, kernel.shape, strides, padding, dilation))
    reach = _reach(kernel.shape, dilation)
    windows = sliding_window_view(padded, reach, axis=(1, 2))
    chosen = windows[:, :: strides[0], :: strides[1], :, :: dilation[0], :: dilation[1]]
    cells = chosen.transpose(0, 1, 2, 4, 5, 3).reshape(*chosen.shape[:3], -1)
    return _times(cells, kernel.reshape(-1, kernel.shape[-1]))


def _times(value: Array, matrix: Array) -> Array:
    """(..., c) @ (c, d) as one product: NumPy multiplies a stack row by row, 100 times slower on a busy machine."""
    product: Array = value.reshape(-1, value.shape[-1]) @ matrix
    return product.reshape(*value.shape[:-1], matrix.shape[-1])


def convolve_back(
    flow: Array,
    kernel: Array,
    *,
    shape: tuple[int, ...],
    strides: Pair = ONE,
    padding: Padding = "valid",
    dilation: Pair = ONE,
) -> Array:
    """What flows back through `convolve` to a `value` of this shape; `flow` has the shape of the result."""
    if kernel.shape[:2] == ONE and strides == ONE:
        product: Array = flow @ kernel[0, 0].T
        return product
    margins = _margins(shape, kernel.shape, strides, padding, dilation)
    sizes = [size + sum(margin) for size, margin in zip(shape, margins, strict=True)]
    padded: Array = np.zeros(sizes, dtype=flow.dtype)
    for row, column in np.ndindex(kernel.shape[:2]):
        rows = _every(row * dilation[0], strides[0], flow.shape[1])
        columns = _every(column * dilation[1], strides[1], flow.shape[2])
        padded[:, rows, columns] += flow @ kernel[row, column].T
    (_, _), (top, _), (left, _), _ = margins
    return padded[:, top : top + shape[1], left : left + shape[2]]


def _every(start: int, step: int, count: int) -> slice:
    return slice(start, start + step * (count - 1) + 1, step)


def _reach(kernel: tuple[int, ...], dilation: Pair) -> Pair:
    """Rows and columns from the first to the last cell under the kernel."""
    return (kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1


def _margins(
    shape: tuple[int, ...], kernel: tuple[int, ...], strides: Pair, padding: Padding, dilation: Pair
) -> list[Pair]:
    """Zeros before and after each axis."""
    if padding == "valid":
        return [(0, 0)] * 4
    reach = _reach(kernel, dilation)
    sides = [(0, 0)]
    for size, step, wide in zip(shape[1:3], strides, reach, strict=True):
        missing = max((-(-size // step) - 1) * step + wide - size, 0)
        sides.append((missing // 2, missing - missing // 2))
    return [*sides, (0, 0)]
