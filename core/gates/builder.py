"""Computes the steps of a gate one by one and records each of them with its gradient.

Features are (batch, *grid, channels) float32, with a grid of rows and columns, or of depth, rows and columns. A
gradient is a module-level function with arrays bound to it, so that a trace can be pickled.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import prod
from typing import Any, Literal

import numpy as np

from ..dtypes import FLOAT32, Array, flush
from ..errors import invalid_request
from ..limits import MAX_GATE_STEP
from ..merges.align import align
from ..merges.gradients import gradients
from ..merges.merge import merge
from ..merges.plan import Alignment
from .activations import ACTIVATIONS, SOFTMAX_EQUATION, softmax, softmax_back
from .convolution import Padding, Sizes, convolve, convolve_back, convolved_grid, plus, times
from .resampling import resize, resize_back
from .trace import Axes, Back, Label, Step
from .weights import Start, Weights, not_computed

Pool = Literal["mean", "max"]
EPSILON = 1e-5  # of batch normalization in PyTorch, in which the references are written; Keras's default is 1e-3


class TraceBuilder:
    """Computes and records the steps of one run.

    Attributes:
        weights: supplies the weights.
        steps: the steps recorded so far.
        compute: False to record shapes and costs only.
    """

    def __init__(self, weights: Weights, *, compute: bool = True) -> None:
        self.weights = weights
        self.steps: list[Step] = []
        self.compute = compute

    def add_input(self, label: Label, value: Array) -> Step:
        """An input of the gate."""
        return self.record(label, value.shape, lambda: value, (), None)

    def convolve(
        self, label: Label, source: Step, filters: int, *, window: Sizes = (), strides: Sizes = (),
        padding: Padding = "valid", dilation: Sizes = (), bias: bool = True, axes: Axes | None = None,
    ) -> Step:  # fmt: skip
        """`Conv2D(filters, window)`, or Conv1D, Conv3D: (n, *grid, c) -> (n, *convolved grid, filters)."""
        window = window or (1,) * (source.value.ndim - 2)
        options: dict[str, Any] = {"strides": strides, "padding": padding, "dilation": dilation}
        grid = convolved_grid(source.shape[1:-1], window, **options)
        if any(size < 1 for size in grid):
            raise invalid_request(
                "A window of {window} is larger than the grid {grid} of {name}.",
                window="×".join(map(str, window)),
                grid="×".join(map(str, source.shape[1:-1])),
                name=source.name,
            )
        kernel, used, added = self._kernel(label.name, (*window, source.shape[-1], filters), bias, "zeros")
        shape = (source.shape[0], *grid, filters)
        back = partial(_convolve_back, kernel=kernel, shape=source.shape, **options)
        return self.record(
            _with_bias(label, bias), shape, lambda: plus(convolve(source.value, kernel, **options), added), (source,),
            back, axes=axes, weights=used, multiplications=prod(shape) * prod(kernel.shape[:-1]),
        )  # fmt: skip

    def dense(
        self, label: Label, source: Step, units: int, *, bias: bool = True, bias_start: Start = "zeros",
        layer: str | None = None,
    ) -> Step:  # fmt: skip
        """`Dense(units)` along the last axis: (..., c) -> (..., units).

        Args:
            label: how the step is written.
            source: of any shape.
            units: size of the last axis of the result.
            bias: whether a bias is added.
            bias_start: initial value of the bias.
            layer: whose weights are used, where two steps share them; those of the step itself by default.
        """
        kernel, used, added = self._kernel(layer or label.name, (source.shape[-1], units), bias, bias_start)
        shape = (*source.shape[:-1], units)
        return self.record(
            _with_bias(label, bias), shape, lambda: plus(times(source.value, kernel), added), (source,),
            partial(_dense_back, kernel=kernel), weights=used, multiplications=prod(shape) * len(kernel),
        )  # fmt: skip

    def normalise(self, label: Label, source: Step, epsilon: float = EPSILON) -> Step:
        """`BatchNormalization(epsilon=epsilon)` in inference mode: each channel is scaled and shifted by constants."""
        starts: dict[str, Start] = {"gamma": "ones", "beta": "zeros", "moving_mean": "zeros", "moving_variance": "ones"}
        width = (source.shape[-1],)
        used = tuple(f"{label.name}/{weight}" for weight in starts)
        gamma, beta, mean, variance = (
            self.weights.take(name, width, start) for name, start in zip(used, starts.values(), strict=True)
        )
        scale = gamma / np.sqrt(variance + FLOAT32.type(epsilon))
        return self.record(
            label, source.shape, lambda: plus(source.value * scale, beta - mean * scale), (source,),
            partial(_scale_back, scale=scale), axes=source.axes, weights=used, multiplications=prod(source.shape),
        )  # fmt: skip

    def activate(self, label: Label, source: Step, name: str) -> Step:
        """One of `core.gates.activations.ACTIVATIONS`; same shape."""
        row = ACTIVATIONS[name]
        value = row.function(source.value) if self.compute else source.value
        back = partial(_activation_back, name=name, known=source.value if row.from_input else value)
        label = label._replace(right=row.equation)
        return self.record(label, source.shape, lambda: value, (source,), back, axes=source.axes)

    def softmax(self, label: Label, source: Step, axes: tuple[int, ...]) -> Step:
        """`Softmax(axis=axes)`: the values become shares that sum to 1 along these axes."""
        value = softmax(source.value, axes) if self.compute else source.value
        back = partial(_softmax_back, result=value, axes=axes)
        label = label._replace(right=SOFTMAX_EQUATION)
        return self.record(
            label, source.shape, lambda: value, (source,), back, axes=source.axes, shared_axes=axes
        )  # fmt: skip

    def resize(self, label: Label, source: Step, grid: Sizes) -> Step:
        """Linear interpolation to another grid: (n, *sizes, c) -> (n, *grid, c).

        `UpSampling2D(interpolation="bilinear")` for integer factors, else `keras.ops.image.resize`.
        """
        shape = (source.shape[0], *grid, source.shape[-1])
        cost = prod(shape) * sum(new != old for new, old in zip(grid, source.shape[1:-1], strict=True))
        back = partial(_resize_back, grid=source.shape[1:-1])
        return self.record(
            label, shape, lambda: resize(source.value, grid), (source,), back, multiplications=cost,
            shared_axes=source.shared_axes,
        )  # fmt: skip

    def merge(
        self, label: Label, operation: str, *sources: Step, axes_of: Axes | None = None, **options: Any
    ) -> Step:  # fmt: skip
        """A merge of `core.merge`, with its alignment; `axes_of` is `Step.axes` of the result."""
        alignment = align(operation, [source.shape for source in sources], **options)
        shape = tuple(size or 0 for size in alignment.output_shape)
        inputs = tuple(source.value for source in sources)
        back = partial(_merge_back, operation=operation, inputs=inputs, options=options)
        return self.record(
            label, shape, lambda: merge(operation, inputs, **options).value, sources, back, alignment=alignment,
            multiplications=prod(shape) * _products(alignment), axes=axes_of,
        )  # fmt: skip

    def pool(self, label: Label, source: Step, axes: tuple[int, ...], kind: Pool = "mean") -> Step:
        """Mean or maximum over some axes, which are kept with size 1: `keras.ops.mean(x, axes, keepdims=True)`."""
        shape = tuple(1 if axis in axes else size for axis, size in enumerate(source.shape))
        value = source.value
        if not self.compute:
            return self.record(label, shape, lambda: value, (source,), None)
        found = value.mean(axis=axes, keepdims=True) if kind == "mean" else value.max(axis=axes, keepdims=True)
        result = found.astype(FLOAT32, copy=False)
        back = (
            partial(_mean_back, shape=value.shape, count=prod(value.shape[axis] for axis in axes))
            if kind == "mean"
            else partial(_max_back, value=value, result=result, axes=axes)
        )
        return self.record(label, shape, lambda: result, (source,), back)

    def reshape(
        self, label: Label, source: Step, shape: Sizes, axes: Axes, shared_axes: tuple[int, ...] = ()
    ) -> Step:  # fmt: skip
        """`Reshape(shape)`: the same values in another shape.

        Args:
            label: how the step is written.
            source: of any shape.
            shape: without the batch axis.
            axes: `Step.axes` of the result, batch axis included.
            shared_axes: `Step.shared_axes` of the result.
        """
        full = (source.shape[0], *shape)
        return self.record(
            label, full, lambda: source.value.reshape(full), (source,), partial(_reshape_back, shape=source.shape),
            axes=axes, shared_axes=shared_axes,
        )  # fmt: skip

    def transpose(self, label: Label, source: Step) -> Step:
        """`Permute((2, 1, 3))`: swaps rows and columns; (n, H, W, C) to (n, W, H, C)."""
        axes = None if source.axes == (0, 2, 1, 3) else (0, 2, 1, 3)
        shape = (source.shape[0], source.shape[2], source.shape[1], source.shape[3])
        return self.record(label, shape, lambda: source.value.swapaxes(1, 2), (source,), _transpose_back, axes=axes)

    def cut(self, label: Label, source: Step, axis: int, part: slice, axes: Axes | None = None) -> Step:
        """A range of indices along one axis: `x[:, start:stop]` for axis 1."""
        where = tuple(part if at == axis else slice(None) for at in range(source.value.ndim))
        back = partial(_cut_back, shape=source.shape, where=where)
        return self.record(label, source.value[where].shape, lambda: source.value[where], (source,), back, axes=axes)

    def complement(self, label: Label, source: Step) -> Step:
        """`1 - x`."""
        return self.record(label, source.shape, lambda: FLOAT32.type(1) - source.value, (source,), _negative_back)

    def record(
        self, label: Label, shape: Sizes, value: Callable[[], Array], sources: tuple[Step, ...], back: Back | None,
        **known: Any,
    ) -> Step:  # fmt: skip
        """Compute a step, unless only shapes are asked for, and record it.

        Args:
            label: how the step is written.
            shape: of the value.
            value: computes it.
            sources: the steps from which it is computed.
            back: its gradient.
            known: the other attributes of `Step`.
        """
        right = label.right.format(*(source.symbol for source in sources))
        equation = f"{label.symbol} = {right}" if right else ""
        step = Step(
            label.name, label.symbol, equation, flush(value()) if self.compute else not_computed(shape),
            summary=label.summary, inputs=tuple(source.name for source in sources), back=back, **known,
        )  # fmt: skip
        self.steps.append(step)
        return step

    def check_size(self, label: Label, shape: Sizes) -> None:
        """Reject a step that grows faster than the features, before it is computed.

        Raises:
            MergeError: the step would exceed `core.limits.MAX_GATE_STEP` values.
        """
        if not self.compute or prod(shape) <= MAX_GATE_STEP:
            return
        raise invalid_request(
            "The step {name} of shape {shape} would hold {count} values; up to {limit} are computed. Ask for the "
            "shapes only, or use a smaller grid.",
            name=label.name,
            shape=shape,
            count=f"{prod(shape):,}",
            limit=f"{MAX_GATE_STEP:,}",
        )

    def _kernel(
        self, layer: str, shape: Sizes, bias: bool, bias_start: Start
    ) -> tuple[Array, tuple[str, ...], Any]:  # fmt: skip
        """Kernel, names of the weights, and what is added: the bias or 0."""
        kernel = self.weights.take(f"{layer}/kernel", shape)
        if not bias:
            return kernel, (f"{layer}/kernel",), FLOAT32.type(0)
        return kernel, (f"{layer}/kernel", f"{layer}/bias"), self.weights.take(
            f"{layer}/bias", shape[-1:], bias_start
        )  # fmt: skip


def _with_bias(label: Label, bias: bool) -> Label:
    return label._replace(right=f"{label.right} + b") if bias else label


def _products(alignment: Alignment) -> int:
    """Multiplications per output element of a merge."""
    if alignment.axes is not None:
        return alignment.shapes[0][alignment.axes[0]] or 0
    return len(alignment.inputs) - 1 if alignment.operation == "Multiply" else 0


def _convolve_back(upstream: Array, **options: Any) -> tuple[Array, ...]:
    return (convolve_back(upstream, **options),)


def _dense_back(upstream: Array, kernel: Array) -> tuple[Array, ...]:
    return (upstream @ kernel.T,)


def _scale_back(upstream: Array, scale: Array) -> tuple[Array, ...]:
    return (upstream * scale,)


def _activation_back(upstream: Array, name: str, known: Array) -> tuple[Array, ...]:
    return (ACTIVATIONS[name].back(upstream, known),)


def _softmax_back(upstream: Array, result: Array, axes: tuple[int, ...]) -> tuple[Array, ...]:
    return (softmax_back(upstream, result, axes),)


def _resize_back(upstream: Array, grid: Sizes) -> tuple[Array, ...]:
    return (resize_back(upstream, grid),)


def _merge_back(
    upstream: Array, operation: str, inputs: tuple[Array, ...], options: dict[str, Any]
) -> tuple[Array, ...]:  # fmt: skip
    return gradients(operation, inputs, upstream, **options)


def _mean_back(upstream: Array, shape: Sizes, count: int) -> tuple[Array, ...]:
    return (np.broadcast_to(upstream / FLOAT32.type(count), shape),)


def _max_back(upstream: Array, value: Array, result: Array, axes: tuple[int, ...]) -> tuple[Array, ...]:
    """To the maximum; equal values share it (tensorflow/python/ops/math_grad.py: _MinOrMaxGrad)."""
    largest = (value == result).astype(FLOAT32)
    return (largest * (upstream / largest.sum(axis=axes, keepdims=True)),)


def _reshape_back(upstream: Array, shape: Sizes) -> tuple[Array, ...]:
    return (upstream.reshape(shape),)


def _transpose_back(upstream: Array) -> tuple[Array, ...]:
    return (upstream.swapaxes(1, 2),)


def _cut_back(upstream: Array, shape: Sizes, where: tuple[slice, ...]) -> tuple[Array, ...]:
    back = np.zeros(shape, dtype=upstream.dtype)
    back[where] = upstream
    return (back,)


def _negative_back(upstream: Array) -> tuple[Array, ...]:
    return (-upstream,)
