"""Convolution and upsampling in NumPy, against the Keras layers."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from core.gates.convolution import convolve, convolve_back
from core.gates.resampling import upsample, upsample_back

pytestmark = pytest.mark.keras


def normal(shape, seed=0):
    return np.asarray(np.random.default_rng(seed).normal(size=shape)).astype("float32")


CONVOLUTIONS = [
    ((7, 11), (3, 5), {"padding": "same"}),
    ((7, 11), (2, 3), {"padding": "same", "strides": (2, 3)}),
    ((6, 13), (7, 7), {"padding": "same"}),
    ((11, 13), (3, 3), {"padding": "same", "dilation": (4, 4)}),
    ((11, 13), (3, 2), {"strides": (3, 2)}),
    ((11, 13), (1, 1), {"strides": (2, 3)}),
    ((5, 7), (1, 1), {}),
]


@pytest.mark.parametrize(("grid", "window", "options"), CONVOLUTIONS)
def test_convolutions_equal_those_of_keras(grid, window, options):
    """Forwards and backwards, with every window, stride, padding and dilation that gates have."""
    value, kernel = normal((2, *grid, 3)), normal((*window, 3, 5), 1)
    named = {"dilation_rate" if name == "dilation" else name: told for name, told in options.items()}
    variable = tf.Variable(value)
    layer = keras.layers.Conv2D(5, window, use_bias=False, **named)
    layer.build(value.shape)
    layer.kernel.assign(kernel)
    with tf.GradientTape() as tape:
        theirs = layer(variable)
        total = tf.reduce_sum(theirs * (flow := normal(theirs.shape, 2)))
    np.testing.assert_allclose(convolve(value, kernel, **options), theirs, atol=1e-4)
    back = convolve_back(flow, kernel, shape=value.shape, **options)
    np.testing.assert_allclose(back, tape.gradient(total, variable), atol=1e-4)


@pytest.mark.parametrize("factors", [(1, 1), (2, 2), (3, 2), (5, 7), (1, 4)])
def test_upsampling_equals_that_of_keras(factors):
    value = normal((2, 3, 5, 7))
    theirs = np.asarray(keras.layers.UpSampling2D(factors, interpolation="bilinear")(value))
    np.testing.assert_allclose(upsample(value, factors), theirs, atol=1e-6)


@settings(deadline=None, max_examples=40)
@given(sizes=st.tuples(*[st.integers(1, 5)] * 4), factors=st.tuples(*[st.integers(1, 5)] * 2), seed=st.integers(0, 99))
def test_upsampling_backwards_is_the_transpose(sizes, factors, seed):
    """<up(v), w> = <v, back(w)>; and what is the same everywhere stays as it is."""
    value = normal(sizes, seed)
    wide = upsample(value, factors)
    flow = normal(wide.shape, seed + 1)
    np.testing.assert_allclose(np.vdot(wide, flow), np.vdot(value, upsample_back(flow, factors)), atol=1e-3)
    np.testing.assert_array_equal(upsample(np.full_like(value, 0.3), factors), np.float32(0.3))
