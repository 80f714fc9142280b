"""The gates of the shipped network in NumPy, against the network itself: every step, at every gate."""

import os
from functools import cache
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

from core.gates import gate_snippet, pick_weights, run_gate
from core.gates.health import gate_health
from network.attention_unet import GRIDS, attention_unet, gate_input_names
from network.weights import load_weights

pytestmark = pytest.mark.keras
ASSETS = Path(__file__).resolve().parents[2] / "assets"
STEPS = {"relu", "sum", "theta_x", "phi_g", "psi", "sigmoid", "alpha", "gated"}


@cache
def stored(name):
    with np.load(ASSETS / name, allow_pickle=False) as file:
        return dict(file)


@cache
def network():
    return load_weights(attention_unet(), ASSETS / "weights.npz")


@cache
def inside():
    """What the network computes for three sample slices, at every layer of every gate and at what enters them."""
    names = {f"gate{grid}_{step}" for grid in GRIDS for step in STEPS}
    names |= {name for grid in GRIDS for name in gate_input_names(grid)}
    probe = keras.Model(network().input, {name: network().get_layer(name).output for name in sorted(names)})
    image = stored("samples.npz")["image"][:3].astype(np.float32) / 255
    return {name: np.asarray(value) for name, value in probe(image).items()}


@cache
def ours(grid):
    x, g = (inside()[name] for name in gate_input_names(grid))
    return run_gate("attention", x, g=g, weights=pick_weights(stored("weights.npz"), f"gate{grid}_"))


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("step", ["alpha", "gated"])
def test_map_and_product_are_those_of_the_network(grid, step):
    """Within 1e-5."""
    np.testing.assert_allclose(ours(grid).step(step).value, inside()[f"gate{grid}_{step}"], atol=1e-5, rtol=0)


@pytest.mark.parametrize("grid", GRIDS)
def test_every_step_is_a_layer_of_the_network(grid):
    """The same names, and the same values up to rounding in sums of hundreds of products."""
    steps = ours(grid).steps[2:]
    assert {step.name for step in steps} == STEPS
    for step in steps:
        theirs = inside()[f"gate{grid}_{step.name}"]
        np.testing.assert_allclose(step.value, theirs, atol=2e-5 * max(1, np.abs(theirs).max()), err_msg=step.name)


@pytest.mark.parametrize("grid", GRIDS)
def test_all_weights_are_trained(grid):
    trained = ours(grid).trained
    assert all(trained.values())
    assert len(trained) == 5


@pytest.mark.parametrize("grid", GRIDS)
def test_recorded_features_give_the_recorded_map(grid):
    """What a page does, without TensorFlow: the trace in assets/, rounded to float16 as it is."""
    trace = stored(f"trace_{grid}.npz")
    found = run_gate(
        "attention", trace["x"], g=trace["g"], weights=pick_weights(stored("weights.npz"), f"gate{grid}_")
    )  # fmt: skip
    np.testing.assert_allclose(found.alpha, trace["alpha"], atol=1e-5)
    np.testing.assert_array_equal(found.output, trace["x"].astype(np.float32) * found.alpha)


@pytest.mark.parametrize("grid", GRIDS)
def test_the_snippet_takes_the_trained_weights(grid):
    """Pasted into another model, with the weights handed over by name."""
    space = {}
    exec(gate_snippet("attention", "paper", window=(2, 2)), space)
    x, g = (inside()[name] for name in gate_input_names(grid))
    inputs = keras.Input(x.shape[1:]), keras.Input(g.shape[1:])
    model = keras.Model(inputs, space["attention_gate"](*inputs, name=f"gate{grid}"))
    for layer in model.layers:
        for variable in layer.weights:
            variable.assign(stored("weights.npz")[f"{layer.name}/{variable.name}"])
    np.testing.assert_allclose(np.asarray(model([x, g])), ours(grid).output, atol=1e-5)


@pytest.mark.parametrize("grid", [20, 40])
def test_the_trained_gates_are_focused(grid):
    health = gate_health(ours(grid).alpha)
    assert health.suppressed + health.passed > 0.8
    assert 0 < health.passed < 0.2
    assert health.verdict.startswith("Selective")


def test_the_keras_file_is_this_network():
    """The file for the model inspector holds the shipped weights, and Keras opens it without any custom code."""
    read = keras.saving.load_model(ASSETS / "attention_unet.keras", compile=False, safe_mode=True)
    assert [layer.name for layer in read.layers] == [layer.name for layer in network().layers]
    for one, other in zip(read.weights, network().weights, strict=True):
        np.testing.assert_array_equal(one, other)
