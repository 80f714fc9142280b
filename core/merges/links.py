"""Which input elements belong to which output elements, as a table small enough to send to a browser.

`core.merges.provenance` and the tensor view use the same table, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass

from .plan import AlignedInput, Alignment


@dataclass(frozen=True)
class AxisLink:
    """How the index along one axis of an input maps to the output.

    Attributes:
        output_axis: the matching axis of the output; None if the output index does not depend on this axis.
        offset: output index minus input index, along that axis.
        summed: whether the output sums over it (the contracted axes of Dot).
    """

    output_axis: int | None = None
    offset: int = 0
    summed: bool = False


Links = tuple[tuple[AxisLink, ...], ...]


def links(alignment: Alignment) -> Links:
    """One row per input, one entry per axis of that input's own shape."""
    if alignment.axes is not None:
        return _dot_links(alignment, alignment.axes)
    if alignment.axis is not None:
        return _joined_links(alignment, alignment.axis)
    return tuple(_broadcast_links(entry) for entry in alignment.inputs)


def _broadcast_links(entry: AlignedInput) -> tuple[AxisLink, ...]:
    """Size-1 axes are broadcast; the others follow the shape in which the input is read."""
    targets = (axis for axis, size in enumerate(entry.read_shape) if size != 1)
    return tuple(AxisLink() if size == 1 else AxisLink(next(targets)) for size in entry.shape)


def _joined_links(alignment: Alignment, joined: int) -> Links:
    rows, offset = [], 0
    for shape in alignment.shapes:
        rows.append(tuple(AxisLink(axis, offset if axis == joined else 0) for axis in range(len(shape))))
        offset += shape[joined] or 0
    return tuple(rows)


def _dot_links(alignment: Alignment, axes: tuple[int, int]) -> Links:
    rows, start = [], 1
    for shape, contracted in zip(alignment.shapes, axes, strict=True):
        free = iter(range(start, start + len(shape) - 2))
        rows.append(
            tuple(
                AxisLink(0) if axis == 0 else AxisLink(summed=True) if axis == contracted else AxisLink(next(free))
                for axis in range(len(shape))
            )
        )
        start += len(shape) - 2
    return tuple(rows)
