"""The steps of a gate as a table: sign, equation, shape, and what each is."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.gates import Step
from ui.text import t


def steps_table(steps: Sequence[Step]) -> None:
    """Draw the table, a row for each step."""
    table = pd.DataFrame(
        {
            t("step"): [step.symbol for step in steps],
            t("equation"): [step.equation or "–" for step in steps],
            t("shape"): [str(step.value.shape) for step in steps],
            t("what it is"): [t(step.summary) for step in steps],
        }
    )
    st.table(table.set_index(t("step")), alt=t("Steps of the gate"))
