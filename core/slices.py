"""Two-dimensional pictures of tensors of any rank, cut so that all of them go through one cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.dtypes import Array
from core.links import links
from core.plan import Alignment
from core.provenance import Index, sources

_MARKED = 500  # cells that are pointed out at most

Plane = tuple[int, int]  # the axes that are rows and columns; -1 where there is none


@dataclass(frozen=True)
class Slice:
    """Two axes of one tensor.

    Attributes:
        title: above the picture.
        values: rows by columns.
        rows: name of the axis that runs down.
        columns: name of the axis that runs right.
        plane: the tensor's own axes that are drawn.
        at: the cell of the tensor through which it is cut.
        marked: cells to point out, as (row, column).
        symbol: the operator that stands before it.
    """

    title: str
    values: NDArray[Any]
    rows: str = ""
    columns: str = ""
    plane: Plane = (-1, -1)
    at: Index = ()
    marked: tuple[tuple[int, int], ...] = ()
    symbol: str = ""


def planes(alignment: Alignment, plane: Plane, output_index: Index) -> list[tuple[Plane, Index]]:
    """For each input its own two axes that lie on the drawn ones, and the cell through which it is cut."""
    found = []
    for row, shape, cells in zip(links(alignment), alignment.shapes, sources(alignment, output_index), strict=True):
        own = {link.output_axis: axis for axis, link in enumerate(row) if link.output_axis is not None}
        summed = next((axis for axis, link in enumerate(row) if link.summed), -1)
        rows, columns = (own.get(axis, -1) for axis in plane)
        rows = summed if rows < 0 <= summed != columns else rows
        columns = summed if columns < 0 <= summed != rows else columns
        found.append(((rows, columns), cells[0] if cells else (0,) * len(shape)))
    return found


def cut(tensor: Array, plane: Plane, at: Index, marked: Sequence[Index], **words: str) -> Slice:
    """One picture.

    Args:
        tensor: of any rank.
        plane: its axes that become rows and columns.
        at: the cell through which it is cut.
        marked: cells of the tensor to point out, where they lie in the picture.
        **words: title, rows, columns, symbol.
    """
    where = tuple(slice(None) if axis in plane else place for axis, place in enumerate(at))
    values = np.asarray(tensor[where])
    if plane[0] > plane[1] >= 0:
        values = values.T
    values = values.reshape(tensor.shape[plane[0]] if plane[0] >= 0 else 1, -1)
    inside = [cell for cell in marked if all(axis in plane or place == at[axis] for axis, place in enumerate(cell))]
    spots = tuple((_at(cell, plane[0]), _at(cell, plane[1])) for cell in inside[:_MARKED])
    return Slice(values=values, plane=plane, at=at, marked=spots, **words)


def _at(cell: Index, axis: int) -> int:
    return cell[axis] if axis >= 0 else 0
