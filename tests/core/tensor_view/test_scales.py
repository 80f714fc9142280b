"""Which panels of a merge get the scales of a gate: weights on 0 to 1, the output on that of the features."""

import numpy as np
import pytest

from core import merge
from core.tensor_view.scales import is_weight, shared_scale
from ui.tensor_view import Panel


def panels(operation, *inputs):
    """Panels of a merge of these inputs."""
    value = merge(operation, list(inputs)).value
    return [*(Panel(str(number), tensor) for number, tensor in enumerate(inputs)), Panel("out", value)]


def features(shape=(2, 3, 5, 7)):
    return np.random.default_rng(3).normal(size=shape).astype("float32") * 4


def weights(shape):
    return np.random.default_rng(4).uniform(0.2, 0.5, shape).astype("float32")


@pytest.mark.parametrize("shape", [(2, 3, 5, 1), (2, 1, 1, 7), (2, 3, 5, 7)])
@pytest.mark.parametrize("first", [0, 1])
def test_a_gate_in_either_order(shape, first):
    """A flat map keeps 0 to 1, and what it halves is drawn on the scale of the features."""
    inputs = [features(), weights(shape)][:: 1 if first == 0 else -1]
    scaled = shared_scale("Multiply", panels("Multiply", *inputs))
    assert scaled[first].limits is None
    assert scaled[1 - first].limits == (0, 1)
    assert scaled[2].like == first


@pytest.mark.parametrize(
    ("operation", "inputs"),
    [
        ("Add", [features(), weights((2, 3, 5, 1))]),
        ("Multiply", [features(), features()]),
        ("Multiply", [weights((2, 3, 5, 1)), weights((2, 3, 5, 7))]),
        ("Multiply", [features(), np.ones((2, 3, 5, 1), "int64")]),
    ],
)
def test_what_is_no_gate_keeps_its_own_scales(operation, inputs):
    scaled = shared_scale(operation, panels(operation, *inputs))
    assert [(panel.limits, panel.like) for panel in scaled] == [(None, None)] * 3


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0.2, 0.4], True), ([0, 1, 0.5], True), ([0, 1], False), ([-0.1, 0.5], False), ([0.5, 1.2], False),
     ([np.nan, 0.5], True), ([np.nan], False), ([], False)],
)  # fmt: skip
def test_weights_lie_between_0_and_1(values, expected):
    assert is_weight(np.array(values, "float32")) is expected
