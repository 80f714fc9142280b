"""The order of boxes and edges within each row, chosen so that few edges cross."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

SWEEPS = 6  # alternately downwards and upwards


@dataclass
class Piece:
    """A box, or the part of an edge that crosses a row.

    Attributes:
        row: number of its row.
        width: along the row.
        up: the pieces above that it is connected to.
        down: the pieces below that it is connected to.
        index: position in its row, counted from the left.
        x: centre along the row.
    """

    row: int
    width: float
    up: list[Piece] = field(default_factory=list)
    down: list[Piece] = field(default_factory=list)
    index: float = 0.0
    x: float = 0.0


def uncross(levels: list[list[Piece]]) -> None:
    """Sort each row by the mean index of the neighbours above, then below, and so on; keep the best order found."""
    _number(levels)
    best, fewest = [list(level) for level in levels], crossings(levels)
    for sweep in range(SWEEPS):
        for level in levels if sweep % 2 == 0 else reversed(levels):
            level.sort(key=_from_above if sweep % 2 == 0 else _from_below)
            _number([level])
        crossed = crossings(levels)
        if crossed < fewest:
            best, fewest = [list(level) for level in levels], crossed
    for level, order in zip(levels, best, strict=True):
        level[:] = order
    _number(levels)


def _from_above(piece: Piece) -> float:
    return sum(other.index for other in piece.up) / len(piece.up) if piece.up else piece.index


def _from_below(piece: Piece) -> float:
    return sum(other.index for other in piece.down) / len(piece.down) if piece.down else piece.index


def _number(levels: Sequence[Sequence[Piece]]) -> None:
    for level in levels:
        for index, piece in enumerate(level):
            piece.index = index


def crossings(levels: Sequence[Sequence[Piece]]) -> int:
    """How many pairs of edges cross: inversions, counted with a tree of partial sums (Barth, Jünger, Mutzel 2002)."""
    total = 0
    for upper, lower in pairwise(levels):
        tree = [0] * (len(lower) + 1)
        counted = 0
        for piece in upper:
            ends = sorted(int(end.index) for end in piece.down if end.row == piece.row + 1)
            total += sum(counted - _prefix_sum(tree, end + 1) for end in ends)
            for end in ends:
                _increment(tree, end + 1)
            counted += len(ends)
    return total


def _prefix_sum(tree: Sequence[int], at: int) -> int:
    found = 0
    while at > 0:
        found += tree[at]
        at -= at & -at
    return found


def _increment(tree: list[int], at: int) -> None:
    while at < len(tree):
        tree[at] += 1
        at += at & -at
