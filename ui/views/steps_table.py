"""The steps of a gate as a table: sign, equation, shape, and what each is."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.gates import Step
from ui.session import language
from ui.text import t
from ui.views.cached import remembered


def steps_table(steps: Sequence[Step]) -> None:
    """Draw the table, a row for each step."""
    st.table(_table(tuple(steps), language()), alt=t("Steps of the gate"))


@remembered(64)
def _table(steps: tuple[Step, ...], spoken: str) -> pd.DataFrame:  # noqa: ARG001  # the language is part of the key
    table = pd.DataFrame(
        {
            t("step"): [step.symbol for step in steps],
            t("equation"): [step.equation or "–" for step in steps],
            t("shape"): [str(step.value.shape) for step in steps],
            t("what it is"): [t(step.summary) for step in steps],
        }
    )
    return table.set_index(t("step"))
