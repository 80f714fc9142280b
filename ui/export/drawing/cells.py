"""Linked elements, for an export: applies the links of `core.merges.links` as `browser/links.js` does.

A panel here is one entry of `payload(...)["meta"]["panels"]`, which the browser gets as well. A span is (first, one
past the last); a box is one span per shared axis. Tests compare every rule with the browser.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Meta = Mapping[str, Any]
Span = tuple[int, int]


def runs_along(panel: Meta, axis: int) -> int | None:
    """The shared axis along which an axis of a panel runs; None where it is broadcast."""
    output, _, summed = panel["links"][axis]
    found: int | None = panel["axes"][axis] if summed else output
    return found


def is_scaled(meta: Meta, panel: Meta, axis: int) -> bool:
    """Whether an axis of a chain is coarser than the shared axis, so that indices are scaled in proportion."""
    size = panel["shape"][axis]
    return not meta["aligned"] and size > 1 and size != meta["sizes"][panel["axes"][axis]]


def cell_at(meta: Meta, panel: Meta, at: Sequence[int]) -> tuple[tuple[int, ...], bool]:
    """Return the nearest element of a panel to an index into the shared axes, and whether it lies exactly there."""
    index, inside = [], True
    for axis, size in enumerate(panel["shape"]):
        shared = runs_along(panel, axis)
        if shared is None:
            index.append(0)
        elif is_scaled(meta, panel, axis):
            index.append(at[shared] * size // meta["sizes"][shared])
        else:
            own = at[shared] - panel["links"][axis][1]
            inside = inside and 0 <= own < size
            index.append(max(0, min(size - 1, own)))
    return tuple(index), inside


def box_of_cell(meta: Meta, panel: Meta, index: Sequence[int]) -> list[Span]:
    """Return the box of shared indices that one element of a panel corresponds to."""
    box: list[Span] = [(0, size) for size in meta["sizes"]]
    for axis, size in enumerate(panel["shape"]):
        shared, at = runs_along(panel, axis), index[axis]
        if shared is None:
            continue
        whole, offset = meta["sizes"][shared], panel["links"][axis][1]
        scaled = is_scaled(meta, panel, axis)
        box[shared] = (
            (math.ceil(at * whole / size), math.ceil((at + 1) * whole / size))
            if scaled
            else (at + offset, at + offset + 1)
        )
    return box


def cells_in_box(meta: Meta, panel: Meta, box: Sequence[Span]) -> list[Span]:
    """Return the elements of a panel inside a box: one span for each of its own axes."""
    spans: list[Span] = []
    for axis, size in enumerate(panel["shape"]):
        shared = runs_along(panel, axis)
        if shared is None:
            spans.append((0, size))
            continue
        (first, past), offset = box[shared], panel["links"][axis][1]
        if is_scaled(meta, panel, axis):
            whole = meta["sizes"][shared]
            spans.append((first * size // whole, (past - 1) * size // whole + 1))
        else:
            spans.append((max(0, first - offset), max(0, min(size, past - offset))))
    return spans


def is_empty(spans: Sequence[Span]) -> bool:
    """Whether any span is empty."""
    return any(past <= first for first, past in spans)
