"""The outcome of the same shapes in NumPy: right-aligned throughout, with no batch axis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..dtypes import Array
from ..errors import Shape
from .operations import find

Sizes = tuple[int, ...]


@dataclass(frozen=True)
class NumpyOutcome:
    """The outcome in NumPy.

    Attributes:
        code: the call that was tried.
        shape: of the result; None if NumPy raises an error.
        error: NumPy's text if it raises an error, otherwise None.
    """

    code: str
    shape: Shape | None
    error: str | None


def numpy_outcome(
    operation: str, shapes: tuple[Shape, ...], *, axis: int = -1, axes: int | tuple[int, int] = -1
) -> NumpyOutcome | None:
    """NumPy's outcome for these shapes; None if a size is unknown, or for a Dot of other than two inputs."""
    row = find(operation)
    sizes = [tuple(size for size in shape if size is not None) for shape in shapes]
    if any(None in shape for shape in shapes) or not shapes or (row.rule == "dot" and len(shapes) != 2):
        return None
    if row.rule == "elementwise":
        return _try("np.broadcast_shapes", lambda: np.broadcast_shapes(*sizes))
    if row.rule == "concatenate":
        return _try(f"np.concatenate(axis={axis})", lambda: _joined_shape(sizes, axis))
    pair = (axes, axes) if isinstance(axes, int) else axes
    return _try(f"np.tensordot(axes={pair})", lambda: _contracted_shape(sizes, pair))


def _try(code: str, outcome: Callable[[], Sizes]) -> NumpyOutcome:
    try:
        return NumpyOutcome(code, outcome(), None)
    except (ValueError, IndexError) as error:
        return NumpyOutcome(code, None, str(error))


def _joined_shape(sizes: list[Sizes], axis: int) -> Sizes:
    """The shape that `np.concatenate` gives, without allocating the array."""
    first = sizes[0]
    fits = bool(first) and -len(first) <= axis < len(first)
    joined = axis % len(first) if fits else 0
    if not fits or len({(len(shape), shape[:joined], shape[joined + 1 :]) for shape in sizes}) > 1:
        np.concatenate(_hollow(sizes), axis=axis)  # raises NumPy's own error
    return (*first[:joined], sum(shape[joined] for shape in sizes), *first[joined + 1 :])


def _contracted_shape(sizes: list[Sizes], axes: tuple[int, int]) -> Sizes:
    """The shape that `np.tensordot` gives: without a batch axis, so both batch axes stay."""
    fits = all(-len(shape) <= axis < len(shape) for shape, axis in zip(sizes, axes, strict=True))
    if not fits or sizes[0][axes[0]] != sizes[1][axes[1]]:
        np.tensordot(*_hollow(sizes), axes=([axes[0]], [axes[1]]))  # type: ignore[call-overload]  # raises NumPy's own error
    first, second = (list(shape) for shape in sizes)
    del first[axes[0]], second[axes[1]]
    return tuple(first + second)


def _hollow(sizes: list[Sizes]) -> list[Array]:
    """Arrays of these shapes, of one byte each."""
    return [np.broadcast_to(np.int8(0), shape) for shape in sizes]
