"""Fixes for a rejected merge: every sensible change is tried, and those that Keras accepts are kept, the mildest first.

Changes that keep every value come before those that add values, and these before those that change or drop values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from math import prod
from typing import Any

from ..errors import Fix, MergeError, Shape
from ..sentences import Sentence
from .operations import Operation
from .plan import Alignment
from .rearrange import Change, assign, variable
from .single_fixes import changes
from .warnings import is_doubtful

_MOST = 5  # fixes that are offered
_MOST_INPUTS = 26  # that have a name in code, a to z
_TRIES = 4_000  # alignments that are tried
_CERTAIN = 5  # cost up to which a fix is so mild that nothing is asked first
Shapes = tuple[Shape, ...]
Options = dict[str, Any]
Accepts = Callable[[Shapes, Options], Alignment]


@dataclass(frozen=True)
class Candidate:
    """A fix before it is known to work, with what it is sorted by."""

    text: Sentence
    shapes: Shapes
    lines: tuple[str, ...] = ()
    options: Options = field(default_factory=dict)
    cost: float = 0
    loss: int = 0
    slight: bool = False
    repeats: bool = False


@dataclass(frozen=True)
class Problem:
    """A rejected merge.

    Attributes:
        row: of the merge.
        shapes: of its inputs.
        options: axis of Concatenate, axes of Dot.
        error: why it was rejected.
        accepts: aligns other shapes with other options.
        call: the merge as code, with {options} and {inputs}.
    """

    row: Operation
    shapes: Shapes
    options: Options
    error: MergeError
    accepts: Accepts
    call: str

    def with_batch(self, error: MergeError) -> Problem:
        """The same with an unknown batch axis before every shape."""
        return Problem(self.row, _batched(self.shapes), self.options, error, self.accepts, self.call)


def find_fixes(problem: Problem) -> tuple[Fix, ...]:
    """The mildest changes that the merge accepts; empty where no sensible one is known."""
    if len(problem.shapes) > _MOST_INPUTS:
        return ()
    ranked = _ranked(problem, _candidates(problem))
    if not any(candidate.loss == 0 for candidate in ranked):
        ranked += _ranked(problem, _larger_candidates(problem))
        ranked.sort(key=lambda candidate: (candidate.loss, candidate.cost))
    useful = _useful(problem, ranked)
    certain = bool(useful) and useful[0].loss == 0 and useful[0].cost <= _CERTAIN
    fixes = [*_questions(problem, certain), *(_fix(problem, candidate) for candidate in useful)]
    return tuple(sorted(fixes, key=lambda fix: not fix.keeps_values)[:_MOST])


def _ranked(problem: Problem, candidates: Iterator[Candidate]) -> list[Candidate]:
    """Those that work, the mildest first; of equal results the mildest; doubtful ones only if there are no others."""
    found: dict[tuple[Shapes, str], tuple[bool, Candidate]] = {}
    for candidate in islice(candidates, _TRIES):
        alignment = _try(problem, candidate)
        if alignment is None:
            continue
        key = (candidate.shapes, str(candidate.options))
        if key not in found or (candidate.loss, candidate.cost) < (found[key][1].loss, found[key][1].cost):
            found[key] = (is_doubtful(alignment), candidate)
    sound = [candidate for doubtful, candidate in found.values() if not doubtful]
    chosen = sound or [candidate for _, candidate in found.values()]
    return sorted(chosen, key=lambda candidate: (candidate.loss, candidate.cost))


def _useful(problem: Problem, ranked: list[Candidate]) -> list[Candidate]:
    """Without great losses where every value can be kept, and without rearrangements where another axis fits."""
    keeping = any(candidate.loss == 0 for candidate in ranked)
    kept = [candidate for candidate in ranked if not keeping or candidate.loss == 0 or candidate.slight]
    by_option = [candidate for candidate in kept if candidate.options and candidate.options.get("axis") != 0]
    if not by_option:
        return kept
    if problem.row.rule == "dot":
        return [candidate for candidate in kept if candidate.loss == 0]
    return [
        candidate
        for candidate in kept
        if candidate in by_option or candidate.slight or (candidate.repeats and not candidate.options)
    ]


def _try(problem: Problem, candidate: Candidate) -> Alignment | None:
    try:
        return problem.accepts(candidate.shapes, {**problem.options, **candidate.options})
    except MergeError:
        return None


def _fix(problem: Problem, candidate: Candidate) -> Fix:
    lines = list(candidate.lines)
    if candidate.options or not lines:
        lines.append(_call(problem, candidate))
    return Fix(candidate.text, candidate.shapes, candidate.options, "\n".join(lines), candidate.loss == 0)


def _call(problem: Problem, candidate: Candidate) -> str:
    options = ", ".join(f"{name}={value}" for name, value in {**problem.options, **candidate.options}.items())
    names = ", ".join(variable(number) for number in range(len(candidate.shapes)))
    return problem.call.format(options=options, inputs=names)


def _candidates(problem: Problem) -> Iterator[Candidate]:
    shapes, error = problem.shapes, problem.error
    if not shapes:
        line = "a, b = keras.Input(batch_shape=(2, 3)), keras.Input(batch_shape=(2, 3))"
        yield Candidate(Sentence("Pass two inputs, for example of shape (2, 3)"), ((2, 3), (2, 3)), (line,))
        return
    yield from _option_candidates(problem)
    yield from _count_candidates(problem)
    if len(shapes) > 1:
        for change in changes(problem.row, shapes, error, problem.options):
            yield _single(shapes, change)


def _single(shapes: Shapes, change: Change) -> Candidate:
    """One changed input; of two equal changes that of the smaller tensor is milder, then that of the later one."""
    sizes = [prod(size or 64 for size in shape) for shape in shapes]
    larger = sum(sizes[change.number] > size for size in sizes)
    cost = change.cost + 0.003 * larger + 0.001 * (len(shapes) - 1 - change.number)
    changed = _replace(shapes, change.number, change.shape)
    repeats = change.loss == 0 and prod(size or 1 for size in change.shape) > prod(
        size or 1 for size in shapes[change.number]
    )
    return Candidate(change.text, changed, change.lines, {}, cost, change.loss, change.slight, repeats)


def _larger_candidates(problem: Problem) -> Iterator[Candidate]:
    """Every other input changed to match one of them; and a change of one input together with another option."""
    shapes = problem.shapes
    if len(shapes) < 2:
        return
    if problem.row.rule == "dot" and all(None not in shape for shape in shapes) and _contracts_batch(problem):
        yield from _unbatched_dot(problem)
    singles = list(changes(problem.row, shapes, problem.error, problem.options))
    for reference in range(len(shapes)) if len(shapes) > 2 else ():
        chosen = [
            _to_match(problem, singles, number, reference) for number in range(len(shapes)) if number != reference
        ]
        steps = [change for change in chosen if change is not None]
        if len(steps) > 1 and None not in chosen[: len(steps)]:
            yield _combined(shapes, steps)
    if problem.row.rule == "concatenate":
        for change, axis in product(singles, range(1, max(map(len, shapes)))):
            if change.loss == 0 and len(shapes[change.number]) < len(change.shape) == max(map(len, shapes)):
                one = _single(shapes, change)
                text = Sentence(
                    "Change input {number} from {shape} to {wide} and use axis={axis}",
                    number=change.number,
                    shape=shapes[change.number],
                    wide=change.shape,
                    axis=axis,
                )
                yield Candidate(text, one.shapes, one.lines, {"axis": axis}, one.cost + 6 - 0.01 * axis)


def _contracts_batch(problem: Problem) -> bool:
    return min(map(len, problem.shapes)) < 2 or any(axis == 0 for _, axis in problem.error.axes)


def _unbatched_dot(problem: Problem) -> Iterator[Candidate]:
    """Both inputs with a batch axis of 1 in front, and the axes counted with it."""
    shapes = tuple((1, *shape) for shape in problem.shapes)
    lines = tuple(assign(number, "keras.ops.expand_dims({x}, 0)") for number in range(len(shapes)))
    for first, second in product(*(range(1, len(shape)) for shape in shapes)) if len(shapes) == 2 else ():
        axes = first if first == second else (first, second)
        text = Sentence("Add a batch axis of size 1 to both inputs and use axes={axes}", axes=axes)
        yield Candidate(text, shapes, lines, {"axes": axes}, 4 + 0.1 * (first != second))


def _to_match(problem: Problem, singles: list[Change], number: int, reference: int) -> Change | None:
    """The mildest change of one input that merges with a reference input; None where it does already, or never does."""
    wanted = problem.shapes[reference]
    fitting = [change for change in singles if change.number == number and _merges(problem, (wanted, change.shape))]
    if _merges(problem, (wanted, problem.shapes[number])):
        return None
    return min(fitting, key=lambda change: (change.loss, change.cost), default=None)


def _merges(problem: Problem, pair: Shapes) -> bool:
    try:
        return bool(problem.accepts(pair, problem.options))
    except MergeError:
        return False


def _combined(shapes: Shapes, steps: list[Change]) -> Candidate:
    changed = shapes
    for step in steps:
        changed = _replace(changed, step.number, step.shape)
    text = Sentence("Change {count} inputs: the shapes become {shapes}", count=len(steps), shapes=list(changed))
    lines = tuple(line for step in steps for line in step.lines)
    cost = sum(step.cost for step in steps)
    return Candidate(text, changed, lines, cost=cost, loss=max(step.loss for step in steps))


def _option_candidates(problem: Problem) -> Iterator[Candidate]:
    """Another axis of Concatenate, other axes of Dot."""
    shapes = problem.shapes
    rank = max(map(len, shapes))
    if problem.row.rule == "concatenate":
        for axis in (*reversed(range(1, rank)), 0):
            if axis != problem.options["axis"]:
                cost = 0.0 if axis else 9.0
                yield Candidate(Sentence("Use axis={axis}", axis=axis), shapes, (), {"axis": axis}, cost - 0.01 * axis)
    if problem.row.rule == "dot" and len(shapes) == 2:
        for first, second in product(range(1, len(shapes[0])), range(1, len(shapes[1]))):
            axes = first if first == second else (first, second)
            unequal = 0.2 * (first != second) + 0.3 * (shapes[0][first] is None) + 0.01 * abs(first - second - 1)
            text = Sentence("Use axes={axes}", axes=axes)
            yield Candidate(text, shapes, (), {"axes": axes}, 0.1 + unequal - 0.001 * first)


def _count_candidates(problem: Problem) -> Iterator[Candidate]:
    shapes, exactly = problem.shapes, problem.row.exactly
    if len(shapes) == 1 and exactly is None:
        yield Candidate(Sentence("Pass it in a list"), shapes, cost=0)
    if len(shapes) == 1:
        line = "b = a  # put your second tensor here"
        text = Sentence("Pass a second input, for example of the same shape {shape}", shape=shapes[0])
        yield Candidate(text, shapes * 2, (line,), cost=1)
    if exactly is not None and len(shapes) > exactly == 2:
        names = ", ".join(variable(number) for number in range(1, len(shapes)))
        if problem.row.rule == "elementwise":
            yield from _added_first(problem, names)
        text = Sentence("Pass only the first two inputs")
        yield Candidate(text, shapes[:2], (_call(problem, Candidate(text, shapes[:2])),), cost=30, loss=2)


def _added_first(problem: Problem, names: str) -> Iterator[Candidate]:
    """Subtract b and c as (b + c), where b and c have one shape."""
    if len(set(problem.shapes[1:])) == 1:
        text = Sentence("Add all inputs after the first, then subtract the sum")
        yield Candidate(text, problem.shapes[:2], (f"b = keras.layers.Add()([{names}])",), cost=1)


def _questions(problem: Problem, certain: bool) -> list[Fix]:
    """Whether the shapes were typed without their batch axis: known batch sizes differ."""
    shapes = problem.shapes
    batches = {shape[0] for shape in shapes if shape}
    at_batch = any(axis == 0 for _, axis in problem.error.axes)
    if certain or not at_batch or len(shapes) < 2 or None in batches or len(batches) < 2 or not all(shapes):
        return []
    return _asked(problem)


def _asked(problem: Problem) -> list[Fix]:
    shapes = _batched(problem.shapes)
    lines = [f"{variable(n)} = keras.ops.expand_dims({variable(n)}, 0)" for n in range(len(shapes))]
    lines[0] += "  # only if the tensors really have no batch axis"
    try:
        problem.accepts(shapes, problem.options)
    except MergeError as error:
        after = [fix for fix in find_fixes(problem.with_batch(error)) if len(fix.shapes) == len(shapes)][:2]
        return [
            Fix(
                Sentence(
                    "If these shapes leave out the batch axis, as Keras's messages do: the inputs are {shapes}, and "
                    "they become {changed}",
                    shapes=list(shapes),
                    changed=list(fix.shapes),
                )
                if not fix.options
                else Sentence(
                    "If these shapes leave out the batch axis, as Keras's messages do: the inputs are {shapes}, and "
                    "{option} makes them fit",
                    shapes=list(shapes),
                    option=", ".join(f"{name}={value}" for name, value in fix.options.items()),
                ),
                fix.shapes,
                fix.options,
                "\n".join([*lines, fix.code]),
                fix.keeps_values,
            )
            for fix in after
        ]
    text = Sentence(
        "If these shapes leave out the batch axis, as Keras's messages do: the inputs are {shapes}", shapes=list(shapes)
    )
    return [Fix(text, shapes, {}, "\n".join(lines))]


def _batched(shapes: Shapes) -> Shapes:
    return tuple((None, *shape) for shape in shapes)


def _replace(shapes: Iterable[Shape], number: int, shape: Shape) -> Shapes:
    return tuple(shape if at == number else old for at, old in enumerate(shapes))
