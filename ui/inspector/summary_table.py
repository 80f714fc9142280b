"""Summary statistics of the inputs and outputs of merges."""

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
    """Statistics of one tensor, computed as in the process of a model."""
    return TensorFigures(tensor.shape, str(tensor.dtype), *figures(tensor))


def headings() -> list[str]:
    """The headings of `row`."""
    return [t("Shape"), t("Mean"), t("Std. dev."), t("Minimum"), t("Maximum"), t("Zeros"), t("Not finite")]


def row(found: TensorFigures) -> list[str]:
    """The statistics as text."""
    numbers = [number(value) for value in (found.mean, found.spread, found.smallest, found.largest)]
    return [str(found.shape), *numbers, _percent(found.zeros), _percent(found.not_finite)]


def figures_table(names: Sequence[str], found: Sequence[TensorFigures]) -> None:
    """Draw a table, one row for each tensor.

    Args:
        names: of the tensors; untrusted text is allowed.
        found: one for each name.
    """
    frame = pd.DataFrame([row(entry) for entry in found], columns=headings())
    frame.insert(0, t("Tensor"), list(names))
    st.dataframe(frame, hide_index=True, width="stretch")


def _percent(share: float) -> str:
    if np.isnan(share):
        return ""
    return "<1 %" if 0 < share < 0.01 else f"{100 * share:.0f} %"
