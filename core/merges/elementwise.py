"""How Keras lines up the inputs of an element-wise merge (keras/src/layers/merging/base_merge.py).

Axis 0, the batch, is pinned left and must be equal; the rest is right-aligned, and an input of lower rank gets axes
of 1 inserted at axis 1. One accident of the TensorFlow backend is part of the behaviour (keras/src/backend/tensorflow/
numpy.py: add): where the second operand of an addition has one axis larger than 1, and that size is also the last or
the second size of the first operand, it is taken for a bias and added along that axis, wherever its own axis was.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

from core.errors import Call, MergeError, Shape
from core.merges.odd_sizes import odd_size
from core.merges.operations import Operation
from core.merges.plan import AlignedInput, Alignment, Role
from core.merges.warnings import warnings
from core.sentences import Sentence


def align_elementwise(row: Operation, shapes: tuple[Shape, ...]) -> Alignment:
    """The plan of an element-wise merge.

    Raises:
        MergeError: without fixes; `core.merges.align.align` adds them.
    """
    call = Call(row.name, shapes, ("float32",) * len(shapes))
    batch = _batch(shapes)
    _check_sizes(shapes)
    _check_count(row, shapes)
    _check_scalars(shapes, call)
    expanded = expand(shapes)
    read = _read_shapes(row, expanded, call)
    output = _output_shape(read, batch)
    check_stretch(row, read, call)
    inputs = tuple(
        AlignedInput(shape, wide, _roles(len(shape), wide, output), seen)
        for shape, wide, seen in zip(shapes, expanded, read, strict=True)
    )
    return Alignment(row.name, inputs, output, tuple(warnings(inputs, output)))


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


def _check_scalars(shapes: tuple[Shape, ...], call: Call) -> None:
    if () in shapes and any(shapes):
        raise MergeError(
            "axis 1 is out of bounds for an array with dimension 1.",
            Sentence("A scalar has no batch axis after which Keras could insert axes. Add a batch axis first."),
            axes=[(number, 0) for number, shape in enumerate(shapes) if not shape],
            call=call,
        )


def expand(shapes: Sequence[Shape]) -> tuple[Shape, ...]:
    """The shapes with axes of 1 inserted at axis 1 until all ranks agree."""
    rank = max(map(len, shapes))
    return tuple(shape[:1] + (1,) * (rank - len(shape)) + shape[1:] for shape in shapes)


def _read_shapes(row: Operation, expanded: tuple[Shape, ...], call: Call) -> tuple[Shape, ...]:
    if any(None in shape for shape in expanded):
        return expanded
    read = [expanded[0]]
    running = expanded[0]
    for number, shape in enumerate(expanded[1:], start=1):
        bias = bias_shape(row, running, shape)
        if bias is not None and 0 in shape:
            raise _empty_bias(shape, number, call)
        read.append(shape if bias is None else bias)
        running = tuple(b if a == 1 else a for a, b in zip(running, read[-1], strict=True))
    return tuple(read)


def bias_shape(row: Operation, first: Shape, second: Shape) -> Shape | None:
    """The shape in which TensorFlow's addition reads its second operand as a bias.

    It does so where the second has one axis larger than 1, of the size of the first operand's last or second axis.

    Returns:
        A shape of the first operand's rank; None where the second is added as it is.
    """
    large = [size for size in second if size is None or size > 1]
    if not row.takes_bias or len(large) != 1 or large[0] is None or not 1 < len(first) >= len(second):
        return None
    if large[0] not in (first[1], first[-1]):
        return None
    axis = len(first) - 1 if first[-1] == large[0] else 1
    return (1,) * axis + (large[0],) + (1,) * (len(first) - axis - 1)


def _empty_bias(shape: Shape, number: int, call: Call) -> MergeError:
    squeezed = ",".join(str(size) for size in shape if size != 1)
    return MergeError(
        "{{function_node __wrapped__BiasAdd_device_/job:localhost/replica:0/task:0/device:CPU:0}} "
        f"Biases must be 1D: [{squeezed}] [Op:BiasAdd] name: ",
        Sentence("Keras passes this input to TensorFlow as a bias, which fails for an axis of size 0."),
        axes=[(number, axis) for axis, size in enumerate(call.shapes[number]) if size == 0],
        call=call,
    )


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


_MOST = 5  # runs of neighbouring axes that are stretched alike


def check_stretch(row: Operation, shapes: Sequence[Shape], call: Call) -> None:
    """Refuse what TensorFlow has not implemented; it takes six axes or more, stretched on both sides in turn.

    Args:
        row: an element-wise merge.
        shapes: of the operands as they are combined, all of one rank.
        call: for the error.

    Raises:
        MergeError: with TensorFlow's text in Keras's frame.
    """
    if len(shapes[0]) <= _MOST or any(None in shape or 0 in shape for shape in shapes):
        return
    running = shapes[0]
    for number, shape in enumerate(shapes[1:], start=1):
        if _runs(running, shape) > _MOST:
            first, second = (",".join(map(str, operand)) for operand in (running, shape))
            raise MergeError(
                f"{{{{function_node __wrapped__{row.kernel}_device_/job:localhost/replica:0/task:0/device:CPU:0}}}} "
                f"Broadcast between [{first}] and [{second}] is not supported yet. [Op:{row.kernel}] name: ",
                Sentence(
                    "The shapes are compatible, but TensorFlow does not support this broadcast: it collapses "
                    "adjacent axes that are broadcast alike and then allows at most {limit} groups.",
                    limit=_MOST,
                ),
                axes=[(at, axis) for at in range(number + 1) for axis, size in enumerate(call.shapes[at]) if size == 1],
                call=call,
            )
        running = tuple(b if a == 1 else a for a, b in zip(running, shape, strict=True))


def _runs(first: Shape, second: Shape) -> int:
    """Runs of axes that are equal, stretched on the left, or on the right; axes of 1 on both sides do not count."""
    kinds = ((a == 1) - (b == 1) for a, b in zip(first, second, strict=True) if (a, b) != (1, 1))
    return sum(1 for _ in groupby(kinds))
