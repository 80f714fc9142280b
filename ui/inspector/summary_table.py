"""Figures of tensors: what goes into a merge and what comes out, in a few numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.dtypes import Array
from core.merges.arithmetic import number
from sandbox.model_run.results import TensorFigures
from sandbox.model_run.summary import figures
from ui.text import t


def figures_of(tensor: Array) -> TensorFigures:
    """Figures of one tensor, as the process of a model gives them of its own."""
    return TensorFigures(tensor.shape, str(tensor.dtype), *figures(tensor))


def headings() -> list[str]:
    """Of the columns of `row`."""
    return [t("Shape"), t("Mean"), t("Spread"), t("Smallest"), t("Largest"), t("Zeros"), t("Not finite")]


def row(found: TensorFigures) -> list[str]:
    """The figures as they are written."""
    numbers = [number(value) for value in (found.mean, found.spread, found.smallest, found.largest)]
    return [str(found.shape), *numbers, _percent(found.zeros), _percent(found.not_finite)]


def figures_table(names: Sequence[str], found: Sequence[TensorFigures]) -> None:
    """Draw a table, one row for each tensor.

    Args:
        names: of the tensors; foreign text is welcome.
        found: as many.
    """
    frame = pd.DataFrame([row(entry) for entry in found], columns=headings())
    frame.insert(0, t("Tensor"), list(names))
    st.dataframe(frame, hide_index=True, width="stretch")


def _percent(share: float) -> str:
    if np.isnan(share):
        return ""
    return "<1 %" if 0 < share < 0.01 else f"{100 * share:.0f} %"
