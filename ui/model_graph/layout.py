"""Positions of the boxes and edges of a graph: rows by longest path, few crossings, straight edges where possible.

After Sugiyama, Tagawa and Toda 1981 (IEEE Trans. SMC 11(2)): a long edge is cut into one piece for each row that it
crosses; every row is sorted by the mean index of its neighbours; finally each piece moves towards the mean of its
neighbours as far as the pieces beside it allow. A graph that is read from left to right is laid out downwards and then
transposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from ui.model_graph.order import SWEEPS, Piece, uncross

_PORT = 36  # from one edge to the next where they arrive at a box
_PIECE = 6  # width of an edge that crosses a row
_MOST_PIECES = 20_000  # edges beyond these are drawn straight, behind the boxes that they cross
_LABEL = 22  # height of a label with the room around it

Point = tuple[float, float]


@dataclass(frozen=True)
class Form:
    """Sizes and direction of a picture, in units that are pixels at zoom 1.

    Attributes:
        width: of a box, on screen.
        height: of a box, on screen.
        between_rows: from the end of one row of boxes to the beginning of the next.
        between_boxes: from one box to the next in a row.
        rightwards: whether the graph is read from left to right instead of downwards.
    """

    width: float = 200
    height: float = 44
    between_rows: float = 44
    between_boxes: float = 22
    rightwards: bool = False

    @property
    def along(self) -> float:
        """Size of a box along its row."""
        return self.height if self.rightwards else self.width

    @property
    def across(self) -> float:
        """Size of a box across its row."""
        return self.width if self.rightwards else self.height


BOXES = Form()


@dataclass(frozen=True)
class Layout:
    """A graph as it is drawn.

    Attributes:
        centres: of each box.
        rows: of each box, 0 where the graph begins.
        paths: for each edge the points that it passes, ends included.
        labels: for each edge the centre of its label, on the edge and in the gap before its target; None for an edge
            without a label.
        width: of the whole picture.
        height: of the whole picture.
    """

    centres: Mapping[str, Point]
    rows: Mapping[str, int]
    paths: tuple[tuple[Point, ...], ...]
    labels: tuple[Point | None, ...]
    width: float
    height: float


def lay_out(
    names: Sequence[str], edges: Sequence[tuple[str, str]], form: Form = BOXES, labelled: Sequence[bool] = ()
) -> Layout:
    """Lay out a graph without cycles.

    Args:
        names: of the boxes, each after all that lead to it.
        edges: (from, to); each end is one of the names.
        form: sizes and direction.
        labelled: for each edge whether it has a label; none has by default. A row whose boxes have labelled edges
            gets room for one label per line before it.
    """
    labelled = labelled or [False] * len(edges)
    rows = _rows(names, edges)
    boxes = {name: Piece(rows[name], form.along) for name in names}
    chains = _chains(boxes, edges)
    levels = _levels(boxes)
    uncross(levels)
    _place(levels, form)
    lines = _label_lines(edges, chains, labelled, form)
    tops = _tops(len(levels), rows, edges, lines, form)
    left = min((piece.x - piece.width / 2 for level in levels for piece in level), default=0.0)
    right = max((piece.x + piece.width / 2 for level in levels for piece in level), default=0.0)
    paths = _paths(chains, left, tops, form)
    labels = tuple(
        None if line is None else _on_path(path, path[-1][1] - _before(line, form))
        for path, line in zip(paths, lines, strict=True)
    )
    centres = {name: _centre(piece, left, tops, form) for name, piece in boxes.items()}
    layout = Layout(centres, rows, paths, labels, right - left, tops[-1] + form.across if tops else 0.0)
    return _transposed(layout) if form.rightwards else layout


def _rows(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Longest path from the beginning; a box that nothing leads to moves towards what it leads to."""
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


def _chains(boxes: Mapping[str, Piece], edges: Sequence[tuple[str, str]]) -> list[list[Piece]]:
    """The pieces of each edge, boxes at both ends included; beyond the limit the two boxes alone."""
    chains, budget = [], _MOST_PIECES
    for source, target in edges:
        span = boxes[target].row - boxes[source].row - 1
        chains.append(_chain(boxes[source], boxes[target]) if span <= budget else [boxes[source], boxes[target]])
        budget -= span if span <= budget else 0
    return chains


def _chain(source: Piece, target: Piece) -> list[Piece]:
    """The boxes at both ends and a piece for each row between them, connected to each other."""
    chain = [source, *(Piece(row, _PIECE) for row in range(source.row + 1, target.row)), target]
    for upper, lower in pairwise(chain):
        upper.down.append(lower)
        lower.up.append(upper)
    return chain


def _levels(boxes: Mapping[str, Piece]) -> list[list[Piece]]:
    """The pieces of each row, in the order in which a walk along the edges reaches them."""
    levels: list[list[Piece]] = [[] for _ in range(max((box.row for box in boxes.values()), default=-1) + 1)]
    seen: set[int] = set()
    waiting = list(boxes.values())[::-1]
    while waiting:
        piece = waiting.pop()
        if id(piece) not in seen:
            seen.add(id(piece))
            levels[piece.row].append(piece)
            waiting += [lower for lower in reversed(piece.down) if id(lower) not in seen]
    return levels


