"""The alignment as a table on screen: sizes, and what each axis does, in colour and in words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.table import Cell, Row
from ui.text import t

_COLOURS = {  # see-through, so that they work on a light and on a dark page
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
    frame = pd.DataFrame(words, index=names, columns=columns)
    styles = pd.DataFrame([[_style(cell) for cell in row] + [""] * (width - len(row)) for row in rows], names, columns)
    st.table(frame.style.apply(lambda _: styles, axis=None), alt=t("How the inputs line up"))


def _words(cell: Cell) -> str:
    roles = {
        "batch": t("batch"),
        "matched": t("matched"),
        "stretched": t("stretched"),
        "inserted": t("inserted"),
        "unknown": t("unknown"),
        "joined": t("joined"),
        "contracted": t("contracted"),
        "free": t("free"),
        "clashing": t("clashing"),
        "": "",
    }
    return f"{cell.size} {roles[cell.role]}".strip()


def _style(cell: Cell) -> str:
    if not cell.role:
        return "font-weight: 600"
    weight = "; font-weight: 700" if cell.role == "clashing" else ""
    return f"background-color: rgba({_COLOURS[cell.role]}){weight}"
