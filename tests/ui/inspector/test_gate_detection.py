"""Which operand is the gate."""

import numpy as np
import pytest

from sandbox.model_run.gate_maps import gate_number
from ui.inspector.gate_detection import health

FEATURES = np.random.default_rng(0).normal(size=(2, 5, 7, 11)).astype(np.float32)
MAP = np.random.default_rng(1).random((2, 5, 7, 1)).astype(np.float32)


@pytest.mark.parametrize("weights", [MAP, MAP.mean(axis=(1, 2), keepdims=True).repeat(11, -1), MAP * 0])
def test_the_smaller_factor_within_0_and_1(weights):
    """A map of places, weights of channels, a dead map: in either order."""
    assert gate_number("Multiply", [FEATURES, weights]) == 1
    assert gate_number("Multiply", [weights, FEATURES]) == 0


def test_a_sigmoid_of_the_same_shape():
    """X times sigmoid(x): the only factor within 0 and 1 is the gate."""
    assert gate_number("Multiply", [FEATURES, 1 / (1 + np.exp(-FEATURES))]) == 1


@pytest.mark.parametrize(
    ("operation", "inputs"),
    [
        ("Add", [FEATURES, MAP]),
        ("Multiply", [FEATURES, FEATURES]),
        ("Multiply", [FEATURES, MAP * 3]),
        ("Multiply", [FEATURES, MAP * np.float32("nan")]),
        ("Multiply", [np.abs(FEATURES).clip(0, 1), MAP.repeat(11, -1)]),
        ("Multiply", [FEATURES[:, 0, 0, :1], FEATURES]),
        ("Multiply", [MAP.repeat(11, -1), FEATURES[..., :1]]),
    ],
)
def test_no_gate(operation, inputs):
    """Sums, factors beyond 1, NaN, two that could both be it, one number for a sample, one larger than the other."""
    assert gate_number(operation, inputs) is None


def test_health_of_shares():
    """A softmax over the places is judged as shares of one whole."""
    even = np.full((2, 4, 4, 1), 1 / 16, np.float32)
    assert health(even).verdict.startswith("Shared evenly")
    assert health(np.ones((2, 4, 4, 1), np.float32)).verdict.startswith("Open everywhere")
