"""The activations of gates and what flows back through them. Tensors are (batch, rows, columns, channels) float32."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.dtypes import Array

PLACES = (1, 2)  # rows and columns


def relu(value: Array) -> Array:
    """max(value, 0); NaN stays NaN."""
    result: Array = np.maximum(value, value.dtype.type(0))
    return result


def sigmoid(value: Array) -> Array:
    """1 / (1 + exp(-value))."""
    one = value.dtype.type(1)
    with np.errstate(over="ignore"):  # exp(100) is inf, and 1 / inf the right answer
        result: Array = one / (one + np.exp(-value))
    return result


def softmax(value: Array) -> Array:
    """exp(value) over its sum, over all places of a sample: the weights of a channel sum to 1."""
    powers = np.exp(value - value.max(axis=PLACES, keepdims=True))
    result: Array = powers / powers.sum(axis=PLACES, keepdims=True)
    return result


def tanh(value: Array) -> Array:
    """The hyperbolic tangent, between -1 and 1."""
    result: Array = np.tanh(value)
    return result


def swish(value: Array) -> Array:
    """Value * sigmoid(value), also called SiLU (arXiv:1702.03118)."""
    result: Array = value * sigmoid(value)
    return result


def hard_swish(value: Array) -> Array:
    """Value * min(max(value + 3, 0), 6) / 6 (arXiv:1905.02244)."""
    result: Array = value * _ramp(value)
    return result


def _ramp(value: Array) -> Array:
    result: Array = np.clip(value / value.dtype.type(6) + value.dtype.type(0.5), 0, 1)
    return result


def relu_back(flow: Array, result: Array) -> Array:
    """The flow where the result is above 0."""
    return np.where(result > 0, flow, flow.dtype.type(0))


def sigmoid_back(flow: Array, result: Array) -> Array:
    """The flow times s * (1 - s): at most a quarter, nothing where the gate is fully open or shut."""
    back: Array = flow * result * (1 - result)
    return back


def softmax_back(flow: Array, result: Array) -> Array:
    """Each weight s gets s * (flow - sum(flow * s)): more for one is less for all others."""
    back: Array = result * (flow - (flow * result).sum(axis=PLACES, keepdims=True))
    return back


def tanh_back(flow: Array, result: Array) -> Array:
    """The flow times 1 - t²."""
    back: Array = flow * (1 - result * result)
    return back


def swish_back(flow: Array, value: Array) -> Array:
    """The flow times s + value * s * (1 - s)."""
    share = sigmoid(value)
    back: Array = flow * (share + value * share * (1 - share))
    return back


def hard_swish_back(flow: Array, value: Array) -> Array:
    """The flow times the ramp, and on the ramp value / 6 more."""
    sloping = (value > -3) & (value < 3)
    back: Array = flow * (_ramp(value) + np.where(sloping, value / value.dtype.type(6), value.dtype.type(0)))
    return back


@dataclass(frozen=True)
class Activation:
    """One activation.

    Attributes:
        function: value -> result.
        back: (flow, result, or the value where that is needed) -> what flows back; all of one shape.
        written: the right side of its equation, {0} for the input.
        from_input: whether `back` needs the value.
    """

    function: Callable[[Array], Array]
    back: Callable[[Array, Array], Array]
    written: str
    from_input: bool = False


ACTIVATIONS = {
    "relu": Activation(relu, relu_back, "max({0}, 0)"),
    "sigmoid": Activation(sigmoid, sigmoid_back, "1 / (1 + exp(−{0}))"),
    "softmax": Activation(softmax, softmax_back, "exp({0}) / Σ exp({0})"),
    "tanh": Activation(tanh, tanh_back, "tanh({0})"),
    "swish": Activation(swish, swish_back, "{0} · σ({0})", from_input=True),
    "hard_swish": Activation(hard_swish, hard_swish_back, "{0} · min(max({0} + 3, 0), 6) / 6", from_input=True),
}
