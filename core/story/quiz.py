"""Quiz questions about merges: the shape of the output, the reach of a gate value, the mismatched axis, a value.

A seed gives the same questions everywhere. Every answer is computed by `align` and `merge`; the wrong choices are
common mistakes. A new kind of question is one function and one row in `_MAKERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from ..errors import MergeError, Shape
from ..merges.align import align, align_row, output_shape
from ..merges.merge import merge
from ..merges.numpy_rule import numpy_outcome
from ..merges.operations import MERGES
from ..merges.provenance import reach
from ..merges.rows import error_rows
from ..merges.samples import make_sample

COUNT = 8  # questions of one seed
MAX_SEED = 999_999
CHOICES = 4  # at most
SAMPLE = "counting"
_ELEMENTWISE = tuple(name for name, row in MERGES.items() if row.rule == "elementwise")
Kind = Literal["shape", "map", "clash", "value"]
Choice = tuple[int | None, ...] | int | float | None  # None: Keras raises an error


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        kind: "shape" asks for the shape of the output, "map" for the number of output elements to which an element of
            the second input contributes, "clash" for the mismatched axis, counted in the longest shape, "value" for
            the element `cell` of the output.
        operation, shapes, axis, axes: the merge.
        choices: shapes (None: Keras raises an error), counts, axes, or values.
        answer: index of the correct choice.
        cell: index of an element of the output, for "value"; for "map" the first to which the element contributes.
    """

    kind: Kind
    operation: str
    shapes: tuple[Shape, ...]
    choices: tuple[Choice, ...]
    answer: int
    axis: int = -1
    axes: int = -1
    cell: tuple[int, ...] | None = None


@lru_cache(maxsize=64)  # called in every run, and by a whole class with the same seed
def make_quiz(seed: int, count: int = COUNT) -> tuple[Question, ...]:
    """Return the questions of a seed, the kinds in turn.

    Args:
        seed: from 0.
        count: number of questions.
    """
    random = np.random.default_rng([seed, 2018])
    kinds = list(_MAKERS)
    return tuple(_MAKERS[kinds[number % len(kinds)]](random) for number in range(count))


def _shape_question(random: np.random.Generator) -> Question:
    operation, shapes, options = _request(random)
    right = output_shape(operation, shapes, axes=options.get("axes", -1))
    choices, answer = _mixed(random, right, _wrong_shapes(random, operation, shapes, options, right))
    return Question("shape", operation, shapes, choices, answer, axes=options.get("axes", -1))


def _map_question(random: np.random.Generator) -> Question:
    """Features gated by one value per position, or by one value per channel, with and without the inserted axes."""
    batch, (rows, columns, channels) = int(random.integers(1, 4)), _different(random, 3)
    features = (batch, rows, columns, channels)
    gates = ((batch, rows, columns, 1), (batch, 1, 1, channels), (batch, channels))
    shapes = (features, gates[int(random.integers(len(gates)))])
    element = tuple(int(random.integers(size)) for size in shapes[1])
    reached = reach(align("Multiply", shapes), 1, element)
    wrong = [channels, rows * columns, rows * columns * channels, 1, batch * channels, rows, columns]
    choices, answer = _mixed(random, len(reached), wrong)
    return Question("map", "Multiply", shapes, choices, answer, cell=reached[0])


def _clash_question(random: np.random.Generator) -> Question:
    wanted = int(random.integers(4))
    while True:
        operation = str(random.choice([*_ELEMENTWISE, "Concatenate"]))
        shapes = _with_mismatch(random, _compatible(random, operation))
        try:
            align_row(MERGES[operation], shapes, fixes=False)
        except MergeError as error:
            axes = clashing_axes(error)
            if axes == {wanted}:
                choices = tuple(range(max(map(len, shapes))))
                return Question("clash", operation, shapes, choices, wanted)


def _value_question(random: np.random.Generator) -> Question:
    operation = str(random.choice(["Multiply", "Add", "Subtract", "Maximum", "Minimum", "Average", "Concatenate"]))
    shapes = _compatible(random, operation, largest=4)
    inputs = [make_sample(SAMPLE, _sizes(shape), number=number) for number, shape in enumerate(shapes)]
    value = merge(operation, inputs).value
    cell = tuple(int(random.integers(size)) for size in value.shape)
    near = [value[index] for index in _neighbours(value.shape, cell)]
    corner = [
        operand[tuple(min(at, size - 1) for at, size in zip(cell, operand.shape, strict=False))] for operand in inputs
    ]
    wrong = [float(number) for number in [*near, *corner, value[cell] + 1, value[cell] + 10]]
    choices, answer = _mixed(random, float(value[cell]), wrong)
    return Question("value", operation, shapes, choices, answer, cell=cell)


