"""The alignment in one line above the panels: for each axis the sizes of the inputs and what happens to them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.merges.rows import Cell, Row
from ui.text import plain, t

_BACKGROUNDS = {"stretched": "orange", "inserted": "blue", "joined": "green", "contracted": "violet", "clashing": "red"}
_ORDER = ("clashing", "joined", "contracted", "unknown", "stretched", "inserted", "batch")  # what is named first


def alignment_line(rows: Sequence[Row], *, rejected: bool = False, linked: bool = True) -> None:
    """Draw the line.

    Args:
        rows: one for each input, and one for the output unless the merge was rejected.
        rejected: whether it was.
        linked: whether axes of equal number belong together; of Dot they do not, so each input is described by itself.
    """
    parts = _axes(rows, rejected) if linked else _inputs(rows, rejected)
    st.markdown(" · ".join(parts))


def _axes(rows: Sequence[Row], rejected: bool) -> list[str]:
    inputs = rows if rejected else rows[:-1]
    found = []
    for axis in range(max(map(len, rows), default=0)):
        cells = [row[axis] for row in inputs if axis < len(row)]
        output = None if rejected or axis >= len(rows[-1]) else rows[-1][axis]
        text = t("axis {axis}: {sizes}", axis=axis, sizes=_sizes(cells, output))
        found.append(_marked(text, cells))
    return found


def _sizes(cells: Sequence[Cell], output: Cell | None) -> str:
    """5 = 5, 1 ⇒ 4, 4 ⇐ 1, 5 + 3 = 8, 2 ≠ 4; sizes of None as they are."""
    sizes, roles = [str(cell.size) for cell in cells], {cell.role for cell in cells}
    if "clashing" in roles:
        return " ≠ ".join(dict.fromkeys(sizes))
    if "joined" in roles and output is not None:
        return f"{' + '.join(sizes)} = {output.size}"
    if len(set(sizes)) == 1:
        return " = ".join(sizes)
    if len(sizes) == 2:
        return " ⇐ ".join(sizes) if cells[1].role in ("stretched", "inserted") else " ⇒ ".join(sizes)
    return f"{', '.join(sizes)} ⇒ {'' if output is None else output.size}"


def _inputs(rows: Sequence[Row], rejected: bool) -> list[str]:
    """Each input by itself: its sizes with their roles."""
    found = []
    for number, row in enumerate(rows if rejected else rows[:-1]):
        sizes = ", ".join(_marked(str(cell.size), [cell]) for cell in row)
        found.append(t("input {number}: {sizes}", number=number, sizes=sizes))
    return found


def _marked(text: str, cells: Sequence[Cell]) -> str:
    roles = {cell.role for cell in cells}
    role = next((name for name in _ORDER if name in roles), "")
    word = _word(role, cells)
    shown = plain(f"{text} {word}".strip())
    return f":{_BACKGROUNDS[role]}-background[{shown}]" if role in _BACKGROUNDS else shown


def _word(role: str, cells: Sequence[Cell]) -> str:
    words = {
        "batch": t("batch"),
        "stretched": t("broadcast"),
        "inserted": t("inserted, broadcast") if any(cell.size != 1 for cell in cells) else t("inserted"),
        "unknown": t("unknown"),
        "joined": t("concatenated"),
        "contracted": t("contracted"),
        "clashing": t("mismatched"),
    }
    return words.get(role, "")
