"""The alignment as a table for people: a row for each input, a column for each axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.errors import MergeError, Shape
from core.merges.elementwise import expand
from core.merges.operations import find
from core.merges.plan import Alignment, Role


@dataclass(frozen=True)
class Cell:
    """One size of one input.

    Attributes:
        size: None where it is not known.
        role: what the axis does; "clashing" where it is at fault.
    """

    size: int | None
    role: Role | Literal["clashing", ""]


Row = tuple[Cell, ...]


def alignment_rows(alignment: Alignment) -> tuple[Row, ...]:
    """One row for each input, then one for the output, whose cells have no role."""
    inputs = [
        tuple(Cell(size, role) for size, role in zip(entry.expanded_shape, entry.roles, strict=True))
        for entry in alignment.inputs
    ]
    return (*inputs, tuple(Cell(size, "") for size in alignment.output_shape))


def refused_rows(operation: str, shapes: tuple[Shape, ...], error: MergeError) -> tuple[Row, ...]:
    """One row for each input of a merge that was refused, with the axes at fault marked; no row for the output."""
    elementwise = find(operation).rule == "elementwise" and all(shapes)
    wide = expand(shapes) if elementwise and shapes else shapes
    return tuple(
        _refused_row(number, own, full, error, elementwise)
        for number, (own, full) in enumerate(zip(shapes, wide, strict=True))
    )


def _refused_row(number: int, own: Shape, full: Shape, error: MergeError, stretches: bool) -> Row:
    inserted = len(full) - len(own)
    clashing = {axis + inserted if axis else 0 for at, axis in error.axes if at == number}
    roles = ["inserted" if 0 < axis <= inserted else "batch" if axis == 0 else "" for axis in range(len(full))]
    # Element-wise an axis of 1 never clashes: at fault it is for being stretched.
    fault = ["stretched" if stretches and axis and size == 1 else "clashing" for axis, size in enumerate(full)]
    return tuple(
        Cell(size, fault[axis] if axis in clashing else role)  # type: ignore[arg-type]  # mypy widens the literals
        for axis, (size, role) in enumerate(zip(full, roles, strict=True))
    )
