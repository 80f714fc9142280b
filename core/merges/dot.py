"""How Keras aligns the inputs of Dot (keras/src/layers/merging/dot.py: Dot, batch_dot).

One axis of each input is contracted, for each sample separately. The free axes of the first input come first, then
those of the second; a result without any gets one size-1 axis.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from ..dtypes import FLOAT32, Array, flush
from ..errors import Call, KerasText, MergeError, Shape
from ..limits import check_rank
from ..sentences import Sentence
from .backends.row import Backend, as_passed
from .operations import Operation
from .plan import AlignedInput, Alignment
from .steps import chosen_by_bool
from .warnings import batch_warning

_MOST_AXES = 32  # NumPy's own limit is 64 for both inputs together
Axes = int | tuple[int, int]


def check_axes(axes: object) -> Axes:
    """`axes` as the constructor of Dot accepts it.

    Raises:
        MergeError: neither an int nor two of them.
    """
    if isinstance(axes, int):
        return axes
    if not isinstance(axes, (list, tuple)):
        text = f"Invalid type for argument `axes`: it should be a list or an int. Received: axes={axes}"
        raise _bad_axes(KerasText(text, "TypeError"))
    if len(axes) != 2:
        raise _bad_axes(f"Invalid format for argument `axes`: it should contain two elements. Received: axes={axes}")
    if not isinstance(axes[0], int) or not isinstance(axes[1], int):
        raise _bad_axes(f"Invalid format for argument `axes`: list elements should be integers. Received: axes={axes}")
    return (axes[0], axes[1])


def align_dot(row: Operation, shapes: tuple[Shape, ...], axes: Axes, backend: Backend) -> Alignment:
    """The alignment of a Dot.

    Raises:
        MergeError: without fixes; `core.merges.align.align` adds them.
    """
    if len(shapes) != 2:
        raise MergeError(
            f"A `Dot` layer should be called on a list of 2 inputs. Received: input_shape={list(shapes)}",
            Sentence(
                "{name} takes exactly {exactly} inputs; it got {count}.", name="Dot", exactly=2, count=len(shapes)
            ),
        )
    first, second = shapes
    contracted = _check_build(first, second, axes)
    _check_call(backend.call(row, shapes), first, second, contracted, backend)
    output = _free(first, contracted[0]) + _free(second, contracted[1])[1:]
    output = output if len(output) > 1 else (*output, 1)
    inputs = (_entry(first, contracted[0]), _entry(second, contracted[1]))
    return Alignment(row.name, inputs, output, tuple(_warnings(axes, shapes)), axes=contracted, backend=backend.name)


def error_after_normalizing(error: MergeError, call: Call, axes: Any, backend: Backend) -> MergeError:
    """The error of `batch_dot` after each input was divided by its norm, which may change shapes on some backends.

    Args:
        error: of the shapes as passed.
        call: with these shapes.
        axes: as passed, accepted by the layer's own check.
        backend: that Keras runs on.
    """
    first, second = call.shapes
    contracted = _check_build(first, second, check_axes(axes))
    try:
        shapes = [backend.normalized_shape(*each, call) for each in zip(call.shapes, contracted, strict=True)]
        if shapes != [first, second]:
            _check_call(call, shapes[0], shapes[1], contracted, backend)
    except MergeError as other:
        return other.but(fixes=error.fixes, partial=error.partial)
    return error


def contract(
    row: Operation, first: Array, second: Array, alignment: Alignment, backend: Backend, *, normalize: bool = False
) -> Array:
    """The sum of products, in the dtype that the backend works in.

    An element overflows where the sum of the absolute values of its products does. If all those products have one sign,
    it is inf of that sign; otherwise Keras gives a finite number, inf, -inf or NaN, depending on the order in which its
    kernel adds and on whether it multiplies and adds in one step, and this function need not give the same.

    Args:
        row: Dot.
        first: one input, (B, ..., K, ...).
        second: the other, (B, ..., K, ...).
        alignment: of the two.
        backend: that Keras runs on.
        normalize: whether each is divided by its L2 norm along the contracted axis first.

    Raises:
        MergeError: more axes than NumPy supports.
    """
    assert alignment.axes is not None
    check_rank((first.ndim, second.ndim), _MOST_AXES)
    clean = flush if backend.flushes else as_passed
    x, y = np.moveaxis(first, alignment.axes[0], -1), np.moveaxis(second, alignment.axes[1], 1)
    if normalize:
        x, y = backend.normalize(clean(x), -1), backend.normalize(clean(y), 1)
    small = {x.dtype, y.dtype} == {np.dtype(np.int8)}
    result = np.dtype(np.int32) if small else backend.promote(row, x.dtype, y.dtype)
    if backend.selects and result == FLOAT32 and x.size == y.size == x.shape[0]:  # one product per sample
        chosen = chosen_by_bool(x.ravel(), y.ravel())
        if chosen is not None:
            return chosen.reshape(alignment.output_shape)  # type: ignore[arg-type]  # all sizes are known
    x, y = (backend.operand(part).astype(result if small else backend.dot_dtype(result), copy=False) for part in (x, y))
    batch, length = x.shape[0], x.shape[-1]
    rows, columns = prod(x.shape[1:-1]), prod(y.shape[2:])
    product = np.matmul(clean(x).reshape(batch, rows, length), clean(y).reshape(batch, length, columns))
    with np.errstate(invalid="ignore", over="ignore"):
        shape = tuple(size for size in alignment.output_shape if size is not None)
        return clean(product.reshape(shape)).astype(result, copy=False)


def _bad_axes(message: str) -> MergeError:
    return MergeError(message, Sentence("axes must be one integer, or two: one per input."))


def _entry(shape: Shape, contracted: int) -> AlignedInput:
    roles = ("contracted" if axis == contracted else "free" if axis else "batch" for axis in range(len(shape)))
    return AlignedInput(shape, shape, tuple(roles), shape)  # type: ignore[arg-type]  # mypy widens the literals


def _free(shape: Shape, contracted: int) -> Shape:
    return shape[:contracted] + shape[contracted + 1 :]


def _check_build(first: Shape, second: Shape, axes: Axes) -> tuple[int, int]:
    wanted = (axes, axes) if isinstance(axes, int) else axes
    if isinstance(axes, int) and axes < 0:
        wanted = tuple(_wrap(axes, shape, number) for number, shape in enumerate((first, second)))  # type: ignore[assignment]
    for number, (axis, shape) in enumerate(zip(wanted, (first, second), strict=True)):
        if not -len(shape) <= axis < len(shape):
            raise _no_such_axis(axis, shape, number, KerasText("tuple index out of range", "IndexError"))
    contracted = (wanted[0] % len(first), wanted[1] % len(second))
    if first[contracted[0]] != second[contracted[1]]:
        raise MergeError(
            f"Incompatible input shapes: axis values {first[wanted[0]]} (at axis {wanted[0]}) != "
            f"{second[wanted[1]]} (at axis {wanted[1]}). Full input shapes: {first}, {second}",
            Sentence(
                "The contracted axes must have the same size; they have {first} and {second}.",
                first=first[contracted[0]],
                second=second[contracted[1]],
            ),
            axes=[(0, contracted[0]), (1, contracted[1])],
        )
    return contracted


def _wrap(axis: int, shape: Shape, number: int) -> int:
    if not shape:
        raise _no_such_axis(axis, shape, number, KerasText("integer modulo by zero", "ZeroDivisionError"))
    return axis % len(shape)


def _no_such_axis(axis: int, shape: Shape, number: int, accident: str) -> MergeError:
    return MergeError(
        f"Axis {axis} does not exist in shape {shape}.",
        Sentence(
            "Axis {axis} does not exist; input {number} has {rank} axes, counted from 0.",
            axis=axis,
            number=number,
            rank=len(shape),
        ),
        axes=[(number, max(0, len(shape) - 1))],
        accident=accident,
    )


def _check_call(call: Call, first: Shape, second: Shape, contracted: tuple[int, int], backend: Backend) -> None:
    """Reject what passes the layer's own check and fails in `batch_dot`."""
    if len(first) < 2 or len(second) < 2:
        raise MergeError(
            f"Cannot do batch_dot on inputs with rank < 2. Received inputs with shapes {call.shape_text(first)} and "
            f"{call.shape_text(second)}.",
            Sentence("Dot needs a batch axis and at least one more axis in both inputs."),
            axes=[(number, 0) for number, shape in enumerate((first, second)) if len(shape) < 2],
            call=call,
        )
    if None not in (first[0], second[0]) and first[0] != second[0]:
        raise MergeError(
            "Cannot do batch_dot on inputs with different batch sizes. "
            f"Received inputs with shapes {call.shape_text(first)} and {call.shape_text(second)}.",
            Sentence("Axis 0 is the batch axis; its size must be equal in both inputs."),
            axes=[(0, 0), (1, 0)],
            call=call,
        )
    if 0 in contracted:
        raise MergeError(
            "Cannot perform batch_dot over axis 0. If your inputs are not batched, add a dummy batch dimension to your "
            "inputs using keras.ops.expand_dims(x, 0)",
            Sentence("Axis 0 is the batch axis and cannot be contracted; choose axes from 1 upwards."),
            axes=[(number, 0) for number in (0, 1) if contracted[number] == 0],
            call=call,
        )
    _check_reshape(call, (first, second), contracted, backend)


def _check_reshape(call: Call, shapes: tuple[Shape, Shape], contracted: tuple[int, int], backend: Backend) -> None:
    """Keras merges the free axes into one by a -1 in `reshape`, which cannot be inferred beside an axis of size 0."""
    if any(None in shape for shape in shapes):
        return
    text = backend.reshape_text(shapes, contracted)
    if text:
        raise MergeError(
            text,
            Sentence(
                "{title} cannot infer the remaining axes of size 0 when the contracted axis also has size 0.",
                title=backend.title,
            ),
            axes=[(n, a) for n, shape in enumerate(shapes) for a, size in enumerate(shape) if size == 0],
            call=call,
        )


def _warnings(axes: Axes, shapes: tuple[Shape, ...]) -> Iterator[Sentence]:
    yield from batch_warning([shape[0] for shape in shapes], broadcast=False)
    if isinstance(axes, int) and axes < 0 and len(shapes[0]) != len(shapes[1]):
        contracted = (axes % len(shapes[0]), axes % len(shapes[1]))
        if contracted[0] != contracted[1]:
            yield Sentence(
                "axes={axes} counts from the end: axis {first} of input 0 and axis {second} of input 1.",
                axes=axes,
                first=contracted[0],
                second=contracted[1],
            )
