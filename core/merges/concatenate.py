"""How Keras aligns the inputs of Concatenate (keras/src/layers/merging/concatenate.py).

It does not broadcast: all axes except the concatenation axis must be equal, including the batch axis. Axis 0 may be
the concatenation axis.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..dtypes import Array
from ..errors import KerasText, MergeError, Shape
from ..sentences import Sentence
from .backends.row import Backend
from .odd_sizes import odd_size
from .operations import Operation
from .plan import AlignedInput, Alignment, Role
from .warnings import batch_warning, unchecked_axes


def align_concatenate(row: Operation, shapes: tuple[Shape, ...], axis: int, backend: Backend) -> Alignment:
    """The alignment of a Concatenate.

    Raises:
        MergeError: without fixes; `core.merges.align.align` adds them.
    """
    _check_build(shapes, axis)
    if backend.returns_single and len(shapes) == 1 and axis >= len(shapes[0]):
        return Alignment(row.name, (_entry(shapes[0], _all_matched(shapes[0])),), shapes[0], backend=backend.name)
    _check_call(row, shapes, axis, backend)
    joined = axis % len(shapes[0])
    sizes = [shape[joined] for shape in shapes]
    total = None if None in sizes else sum(size for size in sizes if size is not None)
    output = (*shapes[0][:joined], total, *shapes[0][joined + 1 :])
    unknown = {at for at in range(len(output)) if any(shape[at] is None for shape in shapes)}
    inputs = tuple(_entry(shape, _roles(len(shape), joined, unknown)) for shape in shapes)
    return Alignment(row.name, inputs, output, tuple(_warnings(shapes, joined)), axis=joined, backend=backend.name)


def join(row: Operation, arrays: Sequence[Array], alignment: Alignment, backend: Backend) -> Array:
    """The concatenation, in the common dtype."""
    if len(arrays) == 1:
        return arrays[0].copy()
    dtypes = {array.dtype for array in arrays}
    dtype = backend.promote(row, *dtypes) if len(dtypes) > 1 else arrays[0].dtype
    assert alignment.axis is not None
    arrays = [backend.operand(array) for array in arrays] if len(dtypes) > 1 else arrays
    return np.concatenate([array.astype(dtype, copy=False) for array in arrays], axis=alignment.axis)


def _entry(shape: Shape, roles: tuple[Role, ...]) -> AlignedInput:
    return AlignedInput(shape, shape, roles, shape)


def _all_matched(shape: Shape) -> tuple[Role, ...]:
    return tuple("batch" if axis == 0 else "matched" for axis in range(len(shape)))


def _roles(rank: int, joined: int, unknown: set[int]) -> tuple[Role, ...]:
    others: list[Role] = ["batch" if axis == 0 else "unknown" if axis in unknown else "matched" for axis in range(rank)]
    return tuple("joined" if axis == joined else role for axis, role in enumerate(others))


def _check_build(shapes: tuple[Shape, ...], axis: int) -> None:
    remaining = {_without(shape, axis, number) for number, shape in enumerate(shapes)}
    if len({len(shape) for shape in remaining}) == 1:
        columns = [{size for size in column if size is not None} for column in zip(*remaining, strict=True)]
        if all(len(column) <= 1 for column in columns):
            return
    raise MergeError(
        "A `Concatenate` layer requires inputs with matching shapes except for the concatenation axis. "
        f"Received: input_shape={list(shapes)}",
        _why(shapes, axis),
        axes=_clashes(shapes, axis),
    )


def _why(shapes: tuple[Shape, ...], axis: int) -> Sentence:
    rank = len(shapes[0])
    other = next((number for number, shape in enumerate(shapes) if len(shape) != rank), None)
    if other is not None:
        return _unequal_ranks(shapes, other)
    if axis >= rank:
        return Sentence("Axis {axis} does not exist; there are the axes 0 to {last}.", axis=axis, last=rank - 1)
    at = _clashes(shapes, axis)[0][1]
    sizes = {size for shape in shapes if (size := shape[at]) is not None}
    odd = odd_size(sizes) if 0 < at < rank - (axis % rank == rank - 1) else None
    if odd is not None:
        return Sentence(
            "On axis {at} the sizes are {sizes}, and Concatenate does not broadcast. {odd} is not a multiple of "
            "{factor}: pooled to {pooled} and upsampled again it becomes {back}. Multiples of {factor} work.",
            at=at,
            sizes=", ".join(map(str, sorted(sizes))),
            **odd.values,
        )
    return Sentence(
        "Only axis {axis}, along which the inputs are concatenated, may differ; all other axes must match "
        "exactly. Concatenate does not broadcast.",
        axis=axis,
    )


def _unequal_ranks(shapes: tuple[Shape, ...], other: int) -> Sentence:
    return Sentence(
        "Inputs 0 and {other} have {first} and {second} axes; all inputs must have the same number of axes.",
        other=other,
        first=len(shapes[0]),
        second=len(shapes[other]),
    )


def _without(shape: Shape, axis: int, number: int) -> Shape:
    """The shape without the concatenation axis; unchanged if a positive axis does not exist, as in Keras."""
    if not shape:
        raise MergeError(
            "A `Concatenate` layer cannot join scalars: they have no axis.",
            Sentence("Input {number} is a scalar; it has no axis along which it could be concatenated.", number=number),
            axes=[(number, 0)],
            accident=KerasText("integer modulo by zero", "ZeroDivisionError"),
        )
    if axis < -len(shape):
        raise MergeError(
            f"Axis {axis} does not exist in shape {shape}.",
            Sentence(
                "Axis {axis} does not exist; input {number} has the axes 0 to {last}.",
                axis=axis,
                number=number,
                last=len(shape) - 1,
            ),
            accident=KerasText("list assignment index out of range", "IndexError"),
        )
    return tuple(size for at, size in enumerate(shape) if at != (axis if axis >= 0 else axis + len(shape)))


def _clashes(shapes: tuple[Shape, ...], axis: int) -> list[tuple[int, int]]:
    rank = len(shapes[0])
    ranks = [len(shape) for shape in shapes]
    if len(set(ranks)) > 1:  # the axes that the lower ranks lack
        return [(number, at) for number, own in enumerate(ranks) for at in range(1, own - min(ranks) + 1)]
    differing = [
        at
        for at in range(rank)
        if (at != axis % rank or axis >= rank) and len({shape[at] for shape in shapes} - {None}) > 1
    ]
    return [(number, at) for number in range(len(shapes)) for at in differing]


def _check_call(row: Operation, shapes: tuple[Shape, ...], axis: int, backend: Backend) -> None:
    """Reject what passes Keras's own check and fails in the backend."""
    rank = len(shapes[0])
    if axis >= rank:
        raise MergeError(
            backend.concatenate_axis_text(axis, shapes),
            Sentence("Axis {axis} does not exist; there are the axes 0 to {last}.", axis=axis, last=rank - 1),
            axes=[(number, len(shape) - 1) for number, shape in enumerate(shapes)],
            call=backend.call(row, shapes),
        )
    other = next((number for number, shape in enumerate(shapes) if len(shape) != rank), None)
    if other is not None:
        raise MergeError(
            backend.concatenate_ranks_text(shapes, other),
            _unequal_ranks(shapes, other),
            axes=_clashes(shapes, axis),
            call=backend.call(row, shapes),
        )


def _warnings(shapes: tuple[Shape, ...], joined: int) -> Iterator[Sentence]:
    if joined:
        yield from batch_warning([shape[0] for shape in shapes], broadcast=False)
    columns = ((axis, [shape[axis] for shape in shapes]) for axis in range(1, len(shapes[0])) if axis != joined)
    yield from unchecked_axes(columns, broadcast=False)
    if len(shapes) == 1:
        yield Sentence("With a single input there is nothing to merge; it is returned unchanged.")
    elif joined == 0:
        yield Sentence("Axis 0 is the batch axis: this concatenates samples, which a functional model may reject.")
