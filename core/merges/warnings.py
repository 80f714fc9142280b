"""Element-wise merges that Keras accepts, and that were probably not meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from core.errors import Shape
from core.merges.plan import AlignedInput
from core.sentences import Sentence


def warnings(inputs: Sequence[AlignedInput], output: Shape) -> Iterator[Sentence]:
    """Everything about an element-wise alignment that a person should look at twice."""
    if len(inputs) == 1:
        yield Sentence("With one input there is nothing to merge: it comes out as it went in.")
    yield from _bias_warnings(inputs)
    yield from _unchecked_warnings(inputs, output)
    yield from _placement_warnings(inputs, output)
    if output and None not in output and all(None not in i.shape and i.read_shape[1:] != output[1:] for i in inputs):
        yield Sentence("No input has the shape of the result {output}: every one of them is stretched.", output=output)


def _bias_warnings(inputs: Sequence[AlignedInput]) -> Iterator[Sentence]:
    for number, entry in enumerate(inputs):
        if entry.read_shape != entry.expanded_shape:
            yield Sentence(
                "On TensorFlow, Keras takes input {number} of shape {shape} for a bias and adds it as {read}, "
                "along another axis than its own. Multiply and Subtract do not do this.",
                number=number,
                shape=entry.shape,
                read=entry.read_shape,
            )


def _unchecked_warnings(inputs: Sequence[AlignedInput], output: Shape) -> Iterator[Sentence]:
    for axis in range(1, len(output)):
        sizes = [entry.expanded_shape[axis] for entry in inputs if entry.roles[axis] != "inserted"]
        if None in sizes and any(size not in (None, 1) for size in sizes):
            yield Sentence(
                "Axis {axis} is None in one input: Keras cannot check it, and a clash shows only when the model runs.",
                axis=axis,
            )


def _placement_warnings(inputs: Sequence[AlignedInput], output: Shape) -> Iterator[Sentence]:
    """An input of lower rank that would also fit other axes than those it lands on."""
    for number, entry in enumerate(inputs):
        own = [size for size in entry.shape[1:] if size not in (1, None)]
        if not entry.inserted or not own:
            continue
        places = [
            place for place in combinations(range(1, len(output)), len(own)) if [output[axis] for axis in place] == own
        ]
        if len(places) > 1:
            landed = [axis for axis, role in enumerate(entry.roles) if role == "matched" and output[axis] != 1]
            yield Sentence(
                "Input {number} of shape {shape} lands on axes {landed} of {output}. It would also fit axes {other}: "
                "if those were meant, insert the axes of 1 yourself.",
                number=number,
                shape=entry.shape,
                output=output,
                landed=_list(landed),
                other=_list(next(place for place in places if list(place) != landed)),
            )


def _list(axes: Sequence[int]) -> str:
    return ", ".join(map(str, axes))
