"""Which input elements produce an output element, and which output elements an input element contributes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from numbers import Integral

from ..errors import Shape, invalid_request, shown
from .links import AxisLink, links
from .plan import Alignment

Index = tuple[int, ...]


def sources(alignment: Alignment, output_index: Sequence[int]) -> tuple[list[Index], ...]:
    """The input elements that produce one output element.

    Args:
        alignment: of the merge; all sizes must be known.
        output_index: one index per axis of the output.

    Returns:
        One list per input, of indices in that input's own shape; for Dot in the order of the sum.

    Raises:
        MergeError: a size is None.
        IndexError: no such output element.
    """
    index = _check(alignment, alignment.output_shape, output_index)
    return tuple(
        list(product(*(_own_span(link, size or 0, index) for link, size in zip(row, shape, strict=True))))
        for row, shape in zip(links(alignment), alignment.shapes, strict=True)
    )


def reach(alignment: Alignment, input_number: int, input_index: Sequence[int]) -> list[Index]:
    """The output elements that one input element contributes to, in order.

    Args:
        alignment: of the merge; all sizes must be known.
        input_number: which input, from 0.
        input_index: one index per axis of that input's own shape.

    Raises:
        MergeError: a size is None.
        IndexError: no such input, or no such element in it.
    """
    if not isinstance(input_number, Integral) or not 0 <= input_number < len(alignment.inputs):
        raise IndexError(
            f"There is no input {shown(input_number)}; there are {len(alignment.inputs)} inputs, counted from 0."
        )
    index = _check(alignment, alignment.inputs[int(input_number)].shape, input_index)
    spans: list[Sequence[int]] = [range(size or 0) for size in alignment.output_shape]
    for link, at in zip(links(alignment)[input_number], index, strict=True):
        if link.output_axis is not None:
            spans[link.output_axis] = (at + link.offset,)
    return list(product(*spans))


def _own_span(link: AxisLink, size: int, output_index: Index) -> Sequence[int]:
    if link.output_axis is None:
        return range(size)  # all that are summed; the only one where it is broadcast
    at = output_index[link.output_axis] - link.offset
    return (at,) if 0 <= at < size else ()


def _check(alignment: Alignment, shape: Shape, index: Sequence[int]) -> Index:
    if not alignment.known:
        raise invalid_request(
            "Elements have an index only if every size is known; {shapes} contains None.", shapes=list(alignment.shapes)
        )
    cell = tuple(index) if isinstance(index, Iterable) and not isinstance(index, str) else (index,)
    if len(cell) != len(shape) or not all(map(_within, cell, shape)):
        raise IndexError(f"There is no element {shown(cell)} in shape {shape}; an index has one integer per axis.")
    return tuple(int(at) for at in cell)


def _within(at: object, size: int | None) -> bool:
    return isinstance(at, Integral) and 0 <= int(at) < (size or 0)
