"""Warnings for an element-wise alignment that is legal but probably unintended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from ..errors import Shape
from ..sentences import Sentence
from .plan import AlignedInput, Alignment


def warnings(inputs: Sequence[AlignedInput], output: Shape) -> Iterator[Sentence]:
    """Everything about an element-wise alignment that is probably unintended."""
    if len(inputs) == 1:
        yield Sentence("With a single input there is nothing to merge; it is returned unchanged.")
    yield from _bias_warnings(inputs)
    yield from _unchecked_warnings(inputs, output)
    yield from _alignment_warnings(inputs, output)


def is_doubtful(alignment: Alignment) -> bool:
    """Whether values are probably combined along other axes than intended."""
    if alignment.axis is not None or alignment.axes is not None:
        return False
    inputs = alignment.inputs
    return any(True for _ in _bias_warnings(inputs)) or any(
        True for _ in _alignment_warnings(inputs, alignment.output_shape)
    )


def batch_warning(batches: Sequence[int | None], *, broadcast: bool) -> Iterator[Sentence]:
    """An unknown batch size beside a known one.

    Args:
        batches: of all inputs.
        broadcast: whether a built model broadcasts a batch of 1, as the element-wise merges do.
    """
    known = {size for size in batches if size is not None}
    if None not in batches or len(known) != 1:
        return
    (size,) = known
    if broadcast and size == 1:
        yield Sentence(
            "The batch size is None in one input and 1 in another: Keras reports a batch of 1, but a built model "
            "broadcasts the 1 and returns the other batch."
        )
    elif broadcast:
        yield Sentence(
            "The batch size is None in one input and {size} in another: Keras reports a batch of {size}, and a run "
            "with another batch fails, unless it is 1.",
            size=size,
        )
    else:
        yield Sentence(
            "The batch size is None in one input and {size} in another: a run with another batch than {size} fails.",
            size=size,
        )


def _bias_warnings(inputs: Sequence[AlignedInput]) -> Iterator[Sentence]:
    for number, entry in enumerate(inputs):
        if entry.read_shape != entry.expanded_shape:
            yield Sentence(
                "On the TensorFlow backend, Keras treats input {number} of shape {shape} as a bias and adds it as "
                "{read}, along a different axis. Multiply and Subtract do not do this.",
                number=number,
                shape=entry.shape,
                read=entry.read_shape,
            )


def single_sample_warnings(
    shapes: Sequence[Shape], expanded: Sequence[Shape], read: Sequence[Shape]
) -> Iterator[Sentence]:
    """An addition that is right for every batch except one of a single sample.

    Args:
        shapes: of the inputs, with unknown batch sizes.
        expanded: to one rank, for a batch of 1.
        read: how the backend reads them then.
    """
    for number, shape in enumerate(shapes):
        if read[number] != expanded[number]:
            yield Sentence(
                "With a single sample, Keras on the TensorFlow backend treats input {number} of shape {shape} as a "
                "bias and adds it as {read}, along a different axis; with more samples it does not.",
                number=number,
                shape=shape,
                read=read[number],
            )


def unchecked_axes(columns: Iterable[tuple[int, Sequence[int | None]]], *, broadcast: bool) -> Iterator[Sentence]:
    """Axes that must be equal in all inputs, with an unknown size beside a known one.

    Args:
        columns: each axis with its sizes in all inputs.
        broadcast: whether a size of 1 fits every other.
    """
    fits_all = (None, 1) if broadcast else (None,)
    for axis, sizes in columns:
        if None in sizes and any(size not in fits_all for size in sizes):
            yield Sentence(
                "Axis {axis} is None in one input, so Keras cannot check it; a mismatch appears only at run time.",
                axis=axis,
            )


def _unchecked_warnings(inputs: Sequence[AlignedInput], output: Shape) -> Iterator[Sentence]:
    if output:
        yield from batch_warning([entry.expanded_shape[0] for entry in inputs], broadcast=True)
    columns = (
        (axis, [entry.expanded_shape[axis] for entry in inputs if entry.roles[axis] != "inserted"])
        for axis in range(1, len(output))
    )
    yield from unchecked_axes(columns, broadcast=True)


def _alignment_warnings(inputs: Sequence[AlignedInput], output: Shape) -> Iterator[Sentence]:
    """An input of lower rank that could also be aligned with other axes."""
    for number, entry in enumerate(inputs):
        own = [axis for axis in range(1, len(entry.shape)) if entry.shape[axis] != 1]
        if not entry.inserted or not own:
            continue
        others = [other.expanded_shape for other in inputs if other is not entry]
        sizes = [entry.shape[axis] for axis in own]
        fitting = [axes for axes in combinations(range(1, len(output)), len(own)) if _could_match(sizes, axes, others)]
        aligned = tuple(axis + entry.inserted for axis in own)
        elsewhere = next((axes for axes in fitting if axes != aligned), None)
        if elsewhere is not None:
            yield Sentence(
                "Input {number} of shape {shape} is aligned with axes {aligned} of {output}. It would also fit axes "
                "{other}; if you meant those, insert the size-1 axes explicitly.",
                number=number,
                shape=entry.shape,
                output=output,
                aligned=_list(aligned),
                other=_list(elsewhere),
            )


def _could_match(sizes: Sequence[int | None], axes: Sequence[int], others: Sequence[Shape]) -> bool:
    """Whether each size may equal that of another input along these axes.

    An unknown size may equal any but 1; a known size an unknown one, unless another axis has that very size.
    """
    return all(_could_equal(size, axis, others) for size, axis in zip(sizes, axes, strict=True))


def _could_equal(size: int | None, axis: int, others: Sequence[Shape]) -> bool:
    there = [other[axis] for other in others]
    if size is None:
        return any(one != 1 for one in there)
    known = any(size in other[1:] for other in others)
    return size in there if known else None in there


def _list(axes: Sequence[int]) -> str:
    return ", ".join(map(str, axes))
