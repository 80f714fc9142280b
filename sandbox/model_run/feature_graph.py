"""Sums and counts of the features of a gate, for each channel. In the fenced child only.

Features are the largest tensors of a survey, so each figure is made to read them as rarely as possible: sums are
matrix products, and what is counted leaves the graph as one byte for each value.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import ceil, prod
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from core.dtypes import Array
from sandbox.model_run.gate_figures import FEATURE_BINS, HALF_OCTAVES, OCTAVES

Tensor = Any  # TensorFlow ships no types
_CACHED = 500_000  # values that are computed at a time, so that they stay in the cache
_MOST_GROUPS = 32  # of images, each with nodes of its own in the graph
_BANDS = 4  # channels that Pillow counts together
_LEVELS = 256  # values of one byte
_ZERO, _IGNORED = FEATURE_BINS, 255  # codes beside those of the bins


def feature_sums(x: Tensor, alpha: Tensor, y: Tensor | None, *, positive: bool) -> Tensor:
    """Sums over the positions of each image, (n, 7, C), in the order of `SUMS`.

    Args:
        x: features, (n, ..., C).
        alpha: the gate with as many axes.
        y: the product, (n, ..., C); None if it is x times alpha.
        positive: whether x is surely its own magnitude.
    """
    count, channels = x.shape[0], x.shape[-1]
    positions = prod(x.shape[1:-1])
    flat = tf.reshape(x, [count, positions, channels])
    ones = tf.ones([count, 1, positions], tf.float32)
    magnitude = tf.identity if positive else tf.abs
    after = None if y is None else _total(ones, tf.square, tf.reshape(y, flat.shape))
    if alpha.shape[-1] == 1:
        gate = tf.reshape(tf.broadcast_to(alpha, [*x.shape[:-1], 1]), [count, 1, positions])
        both = _weighted(tf.concat([ones, gate], axis=1), magnitude, flat)
        energies = _weighted(tf.concat([ones, gate * gate], axis=1), tf.square, flat)
        parts = [both[:, 0], energies[:, 0], both[:, 1], tf.reduce_sum(gate, axis=2), tf.reduce_sum(gate**2, axis=2)]
        after = energies[:, 1] if after is None else after
    elif prod(alpha.shape[1:-1]) == 1:
        gate = tf.reshape(alpha, [count, channels])
        total, energy = _total(ones, magnitude, flat), _total(ones, tf.square, flat)
        parts = [total, energy, gate * total, positions * gate, positions * gate * gate]
        after = gate * gate * energy if after is None else after
    else:
        gate = tf.reshape(tf.broadcast_to(alpha, x.shape), flat.shape)
        parts = [_total(ones, magnitude, flat), _total(ones, tf.square, flat)]
        parts.append(_total(ones, lambda some, weights: magnitude(some) * weights, flat, gate))
        parts += [_total(ones, tf.identity, gate), _total(ones, tf.square, gate)]
        product = _total(ones, lambda some, weights: tf.square(some) * weights * weights, flat, gate)
        after = product if after is None else after
    total = parts[0] if positive else _total(ones, tf.identity, flat)
    return tf.stack([tf.broadcast_to(part, [count, channels]) for part in (total, *parts, after)], axis=1)


def plain_sums(x: Tensor) -> Tensor:
    """As `feature_sums` for features that are not multiplied by a gate of their shape: what needs one is NaN."""
    flat = tf.reshape(x, [x.shape[0], prod(x.shape[1:-1]), x.shape[-1]])
    ones = tf.ones([flat.shape[0], 1, flat.shape[1]], tf.float32)
    sums = [_total(ones, change, flat) for change in (tf.identity, tf.abs, tf.square)]
    return tf.stack([*sums, *[tf.fill([x.shape[0], x.shape[-1]], np.float32(np.nan))] * 4], axis=1)


def _total(ones: Tensor, change: Callable[..., Tensor], *values: Tensor) -> Tensor:
    """The sum of what is made of (n, positions, C) over the positions, (n, C)."""
    return _weighted(ones, change, *values)[:, 0]


def _weighted(weights: Tensor, change: Callable[..., Tensor], *values: Tensor) -> Tensor:
    """Weighted sums over the positions: (n, k, C).

    Args:
        weights: (n, k, positions).
        change: is applied to the values, elementwise; to a few images at a time, so that its result stays in the cache.
        values: (n, positions, C) each.
    """
    count, positions, channels = values[0].shape
    step = max(_CACHED // max(1, positions * channels), ceil(count / _MOST_GROUPS))
    sizes = [min(step, count - at) for at in range(0, count, step)]
    parts = zip(*(tf.split(value, sizes) for value in (weights, *values)), strict=True)  # one node for all groups
    return tf.concat([tf.matmul(some, change(*group)) for some, *group in parts], axis=0)


def feature_codes(x: Tensor, finite: Tensor) -> Tensor:
    """Each of the features as one byte: the number of its bin, 128 for zero, 255 in images that are not finite.

    A bin is known by the sign, the exponent and the first bit of the mantissa: the upper ten of 32 bits. Magnitudes
    below 2^-126 count as zero, as everywhere in TensorFlow.

    Args:
        x: features, (n, ..., C).
        finite: (n,) bool.

    Returns:
        (ceil(C / 4), values) int32: in each the codes of four channels; channels that fill the last four are 255.
    """
    count, channels = x.shape[0], x.shape[-1]
    flat = tf.reshape(x, [count, prod(x.shape[1:-1]), channels])
    groups = ceil(channels / _BANDS)
    fused = tf.function(_codes, autograph=False, jit_compile=_can_compile())
    four = tf.bitcast(tf.reshape(fused(flat, finite), [-1, groups, _BANDS]), tf.int32)
    return tf.transpose(four)


def _codes(flat: Tensor, finite: Tensor) -> Tensor:
    upper = tf.bitcast(tf.bitwise.right_shift(tf.bitcast(flat, tf.uint32), tf.constant(22, tf.uint32)), tf.int32)
    negative, size = tf.bitwise.right_shift(upper, 9), tf.bitwise.bitwise_and(upper, 511)
    half_octave = tf.clip_by_value(size - 2 * (127 - OCTAVES), 0, HALF_OCTAVES - 1)
    code = tf.where(size < 2, _ZERO, half_octave + HALF_OCTAVES * negative)
    known = tf.cast(tf.where(finite[:, None, None], code, _IGNORED), tf.uint8)
    return tf.pad(known, [[0, 0], [0, 0], [0, -flat.shape[-1] % _BANDS]], constant_values=np.uint8(_IGNORED))


@cache
def _can_compile() -> bool:
    """Whether XLA runs here: it makes one loop of the steps of `_codes`, which takes a fifth of the time."""
    try:
        tf.function(tf.abs, autograph=False, jit_compile=True)(tf.ones([1]))
    except (tf.errors.OpError, RuntimeError, ValueError):
        return False
    return True


def feature_counts(codes: Array, channels: int) -> dict[str, Array]:
    """How many of the features are in each bin, and how many are zero.

    Args:
        codes: as `feature_codes` gives them.
        channels: of the features.

    Returns:
        "feature_bins" (C, 128), in which zeros are in the first bin, and "zeros" (C,), int64.
    """
    counts = np.empty((len(codes), _BANDS * _LEVELS), np.int64)
    for row, found in zip(codes, counts, strict=True):
        picture = Image.frombuffer("RGBA", (len(row), 1), row, "raw", "RGBA", 0, 1)
        found[:] = picture.histogram()
    of_channel = counts.reshape(-1, _LEVELS)[:channels]
    bins, zeros = of_channel[:, :FEATURE_BINS].copy(), of_channel[:, _ZERO].copy()
    bins[:, 0] += zeros
    return {"feature_bins": bins, "zeros": zeros}
