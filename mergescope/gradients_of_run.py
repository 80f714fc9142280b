"""Gradients of one element of a model's output with respect to the operands of a merge, through that merge alone.

The framework computes the gradient with respect to the result of the merge; the engine passes it on to the operands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import as_numpy
from .collecting import Place
from .engine import Array, gradients, invalid_request
from .running import Framework

_Index = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class MergeGradients:
    """Gradients of one output element through a merge.

    Attributes:
        index: of the element in its output.
        value: of the element.
        inputs: its gradient with respect to each operand, of the operand's shape, through this merge alone.
        upstream: its gradient with respect to the result of the merge.
    """

    index: tuple[int, ...]
    value: float
    inputs: tuple[Array, ...]
    upstream: Array


def gradients_through(
    framework: Framework, model: Any, inputs: Any, place: Place, output: int, index: Sequence[int] | None
) -> MergeGradients:
    """Run the model once more and take gradients.

    Raises:
        MergeError: the call is no merge or has masks, or the backend has no gradients.
    """
    if not place.operation or place.alignment is None:
        raise invalid_request("{name} is no merge, so there are no gradients through it.", name=place.name)
    if any(mask is not None for mask in place.masks):
        raise invalid_request("{name} has masks; gradients through a masked merge are not computed.", name=place.name)
    if framework.backend not in _BACKWARD:
        raise invalid_request("{title} computes no gradients; choose another backend.", title=framework.backend)
    at = None if index is None else tuple(int(one) for one in index)
    found, value, upstream = _BACKWARD[framework.backend](framework, model, inputs, place, output, at)
    return MergeGradients(found, value, _through(place, upstream, framework.backend), upstream)


def _through(place: Place, upstream: Array, backend: str) -> tuple[Array, ...]:
    """From the result to the operands. Operators right-align: with a batch axis of 1 in front, so does the engine."""
    options: dict[str, Any] = dict(place.meeting.options)
    if place.meeting.kind == "layer":
        return gradients(place.operation, place.inputs, upstream, backend=backend, **options)
    rank = max(one.ndim for one in place.inputs)
    wide = [one.reshape((1,) * (1 + rank - one.ndim) + one.shape) for one in place.inputs]
    if place.operation == "Concatenate":
        options = {"axis": 1 + options["axis"] % rank}
    found = gradients(place.operation, wide, upstream[None], backend=backend, **options)
    return tuple(flow.reshape(one.shape) for flow, one in zip(found, place.inputs, strict=True))


def _largest(value: Any) -> _Index:
    array = as_numpy(value)
    return tuple(int(one) for one in np.unravel_index(int(np.argmax(array)), array.shape))


def _nothing(*_: Any) -> None:
    """Nothing is collected."""


def _tensorflow(
    framework: Framework, model: Any, inputs: Any, place: Place, output: int, index: _Index | None
) -> tuple[_Index, float, Array]:
    import tensorflow as tf  # noqa: PLC0415  # the caller has imported it

    results: list[Any] = []
    with tf.GradientTape() as tape:

        def touch(name: str, result: Any) -> Any:
            if name == place.name:
                tape.watch(result)
                results.append(result)
            return result

        found = framework.run(model, inputs, _nothing, touch).outputs[output]
        at = index or _largest(found)
        value = found[at]
    upstream = tape.gradient(value, results[0], unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return at, float(value), as_numpy(upstream)


def _torch(
    framework: Framework, model: Any, inputs: Any, place: Place, output: int, index: _Index | None
) -> tuple[_Index, float, Array]:
    import torch  # noqa: PLC0415  # the caller has imported it

    leaves: list[Any] = []

    def touch(name: str, result: Any) -> Any:
        if name != place.name:
            return result
        leaves.append(result.detach().requires_grad_())
        return leaves[0].clone()  # later operations may write into it

    with torch.enable_grad():
        found = framework.run(model, inputs, _nothing, touch).outputs[output]
        at = index or _largest(found)
        value = found[at]
        (upstream,) = torch.autograd.grad(value, leaves[:1], allow_unused=True)
    return at, float(value.detach()), as_numpy(torch.zeros_like(leaves[0]) if upstream is None else upstream)


def _jax(
    framework: Framework, model: Any, inputs: Any, place: Place, output: int, index: _Index | None
) -> tuple[_Index, float, Array]:
    import jax  # noqa: PLC0415  # the caller has imported it

    def run(offset: Any) -> Any:
        def touch(name: str, result: Any) -> Any:
            return result + offset if name == place.name else result

        return framework.run(model, inputs, _nothing, touch).outputs[output]

    zeros = jax.numpy.zeros(place.output.shape, place.output.dtype)
    at = index or _largest(run(zeros))
    value, upstream = jax.value_and_grad(lambda offset: run(offset)[at])(zeros)
    return at, float(value), as_numpy(upstream)


_BACKWARD: dict[str, Callable[..., tuple[_Index, float, Array]]] = {
    "tensorflow": _tensorflow, "torch": _torch, "jax": _jax,
}  # fmt: skip
