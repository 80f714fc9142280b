"""Changes of one input that keep every value: permuted, with size-1 axes inserted or removed, flattened, repeated.

Each change has the line of Keras code that does it; `b` stands for the tensor of input 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations
from math import prod

from ..errors import Shape
from ..sentences import Sentence

_MOST_PERMUTED = 7  # ranks up to which all orders are tried: 720
_NO_TEXT = ""


@dataclass(frozen=True)
class Change:
    """A change of one input.

    Attributes:
        number: of the input.
        shape: after the change.
        text: what to do.
        lines: of Keras code.
        cost: smaller is milder.
        loss: 0 if every value is kept, 1 if values are added, 2 if values are changed or dropped.
        slight: for a loss: whether it stays worth offering beside changes that keep every value.
    """

    number: int
    shape: Shape
    text: Sentence
    lines: tuple[str, ...]
    cost: float
    loss: int = 0
    slight: bool = False


def variable(number: int) -> str:
    """The name of an input in code: a, b, c, ..."""
    return chr(ord("a") + number) if number < 26 else f"x{number}"


def assign(number: int, expression: str) -> str:
    """One line of code; `{x}` in the expression is the input."""
    name = variable(number)
    return f"{name} = {expression.replace('{x}', name)}"


def layer(number: int, call: str) -> str:
    """The line that calls a Keras layer on an input."""
    return assign(number, f"keras.layers.{call}({{x}})")


def rearrangements(number: int, shape: Shape, rank: int) -> Iterator[Change]:
    """Every order of the axes after the batch axis, with size-1 axes inserted or removed so that the rank is `rank`."""
    own = [axis for axis in range(1, len(shape)) if shape[axis] != 1]
    if not shape or len(own) > rank - 1:
        return
    orders = permutations if rank <= _MOST_PERMUTED else combinations
    for slots in orders(range(1, rank), len(own)):
        change = _arranged(number, shape, dict(zip(slots, own, strict=True)), rank)
        if change is not None:
            yield change


def _arranged(number: int, shape: Shape, source: dict[int, int], rank: int) -> Change | None:
    """The change that moves the axis `source[slot]` to each slot; None where nothing moves."""
    order = [source[slot] for slot in sorted(source)]
    wide = (shape[0], *(shape[source[slot]] if slot in source else 1 for slot in range(1, rank)))
    values = {"number": number, "shape": shape, "wide": wide}
    leading = 0.01 * sum(source)  # axes that stay in front: trailing size-1 axes are the most common case
    if rank == len(shape):
        ones = iter(axis for axis in range(1, rank) if shape[axis] == 1)
        dims = tuple(source[slot] if slot in source else next(ones) for slot in range(1, rank))
        if wide == shape or dims == tuple(range(1, rank)):
            return None
        text = Sentence("Permute the axes of input {number}: {shape} becomes {wide}", **values)
        return Change(number, wide, text, (layer(number, f"Permute({_tuple(dims)})"),), 2 + 0.1 * _inversions(dims))
    if order == sorted(order):
        return _with_ones(number, shape, source, wide, leading)
    ones = iter(axis for axis in range(1, len(shape)) if shape[axis] == 1)
    first = (*order, *ones)
    moved = (shape[0], *(shape[axis] for axis in first))
    lines = (layer(number, f"Permute({_tuple(first)})"), *_reshape_lines(number, moved, wide))
    text = Sentence("Permute input {number} and insert or remove size-1 axes: {shape} becomes {wide}", **values)
    return Change(number, wide, text, lines, 5 + leading + 0.1 * _inversions(first))


def _with_ones(number: int, shape: Shape, source: dict[int, int], wide: Shape, leading: float) -> Change:
    """Size-1 axes inserted or removed, the order of the others kept."""
    values = {"number": number, "shape": shape, "wide": wide}
    lines = _reshape_lines(number, shape, wide)
    inserted = [slot for slot in range(1, len(wide)) if slot not in source]
    if len(wide) < len(shape):
        text = Sentence("Remove size-1 axes of input {number}: {shape} becomes {wide}", **values)
        return Change(number, wide, text, lines, 0.9)
    if len(wide) == len(shape) + 1 and wide.count(1) == shape.count(1) + 1:
        at = max(slot for slot in inserted)
        text = Sentence(
            "Insert a size-1 axis at position {position} of input {number}: {shape} becomes {wide}",
            position=at,
            **values,
        )
        return Change(number, wide, text, lines, 1 + leading)
    text = Sentence("Insert size-1 axes into input {number}: {shape} becomes {wide}", **values)
    return Change(number, wide, text, lines, 1.2 + leading)


def _reshape_lines(number: int, shape: Shape, wide: Shape) -> tuple[str, ...]:
    """Code that inserts or removes size-1 axes; without fixed sizes where some are unknown."""
    if None not in wide[1:]:
        return (layer(number, f"Reshape({_tuple(wide[1:])})"),)
    kept = [axis for axis in range(1, len(shape)) if shape[axis] != 1]
    removed = [axis for axis in range(1, len(shape)) if axis not in kept]
    steps = [f"keras.ops.squeeze({{x}}, {_tuple(removed)})"] if removed else []
    solid = iter(kept)
    for position in range(1, len(wide)):
        if wide[position] == 1:
            steps.append(f"keras.ops.expand_dims({{x}}, {position if position < len(wide) - 1 else -1})")
        else:
            next(solid)
    return tuple(assign(number, step) for step in steps)


def reshapes(number: int, shape: Shape, wanted: Shape) -> Iterator[Change]:
    """To the shape of another input with as many elements per sample, where no order of the axes would do."""
    if None in shape[1:] or None in wanted[1:] or len(shape) < 2 or len(wanted) < 2:
        return
    own, theirs = (sorted(size for size in s[1:] if size is not None and size != 1) for s in (shape, wanted))
    if own == theirs or prod(own) != prod(theirs) or 0 in own:
        return
    wide = (shape[0], *wanted[1:])
    values = {"number": number, "shape": shape, "wide": wide}
    if len(wide) == 2:
        yield flattened(number, shape, 6)
    else:
        text = Sentence("Reshape input {number}: {shape} becomes {wide}", **values)
        yield Change(number, wide, text, (layer(number, f"Reshape({_tuple(wide[1:])})"),), 7)


def flattened(number: int, shape: Shape, cost: float) -> Change:
    """All axes after the batch axis as one."""
    sizes = [size for size in shape[1:] if size is not None]
    wide = (shape[0], prod(sizes) if len(sizes) == len(shape) - 1 else None)
    text = Sentence("Flatten input {number}: {shape} becomes {wide}", number=number, shape=shape, wide=wide)
    return Change(number, wide, text, (layer(number, "Flatten()"),), cost)


def repeated(change: Change, wanted: Shape, shape: Shape, skipped: int | None = None) -> Change | None:
    """The change, and then its size-1 axes repeated to the sizes of another input.

    Args:
        change: after which the rank is that of `wanted`.
        wanted: shape of the other input.
        shape: of the input before the change.
        skipped: an axis that keeps its size, such as that of Concatenate.
    """
    axes = [
        axis
        for axis in range(1, len(wanted))
        if axis != skipped and change.shape[axis] == 1 and wanted[axis] not in (1, 0)
    ]
    if not axes or any(wanted[axis] is None for axis in axes):
        return None
    number = change.number
    wide = tuple(wanted[axis] if axis in axes else size for axis, size in enumerate(change.shape))
    values = {"number": number, "shape": shape, "wide": wide}
    text = Sentence("Repeat input {number} along the axes that it lacks: {shape} becomes {wide}", **values)
    if len(shape) == 2 and len(wide) == 3 and axes == [1]:
        return Change(number, wide, text, (layer(number, f"RepeatVector({wide[1]})"),), 3)
    if len(axes) == 1 and len(shape) == len(wide):
        text = Sentence("Repeat input {number} along axis {axis}: {shape} becomes {wide}", axis=axes[0], **values)
    return Change(number, wide, text, change.lines + _repeat_lines(number, wide, axes), change.cost + 2.5)


def _repeat_lines(number: int, wide: Shape, axes: list[int]) -> tuple[str, ...]:
    if 3 <= len(wide) <= 5 and max(axes) < len(wide) - 1:
        factors = [wide[axis] if axis in axes else 1 for axis in range(1, len(wide) - 1)]
        inside = str(factors[0]) if len(factors) == 1 else _tuple(factors)
        return (layer(number, f"UpSampling{len(factors)}D({inside})"),)
    return tuple(assign(number, f"keras.ops.repeat({{x}}, {wide[axis]}, axis={axis})") for axis in axes)


def unchanged(number: int, shape: Shape) -> Change:
    """No change, as the start of others."""
    return Change(number, shape, Sentence(_NO_TEXT), (), 0)


def with_batch(number: int, shape: Shape, batch: int | None, rank: int) -> Iterator[Change]:
    """An input without a batch axis: the axis added, repeated to the batch, and size-1 axes inserted up to a rank."""
    single = (1, *shape)
    start = (assign(number, "keras.ops.expand_dims({x}, 0)"),)
    end = (assign(number, f"keras.ops.repeat({{x}}, {batch}, axis=0)"),) if batch not in (None, 1) else ()
    same = [unchanged(number, single)] if len(single) <= rank else []
    for change in (*same, *rearrangements(number, single, rank)):
        wide = (1 if batch is None else batch, *change.shape[1:])
        text = Sentence(
            "Add the missing batch axis to input {number}: {shape} becomes {wide}",
            number=number,
            shape=shape,
            wide=wide,
        )
        yield Change(number, wide, text, start + change.lines + end, 3 + change.cost)


def repeated_batch(number: int, shape: Shape, batch: int) -> Change:
    """A single sample repeated to the batch of the others."""
    wide = (batch, *shape[1:])
    text = Sentence(
        "Repeat the single sample of input {number} for the whole batch: {shape} becomes {wide}",
        number=number,
        shape=shape,
        wide=wide,
    )
    return Change(number, wide, text, (assign(number, f"keras.ops.repeat({{x}}, {batch}, axis=0)"),), 2.5)


def from_scalar(number: int, wide: Shape) -> Change:
    """A scalar with a batch axis and size-1 axes."""
    text = Sentence("Give the scalar input {number} a batch axis: () becomes {wide}", number=number, wide=wide)
    return Change(number, wide, text, (assign(number, f"keras.ops.broadcast_to({{x}}, {wide})"),), 1)


def _inversions(order: tuple[int, ...]) -> int:
    return sum(first > second for first, second in combinations(order, 2))


def _tuple(values: Iterator[int | None] | list[int] | tuple[int | None, ...] | list[int | None]) -> str:
    listed = list(values)
    return f"({listed[0]},)" if len(listed) == 1 else f"({', '.join(map(str, listed))})"
