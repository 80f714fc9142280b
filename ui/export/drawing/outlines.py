"""The frames around the pinned element and the elements linked to it, as `browser/marks.js` draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ui.export.drawing.cells import Span, box_of_cell, cell_at, cells_in_box, is_empty
from ui.export.drawing.layout import Plan
from ui.export.drawing.snapshot import Look


@dataclass(frozen=True)
class Frame:
    """A rectangle of cells in a panel.

    Attributes:
        rows: first row and one past the last.
        cols: first column and one past the last.
        pinned: whether it is the pinned element itself, not one linked to it.
        dashed: whether it surrounds broadcast copies.
    """

    rows: Span
    cols: Span
    pinned: bool
    dashed: bool = False


def frames_of(look: Look, plans: Sequence[Plan | None]) -> list[list[Frame]]:
    """Return the frames of each panel."""
    mark = look.pinned
    if mark is None:
        return [[] for _ in plans]
    panel = look.panels[mark.panel]
    box = box_of_cell(look.meta, panel, cell_at(look.meta, panel, mark.at)[0])
    return [
        [] if plan is None else _on_panel(look, number, plan, box, number == mark.panel)
        for number, plan in enumerate(plans)
    ]


def _on_panel(look: Look, number: int, plan: Plan, box: Sequence[Span], pinned: bool) -> list[Frame]:
    panel = look.panels[number]
    spans = cells_in_box(look.meta, panel, box)
    at = cell_at(look.meta, panel, look.at)[0]
    hidden = [axis for axis in range(len(spans)) if axis not in (plan.row_axis, plan.col_axis)]
    if is_empty(spans) or any(not spans[axis][0] <= at[axis] < spans[axis][1] for axis in hidden):
        return []
    rows = spans[plan.row_axis] if plan.row_axis >= 0 else (0, 1)
    cols = spans[plan.col_axis] if plan.col_axis >= 0 else (0, 1)
    solid = Frame(rows, cols, pinned)
    if plan.row_copies == plan.col_copies == 1:
        return [solid]
    far_rows = box[look.rows] if plan.row_copies > 1 and look.rows is not None else rows
    far_cols = box[look.cols] if plan.col_copies > 1 and look.cols is not None else cols
    return [Frame(far_rows, far_cols, pinned, dashed=True), solid]
