"""What was found, as a table: a line for each gate with the share of the images of each verdict, and mean figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.errors import short
from survey.plan import NOT_MEASURED
from survey.rank import VERDICTS
from survey.results import Results, table
from ui.survey.controls import VERDICT_TITLES
from ui.text import plain, t
from ui.views.text_table import show_table

_MOST_LEFT_OUT = 5  # lines
_FIGURES = ("mean", "closed", "open", "energy", "iou", "auc")


def show(surveys: Sequence[Results]) -> None:
    """How many images there are, and the verdicts on each gate.

    Args:
        surveys: one or two.
    """
    _show_counts(surveys[0])
    _show_verdicts(surveys)


def _show_counts(results: Results) -> None:
    """One line on how many images were looked at, and what was wrong with some."""
    errors = int((results.errors != "").sum())
    lost = int((results.column("answer_not_finite") > 0).sum())
    parts = [t("{count} images", count=f"{results.count:,}")]
    if not results.complete:
        parts = [t("{count} of {all} images so far", count=f"{results.count:,}", all=f"{results.plan.count:,}")]
    if errors:
        parts.append(t("{count} with an error", count=f"{errors:,}"))
    if lost:
        parts.append(t("{count} with NaN or infinity in the prediction", count=f"{lost:,}"))
    st.caption(plain(" · ".join(parts)))
    for name, reason in results.plan.left_out[:_MOST_LEFT_OUT]:
        text = t(NOT_MEASURED[reason]) if reason in NOT_MEASURED else short(reason)
        st.caption(plain(t("Not measured: {gate}: {reason}.", gate=short(name), reason=text)))


def _show_verdicts(surveys: Sequence[Results]) -> None:
    """The table of one survey, or of two side by side, gate by gate.

    Args:
        surveys: one or two.
    """
    rows = [row for at, results in enumerate(surveys) for row in _rows(results, "AB"[at] if len(surveys) > 1 else "")]
    used = [kind for kind in VERDICTS if any(row.shares.get(kind, 0) > 0 for row in rows)]
    columns = [t("gate"), *(t(VERDICT_TITLES[kind]) for kind in used), *_titles()]
    body = [
        [plain(row.name), *(_percent(row.shares.get(kind, 0.0)) for kind in used), *row.figures]
        for row in sorted(rows, key=lambda row: row.gate)
    ]
    show_table(columns, body, about=t("Verdicts on each gate"))


@dataclass(frozen=True)
class _Row:
    """A line of the table.

    Attributes:
        gate: number of the gate.
        name: of the gate, with the letter of the survey if there are two.
        shares: of the images, by verdict.
        figures: as text.
    """

    gate: int
    name: str
    shares: Mapping[str, float]
    figures: tuple[str, ...]


def _titles() -> list[str]:
    return [
        t("mean"), t("closed share"), t("open share"), t("energy retained"), t("IoU"), t("AUC"),
    ]  # fmt: skip


def _rows(results: Results, letter: str) -> list[_Row]:
    return [
        _Row(
            gate,
            f"{letter}: {short(str(entry['gate']))}" if letter else short(str(entry["gate"])),
            entry["verdicts"],
            tuple(_figure(float(entry[figure])) for figure in _FIGURES),
        )
        for gate, entry in enumerate(table(results))
    ]


def _figure(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share else "–"
