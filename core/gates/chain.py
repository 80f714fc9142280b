"""The steps of which gates are made; each is computed and noted down at once.

Features are (batch, rows, columns, channels) float32. A step knows how to send a gradient back, by a function of a
module and arrays alone, so that a trace can be pickled.
"""

from __future__ import annotations

from functools import partial
from math import prod
from typing import Any, Literal

import numpy as np

from core.dtypes import FLOAT32, Array, flush
from core.gates.activations import ACTIVATIONS
from core.gates.convolution import ONE, Padding, Pair, convolve, convolve_back
from core.gates.resampling import upsample, upsample_back
from core.gates.trace import Axes, Back, Label, Step
from core.gates.weights import Start, Weights
from core.merges.gradients import gradients
from core.merges.merge import merge
from core.merges.plan import Alignment

Pool = Literal["mean", "max"]


class Chain:
    """Computes the steps of one run, one after the other, and records each of them.

    Attributes:
        weights: where the weights come from.
        steps: the steps computed so far.
    """

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.steps: list[Step] = []

    def put_in(self, label: Label, value: Array) -> Step:
        """An input of the gate."""
        return self._note(label, value, (), None)

    def convolve(
        self, label: Label, source: Step, filters: int, *, window: Pair = ONE, strides: Pair = ONE,
        padding: Padding = "valid", dilation: Pair = ONE, bias: bool = True, lie: Axes | None = None,
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
        return self._note(label, value, (source,), back, axes=lie, weights=used, multiplications=cost)

    def dense(
        self, label: Label, source: Step, units: int, *, bias: bool = True, bias_start: Start = "zeros",
        layer: str | None = None,
    ) -> Step:  # fmt: skip
        """`Dense(units)` along the last axis: (..., c) -> (..., units).

        Args:
            label: what the step is called.
            source: of any shape.
            units: how many numbers come out.
            bias: whether a bias is added.
            bias_start: what it starts with.
            layer: whose weights are used, where two steps share them; the step's own by default.
        """
        layer = layer or label.name
        kernel = self.weights.take(f"{layer}/kernel", (source.value.shape[-1], units))
        used, value = [f"{layer}/kernel"], source.value @ kernel
        cost = value.size * len(kernel)
        if bias:
            used.append(f"{layer}/bias")
            value = value + self.weights.take(used[-1], (units,), bias_start)
            label = label._replace(right=f"{label.right} + b")
        back = partial(_dense_back, kernel=kernel)
        return self._note(label, value, (source,), back, weights=tuple(used), multiplications=cost)

    def convolve_line(self, label: Label, source: Step, window: int, axes: Axes) -> Step:
        """`Conv1D(1, window, padding="same", use_bias=False)`: (n, length, c) -> (n, length, 1)."""
        kernel = self.weights.take(f"{label.name}/kernel", (window, source.value.shape[-1], 1))
        value = convolve(source.value[:, None], kernel[None], padding="same")[:, 0]
        back = partial(_line_back, kernel=kernel[None], shape=source.value[:, None].shape)
        return self._note(
            label, value, (source,), back, axes=axes, weights=(f"{label.name}/kernel",),
            multiplications=value.size * prod(kernel.shape[:2]),
        )  # fmt: skip

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
            label, value, (source,), partial(_scale_back, scale=scale), axes=source.axes, weights=tuple(names),
            multiplications=value.size,
        )  # fmt: skip

    def activate(self, label: Label, source: Step, name: str) -> Step:
        """One of `core.gates.activations.ACTIVATIONS`; same shape."""
        row = ACTIVATIONS[name]
        value = row.function(source.value)
        back = partial(_activation_back, name=name, known=source.value if row.from_input else value)
        return self._note(label._replace(right=row.written), value, (source,), back, axes=source.axes)

    def upsample(self, label: Label, source: Step, factors: Pair) -> Step:
        """`UpSampling2D(factors, interpolation="bilinear")`: (n, h, w, c) -> (n, h * factors[0], w * factors[1], c)."""
        value = upsample(source.value, factors)
        cost = value.size * sum(factor > 1 for factor in factors)
        return self._note(label, value, (source,), partial(_upsample_back, factors=factors), multiplications=cost)

    def merge(
        self, label: Label, operation: str, *sources: Step, lie: Axes | None = None, **options: Any
    ) -> Step:  # fmt: skip
        """A merge of `core.merge`, with its alignment; `lie` says on which axes of the features those of it lie."""
        inputs = tuple(source.value for source in sources)
        merged = merge(operation, inputs, **options)
        cost = merged.value.size * _products(merged.alignment)
        back = partial(_merge_back, operation=operation, inputs=inputs, options=options)
        return self._note(
            label, merged.value, sources, back, alignment=merged.alignment, multiplications=cost, axes=lie
        )

    def pool(self, label: Label, source: Step, axes: tuple[int, ...], kind: Pool = "mean") -> Step:
        """Mean or maximum over some axes, which stay with the size 1: `keras.ops.mean(x, axes, keepdims=True)`."""
        value = source.value
        result = value.mean(axis=axes, keepdims=True) if kind == "mean" else value.max(axis=axes, keepdims=True)
        back = (
            partial(_mean_back, shape=value.shape, count=prod(value.shape[axis] for axis in axes))
            if kind == "mean"
            else partial(_max_back, value=value, result=result, axes=axes)
        )
        return self._note(label, result.astype(FLOAT32, copy=False), (source,), back)

    def reshape(self, label: Label, source: Step, shape: tuple[int, ...], axes: Axes) -> Step:
        """`Reshape(shape)`: the same numbers in another shape.

        Args:
            label: what the step is called.
            source: of any shape.
            shape: without the batch.
            axes: on which axes of the features those of the result lie, batch included.
        """
        value = source.value.reshape(len(source.value), *shape)
        return self._note(label, value, (source,), partial(_reshape_back, shape=source.value.shape), axes=axes)

    def turn(self, label: Label, source: Step) -> Step:
        """`Permute((2, 1, 3))`: rows and columns change places; (n, H, W, C) to (n, W, H, C)."""
        axes = None if source.axes == (0, 2, 1, 3) else (0, 2, 1, 3)
        return self._note(label, source.value.swapaxes(1, 2), (source,), _turn_back, axes=axes)

    def cut(self, label: Label, source: Step, axis: int, part: slice, axes: Axes | None = None) -> Step:
        """Some of the indices along an axis: `x[:, start:stop]` for axis 1."""
        where = tuple(part if at == axis else slice(None) for at in range(source.value.ndim))
        back = partial(_cut_back, shape=source.value.shape, where=where)
        return self._note(label, source.value[where], (source,), back, axes=axes)

    def complement(self, label: Label, source: Step) -> Step:
        """`1 - x`."""
        return self._note(label, FLOAT32.type(1) - source.value, (source,), _negative_back)

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