_MAKERS: dict[Kind, Callable[[np.random.Generator], Question]] = {
    "shape": _shape_question,
    "map": _map_question,
    "clash": _clash_question,
    "value": _value_question,
}


def clashing_axes(error: MergeError) -> set[int]:
    """Return the mismatched axes of an error, counted in the longest shape."""
    rows = error_rows(error)
    return {axis for row in rows for axis, cell in enumerate(row) if cell.role == "clashing"}


def _request(random: np.random.Generator) -> tuple[str, tuple[Shape, ...], dict[str, int]]:
    """A merge, compatible or not."""
    operation = str(random.choice([*_ELEMENTWISE, "Concatenate", "Concatenate", "Dot", "Dot"]))
    if operation == "Dot":
        batch, summed, kept = _different(random, 3)
        return operation, ((batch, summed, kept), (batch, summed)), {"axes": 1}
    shapes = _compatible(random, operation)
    return operation, (_with_mismatch(random, shapes) if random.random() < 0.3 else shapes), {}


def _different(random: np.random.Generator, count: int) -> list[int]:
    """Different sizes from 2 to 7."""
    return [int(size) for size in random.choice([2, 3, 4, 5, 6, 7], count, replace=False)]


def _compatible(random: np.random.Generator, operation: str, largest: int = 7) -> tuple[Shape, ...]:
    """Two compatible shapes; for element-wise merges some axes are broadcast or missing."""
    rank = int(random.integers(3, 5)) if largest > 4 else 3
    full = [int(size) for size in random.integers(2, largest + 1, rank)]
    if operation == "Concatenate":
        return tuple(full), (*full[:-1], int(random.integers(1, largest + 1)))
    first, second = list(full), list(full)
    for axis in range(1, rank):
        which = random.integers(4)
        if which < 2:
            (first, second)[which][axis] = 1
    short = [second[0], *second[2:]] if random.random() < 0.3 else second
    return (tuple(first), tuple(short)) if random.random() < 0.5 else (tuple(short), tuple(first))


def _with_mismatch(random: np.random.Generator, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Change one size."""
    number = int(random.integers(len(shapes)))
    changed = list(_sizes(shapes[number]))
    changed[int(random.integers(len(changed)))] += int(random.integers(1, 4))
    return tuple(tuple(changed) if at == number else shape for at, shape in enumerate(shapes))


def _wrong_shapes(
    random: np.random.Generator,
    operation: str,
    shapes: tuple[Shape, ...],
    options: dict[str, int],
    right: Shape | None,
) -> list[Choice]:
    """NumPy's result, the inputs, added sizes, a missing axis, a size off by one; and the error."""
    outcome = numpy_outcome(operation, shapes, **options)
    longest, shortest = max(shapes, key=len), min(shapes, key=len)
    added = tuple((a or 0) + (b or 0) for a, b in zip(shapes[0], shapes[1], strict=False))
    base = right or longest
    axis = int(random.integers(1, len(base)))
    lost = (*base[:axis], *base[axis + 1 :])
    off = (*base[:axis], (base[axis] or 0) + 1, *base[axis + 1 :])
    found: list[Choice] = [None, outcome.shape if outcome else None, longest, shortest, added, lost, off]
    return [found[at] for at in random.permutation(len(found))] + [(*base, 1), (1, *base)]


def _mixed(random: np.random.Generator, right: Any, wrong: Iterable[Any]) -> tuple[tuple[Choice, ...], int]:
    """Shuffle the correct choice among different wrong ones."""
    chosen = [right]
    for one in wrong:
        if one not in chosen and len(chosen) < CHOICES:
            chosen.append(one)
    mixed = [chosen[at] for at in random.permutation(len(chosen))]
    return tuple(mixed), mixed.index(right)


def _neighbours(shape: Shape, cell: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The next element along each axis, cyclically."""
    return [
        tuple((at + (own == axis)) % (size or 1) for own, (at, size) in enumerate(zip(cell, shape, strict=True)))
        for axis in reversed(range(len(shape)))
    ]


def _sizes(shape: Shape) -> tuple[int, ...]:
    return tuple(size or 0 for size in shape)
