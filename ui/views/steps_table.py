"""The steps of a gate as a table: sign, equation, shape, and what each is."""

from __future__ import annotations

from collections.abc import Sequence

from core.gates import Step
from ui.text import t
from ui.views.text_table import show_table


def steps_table(steps: Sequence[Step]) -> None:
    """Draw the table, a row for each step."""
    columns = (t("step"), t("equation"), t("shape"), t("what it is"))
    rows = [(step.symbol, step.equation or "–", str(step.value.shape), t(step.summary)) for step in steps]
    show_table(columns, rows, about=t("Steps of the gate"))
