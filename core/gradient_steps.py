"""What flows back through one step of an element-wise merge.

Every function takes the upstream gradient and both operands, all of one shape, and returns one gradient for each.
Ties go to the first operand, as in TensorFlow (tensorflow/python/ops/math_grad.py: _MaximumMinimumGrad).
"""

from __future__ import annotations

import numpy as np

from core.dtypes import Array

Pair = tuple[Array, Array]


def add_gradient(upstream: Array, first: Array, second: Array) -> Pair:
    """d(a + b): 1 and 1."""
    return upstream, upstream


def subtract_gradient(upstream: Array, first: Array, second: Array) -> Pair:
    """d(a - b): 1 and -1."""
    return upstream, np.negative(upstream)


def multiply_gradient(upstream: Array, first: Array, second: Array) -> Pair:
    """d(a * b): b and a."""
    return np.multiply(upstream, second), np.multiply(upstream, first)


def maximum_gradient(upstream: Array, first: Array, second: Array) -> Pair:
    """D max(a, b): all to the larger, to the first where they are equal."""
    return _choose(upstream, np.greater_equal(first, second))


def minimum_gradient(upstream: Array, first: Array, second: Array) -> Pair:
    """D min(a, b): all to the smaller, to the first where they are equal."""
    return _choose(upstream, np.less_equal(first, second))


def _choose(upstream: Array, first_wins: Array) -> Pair:
    nothing = upstream.dtype.type(0)
    return np.where(first_wins, upstream, nothing), np.where(first_wins, nothing, upstream)