def _dense_back(flow: Array, kernel: Array) -> tuple[Array, ...]:
    return (flow @ kernel.T,)


def _line_back(flow: Array, kernel: Array, shape: tuple[int, ...]) -> tuple[Array, ...]:
    return (convolve_back(flow[:, None], kernel, shape=shape, padding="same")[:, 0],)


def _products(alignment: Alignment) -> int:
    """Multiplications for each number that comes out of a merge."""
    if alignment.axes is not None:
        return alignment.shapes[0][alignment.axes[0]] or 0
    return len(alignment.inputs) - 1 if alignment.operation == "Multiply" else 0


def _scale_back(flow: Array, scale: Array) -> tuple[Array, ...]:
    return (flow * scale,)


def _activation_back(flow: Array, name: str, known: Array) -> tuple[Array, ...]:
    return (ACTIVATIONS[name].back(flow, known),)


def _upsample_back(flow: Array, factors: Pair) -> tuple[Array, ...]:
    return (upsample_back(flow, factors),)


def _merge_back(
    flow: Array, operation: str, inputs: tuple[Array, ...], options: dict[str, Any]
) -> tuple[Array, ...]:  # fmt: skip
    return gradients(operation, inputs, flow, **options)


def _mean_back(flow: Array, shape: tuple[int, ...], count: int) -> tuple[Array, ...]:
    return (np.broadcast_to(flow / FLOAT32.type(count), shape),)


def _max_back(flow: Array, value: Array, result: Array, axes: tuple[int, ...]) -> tuple[Array, ...]:
    """To the largest number; equal ones share it (tensorflow/python/ops/math_grad.py: _MinOrMaxGrad)."""
    largest = (value == result).astype(FLOAT32)
    return (largest * (flow / largest.sum(axis=axes, keepdims=True)),)


def _reshape_back(flow: Array, shape: tuple[int, ...]) -> tuple[Array, ...]:
    return (flow.reshape(shape),)


def _turn_back(flow: Array) -> tuple[Array, ...]:
    return (flow.swapaxes(1, 2),)


def _cut_back(flow: Array, shape: tuple[int, ...], where: tuple[slice, ...]) -> tuple[Array, ...]:
    back = np.zeros(shape, dtype=flow.dtype)
    back[where] = flow
    return (back,)


def _negative_back(flow: Array) -> tuple[Array, ...]:
    return (-flow,)


EPSILON = np.float32(1e-3)  # of keras.layers.BatchNormalization
