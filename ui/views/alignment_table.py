"""The alignment as a table on screen: sizes, and what each axis does, in colour and in words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core import Sentence as _  # marks text for the catalogues
from core.merges.rows import Cell, Row
from ui.text import t

ROLE_COLOURS = {  # translucent, for light and dark pages: "red, green, blue, opacity"
    "batch": "128, 128, 128, 0.16",
    "matched": "0, 0, 0, 0",
    "stretched": "230, 159, 0, 0.42",
    "inserted": "86, 180, 233, 0.40",
    "unknown": "128, 128, 128, 0.40",
    "joined": "0, 158, 115, 0.38",
    "contracted": "204, 121, 167, 0.42",
    "free": "0, 0, 0, 0",
    "clashing": "213, 60, 40, 0.50",
}
_ROLES = {
    "batch": _("batch"),
    "matched": _("matched"),
    "stretched": _("stretched"),
    "inserted": _("inserted"),
    "unknown": _("unknown"),
    "joined": _("joined"),
    "contracted": _("contracted"),
    "free": _("free"),
    "clashing": _("mismatched"),
    "": "",
}


def alignment_table(rows: Sequence[Row], *, refused: bool = False) -> None:
    """Draw the table.

    Args:
        rows: one for each input, and one for the output unless the merge was refused.
        refused: whether it was.
    """
    width = max(map(len, rows), default=0)
    names = [t("input {number}", number=number) for number in range(len(rows) - (not refused))]
    names += [] if refused else [t("output")]
    columns = [t("axis {axis}", axis=axis) for axis in range(width)]
    words = [[_words(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    styles = [[_style(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    _draw(words, styles, names, columns, t("How the inputs line up"))


@st.cache_data(max_entries=256, show_spinner=False)  # it replays what was drawn: pandas takes 6 ms to style a table
def _draw(
    words: list[list[str]], styles: list[list[str]], names: list[str], columns: list[str], description: str
) -> None:
    frame, shades = pd.DataFrame(words, names, columns), pd.DataFrame(styles, names, columns)
    st.table(frame.style.apply(lambda _: shades, axis=None), alt=description)


def _words(cell: Cell) -> str:
    return f"{cell.size} {t(_ROLES[cell.role])}".strip()


def _style(cell: Cell) -> str:
    if not cell.role:
        return "font-weight: 600"
    weight = "; font-weight: 700" if cell.role == "clashing" else ""
    return f"background-color: rgba({ROLE_COLOURS[cell.role]}){weight}"
