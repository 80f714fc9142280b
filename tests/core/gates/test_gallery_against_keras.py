"""The gates of the gallery against twins built of Keras layers with the same weights, and their code as models."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.gates import GATES, gate_snippet, run_gate
from core.gates.gradients import gate_gradients
from tests.core.gates.gallery_twins import TWINS, twin
from tests.core.gates.test_against_keras import given_weights, normal, stirred

pytestmark = pytest.mark.keras
CASES = [(name, variant) for name in TWINS for variant in GATES[name].variants]
SELF_ATTENTION = ("multi-head", "grouped-query")  # whose twin gives the attention weights
SIZES = [  # x, g: a different prime for each dimension
    ((2, 5, 11, 7), (2, 3, 5, 13)),
    ((3, 7, 5, 67), (3, 2, 11, 5)),
    ((5, 13, 3, 131), (5, 7, 3, 2)),
]


def signal(name, g):
    return g if GATES[name].signal else None


def moved(trace):
    """The weights of a run: kernels as drawn, so that numbers stay of the order of 1, all else off its plain start."""
    return {name: trace.weights[name] if "kernel" in name else weight for name, weight in stirred(trace).items()}


def stirred_run(name, variant, x_shape, g_shape):
    """A run of `run_gate` with weights none of which has its initial value."""
    x, g = normal(x_shape, 1), normal(g_shape, 2)
    weights = moved(run_gate(name, x, g=signal(name, g), variant=variant))
    return x, g, weights, run_gate(name, x, g=signal(name, g), variant=variant, weights=weights)


def test_every_gate_has_a_twin():
    """The attention gate has its own, in test_against_keras.py."""
    assert set(TWINS) | {"attention"} == set(GATES)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(("name", "variant"), CASES)
def test_equal_to_the_twin(name, variant, size):
    """Map and output within 1e-5, relative where numbers are large; gradients as TensorFlow's, rounded sums apart."""
    x, g, weights, trace = stirred_run(name, variant, *size)
    model = given_weights(twin(name, variant, *size), weights)
    upstream = normal(trace.output.shape, 3)
    features, other = tf.Variable(x), tf.Variable(g)
    with tf.GradientTape() as tape:
        alpha, output = model([features, other])
        total = tf.reduce_sum(output * upstream)
    ours = trace.step("weights").value if name in SELF_ATTENTION else trace.alpha
    np.testing.assert_allclose(ours, alpha.numpy(), atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(trace.output, output.numpy(), atol=1e-5, rtol=1e-5)
    assert trace.output.dtype == np.float32
    assert all(trace.trained.values())
    found = gate_gradients(trace, upstream)
    for wanted, theirs in zip("xg", tape.gradient(total, [features, other]), strict=True):
        if theirs is not None:
            theirs = theirs.numpy()
            np.testing.assert_allclose(found.to(wanted), theirs, atol=2e-5 * max(1, np.abs(theirs).max()), rtol=1e-4)


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_the_snippet_gives_the_same(name, variant):
    """The text is run as it stands, on two sizes; its layers are called as our weights."""
    space = {}
    exec(gate_snippet(name, variant), space)
    function = next(value for value in space.values() if getattr(value, "__code__", None))
    for size in SIZES[:2]:
        x, g, weights, trace = stirred_run(name, variant, *size)
        inputs = [keras.Input(x.shape[1:]), keras.Input(g.shape[1:])]
        used = inputs if GATES[name].signal else inputs[:1]
        model = given_weights(keras.Model(inputs, function(*used)), weights, "gate_")
        np.testing.assert_allclose(trace.output, np.asarray(model([x, g])), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    "name", ["se", "cbam", "bam", "scse", "coordinate", "residual", "pooling", "global", *SELF_ATTENTION]
)
def test_other_numbers_of_channels_in_between(name):
    """The snippet takes them as an argument; a run reads them off the weights that it is given."""
    space = {}
    exec(gate_snippet(name, filters=3), space)
    function = next(value for value in space.values() if getattr(value, "__code__", None))
    x, g = normal((2, 5, 11, 7), 1), normal((2, 3, 5, 13), 2)
    inputs = [keras.Input(x.shape[1:]), keras.Input(g.shape[1:])]
    model = keras.Model(inputs, function(*(inputs if GATES[name].signal else inputs[:1])))
    weights = {
        "/".join(variable.path.split("/")[-2:]).removeprefix("gate_"): np.asarray(variable.value)
        for layer in model.layers
        for variable in layer.weights
    }
    trace = run_gate(name, x, g=signal(name, g), weights=weights)
    assert any(3 in weight.shape for weight in trace.weights.values())
    np.testing.assert_allclose(trace.output, np.asarray(model([x, g])), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", [name for name in TWINS if name not in ("coordinate", *SELF_ATTENTION)])
def test_the_snippet_takes_sizes_that_are_not_known(name):
    """A fully convolutional model has None for rows and columns."""
    space = {}
    exec(gate_snippet(name), space)
    function = next(value for value in space.values() if getattr(value, "__code__", None))
    inputs = [keras.Input((None, None, 5)), keras.Input((None, None, 7))]
    shape = function(*(inputs if GATES[name].signal else inputs[:1])).shape
    assert shape == ((None, 1, 5) if name == "pooling" else (None, None, None, 5))
