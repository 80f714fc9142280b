"""Activation functions of gates and their gradients. Tensors are float32 of any shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..dtypes import Array


def relu(value: Array) -> Array:
    """max(value, 0); NaN stays NaN."""
    result: Array = np.maximum(value, value.dtype.type(0))
    return result


def sigmoid(value: Array) -> Array:
    """1 / (1 + exp(-value))."""
    one = value.dtype.type(1)
    result: Array = -value  # all that follows in its memory: fresh memory takes longer than the arithmetic
    with np.errstate(over="ignore"):  # exp(100) overflows to inf, and 1 / inf is the correct limit
        np.exp(result, out=result)
        result += one
        np.divide(one, result, out=result)
    return result


def softmax(value: Array, axes: tuple[int, ...]) -> Array:
    """exp(value) over its sum along these axes: `keras.layers.Softmax(axis=axes)`."""
    result: Array = value - value.max(axis=axes, keepdims=True)  # all that follows in its memory, as above
    np.exp(result, out=result)
    result /= result.sum(axis=axes, keepdims=True)
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


def relu_back(upstream: Array, result: Array) -> Array:
    """The upstream gradient where the result is above 0, else 0."""
    return np.where(result > 0, upstream, upstream.dtype.type(0))


def sigmoid_back(upstream: Array, result: Array) -> Array:
    """The upstream gradient times s * (1 - s): at most a quarter of it, 0 where the sigmoid is saturated."""
    back: Array = upstream * result * (1 - result)
    return back


def softmax_back(upstream: Array, result: Array, axes: tuple[int, ...]) -> Array:
    """The result s times (upstream - sum(upstream * s)) along the axes of the softmax."""
    back: Array = result * (upstream - (upstream * result).sum(axis=axes, keepdims=True))
    return back


def tanh_back(upstream: Array, result: Array) -> Array:
    """The upstream gradient times 1 - t²."""
    back: Array = upstream * (1 - result * result)
    return back


def swish_back(upstream: Array, value: Array) -> Array:
    """The upstream gradient times s + value * s * (1 - s), with s the sigmoid of the value."""
    s = sigmoid(value)
    back: Array = upstream * (s + value * s * (1 - s))
    return back


def hard_swish_back(upstream: Array, value: Array) -> Array:
    """The upstream gradient times the ramp, plus value / 6 where the ramp has a slope."""
    sloping = (value > -3) & (value < 3)
    back: Array = upstream * (_ramp(value) + np.where(sloping, value / value.dtype.type(6), value.dtype.type(0)))
    return back


@dataclass(frozen=True)
class Activation:
    """One element-wise activation.

    Attributes:
        function: value -> result.
        back: (upstream gradient, result, or the value where `from_input`) -> gradient; all of one shape.
        equation: the right side of its equation, {0} for the input.
        from_input: whether `back` needs the value instead of the result.
    """

    function: Callable[[Array], Array]
    back: Callable[[Array, Array], Array]
    equation: str
    from_input: bool = False


ACTIVATIONS = {
    "relu": Activation(relu, relu_back, "max({0}, 0)"),
    "sigmoid": Activation(sigmoid, sigmoid_back, "1 / (1 + exp(−{0}))"),
    "tanh": Activation(tanh, tanh_back, "tanh({0})"),
    "swish": Activation(swish, swish_back, "{0} · σ({0})", from_input=True),
    "hard_swish": Activation(hard_swish, hard_swish_back, "{0} · min(max({0} + 3, 0), 6) / 6", from_input=True),
}
SOFTMAX_EQUATION = "exp({0}) / Σ exp({0})"
