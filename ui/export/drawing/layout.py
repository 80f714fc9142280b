"""Sizes and positions of panels: the rules of `browser/layout.js` and `panel.js`, in CSS pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ui.export.drawing.snapshot import Look, axes_on_screen

LARGEST = 80  # a cell
TALLEST = 480  # a panel
THINNEST = 12  # a panel of one row of tiny cells
LABEL = 22  # width of the row axis name
SIGN = 44  # width of an operator
NOTE = 256  # width of the note of a panel that cannot be drawn
# Panels stay side by side as long as a cell is at least this share of its size when they are stacked.
ALL = 0.28  # in one line, which reads as an equation
SOME = 0.34  # in several


@dataclass(frozen=True)
class Plan:
    """The part of a panel's slice that is drawn.

    Attributes:
        row_axis: own axis of the rows; -1 for none.
        col_axis: own axis of the columns; -1 for none.
        rows: number of rows.
        cols: number of columns.
        row_copies: how often a broadcast row is repeated.
        col_copies: how often a broadcast column is repeated.
    """

    row_axis: int
    col_axis: int
    rows: int
    cols: int
    row_copies: int
    col_copies: int

    @property
    def foot(self) -> tuple[int, int]:
        """Rows and columns that are drawn, including the repeated ones."""
        return self.rows * self.row_copies, self.cols * self.col_copies

    def box(self, cell: float) -> tuple[float, float]:
        """Width and height on screen. A single row of tiny cells keeps a minimum height."""
        rows, cols = self.foot
        return max(cols * cell, THINNEST), max(rows * cell, THINNEST)


def plan_of(look: Look, number: int) -> Plan:
    """Return the plan of a panel."""
    panel = look.panels[number]
    down, across = axes_on_screen(look, panel)

    def copies(axis: int, shared: int | None) -> int:
        stretched = axis < 0 or (panel["shape"][axis] == 1 and panel["axes"][axis] == shared)
        repeated = look.meta["stretches"] and shared is not None and stretched
        return int(look.meta["sizes"][shared]) if repeated else 1

    def size(axis: int) -> int:
        return 1 if axis < 0 else int(panel["shape"][axis])

    return Plan(down, across, size(down), size(across), copies(down, look.rows), copies(across, look.cols))


def plans_of(look: Look) -> list[Plan | None]:
    """One for each panel; None for one that cannot be drawn."""
    return [plan_of(look, number) if look.is_drawable(number) else None for number in range(len(look.panels))]


def arrange(
    plans: Sequence[Plan | None], width: float, *, tallest: float = TALLEST, largest: float = LARGEST
) -> tuple[int, float]:
    """Return the number of panels in a row and the size of a cell: side by side unless the cells get too small.

    Args:
        plans: one for each panel; None for one that cannot be drawn.
        width: of the picture, in pixels.
        tallest: the limit of a panel's height, in pixels. On screen it grows with the window.
        largest: the limit of a cell's size, in pixels; likewise.
    """
    one = _cell_for(plans, width, 1, tallest, largest)
    for line in range(len(plans), 1, -1):
        if line == 2 and len(plans) == 3:
            continue  # "a × b" in one line and "= c" in the next reads as two equations
        cell = _cell_for(plans, width, line, tallest, largest)
        if cell >= (ALL if line == len(plans) else SOME) * one:
            return line, cell
    return 1, one


def _cell_for(plans: Sequence[Plan | None], width: float, line: int, tallest: float, largest: float) -> float:
    rows = max([1, *(plan.foot[0] for plan in plans if plan)])
    cell = min(largest, tallest / rows)
    for start in range(0, len(plans), line):
        part = plans[start : start + line]
        signs = (len(part) - (start == 0)) * (line > 1)  # every row but the first begins with one
        taken = len(part) * LABEL + signs * SIGN + part.count(None) * NOTE + 5
        columns = sum(plan.foot[1] for plan in part if plan)
        cell = min(cell, (width - taken) / max(1, columns))
    return math.floor(cell) if cell > 4 else max(0.001, cell)


def axis_names(look: Look, number: int, plan: Plan, box: tuple[float, float]) -> tuple[str, str]:
    """The names beside the rows and above the columns."""
    row = _axis_name(look, number, (plan.row_axis, look.rows, plan.row_copies), box[1])
    return row, _axis_name(look, number, (plan.col_axis, look.cols, plan.col_copies), box[0])


def _axis_name(look: Look, number: int, side: tuple[int, int | None, int], room: float) -> str:
    (axis, shared, copies), panel, words = side, look.panels[number], look.meta["words"]
    if axis < 0 and copies == 1:
        return ""
    position = shared if axis < 0 else panel["axes"][axis]
    contracted = any(size["role"] == "contracted" for size in panel["sizes"] if size["shared"] == position)
    name = words["summed"] if contracted else words["axis"].format(axis=axis if panel["ownNames"] else position)
    role = words["stretched_to"].format(count=copies) if copies > 1 else ""
    if role and room > 110:
        return f"{name} · {role}"
    return role if role and room > 64 else str(name)


def pile_of(look: Look, number: int) -> str:
    """The axes that a panel is broadcast along and that are not on screen; they are drawn as a stack of sheets."""
    if not look.meta["stretches"]:
        return ""
    panel, words, sizes = look.panels[number], look.meta["words"], look.meta["sizes"]
    hidden = [axis for axis in range(look.meta["outputRank"]) if axis not in (look.rows, look.cols) and sizes[axis] > 1]
    piled = [axis for axis in hidden if _is_stretched(look, panel, axis)]
    return ", ".join(f"{_named(look, axis)} · {words['stretched_to'].format(count=sizes[axis])}" for axis in piled)


def _named(look: Look, axis: int) -> str:
    """The name of a shared axis on the page: its own name, else its number."""
    names = look.meta["axisNames"]
    return (names[axis] if axis < len(names) else "") or str(look.meta["words"]["axis"].format(axis=axis))


def _is_stretched(look: Look, panel: dict[str, Any], axis: int) -> bool:
    if axis in panel["axes"]:
        return bool(panel["shape"][list(panel["axes"]).index(axis)] == 1)
    return bool(look.meta["aligned"])


def place_names(look: Look) -> list[str]:
    """The indices of the hidden axes: "Channel · axis 3: 119 / 255"."""
    position, sizes = look.meta["words"]["position"], look.meta["sizes"]
    axes = sorted(look.slider_axes, key=lambda axis: axis != look.channel_axis)
    return [f"{_slider_name(look, axis)}: {position.format(at=look.at[axis], last=sizes[axis] - 1)}" for axis in axes]


def _slider_name(look: Look, axis: int) -> str:
    """The same rule as `controls.js: axisTitle`."""
    words, rank, name = look.meta["words"], look.meta["outputRank"], _named(look, axis)
    if name != words["axis"].format(axis=axis):
        return name
    if axis >= rank:
        return str(words["summed"]) if look.meta["aligned"] else _owner(look, axis)
    if axis == look.channel_axis and axis == rank - 1:
        return f"{words['channel']} · {name}"
    return f"{words['batch']} · {name}" if axis == 0 else name


def _owner(look: Look, axis: int) -> str:
    panel = next(panel for panel in look.panels if axis in panel["axes"])
    name = look.meta["words"]["axis"].format(axis=list(panel["axes"]).index(axis))
    return f"{panel['title']} · {name}"
