"""Which operand is a gate, and hints for a gate that is applied to an unlikely tensor."""

import numpy as np
import pytest

from core.gates import run_gate
from core.gates.operands import Call, gate_hints, gate_operand

FEATURES = np.random.default_rng(0).normal(size=(2, 5, 7, 11)).astype(np.float32)
MAP = np.random.default_rng(1).random((2, 5, 7, 1)).astype(np.float32)


@pytest.mark.parametrize("values", [MAP, MAP.mean(axis=(1, 2), keepdims=True).repeat(11, -1), MAP * 0])
def test_the_smaller_factor_in_the_range_of_a_gate(values):
    assert gate_operand("Multiply", [FEATURES, values]) == 1
    assert gate_operand("Multiply", [values, FEATURES]) == 0


def test_a_sigmoid_of_the_same_shape():
    assert gate_operand("Multiply", [FEATURES, 1 / (1 + np.exp(-FEATURES))]) == 1


def test_the_softmax_operand_of_dot():
    """Soft attention pooling contracts the positions; so does attention, whose weights come first or second."""
    trace = run_gate("pooling", FEATURES)
    weights, features = (trace.step(name).value for name in ("weights_listed", "features_listed"))
    assert gate_operand("Dot", [weights, features], axes=(1, 1)) == 0
    assert gate_operand("Dot", [features, weights], axes=(1, 1)) == 1
    assert gate_operand("Dot", [weights, features]) == 0
    attention = run_gate("mha", FEATURES).step("weights").value[:, 0]  # (n, queries, keys)
    assert gate_operand("Dot", [attention, features], axes=(2, 1)) == 0
    assert gate_operand("Dot", [attention, features], axes=(1, 1)) is None  # the queries do not sum to 1
    assert gate_operand("Dot", [features, features], axes=(1, 1)) is None


@pytest.mark.parametrize(
    ("operation", "inputs"),
    [
        ("Add", [FEATURES, MAP]),
        ("Multiply", [FEATURES]),
        ("Multiply", [FEATURES, FEATURES]),
        ("Multiply", [FEATURES, MAP * 3]),
        ("Multiply", [FEATURES, MAP * np.float32("nan")]),
        ("Multiply", [np.abs(FEATURES).clip(0, 1), MAP.repeat(11, -1)]),
        ("Multiply", [FEATURES[:, 0, 0, :1], FEATURES]),
        ("Multiply", [(MAP > 0.5).astype("int32"), FEATURES]),
    ],
)
def test_no_gate(operation, inputs):
    """Sums, factors beyond 1, NaN, two candidates, one value per sample, integers."""
    assert gate_operand(operation, inputs) is None


def unet(multiplied, *, joined=("up", "gated")):
    """One level of an Attention U-Net: x is pooled to g; the gate made of both multiplies one of them."""
    return {
        "image": Call("Input", (), (None, 12, 20, 3)),
        "x": Call("Conv2D", ("image",), (None, 12, 20, 7), "relu"),
        "pool": Call("MaxPooling2D", ("x",), (None, 6, 10, 7)),
        "g": Call("Conv2D", ("pool",), (None, 6, 10, 11), "relu"),
        "theta": Call("Conv2D", ("x",), (None, 6, 10, 5)),
        "phi": Call("Conv2D", ("g",), (None, 6, 10, 5)),
        "sum": Call("Add", ("theta", "phi"), (None, 6, 10, 5)),
        "relu": Call("Activation", ("sum",), (None, 6, 10, 5), "relu"),
        "psi": Call("Conv2D", ("relu",), (None, 6, 10, 1), "sigmoid"),
        "alpha": Call("UpSampling2D", ("psi",), (None, 12, 20, 1)),
        "up": Call("UpSampling2D", ("g",), (None, 12, 20, 11)),
        "other": Call("Conv2D", ("image",), (None, 12, 20, 11)),
        "gated": Call("Multiply", (multiplied, "alpha"), (None, 12, 20, 7)),
        "join": Call("Concatenate", joined, (None, 12, 20, 18)),
    }


def test_a_gate_on_the_skip_connection_has_no_hint():
    assert gate_hints(unet("x"), "gated", 1) == ()


def test_swapped_roles():
    """The map multiplies the upsampled gating signal, and the skip connection is concatenated ungated."""
    (hint,) = gate_hints(unet("up", joined=("x", "gated")), "gated", 1)
    assert "Are x and g swapped?" in hint
    assert hint.values == {"gate": "alpha", "features": "up", "other": "x"}


def test_another_tensor_than_the_sources():
    (hint,) = gate_hints(unet("other"), "gated", 1)
    assert hint.startswith("alpha is computed from x and g, but it multiplies other.")


def test_gated_and_ungated_in_one_join():
    (hint,) = gate_hints(unet("x", joined=("x", "up", "gated")), "gated", 1)
    assert hint.startswith("join receives x both gated and ungated")


def dense_gate(activation, *, units=7, softmax=False, shape=(None, 5, 7), permuted=False):
    calls = {"x": Call("Input", (), shape), "scores": Call("Dense", ("x",), (*shape[:-1], units), activation)}
    last = "scores"
    if permuted:
        calls |= {"turned": Call("Permute", ("x",), shape), "scores": Call("Dense", ("turned",), shape, activation)}
        calls["back"] = Call("Permute", ("scores",), shape)
        last = "back"
    if softmax:
        calls["softmax"], last = Call("Softmax", ("scores",), shape), "softmax"
    return {**calls, "gated": Call("Multiply", ("x", last), shape)}


def test_a_dense_gate_over_all_channels():
    """One value per element is no attention over positions; one per position is."""
    (hint,) = gate_hints(dense_gate("softmax"), "gated", 1)
    assert "shares over the 7 channels" in hint
    (hint,) = gate_hints(dense_gate("", softmax=True), "gated", 1)
    assert "shares over the 7 channels" in hint
    (hint,) = gate_hints(dense_gate("sigmoid"), "gated", 1)
    assert "as many values as the features" in hint
    assert gate_hints(dense_gate("sigmoid", units=1), "gated", 1) == ()
    assert gate_hints(dense_gate("softmax", shape=(None, 7)), "gated", 1) == ()  # without positions
    assert gate_hints(dense_gate("softmax", permuted=True), "gated", 1) == ()  # the softmax is over the positions


@pytest.mark.parametrize("name", ["highway", "glu", "se", "cbam"])
def test_gates_of_the_gallery_have_no_hint(name):
    """Steps as calls: what each is computed from is all that the hints see."""
    trace = run_gate(name, FEATURES)
    kinds = {"gate": "Dense", "transform": "Dense", "project": "Dense", "excite": "Dense", "squeeze": "Dense"}
    calls = {
        step.name: Call(
            step.alignment.operation if step.alignment else kinds.get(step.name, "Other"), step.inputs, step.shape
        )
        for step in trace.steps
    }
    for step in trace.merges:
        if step.alignment.operation == "Multiply":
            for number in range(len(step.inputs)):
                assert gate_hints(calls, step.name, number) == ()
