"""The alignment as a table for screens: a row per input, a column per axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..errors import MergeError
from .plan import Alignment, Role


@dataclass(frozen=True)
class Cell:
    """One size of one input.

    Attributes:
        size: None if unknown.
        role: of the axis; "clashing" if it is at fault.
    """

    size: int | None
    role: Role | Literal["clashing", ""]


Row = tuple[Cell, ...]


def alignment_rows(alignment: Alignment) -> tuple[Row, ...]:
    """One row per input, then one for the output, whose cells have no role."""
    inputs = [
        tuple(Cell(size, role) for size, role in zip(entry.expanded_shape, entry.roles, strict=True))
        for entry in alignment.inputs
    ]
    return (*inputs, tuple(Cell(size, "") for size in alignment.output_shape))


def error_rows(error: MergeError) -> tuple[Row, ...]:
    """One row per input of a rejected merge, with the axes at fault marked; no row for the output."""
    return tuple(
        tuple(Cell(size, role) for size, role in zip(entry.expanded_shape, entry.roles, strict=True))  # type: ignore[arg-type]
        for entry in error.partial
    )
