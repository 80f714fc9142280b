"""Figures of tensors: what goes into a merge and what comes out, in a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.arithmetic import number
from core.dtypes import Array
from ui.text import t


@dataclass(frozen=True)
class Figures:
    """Of one tensor; numbers that are not finite are left out, and counted.

    Attributes:
        shape: of the tensor.
        dtype: its name.
        mean: of the numbers.
        spread: their standard deviation.
        smallest: of the numbers.
        largest: of the numbers.
        zeros: share of numbers that are 0.
        odd: how many are not finite.
    """

    shape: tuple[int, ...]
    dtype: str
    mean: float
    spread: float
    smallest: float
    largest: float
    zeros: float
    odd: int


def figures_of(tensor: Array) -> Figures:
    """Figures of one tensor."""
    wide = np.asarray(tensor, dtype=np.float64)
    finite = wide[np.isfinite(wide)]
    odd = wide.size - finite.size
    if not finite.size:
        nan = float("nan")
        return Figures(tensor.shape, str(tensor.dtype), nan, nan, nan, nan, nan, odd)
    return Figures(
        tensor.shape, str(tensor.dtype), float(finite.mean()), float(finite.std()), float(finite.min()),
        float(finite.max()), float(np.mean(finite == 0)), odd,
    )  # fmt: skip


def headings() -> list[str]:
    """Of the columns of `row`."""
    return [t("Shape"), t("Mean"), t("Spread"), t("Smallest"), t("Largest"), t("Zeros"), t("Not finite")]


def row(found: Figures) -> list[str]:
    """The figures as they are written."""
    numbers = [number(value) for value in (found.mean, found.spread, found.smallest, found.largest)]
    zeros = "" if np.isnan(found.zeros) else f"{100 * found.zeros:.0f} %"
    return [str(found.shape), *numbers, zeros, f"{found.odd:,}"]


def figures_table(names: Sequence[str], tensors: Sequence[Array]) -> None:
    """Draw a table, one row for each tensor.

    Args:
        names: of the tensors; foreign text is welcome.
        tensors: as many.
    """
    rows = [row(figures_of(tensor)) for tensor in tensors]
    frame = pd.DataFrame(rows, columns=headings())
    frame.insert(0, t("Tensor"), list(names))
    st.dataframe(frame, hide_index=True, width="stretch")
