"""The order of boxes and edges in each row, so that few edges cross."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

SWEEPS = 6  # down and up again, three times each


@dataclass
class Piece:
    """A box, or the part of an edge that passes a row."""

    row: int
    width: float
    up: list[Piece] = field(default_factory=list)
    down: list[Piece] = field(default_factory=list)
    place: float = 0.0  # in its row
    x: float = 0.0


def uncross(levels: list[list[Piece]]) -> None:
    """Sort each row by the mean place of the neighbours above, then below, and so on; the best order stays."""
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
    return sum(other.place for other in piece.up) / len(piece.up) if piece.up else piece.place


def _from_below(piece: Piece) -> float:
    return sum(other.place for other in piece.down) / len(piece.down) if piece.down else piece.place


def _number(levels: Sequence[Sequence[Piece]]) -> None:
    for level in levels:
        for place, piece in enumerate(level):
            piece.place = place


def crossings(levels: Sequence[Sequence[Piece]]) -> int:
    """How many pairs of edges cross: inversions, counted with a tree of partial sums (Barth, Jünger, Mutzel 2002)."""
    total = 0
    for upper, lower in pairwise(levels):
        tree = [0] * (len(lower) + 1)
        met = 0
        for piece in upper:
            ends = sorted(int(end.place) for end in piece.down if end.row == piece.row + 1)
            total += sum(met - _sum(tree, end + 1) for end in ends)
            for end in ends:
                _add(tree, end + 1)
            met += len(ends)
    return total


def _sum(tree: Sequence[int], at: int) -> int:
    found = 0
    while at > 0:
        found += tree[at]
        at -= at & -at
    return found


def _add(tree: list[int], at: int) -> None:
    while at < len(tree):
        tree[at] += 1
        at += at & -at
