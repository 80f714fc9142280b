"""Where the boxes of a graph go: rows by longest path, few crossings, straight lines where there is room.

After Sugiyama, Tagawa and Toda 1981 (IEEE Trans. SMC 11(2)): long edges are cut into pieces, one for each row that they
pass; every row is sorted by the mean place of its neighbours; at last each piece moves towards the mean of its
neighbours as far as those beside it let it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ui.model_graph.order import SWEEPS, Piece, uncross

WIDTH, HEIGHT = 200, 44  # of a box, in units that are pixels until somebody zooms
_ROW = 88  # from one row to the next
_GAP = 22  # between two boxes
_PORT = 36  # from one edge to the next where they arrive
_PIECE = 6  # width of an edge that passes a row
_MOST_PIECES = 20_000  # edges beyond these are drawn straight, behind what they cross

Point = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """A graph as it is drawn.

    Attributes:
        centres: of each box.
        rows: of each box, 0 at the top.
        paths: for each edge the points that it passes, ends included.
        width: of the whole picture.
        height: of the whole picture.
    """

    centres: Mapping[str, Point]
    rows: Mapping[str, int]
    paths: tuple[tuple[Point, ...], ...]
    width: float
    height: float


def lay_out(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> Layout:
    """Place a graph without cycles.

    Args:
        names: of the boxes, each after all that lead to it.
        edges: (from, to); each end is one of the names.
    """
    rows = _rows(names, edges)
    boxes = {name: Piece(rows[name], WIDTH) for name in names}
    chains, budget = [], _MOST_PIECES
    for source, target in edges:
        span = rows[target] - rows[source] - 1
        chains.append(_chain(boxes[source], boxes[target]) if span <= budget else [boxes[source], boxes[target]])
        budget -= span if span <= budget else 0
    levels = _levels(boxes)
    uncross(levels)
    _place(levels)
    left = min((piece.x - piece.width / 2 for level in levels for piece in level), default=0)
    right = max((piece.x + piece.width / 2 for level in levels for piece in level), default=0)
    return Layout(
        {name: _centre(piece, left) for name, piece in boxes.items()},
        rows,
        _paths(chains, left),
        right - left,
        (len(levels) - 1) * _ROW + HEIGHT if levels else 0,
    )


def _rows(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Longest path from above; what has nothing above it moves down to what it leads to."""
    above: dict[str, list[str]] = {name: [] for name in names}
    below: dict[str, list[str]] = {name: [] for name in names}
    for source, target in edges:
        above[target].append(source)
        below[source].append(target)
    rows: dict[str, int] = {}
    for name in names:
        rows[name] = max((rows[source] + 1 for source in above[name]), default=0)
    for name in names:
        if not above[name] and below[name]:
            rows[name] = min(rows[target] for target in below[name]) - 1
    return rows


def _chain(source: Piece, target: Piece) -> list[Piece]:
    """The boxes at both ends and a piece for each row between them, tied to each other."""
    chain = [source, *(Piece(row, _PIECE) for row in range(source.row + 1, target.row)), target]
    for upper, lower in pairwise(chain):
        upper.down.append(lower)
        lower.up.append(upper)
    return chain


def _levels(boxes: Mapping[str, Piece]) -> list[list[Piece]]:
    """The pieces of each row, in the order in which a walk along the edges meets them."""
    levels: list[list[Piece]] = [[] for _ in range(max((box.row for box in boxes.values()), default=-1) + 1)]
    seen: set[int] = set()
    waiting = list(reversed(boxes.values()))
    while waiting:
        piece = waiting.pop()
        if id(piece) not in seen:
            seen.add(id(piece))
            levels[piece.row].append(piece)
            waiting += [lower for lower in reversed(piece.down) if id(lower) not in seen]
    return levels


def _place(levels: Sequence[Sequence[Piece]]) -> None:
    """Give every piece its x."""
    for level in levels:
        _spread(level, [piece.place * (WIDTH + _GAP) for piece in level])
    for sweep in range(2 * SWEEPS):
        for level in levels if sweep % 2 == 0 else reversed(levels):
            _spread(level, [_wish(piece, sweep) for piece in level])


def _wish(piece: Piece, sweep: int) -> float:
    """Where a piece would like to be: under the mean of its neighbours; in the last sweeps of all of them."""
    near = piece.up if sweep % 2 == 0 else piece.down
    near = [*piece.up, *piece.down] if sweep >= SWEEPS else near
    return sum(other.x for other in near) / len(near) if near else piece.x


def _spread(level: Sequence[Piece], wishes: Sequence[float]) -> None:
    """The places nearest to the wishes that keep the order and the gaps (pool adjacent violators, least squares)."""
    offsets, offset = [0.0], 0.0
    for before, after in pairwise(level):
        offset += (before.width + after.width) / 2 + _GAP
        offsets.append(offset)
    blocks: list[tuple[float, float, int]] = []  # weighted sum, weight, pieces
    for piece, wish, start in zip(level, wishes, offsets, strict=False):
        weight = 1.0 if piece.width > _PIECE else 3.0  # a long edge that is straight is easier to follow
        block = ((wish - start) * weight, weight, 1)
        while blocks and blocks[-1][0] / blocks[-1][1] > block[0] / block[1]:
            last = blocks.pop()
            block = (last[0] + block[0], last[1] + block[1], last[2] + block[2])
        blocks.append(block)
    places = [total / weight for total, weight, count in blocks for _ in range(count)]
    for piece, place, start in zip(level, places, offsets, strict=False):
        piece.x = place + start


def _centre(piece: Piece, left: float) -> Point:
    return piece.x - left, piece.row * _ROW + HEIGHT / 2


def _paths(chains: Sequence[Sequence[Piece]], left: float) -> tuple[tuple[Point, ...], ...]:
    """From the lower side of one box to the upper side of the other, side by side where several arrive."""
    arriving: dict[int, list[int]] = {}
    for number in sorted(range(len(chains)), key=lambda number: chains[number][-2].x):
        arriving.setdefault(id(chains[number][-1]), []).append(number)
    shifts = {
        number: (place - (len(numbers) - 1) / 2) * min(_PORT, WIDTH * 0.8 / len(numbers))
        for numbers in arriving.values()
        for place, number in enumerate(numbers)
    }
    return tuple(_path(chain, left, shifts[number]) for number, chain in enumerate(chains))


def _path(chain: Sequence[Piece], left: float, shift: float) -> tuple[Point, ...]:
    points = [_centre(piece, left) for piece in chain]
    (x, y), (end_x, end_y) = points[0], points[-1]
    return ((x, y + HEIGHT / 2), *points[1:-1], (end_x + shift, end_y - HEIGHT / 2))
