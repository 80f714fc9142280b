"""The gradients of a merge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from string import ascii_letters
from typing import Any

import numpy as np

from ..dtypes import FLOAT32, Array, autocast, is_float
from ..errors import invalid_request
from ..limits import check_rank
from .backends import Backend, find_backend
from .backends.row import clipped_norm as unit
from .merge import given_arrays, merge_row
from .operations import Operation, find
from .plan import Alignment

_MOST_AXES = 20  # each gets its own letter in an einsum of Dot


def gradients(
    operation: str,
    inputs: Iterable[Any],
    upstream: Any = None,
    *,
    axis: int = -1,
    axes: Any = -1,
    normalize: bool = False,
    backend: str = "tensorflow",
) -> tuple[Array, ...]:
    """The gradient of sum(upstream * output) with respect to each input, as the backend computes it.

    Args:
        operation: name of a merge, `core.MERGES`.
        inputs: one array per input. Integers, which have no gradient in TensorFlow, are read as float32.
        upstream: the gradient of the loss with respect to the output, of its shape; ones by default.
        axis: of Concatenate.
        axes: of Dot.
        normalize: whether Dot divides each input by its L2 norm first.
        backend: that Keras runs on, a name in `core.BACKENDS`; NumPy has no gradients.

    Returns:
        One array per input, of its shape; float32, or the input's own float dtype.

    Raises:
        MergeError: the layer rejects the inputs, upstream has another shape than the output, or the backend has no
            gradients.
    """
    row, engine = find(operation), find_backend(backend)
    if not engine.differentiable:
        raise invalid_request("{title} computes no gradients; choose another backend.", title=engine.title)
    given = given_arrays(row, inputs)
    check_rank((array.ndim for array in given), _MOST_AXES)
    floats = [autocast(value).astype(FLOAT32) for value in given]
    merged = merge_row(row, floats, axis=axis, axes=axes, normalize=normalize, backend=engine)
    flow = _check_upstream(upstream, merged.value)
    with np.errstate(all="ignore"):
        found = _backward(row, floats, merged.alignment, flow, normalize, engine)
        return tuple(
            np.asarray(gradient, value.dtype if is_float(value.dtype) else FLOAT32).reshape(value.shape)
            for gradient, value in zip(found, given, strict=True)
        )


def _check_upstream(upstream: Any, value: Array) -> Array:
    if upstream is None:
        return np.ones(value.shape, dtype=FLOAT32)
    flow = autocast(upstream).astype(FLOAT32)
    if flow.shape != value.shape:
        raise invalid_request(
            "The upstream gradient has shape {shape}; expected the shape of the output, {expected}.",
            shape=flow.shape,
            expected=value.shape,
        )
    return flow


def _backward(
    row: Operation, floats: list[Array], alignment: Alignment, flow: Array, normalize: bool, backend: Backend
) -> Sequence[Array]:
    if alignment.axes is not None:
        return _dot_backward(floats, alignment, flow, normalize, backend)
    if row.rule == "concatenate":
        axis = alignment.axis or 0
        ends = np.cumsum([part.shape[axis] if part.ndim else 0 for part in floats])[:-1]
        return np.split(flow, list(ends), axis=axis) if len(floats) > 1 else [flow]
    return _elementwise_backward(row, floats, alignment, flow, backend)


def _elementwise_backward(
    row: Operation, floats: list[Array], alignment: Alignment, flow: Array, backend: Backend
) -> Sequence[Array]:
    parts = [part.reshape(entry.read_shape) for part, entry in zip(floats, alignment.inputs, strict=True)]  # type: ignore[arg-type]
    running = [parts[0]]
    for part in parts[1:]:
        running.append(row.step(running[-1], part))
    found: list[Array] = []
    flow = row.finish(flow, len(parts), FLOAT32)
    for before, part in zip(reversed(running[:-1]), reversed(parts[1:]), strict=True):
        wide = np.broadcast_arrays(before, part)
        back, own = _share(row, flow, wide[0], wide[1], backend)
        found.append(_fold(own, part.shape))
        flow = _fold(back, before.shape)
    return [_fold(flow, parts[0].shape), *reversed(found)]


def _share(row: Operation, flow: Array, first: Array, second: Array, backend: Backend) -> tuple[Array, Array]:
    """The gradient of each operand of a step; at a tie of Maximum or Minimum the first gets the backend's share."""
    back, own = row.step_gradient(flow, first, second)
    if row.masking != "skip" or backend.tie == 1:
        return back, own
    tied, share = first == second, FLOAT32.type(backend.tie)
    return np.where(tied, flow * share, back), np.where(tied, flow * (1 - share), own)


def _fold(gradient: Array, shape: tuple[int, ...]) -> Array:
    """The sum over the axes along which an operand of this shape was broadcast."""
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1 and gradient.shape[axis] != 1)
    folded: Array = gradient.sum(axis=stretched, keepdims=True) if stretched else gradient
    return folded


def _dot_backward(
    floats: list[Array], alignment: Alignment, flow: Array, normalize: bool, backend: Backend
) -> Sequence[Array]:
    assert alignment.axes is not None
    (x, y), (i, j) = floats, alignment.axes
    unit_x, unit_y = (unit(x, i), unit(y, j)) if normalize else (x, y)
    first = [ascii_letters[n] for n in range(x.ndim)]
    second = [ascii_letters[20 + n] for n in range(y.ndim)]
    second[0], second[j] = first[0], first[i]
    left, right = "".join(first), "".join(second)
    result = left.replace(first[i], "") + right.replace(first[0], "").replace(second[j], "")
    flow = flow.reshape(flow.shape[: len(result)])
    back_x = np.einsum(f"{result},{right}->{left}", flow, unit_y)
    back_y = np.einsum(f"{result},{left}->{right}", flow, unit_x)
    if not normalize:
        return back_x, back_y
    at_zero = backend.zero_norm_gradient
    return _unit_gradient(back_x, x, i, at_zero), _unit_gradient(back_y, y, j, at_zero)


def _unit_gradient(flow: Array, value: Array, axis: int, at_zero: float) -> Array:
    """Through `clipped_norm`: (flow - u * sum(flow * u)) / norm; a norm below 1e-7 counts as a constant.

    Args:
        flow: the gradient with respect to the normalized values.
        value: before normalizing.
        axis: of the norm.
        at_zero: factor of the gradient where the norm is 0.
    """
    inverse = 1 / np.sqrt(np.sum(np.square(value), axis=axis, keepdims=True))
    capped = np.minimum(inverse, FLOAT32.type(1e7))
    along = np.sum(flow * value, axis=axis, keepdims=True) * capped**3
    gradient: Array = flow * capped - np.where(inverse < 1e7, along, 0) * value
    return gradient if at_zero == 1 else np.where(np.isinf(inverse), FLOAT32.type(at_zero), FLOAT32.type(1)) * gradient
