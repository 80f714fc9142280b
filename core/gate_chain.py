"""The steps of which gates are made; each is computed and noted down at once.

Features are (batch, rows, columns, channels) float32. A step knows how to send a gradient back, by a function of a
module and arrays alone, so that a trace can be pickled.
"""

from __future__ import annotations

from functools import partial
from math import prod
from typing import Any

import numpy as np

from core.convolution import ONE, Padding, Pair, convolve, convolve_back
from core.dtypes import Array, flush
from core.gate_activations import ACTIVATIONS
from core.gate_plan import Back, Label, Step
from core.gate_weights import Weights
from core.gradient import gradients
from core.merge import merge
from core.resampling import upsample, upsample_back

EPSILON = np.float32(1e-3)  # of keras.layers.BatchNormalization


class Chain:
    """Computes steps one after the other.

    Attributes:
        weights: where they come from.
        steps: so far.
    """

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.steps: list[Step] = []

    def put_in(self, label: Label, value: Array) -> Step:
        """An input of the gate."""
        return self._note(label, value, (), None)

    def convolve(
        self, label: Label, source: Step, filters: int, *, window: Pair = ONE, strides: Pair = ONE,
        padding: Padding = "valid", dilation: Pair = ONE, bias: bool = True,
    ) -> Step:  # fmt: skip
        """`Conv2D(filters, window)`: (n, H, W, c) -> (n, h, w, filters)."""
        kernel = self.weights.take(f"{label.name}/kernel", (*window, source.value.shape[-1], filters))
        used: tuple[str, ...] = (f"{label.name}/kernel",)
        value = convolve(source.value, kernel, strides=strides, padding=padding, dilation=dilation)
        cost = value.size * prod(kernel.shape[:3])
        if bias:
            used += (f"{label.name}/bias",)
            value = value + self.weights.take(used[-1], (filters,), "zeros")
            label = label._replace(right=f"{label.right} + b")
        back = partial(
            _convolve_back, kernel=kernel, shape=source.value.shape, strides=strides, padding=padding, dilation=dilation
        )
        return self._note(label, value, (source,), back, weights=used, multiplications=cost)

    def normalise(self, label: Label, source: Step) -> Step:
        """`BatchNormalization()` as it runs after training: each channel shifted and scaled by fixed numbers."""
        starts = {"gamma": "ones", "beta": "zeros", "moving_mean": "zeros", "moving_variance": "ones"}
        width = (source.value.shape[-1],)
        names = [f"{label.name}/{weight}" for weight in starts]
        gamma, beta, mean, variance = (
            self.weights.take(name, width, start)  # type: ignore[arg-type]  # mypy widens the literals
            for name, start in zip(names, starts.values(), strict=True)
        )
        scale = gamma / np.sqrt(variance + EPSILON)
        value = source.value * scale + (beta - mean * scale)
        return self._note(
            label, value, (source,), partial(_scale_back, scale=scale), weights=tuple(names), multiplications=value.size
        )

    def activate(self, label: Label, source: Step, name: str) -> Step:
        """One of `core.gate_activations.ACTIVATIONS`; same shape."""
        row = ACTIVATIONS[name]
        value = row.function(source.value)
        return self._note(
            label._replace(right=row.written), value, (source,), partial(_activation_back, name=name, result=value)
        )

    def upsample(self, label: Label, source: Step, factors: Pair) -> Step:
        """`UpSampling2D(factors, interpolation="bilinear")`: (n, h, w, c) -> (n, h * factors[0], w * factors[1], c)."""
        value = upsample(source.value, factors)
        cost = value.size * sum(factor > 1 for factor in factors)
        return self._note(label, value, (source,), partial(_upsample_back, factors=factors), multiplications=cost)

    def merge(self, label: Label, operation: str, *sources: Step, **options: Any) -> Step:
        """A merge of `core.merge`, with its alignment."""
        inputs = tuple(source.value for source in sources)
        merged = merge(operation, inputs, **options)
        cost = merged.value.size * (len(inputs) - 1) if operation == "Multiply" else 0
        back = partial(_merge_back, operation=operation, inputs=inputs, options=options)
        return self._note(label, merged.value, sources, back, alignment=merged.alignment, multiplications=cost)

    def _note(self, label: Label, value: Array, sources: tuple[Step, ...], back: Back | None, **known: Any) -> Step:
        right = label.right.format(*(source.symbol for source in sources))
        equation = f"{label.symbol} = {right}" if right else ""
        names = tuple(source.name for source in sources)
        step = Step(
            label.name, label.symbol, equation, flush(value), summary=label.summary, inputs=names, back=back, **known
        )  # fmt: skip
        self.steps.append(step)
        return step


def _convolve_back(flow: Array, **options: Any) -> tuple[Array, ...]:
    return (convolve_back(flow, **options),)


def _scale_back(flow: Array, scale: Array) -> tuple[Array, ...]:
    return (flow * scale,)


def _activation_back(flow: Array, name: str, result: Array) -> tuple[Array, ...]:
    return (ACTIVATIONS[name].back(flow, result),)


def _upsample_back(flow: Array, factors: Pair) -> tuple[Array, ...]:
    return (upsample_back(flow, factors),)


def _merge_back(
    flow: Array, operation: str, inputs: tuple[Array, ...], options: dict[str, Any]
) -> tuple[Array, ...]:  # fmt: skip
    return gradients(operation, inputs, flow, **options)
