"""Small tables of texts, without the millisecond that pandas takes for each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pandas as pd
import pyarrow as pa
import streamlit as st


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, about: str) -> None:
    """Draw a table whose first column heads its rows.

    Args:
        columns: names, all different.
        rows: a text for each column.
        about: what the table shows, for those who do not see it.
    """
    st.table(text_table(columns, rows), hide_index=False, alt=about)


def text_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> pa.Table:
    """What `pa.Table.from_pandas` makes of a frame of texts with its first column as the index."""
    schema = _schema(tuple(columns))
    values = list(zip(*rows, strict=True)) or [() for _ in columns]
    return pa.table([*values[1:], values[0]], schema=schema)  # the index stands last


@lru_cache(maxsize=64)
def _schema(columns: tuple[str, ...]) -> pa.Schema:
    frame = pd.DataFrame([["" for _ in columns]], columns=list(columns)).set_index(columns[0])
    return pa.Table.from_pandas(frame).schema
