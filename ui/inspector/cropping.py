"""Crops tensors that are too large to draw, along axes that are neither concatenated nor contracted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from core import Alignment
from core.dtypes import Array
from core.limits import MAX_ELEMENTS
from core.merges.links import links

_BUDGET = MAX_ELEMENTS  # elements of all tensors together: 16 MB are sent to the browser


@dataclass(frozen=True)
class Cut:
    """One axis of the output of which only the beginning is drawn."""

    axis: int
    drawn: int
    whole: int


def cut(alignment: Alignment, tensors: Sequence[Array], budget: int = _BUDGET) -> tuple[list[Array], tuple[Cut, ...]]:
    """Inputs and output, cropped until they fit.

    Args:
        alignment: of these very shapes.
        tensors: the inputs, then the output.
        budget: elements of all together.

    Returns:
        Views of the tensors, and what was cropped: the batch first, then repeatedly the longest axis.
    """
    sizes = list(tensors[-1].shape)
    free = _free_axes(alignment, tensors)
    while (axis := _next_axis(sizes, free)) is not None and _elements(alignment, tensors, sizes) > budget:
        sizes[axis] = 1 if axis == 0 else -(-sizes[axis] // 2)
    shown = [*_cut_inputs(alignment, tensors, sizes), tensors[-1][tuple(map(slice, sizes))]]
    cuts = [
        Cut(axis, size, whole)
        for axis, (size, whole) in enumerate(zip(sizes, tensors[-1].shape, strict=True))
        if size < whole
    ]
    return shown, tuple(cuts)


def _free_axes(alignment: Alignment, tensors: Sequence[Array]) -> set[int]:
    """Axes of the output that have the same size in every input that is aligned with them."""
    output = tensors[-1].shape
    bad = {alignment.axis} if alignment.axis is not None else set()
    for row, tensor in zip(links(alignment), tensors, strict=False):
        for link, size in zip(row, tensor.shape, strict=True):
            if link.output_axis is not None and size != output[link.output_axis]:
                bad.add(link.output_axis)
    return set(range(len(output))) - bad


def _next_axis(sizes: Sequence[int], free: set[int]) -> int | None:
    if 0 in free and sizes[0] > 1:
        return 0
    longest = max((axis for axis in free if sizes[axis] > 1), key=lambda axis: sizes[axis], default=None)
    return longest


def _elements(alignment: Alignment, tensors: Sequence[Array], sizes: Sequence[int]) -> int:
    return prod(sizes) + sum(tensor.size for tensor in _cut_inputs(alignment, tensors, sizes))


def _cut_inputs(alignment: Alignment, tensors: Sequence[Array], sizes: Sequence[int]) -> list[Array]:
    output = tensors[-1].shape
    return [
        tensor[
            tuple(
                slice(None)
                if link.output_axis is None or sizes[link.output_axis] == output[link.output_axis]
                else slice(sizes[link.output_axis])
                for link in row
            )
        ]
        for row, tensor in zip(links(alignment), tensors, strict=False)
    ]
