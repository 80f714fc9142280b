"""How operators such as `x * a` and `keras.ops.multiply(x, a)` align tensors in a Keras model.

Unlike the merge layers they follow NumPy: right-aligned throughout, with no batch axis, so size-1 axes are inserted in
front and the batch may be broadcast (keras/src/ops/operation_utils.py: broadcast_shapes). `keras.ops.concatenate` works
like the layer. Addition has the same bias accident as the layers (`core/merges/backends/tensorflow.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import index
from typing import Any, Literal

from ..errors import MergeError, PartialInput, Shape, invalid_request
from ..sentences import Sentence
from .align import align
from .backends import TENSORFLOW
from .concatenate import align_concatenate
from .fixes import Problem, find_fixes
from .operations import Operation, find
from .plan import AlignedInput, Alignment, Role, faults_of, partial_input
from .warnings import warnings

OPERATORS: dict[str, Literal["operator", "function"]] = {
    "Add": "operator",
    "Subtract": "operator",
    "Multiply": "operator",
    "Maximum": "function",
    "Minimum": "function",
    "Concatenate": "function",
}
"""The merges that Python's operators or `keras.ops` write, by their class in `keras.src.ops`, and which of the two."""


def align_as_written(operation: str, kind: str, options: Mapping[str, Any], shapes: Sequence[Shape]) -> Alignment:
    """The alignment of a merge in a model, by the rule of a layer or of an operator.

    Args:
        operation: name in `core.MERGES`.
        kind: "layer"; anything else is an operator.
        options: axis, axes, normalize, as far as the operation has them.
        shapes: one per operand.

    Raises:
        MergeError: the shapes are incompatible.
    """
    if kind == "layer":
        return align(operation, shapes, **{name: one for name, one in options.items() if name in ("axis", "axes")})
    axis = options.get("axis", 0)
    return align_operator(operation, tuple(shapes), axis=axis if isinstance(axis, int) else 0)


def align_operator(operation: str, shapes: Iterable[Iterable[int | None]], *, axis: int = 0) -> Alignment:
    """How the operands of an operator are aligned.

    Args:
        operation: Add, Subtract, Multiply, Maximum, Minimum (two operands) or Concatenate.
        shapes: one per operand; None for an unknown size.
        axis: of Concatenate.

    Returns:
        The alignment; inserted axes come first.

    Raises:
        MergeError: Keras rejects these shapes; with its text, the reason and fixes.
    """
    row = find(operation)
    listed = tuple(tuple(None if size is None else index(size) for size in shape) for shape in shapes)
    try:
        return _plan(row, listed, axis)
    except MergeError as error:
        fixes = find_fixes(_problem(row, listed, axis, error))
        raise error.but(fixes=fixes, partial=_partial(row, listed, error)) from None


def _problem(row: Operation, shapes: tuple[Shape, ...], axis: int, error: MergeError) -> Problem:
    if row.rule == "concatenate":
        call, options = "y = keras.ops.concatenate([{inputs}], {options})", {"axis": axis}
    else:
        call, options = f"y = keras.ops.{row.function}({{inputs}})", {}
    return Problem(row, shapes, options, error, lambda other, chosen: _plan(row, other, chosen.get("axis", axis)), call)


def _partial(row: Operation, shapes: tuple[Shape, ...], error: MergeError) -> tuple[PartialInput, ...]:
    stretches = row.rule == "elementwise"
    rank, faults = max(map(len, shapes), default=0), faults_of(error, len(shapes))
    return tuple(
        partial_input(
            shape,
            (1,) * (rank - len(shape)) * stretches + shape,
            0,
            faults[number],
            stretches=stretches,
            batch=False,
        )
        for number, shape in enumerate(shapes)
    )


def _plan(row: Operation, shapes: tuple[Shape, ...], axis: int) -> Alignment:
    if row.rule == "concatenate" and shapes:
        return align_concatenate(row, shapes, axis, TENSORFLOW)
    if row.rule != "elementwise" or len(shapes) != 2:
        raise invalid_request(
            "The operator {name} takes two tensors; it got {count}.", name=row.name, count=len(shapes)
        )
    rank = max(map(len, shapes))
    expanded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    output = tuple(_combine(*pair, shapes) for pair in enumerate(zip(*expanded, strict=True)))
    inputs = tuple(
        AlignedInput(shape, wide, _roles(len(shape), wide, output), read)
        for shape, wide, read in zip(shapes, expanded, _read(row, shapes, expanded), strict=True)
    )
    return Alignment(row.name, inputs, output, (*warnings(inputs, output), *_batch_warnings(inputs, output)))


def _combine(axis: int, sizes: tuple[int | None, ...], shapes: tuple[Shape, ...]) -> int | None:
    """One size of the result; an unknown size is replaced by the other."""
    first, second = sizes
    if first == 1 or (first is None and second != 1):
        return second
    if second in (1, None, first):
        return first
    rank = max(map(len, shapes))
    at = [(number, axis - rank + len(shape)) for number, shape in enumerate(shapes)]
    raise MergeError(
        f"Cannot broadcast shape, the failure dim has value {first}, which cannot be broadcasted to {second}. "
        f"Input shapes are: {list(shapes[0])} and {list(shapes[1])}.",
        Sentence(
            "Operators right-align shapes, as NumPy does. On axis {axis} the sizes are then {sizes}, which "
            "cannot be broadcast together: sizes must be equal, or 1.",
            axis=axis,
            sizes=f"{first}, {second}",
        ),
        axes=at,
    )


def _read(row: Operation, shapes: tuple[Shape, ...], expanded: list[Shape]) -> list[Shape]:
    """The shapes in which values are combined: TensorFlow's addition may read the second as a bias."""
    known = all(None not in shape for shape in shapes)
    bias = TENSORFLOW.bias(row, *shapes) if known else None
    return expanded if bias is None else [expanded[0], bias]


def _roles(rank: int, expanded: Shape, output: Shape) -> tuple[Role, ...]:
    inserted = len(expanded) - rank
    return tuple(
        "inserted" if axis < inserted else _role(axis, size, result)
        for axis, (size, result) in enumerate(zip(expanded, output, strict=True))
    )


def _role(axis: int, size: int | None, result: int | None) -> Role:
    if size == 1 and result != 1:
        return "stretched"
    if axis == 0:
        return "batch"
    return "unknown" if size is None or result is None else "matched"


def _batch_warnings(inputs: tuple[AlignedInput, ...], output: Shape) -> Iterator[Sentence]:
    """A tensor of lower rank whose batch axis is not aligned with the batch axis."""
    for number, entry in enumerate(inputs):
        if entry.inserted and len(entry.shape) > 1 and entry.shape[0] != 1:
            yield Sentence(
                "Operators right-align shapes: axis 0 of input {number}, {shape}, is aligned with axis {axis} "
                "of {output}, not with the batch axis. A merge layer would keep the batch axis aligned.",
                number=number,
                shape=entry.shape,
                axis=entry.inserted,
                output=output,
            )
