"""How Keras aligns the inputs of an element-wise merge (keras/src/layers/merging/base_merge.py).

Axis 0, the batch axis, is aligned left and must be equal; the rest is right-aligned, and an input of lower rank gets
size-1 axes inserted at axis 1. A backend may read an operand otherwise (`core/merges/backends/`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ..errors import Call, MergeError, Shape
from ..sentences import Sentence
from .backends.row import Backend
from .odd_sizes import odd_size
from .operations import Operation
from .plan import AlignedInput, Alignment, Role, expand
from .warnings import single_sample_warnings, warnings


def align_elementwise(
    row: Operation, shapes: tuple[Shape, ...], backend: Backend, masked: tuple[bool, ...] = ()
) -> Alignment:
    """The plan of an element-wise merge.

    Args:
        row: the merge.
        shapes: of its inputs.
        backend: that Keras runs on.
        masked: whether each input has a mask that is used; empty if none has.

    Raises:
        MergeError: without fixes; `core.merges.align.align` adds them.
    """
    call = backend.call(row, shapes)
    batch = _batch(shapes)
    _check_sizes(shapes)
    _check_count(row, shapes)
    _check_scalars(shapes, call, backend)
    expanded = expand(shapes)
    backend.check_broadcast(row, expanded, call, masked)
    read = _read_shapes(row, expanded, backend)
    output = _output_shape(read, batch)
    inputs = tuple(
        AlignedInput(shape, wide, _roles(len(shape), wide, output), seen)
        for shape, wide, seen in zip(shapes, expanded, read, strict=True)
    )
    found = (*warnings(inputs, output), *_single_sample(row, shapes, expanded, read, backend))
    return Alignment(row.name, inputs, output, found, backend=backend.name)


def combine(first: Shape, second: Shape) -> Shape:
    """The shape of two tensors combined, batch axis left out (`_compute_elemwise_op_output_shape`).

    Raises:
        MergeError: two sizes differ and neither is 1.
    """
    if len(first) < len(second):
        return combine(second, first)
    if not second:
        return first
    tail = [_combine_sizes(i, j) for i, j in zip(first[-len(second) :], second, strict=True)]
    if "clash" in tail:
        raise MergeError(f"Inputs have incompatible shapes. Received shapes {first} and {second}")
    return first[: -len(second)] + tuple(size for size in tail if size != "clash")


def _combine_sizes(first: int | None, second: int | None) -> int | Literal["clash"] | None:
    if first is None or second is None:
        return None
    if first == 1:
        return second
    return first if second in (1, first) else "clash"


def _batch(shapes: tuple[Shape, ...]) -> Shape:
    batches = {shape[0] for shape in shapes if shape} - {None}
    if len(batches) > 1:
        raise MergeError(
            f"Cannot merge tensors with different batch sizes. Received tensors with shapes {list(shapes)}",
            Sentence(
                "Axis 0 is the batch axis. When a merge layer is called, its size must be equal in all inputs, "
                "even if it is 1. Only a model that is already built broadcasts a batch of 1."
            ),
            axes=[(number, 0) for number, shape in enumerate(shapes) if shape and shape[0] is not None],
        )
    if not any(shapes):
        return ()
    return (batches.pop(),) if batches else (None,)


def _check_sizes(shapes: tuple[Shape, ...]) -> None:
    result = shapes[0][1:]
    for shape in shapes[1:]:
        try:
            result = combine(result, shape[1:])
        except MergeError as error:
            raise MergeError(error.keras_message, _why(shapes), axes=_clashes(shapes)) from None


def _clashes(shapes: tuple[Shape, ...]) -> list[tuple[int, int]]:
    """The (input, own axis) pairs of every axis whose sizes clash."""
    found = []
    for back in range(1, max(map(len, shapes))):
        at = [(n, len(s) - back) for n, s in enumerate(shapes) if len(s) > back and s[len(s) - back] not in (1, None)]
        if len({shapes[number][axis] for number, axis in at}) > 1:
            found += at
    return sorted(found)


def _why(shapes: tuple[Shape, ...]) -> Sentence:
    number, axis = _clashes(shapes)[0]
    back = len(shapes[number]) - axis
    sizes = {s[len(s) - back] for s in shapes if len(s) > back} - {1, None}
    rank = max(map(len, shapes))
    values = {"axis": rank - back, "sizes": ", ".join(map(str, sorted(size for size in sizes if size is not None)))}
    shorter = next((shape for shape in shapes if len(shape) < rank), None)
    odd = odd_size({size for size in sizes if size is not None})
    if odd is not None and rank > 2 and 1 < back < rank:
        return Sentence(
            "The sizes on axis {axis} are {sizes}, which cannot be broadcast together. {odd} is not a multiple of "
            "{factor}: pooled to {pooled} and upsampled again it becomes {back}. Multiples of {factor} work.",
            **values,
            **odd.values,
        )
    if shorter is None:
        return Sentence(
            "The sizes on axis {axis} are {sizes}, which cannot be broadcast together: sizes must be equal, or 1.",
            **values,
        )
    return Sentence(
        "Keras inserts the missing axes right after the batch axis, so {shape} is read as {expanded}. "
        "On axis {axis} the sizes are then {sizes}, which cannot be broadcast together: sizes must be "
        "equal, or 1.",
        shape=shorter,
        expanded=shorter[:1] + (1,) * (rank - len(shorter)) + shorter[1:],
        **values,
    )


def _check_count(row: Operation, shapes: tuple[Shape, ...]) -> None:
    if row.exactly is not None and len(shapes) != row.exactly:
        raise MergeError(
            f"A `{row.name}` layer should be called on exactly {row.exactly} inputs. "
            f"Received: input_shape={list(shapes)}",
            Sentence(
                "{name} takes exactly {exactly} inputs; it got {count}.",
                name=row.name,
                exactly=row.exactly,
                count=len(shapes),
            ),
        )


def _check_scalars(shapes: tuple[Shape, ...], call: Call, backend: Backend) -> None:
    if () in shapes and any(shapes):
        raise MergeError(
            backend.scalar_text,
            Sentence("A scalar has no batch axis after which Keras could insert axes. Add a batch axis first."),
            axes=[(number, 0) for number, shape in enumerate(shapes) if not shape],
            call=call,
        )


def _read_shapes(row: Operation, expanded: tuple[Shape, ...], backend: Backend) -> tuple[Shape, ...]:
    read = [expanded[0]]
    running = expanded[0]
    for shape in expanded[1:]:
        read.append(backend.bias(row, running, shape) or shape)
        running = tuple(b if a == 1 else a for a, b in zip(running, read[-1], strict=True))
    return tuple(read)


def _single_sample(
    row: Operation, shapes: tuple[Shape, ...], expanded: tuple[Shape, ...], read: tuple[Shape, ...], backend: Backend
) -> Iterator[Sentence]:
    """Warnings where only an unknown batch keeps the backend from reading an input as a bias."""
    if not row.takes_bias or read != expanded or any(shape and shape[0] is not None for shape in expanded):
        return
    single = tuple((1, *shape[1:]) for shape in expanded)
    yield from single_sample_warnings(shapes, single, _read_shapes(row, single, backend))


def _output_shape(read: tuple[Shape, ...], batch: Shape) -> Shape:
    if not batch:
        return ()
    result: Shape = read[0][1:]
    for shape in read[1:]:
        result = combine(result, shape[1:])
    return batch + result


def _roles(rank: int, expanded: Shape, output: Shape) -> tuple[Role, ...]:
    inserted = range(1, len(expanded) - rank + 1)
    return tuple(
        "batch" if axis == 0 else "inserted" if axis in inserted else _role(size, result)
        for axis, (size, result) in enumerate(zip(expanded, output, strict=True))
    )


def _role(size: int | None, result: int | None) -> Role:
    if size is None or result is None:
        return "unknown"
    return "stretched" if size == 1 and result != 1 else "matched"
