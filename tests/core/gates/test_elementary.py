"""Exponential and logarithm, beside those of NumPy."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.gates.elementary import exp, log


def ulps(found, expected):
    """The difference in units of the last bit."""
    return abs(found - expected) / np.spacing(expected)


def test_by_hand():
    assert exp(np.float64([0]))[0] == 1
    assert log(np.float64([1]))[0] == 0
    assert log(np.float64([0.25]))[0] == -2 * np.log(2)


@given(st.floats(-700, 700))
def test_exponential(value):
    assert ulps(exp(np.float64([value]))[0], np.exp(value)) <= 2


@given(st.floats(1e-300, 1e300))
def test_logarithm(value):
    found, expected = log(np.float64([value]))[0], np.log(value)
    assert abs(found - expected) <= max(2 * np.spacing(abs(expected)), 1e-16 * abs(value - 1))
