"""Every change of one input that may make a merge work; `core.merges.fixes` tries and sorts them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from ..errors import MergeError, Shape
from .operations import Operation
from .rearrange import (
    Change,
    flattened,
    from_scalar,
    rearrangements,
    repeated,
    repeated_batch,
    reshapes,
    unchanged,
    with_batch,
)
from .resize import channels_first, first_samples, pooled_to_vector, resized

_MOST_ORDERS = 800  # rearrangements of one input
Shapes = tuple[Shape, ...]


def changes(row: Operation, shapes: Shapes, error: MergeError, options: dict[str, object]) -> Iterator[Change]:
    """The changes of each input, in no order."""
    if row.rule == "elementwise" and error.axes and all(shapes[at][axis : axis + 1] == (1,) for at, axis in error.axes):
        yield from _written_out(shapes)  # compatible shapes whose broadcast TensorFlow lacks
        return
    for number in range(len(shapes)):
        if shapes[number]:
            yield from _of_one(row, shapes, number, error, options)
        else:
            yield from _of_scalar(shapes, number)


def _of_scalar(shapes: Shapes, number: int) -> Iterator[Change]:
    for other in shapes:
        if other and other[0] is not None:
            yield from_scalar(number, (other[0], *[1] * (len(other) - 1)))
        elif other:
            yield from_scalar(number, (1,) * len(other))


def _of_one(
    row: Operation, shapes: Shapes, number: int, error: MergeError, options: dict[str, object]
) -> Iterator[Change]:
    shape = shapes[number]
    others = [other for at, other in enumerate(shapes) if at != number and other]
    ranks = {len(other) for other in others}
    axis = _joined(row, shapes, options)
    arranged = [
        change
        for rank in sorted(ranks)
        for change in islice(rearrangements(number, shape, rank), _MOST_ORDERS)
        if (_meets(change.shape, others) if row.rule == "elementwise" else _no_ones(change.shape, others, axis))
    ]
    yield from (_with_known_batch(change, shape, others) for change in arranged)
    yield from _batch_changes(number, shape, others, error)
    for other in others:
        yield from reshapes(number, shape, other)
        if row.rule == "concatenate":
            yield from _repeats(number, shape, other, axis, arranged)
        if row.rule == "dot":
            yield from _contracted_resizes(shapes, number, error)
        else:
            yield from _resizes(row, shapes, number, other, axis)
    if row.rule == "concatenate" and len(shape) > 2 and 2 in ranks:
        ones = sum(size == 1 for size in shape[1:])
        if None not in shape[1:]:
            yield flattened(number, shape, 0.5 if ones >= len(shape) - 2 else 6)
        if len(shape) <= 5:
            yield pooled_to_vector(number, shape)


def _meets(shape: Shape, others: list[Shape]) -> bool:
    """Whether each axis is aligned with an equal or unknown one of another input: no pairs of everything."""
    rank = max(map(len, [shape, *others]))
    wide = [(*other[:1], *[1] * (rank - len(other)), *other[1:]) for other in others]
    own = (*shape[:1], *[1] * (rank - len(shape)), *shape[1:])
    return all(
        own[axis] == 1
        or any(other[axis] in (own[axis], None) or (own[axis] is None and other[axis] != 1) for other in wide)
        for axis in range(1, rank)
    )


def _no_ones(shape: Shape, others: list[Shape], axis: int | None) -> bool:
    """Whether no axis of 1 is beside an unknown one: outside of the concatenation axis that fails when it is not 1."""
    return axis is None or all(
        own != 1 or theirs is not None or at == axis
        for other in others
        for at, (own, theirs) in enumerate(zip(shape, other, strict=False))
    )


def _with_known_batch(change: Change, shape: Shape, others: list[Shape]) -> Change:
    """A known first size beside unknown batch sizes is probably not a batch axis."""
    suspect = shape[0] is not None and len(change.shape) > len(shape) and all(other[0] is None for other in others)
    return replace(change, cost=change.cost + 4) if suspect else change


def _batch_changes(number: int, shape: Shape, others: list[Shape], error: MergeError) -> Iterator[Change]:
    known = {other[0] for other in others}
    for batch in sorted(size for size in known if size is not None and size > 1):
        if shape[0] == 1:
            yield repeated_batch(number, shape, batch)
        elif shape[0] is not None and shape[0] > batch and all(axis == 0 for _, axis in error.axes):
            yield first_samples(number, shape, batch)
    for other in others:
        if len(other) > len(shape) and None not in shape:
            for change in islice(with_batch(number, shape, other[0], len(other)), _MOST_ORDERS):
                if _meets(change.shape, [other]):
                    yield change


def _joined(row: Operation, shapes: Shapes, options: dict[str, object]) -> int | None:
    """The axis of Concatenate, counted from the front of the longest input."""
    axis = options.get("axis")
    rank = max(map(len, shapes))
    if row.rule != "concatenate" or not isinstance(axis, int) or not -rank <= axis < rank:
        return None
    return axis % rank


def _written_out(shapes: Shapes) -> Iterator[Change]:
    """One size-1 axis of one input repeated to the size of another input."""
    for number, shape in enumerate(shapes):
        for other in shapes:
            for axis in range(1, min(len(shape), len(other))):
                only = tuple(size if at == axis else 1 for at, size in enumerate(other))
                found = repeated(unchanged(number, shape), only, shape) if len(other) == len(shape) else None
                if found is not None:
                    yield found


def _repeats(number: int, shape: Shape, other: Shape, axis: int | None, arranged: list[Change]) -> Iterator[Change]:
    """Size-1 and missing axes repeated, since Concatenate does not broadcast."""
    same = [unchanged(number, shape)] if len(shape) == len(other) else []
    for change in (*same, *(one for one in arranged if len(one.shape) == len(other))):
        found = repeated(change, other, shape, axis)
        if found is not None:
            yield found


def _resizes(row: Operation, shapes: Shapes, number: int, other: Shape, axis: int | None) -> Iterator[Change]:
    """Padding, cropping, up- and downsampling, 1×1 convolutions towards the sizes of another input."""
    shape = shapes[number]
    if len(shape) > len(other):
        other = (*other[:1], *[1] * (len(shape) - len(other)), *other[1:])
    starts = [unchanged(number, shape)]
    if 2 < len(shape) < len(other):
        starts += [change for change in islice(rearrangements(number, shape, len(other)), 200) if change.cost < 2]
    for start in starts:
        now = start.shape
        offset = len(other) - len(now)
        channels = _channels(row, (now, other), axis, len(now))
        if row.rule == "concatenate" and offset:
            continue
        wanted = _wanted(row, now, other, offset, axis)
        for small in (False, True) if wanted else ():
            found = resized(start, shape, wanted, channels, small=small)
            if found is not None:
                yield found


def _contracted_resizes(shapes: Shapes, number: int, error: MergeError) -> Iterator[Change]:
    """The contracted axis of one input of Dot towards the size of the other."""
    at = dict(error.axes)
    if (
        len(shapes) != 2
        or set(at) != {0, 1}
        or 0 in at.values()
        or max(at[0] - len(shapes[0]), at[1] - len(shapes[1])) >= 0
    ):
        return
    shape, theirs = shapes[number], shapes[1 - number][at[1 - number]]
    if shape[at[number]] != theirs and theirs is not None:
        for small in (False, True):
            found = resized(unchanged(number, shape), shape, {at[number]: theirs}, len(shape) - 1, small=small)
            if found is not None:
                yield found


def _wanted(row: Operation, now: Shape, other: Shape, offset: int, axis: int | None) -> dict[int, int]:
    """The axes whose sizes clash, each with the size of the other input."""
    found = {}
    for at in range(1, len(now)):
        size, theirs = now[at], other[at + offset]
        equal = None in (size, theirs) or size == theirs or at + offset == axis
        if row.rule == "elementwise":
            equal = equal or 1 in (size, theirs)
        if not equal and theirs is not None:
            found[at] = theirs
    return found


def _channels(row: Operation, pair: Shapes, axis: int | None, rank: int) -> int:
    if row.rule == "concatenate":
        return 1 if axis == 1 and rank >= 4 else rank - 1
    return 1 if channels_first(pair) else rank - 1
