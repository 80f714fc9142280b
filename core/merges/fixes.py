"""Changes that make shapes fit: every sensible one is tried, and those that Keras accepts are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, islice

from core.errors import Fix, MergeError, Shape
from core.limits import MAX_RANK
from core.merges.plan import Alignment
from core.sentences import Sentence

_MOST = 5  # more buttons than that help nobody
_MOST_INPUTS = 50  # of which one alone is changed: a thousand have a million changes, each as long as the list
_FEWEST, _WORK = 20, 50_000  # changes that are tried at least; axes that are looked at while trying
Shapes = tuple[Shape, ...]


def find_fixes(shapes: Shapes, error: MergeError, accepts: Callable[[Shapes], Alignment]) -> tuple[Fix, ...]:
    """The first few changes that the merge accepts, the smallest first.

    Those that Keras takes without doubt stand alone; those that draw a warning stand in where there are no others.

    Args:
        shapes: those that do not fit.
        error: what was wrong with them.
        accepts: the plan for other shapes; raises MergeError for shapes that do not fit.
    """
    sound: dict[Shapes, Fix] = {}
    doubtful: dict[Shapes, Fix] = {}
    tries = max(_FEWEST, _WORK // max(1, sum(map(len, shapes))))
    for fix in islice(_candidates(shapes, error), tries):
        found = _try(fix.shapes, accepts)
        if found is not None:
            (doubtful if found.warnings else sound).setdefault(fix.shapes, fix)
        if len(sound) == _MOST:
            break
    last_resort = (fix for fix in islice(_last_resorts(shapes), tries) if _try(fix.shapes, accepts))
    return tuple((sound or doubtful).values())[:_MOST] or tuple(islice(last_resort, 1))


def _try(shapes: Shapes, accepts: Callable[[Shapes], Alignment]) -> Alignment | None:
    try:
        return accepts(shapes)
    except MergeError:
        return None


def _candidates(shapes: Shapes, error: MergeError) -> Iterator[Fix]:
    if not shapes:
        yield Fix(Sentence("Pass two inputs, for instance of shape (2, 3)"), ((2, 3), (2, 3)))
        return
    yield from _counts(shapes)
    if len(shapes) > _MOST_INPUTS:
        return
    for number in range(len(shapes)):
        yield from _insertions(shapes, number)
    yield from _resizings(shapes, error)
    yield from _repeats(shapes, error)
    for number in range(len(shapes)):
        yield from _swaps(shapes, number)
        yield from _batches(shapes, number)


def _counts(shapes: Shapes) -> Iterator[Fix]:
    if len(shapes) > 2:
        yield Fix(Sentence("Keep the first two inputs"), shapes[:2])
    if len(shapes) == 1:
        yield Fix(Sentence("Pass it in a list"), shapes)
        yield Fix(Sentence("Pass it twice"), shapes * 2)


def _insertions(shapes: Shapes, number: int) -> Iterator[Fix]:
    """The last place first: a map without its channel axis is the most common case."""
    shape = shapes[number]
    if len(shape) >= max(map(len, shapes)):
        return
    for place in reversed(range(1 if shape else 0, len(shape) + 1)):
        wide = (*shape[:place], 1, *shape[place:])
        text = Sentence(
            "Insert an axis of 1 at place {place} of input {number}: {shape} becomes {wide}",
            place=place,
            number=number,
            shape=shape,
            wide=wide,
        )
        yield Fix(text, _replace(shapes, number, wide))


def _resizings(shapes: Shapes, error: MergeError) -> Iterator[Fix]:
    """All clashing axes of one input at once: to the size of another input, or to 1."""
    for number in reversed(range(len(shapes))):
        own = [axis for at, axis in error.axes if at == number and axis < len(shapes[number])]
        for other in range(len(shapes)) if own else ():
            yield from _resize_like(shapes, number, own, other, error)
        if own and own != [0]:
            narrow = tuple(1 if axis in own else size for axis, size in enumerate(shapes[number]))
            text = Sentence("Reduce input {number} to {shape}, for instance by its mean", number=number, shape=narrow)
            yield Fix(text, _replace(shapes, number, narrow))


def _resize_like(shapes: Shapes, number: int, own: list[int], other: int, error: MergeError) -> Iterator[Fix]:
    theirs = [axis for at, axis in error.axes if at == other and axis < len(shapes[other])]
    if other == number or len(theirs) != len(own):
        return
    sizes = {axis: shapes[other][their] for axis, their in zip(own, theirs, strict=True)}
    resized = tuple(sizes.get(axis, size) for axis, size in enumerate(shapes[number]))
    text = Sentence(
        "Resize input {number} from {shape} to {resized}", number=number, shape=shapes[number], resized=resized
    )
    yield Fix(text, _replace(shapes, number, resized))


def _repeats(shapes: Shapes, error: MergeError) -> Iterator[Fix]:
    """What Keras will not stretch, stretched by hand; axes are counted from the end, as they meet."""
    for number, axis in error.axes:
        shape = shapes[number]
        back = len(shape) - axis
        sizes = [other[-back] for other in shapes if len(other) > back and other[-back] not in (1, None)]
        if axis and shape[axis : axis + 1] == (1,) and sizes:
            wide = (*shape[:axis], sizes[0], *shape[axis + 1 :])
            text = Sentence(
                "Repeat input {number} along axis {axis}: {shape} becomes {wide}",
                number=number,
                axis=axis,
                shape=shape,
                wide=wide,
            )
            yield Fix(text, _replace(shapes, number, wide))


def _swaps(shapes: Shapes, number: int) -> Iterator[Fix]:
    shape = shapes[number]
    for first, second in combinations(range(1, len(shape)), 2):
        swapped = list(shape)
        swapped[first], swapped[second] = shape[second], shape[first]
        text = Sentence(
            "Swap axes {first} and {second} of input {number}: {shape} becomes {swapped}",
            first=first,
            second=second,
            number=number,
            shape=shape,
            swapped=tuple(swapped),
        )
        yield Fix(text, _replace(shapes, number, tuple(swapped)))


def _batches(shapes: Shapes, number: int) -> Iterator[Fix]:
    for other in shapes:
        if other and shapes[number]:
            wide = (other[0], *shapes[number])
            text = Sentence(
                "Put a batch axis in front of input {number}: {shape} becomes {wide}",
                number=number,
                shape=shapes[number],
                wide=wide,
            )
            yield Fix(text, _replace(shapes, number, wide))


def _last_resorts(shapes: Shapes) -> Iterator[Fix]:
    """Larger changes, for when nothing smaller helps."""
    batched = tuple((1, *shape) for shape in shapes)
    yield Fix(Sentence("Put a batch axis of 1 in front of every input"), batched)
    ones = tuple(tuple(size or 1 for size in shape) for shape in shapes if None not in shape)
    yield Fix(Sentence("Replace every axis of 0 by 1"), ones)
    count = max(2, len(shapes))
    for model in sorted(shapes, key=len, reverse=True):
        for length in range(max(1, len(model)), MAX_RANK + 1):
            filled = model + (1,) * (length - len(model))
            for repeats in dict.fromkeys((count, 2)):
                yield Fix(Sentence("Give every input the shape {shape}", shape=filled), (filled,) * repeats)
    batch = next((shape[0] for shape in shapes if shape), 1)
    for length in range(3, MAX_RANK + 1):
        even = (batch,) + (2,) * (length - 1)
        yield Fix(Sentence("Give every input the shape {shape}", shape=even), (even, even))
    yield Fix(Sentence("Pass the first input alone"), shapes[:1])


def _replace(shapes: Iterable[Shape], number: int, shape: Shape) -> Shapes:
    return tuple(shape if at == number else old for at, old in enumerate(shapes))
