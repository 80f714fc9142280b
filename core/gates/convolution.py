"""Convolution of channels-last tensors as Keras's Conv1D, Conv2D and Conv3D compute it, by one matrix product.

Tensors are (batch, *grid, channels) float32 with one to three grid axes; kernels are (*window, channels in,
channels out). Windows, strides and dilation rates have one entry per grid axis.
"""

from __future__ import annotations

from math import prod
from typing import Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..dtypes import Array

Sizes = tuple[int, ...]
Padding = Literal["valid", "same"]


def convolve(
    value: Array, kernel: Array, *, strides: Sizes = (), padding: Padding = "valid", dilation: Sizes = ()
) -> Array:
    """`keras.layers.Conv1D`, `Conv2D` or `Conv3D` without the bias.

    Args:
        value: (n, *grid, c).
        kernel: (*window, c, d).
        strides: step from one window to the next; 1 by default.
        padding: "valid" uses complete windows only; "same" gives ceil(size / stride) positions, with zeros added as
            TensorFlow does it: an odd one goes after the last position.
        dilation: step from one kernel element to the next; 1 by default.

    Returns:
        (n, *convolved grid, d).
    """
    window = kernel.shape[:-2]
    strides, dilation = strides or (1,) * len(window), dilation or (1,) * len(window)
    if prod(window) == 1:
        sampled = value[(slice(None), *(slice(None, None, step) for step in strides))]
        return times(sampled, kernel.reshape(kernel.shape[-2:]))
    axes = tuple(range(1, value.ndim - 1))
    padded = np.pad(value, _margins(value.shape, window, strides, padding, dilation))
    windows = sliding_window_view(padded, _reach(window, dilation), axis=axes)
    chosen = windows[
        (
            slice(None),
            *(slice(None, None, step) for step in strides),
            slice(None),
            *(slice(None, None, step) for step in dilation),
        )
    ]
    last = len(axes) + 1  # the channels; the kernel axes follow them
    columns = chosen.transpose(*range(last), *range(last + 1, chosen.ndim), last).reshape(*chosen.shape[:last], -1)
    return times(columns, kernel.reshape(-1, kernel.shape[-1]))


def times(value: Array, matrix: Array) -> Array:
    """(..., c) @ (c, d) as one product: NumPy multiplies a stack row by row, 100 times slower on a busy machine."""
    product: Array = value.reshape(-1, value.shape[-1]) @ matrix
    return product.reshape(*value.shape[:-1], matrix.shape[-1])


def plus(product: Array, bias: Any) -> Array:
    """(..., d) + (d,), or a number, in the memory of the product, for results of `times` and `convolve`."""
    product += bias
    return product


def convolve_back(
    upstream: Array,
    kernel: Array,
    *,
    shape: Sizes,
    strides: Sizes = (),
    padding: Padding = "valid",
    dilation: Sizes = (),
) -> Array:
    """The gradient of `convolve` with respect to a `value` of this shape; `upstream` has the shape of the result."""
    window = kernel.shape[:-2]
    strides, dilation = strides or (1,) * len(window), dilation or (1,) * len(window)
    margins = _margins(shape, window, strides, padding, dilation)
    sizes = [size + sum(margin) for size, margin in zip(shape, margins, strict=True)]
    padded: Array = np.zeros(sizes, dtype=upstream.dtype)
    for at in np.ndindex(window):
        positions = tuple(
            slice(start * rate, start * rate + step * (count - 1) + 1, step)
            for start, rate, step, count in zip(at, dilation, strides, upstream.shape[1:-1], strict=True)
        )
        padded[(slice(None), *positions)] += upstream @ kernel[at].T
    inside = tuple(slice(before, before + size) for (before, _), size in zip(margins, shape, strict=True))
    return padded[inside]


def convolved_grid(
    grid: Sizes, window: Sizes, *, strides: Sizes = (), padding: Padding = "valid", dilation: Sizes = ()
) -> Sizes:
    """Grid of the result of `convolve`; sizes below 1 where the window is larger than the grid."""
    strides, dilation = strides or (1,) * len(window), dilation or (1,) * len(window)
    if padding == "same":
        return tuple(-(-size // step) for size, step in zip(grid, strides, strict=True))
    reach = _reach(window, dilation)
    return tuple((size - wide) // step + 1 for size, wide, step in zip(grid, reach, strides, strict=True))


def _reach(window: Sizes, dilation: Sizes) -> Sizes:
    """Positions from the first to the last element under the kernel."""
    return tuple((size - 1) * rate + 1 for size, rate in zip(window, dilation, strict=True))


def _margins(
    shape: Sizes, window: Sizes, strides: Sizes, padding: Padding, dilation: Sizes
) -> list[tuple[int, int]]:  # fmt: skip
    """Zeros added before and after each axis."""
    if padding == "valid":
        return [(0, 0)] * len(shape)
    margins = [(0, 0)]
    for size, step, wide in zip(shape[1:-1], strides, _reach(window, dilation), strict=True):
        missing = max((-(-size // step) - 1) * step + wide - size, 0)
        margins.append((missing // 2, missing - missing // 2))
    return [*margins, (0, 0)]
