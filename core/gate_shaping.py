"""Steps of gates that move numbers about without weights: pooling, reshaping, turning, cutting, 1 − x.

Tensors are float32, batch first.
"""

from __future__ import annotations

from functools import partial
from math import prod
from typing import Literal

import numpy as np

from core.dtypes import FLOAT32, Array
from core.gate_ledger import Ledger
from core.gate_plan import Axes, Label, Step

Pool = Literal["mean", "max"]


class Shaping(Ledger):
    """The steps without weights."""

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
