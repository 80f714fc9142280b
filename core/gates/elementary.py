"""Exponential and logarithm of doubles by sums, products and quotients alone.

These round alike in every language (IEEE 754), so that a browser computes the same bits
(`ui/tensor_view/browser/elementary.js`); `np.exp` and `Math.exp` differ in the last one. Both series are cut where the
next term is below half of the last bit.
"""

from __future__ import annotations

from math import factorial, sqrt

import numpy as np

from ..dtypes import Array

_HIGH, _LOW = 0.6931471803691238, 1.9082149292705877e-10  # ln 2; the first has 32 bits, so that its multiples are exact
_LN2 = _HIGH + _LOW
_EXP = [1 / factorial(power) for power in range(13, -1, -1)]
_LOG = [1 / power for power in range(23, -1, -2)]  # of artanh


def exp(value: Array) -> Array:
    """E to the power of a value: e^(r + k ln 2) = 2^k e^r with |r| ≤ ln 2 / 2, by the series of e^r.

    Args:
        value: float64 from -700 to 700.
    """
    whole = np.floor(value / _LN2 + 0.5)
    rest = (value - whole * _HIGH) - whole * _LOW
    total: Array = np.full_like(rest, _EXP[0])
    for factor in _EXP[1:]:
        total = total * rest + factor
    return np.ldexp(total, whole.astype(np.int32))


def log(value: Array) -> Array:
    """The natural logarithm: ln(2^k m) = k ln 2 + 2 artanh((m - 1) / (m + 1)) with m from √½ to √2.

    Args:
        value: float64 above 0, neither subnormal nor infinite.
    """
    part, power = np.frexp(value)
    low = part < sqrt(0.5)
    part, power = np.where(low, 2 * part, part), power - low
    ratio = (part - 1) / (part + 1)
    square = ratio * ratio
    total: Array = np.full_like(ratio, _LOG[0])
    for factor in _LOG[1:]:
        total = total * square + factor
    found: Array = power * _HIGH + (power * _LOW + 2 * (ratio * total))
    return found
