"""The emitted Keras code where sizes are unusual: volumes, odd grids, given windows; and Keras's own gates, exactly."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from core import MergeError
from core.gates import GATES, gate_snippet, run_gate, trace_snippet
from tests.core.gates.test_against_keras import given_weights, normal
from tests.core.gates.test_gallery_against_keras import moved, signal

pytestmark = pytest.mark.keras
FORMS = [(name, variant) for name, row in GATES.items() for variant in row.variants if name != "coordinate"]
VOLUME, SIGNAL = (2, 4, 6, 10, 19), (2, 2, 3, 5, 7)


def built(code, *shapes):
    """The function of a text, called on inputs of these shapes, as a model of x and g."""
    space = {}
    exec(code, space)
    function = [value for value in space.values() if getattr(value, "__code__", None)][-1]
    inputs = [keras.Input(shape[1:]) for shape in shapes]
    return keras.Model(inputs, function(*inputs))


def moved_run(name, variant, x, g):
    """A run with weights none of which is at its initial value."""
    g = signal(name, g)
    return run_gate(name, x, g=g, variant=variant, weights=moved(run_gate(name, x, g=g, variant=variant)))


@pytest.mark.parametrize(("name", "variant"), FORMS)
def test_the_code_for_volumes_gives_the_same(name, variant):
    x, g = normal(VOLUME, 1), normal(SIGNAL, 2)
    trace = moved_run(name, variant, x, g)
    inputs = [x, g] if GATES[name].signal else [x]
    model = given_weights(built(trace_snippet(trace), *[one.shape for one in inputs]), trace.weights, "gate_")
    np.testing.assert_allclose(trace.output, np.asarray(model(inputs)), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ("fine", "coarse", "window"), [((13, 9), (6, 4), None), ((6, 10), (6, 10), None), ((12, 8), (3, 2), (4, 2))]
)
def test_the_official_code_on_odd_grids(fine, coarse, window):
    """θ has the stride 2 on any grid, or the window of a given kernel; the rest is interpolated."""
    x, g = normal((2, *fine, 7), 1), normal((2, *coarse, 5), 2)
    given = {} if window is None else {"theta_x/kernel": normal((*window, 7, 3), 3)}
    trace = run_gate("attention", x, g=g, variant="official", weights=given)
    filters = trace.weights["psi/kernel"].shape[-2]
    model = built(trace_snippet(trace, filters=filters), x.shape, g.shape)
    given_weights(model, trace.weights, "gate_")
    np.testing.assert_allclose(trace.output, np.asarray(model([x, g])), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("window", [(1, 1), (2, 2), (3, 3), (1, 2)])
@pytest.mark.parametrize("variant", ["paper", "keras-unet-collection"])
def test_the_code_holds_kernels_of_any_window(variant, window):
    x, g = normal((2, 6, 10, 7), 1), normal((2, 3, 5, 11), 2)
    trace = run_gate(
        "attention", x, g=g, variant=variant, weights={"theta_x/kernel": normal((*window, 7, 3), 3)}
    )  # fmt: skip
    model = built(gate_snippet("attention", variant, window=window, filters=3), x.shape, g.shape)
    given_weights(model, trace.weights, "gate_")
    np.testing.assert_allclose(trace.output, np.asarray(model([x, g])), atol=1e-5, rtol=1e-5)


def test_sizes_without_code():
    for options, words in (
        ({"scale": (2, 3), "variant": "official"}, "pass the grids of x and g"),
        ({"rank": 4}, "2 or 3 grid axes"),
        ({"window": (2, 2, 2)}, "should have 2 positive sizes"),
        ({"rank": 3, "grids": ((5, 5, 5), (2, 2, 2)), "variant": "official"}, "no layer that interpolates volumes"),
    ):
        with pytest.raises(MergeError, match=words):
            gate_snippet("attention", **options)


@pytest.mark.parametrize(("grouped", "gate"), [(False, True), (True, True), (False, False), (True, False)])
def test_self_attention_against_the_installed_layer(grouped, gate):
    """On a 20×20 grid of 64 channels: scores and output agree within rounding of sums of 64 and 400 products.

    Bit for bit they cannot be: TensorFlow and NumPy add the products of a matrix multiplication in different orders.
    What needs no such sum is equal to the bit: the gate times the context of the layer, and repeated heads.
    """
    name, variant = ("grouped-query" if grouped else "multi-head"), ("gated" if gate else "plain")
    x = normal((1, 20, 20, 64), 1)
    trace = moved_run(name, variant, x, None)
    make = (
        layers.GroupQueryAttention(16, 4, 2, use_gate=gate)
        if grouped
        else layers.MultiHeadAttention(4, 16, use_gate=gate)
    )
    line = x.reshape(1, 400, 64)
    make(line, line)
    for variable in make.weights:
        variable.assign(trace.weights["/".join(variable.path.split("/")[-2:])])
    output, weights = make(line, line, return_attention_scores=True)
    np.testing.assert_allclose(trace.step("weights").value, weights, atol=2e-7, rtol=2e-5)
    np.testing.assert_allclose(trace.output.reshape(1, 400, 64), output, atol=5e-6, rtol=1e-5)
    fused = make(line, line)  # without scores the layer calls ops.dot_product_attention
    np.testing.assert_allclose(trace.output.reshape(1, 400, 64), fused, atol=5e-6, rtol=1e-5)
    if gate:
        product = tf.multiply(trace.step("context").value, trace.step("gate_sigmoid").value)
        np.testing.assert_array_equal(trace.step("gated").value, product)
    if grouped:
        repeated = keras.ops.repeat(trace.step("key").value, 2, axis=2)
        np.testing.assert_array_equal(trace.step("key_repeated").value, repeated)