def _place(levels: Sequence[Sequence[Piece]], form: Form) -> None:
    """Give every piece its x."""
    for level in levels:
        _spread(level, [piece.index * (form.along + form.between_boxes) for piece in level], form.between_boxes)
    for sweep in range(2 * SWEEPS):
        for level in levels if sweep % 2 == 0 else reversed(levels):
            _spread(level, [_preferred(piece, sweep) for piece in level], form.between_boxes)


def _preferred(piece: Piece, sweep: int) -> float:
    """The mean x of the neighbours on one side, in the last sweeps of all neighbours."""
    near = piece.up if sweep % 2 == 0 else piece.down
    near = [*piece.up, *piece.down] if sweep >= SWEEPS else near
    return sum(other.x for other in near) / len(near) if near else piece.x


def _spread(level: Sequence[Piece], preferred: Sequence[float], gap: float) -> None:
    """The x nearest to the preferred ones that keep the order and the gaps (pool adjacent violators, least squares)."""
    offsets, offset = [0.0], 0.0
    for before, after in pairwise(level):
        offset += (before.width + after.width) / 2 + gap
        offsets.append(offset)
    blocks: list[tuple[float, float, int]] = []  # weighted sum, weight, pieces
    for piece, wanted, start in zip(level, preferred, offsets, strict=False):
        weight = 1.0 if piece.width > _PIECE else 3.0  # a long edge that is straight is easier to follow
        block = ((wanted - start) * weight, weight, 1)
        while blocks and blocks[-1][0] / blocks[-1][1] > block[0] / block[1]:
            last = blocks.pop()
            block = (last[0] + block[0], last[1] + block[1], last[2] + block[2])
        blocks.append(block)
    found = [total / weight for total, weight, count in blocks for _ in range(count)]
    for piece, x, start in zip(level, found, offsets, strict=False):
        piece.x = x + start


def _label_lines(
    edges: Sequence[tuple[str, str]], chains: Sequence[Sequence[Piece]], labelled: Sequence[bool], form: Form
) -> list[int | None]:
    """For each labelled edge its line before the target, counted from the target: one label per line.

    Where the graph is read rightwards, edges arrive one below the other and so do their labels: no lines are needed.
    """
    if form.rightwards:
        return [0 if one else None for one in labelled]
    order = sorted((number for number in range(len(edges)) if labelled[number]), key=lambda one: chains[one][-2].x)
    used: dict[str, int] = {}
    lines: list[int | None] = [None] * len(edges)
    for number in order:
        target = edges[number][1]
        lines[number] = used.get(target, 0)
        used[target] = used.get(target, 0) + 1
    return lines


def _before(line: int, form: Form) -> float:
    """How far before the target a label is."""
    return form.between_rows / 2 if form.rightwards else _LABEL * (line + 0.5) + 4


def _tops(
    count: int, rows: Mapping[str, int], edges: Sequence[tuple[str, str]], lines: Sequence[int | None], form: Form
) -> list[float]:
    """Where each row begins; before a row with labels there is a line for each."""
    room = [form.between_rows] * count
    for (_, target), line in zip(edges, lines, strict=True):
        if line is not None:
            room[rows[target]] = max(room[rows[target]], _LABEL * (line + 1) + 22)
    return list(accumulate((form.across + gap for gap in room[1:]), initial=0.0)) if count else []


def _centre(piece: Piece, left: float, tops: Sequence[float], form: Form) -> Point:
    return piece.x - left, tops[piece.row] + form.across / 2


def _paths(
    chains: Sequence[Sequence[Piece]], left: float, tops: Sequence[float], form: Form
) -> tuple[tuple[Point, ...], ...]:
    """From the end of one box to the beginning of the other, side by side where several arrive."""
    arriving: dict[int, list[int]] = {}
    for number in sorted(range(len(chains)), key=lambda number: chains[number][-2].x):
        arriving.setdefault(id(chains[number][-1]), []).append(number)
    shifts = {
        number: (index - (len(numbers) - 1) / 2) * min(_PORT, form.along * 0.8 / len(numbers))
        for numbers in arriving.values()
        for index, number in enumerate(numbers)
    }
    return tuple(_path(chain, left, shifts[number], tops, form) for number, chain in enumerate(chains))


def _path(chain: Sequence[Piece], left: float, shift: float, tops: Sequence[float], form: Form) -> tuple[Point, ...]:
    points = [_centre(piece, left, tops, form) for piece in chain]
    (x, y), (end_x, end_y) = points[0], points[-1]
    return ((x, y + form.across / 2), *points[1:-1], (end_x + shift, end_y - form.across / 2))


def _on_path(path: Sequence[Point], y: float) -> Point:
    """The point of an edge at a height: each part is a cubic with vertical ends, as `graph.js` draws it."""
    for (x0, y0), (x1, y1) in pairwise(path):
        if y0 <= y <= y1 and y1 > y0:
            low, high = 0.0, 1.0
            for _ in range(24):
                middle = (low + high) / 2
                height = y0 + (y1 - y0) * (1.5 * middle - 1.5 * middle * middle + middle**3)
                low, high = (middle, high) if height < y else (low, middle)
            eased = low * low * (3 - 2 * low)
            return x0 + (x1 - x0) * eased, y
    return path[-1][0], y


def _transposed(layout: Layout) -> Layout:
    """The same graph read from left to right."""
    return Layout(
        {name: (y, x) for name, (x, y) in layout.centres.items()},
        layout.rows,
        tuple(tuple((y, x) for x, y in path) for path in layout.paths),
        tuple(None if label is None else (label[1], label[0]) for label in layout.labels),
        layout.height,
        layout.width,
    )
